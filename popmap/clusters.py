"""What a map shows of a viewport: clusters with the share of each kind, and single marks; at most 300 features.

A cluster is a cell of 64 pixels at the map's zoom. Without filters, or with kinds only, cells come from the pyramid
that the database keeps (zooms 0 to 10); other criteria are counted on the fly over the same grid, so both look alike.
Closer than that each spot is a mark of its own. What is in one spot stays one cluster at every zoom. Which services
match is the catalogue's business.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    FromClause,
    Integer,
    Row,
    Select,
    Text,
    case,
    cast,
    column,
    func,
    literal,
    nulls_last,
    or_,
    select,
    table,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, aggregate_order_by
from sqlalchemy.orm import Session

from popmap.catalogue import Criteria, stamp
from popmap.catalogue.conditions import conditions
from popmap.catalogue.coverage import WORLDWIDE
from popmap.catalogue.memory import MEMORY
from popmap.catalogue.rows import cell, listing
from popmap.geo import BBox
from popmap.vocabulary import KINDS

MAX_FEATURES: Final = 300
PYRAMID_ZOOM: Final = 10
"""The closest zoom the pyramid has; beyond it, spots are shown one by one."""
CLOSEST_ZOOM: Final = 22
CELLS_PER_TILE: Final = 4
"""A cell is 64 pixels: a quarter of the side of a 256-pixel tile."""
_SCANNED_CELLS: Final = 4_096
_FARTHEST_LAT: Final = 85.0511
_ALMOST_ONE: Final = 0.9999999999
_DECIMALS: Final = 5

_ID_SPACE: Final = 10_000_000_000
"""Greater than any town's GeoNames id; a population before it still fits into 63 bits."""
_IDS: Final = ARRAY(BigInteger)

_place = table(
    "place", column("id", BigInteger), column("name", Text), column("names", JSONB), column("population", Integer)
)


@dataclass(frozen=True, slots=True)
class Grid:
    """A viewport in whole cells of one zoom: ``columns`` are one or two ranges (two over 180 degrees), ``rows`` one.

    Viewports that differ by less than a cell are the same grid, hence the same answer.
    """

    zoom: int
    columns: tuple[tuple[int, int], ...]
    rows: tuple[int, int]

    @classmethod
    def of(cls, bbox: BBox, zoom: int) -> "Grid":
        """Return the cells a box touches at a zoom."""
        side = _side(zoom)
        columns = tuple((_cell(_x(box.west), side), _cell(_x(box.east), side)) for box in bbox.split())
        return cls(zoom, columns, (_cell(_y(bbox.north), side), _cell(_y(bbox.south), side)))

    @property
    def size(self) -> int:
        """The number of its cells."""
        return sum(last - first + 1 for first, last in self.columns) * (self.rows[1] - self.rows[0] + 1)

    def coarser(self) -> "Grid":
        """Return the grid of the next zoom out."""
        columns = tuple((first // 2, last // 2) for first, last in self.columns)
        return Grid(self.zoom - 1, columns, (self.rows[0] // 2, self.rows[1] // 2))

    def boxes(self) -> list[BBox]:
        """Return the boxes of these cells in degrees; the outermost rows reach the poles."""
        side = _side(self.zoom)
        north = 90.0 if self.rows[0] == 0 else _lat(self.rows[0] / side)
        south = -90.0 if self.rows[1] == side - 1 else _lat((self.rows[1] + 1) / side)
        return [BBox(_lon(first / side), south, _lon((last + 1) / side), north) for first, last in self.columns]


def grid(bbox: BBox, zoom: int) -> Grid:
    """Return the grid of a viewport, coarser than its zoom where it would hold too many cells to look through."""
    found = Grid.of(bbox, min(zoom, CLOSEST_ZOOM))
    while found.size > _SCANNED_CELLS:
        found = found.coarser()
    return found


def viewport(session: Session, bbox: BBox, zoom: int, criteria: Criteria, *, lang: str = "en") -> dict[str, Any]:
    """Return a GeoJSON FeatureCollection (RFC 7946) of at most 300 clusters and single marks for a box.

    A cluster has ``count``, ``kinds`` (count by kind), ``bbox`` and ``near`` (the biggest town there, in ``lang``); a
    single mark has ``id``, ``kind``, ``name``, ``visitable``. Beside the features: ``everywhere`` (how many matching
    services have no mark because they serve the whole world) and ``revision``. A box among the criteria is left out.
    """
    criteria = replace(criteria, bbox=None, sort="relevance")
    where = conditions(session, criteria)
    rows = _spots(session, grid(bbox, zoom), where, lang) if zoom > PYRAMID_ZOOM else None
    if rows is None:
        rows = _cells(session, grid(bbox, zoom), criteria, where, lang)
    return {
        "type": "FeatureCollection",
        "features": [_feature(row) for row in rows],
        "everywhere": _everywhere(session, criteria, where),
        "revision": stamp(session).number,
    }


# ── from the database ───────────────────────────────────────────────────────────────────────────────────────────────


def _cells(
    session: Session, start: Grid, criteria: Criteria, where: Mapping[str, ColumnElement[bool]], lang: str
) -> Sequence[Row[Any]]:
    """Return the cells of the finest grid that has no more than 300 of them."""
    kept = where.keys() <= {"kind"}
    while start.zoom > PYRAMID_ZOOM and kept and start.size > MAX_FEATURES:
        start = start.coarser()
    while True:
        source = _kept(start, criteria) if kept and start.zoom <= PYRAMID_ZOOM else _counted(start, where)
        rows = session.execute(_gathered(source, lang)).all()
        if len(rows) <= MAX_FEATURES:
            return rows
        start = start.coarser()


def _kept(at: Grid, criteria: Criteria) -> FromClause:
    """Return the pyramid's rows in a grid, one per cell and kind."""
    columns = or_(*(cell.c.cx.between(first, last) for first, last in at.columns))
    rows = select(cell).where(cell.c.zoom == at.zoom, columns, cell.c.cy.between(*at.rows))
    if criteria.kind:
        rows = rows.where(cell.c.kind == func.any(cast(list(criteria.kind), ARRAY(Text))))
    return rows.subquery("cells")


def _counted(at: Grid, where: Mapping[str, ColumnElement[bool]]) -> FromClause:
    """Return the same, counted among the services that match."""
    spot = _spots_in(at, where)
    side = float(_side(at.zoom))
    return _tallied(spot, cast(func.floor(spot.c.x * side), Integer), cast(func.floor(spot.c.y * side), Integer))


def _spots(
    session: Session, at: Grid, where: Mapping[str, ColumnElement[bool]], lang: str
) -> Sequence[Row[Any]] | None:
    """Return the spots in a grid one by one, None when there are too many."""
    spot = _spots_in(at, where)
    rows = session.execute(_gathered(_tallied(spot, spot.c.x, spot.c.y), lang)).all()
    return rows if len(rows) <= MAX_FEATURES else None


def _spots_in(at: Grid, where: Mapping[str, ColumnElement[bool]]) -> FromClause:
    boxes = (func.ST_MakeEnvelope(box.west, box.south, box.east, box.north, 4326) for box in at.boxes())
    inside = or_(*(listing.c.point.op("&&", is_comparison=True)(box) for box in boxes))
    x, y = func.mercator_x(listing.c.point), func.mercator_y(listing.c.point)
    # population before id in one number: the greatest of a group is its biggest town
    town = func.coalesce(_place.c.population, 0) * literal(_ID_SPACE, BigInteger) + _place.c.id
    spots = (
        select(listing.c.key, listing.c.kind, x.label("x"), y.label("y"), town.label("town"))
        .select_from(listing.outerjoin(_place, _place.c.id == listing.c.place_id))
        .where(inside, *where.values())
    )
    return spots.subquery("spot")


def _tallied(spot: FromClause, cx: ColumnElement[Any], cy: ColumnElement[Any]) -> FromClause:
    """Return spots counted by cell and kind, in the pyramid's columns."""
    x, y = spot.c.x, spot.c.y
    town = func.max(spot.c.town)
    columns = (
        *(cx.label("cx"), cy.label("cy"), spot.c.kind, func.count().label("n")),
        *(func.sum(x).label("sum_x"), func.sum(y).label("sum_y"), func.sum(spot.c.key).label("sum_key")),
        *(
            func.min(x).label("min_x"),
            func.min(y).label("min_y"),
            func.max(x).label("max_x"),
            func.max(y).label("max_y"),
        ),
        *((town % _ID_SPACE).label("place_id"), (town // _ID_SPACE).label("population")),
    )
    return select(*columns).group_by(cx, cy, spot.c.kind).subquery("cells")


def _gathered(cells: FromClause, lang: str) -> Select[Any]:
    """Return one row per cell with its kinds, the name of its town, and its service where there is only one."""
    c = cells.c
    n = func.sum(c.n)
    whole = (
        select(
            *(n.label("n"), (func.sum(c.sum_x) / n).label("x"), (func.sum(c.sum_y) / n).label("y")),
            *(func.min(c.min_x).label("min_x"), func.min(c.min_y).label("min_y")),
            *(func.max(c.max_x).label("max_x"), func.max(c.max_y).label("max_y")),
            func.json_object_agg(c.kind, c.n).label("kinds"),
            func.array_agg(aggregate_order_by(c.place_id, nulls_last(c.population.desc())), type_=_IDS)[1].label(
                "place_id"
            ),
            case((n == 1, cast(func.sum(c.sum_key), BigInteger))).label("key"),
            *(c.cx, c.cy),
        )
        .group_by(c.cx, c.cy)
        .order_by(c.cy, c.cx)
        .limit(MAX_FEATURES + 1)
        .subquery("whole")
    )
    near = func.coalesce(_place.c.names[lang].astext, _place.c.name).label("near")
    return (
        select(whole, near, listing.c.id, listing.c.kind, listing.c.name, listing.c.visitable)
        .select_from(
            whole.outerjoin(_place, _place.c.id == whole.c.place_id).outerjoin(listing, listing.c.key == whole.c.key)
        )
        .order_by(whole.c.cy, whole.c.cx)
    )


def _everywhere(session: Session, criteria: Criteria, where: Mapping[str, ColumnElement[bool]]) -> int:
    def count() -> int:
        worldwide = listing.c.coverage_codes.contains([WORLDWIDE])
        statement = select(func.count()).select_from(listing).where(worldwide, *where.values())
        return session.execute(statement).scalar_one()

    # "open now" holds for a minute only
    return count() if criteria.open_now else MEMORY.recall(("everywhere", criteria, stamp(session)), count)


# ── as GeoJSON ──────────────────────────────────────────────────────────────────────────────────────────────────────


def _feature(row: Row[Any]) -> dict[str, Any]:
    properties = _cluster(row) if row.key is None else _single(row)
    position = [round(_lon(row.x), _DECIMALS), round(_lat(row.y), _DECIMALS)]
    return {"type": "Feature", "geometry": {"type": "Point", "coordinates": position}, "properties": properties}


def _cluster(row: Row[Any]) -> dict[str, Any]:
    edges = (_lon(row.min_x), _lat(row.max_y), _lon(row.max_x), _lat(row.min_y))
    return {
        "count": int(row.n),
        "kinds": {kind: row.kinds[kind] for kind in KINDS if kind in row.kinds},
        "bbox": [round(edge, _DECIMALS) for edge in edges],
        "near": row.near,
    }


def _single(row: Row[Any]) -> dict[str, Any]:
    return {"id": row.id, "kind": row.kind, "name": row.name, "visitable": row.visitable}


# ── the unit square of Web Mercator: 0,0 is its north-west corner ───────────────────────────────────────────────────


def _side(zoom: int) -> int:
    """Return how many cells the world is wide."""
    return int(CELLS_PER_TILE * 2**zoom)


def _cell(share: float, side: int) -> int:
    return int(min(max(share, 0.0), _ALMOST_ONE) * side)


def _x(lon: float) -> float:
    return (lon + 180) / 360


def _y(lat: float) -> float:
    lat = min(max(lat, -_FARTHEST_LAT), _FARTHEST_LAT)
    return (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2


def _lon(x: float) -> float:
    return x * 360 - 180


def _lat(y: float) -> float:
    return math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * y))))
