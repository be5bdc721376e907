"""Land, lakes, rivers, borders and country labels, as GeoJSON features for the tiles.

Borders are the arcs two countries share, drawn light; those that are disputed or not settled are told apart
(``disputed``), and all land is one shape, so that no colour says whose it is. Names come from the gazetteer.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from math import cos, log2, radians, sqrt
from typing import Any, Final

from popmap.gazetteer.topology import Topology, arc_numbers
from popmap.geo import Position

Feature = dict[str, Any]
Names = dict[str, str]
"""One name per interface language."""

LAST_ZOOM: Final = 6
"""The deepest zoom in the archive; the browser enlarges its tiles up to 10, beyond which the atlas is too coarse."""

_DISPUTED: Final = frozenset(
    map(
        frozenset,
        (
            ("ESH", "MAR"),
            ("ISR", "PSE"),
            ("ISR", "SYR"),
            ("SRB", "XKX"),
            ("PRK", "KOR"),
            ("SDN", "SSD"),
            ("EGY", "SDN"),
            ("SOL", "SOM"),
            ("CYN", "CYP"),
            # the atlas draws the Siachen glacier as a land of its own; all its sides lie in Kashmir
            ("KAS", "PAK"),
            ("IND", "KAS"),
            ("CHN", "KAS"),
        ),
    )
)
_DISPUTED_WITHIN: Final = {frozenset(pair) for pair in (("IND", "PAK"), ("CHN", "IND"), ("CHN", "PAK"))}
_KASHMIR_AND_ARUNACHAL: Final = ((73.3, 32.4, 81.0, 37.2), (91.3, 26.0, 97.6, 30.0))
_NO_LABEL: Final = frozenset({"SOL", "CYN", "KAS", "IOA", "ATC"})  # shapes of the atlas that are no ISO country
_SOUTH_DEG: Final = -60.0
"""Nobody lives farther south: Antarctica would take a quarter of the world's map for itself."""


def feature(layer: str, geometry: dict[str, Any], *, minzoom: int = 0, **properties: Any) -> Feature:
    """A GeoJSON feature that goes into one layer of the tiles from one zoom on."""
    return {
        "type": "Feature",
        "properties": properties,
        "geometry": geometry,
        "tippecanoe": {"layer": layer, "minzoom": minzoom},
    }


def label(point: Position, zoom: int, **properties: Any) -> Feature:
    """A name at a point from one zoom of the screen on.

    A tile is drawn one zoom deeper than it is stored, so the name goes into the tiles of the zoom before; beyond the
    last stored zoom the browser goes by ``min_zoom``.
    """
    late = {"min_zoom": zoom} if zoom - 1 > LAST_ZOOM else {}
    geometry = {"type": "Point", "coordinates": point}
    return feature("places", geometry, minzoom=min(max(zoom - 1, 0), LAST_ZOOM), **late, **properties)


def land(atlas: Topology) -> Iterator[Feature]:
    """All land of the world, one feature per polygon."""
    for geometry in atlas.geometries("land"):
        for rings in atlas.rings(geometry):
            if max(lat for _, lat in rings[0]) > _SOUTH_DEG:
                yield feature("earth", _polygon(rings), kind="earth")


def lakes(atlas: Topology) -> Iterator[Feature]:
    """Lakes, the small ones only from the zoom on where they are seen."""
    for geometry in atlas.geometries("lakes"):
        for rings in atlas.rings(geometry):
            yield feature("water", _polygon(rings), minzoom=_zoom_for_size(_extent(rings[0]), 90.0), kind="lake")


def rivers(atlas: Topology) -> Iterator[Feature]:
    """Rivers, the short ones only from the zoom on where they are seen."""
    for geometry in atlas.geometries("rivers"):
        for line in atlas.lines(geometry):
            zoom = max(3, _zoom_for_size(_extent(line), 150.0))
            yield feature("water", {"type": "LineString", "coordinates": line}, minzoom=zoom, kind="river")


def borders(atlas: Topology) -> Iterator[Feature]:
    """Every stretch of border between two countries, with whether it is disputed or not settled."""
    for arc, owners in sorted(_owners(atlas).items()):
        if len(owners) == 2:
            for line, disputed in _by_dispute(atlas.line(arc), owners):
                kind = {"kind": "country", "disputed": True} if disputed else {"kind": "country"}
                yield feature("boundaries", {"type": "LineString", "coordinates": line}, **kind)


def country_labels(atlas: Topology, names: Callable[[str], Names | None]) -> Iterator[Feature]:
    """A point for each country's name, where its land is widest, from the zoom on where the name fits.

    ``names`` gives the names for the atlas' three-letter code, or None for what gets no label.
    """
    for geometry in atlas.geometries("countries"):
        code = geometry["properties"]["a3"]
        found = None if code in _NO_LABEL else names(code)
        if found:
            point, width = max((_widest(rings[0]) for rings in atlas.rings(geometry)), key=lambda place: place[1])
            zoom = min(7, _zoom_for_size(width, 60.0))  # the smallest islands get their name at zoom 7
            if point[1] > _SOUTH_DEG:
                yield label(point, zoom, kind="country", **found)


def _owners(atlas: Topology) -> dict[int, frozenset[str]]:
    owners: dict[int, set[str]] = defaultdict(set)
    for geometry in atlas.geometries("countries"):
        for arc in arc_numbers(geometry):
            owners[arc].add(geometry["properties"]["a3"])
    return {arc: frozenset(codes) for arc, codes in owners.items()}


def _by_dispute(line: Sequence[Position], owners: frozenset[str]) -> Iterator[tuple[list[Position], bool]]:
    """The line in pieces, each wholly disputed or wholly not."""
    if owners not in _DISPUTED_WITHIN:
        yield list(line), owners in _DISPUTED
        return
    piece, state = [line[0]], _in_disputed_area(line[0], line[1])
    for start, end in pairwise(line):
        now = _in_disputed_area(start, end)
        if now != state:
            yield piece, state
            piece, state = [start], now
        piece.append(end)
    yield piece, state


def _in_disputed_area(start: Position, end: Position) -> bool:
    lon, lat = (start[0] + end[0]) / 2, (start[1] + end[1]) / 2
    return any(w <= lon <= e and s <= lat <= n for w, s, e, n in _KASHMIR_AND_ARUNACHAL)


def _polygon(rings: Sequence[Sequence[Position]]) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": [list(ring) for ring in rings]}


def _extent(line: Sequence[Position]) -> float:
    """The diagonal of a line's box in degrees."""
    lons, lats = [lon for lon, _ in line], [lat for _, lat in line]
    return sqrt((max(lons) - min(lons)) ** 2 + (max(lats) - min(lats)) ** 2)


def _zoom_for_size(size: float, wanted_px: float) -> int:
    """The zoom from which on ``size`` degrees take about ``wanted_px`` pixels (the world is 256 of them at zoom 0)."""
    return min(8, max(0, round(log2(wanted_px * 360.0 / 256.0 / max(size, 0.01)))))


def _widest(ring: Sequence[Position]) -> tuple[Position, float]:
    """Where a ring is widest from west to east (there a name fits best), and that width in degrees at the equator."""
    south, north = min(lat for _, lat in ring), max(lat for _, lat in ring)
    middle, half = (south + north) / 2, max((north - south) / 2, 0.001)
    best: tuple[Position, float] = ((ring[0][0], ring[0][1]), 0.0)
    score = -1.0
    for step in range(1, 32):
        lat = south + (north - south) * step / 32
        for west, east in _chords(ring, lat):
            width = (east - west) * cos(radians(lat))
            central = width * (1.0 - 0.5 * abs(lat - middle) / half)
            if central > score:
                score, best = central, ((round((west + east) / 2, 3), round(lat, 3)), width)
    return best


def _chords(ring: Sequence[Position], lat: float) -> list[tuple[float, float]]:
    """Where the parallel ``lat`` runs inside a ring, as pairs of longitudes."""
    crossings = sorted(
        west + (lat - south) * (east - west) / (north - south)
        for (west, south), (east, north) in pairwise(ring)
        if (south > lat) != (north > lat)
    )
    return list(zip(crossings[::2], crossings[1::2], strict=True))
