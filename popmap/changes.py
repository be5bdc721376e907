"""The change feed: which services were added, changed and taken down after a revision of the catalogue.

The database writes the log itself (``change_log``), in the transaction that changes what is public. What was taken down
leaves a tombstone: its id, when, and the state it is in since; never who decided.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from popmap import catalogue
from popmap.catalogue import cursors
from popmap.catalogue.cursors import Position
from popmap.catalogue.fragments import run
from popmap.errors import Fault, InputError
from popmap.kill_list import HIDDEN

MOST: Final = 10_000
"""So many services are told at once; the next answer goes on with the ids behind them."""


@dataclass(frozen=True, slots=True)
class Tombstone:
    """A service that is no longer public: since when (UTC), and why (closed, paused, rejected or merged)."""

    id: str
    at: datetime
    why: str


@dataclass(frozen=True, slots=True)
class Changes:
    """What differs between two revisions: ids in alphabetical order. ``next_cursor``: where it goes on; None: all."""

    since: int
    until: int
    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[Tombstone, ...]
    next_cursor: str | None


def since(session: Session, revision: int, *, cursor: str | None = None, most: int = MOST) -> Changes:
    """Return what changed after this revision until the present; 0 gives everything.

    A cursor goes on in what was the present when the first answer was given. Raises ``InputError`` for a revision yet
    to come, or a cursor of another revision.
    """
    present = catalogue.revision(session)
    if not 0 <= revision <= present:
        raise InputError([Fault("since", "out_of_range", str(revision), [f"0 to {present}"])])
    question = ("changes", revision)
    until, after = cursors.read(cursor, question, (int, str)).values if cursor else (present, "")
    rows = run(session, _CHANGES, {"since": revision, "until": until, "after": after, "most": most + 1}, settled=False)
    told, hidden = rows[:most], session.info.get(HIDDEN, ())
    return Changes(
        since=revision,
        until=int(str(until)),
        added=tuple(row.id for row in told if row.is_public and not row.was_public and row.id not in hidden),
        changed=tuple(row.id for row in told if row.is_public and row.was_public and row.id not in hidden),
        removed=tuple(Tombstone(row.id, row.at, row.why) for row in told if row.was_public and not row.is_public),
        next_cursor=cursors.write(Position((until, told[-1].id)), question) if len(rows) > most else None,
    )


# what comes first tells what was before: only what is public can cease to be
_CHANGES: Final = """
SELECT id, NOT (array_agg(is_public ORDER BY revision))[1] AS was_public,
  (array_agg(is_public ORDER BY revision DESC))[1] AS is_public,
  (array_agg(at ORDER BY revision DESC))[1] AS at, (array_agg(why ORDER BY revision DESC))[1] AS why
FROM (SELECT id COLLATE "C" AS id, revision, is_public, at, why FROM public_change
  WHERE revision > :since AND revision <= :until AND id COLLATE "C" > :after) log
GROUP BY id ORDER BY id LIMIT :most"""
