"""The change feed: which services were added, changed and taken down after a revision of the catalogue.

The database writes the log itself (``change_log``), in the transaction that changes what is public. What was taken down
leaves a tombstone: its id, when, and the state it is in since; never who decided.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from popmap import catalogue
from popmap.errors import Fault, InputError
from popmap.kill_list import HIDDEN

MOST: Final = 10_000
"""An answer ends with the revision in which so many lines of the log are reached; the next one goes on from there."""


@dataclass(frozen=True, slots=True)
class Tombstone:
    """A service that is no longer public: since when (UTC), and why (closed, paused, rejected or merged)."""

    id: str
    at: datetime
    why: str


@dataclass(frozen=True, slots=True)
class Changes:
    """What differs between two revisions: ids in alphabetical order. ``is_all``: the later one is the present."""

    since: int
    until: int
    is_all: bool
    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[Tombstone, ...]


def since(session: Session, revision: int, *, most: int = MOST) -> Changes:
    """Return what changed after this revision; 0 gives everything. ``InputError`` for a revision yet to come."""
    present = catalogue.revision(session)
    if not 0 <= revision <= present:
        raise InputError([Fault("since", "out_of_range", str(revision), [f"0 to {present}"])])
    reached, last = session.execute(_REACHED, {"since": revision, "most": most}).one()
    is_all = reached is None or reached == last
    until = present if is_all else reached
    rows = session.execute(_CHANGES, {"since": revision, "until": until}).all()
    hidden = session.info.get(HIDDEN, ())
    return Changes(
        since=revision,
        until=until,
        is_all=is_all,
        added=tuple(row.id for row in rows if row.is_public and not row.was_public and row.id not in hidden),
        changed=tuple(row.id for row in rows if row.is_public and row.was_public and row.id not in hidden),
        removed=tuple(Tombstone(row.id, row.at, row.why) for row in rows if row.was_public and not row.is_public),
    )


_REACHED: Final = text("""
SELECT (SELECT max(revision) FROM
    (SELECT revision FROM public_change WHERE revision > :since ORDER BY revision LIMIT :most) seen) AS reached,
  (SELECT max(revision) FROM public_change) AS last""")
# what comes first tells what was before: only what is public can cease to be
_CHANGES: Final = text("""
SELECT id, NOT (array_agg(is_public ORDER BY revision))[1] AS was_public,
  (array_agg(is_public ORDER BY revision DESC))[1] AS is_public,
  (array_agg(at ORDER BY revision DESC))[1] AS at, (array_agg(why ORDER BY revision DESC))[1] AS why
FROM public_change WHERE revision > :since AND revision <= :until GROUP BY id ORDER BY id COLLATE "C" """)
