"""Who serves a spot: the coverage codes that hold there, the drawn areas around it, and the order of help.

Where a point lies is asked of the gazetteer; codes and drawn areas are compared here. Distance never decides who serves
a spot: only coverage does.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, ScalarSelect, SQLColumnExpression, case, func, literal, or_, select
from sqlalchemy.orm import Session

from popmap import gazetteer, hours
from popmap.catalogue import rows
from popmap.catalogue.criteria import Criteria
from popmap.catalogue.memory import MEMORY, stamp
from popmap.catalogue.rows import listing, overlap
from popmap.errors import Fault, InputError
from popmap.geo import Point
from popmap.vocabulary import ACUTE_TOPICS

WORLDWIDE: Final = "*"
_SRID: Final = 4326


@dataclass(frozen=True, slots=True)
class Spot:
    """A point or an area to be served: the ``codes`` whose coverage contains it, and where distances start.

    ``area`` is the code of an area (its whole shape must be covered); ``near_border`` says that two countries' codes
    are in ``codes`` because shapes cannot be sure.
    """

    codes: tuple[str, ...]
    point: Point
    area: str | None = None
    near_border: bool = False


def spots(session: Session, criteria: Criteria) -> tuple[Spot, ...]:
    """Return the spots that ``at`` and ``place`` name; ``InputError`` for a place that does not exist."""
    found = []
    if criteria.at is not None:
        found.append(_spot_at(session, criteria.at))
    if criteria.place is not None:
        found.append(spot_of_place(session, criteria.place))
    return tuple(found)


def spot_of_place(session: Session, place: str) -> Spot:
    """Return the spot of a place's or area's id; ``InputError`` when there is no such place."""
    hit = gazetteer.resolve(session, place)
    if hit is None:
        raise InputError([Fault("place", "unknown_value", place, ["an id of /api/v1/places"])])
    point = Point(hit.lon, hit.lat)
    if hit.kind == "town":
        return _spot_at(session, point)
    code = place.partition(":")[2]
    return Spot((WORLDWIDE, *dict.fromkeys((code[:2], code))), point, area=code)


def _spot_at(session: Session, point: Point) -> Spot:
    located = gazetteer.locate(session, point.lon, point.lat)
    return Spot((WORLDWIDE, *located.countries, *located.subdivisions), point, near_border=located.near_border)


def serves(spot: Spot) -> ColumnElement[bool]:
    """Return the condition that a service covers the spot, by code or by a drawn area."""
    shape = rows.coverage.c.shape
    around = (
        func.ST_Intersects(shape, geometry(spot.point))
        if spot.area is None
        else func.ST_Covers(shape, _shape_of(spot.area))
    )
    return or_(overlap(listing.c.coverage_codes, spot.codes), _in_drawn_area(around))


def serves_some_of(codes: Sequence[str]) -> ColumnElement[bool]:
    """Return the condition that a service serves one of these subdivisions: it, all around it, or land in it."""
    wanted = {WORLDWIDE, *codes, *(code[:2] for code in codes)}
    land = or_(*(func.ST_Intersects(rows.coverage.c.shape, _shape_of(code)) for code in codes))
    return or_(overlap(listing.c.coverage_codes, sorted(wanted)), _in_drawn_area(land))


def _in_drawn_area(touches: ColumnElement[bool]) -> ColumnElement[bool]:
    # the few keys first, as an array: so both halves of the "or" can use an index
    drawn = select(rows.coverage.c.service_key).where(rows.coverage.c.type == "area", touches)
    return listing.c.key == func.any(func.array(drawn.scalar_subquery()))


def _shape_of(code: str) -> ScalarSelect[Any]:
    return (
        select(func.coalesce(rows.area.c.shape, rows.area.c.label_point))
        .where(rows.area.c.code == code)
        .scalar_subquery()
    )


def geometry(point: Point) -> ColumnElement[Any]:
    """Return the point as a WGS 84 geometry."""
    return func.ST_SetSRID(func.ST_MakePoint(point.lon, point.lat), _SRID)


def distance_m(point: Point) -> ColumnElement[int]:
    """Return the distance of a service's mark from the point in metres on the ellipsoid; NULL where it has no mark."""
    return func.ST_Distance(func.geography(listing.c.point), func.geography(geometry(point)))


# ── help here ───────────────────────────────────────────────────────────────────────────────────────────────────────


def hours_keys(session: Session) -> tuple[str, ...]:
    """Return the distinct ``hours|timezone|country`` keys of all public services."""

    def read() -> tuple[str, ...]:
        keys = func.unnest(listing.c.hours_keys)
        return tuple(session.scalars(select(keys).distinct()))

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
    distance = case((listing.c.visitable, distance_m(spot.point)), else_=None)
    return [
        *(_people_first() if ACUTE_TOPICS.intersection(criteria.topic) else ()),
        _usable_now(session, helping),
        listing.c.specificity,
        case((listing.c.languages.contains([helping.lang]), 0), else_=1),
        -listing.c.check_level,
        func.coalesce(func.round(distance), 100_000_000),
    ]


def _people_first() -> list[SQLColumnExpression[Any]]:
    return [
        case((listing.c.kind.in_(["helpline", "official_service"]), 0), (listing.c.kind == "youth_led", 1), else_=2)
    ]


def _usable_now(session: Session, helping: Helping) -> SQLColumnExpression[Any]:
    """Return 0 to 5: here and open, here and not known, wide and open, wide and not known, here closed, wide closed."""
    at = helping.at or datetime.now(UTC)
    keys = hours_keys(session)
    opened = hours.open_keys(keys, at)
    closed = hours.closed_keys(keys, at)
    wide = case((listing.c.specificity >= 3, 1), else_=0)
    checked = or_(listing.c.next_check_due.is_(None), listing.c.next_check_due >= literal(at.date()))
    is_open = overlap(listing.c.hours_keys, opened) & checked
    is_closed = (func.cardinality(listing.c.hours_keys) > 0) & listing.c.hours_keys.contained_by(closed) & checked
    return case((is_open, wide * 2), (is_closed, 4 + wide), else_=wide * 2 + 1)
