"""Pages, single records and streams of public services, as the stored JSON text of each record.

Records are never taken apart and put together again on the way out: the database keeps each one's JSON text.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

import orjson
from sqlalchemy import ColumnElement, Integer, Row, bindparam, func, literal, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session

from popmap.catalogue import cursors, outlines
from popmap.catalogue.conditions import conditions
from popmap.catalogue.coverage import HERE_AND_NOW, Helping, help_order, spots
from popmap.catalogue.criteria import Criteria
from popmap.catalogue.cursors import Position
from popmap.catalogue.memory import MEMORY, stamp
from popmap.catalogue.order import NO_DISTANCE, Order, order_of
from popmap.catalogue.rows import check, coverage, listing
from popmap.errors import NotFoundError
from popmap.geo import Point

MAX_LIMIT: Final = 100
EXACT_TO: Final = 100_000
"""Totals beyond this are not counted to the end."""
CANDIDATES: Final = 1_000
"""So many matches of a text are ranked, names first; of more, the total is only known to be more."""
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


def search(session: Session, criteria: Criteria, *, limit: int = 25, cursor: str | None = None) -> Page:
    """Return one page of the public services that match, at most 100.

    Raises ``InputError`` for a cursor of other criteria and for a place that does not exist.
    """
    if not 1 <= limit <= MAX_LIMIT:
        raise ValueError(f"limit must be 1 to {MAX_LIMIT}")
    order = order_of(session, criteria)
    where = list(conditions(session, criteria).values())
    position = cursors.read(cursor, criteria, tuple(key.type for key in order.keys)) if cursor else None
    found = _rows(session, _source(criteria, where, order), order, position, limit)
    if position is None:
        position = Position((), *_total(session, criteria, where))
    return _page(session, criteria, found, position, limit=limit, distance=order.distance)


def covering(
    session: Session,
    lon: float,
    lat: float,
    criteria: Criteria,
    *,
    helping: Helping = HERE_AND_NOW,
    limit: int = MAX_LIMIT,
) -> Page:
    """Return the services that serve a point and match the criteria, in the order of help, at most ``limit``.

    First who is usable now and local, then the most specific coverage; with an acute topic, people before everything
    else. ``helping`` holds the page's language and the moment.
    """
    here = replace(criteria, at=Point(lon, lat), place=None)
    (spot,) = spots(session, here)
    where = list(conditions(session, here).values())
    order = [*help_order(session, here, spot, helping), listing.c.id]
    raw = session.scalars(select(listing.c.document).where(*where).order_by(*order).limit(limit)).all()
    total, exact = _total(session, here, where)
    return Page(tuple(raw), total, exact, None, stamp(session).number)


def stream(session: Session, criteria: Criteria) -> Iterator[str]:
    """Yield the JSON text of every matching record, in order of id, at constant memory."""
    where = conditions(session, criteria).values()
    statement = select(listing.c.document).where(*where).order_by(listing.c.id)
    yield from session.scalars(statement, execution_options={"yield_per": _STREAMED_AT_ONCE})


def get(session: Session, id: str) -> dict[str, Any]:  # noqa: A002 - the public name of the thing
    """Return one public record with all its checks and its coverage as GeoJSON; ``NotFoundError`` if there is none."""
    found: dict[str, Any] = orjson.loads(record(session, id))
    return found


def record(session: Session, id: str) -> bytes:  # noqa: A002 - the public name of the thing
    """Return the same as JSON bytes."""
    row = session.execute(_RECORD, {"id": id}).one_or_none()
    if row is None:
        raise NotFoundError(f"No public service has the id {id[:100]!r}.")
    document = orjson.loads(row.document)
    document["coverage"]["geojson"] = outlines.collection(session, row.coverage or [])
    document["checks"] = row.checks or []
    return orjson.dumps(document)


_CHECKS: Final = (
    select(
        func.json_agg(
            aggregate_order_by(
                func.json_build_object(
                    *("level", check.c.level, "method", check.c.method, "on", check.c.checked_on),
                    *("by_role", check.c.by_role, "next_due", check.c.next_due, "evidence_url", check.c.evidence_url),
                ),
                check.c.checked_on.desc(),
                check.c.level.desc(),
            )
        )
    )
    .where(check.c.service_key == listing.c.key)
    .scalar_subquery()
)
_COVERAGE: Final = (
    select(
        func.json_agg(func.json_build_array(coverage.c.type, coverage.c.code, func.ST_AsGeoJSON(coverage.c.shape, 5)))
    )
    .where(coverage.c.service_key == listing.c.key)
    .scalar_subquery()
)
_RECORD: Final = select(listing.c.document, _CHECKS.label("checks"), _COVERAGE.label("coverage")).where(
    listing.c.id == bindparam("id")
)


def _source(criteria: Criteria, where: Sequence[ColumnElement[bool]], order: Order) -> Any:
    """Return the narrow rows to be ordered: key and sort values. Of a text's matches only so many are ranked."""
    columns = [listing.c.key, *(key.expression.label(f"sort_{i}") for i, key in enumerate(order.keys))]
    narrow = select(*columns).where(*where)
    return narrow.limit(CANDIDATES + 1) if criteria.q and criteria.sort == "relevance" else narrow


def _rows(session: Session, source: Any, order: Order, position: Position | None, limit: int) -> Sequence[Row[Any]]:
    hit = source.subquery("hit")
    placed = Order([replace(key, expression=hit.c[f"sort_{i}"]) for i, key in enumerate(order.keys)])
    page = select(hit).order_by(*placed.by()).limit(limit + 1)
    if position is not None:
        page = page.where(placed.after(position.values))
    # the wide texts are fetched for one page only, after the sorting
    narrow = page.subquery("page")
    ordered = Order([replace(key, expression=narrow.c[f"sort_{i}"]) for i, key in enumerate(order.keys)])
    statement = select(narrow, listing.c.document).join(listing, listing.c.key == narrow.c.key)
    return session.execute(statement.order_by(*ordered.by())).all()


def _page(
    session: Session, criteria: Criteria, found: Sequence[Row[Any]], position: Position, *, limit: int, distance: bool
) -> Page:
    shown = found[:limit]
    cursor = None
    if len(found) > limit:
        last = shown[-1]
        cursor = cursors.write(replace(position, values=tuple(last[1:-1])), criteria)
    return Page(
        raw=tuple(_with_distance(row.document, row.sort_0) if distance else row.document for row in shown),
        total=position.total,
        total_is_exact=position.total_is_exact,
        next_cursor=cursor,
        revision=stamp(session).number,
    )


def _with_distance(document: str, metres: int) -> str:
    return f'{document[:-1]},"distance_m":{"null" if metres == NO_DISTANCE else metres}}}'


def _total(session: Session, criteria: Criteria, where: Sequence[ColumnElement[bool]]) -> tuple[int, bool]:
    """Return how many services match and whether that is all of them; the next pages carry it in their cursor."""
    most = CANDIDATES if criteria.q else EXACT_TO

    def count() -> int:
        some = select(literal(1, Integer)).select_from(listing).where(*where).limit(most + 1).subquery()
        return session.execute(select(func.count()).select_from(some)).scalar_one()

    if criteria.open_now:  # holds for a minute only
        found = count()
    else:
        found = MEMORY.recall(("total", replace(criteria, sort="name"), stamp(session)), count)
    return min(found, most), found <= most
