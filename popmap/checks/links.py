"""Which addresses of public services are to be asked again, and what became of them.

Each is asked once in ``EVERY``; what did not answer, sooner. The record stays as it is: moderators see what is dead or
has moved, and decide. A single failure is told nobody: a line counts as dead after ``DEAD_AFTER`` in a row.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from popmap.checks.fetching import Answer

EVERY: Final = timedelta(days=30)
AGAIN_AFTER: Final = timedelta(days=2)
"""So soon what did not answer is asked again."""
DEAD_AFTER: Final = 3
"""Failures in a row, over as many visits."""

_ADDRESSES: Final = """
    SELECT s.key, s.website AS url FROM service s JOIN listing USING (key) WHERE s.website IS NOT NULL
    UNION SELECT c.service_key, c.value FROM channel c JOIN listing l ON l.key = c.service_key
      WHERE c.linkable AND c.value ~ '^https?://'"""


@dataclass(frozen=True, slots=True)
class Link:
    """An address that a public service gives."""

    service_key: int
    url: str


@dataclass(frozen=True, slots=True)
class DeadLink:
    """An address that is gone, that does not answer, or that has moved, for moderators."""

    service_id: str
    service_name: str
    url: str
    kind: str
    status: int | None
    moved_to: str | None
    checked_at: datetime


def due(session: Session, at: datetime, *, limit: int = 200) -> list[Link]:
    """The addresses to ask now, those never asked first."""
    query = f"""
        SELECT one.key AS service_key, one.url FROM ({_ADDRESSES}) AS one
        LEFT JOIN link_check k ON k.service_key = one.key AND k.url = one.url
        WHERE k.checked_at IS NULL OR k.checked_at <= CASE WHEN k.failures > 0 THEN cast(:again AS timestamptz)
          ELSE cast(:before AS timestamptz) END
        ORDER BY k.checked_at NULLS FIRST, one.key, one.url LIMIT :limit"""  # noqa: S608 - our own constant
    values: dict[str, Any] = {"before": at - EVERY, "again": at - AGAIN_AFTER, "limit": limit}
    return [Link(row.service_key, row.url) for row in session.execute(text(query), values)]


def keep(session: Session, link: Link, answer: Answer, at: datetime) -> None:
    """Remember what became of an address; how often in a row it failed is counted."""
    statement = """
        INSERT INTO link_check (service_key, url, checked_at, kind, status, moved_to, failures)
        VALUES (:key, :url, :at, :kind, :status, :moved_to, :failed)
        ON CONFLICT (service_key, url) DO UPDATE SET checked_at = excluded.checked_at, kind = excluded.kind,
          status = excluded.status, moved_to = excluded.moved_to,
          failures = CASE WHEN excluded.failures > 0 THEN link_check.failures + 1 ELSE 0 END"""
    values: dict[str, Any] = {"key": link.service_key, "url": link.url, "at": at, "kind": answer.kind}
    values |= {"status": answer.status, "moved_to": answer.moved_to and answer.moved_to[:2000]}
    session.execute(text(statement), values | {"failed": int(answer.kind in {"gone", "unreachable"})})


def forget_unused(session: Session) -> int:
    """Drop what is known of addresses that no public service gives any more; how many."""
    statement = f"""
        DELETE FROM link_check k WHERE NOT EXISTS (
          SELECT FROM ({_ADDRESSES}) AS one WHERE one.key = k.service_key AND one.url = k.url) RETURNING 1"""  # noqa: S608
    return len(session.execute(text(statement)).all())


def dead(session: Session) -> Sequence[DeadLink]:
    """What moderators should look at: gone or silent time after time, or moved for good; the longest known first."""
    query = """
        SELECT l.id, l.name, k.url, k.kind, k.status, k.moved_to, k.checked_at
        FROM link_check k JOIN listing l ON l.key = k.service_key
        WHERE k.failures >= :dead_after OR k.kind = 'moved' ORDER BY k.kind, k.checked_at, l.id"""
    return [DeadLink(*row) for row in session.execute(text(query), {"dead_after": DEAD_AFTER})]
