"""A table of many services that came at once, decided on together: its rows page by page, one step for several of them.

Each row stays a submission of its own with its own log; every rule of a single decision holds for each of them, and
what is refused of one row leaves the others decided.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from popmap import duplicates, lookalikes
from popmap.accounts import Person
from popmap.errors import ConflictError, ForbiddenError, NotFoundError
from popmap.lookalikes import Lookalike
from popmap.models import Batch, Submission
from popmap.moderation import approvals
from popmap.moderation.decisions import Verdict, approve, names_of, reject

PAGE: Final = 50

_ROWS: Final = text("""
    SELECT s.key, s.batch_row AS row, s.kind, s.state, coalesce(s.body, '{}') AS body, s.service_id,
      body_digest(s.body) AS digest, approvals_needed(s.key, :rule) AS needed,
      ARRAY(SELECT DISTINCT a.moderator_key FROM approval a LEFT JOIN moderator m ON m.key = a.moderator_key
        WHERE a.submission_key = s.key AND a.body_digest = body_digest(s.body) AND m.disabled_at IS NULL) AS approved_by
    FROM submission s WHERE s.batch_key = :batch AND s.batch_row > :after ORDER BY s.batch_row LIMIT :most""")


@dataclass(frozen=True, slots=True)
class BatchRow:
    """One row of the table, and what a moderator should look at before saying yes to it with others."""

    key: int
    row: int
    kind: str
    state: str
    body: Mapping[str, Any]
    service_id: str | None
    digest: str
    needed: int
    approved_by: Sequence[int]
    alike: Sequence[Lookalike] = ()
    public: Sequence[duplicates.Likely] = ()
    pending: Sequence[duplicates.LikelyPending] = ()

    @property
    def is_plain(self) -> bool:
        """Whether nothing but the record itself needs a look."""
        return self.state == "pending" and not (self.alike or self.public or self.pending)


@dataclass(frozen=True, slots=True)
class Table:
    """A table as it stands: when it came, how many of its rows are in which state, and one page of them."""

    key: int
    at: datetime
    language: str
    rows: int
    states: Mapping[str, int]
    page: Sequence[BatchRow]
    following: int | None


@dataclass(slots=True)
class Outcome:
    """What came of deciding on several rows: how many are decided, wait for a second yes, or were refused, and why."""

    decided: int = 0
    waiting: int = 0
    refused: dict[int, str] = field(default_factory=dict)


def read(session: Session, batch_key: int, *, rule: str, after: int = 0) -> Table:
    """A table with the page of its rows behind row ``after``. Raises ``NotFoundError``."""
    found = session.get(Batch, batch_key)
    if found is None:
        raise NotFoundError("There is no such table.")
    counted = text("SELECT state, count(*) FROM submission WHERE batch_key = :batch GROUP BY state")
    states = {row[0]: row[1] for row in session.execute(counted, {"batch": batch_key})}
    given = {"batch": batch_key, "rule": rule, "after": after, "most": PAGE + 1}
    rows = [BatchRow(**row) for row in session.execute(_ROWS, given).mappings()]
    page = [_looked_at(session, row, rule) for row in rows[:PAGE]]
    following = page[-1].row if len(rows) > PAGE else None
    return Table(batch_key, found.at, found.language, found.rows, states, page, following)


def approve_rows(session: Session, batch_key: int, digests: Mapping[int, str], verdict: Verdict) -> Outcome:
    """Say yes to each of these rows as it was seen (key → digest). Raises ``NotFoundError`` for a row of elsewhere."""

    def step(key: int) -> str:
        return approve(session, key, replace(verdict, digest=digests[key]))

    return _each(session, batch_key, list(digests), step)


def reject_rows(session: Session, batch_key: int, keys: Sequence[int], *, by: Person, words: str) -> Outcome:
    """Decide against each of these rows with the same reason. Raises ``NotFoundError`` for a row of elsewhere."""

    def step(key: int) -> str:
        reject(session, key, by=by, words=words)
        return "rejected"

    return _each(session, batch_key, keys, step)


def _each(session: Session, batch_key: int, keys: Sequence[int], step: Callable[[int], str]) -> Outcome:
    there = set(session.scalars(select(Submission.key).where(Submission.batch_key == batch_key)))
    if not there.issuperset(keys):
        raise NotFoundError("There is no such row in this table.")
    outcome = Outcome()
    for key in sorted(keys):
        try:
            with session.begin_nested():
                state = step(key)
        except (ConflictError, ForbiddenError) as refused:
            outcome.refused[key] = str(refused)
        else:
            outcome.waiting += state == "pending"
            outcome.decided += state != "pending"
    return outcome


def _looked_at(session: Session, row: BatchRow, rule: str) -> BatchRow:
    """The row with what it resembles; one that is decided needs no look."""
    if row.state != "pending":
        return row
    entry = duplicates.entry_of(row.body)
    found = duplicates.likely(session, entry, limit=4)
    beside = approvals.needed_beside(session, [one.id for one in found]) if rule == "acute" else 1
    return replace(
        row,
        needed=max(row.needed, beside),
        alike=lookalikes.of(session, names_of(dict(row.body)), leaving_out=row.service_id),
        public=[one for one in found if one.id != row.service_id][:3],
        pending=duplicates.likely_pending(session, entry, leaving_out=row.key, service_id=row.service_id, limit=3),
    )
