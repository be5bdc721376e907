"""Pages in the order of the public id, for the standards of open data: any number of records, cheap on every page.

The criteria are those of everywhere; what the standards ask besides (when a record changed, a filter in CQL2, certain
records only, only what has a seat) is said in a ``Selection``. What the records are made into is others' business.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import singledispatch
from typing import Final

import orjson
from sqlalchemy.orm import Session

from popmap.catalogue import cursors, expressions
from popmap.catalogue.answers import CANDIDATES, EXACT_TO
from popmap.catalogue.conditions import UNSET, conditions
from popmap.catalogue.criteria import Criteria
from popmap.catalogue.cursors import Position
from popmap.catalogue.fragments import EVERYTHING, Fragment, all_of, run
from popmap.catalogue.memory import MEMORY, stamp
from popmap.catalogue.saved_matches import matching
from popmap.errors import UnavailableError
from popmap.kill_list import HIDDEN
from popmap.saved import Saved, SavedService

MAX_FEATURES: Final = 1_000
MAX_OFFSET: Final = 9_999
"""So many records may be skipped by counting; whoever wants more follows the links."""
_SEATED: Final = ',"location":{"type"'
"""How a record's text says that it has a seat: within a value no quotation mark stands without a backslash."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Which services; equal questions are equal values.

    ``since`` and ``until`` bound when a record last changed, both included; ``filter`` is a text of CQL2; ``ids`` are
    the only ones meant; ``seated`` leaves out what has no seat; ``operator`` is the name of who operates them.
    """

    criteria: Criteria = UNSET
    since: datetime | None = None
    until: datetime | None = None
    filter: str | None = None
    ids: tuple[str, ...] | None = None
    seated: bool = False
    operator: str | None = None


@dataclass(frozen=True, slots=True)
class Features:
    """One page: ids with the records' JSON texts, how many there are of all (None: more than are counted), and the
    cursor of the next page (None: no more).
    """

    rows: tuple[tuple[str, str], ...]
    total: int | None
    next_cursor: str | None
    revision: int


@singledispatch
def features(
    session: Session, selection: Selection, *, limit: int = 10, cursor: str | None = None, offset: int = 0
) -> Features:
    """Return one page in the order of the id, beginning after the cursor or after ``offset`` records.

    Raises ``InputError`` for a cursor of another selection, a place that does not exist, a filter that is not offered.
    """
    where = _where(session, selection)
    position = cursors.read(cursor, selection, (str,)) if cursor else None
    after = Fragment("s.id > :after", {"after": position.values[0]}) if position else EVERYTHING
    both = all_of([where, after])
    sql = _PAGE.format(where=both.sql)
    found = run(session, sql, both.values, {"limit": limit + 1, "offset": offset})
    if position is None:
        all_shown = offset == 0 and len(found) <= limit
        total = (len(found), True) if all_shown else _total(session, selection, where)
        position = Position((), *total)
    return _page([(row.id, row.document) for row in found], selection, position, limit, stamp(session).number)


_PAGE: Final = "SELECT s.id, s.document FROM public_service s WHERE {where} ORDER BY s.id LIMIT :limit OFFSET :offset"
_COUNT: Final = "SELECT count(*) FROM public_service s WHERE {where}"
_COUNT_TO: Final = "SELECT count(*) FROM (SELECT FROM public_service s WHERE {where} LIMIT :most) counted"


def _where(session: Session, selection: Selection) -> Fragment:
    found = [*conditions(session, selection.criteria).values()]
    if selection.since:
        found.append(Fragment("s.updated_at >= :since", {"since": selection.since}))
    if selection.until:
        found.append(Fragment("s.updated_at <= :until", {"until": selection.until}))
    if selection.filter:
        found.append(expressions.compiled(selection.filter))
    if selection.ids is not None:
        found.append(Fragment("s.id = ANY (:ids)", {"ids": list(selection.ids)}))
    if selection.seated:
        found.append(Fragment("strpos(s.document, :seated) > 0", {"seated": _SEATED}))
    if selection.operator is not None:
        found.append(Fragment("operator_of(s.document) = :operator", {"operator": selection.operator}))
    return all_of(found)


def _total(session: Session, selection: Selection, where: Fragment) -> tuple[int, bool]:
    """Return how many match, and whether they were counted to the end: the whole catalogue always is."""

    def count() -> tuple[int, bool]:
        if selection == Selection():
            return run(session, _COUNT.format(where=where.sql), where.values).scalar_one(), True
        most = CANDIDATES if selection.criteria.q else EXACT_TO
        found: int = run(session, _COUNT_TO.format(where=where.sql), where.values, {"most": most + 1}).scalar_one()
        return min(found, most), found <= most

    asked = selection.criteria
    if asked.at or asked.q or asked.open_now:  # as in lists: not remembered
        return count()
    return MEMORY.recall(("features", selection, stamp(session), frozenset(session.info.get(HIDDEN, ()))), count)


def _page(
    found: Sequence[tuple[str, str]], selection: Selection, position: Position, limit: int, revision: int
) -> Features:
    shown = tuple(found[:limit])
    following = None
    if len(found) > limit:
        following = cursors.write(replace(position, values=(shown[-1][0],)), selection)
    return Features(shown, position.total if position.total_is_exact else None, following, revision)


@features.register
def _saved_features(
    saved: Saved, selection: Selection, *, limit: int = 10, cursor: str | None = None, offset: int = 0
) -> Features:
    """The same from the saved copy, which cannot tell what a filter asks."""
    if selection.filter:
        raise UnavailableError("A filter cannot be answered from the saved copy; the database is away.")
    found = sorted((one for one in matching(saved, selection.criteria) if _is_meant(one, selection)), key=_id)
    position = cursors.read(cursor, selection, (str,)) if cursor else Position((), len(found), saved.is_whole)
    rest = [one for one in found if not cursor or one.id > str(position.values[0])][offset:]
    rows = [(one.id, one.document) for one in rest[: limit + 1]]
    return _page(rows, selection, position, limit, saved.copy.head.number)


def _id(one: SavedService) -> str:
    return one.id


def _is_meant(one: SavedService, selection: Selection) -> bool:
    changed = datetime.fromisoformat(one.updated_at)
    return (
        (selection.since is None or changed >= selection.since)
        and (selection.until is None or changed <= selection.until)
        and (selection.ids is None or one.id in selection.ids)
        and (not selection.seated or _SEATED in one.document)
        and (selection.operator is None or orjson.loads(one.document)["organization"] == selection.operator)
    )
