"""Points, boxes and drawn areas: longitude before latitude, WGS 84, refused when wrong and never repaired.

The only file that imports shapely. Numbers from outside are read here strictly (ASCII decimals only: ``float()`` would
take ``1_0``, ``nan`` and Arabic digits). A drawn area is checked in a process of its own under limits of time and
memory, since one hostile shape of 4 KB can keep the geometry library busy for minutes, or crash it. This file is also
that process (run as a script), so it imports nothing of the project. What a point means is the gazetteer's business.
"""

import itertools
import json
import math
import re
import resource
import struct
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import shapely

PUBLIC_VERTICES: Final = 500
"""Most vertices of an area drawn in the public form."""
IMPORT_VERTICES: Final = 10_000
"""Most vertices of an area in a moderator's import."""
AT_DECIMALS: Final = 2
"""Most decimals of a visitor's point: about 1.1 km, and no more is ever asked, sent or kept."""
CHECK_TIMEOUT_S: Final = 5.0

_DECIMAL: Final = re.compile(r"-?[0-9]{1,3}(?:\.([0-9]{1,15}))?")
_EARTH_M: Final = 6_378_137.0
_MERCATOR_ENDS: Final = 89.9
_MERCATOR_SIDE_M: Final = 20_048_966.1
_EARTH_KM: Final = 6371.0088
_CHECK_CPU_S: Final = 2
_CHECK_MEMORY_BYTES: Final = 2 * 1024**3
_FARTHEST_LON: Final = 540.0  # a map that goes on beyond 180 gives such longitudes; they are brought back, not guessed

Position = tuple[float, float]
Ring = Sequence[Position]
Polygon = Sequence[Ring]


class GeoError(ValueError):
    """Not a place on Earth, or not written as one. ``code`` is a stable word, the text says what would be right.

    Codes: ``malformed``, ``too_precise``, ``out_of_range``, ``too_many_vertices``, ``invalid``, ``too_slow``.
    """

    def __init__(self, code: str, message: str) -> None:
        """Keep the code beside the message."""
        self.code = code
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Point:
    """A place on Earth in degrees; making one that is not raises ``GeoError``."""

    lon: float
    lat: float

    def __post_init__(self) -> None:
        """Refuse what is not finite or not on Earth (NaN fails every comparison, so it is asked for being inside)."""
        if not (-180 <= self.lon <= 180 and -90 <= self.lat <= 90):
            raise GeoError("out_of_range", "A point is lon,lat with -180 <= lon <= 180 and -90 <= lat <= 90.")


@dataclass(frozen=True, slots=True)
class BBox:
    """A box in degrees; ``west > east`` means that it crosses 180. Making an impossible one raises ``GeoError``."""

    west: float
    south: float
    east: float
    north: float

    def __post_init__(self) -> None:
        """Refuse edges that are not finite, not on Earth, or upside down."""
        on_earth = -180 <= self.west <= 180 and -180 <= self.east <= 180
        if not (on_earth and -90 <= self.south <= self.north <= 90):
            raise GeoError("out_of_range", "A box is west,south,east,north in degrees, south not above north.")

    @property
    def crosses_180(self) -> bool:
        """Whether the box runs over the antimeridian."""
        return self.west > self.east

    @property
    def width(self) -> float:
        """Degrees from west to east, 0 to 360."""
        return self.east - self.west + (360 if self.crosses_180 else 0)

    @property
    def height(self) -> float:
        """Degrees from south to north."""
        return self.north - self.south

    @property
    def center(self) -> Point:
        """The middle, on the right side of 180 degrees."""
        lon = self.west + self.width / 2
        return Point(lon - 360 if lon > 180 else lon, (self.south + self.north) / 2)

    def split(self) -> tuple["BBox", ...]:
        """The box as boxes that do not cross 180 degrees: itself, or the two halves, the western one first."""
        if not self.crosses_180:
            return (self,)
        return (BBox(self.west, self.south, 180.0, self.north), BBox(-180.0, self.south, self.east, self.north))

    def contains(self, lon: float, lat: float) -> bool:
        """Whether a point is inside or on the edge."""
        return any(box.west <= lon <= box.east and box.south <= lat <= box.north for box in self.split())


def parse_number(text: str, *, max_decimals: int = 15) -> float:
    """A decimal such as ``-7.58`` as a float; no plus sign, exponent, ``_`` or digits of other scripts.

    Raises ``GeoError`` (``malformed``, or ``too_precise`` beyond ``max_decimals``).
    """
    match = _DECIMAL.fullmatch(text)
    if match is None:
        raise GeoError("malformed", "A coordinate is a plain decimal such as -7.58.")
    if len(match[1] or "") > max_decimals:
        raise GeoError("too_precise", f"At most {max_decimals} decimals.")
    return float(text)


def parse_point(text: str, *, max_decimals: int = AT_DECIMALS) -> Point:
    """``lon,lat`` as a point; by default with at most two decimals, as for a visitor's place. Raises ``GeoError``."""
    lon, lat = _parse_numbers(text, 2, max_decimals=max_decimals)
    return Point(lon, lat)


def parse_bbox(text: str) -> BBox:
    """``west,south,east,north`` as a box, which may cross 180 degrees. Raises ``GeoError``."""
    west, south, east, north = _parse_numbers(text, 4, max_decimals=15)
    return BBox(west, south, east, north)


def to_mercator(lon: float, lat: float) -> Position | None:
    """Return a point in metres of Web Mercator (EPSG:3857), None where that has no end: beside the poles."""
    if abs(lat) > _MERCATOR_ENDS:
        return None
    return (math.radians(lon) * _EARTH_M, math.asinh(math.tan(math.radians(lat))) * _EARTH_M)


def from_mercator(x_m: float, y_m: float) -> Position:
    """Return a point in degrees; ``GeoError`` outside the square that Web Mercator is used for."""
    if not (abs(x_m) <= _MERCATOR_SIDE_M and abs(y_m) <= _MERCATOR_SIDE_M):
        raise GeoError(
            "out_of_range", f"Metres of Web Mercator lie between -{_MERCATOR_SIDE_M} and {_MERCATOR_SIDE_M}."
        )
    return (math.degrees(x_m / _EARTH_M), math.degrees(math.atan(math.sinh(y_m / _EARTH_M))))


def _parse_numbers(text: str, count: int, *, max_decimals: int) -> list[float]:
    parts = text[:200].split(",")
    if len(text) > 200 or len(parts) != count:
        raise GeoError("malformed", f"Expected {count} decimals with commas between them.")
    return [parse_number(part, max_decimals=max_decimals) for part in parts]


def checked_area(geojson: Any, *, max_vertices: int = PUBLIC_VERTICES) -> dict[str, Any]:
    """A drawn area as a valid GeoJSON MultiPolygon, cut at 180 degrees where it crosses it (RFC 7946, 3.1.9).

    ``geojson`` is a parsed Polygon, MultiPolygon, or Feature of one. Its shape is taken as it is or refused, never
    repaired: rings must be closed, must not cross themselves or one another, and parts must not overlap. An edge that
    spans more than 180 degrees of longitude is read the short way, over the antimeridian. Raises ``GeoError``.
    """
    polygons = list(_polygons(geojson, max_vertices))
    answer = _checked_apart(polygons)
    if "error" in answer:
        raise GeoError("invalid", f"The area crosses itself or is not a proper shape ({answer['error']}).")
    return {"type": "MultiPolygon", "coordinates": answer["coordinates"]}


def _polygons(geojson: Any, max_vertices: int) -> Iterator[Polygon]:
    """The rings of each polygon with continuous longitudes, after every check that needs no geometry library."""
    shape = geojson.get("geometry") if isinstance(geojson, Mapping) and geojson.get("type") == "Feature" else geojson
    if not isinstance(shape, Mapping) or shape.get("type") not in ("Polygon", "MultiPolygon"):
        raise GeoError("malformed", "An area is a GeoJSON Polygon or MultiPolygon.")
    given = shape.get("coordinates")
    members = _list([given] if shape["type"] == "Polygon" else given)
    _count_vertices(members, max_vertices)
    for member in members:
        rings = unrolled([_ring(ring) for ring in member])
        if max(lon for lon, _ in rings[0]) - min(lon for lon, _ in rings[0]) > 360:
            raise GeoError("invalid", "The area goes round the Earth more than once.")
        yield rings


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list) or not value:
        raise GeoError("malformed", "Coordinates are lists of positions, none of them empty.")
    return value


def _count_vertices(members: list[Any], max_vertices: int) -> None:
    count = sum(len(_list(ring)) for member in members for ring in _list(member))
    if count > max_vertices:
        raise GeoError("too_many_vertices", f"The area has {count} vertices; at most {max_vertices} are allowed.")


def _ring(given: list[Any]) -> list[Position]:
    ring = [_position(item) for item in given]
    if len(ring) < 4 or ring[0] != ring[-1]:
        raise GeoError("malformed", "A ring has at least four positions, the last the same as the first.")
    return ring


def _position(given: Any) -> Position:
    if not isinstance(given, list) or len(given) != 2 or any(type(number) not in (int, float) for number in given):
        raise GeoError("malformed", "A position is [lon, lat], two numbers.")
    lon, lat = given
    if not (-_FARTHEST_LON <= lon <= _FARTHEST_LON and -90 <= lat <= 90):
        raise GeoError("out_of_range", "Longitude or latitude is not on Earth.")
    return float(lon), float(lat)


def _checked_apart(polygons: list[Polygon]) -> dict[str, Any]:
    """What ``_check`` says, from a process of its own: if the library hangs or crashes, only that process does."""
    try:
        done = subprocess.run(
            [sys.executable, "-I", __file__],
            input=json.dumps(polygons),
            capture_output=True,
            text=True,
            timeout=CHECK_TIMEOUT_S,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise GeoError("too_slow", "The area is too intricate to check; draw a simpler one.") from error
    if done.returncode != 0:
        raise GeoError("too_slow", "The area is too intricate to check; draw a simpler one.")
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def _check(polygons: list[Polygon]) -> dict[str, Any]:
    """In the process of its own: the coordinates cut at 180 degrees, or the library's reason why they are not valid."""
    shapes = [shapely.Polygon(outer, holes) for outer, *holes in polygons]
    whole = shapely.MultiPolygon(shapes)
    if not whole.is_valid:
        return {"error": str(shapely.is_valid_reason(whole))}
    cut = shapely.MultiPolygon([shapely.Polygon(outer, holes) for outer, *holes in cut_at_180(polygons)])
    if cut.is_empty or not cut.is_valid:  # parts that meet only once they are brought back from beyond 180 degrees
        return {"error": "Parts overlap"}
    return {"coordinates": json.loads(shapely.to_geojson(cut))["coordinates"]}


def unrolled(rings: Polygon) -> list[list[Position]]:
    """The rings of one polygon with longitudes that never jump: they may run beyond 180 degrees, never across the map.

    A ring that goes once round a pole is closed along that pole. Holes follow their outer ring to its side, and the
    whole lies so that its middle is between -180 and 180.
    """
    outer, *holes = (_closed_at_pole(_without_jumps(ring)) for ring in rings)
    placed = [outer, *(_shifted(hole, _turn(hole[0][0], outer[0][0])) for hole in holes)]
    middle = (min(lon for lon, _ in outer) + max(lon for lon, _ in outer)) / 2
    return [_shifted(ring, _turn(middle, 0.0)) for ring in placed]


def cut_at_180(polygons: Iterable[Polygon]) -> list[list[list[Position]]]:
    """Valid polygons with continuous longitudes as polygons within -180..180, cut where they cross 180 degrees."""
    pieces = [piece for outer, *holes in polygons for piece in _cut(shapely.Polygon(outer, holes))]
    return [[[(x, y) for x, y, *_ in ring.coords] for ring in (piece.exterior, *piece.interiors)] for piece in pieces]


def thinned(line: Sequence[Position], tolerance_deg: float) -> list[Position]:
    """A line without the points closer than so many degrees to the rest of it (Douglas-Peucker); its ends stay.

    Each stretch is thinned by itself: neighbours who share one go on sharing it. An island too small for that stays.
    """
    if len(line) < 3:
        return list(line)
    kept = [(x, y) for x, y, *_ in shapely.LineString(line).simplify(tolerance_deg, preserve_topology=False).coords]
    return list(line) if line[0] == line[-1] and len(kept) < 4 else kept


def size_km2(multipolygon: Mapping[str, Any]) -> float:
    """The size of a GeoJSON MultiPolygon in square kilometres, on a sphere (right to half a per cent)."""
    rings = [
        (ring, 1 if place == 0 else -1) for rings in multipolygon["coordinates"] for place, ring in enumerate(rings)
    ]
    return sum(sign * _ring_km2(ring) for ring, sign in rings)


def _ring_km2(ring: Sequence[Sequence[float]]) -> float:
    """By the sum over its edges (Chamberlain and Duquette, 2007)."""
    total = 0.0
    for (lon, lat), (next_lon, next_lat) in itertools.pairwise(ring):
        both = math.sin(math.radians(lat)) + math.sin(math.radians(next_lat))
        total += math.radians(next_lon - lon) * (2 + both)
    return abs(total) * _EARTH_KM**2 / 2


def hex_ewkb(polygons: Sequence[Polygon]) -> str:
    """Polygons as a MultiPolygon in the form in which PostGIS reads shapes fastest (hexadecimal EWKB, WGS 84)."""
    parts = [struct.pack("<BIII", 1, 6 | 0x20000000, 4326, len(polygons))]
    for rings in polygons:
        parts.append(struct.pack("<BII", 1, 3, len(rings)))
        parts += (struct.pack(f"<I{2 * len(ring)}d", len(ring), *itertools.chain.from_iterable(ring)) for ring in rings)
    return b"".join(parts).hex()


def _cut(shape: Any) -> Iterator[Any]:
    west, _, east, _ = shape.bounds
    if west >= -180 and east <= 180:
        yield shape
        return
    for turn in range(-2, 3):
        part = shape.intersection(shapely.box(turn * 360 - 180, -90, turn * 360 + 180, 90))
        moved = shapely.transform(part, lambda at, by=turn * 360: at - (by, 0))
        pieces = shapely.get_parts(moved)
        yield from (piece for piece in pieces if piece.geom_type == "Polygon" and not piece.is_empty)


def _without_jumps(ring: Ring) -> list[Position]:
    points = [(float(ring[0][0]), float(ring[0][1]))]
    for lon, lat in itertools.islice(ring, 1, None):
        points.append((lon + _turn(lon, points[-1][0]), lat))
    return points


def _closed_at_pole(ring: list[Position]) -> list[Position]:
    start, end = ring[0], ring[-1]
    if abs(start[0] - end[0]) < 180:
        return ring
    pole = math.copysign(90.0, sum(lat for _, lat in ring))
    return [*ring, (end[0], pole), (start[0], pole), start]


def _turn(lon: float, to: float) -> float:
    """What to add to ``lon``, a multiple of 360, to bring it within 180 degrees of ``to``."""
    return -360.0 * round((lon - to) / 360.0)


def _shifted(ring: Ring, by: float) -> list[Position]:
    return [(lon + by, lat) for lon, lat in ring]


def _serve_one_check() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (_CHECK_CPU_S, _CHECK_CPU_S))
    resource.setrlimit(resource.RLIMIT_AS, (_CHECK_MEMORY_BYTES, _CHECK_MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    json.dump(_check(json.load(sys.stdin)), sys.stdout)


if __name__ == "__main__":
    _serve_one_check()
