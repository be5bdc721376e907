"""Shapes of countries for the map: the same atlas as the basemap, so that areas end where its borders are drawn.

The atlas shows Crimea as Ukraine and Western Sahara whole; its shapes for northern Cyprus and Somaliland are joined to
the country the United Nations count them to. It is too coarse to say which country a point is in: see ``divisions``.
"""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pycountry

from popmap.errors import SetupError
from popmap.gazetteer.names import KOSOVO
from popmap.gazetteer.topology import Topology
from popmap.geo import Position, cut_at_180

Polygons = list[list[list[Position]]]

_JOINED: Final = {"-1": "CY", "-2": KOSOVO, "-3": "SO"}
_LEFT_OUT: Final = frozenset({"KAS", "IOA"})
"""Siachen, which no list counts to anyone; and two territories of Australia under one name, told apart elsewhere."""


def read_countries(path: Path) -> dict[str, Polygons]:
    """The polygons of each country by ISO code, cut at 180 degrees. Raises ``SetupError`` when the file is missing."""
    return countries_of(Topology.read(path))


def countries_of(atlas: Topology) -> dict[str, Polygons]:
    """The same of an atlas that is read already, perhaps thinned."""
    shapes: defaultdict[str, Polygons] = defaultdict(list)
    for geometry in atlas.geometries("countries"):
        number = str(geometry["id"])
        if number not in _LEFT_OUT:
            shapes[_code(number)] += cut_at_180(_proper(atlas.rings(geometry)))
    return dict(shapes)


def _proper(polygons: Polygons) -> Iterator[list[list[Position]]]:
    """The polygons without rings of two corners: islands smaller than the atlas's grid."""
    for rings in polygons:
        if len(rings[0]) >= 4:
            yield [ring for ring in rings if len(ring) >= 4]


def _code(number: str) -> str:
    if number in _JOINED:
        return _JOINED[number]
    country = pycountry.countries.get(numeric=number)
    if country is None:
        raise SetupError(f"The atlas has a country {number} that ISO 3166 does not know.")
    return str(country.alpha_2)
