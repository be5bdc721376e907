"""A service and what belongs to it: channels, coverage, sources, checks."""

from datetime import date, datetime
from typing import Any

from geoalchemy2 import WKBElement
from sqlalchemy import (
    ForeignKey,
    SmallInteger,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from popmap.models.columns import Base, area_type, own_key, plain_words, point_type, text_list, yes_no_unknown


class Service(Base):
    """Something that helps children, with all that was ever known of it; public only in the public states."""

    __tablename__ = "service"

    key: Mapped[int] = own_key()
    id: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    name: Mapped[str]
    name_en: Mapped[str] = plain_words()
    organization: Mapped[str] = plain_words()
    operator_type: Mapped[str] = mapped_column(server_default="unknown")
    summary: Mapped[str] = plain_words()
    translations: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    website: Mapped[str | None]
    languages: Mapped[list[str]] = text_list()
    topics: Mapped[list[str]] = text_list()
    audiences: Mapped[list[str]] = text_list()
    min_age: Mapped[int | None] = mapped_column(SmallInteger)
    max_age: Mapped[int | None] = mapped_column(SmallInteger)
    cost: Mapped[str] = mapped_column(server_default="unknown")
    privacy: Mapped[str] = mapped_column(server_default="unknown")
    location: Mapped[WKBElement | str | None] = mapped_column(point_type())
    location_precision: Mapped[str] = mapped_column(server_default="none")
    city: Mapped[str] = plain_words()
    visitable: Mapped[bool] = mapped_column(server_default=text("false"))
    address_confidential: Mapped[bool] = mapped_column(server_default=text("false"))
    ai: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    youth: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    status: Mapped[str] = mapped_column(server_default="draft")
    merged_into: Mapped[str | None] = mapped_column(ForeignKey("service.id"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())
    verified_on: Mapped[date | None]
    next_check_due: Mapped[date | None]

    channels: Mapped[list["Channel"]] = relationship(
        order_by="Channel.position", cascade="all, delete-orphan", lazy="raise", passive_deletes=True
    )
    coverage: Mapped[list["Coverage"]] = relationship(
        order_by="Coverage.key", cascade="all, delete-orphan", lazy="raise", passive_deletes=True
    )
    sources: Mapped[list["Source"]] = relationship(
        order_by="Source.position", cascade="all, delete-orphan", lazy="raise", passive_deletes=True
    )
    checks: Mapped[list["ServiceCheck"]] = relationship(
        order_by="ServiceCheck.checked_on", cascade="all, delete-orphan", lazy="raise", passive_deletes=True
    )


class Channel(Base):
    """One way to reach a service; ``linkable`` is false for what cannot be dialled or opened as it stands."""

    __tablename__ = "channel"

    key: Mapped[int] = own_key()
    service_key: Mapped[int] = mapped_column(ForeignKey("service.key", ondelete="CASCADE"))
    position: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    type: Mapped[str]
    value: Mapped[str]
    e164: Mapped[str | None]
    label: Mapped[str] = plain_words()
    hours: Mapped[str | None]
    timezone: Mapped[str | None]
    languages: Mapped[list[str]] = text_list()
    free: Mapped[str] = yes_no_unknown()
    on_phone_bill: Mapped[str] = yes_no_unknown()
    account_needed: Mapped[str] = yes_no_unknown()
    works_from_abroad: Mapped[str] = yes_no_unknown()
    answered_by: Mapped[str] = yes_no_unknown()
    linkable: Mapped[bool] = mapped_column(server_default=text("false"))


class Coverage(Base):
    """One part of the area a service serves: the world, a country, a subdivision, or a drawn area."""

    __tablename__ = "coverage"

    key: Mapped[int] = own_key()
    service_key: Mapped[int] = mapped_column(ForeignKey("service.key", ondelete="CASCADE"))
    type: Mapped[str]
    code: Mapped[str | None]
    shape: Mapped[WKBElement | str | None] = mapped_column(area_type())


class Source(Base):
    """A page on which facts were seen, and what it says (evidence for moderators and researchers)."""

    __tablename__ = "source"

    key: Mapped[int] = own_key()
    service_key: Mapped[int] = mapped_column(ForeignKey("service.key", ondelete="CASCADE"))
    position: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    url: Mapped[str]
    seen: Mapped[str] = plain_words()
    seen_on: Mapped[str] = plain_words()


class ServiceCheck(Base):
    """One verification of a service or of one of its channels."""

    __tablename__ = "service_check"

    key: Mapped[int] = own_key()
    service_key: Mapped[int] = mapped_column(ForeignKey("service.key", ondelete="CASCADE"))
    channel_key: Mapped[int | None] = mapped_column(ForeignKey("channel.key", ondelete="CASCADE"))
    level: Mapped[int] = mapped_column(SmallInteger)
    method: Mapped[str]
    evidence_url: Mapped[str | None]
    checked_on: Mapped[date]
    by_role: Mapped[str]
    next_due: Mapped[date | None]


class LinkCheck(Base):
    """What became of an address of a service when it was last asked."""

    __tablename__ = "link_check"

    service_key: Mapped[int] = mapped_column(ForeignKey("service.key", ondelete="CASCADE"), primary_key=True)
    url: Mapped[str] = mapped_column(primary_key=True)
    checked_at: Mapped[datetime] = mapped_column(server_default=func.now())
    kind: Mapped[str]
    status: Mapped[int | None] = mapped_column(SmallInteger)
    moved_to: Mapped[str | None]
    failures: Mapped[int] = mapped_column(server_default="0")


class Reminder(Base):
    """That a service's operator was asked to confirm it, for a check due on this day."""

    __tablename__ = "reminder"

    service_key: Mapped[int] = mapped_column(ForeignKey("service.key", ondelete="CASCADE"), primary_key=True)
    due: Mapped[date] = mapped_column(primary_key=True)
    sent_at: Mapped[datetime] = mapped_column(server_default=func.now())
