"""What comes in from outside and waits for a decision, and the log of what happened to it. Nothing here is public."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Integer, LargeBinary, UniqueConstraint, func, true
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from popmap.models.columns import Base, own_key, plain_words, text_list


class Batch(Base):
    """A file of many services sent at once, to be reviewed together; ``sent_by`` is what its sender says of himself."""

    __tablename__ = "batch"

    key: Mapped[int] = own_key()
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    idempotency_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    file_name: Mapped[str] = plain_words()
    sent_by: Mapped[str] = plain_words()
    rows: Mapped[int] = mapped_column(Integer)
    language: Mapped[str]
    at: Mapped[datetime] = mapped_column(server_default=func.now())


class Submission(Base):
    """One thing a partner or visitor sent in: a new service, a change of one, or a report that something is wrong.

    ``body`` is the proposed record in the shape in which versions hold records (``popmap.records``), without what only
    the house decides (status, checks, dates of checks); None for a report, and once its text is deleted. ``service_id``
    is the record concerned, for a new one that which it became. ``base_version`` is the version it was drafted against.
    ``revision`` counts the submitter's edits. Contact and texts go on their days. ``is_a_voice``: whether a report says
    something that its network has not said of this service today.
    """

    __tablename__ = "submission"

    key: Mapped[int] = own_key()
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    idempotency_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    kind: Mapped[str]
    service_id: Mapped[str | None] = mapped_column(ForeignKey("service.id"))
    base_version: Mapped[int | None] = mapped_column(Integer)
    batch_key: Mapped[int | None] = mapped_column(ForeignKey("batch.key"))
    batch_row: Mapped[int | None] = mapped_column(Integer)
    body: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    problem: Mapped[str | None]
    words: Mapped[str] = plain_words()
    state: Mapped[str] = mapped_column(server_default="pending")
    language: Mapped[str]
    via: Mapped[str]
    contact: Mapped[str | None]
    contact_delete_on: Mapped[date | None]
    text_delete_on: Mapped[date | None]
    revision: Mapped[int] = mapped_column(Integer, server_default="1")
    is_a_voice: Mapped[bool] = mapped_column(server_default=true())
    submitted_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())
    decided_at: Mapped[datetime | None]


class SubmissionEvent(Base):
    """One step of a submission, in the order of ``number`` from 1: the state machine's log. Append-only."""

    __tablename__ = "submission_event"
    __table_args__ = (UniqueConstraint("submission_key", "number", name="submission_event_number_is_unique"),)

    key: Mapped[int] = own_key()
    submission_key: Mapped[int] = mapped_column(ForeignKey("submission.key"))
    number: Mapped[int] = mapped_column(Integer)
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    action: Mapped[str]
    from_state: Mapped[str | None]
    to_state: Mapped[str]
    by_role: Mapped[str]
    moderator_key: Mapped[int | None] = mapped_column(BigInteger)
    words: Mapped[str] = plain_words()


class Approval(Base):
    """One moderator's yes to a submission as it stood; after an edit the digest is another. Append-only."""

    __tablename__ = "approval"
    __table_args__ = (
        UniqueConstraint("submission_key", "moderator_key", "body_digest", name="approval_of_a_moderator_is_unique"),
    )

    key: Mapped[int] = own_key()
    submission_key: Mapped[int] = mapped_column(ForeignKey("submission.key"))
    moderator_key: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    body_digest: Mapped[str]


class ConfidentialPlace(Base):
    """That an address was dropped when it came in, and which fields held it. The address itself is nowhere."""

    __tablename__ = "confidential_place"

    submission_key: Mapped[int] = mapped_column(ForeignKey("submission.key"), primary_key=True)
    dropped: Mapped[list[str]] = text_list()
    at: Mapped[datetime] = mapped_column(server_default=func.now())


class PendingKey(Base):
    """By what one knows again what waits for a decision. Written by ``popmap.duplicates``, gone with the decision."""

    __tablename__ = "pending_key"

    submission_key: Mapped[int] = mapped_column(ForeignKey("submission.key", ondelete="CASCADE"), primary_key=True)
    type: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str] = mapped_column(primary_key=True)


class IntakeSalt(Base):
    """The salt of one day; with it goes every trace of who sent."""

    __tablename__ = "intake_salt"

    day: Mapped[date] = mapped_column(primary_key=True)
    salt: Mapped[bytes] = mapped_column(LargeBinary)


class IntakeCount(Base):
    """How much came from one network in one hour: a salted hash, tied to no submission, gone with the hour."""

    __tablename__ = "intake_count"

    hour: Mapped[datetime] = mapped_column(primary_key=True)
    network: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    sent: Mapped[int] = mapped_column(Integer)


class IntakeVoice(Base):
    """That a network has reported a service today, and how many services: salted hashes, gone with the day."""

    __tablename__ = "intake_voice"

    day: Mapped[date] = mapped_column(primary_key=True)
    mark: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    given: Mapped[int] = mapped_column(Integer)
