"""Which services a person should look at again, whose operator is asked, and what a confirmation changes.

Every service has a day on which its next check is due (180 days after the last for acute topics, six months for what
answers live, a year for the rest). Two weeks before, its operator is asked by mail, once for each due day, at the
address that the service itself makes public. A confirmation is a check of level 3 and gives the record a new version.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from popmap import versions
from popmap.errors import NotFoundError
from popmap.models import Service, ServiceCheck
from popmap.vocabulary import ACUTE_TOPICS, LIVE_CHANNELS

ASKED_BEFORE: Final = timedelta(days=14)
ACUTE_EVERY: Final = timedelta(days=180)
LIVE_EVERY: Final = timedelta(days=182)
EVERY: Final = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Due:
    """A public service whose check is due on a day; ``mailbox`` is what it makes public, or None."""

    key: int
    id: str
    name: str
    language: str
    due: date
    mailbox: str | None
    kind: str = ""
    is_acute: bool = False
    asked_on: date | None = None
    """When its operator was asked for this due day, if that was done."""


def due(session: Session, on: date) -> list[Due]:
    """Public services whose check is due on this day or before, the longest overdue first."""
    return _found(session, on, "")


def to_remind(session: Session, on: date, *, limit: int = 200) -> list[Due]:
    """Those due within two weeks whose operator has a mailbox and was not yet asked for this due day."""
    unasked = """
        AND mail.value IS NOT NULL
        AND NOT EXISTS (SELECT FROM reminder r WHERE r.service_key = s.key AND r.due = s.next_check_due)"""
    return _found(session, on + ASKED_BEFORE, unasked)[:limit]


def reminded(session: Session, one: Due) -> None:
    """Remember that the operator was asked for this due day."""
    statement = "INSERT INTO reminder (service_key, due) VALUES (:key, :due) ON CONFLICT DO NOTHING"
    session.execute(text(statement), {"key": one.key, "due": one.due})


@dataclass(frozen=True, slots=True)
class Check:
    """That somebody looked: how (a key of ``METHODS``), in which role, on which page it was seen, if on one."""

    method: str
    by_role: str
    evidence_url: str | None = None


METHODS: Final[Mapping[str, int]] = {
    "source_seen": 1,
    "two_sources": 2,
    "operator_confirmed": 3,
    "channel_tried": 4,
}
"""How a service can be checked, and the level that this is."""


def confirm(session: Session, service_id: str, *, due_on: date, on: date) -> bool:
    """The operator says that all is right; False, and nothing is changed, where that check has been done already.

    Raises ``NotFoundError`` when there is no such public service.
    """
    service = _public(session, service_id)
    if service.next_check_due is not None and service.next_check_due > due_on:
        return False
    _keep(session, service, Check("operator_confirmed", "operator"), on=on, reason="confirmed by its operator")
    return True


def checked(session: Session, service_id: str, check: Check, *, on: date) -> date:
    """A moderator has looked and all is right; the day on which the next check is due.

    Nothing of the record changes but when and how it was checked. Raises ``NotFoundError``.
    """
    return _keep(session, _public(session, service_id), check, on=on, reason="checked")


def _public(session: Session, service_id: str) -> Service:
    query = "SELECT s.key FROM service s JOIN listing USING (key) WHERE s.id = :id FOR UPDATE OF s"
    key = session.execute(text(query), {"id": service_id}).scalar_one_or_none()
    service = session.get(Service, key) if key is not None else None
    if service is None:
        raise NotFoundError("No public service has this id.")
    return service


def _keep(session: Session, service: Service, check: Check, *, on: date, reason: str) -> date:
    types = session.execute(text("SELECT type FROM channel WHERE service_key = :key"), {"key": service.key}).scalars()
    next_due = next_after(on, types, service.topics)
    told = {"method": check.method, "by_role": check.by_role, "evidence_url": check.evidence_url}
    level = METHODS[check.method]
    session.add(ServiceCheck(service_key=service.key, level=level, checked_on=on, next_due=next_due, **told))
    service.verified_on, service.next_check_due = on, next_due
    session.flush()
    source = {service.id: check.evidence_url or ""}
    versions.record(session, "service", source, by_role=check.by_role, reason=reason)
    versions.refresh(session, [service.key])
    return next_due


def next_after(on: date, channel_types: Iterable[str], topics: Iterable[str]) -> date:
    """When a service that was checked on this day is due again."""
    if ACUTE_TOPICS & set(topics):
        return on + ACUTE_EVERY
    return on + (LIVE_EVERY if LIVE_CHANNELS & set(channel_types) else EVERY)


def _found(session: Session, until: date, more: str) -> list[Due]:
    query = f"""
        SELECT s.key, s.id, s.name, s.languages, s.next_check_due, mail.value, s.kind, is_acute(s.topics),
          (SELECT r.sent_at::date FROM reminder r WHERE r.service_key = s.key AND r.due = s.next_check_due)
        FROM service s JOIN listing USING (key)
        LEFT JOIN LATERAL (
          SELECT c.value FROM channel c WHERE c.service_key = s.key AND c.type = 'email' AND c.linkable
          ORDER BY c.position LIMIT 1) AS mail ON true
        WHERE s.next_check_due <= :until {more} ORDER BY s.next_check_due, s.id"""  # noqa: S608 - our own words
    rows = session.execute(text(query), {"until": until})
    return [Due(row[0], row[1], row[2], _language(row[3]), *row[4:]) for row in rows]


def _language(languages: Iterable[str]) -> str:
    ours: Mapping[str, Any] = dict.fromkeys(("en", "fr", "ar", "es", "ru", "zh"))
    return next((tag[:2] for tag in languages if tag[:2] in ours), "en")
