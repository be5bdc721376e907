"""What has happened to the records: versions and the number of the whole catalogue's state."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    ForeignKey,
    Integer,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from popmap.models.columns import Base, own_key, plain_words


class RecordVersion(Base):
    """A record as it was from one moment on: what, when, why, by which role, from which source. Append-only."""

    __tablename__ = "record_version"
    __table_args__ = (UniqueConstraint("record_type", "record_id", "number", name="record_version_number_is_unique"),)

    key: Mapped[int] = own_key()
    record_type: Mapped[str]
    record_id: Mapped[str]
    number: Mapped[int] = mapped_column(Integer)
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    by_role: Mapped[str]
    reason: Mapped[str]
    source: Mapped[str] = plain_words()
    body: Mapped[dict[str, Any]]


class CatalogueRevision(Base):
    """One row with one number: it grows whenever something public changes."""

    __tablename__ = "catalogue_revision"

    only_row: Mapped[bool] = mapped_column(primary_key=True, server_default=text("true"))
    number: Mapped[int] = mapped_column(BigInteger)
    changed_at: Mapped[datetime] = mapped_column(server_default=func.now())


class ChangeLog(Base):
    """When a service became public or ceased to be, by the revision this made. Written by triggers on ``listing``."""

    __tablename__ = "change_log"

    revision: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    id: Mapped[str] = mapped_column(primary_key=True)
    is_public: Mapped[bool]
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    why: Mapped[str] = plain_words()


class Decision(Base):
    """By what right a record became public or changed, written in the transaction that did it. Append-only.

    ``service_id`` None: of every service that this transaction writes (a load). ``xact`` is the transaction's number;
    ``two_person`` the rule in force when a submission was approved.
    """

    __tablename__ = "decision"

    key: Mapped[int] = own_key()
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    xact: Mapped[int] = mapped_column(BigInteger, server_default=text("pg_current_xact_id()::text::bigint"))
    action: Mapped[str]
    by_role: Mapped[str]
    moderator_key: Mapped[int | None] = mapped_column(BigInteger)
    service_id: Mapped[str | None]
    submission_key: Mapped[int | None] = mapped_column(ForeignKey("submission.key"))
    two_person: Mapped[str] = plain_words()
    reason: Mapped[str]
