"""Cells of Web Mercator: 64 pixels wide and high at their zoom, counted from the north-west corner of the world."""

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from popmap.geo import BBox

CLOSEST_ZOOM: Final = 22
CELLS_PER_TILE: Final = 4
"""A cell is 64 pixels: a quarter of the side of a 256-pixel tile."""
_SCANNED_CELLS: Final = 4_096
_FARTHEST_LAT: Final = 85.0511
_ALMOST_ONE: Final = 0.9999999999


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
        side = side_of(zoom)
        columns = tuple((cell_of(x_of(box.west), side), cell_of(x_of(box.east), side)) for box in bbox.split())
        return cls(zoom, columns, (cell_of(y_of(bbox.north), side), cell_of(y_of(bbox.south), side)))

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
        side = side_of(self.zoom)
        north = 90.0 if self.rows[0] == 0 else lat_of(self.rows[0] / side)
        south = -90.0 if self.rows[1] == side - 1 else lat_of((self.rows[1] + 1) / side)
        return [BBox(lon_of(first / side), south, lon_of((last + 1) / side), north) for first, last in self.columns]


@lru_cache(maxsize=1_000)
def grid(bbox: BBox, zoom: int) -> Grid:
    """Return the grid of a viewport, coarser than its zoom where it would hold too many cells to look through."""
    found = Grid.of(bbox, min(zoom, CLOSEST_ZOOM))
    while found.size > _SCANNED_CELLS:
        found = found.coarser()
    return found


# ── the unit square of Web Mercator: 0,0 is its north-west corner ───────────────────────────────────────────────────


def side_of(zoom: int) -> int:
    """Return how many cells the world is wide."""
    return int(CELLS_PER_TILE * 2**zoom)


def cell_of(share: float, side: int) -> int:
    """Return the number of the cell at a share (0 to 1) of the world's width or height."""
    return int(min(max(share, 0.0), _ALMOST_ONE) * side)


def x_of(lon: float) -> float:
    """Return the share of the world's width."""
    return (lon + 180) / 360


def y_of(lat: float) -> float:
    """Return the share of the world's height; latitudes are cut where the map ends."""
    lat = min(max(lat, -_FARTHEST_LAT), _FARTHEST_LAT)
    return (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2


def lon_of(x: float) -> float:
    """Return the longitude of a share of the width."""
    return x * 360 - 180


def lat_of(y: float) -> float:
    """Return the latitude of a share of the height."""
    return math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * y))))
