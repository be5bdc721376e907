"""Which country, subdivision and time zone a point is in, and how sure that is.

Three witnesses: shapes (right to some 500 m), the nearest town with the country GeoNames counts it to, and the time
zone, whose borders follow OpenStreetMap's: for all but some hundred of 170,000 towns it tells the country. The last two
know the exclaves, small islands and harbours that shapes leave out. Within 3 km of another country, where none can be
sure, both are named, the one with more witnesses first; off a coast the nearest shape or town decides; out at sea there
is no country, and only services for the whole world remain.

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
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, singledispatch
from typing import Any, Final

import tzfpy
from babel.core import get_global
from sqlalchemy.orm import Session

from popmap.gazetteer.names import COUNTRIES
from popmap.geo import BBox, Point
from popmap.glance import ask
from popmap.saved import Saved

BORDER_M: Final = 3_000
"""Nearer than this to another country shapes cannot be sure."""
PROBED_M: Final = 10_000
"""So far around a point its country must be the same, where time zones are the only witness."""
COAST_M: Final = 25_000
"""From a coast or an island this far out (12 nautical miles and a bit) one is still in its country."""

_TOWN_CENTRE_M: Final = 1_500
"""So near to the middle of a town one is in it."""

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

_COUNTED_TO: Final = {
    BBox(35.67, 32.72, 35.92, 33.33): ("SY", "IL"),  # the Golan
    BBox(35.225, 31.73, 35.27, 31.86): ("PS", "IL"),  # East Jerusalem
}
"""Where both shapes and time zone follow who governs: whom the United Nations count it to, and who governs."""

_AREAS_GOVERNED_FROM: Final = {"EH": "MA", "GE-AB": "RU", "UA-40": "RU", "UA-43": "RU"}
"""The same for whole areas: who chooses Crimea by its name must not be told less than who stands there."""

_ZONES_OF_SEVERAL: Final = frozenset({"Asia/Bangkok", "Europe/Belgrade"})
"""Kept in northern Viet Nam, and in Kosovo, too."""

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


def served_from(country: str) -> str | None:
    """The state whose services serve a territory that ISO lists as a country, or None."""
    return _SERVED_FROM.get(country)


def governed_from(area: str) -> str | None:
    """The country whose network works in an area of which it is disputed who governs it (an ISO code), or None."""
    return _AREAS_GOVERNED_FROM.get(area)


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
    """What is near a point, in metres: areas by code, and the nearest town of each country.

    ``shapeless`` are the subdivisions of these countries of which no shape is known; ``answer`` is that to the question
    besides.
    """

    areas: Mapping[str, float] = field(default_factory=dict)
    towns: Mapping[str, float] = field(default_factory=dict)
    shapeless: Sequence[str] = ()
    answer: str | None = None

    def countries(self) -> dict[str, float]:
        """Distances to the shapes of countries."""
        return {code: distance for code, distance in self.areas.items() if len(code) == 2}


@singledispatch
def locate(session: Session, lon: float, lat: float) -> Located:
    """Where a point is. Raises ``geo.GeoError`` (a ``ValueError``) when it is not on Earth."""
    located, _ = locate_and_ask(session, Point(lon, lat), Besides())
    return located


@dataclass(frozen=True, slots=True)
class Besides:
    """Another question about the point: a text of SQL that gives one text, which may use ``:lon`` and ``:lat``."""

    sql: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)


def locate_and_ask(session: Session, point: Point, besides: Besides) -> tuple[Located, str | None]:
    """Where a point is, and the answer to the question besides: both for one trip to the database."""
    lon, lat = point.lon, point.lat
    zones = tzfpy.get_tzs(lon, lat)
    of_zone = _country_of(zones)
    around = _surroundings(session, point, BORDER_M, of_zone, besides)
    answer = around.answer
    own = _likeliest(around, of_zone)
    if not around.areas:
        around = _surroundings(session, point, COAST_M, of_zone)
        own = own or _off_the_coast(around)
    near_border = len(own) > 1
    for box, (counted_to, governed_by) in _COUNTED_TO.items():
        if box.contains(lon, lat) and governed_by in own:
            own = list(dict.fromkeys([counted_to, *own]))
    governed = [_GOVERNED_FROM[country, zone] for country in own for zone in zones if (country, zone) in _GOVERNED_FROM]
    served = [_SERVED_FROM[country] for country in own if country in _SERVED_FROM]
    beyond = [] if governed else _governed_within(own, point, BORDER_M)
    countries = tuple(dict.fromkeys([*own, *governed, *served, *beyond]))
    unsure = tuple(code for code in around.shapeless if code.partition("-")[0] in own)
    located = Located(
        countries=countries,
        subdivisions=(*_containing(around, countries), *unsure),
        near_border=near_border or bool(beyond),
        timezone=zones[0] if zones else None,
        disputed=bool(governed),
        unsure_subdivisions=unsure,
    )
    return located, answer


@locate.register
def _locate_saved(saved: Saved, lon: float, lat: float) -> Located:  # noqa: ARG001 - stands for the session
    """By time zones alone: sure only where all around is the same country; at sea and where they tell none, nowhere."""
    zones = tzfpy.get_tzs(lon, lat)
    corners = [
        (x, y)
        for box in _boxes(Point(lon, lat), PROBED_M)
        for x in (box.west, box.east)
        for y in (box.south, box.north)
    ]
    here = _country_of(zones)
    near = [_country_of(tzfpy.get_tzs(x, y)) for x, y in corners]
    countries = tuple(dict.fromkeys(code for code in (here, *near) if code)) if here else ()
    governed = [_GOVERNED_FROM[code, zone] for code in countries for zone in zones if (code, zone) in _GOVERNED_FROM]
    served = [_SERVED_FROM[code] for code in countries if code in _SERVED_FROM]
    return Located(
        countries=tuple(dict.fromkeys([*countries, *governed, *served])),
        subdivisions=(),
        near_border=len(countries) > 1,
        timezone=zones[0] if zones else None,
        disputed=bool(governed),
    )


def _governed_within(own: Iterable[str], point: Point, radius_m: int) -> list[str]:
    """Who governs the other side of a line through a country that is nearer than this: no shape knows such lines."""
    lines = [(country, zone) for country, zone in _GOVERNED_FROM if country in own]
    if not lines:
        return []
    corners = [
        (lon, lat)
        for box in _boxes(point, radius_m)
        for lon in (box.west, point.lon, box.east)
        for lat in (box.south, point.lat, box.north)
    ]
    zones = {zone for lon, lat in corners for zone in tzfpy.get_tzs(lon, lat)}
    return [_GOVERNED_FROM[country, zone] for country, zone in lines if zone in zones]


def warm_up() -> None:
    """Read what stays in memory: the time zones' borders, a tenth of a second that the first visitor need not wait."""
    tzfpy.get_tzs(0.0, 0.0)
    get_global("zone_territories")


def _country_of(zones: Sequence[str]) -> str | None:
    """The country a time zone tells, if it tells one."""
    if len(zones) != 1 or zones[0] in _ZONES_OF_SEVERAL:
        return None
    country = get_global("zone_territories").get(zones[0])
    return country if country in COUNTRIES else None


def _surroundings(
    session: Session, point: Point, radius_m: int, of_zone: str | None, besides: Besides | None = None
) -> _Surroundings:
    shrink = max(math.cos(math.radians(point.lat)), 1e-9)
    values: dict[str, Any] = {
        "lon": point.lon,
        "lat": point.lat,
        "shrink": shrink,
        "metres": _METRES_PER_DEGREE,
        "radius_m": radius_m,
    }
    boxes = _boxes(point, radius_m)
    for i, box in enumerate(boxes):
        values |= {f"west{i}": box.west, f"east{i}": box.east, "south": box.south, "north": box.north}
    also = [*filter(None, [of_zone]), *(counted_to for counted_to, _ in _COUNTED_TO.values())]
    besides = besides or Besides()
    sql = _around(len(boxes), besides.sql)
    found: dict[str, dict[str, float]] = {"area": {}, "town": {}, "shapeless": {}, "besides": {}}
    for what, name, distance_m in ask(session, sql, {**values, **besides.values, "also": also}, settled=True):
        nearest = found[what]
        if name not in nearest or distance_m < nearest[name]:
            nearest[name] = distance_m
    (answer,) = found["besides"] or (None,)
    return _Surroundings(found["area"], found["town"], sorted(found["shapeless"]), answer)


def _boxes(point: Point, radius_m: int) -> tuple[BBox, ...]:
    """The box round a point, as one on either side of 180 degrees if it goes over it."""
    tall = radius_m / _METRES_PER_DEGREE
    wide = tall / max(math.cos(math.radians(point.lat)), 1e-9)
    south, north = max(point.lat - tall, -90.0), min(point.lat + tall, 90.0)
    if wide >= 90 or 90.0 in (-south, north):
        return (BBox(-180.0, south, 180.0, north),)
    west, east = point.lon - wide, point.lon + wide
    return BBox(west + 360 if west < -180 else west, south, east - 360 if east > 180 else east, north).split()


def _likeliest(around: _Surroundings, of_zone: str | None) -> list[str]:
    """Countries within the border zone, the likeliest first: most witnesses, then nearest shape, then nearest town."""
    shapes = around.countries()
    nearest_town = min(around.towns, key=lambda code: around.towns[code], default="")
    in_town = around.towns.get(nearest_town, math.inf) <= _TOWN_CENTRE_M

    def rank(code: str) -> tuple[int, float, float]:
        witnesses = (shapes.get(code) == 0, code == of_zone, in_town and code == nearest_town)
        return -sum(witnesses), shapes.get(code, math.inf), around.towns.get(code, math.inf)

    return sorted({*shapes, *around.towns, *filter(None, [of_zone])}, key=rank)


def _off_the_coast(around: _Surroundings) -> list[str]:
    """Countries of the nearest coast or town; more than one when they are equally near, give or take 3 km."""
    nearest = dict(around.towns)
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


# distances are plane ones on a map that is right round the point (longitudes shrunk by the cosine of its latitude, what
# lies beyond 180 degrees brought to its side): a hundredth of the time of geography, and exact enough within 25 km
_AROUND: Final = """
    WITH spot AS (
        SELECT ST_SetSRID(ST_MakePoint(:lon, :lat), 4326) AS point,
            ST_SetSRID(ST_MakePoint(CAST(:lon AS float8) * :shrink, :lat), 4326) AS here
    ), part AS MATERIALIZED (
        SELECT code, CASE WHEN ST_Intersects(shape, point) THEN 0 ELSE :metres * ST_Distance(here, ST_Affine(
                shape, :shrink, 0, 0, 1, :shrink * 360 * round((:lon - ST_XMin(shape)) / 360), 0)) END AS distance_m
        FROM spot JOIN area_part p ON {near_shape}
    ), town AS MATERIALIZED (
        SELECT country::text, :metres * ST_Distance(here, ST_Affine(
                p.point, :shrink, 0, 0, 1, :shrink * 360 * round((:lon - ST_X(p.point)) / 360), 0)) AS distance_m
        FROM spot JOIN place p ON {near_point}
    )
    SELECT 'area' AS what, code, distance_m FROM part WHERE distance_m <= :radius_m
    UNION ALL
    SELECT 'town', country, distance_m FROM town WHERE distance_m <= :radius_m
    UNION ALL
    SELECT 'shapeless', code, NULL FROM area WHERE NOT has_own_shape AND parent = ANY (ARRAY(
        SELECT code FROM part WHERE length(code) = 2 AND distance_m <= :radius_m
        UNION SELECT country FROM town WHERE distance_m <= :radius_m
        UNION SELECT unnest(CAST(:also AS text[]))))
"""
_BESIDES: Final = "UNION ALL SELECT 'besides', ({sql}), NULL"
_BOX: Final = "p.{column} && ST_MakeEnvelope(:west{i}, :south, :east{i}, :north, 4326)"


@lru_cache(maxsize=10)
def _around(boxes: int, besides: str) -> str:
    near = {column: " OR ".join(_BOX.format(column=column, i=i) for i in range(boxes)) for column in ("shape", "point")}
    return _AROUND.format(near_shape=near["shape"], near_point=near["point"]) + (
        _BESIDES.format(sql=besides) if besides else ""
    )
