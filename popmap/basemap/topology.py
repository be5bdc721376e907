"""Reads TopoJSON and turns its arcs into plain lines and rings.

Atlases share each stretch of border between neighbours as one *arc*; that is what lets ``outlines`` tell a border (two
countries own the arc) from a coast (one does). Rings are spherical: one that crosses 180 degrees is *unrolled*, its
longitudes running on beyond 180, and a ring round a pole is closed along it. Longitude before latitude everywhere.
"""

import itertools
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from popmap.errors import SetupError

Point = tuple[float, float]
"""Longitude and latitude in degrees."""

Geometry = dict[str, Any]

_DECIMALS = 4  # about 11 m: finer than the atlas, shorter to write


@dataclass(frozen=True)
class Topology:
    """One TopoJSON file."""

    document: dict[str, Any]

    @classmethod
    def read(cls, path: Path) -> "Topology":
        """The topology in a file; ``SetupError`` when it is missing or is not one."""
        try:
            document = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise SetupError(
                f"The atlas {path.name} cannot be read; run npm ci --ignore-scripts in static/."
            ) from error
        if document.get("type") != "Topology":
            raise SetupError(f"The atlas {path.name} is not TopoJSON.")
        return cls(document)

    def geometries(self, name: str) -> list[Geometry]:
        """The geometries of one named object."""
        found: Geometry = self.document["objects"][name]
        members: list[Geometry] = found.get("geometries", [found])
        return members

    def line(self, arc: int) -> list[Point]:
        """The points of one arc; a negative number means the arc ``~arc`` walked backwards."""
        return self.arcs[arc] if arc >= 0 else self.arcs[~arc][::-1]

    def rings(self, geometry: Geometry) -> list[list[list[Point]]]:
        """The polygons of a geometry, each a list of unrolled rings with the outer one first."""
        polygons = [geometry["arcs"]] if geometry["type"] == "Polygon" else geometry["arcs"]
        return [unrolled([self._joined(arcs) for arcs in polygon]) for polygon in polygons]

    def lines(self, geometry: Geometry) -> list[list[Point]]:
        """The lines of a LineString or MultiLineString."""
        parts = [geometry["arcs"]] if geometry["type"] == "LineString" else geometry["arcs"]
        return [self._joined(arcs) for arcs in parts]

    def _joined(self, arcs: Sequence[int]) -> list[Point]:
        """Arcs in a row as one line; each begins where the one before ended, and that point is kept once."""
        points = self.line(arcs[0])[:1]
        for arc in arcs:
            points += self.line(arc)[1:]
        return points

    @cached_property
    def arcs(self) -> list[list[Point]]:
        """Every arc as points in degrees."""
        (width, height), (west, south) = self.document["transform"]["scale"], self.document["transform"]["translate"]
        decoded = []
        for arc in self.document["arcs"]:
            steps = itertools.accumulate(arc, lambda at, step: (at[0] + step[0], at[1] + step[1]))
            decoded.append(
                [(round(x * width + west, _DECIMALS), round(y * height + south, _DECIMALS)) for x, y in steps]
            )
        return decoded


def arc_numbers(geometry: Geometry) -> Iterator[int]:
    """Every arc a geometry uses, by its number, whichever way it is walked."""

    def flat(arcs: Any) -> Iterator[int]:
        for item in arcs:
            if isinstance(item, list):
                yield from flat(item)
            else:
                yield item if item >= 0 else ~item

    return flat(geometry["arcs"])


def unrolled(rings: Sequence[Sequence[Point]]) -> list[list[Point]]:
    """The rings of one polygon with longitudes that never jump: they may run beyond 180 degrees, never across the map.

    A ring that goes once round a pole is closed along that pole. Holes follow their outer ring to its side.
    """
    result: list[list[Point]] = []
    for ring in rings:
        straight = _closed_at_pole(_without_jumps(ring))
        if result:
            straight = _shifted(straight, _nearest_turn(straight[0][0], result[0][0][0]))
        result.append(straight)
    middle = (min(lon for lon, _ in result[0]) + max(lon for lon, _ in result[0])) / 2
    turn = _nearest_turn(middle, 0.0)
    return [_shifted(ring, turn) for ring in result]


def _without_jumps(ring: Sequence[Point]) -> list[Point]:
    points = [ring[0]]
    for lon, lat in ring[1:]:
        points.append((lon + _nearest_turn(lon, points[-1][0]), lat))
    return points


def _closed_at_pole(ring: list[Point]) -> list[Point]:
    start, end = ring[0], ring[-1]
    if abs(start[0] - end[0]) < 180:
        return ring
    pole = 90.0 if sum(lat for _, lat in ring) > 0 else -90.0
    return [*ring, (end[0], pole), (start[0], pole), start]


def _nearest_turn(lon: float, to: float) -> float:
    """What to add to ``lon``, a multiple of 360, to bring it within 180 degrees of ``to``."""
    return -360.0 * round((lon - to) / 360.0)


def _shifted(ring: Sequence[Point], by: float) -> list[Point]:
    return [(round(lon + by, _DECIMALS), lat) for lon, lat in ring]
