"""What waits for a decision: oldest first, filtered, page by page; and one submission with all that belongs to it.

Rows of one file that came together are one line here, until that file is opened; so are the reports of one service.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from popmap.errors import NotFoundError
from popmap.models import Submission, SubmissionEvent

AGES_DAYS: Final = (2, 7, 30)
PAGE: Final = 30

_WHERE: Final[Mapping[str, str]] = {
    "kind": "s.kind = :kind",
    "state": "s.state = :state",
    "acute": "(is_acute(ARRAY(SELECT jsonb_array_elements_text(coalesce(s.body -> 'topics', '[]')))) "
    "OR is_acute(r.topics))",
    "country": "(s.body -> 'coverage' -> 'countries' ? :country "
    "OR EXISTS (SELECT FROM coverage c WHERE c.service_key = r.key AND c.code = :country) "
    "OR EXISTS (SELECT FROM jsonb_array_elements_text(s.body -> 'coverage' -> 'subdivisions') AS part (code) "
    "WHERE part.code LIKE :country || '-%'))",
    "older_than_days": "s.submitted_at <= now() - make_interval(days => :older_than_days)",
    "batch": "s.batch_key = :batch",
}


@dataclass(frozen=True, slots=True)
class Filters:
    """What to look for; None or False: everything. ``state`` None: all that is not decided."""

    kind: str | None = None
    state: str | None = None
    acute: bool = False
    country: str | None = None
    older_than_days: int | None = None
    batch: int | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the queue. ``rows``: how many came in the same file and wait, or say something about the same
    service; ``approvals``: how many said yes.
    """

    key: int
    kind: str
    state: str
    name: str
    service_id: str | None
    service_kind: str
    problem: str | None
    countries: Sequence[str]
    acute: bool
    submitted_at: datetime
    approvals: int
    batch: int | None
    rows: int


def waiting(
    session: Session, filters: Filters, *, after: tuple[datetime, int] | None = None
) -> tuple[list[Entry], tuple[datetime, int] | None]:
    """One page, oldest first, and where the next one begins (None: this was the last)."""
    given = {name: getattr(filters, name) for name in Filters.__slots__}
    parts = [words for name, words in _WHERE.items() if given[name]]
    if not filters.state:
        parts.append("s.state IN ('pending', 'sent_back')")
    if filters.batch is None:
        parts += [_FIRST_OF_FILE, _FIRST_OF_REPORTS]
    if after is not None:
        parts.append("(s.submitted_at, s.key) > (:at, :key)")
        given |= {"at": after[0], "key": after[1]}
    statement = f"{_SELECT} WHERE {' AND '.join(parts)} ORDER BY s.submitted_at, s.key LIMIT {PAGE + 1}"
    rows = session.execute(text(statement), {name: one for name, one in given.items() if f":{name}" in statement})
    found = [Entry(*row) for row in rows]
    last = found[PAGE - 1] if len(found) > PAGE else None
    return found[:PAGE], (last.submitted_at, last.key) if last else None


def counts(session: Session) -> dict[str, int]:
    """How many of each kind wait, and how many records of the first data nobody has looked at (``unseen``)."""
    asked = "SELECT kind, count(*) FROM submission WHERE state IN ('pending', 'sent_back') GROUP BY kind"
    found: dict[str, int] = {row[0]: row[1] for row in session.execute(text(asked))}
    found["unseen"] = session.execute(text("SELECT count(*) FROM service WHERE status = 'in_review'")).scalar_one()
    return found


def load(session: Session, key: int) -> tuple[Submission, Sequence[SubmissionEvent]]:
    """A submission and its log. Raises ``NotFoundError``."""
    found = session.get(Submission, key)
    if found is None:
        raise NotFoundError("There is no such submission.")
    log = select(SubmissionEvent).where(SubmissionEvent.submission_key == key).order_by(SubmissionEvent.number)
    return found, session.scalars(log).all()


_ACUTE_ROW: Final = "is_acute(ARRAY(SELECT jsonb_array_elements_text(coalesce(o.body -> 'topics', '[]'))))"
# the first of those rows that are looked for: an acute one stands for its table though it is not the first of it
_FIRST_OF_FILE: Final = f"""(s.batch_key IS NULL OR NOT EXISTS (
  SELECT FROM submission o WHERE o.batch_key = s.batch_key AND o.key < s.key AND o.state = s.state
    AND (cast(:kind AS text) IS NULL OR o.kind = :kind) AND (NOT cast(:acute AS boolean) OR {_ACUTE_ROW})
    AND (cast(:country AS text) IS NULL OR o.body -> 'coverage' -> 'countries' ? :country)))"""
_OF_THE_SAME: Final = "o.service_id = s.service_id AND o.kind = 'report' AND o.state = 'pending'"
_FIRST_OF_REPORTS: Final = f"""(s.kind <> 'report' OR s.state <> 'pending'
  OR NOT EXISTS (SELECT FROM submission o WHERE {_OF_THE_SAME} AND o.key < s.key))"""
_SELECT: Final = f"""
  SELECT s.key, s.kind, s.state, coalesce(nullif(s.body ->> 'name', ''), r.name, ''), s.service_id,
    coalesce(s.body ->> 'kind', r.kind, ''),
    CASE WHEN s.kind = 'report' AND s.state = 'pending' THEN (
      SELECT o.problem FROM submission o WHERE {_OF_THE_SAME} ORDER BY o.problem <> 'unsafe', o.key LIMIT 1)
      ELSE s.problem END,
    CASE WHEN s.body IS NULL
      THEN ARRAY(SELECT DISTINCT left(c.code, 2) FROM coverage c WHERE c.service_key = r.key AND c.code IS NOT NULL)
      ELSE ARRAY(SELECT DISTINCT left(code, 2) FROM (
        SELECT jsonb_array_elements_text(s.body -> 'coverage' -> 'countries')
        UNION SELECT jsonb_array_elements_text(s.body -> 'coverage' -> 'subdivisions')) AS parts (code)) END,
    coalesce({_WHERE["acute"]}, false) OR EXISTS (
      SELECT FROM submission o WHERE o.batch_key = s.batch_key AND o.state = s.state AND {_ACUTE_ROW}), s.submitted_at,
    approvals_given(s.key),
    s.batch_key, CASE WHEN s.kind = 'report' AND s.state = 'pending' THEN (
      SELECT count(*) FROM submission o WHERE {_OF_THE_SAME})
      ELSE (SELECT count(*) FROM submission o WHERE o.batch_key = s.batch_key AND o.state = s.state) END
  FROM submission s LEFT JOIN service r ON r.id = s.service_id"""  # noqa: S608 - only our own constants
