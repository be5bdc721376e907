"""Which country, subdivision and time zone a point is in, and how sure that is.

Three witnesses: shapes (right to some 500 m), the nearest towns with the country GeoNames counts them to (they know
exclaves, small islands and harbours that shapes leave out), and the distance to the next country. Within 3 km of
another country, where shapes cannot be sure, both are named, the likelier first; off a coast the nearest shape or town
decides; out at sea there is no country, and only services for the whole world remain.

Where it is disputed who governs, the first country is the one the United Nations count the place to. But a child there
needs a number that rings, so the country whose telephone network and offices actually work there is named second, and
the answer says ``disputed``: Western Sahara (EH, then MA), Crimea (UA, RU), the Golan (SY, IL), northern Cyprus (CY,
TR), East Jerusalem and settlements (PS, IL), Abkhazia and South Ossetia (GE, RU). The time zone that is kept there
tells where that is. Kosovo, Palestine and Taiwan have codes and services of their own and stand alone; Somaliland is in
Somalia, Transnistria in Moldova, the whole of Ukraine in Ukraine. None of this is an opinion on the status of a place.

Territories that ISO lists as countries but whose people are served by the services of their state (Réunion by France's,
Puerto Rico by those of the United States) get both, their own first.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

import tzfpy
from sqlalchemy import text
from sqlalchemy.orm import Session

from popmap.geo import BBox, Point

BORDER_M: Final = 3_000
"""Nearer than this to another country shapes cannot be sure."""
COAST_M: Final = 25_000
"""From a coast or an island this far out (12 nautical miles and a bit) one is still in its country."""

_TOWN_CENTRE_M: Final = 1_500
"""So near to the middle of a town one is in it."""
_SHAPES_ERR_M: Final = 800

_METRES_PER_DEGREE: Final = 111_000.0

_GOVERNED_FROM: Final = {
    ("EH", "Africa/El_Aaiun"): "MA",
    ("UA", "Europe/Simferopol"): "RU",
    ("SY", "Asia/Jerusalem"): "IL",
    ("CY", "Asia/Famagusta"): "TR",
    ("PS", "Asia/Jerusalem"): "IL",
    ("GE", "Europe/Moscow"): "RU",
}
"""Country by the UN's count and time zone kept there: whose network works there."""

_SERVED_FROM: Final = {
    territory: state
    for state, territories in {
        "AU": ("CC", "CX", "NF"),
        "FI": ("AX",),
        "FR": ("BL", "GF", "GP", "MF", "MQ", "PM", "RE", "YT"),
        "GB": ("GG", "IM", "JE"),
        "NO": ("SJ",),
        "US": ("AS", "GU", "MP", "PR", "UM", "VI"),
    }.items()
    for territory in territories
}


@dataclass(frozen=True, slots=True)
class Located:
    """Where a point is.

    ``countries`` are ISO codes, the likeliest first; empty at sea. ``subdivisions`` are ISO 3166-2 codes, certain ones
    first, then those of which no shape is known (``unsure_subdivisions``, a part of them: the point is somewhere in the
    country they are part of). ``near_border``: another country is within 3 km; ``disputed``: see the module.
    ``timezone`` is an IANA name.
    """

    countries: tuple[str, ...]
    subdivisions: tuple[str, ...]
    near_border: bool
    timezone: str | None
    disputed: bool = False
    unsure_subdivisions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Surroundings:
    """What is near a point, in metres: areas by code, and the nearest town of each country."""

    areas: Mapping[str, float] = field(default_factory=dict)
    towns: Mapping[str, float] = field(default_factory=dict)

    def countries(self) -> dict[str, float]:
        """Distances to the shapes of countries."""
        return {code: distance for code, distance in self.areas.items() if len(code) == 2}


def locate(session: Session, lon: float, lat: float) -> Located:
    """Where a point is. Raises ``geo.GeoError`` (a ``ValueError``) when it is not on Earth."""
    point = Point(lon, lat)
    around = _surroundings(session, point, BORDER_M)
    own = _likeliest(around)
    if not own:
        around = _surroundings(session, point, COAST_M)
        own = _off_the_coast(around)
    zones = tzfpy.get_tzs(lon, lat)
    governed = [_GOVERNED_FROM[country, zone] for country in own for zone in zones if (country, zone) in _GOVERNED_FROM]
    served = [_SERVED_FROM[country] for country in own if country in _SERVED_FROM]
    countries = tuple(dict.fromkeys([*own, *governed, *served]))
    certain = _containing(around, countries)
    unsure = _without_shape(session, own)
    return Located(
        countries=countries,
        subdivisions=(*certain, *unsure),
        near_border=len(own) > 1,
        timezone=zones[0] if zones else None,
        disputed=bool(governed),
        unsure_subdivisions=unsure,
    )


def _surroundings(session: Session, point: Point, radius_m: int) -> _Surroundings:
    west, east = (half for half in _boxes(point, radius_m))
    values = {"lon": point.lon, "lat": point.lat, "radius_m": radius_m}
    for name, box in (("first", west), ("second", east)):
        values |= {f"{name}_west": box.west, f"{name}_east": box.east, "south": box.south, "north": box.north}
    rows = session.execute(_AROUND, values).all()
    return _Surroundings(
        {row.code: row.distance_m for row in rows if row.is_area},
        {row.code: row.distance_m for row in rows if not row.is_area},
    )


def _boxes(point: Point, radius_m: int) -> tuple[BBox, BBox]:
    """The box round a point, as one on either side of 180 degrees if it goes over it (else twice the same)."""
    tall = radius_m / _METRES_PER_DEGREE
    wide = tall / max(math.cos(math.radians(point.lat)), 1e-9)
    south, north = max(point.lat - tall, -90.0), min(point.lat + tall, 90.0)
    if wide >= 90 or 90.0 in (-south, north):
        whole = BBox(-180.0, south, 180.0, north)
        return whole, whole
    west, east = point.lon - wide, point.lon + wide
    box = BBox(west + 360 if west < -180 else west, south, east - 360 if east > 180 else east, north)
    halves = box.split()
    return halves[0], halves[-1]


def _likeliest(around: _Surroundings) -> list[str]:
    """Countries within the border zone, the likeliest first."""
    shapes = around.countries()
    known = {**dict.fromkeys(around.towns, math.inf), **shapes}
    order = sorted(known, key=lambda code: (known[code], around.towns.get(code, math.inf)))
    if order and around.towns:
        here = min(around.towns, key=lambda code: around.towns[code])
        outside_its_shape = shapes.get(here, math.inf) > _SHAPES_ERR_M
        if around.towns[here] <= _TOWN_CENTRE_M and outside_its_shape:  # an exclave or island that shapes leave out
            order = [here, *(code for code in order if code != here)]
    return order


def _off_the_coast(around: _Surroundings) -> list[str]:
    """Countries of the nearest coast or town; more than one when they are equally near, give or take 3 km."""
    nearest = {**around.towns}
    for code, distance_m in around.countries().items():
        nearest[code] = min(distance_m, nearest.get(code, math.inf))
    limit_m = min(nearest.values(), default=0.0) + BORDER_M
    return sorted((code for code in nearest if nearest[code] <= limit_m), key=lambda code: nearest[code])


def _containing(around: _Surroundings, countries: Iterable[str]) -> tuple[str, ...]:
    """Subdivisions of these countries that hold the point; of a country of which none does, the nearest."""
    found: list[str] = []
    for country in countries:
        own = {code: distance for code, distance in around.areas.items() if code.startswith(f"{country}-")}
        limit_m = min(own.values(), default=0.0) + 1.0  # a region is as near as its nearest department
        found += sorted((code for code in own if own[code] <= limit_m), key=lambda code: (own[code], code))
    return tuple(found)


def _without_shape(session: Session, countries: Iterable[str]) -> tuple[str, ...]:
    return tuple(session.scalars(_SHAPELESS, {"countries": list(countries)}))


_AROUND: Final = text("""
    WITH spot AS (
        SELECT ST_SetSRID(ST_MakePoint(:lon, :lat), 4326) AS point,
            ST_MakeEnvelope(:first_west, :south, :first_east, :north, 4326) AS first,
            ST_MakeEnvelope(:second_west, :south, :second_east, :north, 4326) AS second
    )
    SELECT true AS is_area, code, min(distance_m) AS distance_m FROM (
        SELECT code, CASE WHEN ST_Intersects(shape, point) THEN 0
            ELSE ST_Distance(shape::geography, point::geography, false) END AS distance_m
        FROM spot JOIN area_part ON shape && first OR shape && second) near
    WHERE distance_m <= :radius_m GROUP BY code
    UNION ALL
    SELECT false, country::text, min(distance_m) FROM (
        SELECT country, ST_Distance(place.point::geography, spot.point::geography, false) AS distance_m
        FROM spot JOIN place ON place.point && first OR place.point && second) near
    WHERE distance_m <= :radius_m GROUP BY country
""")

_SHAPELESS: Final = text("""
    SELECT code FROM area WHERE parent = ANY(:countries) AND NOT has_own_shape ORDER BY code
""")
