"""Cells as GeoJSON texts, made by the database: that costs it less than it costs us to take rows apart.

Where cells come from is said by a query that is put in: the pyramid's rows (``pyramid``), or services tallied on the
fly as here.
"""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy.orm import Session

from popmap.catalogue.conditions import inside
from popmap.catalogue.fragments import Fragment, all_of, run
from popmap.clusters.grids import Grid, side_of
from popmap.vocabulary import KINDS

MAX_FEATURES: Final = 300

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
# one row per cell: its kinds, the name of its town, and its service where there is only one
_EACH: Final = """
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
LEFT JOIN place p ON p.id = g.place_id LEFT JOIN public_service s ON s.key = g.key"""
# aggregates without an order of their own: sorting within each cell costs more than all the rest
_KIND: Final = "'\"{kind}\":' || sum(n) FILTER (WHERE kind = '{kind}')"
_LON: Final = "round(({x} * 360 - 180) * 100000) / 100000"
_LAT: Final = "round(degrees(atan(sinh(pi() * (1 - 2 * {y})))) * 100000) / 100000"
EACH: Final = _EACH.format(
    lon=_LON.format(x="g.x"),
    lat=_LAT.format(y="g.y"),
    west=_LON.format(x="g.min_x"),
    south=_LAT.format(y="g.max_y"),
    east=_LON.format(x="g.max_x"),
    north=_LAT.format(y="g.min_y"),
    kinds=", ".join(_KIND.format(kind=kind) for kind in KINDS),
    cells="{cells}",
)
"""Rows of ``cx``, ``cy``, ``feature`` for the query that is put in for ``{cells}``; values: ``lang`` and ``most``."""
_TOGETHER: Final = """
SELECT count(*) AS number, coalesce(string_agg(feature, ',' ORDER BY cy, cx), '') AS features FROM ({each}) f"""


def counted(session: Session, at: Grid, matching: Fragment, *, lang: str) -> str | None:
    """Return the features of a grid's cells, counted among the services that match; None when there are too many."""
    return together(session, counted_cells(at, matching), {"lang": lang})


def spots(session: Session, at: Grid, matching: Fragment, *, lang: str) -> str | None:
    """Return the spots in a grid one by one, None when there are too many."""
    found = spots_in(at, matching)
    cells = Fragment(_TALLIED.format(cx="x", cy="y", spots=found.sql), found.values)
    return together(session, cells, {"lang": lang})


def together(
    session: Session, cells: Fragment, values: Mapping[str, Any], *, settled: bool | None = None
) -> str | None:
    """Return the features of these cells from north-west to south-east; None when there are too many."""
    sql = _TOGETHER.format(each=EACH.replace("{cells}", cells.sql))
    row = run(session, sql, cells.values, values, {"most": MAX_FEATURES + 1}, settled=settled).one()
    return row.features if row.number <= MAX_FEATURES else None


def counted_cells(at: Grid, matching: Fragment) -> Fragment:
    """Return the query for a grid's cells, one row per cell and kind, counted among the services that match."""
    found = spots_in(at, matching)
    cx, cy = (f"floor({axis} * :side)::integer" for axis in "xy")
    return Fragment(_TALLIED.format(cx=cx, cy=cy, spots=found.sql), {**found.values, "side": float(side_of(at.zoom))})


def spots_in(at: Grid, matching: Fragment) -> Fragment:
    """Return the marks in a grid that match: key, kind, place in the unit square of Web Mercator, town."""
    where = all_of([inside(at.boxes()), matching])
    return Fragment(_SPOTS.format(where=where.sql), where.values)
