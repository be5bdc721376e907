"""What waits for a decision is looked up as what is public is: so that moderators see the same thing sent twice.

The keys of an open submission stand in a table of their own, written with every step that leaves it open and struck out
with the one that ends it. Only moderators ask here; nothing of it is ever shown to a visitor.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from popmap.duplicates import keys
from popmap.duplicates.finding import SHOWN_FROM
from popmap.duplicates.keys import WORLD, Entry, Keys
from popmap.duplicates.scoring import Match, compare

_MOST: Final = 60
"""So many are compared in full; of what is sent a hundred times the first ones say enough."""

_CANDIDATES: Final = text("""
    SELECT s.key, s.kind, s.submitted_at, s.body, s.service_id IS NOT DISTINCT FROM cast(:service_id AS text)
      AND s.service_id IS NOT NULL AS of_the_same
    FROM submission s
    WHERE s.state IN ('pending', 'sent_back') AND s.body IS NOT NULL AND s.key <> :leaving_out
      AND (s.service_id = :service_id OR s.key IN (
        SELECT submission_key FROM pending_key WHERE type <> 'name' AND value = ANY (cast(:exact AS text[]))
        UNION
        SELECT k.submission_key FROM unnest(cast(:names AS text[])) AS asked (name)
          JOIN pending_key k ON k.type = 'name' AND k.value % asked.name))
    ORDER BY s.submitted_at, s.key LIMIT :most""")


@dataclass(frozen=True, slots=True)
class LikelyPending:
    """An open submission that is likely about the same service (``matches``), or for certain (``of_the_same``)."""

    key: int
    kind: str
    name: str
    submitted_at: datetime
    score: float
    matches: tuple[Match, ...]
    of_the_same: bool


def keep_pending(session: Session, submission_key: int, record: Mapping[str, Any] | None) -> None:
    """Bring the keys of an open submission up to date with what it proposes; None strikes them out."""
    session.execute(text("DELETE FROM pending_key WHERE submission_key = :key"), {"key": submission_key})
    if not record:
        return
    found = keys.of(keys.entry_of(record))
    by_type = {name: sorted(getattr(found, name)) for name in ("phone", "text", "web", "email", "initials")}
    rows = [(type_, value) for type_, values in (*by_type.items(), ("name", found.names)) for value in values]
    statement = """
        INSERT INTO pending_key (submission_key, type, value)
        SELECT :key, * FROM unnest(cast(:types AS text[]), cast(:values AS text[])) ON CONFLICT DO NOTHING"""
    given = {"key": submission_key, "types": [row[0] for row in rows], "values": [row[1] for row in rows]}
    session.execute(text(statement), given)


def likely_pending(
    session: Session, entry: Entry, *, leaving_out: int = 0, service_id: str | None = None, limit: int = 5
) -> list[LikelyPending]:
    """What waits and is more likely than not about the service described, or proposes a change of ``service_id``."""
    asked = keys.of(entry)
    given = {
        "exact": sorted(asked.exact | asked.initials),
        "names": list(asked.names),
        "leaving_out": leaving_out,
        "service_id": service_id,
        "most": _MOST,
    }
    found = [_compared(asked, entry.countries, row) for row in session.execute(_CANDIDATES, given)]
    near = [one for one in found if one.of_the_same or one.score >= SHOWN_FROM]
    near.sort(key=lambda one: (not one.of_the_same, -one.score, one.key))
    return near[:limit]


def _compared(asked: Keys, countries: Sequence[str], row: Any) -> LikelyPending:
    other = keys.entry_of(row.body)
    served = other.countries or [WORLD]
    result = compare(asked, keys.of(other), (countries, served), {})
    name = row.body.get("name") or ""
    return LikelyPending(
        row.key, row.kind, name, row.submitted_at, round(result.score, 3), result.matches, row.of_the_same
    )
