"""Vector tiles (Mapbox Vector Tile 2.1, made by PostGIS) of the catalogue: clusters of a tile, or its single marks.

Up to zoom 10 a tile holds clusters in cells of an eighth of its side (a quarter at zoom 10, the finest grid that the
database keeps): from the pyramid where nothing or only the kind narrows, else counted among those that match. Closer
than that it holds marks one by one, and clusters again where there are too many. Where a service stands and which
match is said where the map of the pages is (``clusters``, ``catalogue``).
"""

from dataclasses import replace
from typing import Any, Final

from sqlalchemy.orm import Session

from popmap.catalogue import Criteria
from popmap.catalogue.conditions import conditions
from popmap.catalogue.fragments import Fragment, all_of, run
from popmap.clusters import CELLS_PER_TILE, PYRAMID_ZOOM, Grid, counted_cells, kept_cells, spots_in
from popmap.vocabulary import KINDS

CLOSEST_ZOOM: Final = 22
MOST_MARKS: Final = 300
"""More marks than this in one tile are shown as clusters."""
LAYER: Final = "services"
_EXTENT: Final = 4_096
_FINER: Final = 1
"""Zooms by which the cells of a tile are finer than those of a map: tiles are drawn 512 pixels wide."""

# a cluster stands where the middle of its services is; one that is alone is itself
_CLUSTERS: Final = """
SELECT ST_AsMVT(tile, :layer, :extent, 'geom', 'feature_id') FROM (
  SELECT ST_Point(least(round((g.x * :side - :column) * :extent), :extent),
      least(round((g.y * :side - :row) * :extent), :extent)) AS geom,
    g.key AS feature_id, g.n AS count, {kinds}, s.id, s.kind, s.name, s.visitable
  FROM (
    SELECT cx, cy, sum(n)::integer AS n, sum(sum_x) / sum(n) AS x, sum(sum_y) / sum(n) AS y, {sums},
      CASE sum(n) WHEN 1 THEN sum(sum_key)::bigint END AS key
    FROM ({cells}) cells GROUP BY cx, cy) g
  LEFT JOIN public_service s ON s.key = g.key) tile"""
_MARKS: Final = """
SELECT count(*) AS number, ST_AsMVT(tile, :layer, :extent, 'geom') AS tile FROM (
  SELECT ST_Point(least(round((m.x * :side - :column) * :extent), :extent),
      least(round((m.y * :side - :row) * :extent), :extent)) AS geom,
    1 AS count, s.id, s.kind, s.name, s.visitable
  FROM ({spots} LIMIT :most) m JOIN public_service s USING (key)) tile"""


def tile(session: Session, zoom: int, column: int, row: int, criteria: Criteria) -> bytes:
    """Return a tile with one layer, ``services``; empty bytes where there is nothing.

    A cluster has ``count`` and the count of each kind it holds; a single mark has ``id``, ``kind``, ``name`` and
    ``visitable``, and a count of 1. What serves the whole world stands nowhere. The address must be that of a tile.
    """
    criteria = replace(criteria, bbox=None, sort="relevance")
    where = conditions(session, criteria)
    matching = all_of(where.values())
    values: dict[str, Any] = {
        "layer": LAYER,
        "extent": _EXTENT,
        "side": float(2**zoom),
        "column": float(column),
        "row": float(row),
    }
    if zoom > PYRAMID_ZOOM:
        spots = spots_in(_cells_of(zoom, column, row, finer=0), matching)
        found = run(session, _MARKS.format(spots=spots.sql), spots.values, values, {"most": MOST_MARKS + 1}).one()
        if found.number <= MOST_MARKS:
            return bytes(found.tile)
    kept = where.keys() <= {"kind"} and zoom <= PYRAMID_ZOOM
    at = _cells_of(zoom, column, row, finer=min(_FINER, PYRAMID_ZOOM - zoom) if kept else _FINER)
    return _clusters(session, kept_cells(at, criteria.kind) if kept else counted_cells(at, matching), values)


def _clusters(session: Session, cells: Fragment, values: dict[str, Any]) -> bytes:
    kinds = ", ".join(f"g.{kind}" for kind in KINDS)
    sums = ", ".join(f"sum(n) FILTER (WHERE kind = '{kind}')::integer AS {kind}" for kind in KINDS)
    sql = _CLUSTERS.replace("{kinds}", kinds).replace("{sums}", sums).replace("{cells}", cells.sql)
    found: bytes = run(session, sql, cells.values, values).scalar_one()
    return bytes(found)


def _cells_of(zoom: int, column: int, row: int, *, finer: int) -> Grid:
    """Return the cells that make up a tile, in a grid so many zooms finer than that of a map."""
    number = CELLS_PER_TILE * 2**finer
    first, top = column * number, row * number
    return Grid(zoom + finer, ((first, first + number - 1),), (top, top + number - 1))
