"""Reads TopoJSON and turns its arcs into plain lines and rings.

Atlases share each stretch of border between neighbours as one *arc*; that is what lets the basemap tell a border (two
countries own the arc) from a coast (one does). Rings are spherical and come out unrolled (``geo.unrolled``).
"""

import itertools
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from popmap.errors import SetupError
from popmap.geo import Position, thinned, unrolled

Geometry = dict[str, Any]

_DECIMALS: Final = 4  # about 11 m: finer than the atlas, shorter to write


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

    def line(self, arc: int) -> list[Position]:
        """The points of one arc; a negative number means the arc ``~arc`` walked backwards."""
        return self.arcs[arc] if arc >= 0 else self.arcs[~arc][::-1]

    def rings(self, geometry: Geometry) -> list[list[list[Position]]]:
        """The polygons of a geometry, each a list of unrolled rings with the outer one first."""
        polygons = [geometry["arcs"]] if geometry["type"] == "Polygon" else geometry["arcs"]
        return [self._rounded(unrolled([self._joined(arcs) for arcs in polygon])) for polygon in polygons]

    def lines(self, geometry: Geometry) -> list[list[Position]]:
        """The lines of a LineString or MultiLineString."""
        parts = [geometry["arcs"]] if geometry["type"] == "LineString" else geometry["arcs"]
        return [self._joined(arcs) for arcs in parts]

    def thinned(self, tolerance_deg: float) -> "Topology":
        """The same atlas with fewer points: each arc is thinned once, so that neighbours still meet."""
        arcs = [_as_steps(thinned(arc, tolerance_deg)) for arc in self.arcs]
        return Topology({**self.document, "arcs": arcs, "transform": {"scale": (1, 1), "translate": (0, 0)}})

    def _joined(self, arcs: Sequence[int]) -> list[Position]:
        """Arcs in a row as one line; each begins where the one before ended, and that point is kept once."""
        points = self.line(arcs[0])[:1]
        for arc in arcs:
            points += self.line(arc)[1:]
        return points

    @staticmethod
    def _rounded(rings: list[list[Position]]) -> list[list[Position]]:
        return [[(round(lon, _DECIMALS), lat) for lon, lat in ring] for ring in rings]

    @cached_property
    def arcs(self) -> list[list[Position]]:
        """Every arc as points in degrees."""
        (width, height), (west, south) = self.document["transform"]["scale"], self.document["transform"]["translate"]
        decoded = []
        for arc in self.document["arcs"]:
            steps = itertools.accumulate(arc, lambda at, step: (at[0] + step[0], at[1] + step[1]))
            decoded.append(
                [(round(x * width + west, _DECIMALS), round(y * height + south, _DECIMALS)) for x, y in steps]
            )
        return decoded


def _as_steps(line: Sequence[Position]) -> list[Position]:
    """A line as TopoJSON writes it: each point as the step from the one before."""
    before = itertools.chain([(0.0, 0.0)], line)
    return [(lon - last_lon, lat - last_lat) for (lon, lat), (last_lon, last_lat) in zip(line, before, strict=False)]


def arc_numbers(geometry: Geometry) -> Iterator[int]:
    """Every arc a geometry uses, by its number, whichever way it is walked."""

    def flat(arcs: Any) -> Iterator[int]:
        for item in arcs:
            if isinstance(item, list):
                yield from flat(item)
            else:
                yield item if item >= 0 else ~item

    return flat(geometry["arcs"])
