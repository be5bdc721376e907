"""Pages, single records and streams of public services, as the stored JSON text of each record.

Records are never taken apart and put together again on the way out: the database keeps each one's JSON text.
"""

from collections.abc import Generator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import lru_cache, singledispatch
from operator import itemgetter
from typing import Any, Final

import orjson
from sqlalchemy import text
from sqlalchemy.orm import Session

from popmap.catalogue import cursors, outlines, words
from popmap.catalogue.conditions import EVERYWHERE, Level, conditions, levels
from popmap.catalogue.criteria import Criteria
from popmap.catalogue.cursors import Position
from popmap.catalogue.fragments import EVERYTHING, Fragment, all_of, none_of, run
from popmap.catalogue.lines import KEPT
from popmap.catalogue.memory import MEMORY, Memory, stamp
from popmap.catalogue.order import NO_DISTANCE, Key, Order, order_of
from popmap.catalogue.spot_lists import first_here
from popmap.catalogue.texts import remember, texts
from popmap.errors import NotFoundError
from popmap.glance import Rows
from popmap.kill_list import HIDDEN

MAX_LIMIT: Final = 100
EXACT_TO: Final = 100_000
"""Totals beyond this are not counted to the end."""
CANDIDATES: Final = 1_000
"""So many matches of a text are ranked, names first; of more, the total is only known to be more."""
WORLD: Final = 4
"""How specific the coverage of the whole world is (``listing.specificity``)."""
_STREAMED_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class Page:
    """One page of an answer: records as JSON texts, the total, and the cursor of the next page (None: no more)."""

    raw: tuple[str, ...]
    total: int | None
    total_is_exact: bool
    next_cursor: str | None
    revision: int
    _parsed: list[dict[str, Any]] = field(default_factory=list, compare=False, repr=False)

    @property
    def items(self) -> list[dict[str, Any]]:
        """The same records as values."""
        if not self._parsed:
            self._parsed.extend(orjson.loads(text) for text in self.raw)
        return self._parsed


@singledispatch
def search(session: Session, criteria: Criteria, *, limit: int = 25, cursor: str | None = None) -> Page:
    """Return one page of the public services that match, at most 100.

    Raises ``InputError`` for a cursor of other criteria and for a place that does not exist.
    """
    if not 1 <= limit <= MAX_LIMIT:
        raise ValueError(f"limit must be 1 to {MAX_LIMIT}")
    if criteria.at and criteria == Criteria(at=criteria.at) and not cursor and not session.info.get(HIDDEN):
        page = _first_here(session, criteria, limit)
        if page is not None:
            return page
    # what moves with the clock does not hold, and where somebody stands or what he types is not remembered
    if criteria.at or criteria.q or criteria.open_now or criteria.sort == "distance":
        return _searched(session, criteria, limit, cursor)[0]
    asked = (criteria, limit, cursor, stamp(session), frozenset(session.info.get(HIDDEN, ())))
    known = _PAGES.get(asked)
    if known is None:
        page, keys = _searched(session, criteria, limit, cursor)
        remember(session, dict(zip(keys, page.raw, strict=True)))
        _PAGES.put(asked, (keys, page.total, page.total_is_exact, page.next_cursor, page.revision))
        return page
    keys, *others = known
    return Page(texts(session, keys), *others)


_PAGES: Final = Memory(1_000)
"""Which services stand on a page of a list, by state."""


def _first_here(session: Session, criteria: Criteria, limit: int) -> Page | None:
    """Return the first page of who serves a point, when nothing else is asked; None where it takes the usual way."""
    here = first_here(session, criteria.at, limit + 1) if criteria.at else None
    if here is None:
        return None
    total, exact = total_of(session, criteria, [Level(EVERYWHERE)], near=here.near)
    cursor = None
    if len(here.rows) > limit:
        cursor = cursors.write(Position(here.rows[limit - 1][1:], total, exact), criteria)
    keys = [row[0] for row in here.rows[:limit]]
    return Page(texts(session, keys), total, exact, cursor, stamp(session).number)


def _searched(session: Session, criteria: Criteria, limit: int, cursor: str | None) -> tuple[Page, list[int]]:
    """Return the page, and the keys of what stands on it."""
    order = order_of(session, criteria)
    position = cursors.read(cursor, criteria, tuple(key.type for key in order.keys)) if cursor else None
    parts, total = levels(session, criteria), None
    if criteria.q and criteria.sort == "relevance":
        found = _ranked(session, conditions(session, criteria), order, position, limit=limit, q=criteria.q)
        total = _counted(found)
    else:
        in_order = parts if order.local else [Level(all_of(conditions(session, criteria).values()))]
        found = _ordered(session, in_order, order, position, limit)
        total = _all_shown(found, limit)
    if position is None:
        near = _near_known(found, parts[0], order) if order.local else None
        position = Position((), *(total or total_of(session, criteria, parts, near=near)))
    page = _page(session, criteria, found, position, limit=limit, order=order)
    return page, [row.key for row in found[:limit]]


@singledispatch
def stream(session: Session, criteria: Criteria, *, made_by: str = "") -> Generator[str]:
    """Yield the JSON text of every matching record, in order of id, at constant memory.

    In its place the line that is kept of it ``made_by`` somebody (``lines``), where there is one.
    While some are at work the database looks for the next ones, so leave the session alone until the last one is out.
    """
    where = all_of(conditions(session, criteria).values())
    what = f"coalesce({KEPT}, s.document)" if made_by else "s.document"
    sql = f"SELECT {what} FROM public_service s WHERE {where.sql} ORDER BY s.id"  # noqa: S608 - constants
    values = {**where.values, **({"made_by": made_by} if made_by else {})}
    statement = text(sql).execution_options(yield_per=_STREAMED_AT_ONCE)
    # a reader who stops early leaves no cursor open and nobody at work
    with session.execute(statement, values) as result, ThreadPoolExecutor(1) as ahead:
        records = result.scalars()
        coming = ahead.submit(records.fetchmany, _STREAMED_AT_ONCE)
        while found := coming.result():
            coming = ahead.submit(records.fetchmany, _STREAMED_AT_ONCE)
            yield from found


@singledispatch
def without_place(session: Session, ids: Sequence[str]) -> frozenset[str]:
    """Return those of these services that are public and show no place at present: no location, no address to go to."""

    def ask() -> frozenset[str]:
        return frozenset(run(session, _WITHOUT_PLACE, {"ids": list(ids)}).scalars())

    return MEMORY.recall(("without place", tuple(ids), stamp(session)), ask)


_WITHOUT_PLACE: Final = """
SELECT s.id FROM public_service s
WHERE s.id = ANY (:ids) AND s.document::jsonb -> 'location' = 'null' AND NOT s.channel_types && '{in_person,post}'"""


def get(session: Session, id: str) -> dict[str, Any]:  # noqa: A002 - the public name of the thing
    """Return one public record with all its checks and its coverage as GeoJSON; ``NotFoundError`` if there is none."""
    found: dict[str, Any] = orjson.loads(record(session, id))
    return found


@singledispatch
def record(session: Session, id: str) -> bytes:  # noqa: A002 - the public name of the thing
    """Return the same as JSON bytes."""
    hidden = id in session.info.get(HIDDEN, ())
    row = None if hidden else run(session, _RECORD, {"id": id}, settled=True).one_or_none()
    if row is None:
        raise NotFoundError(f"No public service has the id {id[:100]!r}.")
    named = sorted((("subdivision" if "-" in code else "country", code, None) for code in row.codes), key=itemgetter(0))
    covered = [*(row.drawn or ()), *named]
    area = orjson.dumps(outlines.collection(session, covered)).decode()
    # put into the text, not taken apart: within a value of the record no quotation mark stands without a backslash
    before, end, after = row.document.partition(_END_OF_COVERAGE.format(has_area="true" if row.drawn else "false"))
    return f'{before}{end},"geojson":{area}}}{after[1:-1]},"checks":{row.checks}}}'.encode()


_END_OF_COVERAGE: Final = '"has_area" : {has_area}'
_RECORD: Final = """
SELECT s.document, array_remove(s.coverage_codes, '*') AS codes,
  coalesce((SELECT json_agg(json_build_object('level', k.level, 'method', k.method, 'on', k.checked_on,
      'by_role', k.by_role, 'next_due', k.next_due, 'evidence_url', k.evidence_url)
      ORDER BY k.checked_on DESC, k.level DESC)::text
    FROM public_check k WHERE k.service_key = s.key), '[]') AS checks,
  CASE WHEN s.has_area THEN (SELECT json_agg(json_build_array(c.type, NULL, ST_AsGeoJSON(c.shape, 5)))
    FROM public_coverage c WHERE c.service_key = s.key AND c.type = 'area') END AS drawn
FROM public_service s WHERE s.id = :id"""

_NARROW: Final = "SELECT s.key, {columns} FROM public_service s WHERE {where}"
# the limit of the page stands in the innermost text: only so does the planner walk an index instead of sorting
_FIRST: Final = "{narrow} ORDER BY {by} LIMIT {most}"
_REACHED: Final = """
({narrow})
UNION ALL
SELECT held.* FROM unnest(CAST(:hashes AS integer[])) AS list (hash)
CROSS JOIN LATERAL ({held} ORDER BY {by} LIMIT {most}) AS held"""
# "is true" hides the condition from the planner's other indexes: it only tells apart what has one hash by chance
_LISTED: Final = "hash_array(s.coverage_codes) = list.hash AND ({by_code}) IS TRUE"
# each part gives what the parts before it left free; the wide texts are fetched for one page only, after the sorting
_PART: Final = "part{i} AS MATERIALIZED (SELECT * FROM ({found}) found ORDER BY {again} LIMIT {most}{less})"
_LESS: Final = " - (SELECT count(*) FROM part{i})"
_PAGE: Final = """
WITH {parts}, page AS ({union})
SELECT page.*, wide.document, {only_drawn} AS only_drawn
FROM page JOIN public_service wide USING (key) ORDER BY {again}"""
# whole words first: that is quick, and where so many are found, beginnings of words need not be looked for
_CANDIDATES: Final = """
(SELECT * FROM whole) UNION ALL ({narrow} LIMIT {most} - (SELECT count(*) FROM whole))"""
_RANKED: Final = """
WITH whole AS MATERIALIZED ({whole} LIMIT {most}), page AS (
  SELECT * FROM (SELECT s.*, count(*) OVER () AS found FROM ({candidates}) s) s
  WHERE {after} ORDER BY {again} LIMIT :limit)
SELECT page.*, wide.document FROM page JOIN public_service wide USING (key) ORDER BY {again}"""


def _ordered(session: Session, parts: Sequence[Level], order: Order, position: Position | None, limit: int) -> Rows:
    """Return one row more than the page has: key, sort values, text."""
    _, again = _sort_columns(order)
    after = order.after(position.values) if position else EVERYTHING
    found = [_first(part, order, after, limit + 1) for part in parts]
    ctes = [
        _PART.format(
            i=i,
            found=some.sql,
            again=again.by(),
            most=limit + 1,
            less="".join(_LESS.format(i=before) for before in range(i)),
        )
        for i, some in enumerate(found)
    ]
    union = " UNION ALL ".join(f"SELECT * FROM part{i}" for i in range(len(parts)))  # noqa: S608 - constants
    only_drawn = "0" if position else _only_drawn(parts[0])
    sql = _PAGE.format(parts=", ".join(ctes), union=union, only_drawn=only_drawn, again=again.by())
    settled = parts[0].only_reach or None
    return run(session, sql, *(some.values for some in found), order.values, after.values, settled=settled)


def _first(part: Level, order: Order, after: Fragment, most: int) -> Fragment:
    """Return the query for the first services of a part after a position."""
    columns, _ = _sort_columns(order)
    where = all_of([part.where, after])
    narrow = _NARROW.format(columns=columns, where=where.sql)
    if part.reach is None:
        return Fragment(_FIRST.format(narrow=narrow, by=order.by(), most=most), where.values)
    others, by_code = all_of([part.others, after]), part.reach.by_code
    only_drawn = all_of([part.reach.only_drawn, others])
    listed = all_of([Fragment(_LISTED.format(by_code=by_code.sql), by_code.values), others])
    sql = _REACHED.format(
        narrow=_NARROW.format(columns=columns, where=only_drawn.sql),
        held=_NARROW.format(columns=columns, where=listed.sql),
        by=order.by(),
        most=most,
    )
    return Fragment(sql, {**only_drawn.values, **listed.values, "hashes": list(part.reach.hashes)})


def _ranked(
    session: Session, where: Mapping[str, Fragment], order: Order, position: Position | None, *, limit: int, q: str
) -> Rows:
    """Return the same for the text ``q``: only so many of its matches are ranked, and counted on the way."""
    columns, again = _sort_columns(order)
    after = again.after(position.values) if position else EVERYTHING
    whole = words.whole(words.read(session, q))
    others = [condition for name, condition in where.items() if name != "q"]
    at_once = all_of([whole, *others])
    beyond = all_of([none_of(whole), *where.values()])
    most = CANDIDATES + 1
    sql = _RANKED.format(
        whole=_NARROW.format(columns=columns, where=at_once.sql),
        candidates=_CANDIDATES.format(narrow=_NARROW.format(columns=columns, where=beyond.sql), most=most),
        after=after.sql,
        again=again.by(),
        most=most,
    )
    values = (at_once.values, beyond.values, order.values, after.values)
    return run(session, sql, *values, {"limit": limit + 1})


def _sort_columns(order: Order) -> tuple[str, Order]:
    """Return the sort keys as columns, and the order over these columns."""
    return _columns_of(tuple(order.keys))


@lru_cache(maxsize=200)
def _columns_of(keys: tuple[Key, ...]) -> tuple[str, Order]:
    names = [f"sort_{i}" for i in range(len(keys))]
    columns = ", ".join(f"{key.sql} AS {name}" for key, name in zip(keys, names, strict=True))
    return columns, Order([replace(key, sql=name) for key, name in zip(keys, names, strict=True)])


def _counted(found: Rows) -> tuple[int, bool]:
    number = found[0].found if found else 0
    return min(number, CANDIDATES), number <= CANDIDATES


def _page(session: Session, criteria: Criteria, found: Rows, position: Position, *, limit: int, order: Order) -> Page:
    shown = found[:limit]
    cursor = None
    if len(found) > limit:
        last = shown[-1][1 : 1 + len(order.keys)]
        cursor = cursors.write(replace(position, values=tuple(last)), criteria)
    return Page(
        raw=tuple(with_distance(row.document, row.sort_0) if order.distance else row.document for row in shown),
        total=position.total,
        total_is_exact=position.total_is_exact,
        next_cursor=cursor,
        revision=stamp(session).number,
    )


def with_distance(document: str, metres: int) -> str:
    """Return the record's text with the distance in it."""
    return f'{document[:-1]},"distance_m":{"null" if metres == NO_DISTANCE else metres}}}'


def _all_shown(found: Rows, limit: int) -> tuple[int, bool] | None:
    """Return the total when the first page is all there is; None when there is more."""
    return (len(found), True) if len(found) <= limit else None


def _near_known(found: Rows, first: Level, order: Order) -> int | None:
    """Return how many local services there are, if that is known: the page goes on to the whole world after the last of
    them, or it was counted on the way.
    """
    near: int = sum(row[1 + order.specific] != WORLD for row in found)
    if near < len(found):
        return near
    if not found or first.reach is None or not first.only_reach:
        return None
    only_drawn: int = found[0].only_drawn
    return first.reach.listed + only_drawn


def _only_drawn(first: Level) -> str:
    """Return the number of those that only a drawn area brings, where all others are counted already; 0 elsewhere."""
    if first.reach is None or not first.only_reach:
        return "0"
    where = all_of([first.reach.only_drawn, first.others])
    return f"(SELECT count(*) FROM public_service s WHERE {where.sql})"  # noqa: S608 - constants


def total_of(
    session: Session, criteria: Criteria, parts: Sequence[Level], *, near: int | None = None
) -> tuple[int, bool]:
    """Return how many services match and whether that is all of them; the next pages carry it in their cursor.

    What serves the whole world is the same number wherever somebody asks from: it is counted once. ``near``: how many
    of all others there are, where that is known already.
    """
    most = CANDIDATES if criteria.q else EXACT_TO
    *local, far = parts
    asked = replace(criteria, sort="name")

    def count(some: Sequence[Level]) -> int:
        return _count(session, some, most)

    if criteria.open_now:  # holds for a minute only
        found = count(parts)
    elif criteria.at is None:
        found = MEMORY.recall(("total", asked, stamp(session)), lambda: count(parts))
    else:  # where somebody stands is not remembered
        elsewhere = replace(asked, at=None, place=None, country=(), subdivision=())
        everywhere = MEMORY.recall(("total everywhere", elsewhere, stamp(session)), lambda: count([far]))
        found = everywhere + (count(local) if near is None else near)
    return min(found, most), found <= most


def _count(session: Session, parts: Sequence[Level], most: int) -> int:
    """Return the number of services in all parts, counted in one statement; each part to just beyond ``most``."""
    if not parts:
        return 0
    each = " + ".join(_COUNT.format(where=part.where.sql, limit=most + 1) for part in parts)
    found: int = run(session, f"SELECT {each}", *(part.where.values for part in parts)).scalar_one()
    return found


_COUNT: Final = "(SELECT count(*) FROM (SELECT FROM public_service s WHERE {where} LIMIT {limit}) counted)"
