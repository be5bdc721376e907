"""Who serves a spot: the coverage codes that hold there, the drawn areas around it, and the order of help.

Where a point lies is asked of the gazetteer; codes and drawn areas are compared here. Distance never decides who serves
a spot: only coverage does.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import SQLColumnExpression, case, func, literal, null, or_
from sqlalchemy.orm import Session

from popmap import gazetteer, hours
from popmap.catalogue.criteria import Criteria
from popmap.catalogue.fragments import Fragment, all_of, none_of, run
from popmap.catalogue.memory import MEMORY, stamp
from popmap.catalogue.rows import listing, overlap
from popmap.errors import Fault, InputError
from popmap.geo import Point
from popmap.vocabulary import ACUTE_TOPICS

WORLDWIDE: Final = "*"
WHOLE_COUNTRY, SEVERAL_COUNTRIES = 2, 3
"""Of ``listing.specificity``: 0 and 1 are parts of a country (a drawn area, subdivisions), 4 is the whole world."""
SRID: Final = 4326
_KNOWN: Final = "catalogue_spots"


@dataclass(frozen=True, slots=True)
class Spot:
    """A point or an area to be served: the ``codes`` whose coverage contains it, and where distances start.

    ``area`` is the code of an area (its whole shape must be covered); ``near_border`` says that two countries' codes
    are in ``codes`` because shapes cannot be sure. An area of which no label is known has no ``point``.
    """

    codes: tuple[str, ...]
    point: Point | None
    area: str | None = None
    near_border: bool = False

    @property
    def countries(self) -> tuple[str, ...]:
        """The countries whose services serve it, the likelier first; more than one at borders and in territories."""
        return tuple(code for code in self.codes if "-" not in code and code != WORLDWIDE)

    @property
    def is_country(self) -> bool:
        """Whether no more than the country is known: what helps in a part of it may not help the one who asks."""
        return self.area is not None and "-" not in self.area


def spots(session: Session, criteria: Criteria) -> tuple[Spot, ...]:
    """Return the spots that ``at`` and ``place`` name; ``InputError`` for a place that does not exist."""
    found = []
    if criteria.at is not None:
        found.append(spot_at(session, criteria.at))
    if criteria.place is not None:
        found.append(spot_of_place(session, criteria.place))
    return tuple(found)


def countries(session: Session, criteria: Criteria) -> tuple[str, ...]:
    """Return the countries whose services serve the place or point of the criteria, the likelier first."""
    found = spots(session, criteria)
    return found[0].countries if found else ()


def spot_of_place(session: Session, place: str) -> Spot:
    """Return the spot of a place's or area's id; ``InputError`` when there is no such place."""
    hit = gazetteer.resolve(session, place)
    if hit is None:
        raise InputError([Fault("place", "unknown_value", place, ["an id of /api/v1/places"])])
    point = None if hit.lon is None or hit.lat is None else Point(hit.lon, hit.lat)
    if hit.kind == "town" and point:
        return spot_at(session, point)
    code = place.partition(":")[2]
    # a territory is served as a point in it is: by its own services, then by those of its state, or of who governs it
    countries = filter(None, (code[:2], gazetteer.served_from(code[:2]), gazetteer.governed_from(code)))
    return Spot((WORLDWIDE, *dict.fromkeys((*countries, code))), point, area=code)


def spot_at(session: Session, point: Point) -> Spot:
    """Return the spot of a point: where it lies is the gazetteer's answer, asked for once in a session."""
    known: dict[Point, Spot] = session.info.get(_KNOWN, {})
    return known[point] if point in known else spot_and_answer(session, point, gazetteer.Besides())[0]


def spot_and_answer(session: Session, point: Point, besides: gazetteer.Besides) -> tuple[Spot, str | None]:
    """Return the spot of a point, and the answer to the question besides: both for one trip to the database."""
    located, answer = gazetteer.locate_and_ask(session, point, besides)
    codes = (WORLDWIDE, *located.countries, *located.subdivisions)
    spot = Spot(codes, point, near_border=located.near_border)
    session.info.setdefault(_KNOWN, {})[point] = spot
    return spot, answer


def serves(spot: Spot, name: str) -> Fragment:
    """Return the condition that a service covers the spot, by code or by a drawn area, if not the whole world.

    ``name`` keeps its values apart from those of other pieces.
    """
    drawn = in_drawn_area(spot, name)
    codes = [code for code in spot.codes if code != WORLDWIDE]
    return Fragment(f"s.coverage_codes && :{name}_codes OR {drawn.sql}", {**drawn.values, f"{name}_codes": codes})


def in_drawn_area(spot: Spot, name: str) -> Fragment:
    """Return the condition that the spot lies in an area that is drawn for the service."""
    if spot.area is None and spot.point:
        around = f"ST_Intersects(c.shape, ST_Point(:{name}_lon, :{name}_lat, {SRID}))"
        values: dict[str, Any] = {f"{name}_lon": spot.point.lon, f"{name}_lat": spot.point.lat}
    else:
        around = f"ST_Covers(c.shape, {_shape_of(f':{name}_area')})"
        values = {f"{name}_area": spot.area}
    return Fragment(_in_drawn_area(around), values)


@dataclass(frozen=True, slots=True)
class Reach:
    """A shorter way to the services that serve a spot, if not the whole world: services that name the very same codes
    stand together in an index, in the order of the list.

    ``hashes`` are those of the lists of codes that reach the spot, ``listed`` how many services have one of them;
    ``by_code`` is the condition of serving it by code, ``only_drawn`` by a drawn area and not by code.
    """

    hashes: tuple[int, ...]
    listed: int
    by_code: Fragment
    only_drawn: Fragment


def reach(session: Session, spot: Spot, name: str) -> Reach:
    """Return the shorter way to the same services as ``serves``."""
    codes = [code for code in spot.codes if code != WORLDWIDE]
    lists = listed_with(session, codes)
    by_code = Fragment(f"s.coverage_codes && :{name}_codes", {f"{name}_codes": codes})
    only_drawn = all_of([in_drawn_area(spot, name), none_of(by_code)])
    return Reach(tuple(lists), sum(lists.values()), by_code, only_drawn)


def listed_with(session: Session, codes: Sequence[str]) -> dict[int, int]:
    """Return the hashes of the lists of codes that one of these stands in, and how many services have that list."""
    known = _lists_by_code(session)
    return {hashed: number for code in codes for hashed, number in known.get(code, {}).items()}


def _lists_by_code(session: Session) -> dict[str, dict[int, int]]:
    """Return for each code the hashes of the lists of codes it stands in, and how many services have that very list."""

    def read() -> dict[str, dict[int, int]]:
        found: defaultdict[str, dict[int, int]] = defaultdict(dict)
        for row in run(session, _LISTS):
            for code in row.codes:
                found[code][row.hash] = row.n
        return dict(found)

    return MEMORY.recall(("lists of codes", stamp(session)), read)


_LISTS: Final = """
SELECT hash_array(s.coverage_codes) AS hash, s.coverage_codes AS codes, count(*) AS n
FROM public_service s WHERE s.specificity < 4 AND s.coverage_codes <> '{}' GROUP BY s.coverage_codes"""


def serves_some_of(codes: Sequence[str]) -> Fragment:
    """Return the condition that a service serves one of these subdivisions: it, its country, or land in it."""
    wanted = {*codes, *(code[:2] for code in codes)}
    touched = "EXISTS (SELECT FROM area a WHERE a.code = ANY (:subdivision) AND ST_Intersects(c.shape, a.shape))"
    sql = f"s.coverage_codes && :subdivision_codes OR {_in_drawn_area(touched)}"
    return Fragment(sql, {"subdivision": list(codes), "subdivision_codes": sorted(wanted)})


def _in_drawn_area(touches: str) -> str:
    # the few keys first, as an array: so both halves of the "or" can use an index
    drawn = f"SELECT c.service_key FROM public_coverage c WHERE c.type = 'area' AND {touches}"  # noqa: S608 - constants
    return f"s.key = ANY (ARRAY({drawn}))"


def _shape_of(value: str) -> str:
    return f"(SELECT coalesce(a.shape, a.label_point) FROM area a WHERE a.code = {value})"  # noqa: S608 - a value's name


def metres_from(point: Point | None) -> Fragment:
    """Return the distance of a service's mark from the point in whole metres on the ellipsoid; NULL without either."""
    if point is None:
        return Fragment("NULL::bigint")
    sql = f"round(ST_Distance(s.point::geography, ST_Point(:from_lon, :from_lat, {SRID})::geography))::bigint"
    return Fragment(sql, {"from_lon": point.lon, "from_lat": point.lat})


# ── help here ───────────────────────────────────────────────────────────────────────────────────────────────────────


def hours_keys(session: Session) -> tuple[str, ...]:
    """Return the distinct ``hours|timezone|country`` keys of all public services."""

    def read() -> tuple[str, ...]:
        return tuple(run(session, "SELECT DISTINCT unnest(s.hours_keys) FROM public_service s").scalars())

    return MEMORY.recall(("hours_keys", stamp(session)), read)


def open_keys(session: Session, at: datetime | None = None) -> list[str]:
    """Return the keys that are surely open at this moment (now unless given)."""
    return hours.open_keys(hours_keys(session), at or datetime.now(UTC))


@dataclass(frozen=True, slots=True)
class Helping:
    """What the order of help looks at besides the spot: the page's language and the moment."""

    lang: str = "en"
    at: datetime | None = None


HERE_AND_NOW: Final = Helping()


def help_order(session: Session, criteria: Criteria, spot: Spot, helping: Helping) -> list[SQLColumnExpression[Any]]:
    """Return the ascending sort keys of the order for a point, but for the closing id."""
    metres: SQLColumnExpression[Any] = null()
    if spot.point:
        start = func.geography(func.ST_Point(spot.point.lon, spot.point.lat, SRID))
        metres = func.round(func.ST_Distance(func.geography(listing.c.point), start))
    return [
        *(_people_first() if ACUTE_TOPICS.intersection(criteria.topic) else ()),
        _usable_now(session, spot, helping),
        listing.c.specificity,
        *(_likelier_country_first(spot) if spot.near_border else ()),
        case((listing.c.languages.contains([helping.lang]), 0), else_=1),
        -listing.c.check_level,
        func.coalesce(case((listing.c.visitable, metres)), 100_000_000),
    ]


def _people_first() -> list[SQLColumnExpression[Any]]:
    return [
        case((listing.c.kind.in_(["helpline", "official_service"]), 0), (listing.c.kind == "youth_led", 1), else_=2)
    ]


def _likelier_country_first(spot: Spot) -> list[SQLColumnExpression[Any]]:
    # the gazetteer names the likelier country first; the world stands before it
    return [case((overlap(listing.c.country_codes, spot.codes[1:2]), 0), else_=1)]


def is_wide(spot: Spot, specificity: Any) -> Any:
    """Whether a service is not there for this spot in particular: it serves many countries, or an unknown part of one.

    ``specificity`` is a number or a column; so is what comes back (``|`` means the same for both).
    """
    return (specificity >= SEVERAL_COUNTRIES) | (specificity < (WHOLE_COUNTRY if spot.is_country else 0))


def _usable_now(session: Session, spot: Spot, helping: Helping) -> SQLColumnExpression[Any]:
    """Return 0 to 5: here and open, here and not known, wide and open, wide and not known, here closed, wide closed."""
    at = helping.at or datetime.now(UTC)
    keys = hours_keys(session)
    opened = hours.open_keys(keys, at)
    closed = hours.closed_keys(keys, at)
    wide = case((is_wide(spot, listing.c.specificity), 1), else_=0)
    checked = or_(listing.c.next_check_due.is_(None), listing.c.next_check_due >= literal(at.date()))
    is_open = overlap(listing.c.hours_keys, opened) & checked
    is_closed = (func.cardinality(listing.c.hours_keys) > 0) & listing.c.hours_keys.contained_by(closed) & checked
    return case((is_open, wide * 2), (is_closed, 4 + wide), else_=wide * 2 + 1)
