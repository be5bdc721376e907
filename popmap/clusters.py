"""What a map shows of a viewport: clusters with the share of each kind, and single marks; at most 300 features.

A cluster is a cell of 64 pixels at the map's zoom. Without filters, or with kinds only, cells come from the pyramid
that the database keeps (zooms 0 to 10); other criteria are counted on the fly over the same grid, so both look alike.
Closer than that each spot is a mark of its own. What is in one spot stays one cluster at every zoom. Which services
match is the catalogue's business.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, singledispatch
from typing import Any, Final

import orjson
from sqlalchemy.orm import Session

from popmap.catalogue import Criteria, stamp
from popmap.catalogue.conditions import conditions, inside
from popmap.catalogue.fragments import Fragment, all_of, run
from popmap.catalogue.memory import MEMORY
from popmap.catalogue.saved_matches import matching as matching_saved
from popmap.geo import BBox
from popmap.saved import Saved, SavedService
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


_CELL: Final = "c.zoom = :zoom AND ({columns}) AND c.cy BETWEEN :top AND :bottom AND {kinds}"
_KEPT: Final = "SELECT c.* FROM cell c WHERE {where}"
# population before id in one number: the greatest of a group is its biggest town (ids stay below 10,000,000,000)
_SPOTS: Final = """
SELECT s.key, s.kind, mercator_x(s.point) AS x, mercator_y(s.point) AS y,
  coalesce(p.population, 0) * 10000000000 + p.id AS town
FROM public_service s LEFT JOIN place p ON p.id = s.place_id WHERE {where}"""
_TALLIED: Final = """
SELECT {cx} AS cx, {cy} AS cy, kind, count(*) AS n, sum(x) AS sum_x, sum(y) AS sum_y, sum(key) AS sum_key,
  min(x) AS min_x, min(y) AS min_y, max(x) AS max_x, max(y) AS max_y,
  max(town) % 10000000000 AS place_id, max(town) / 10000000000 AS population
FROM ({spots}) spot GROUP BY 1, 2, 3"""
# one row per cell: its kinds, the name of its town, and its service where there is only one; then all as GeoJSON text,
# which costs the database less than it costs us to take rows apart
_GATHERED: Final = """
SELECT count(*) AS number, coalesce(string_agg(feature, ',' ORDER BY cy, cx), '') AS features FROM (
  SELECT g.cx, g.cy, '{{"type":"Feature","geometry":{{"type":"Point","coordinates":[' || {lon} || ',' || {lat}
    || ']}},"properties":{{' || CASE WHEN g.key IS NULL
      THEN '"count":' || g.n || ',"kinds":{{' || g.kinds
        || '}},"bbox":[' || {west} || ',' || {south} || ',' || {east} || ',' || {north} || '],"near":'
        || coalesce(to_json(coalesce(p.names ->> :lang, p.name))::text, 'null')
      ELSE '"id":' || to_json(s.id) || ',"kind":"' || s.kind || '","name":' || to_json(s.name)
        || ',"visitable":' || s.visitable
    END || '}}}}' AS feature
  FROM (
    SELECT cx, cy, sum(n)::integer AS n, sum(sum_x) / sum(n) AS x, sum(sum_y) / sum(n) AS y,
      min(min_x) AS min_x, min(min_y) AS min_y, max(max_x) AS max_x, max(max_y) AS max_y,
      concat_ws(',', {kinds}) AS kinds,
      9999999999 - max((population + 1) * 10000000000 + 9999999999 - place_id) % 10000000000 AS place_id,
      CASE sum(n) WHEN 1 THEN sum(sum_key)::bigint END AS key
    FROM ({cells}) cells GROUP BY cx, cy LIMIT :most
  ) g
  LEFT JOIN place p ON p.id = g.place_id LEFT JOIN public_service s ON s.key = g.key
) f"""
# aggregates without an order of their own: sorting within each cell costs more than all the rest
_KIND: Final = "'\"{kind}\":' || sum(n) FILTER (WHERE kind = '{kind}')"
_LON: Final = "round(({x} * 360 - 180) * 100000) / 100000"
_LAT: Final = "round(degrees(atan(sinh(pi() * (1 - 2 * {y})))) * 100000) / 100000"
_FEATURES: Final = _GATHERED.format(
    lon=_LON.format(x="g.x"),
    lat=_LAT.format(y="g.y"),
    west=_LON.format(x="g.min_x"),
    south=_LAT.format(y="g.max_y"),
    east=_LON.format(x="g.max_x"),
    north=_LAT.format(y="g.min_y"),
    kinds=", ".join(_KIND.format(kind=kind) for kind in KINDS),
    cells="{cells}",
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


@lru_cache(maxsize=1_000)
def grid(bbox: BBox, zoom: int) -> Grid:
    """Return the grid of a viewport, coarser than its zoom where it would hold too many cells to look through."""
    found = Grid.of(bbox, min(zoom, CLOSEST_ZOOM))
    while found.size > _SCANNED_CELLS:
        found = found.coarser()
    return found


def viewport(session: Session, bbox: BBox, zoom: int, criteria: Criteria, *, lang: str = "en") -> dict[str, Any]:
    """Return what ``viewport_json`` gives, as values."""
    found: dict[str, Any] = orjson.loads(viewport_json(session, bbox, zoom, criteria, lang=lang))
    return found


@singledispatch
def viewport_json(session: Session, bbox: BBox, zoom: int, criteria: Criteria, *, lang: str = "en") -> bytes:
    """Return a GeoJSON FeatureCollection (RFC 7946) of at most 300 clusters and single marks for a box.

    A cluster has ``count``, ``kinds`` (count by kind), ``bbox`` and ``near`` (the biggest town there, in ``lang``); a
    single mark has ``id``, ``kind``, ``name``, ``visitable``. Beside the features: ``everywhere`` (how many matching
    services have no mark because they serve the whole world) and ``revision``. A box among the criteria is left out.
    """
    criteria = replace(criteria, bbox=None, sort="relevance")
    where = conditions(session, criteria)
    matching = all_of(where.values())
    features = _spots(session, grid(bbox, zoom), matching, lang=lang) if zoom > PYRAMID_ZOOM else None
    if features is None:
        kept = where.keys() <= {"kind"}
        features = _cells(session, grid(bbox, zoom), matching, criteria.kind if kept else None, lang=lang)
    everywhere, revision = _everywhere(session, criteria, matching), stamp(session).number
    foot = f'],"everywhere":{everywhere},"revision":{revision}}}'
    return f'{{"type":"FeatureCollection","features":[{features}{foot}'.encode()


# ── from the database ───────────────────────────────────────────────────────────────────────────────────────────────


def _cells(session: Session, start: Grid, matching: Fragment, kinds: tuple[str, ...] | None, *, lang: str) -> str:
    """Return the cells of the finest grid that has no more than 300; ``kinds`` if nothing else narrows, else None."""
    while True:
        kept = kinds is not None and start.zoom <= PYRAMID_ZOOM
        cells = kept_cells(start, kinds or ()) if kept else counted_cells(start, matching)
        features = _gathered(session, cells, lang, settled=kept or None)
        if features is not None:
            return features
        start = start.coarser()


def kept_cells(at: Grid, kinds: tuple[str, ...]) -> Fragment:
    """Return the pyramid's rows in a grid, one per cell and kind."""
    ranges = list(enumerate(at.columns))
    values: dict[str, Any] = {"zoom": at.zoom, "top": at.rows[0], "bottom": at.rows[1]}
    values |= {name: value for i, (first, last) in ranges for name, value in ((f"first{i}", first), (f"last{i}", last))}
    columns = " OR ".join(f"c.cx BETWEEN :first{i} AND :last{i}" for i, _ in ranges)
    where = _CELL.format(columns=columns, kinds="c.kind = ANY (:kind)" if kinds else "true")
    return Fragment(_KEPT.format(where=where), values | ({"kind": list(kinds)} if kinds else {}))


def counted_cells(at: Grid, matching: Fragment) -> Fragment:
    """Return the same, counted among the services that match."""
    spots = spots_in(at, matching)
    cx, cy = (f"floor({axis} * :side)::integer" for axis in "xy")
    return Fragment(_TALLIED.format(cx=cx, cy=cy, spots=spots.sql), {**spots.values, "side": float(_side(at.zoom))})


def _spots(session: Session, at: Grid, matching: Fragment, *, lang: str) -> str | None:
    """Return the spots in a grid one by one, None when there are too many."""
    spots = spots_in(at, matching)
    cells = Fragment(_TALLIED.format(cx="x", cy="y", spots=spots.sql), spots.values)
    return _gathered(session, cells, lang)


def spots_in(at: Grid, matching: Fragment) -> Fragment:
    """Return the marks in a grid that match: key, kind, place in the unit square of Web Mercator, town."""
    where = all_of([inside(at.boxes()), matching])
    return Fragment(_SPOTS.format(where=where.sql), where.values)


def _gathered(session: Session, cells: Fragment, lang: str, *, settled: bool | None = None) -> str | None:
    """Return the features of these cells, None when there are too many; ``settled`` as in ``run``."""
    values = {"lang": lang, "most": MAX_FEATURES + 1}
    row = run(session, _FEATURES.replace("{cells}", cells.sql), cells.values, values, settled=settled).one()
    return row.features if row.number <= MAX_FEATURES else None


def _everywhere(session: Session, criteria: Criteria, matching: Fragment) -> int:
    def count() -> int:
        sql = f"SELECT count(*) FROM public_service s WHERE s.coverage_codes @> ARRAY['*'] AND ({matching.sql})"  # noqa: S608
        found: int = run(session, sql, matching.values).scalar_one()
        return found

    # "open now" holds for a minute only, and where somebody stands is not remembered
    passing = criteria.open_now or criteria.at is not None
    return count() if passing else MEMORY.recall(("everywhere", criteria, stamp(session)), count)


# ── from a saved copy, while the database is away ───────────────────────────────────────────────────────────────────


@viewport_json.register
def _saved_viewport_json(saved: Saved, bbox: BBox, zoom: int, criteria: Criteria, *, lang: str = "en") -> bytes:  # noqa: ARG001 - as in the rule
    """The same; what a cluster is near is not told."""
    found = matching_saved(saved, replace(criteria, bbox=None, sort="relevance"))
    at, cells = grid(bbox, zoom), _saved_cells(found, grid(bbox, zoom), by_spot=zoom > PYRAMID_ZOOM)
    while len(cells) > MAX_FEATURES:
        cells = _saved_cells(found, at, by_spot=False)
        at = at.coarser()
    collection = {
        "type": "FeatureCollection",
        "features": [_saved_feature(cell) for cell in cells],
        "everywhere": sum("*" in one.coverage_codes for one in found),
        "revision": saved.copy.head.number,
    }
    return orjson.dumps(collection)


def _saved_cells(found: Sequence[SavedService], at: Grid, *, by_spot: bool) -> list[list[SavedService]]:
    """Return the services of each cell of a grid that has any, from north-west to south-east."""
    side, boxes = _side(at.zoom), at.boxes()
    cells: defaultdict[tuple[float, float], list[SavedService]] = defaultdict(list)
    for one in found:
        if one.lon is None or one.lat is None or not any(box.contains(one.lon, one.lat) for box in boxes):
            continue
        spot = (_y(one.lat), _x(one.lon))
        cells[spot if by_spot else (_cell(spot[0], side), _cell(spot[1], side))].append(one)
    return [cells[place] for place in sorted(cells)]


def _saved_feature(cell: Sequence[SavedService]) -> dict[str, Any]:
    lons, lats = [float(one.lon or 0) for one in cell], [float(one.lat or 0) for one in cell]
    middle = [sum(_x(lon) for lon in lons) / len(cell), sum(_y(lat) for lat in lats) / len(cell)]
    point = {"type": "Point", "coordinates": [round(_lon(middle[0]), 5), round(_lat(middle[1]), 5)]}
    one = cell[0]
    if len(cell) == 1:
        name = orjson.loads(one.document)["name"]
        shown: dict[str, Any] = {"id": one.id, "kind": one.kind, "name": name, "visitable": one.visitable}
    else:
        counts = Counter(one.kind for one in cell)
        kinds = {kind: counts[kind] for kind in KINDS if kind in counts}
        box = [min(lons), min(lats), max(lons), max(lats)]
        shown = {"count": len(cell), "kinds": kinds, "bbox": box, "near": None}
    return {"type": "Feature", "geometry": point, "properties": shown}


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
