"""The countries as paths of an SVG picture in an equal-area projection: for maps that colour countries by a number.

Equal Earth (Savric, Patterson, Jenny 2018): a large country looks large because it is, not because it lies far north.
What would be less than a dot is drawn as one, so that island states are seen. Colours are the drawer's business.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from math import asin, cos, radians, sin, sqrt
from typing import Final

from popmap.basemap import shapes
from popmap.geo import Position, thinned

WIDTH: Final = 1000
NORTH_DEG: Final = 84.0
SOUTH_DEG: Final = -57.0
_TOLERANCE_DEG: Final = 0.05
_TOLERANCE_PX: Final = 0.6
_DOT_PX2: Final = 9.0
"""A country of which no piece is larger becomes a dot."""
_SPECK_PX2: Final = 2.5
_LEFT_OUT: Final = frozenset({"AQ"})
_EQUAL_EARTH: Final = (1.340264, -0.081106, 0.000893, 0.003796)

Spot = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Outline:
    """One country: its path or the middle of its dot, and where its number can stand if there is room."""

    code: str
    path: str
    dot: Spot | None
    label: Spot | None


@dataclass(frozen=True, slots=True)
class Picture:
    """All countries and the borders between them; ``height`` goes with ``WIDTH``."""

    height: int
    countries: tuple[Outline, ...]
    settled: str
    disputed: str


@cache
def picture() -> Picture:
    """The picture of the world, drawn once per process."""
    borders, disputed = shapes.borders(_TOLERANCE_DEG)
    found = sorted(shapes.countries(_TOLERANCE_DEG).items())
    countries = tuple(_outline(code, rings) for code, rings in found if rings and code not in _LEFT_OUT)
    _, bottom = spot((0, SOUTH_DEG))
    return Picture(round(bottom), countries, _lines(borders), _lines(disputed))


def _outline(code: str, polygons: Sequence[Sequence[Sequence[Position]]]) -> Outline:
    outer = [[spot(at) for at in rings[0]] for rings in polygons]
    largest = max(outer, key=_area)
    middle = _middle(largest)
    if _area(largest) < _DOT_PX2:
        return Outline(code, "", middle, None)
    kept = [ring for ring in outer if _area(ring) >= _SPECK_PX2]
    holes = [[spot(at) for at in ring] for rings in polygons for ring in rings[1:]]
    path = "".join(_closed(ring) for ring in [*kept, *(hole for hole in holes if _area(hole) >= _SPECK_PX2)])
    return Outline(code, path, None, middle if _has_room(largest) else None)


def _has_room(ring: Sequence[Spot]) -> bool:
    xs, ys = [x for x, _ in ring], [y for _, y in ring]
    return max(xs) - min(xs) > 22 and max(ys) - min(ys) > 13 and _area(ring) > 260


def _closed(ring: Sequence[Spot]) -> str:
    path = _steps(thinned(ring[:-1], _TOLERANCE_PX))
    return f"{path}z" if path else ""


def _lines(lines: Iterable[Sequence[Position]]) -> str:
    return "".join(_steps(thinned([spot(at) for at in line], _TOLERANCE_PX)) for line in lines)


def _steps(line: Sequence[Spot]) -> str:
    """A path of whole pixels, each point as the step from the one before; empty where all fall onto one."""
    points = [(round(x), round(y)) for x, y in line]
    first, *_ = points
    moves = [(x2 - x1, y2 - y1) for (x1, y1), (x2, y2) in pairwise(points) if (x1, y1) != (x2, y2)]
    steps = "".join(f"{x}{y if y < 0 else f' {y}'} " for x, y in moves).strip()
    return f"M{first[0]} {first[1]}l{steps}" if steps else ""


def spot(at: Sequence[float]) -> Spot:
    """Where a longitude and latitude lie in the picture."""
    lon, lat = radians(at[0]), radians(max(SOUTH_DEG, min(NORTH_DEG, at[1])))
    x, y = _equal_earth(lon, lat)
    return ((x + _EAST) * _SCALE, (_TOP - y) * _SCALE)


def _equal_earth(lon: float, lat: float) -> Spot:
    a1, a2, a3, a4 = _EQUAL_EARTH
    t = asin(sqrt(3) / 2 * sin(lat))
    across = 3 * (9 * a4 * t**8 + 7 * a3 * t**6 + 3 * a2 * t**2 + a1)
    return 2 * sqrt(3) * lon * cos(t) / across, a4 * t**9 + a3 * t**7 + a2 * t**3 + a1 * t


_EAST: Final = _equal_earth(radians(180), 0)[0]
_TOP: Final = _equal_earth(0, radians(NORTH_DEG))[1]
_SCALE: Final = WIDTH / (2 * _EAST)


def _area(ring: Sequence[Spot]) -> float:
    return abs(sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairwise(ring))) / 2


def _middle(ring: Sequence[Spot]) -> Spot:
    """The centre of gravity of a ring; of one without area, the middle of its corners."""
    twice = sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairwise(ring))
    if not twice:
        return sum(x for x, _ in ring) / len(ring), sum(y for _, y in ring) / len(ring)
    x = sum((x1 + x2) * (x1 * y2 - x2 * y1) for (x1, y1), (x2, y2) in pairwise(ring))
    y = sum((y1 + y2) * (x1 * y2 - x2 * y1) for (x1, y1), (x2, y2) in pairwise(ring))
    return x / (3 * twice), y / (3 * twice)
