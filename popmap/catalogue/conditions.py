"""One small function per criterion: its value → a condition on the public view. What each means is said here once.

The functions are found by the criterion's name; a criterion that is not set makes no condition.
"""

from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import UTC, date, datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Text, and_, cast, func, literal, or_, select
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Session

from popmap.catalogue import coverage, words
from popmap.catalogue.criteria import Criteria
from popmap.catalogue.memory import MEMORY, stamp
from popmap.catalogue.rows import listing, overlap
from popmap.geo import BBox

Condition = ColumnElement[bool]
NOT_A_FILTER: Final = frozenset({"sort"})

HANDS_OVER: Final = ("always", "in_hours", "yes")
"""Answers to "hands over to a person" that count as a yes; saying where else to go does not."""


def conditions(session: Session, criteria: Criteria) -> dict[str, Condition]:
    """Return the condition of every criterion that is set, by its name.

    Raises ``InputError`` for a place that does not exist.
    """
    unset = Criteria()
    return {
        field.name: BY_NAME[field.name](session, criteria)
        for field in fields(criteria)
        if field.name not in NOT_A_FILTER and getattr(criteria, field.name) != getattr(unset, field.name)
    }


def _q(session: Session, criteria: Criteria) -> Condition:
    return words.matches(words.read(session, criteria.q or ""))


def _kind(_: Session, criteria: Criteria) -> Condition:
    return _any_of(listing.c.kind, criteria.kind)


def _topic(_: Session, criteria: Criteria) -> Condition:
    return overlap(listing.c.topics, criteria.topic)


def _country(_: Session, criteria: Criteria) -> Condition:
    """All of the country, a part of it, several countries with it, or the world."""
    return or_(
        overlap(listing.c.country_codes, criteria.country),
        listing.c.coverage_codes.contains([coverage.WORLDWIDE]),
    )


def _subdivision(_: Session, criteria: Criteria) -> Condition:
    return coverage.serves_some_of(criteria.subdivision)


def _spot(session: Session, criteria: Criteria) -> Condition:
    return and_(*(coverage.serves(spot) for spot in coverage.spots(session, criteria)))


def _bbox(_: Session, criteria: Criteria) -> Condition:
    return inside(criteria.bbox) if criteria.bbox else literal(True)


def _channel(_: Session, criteria: Criteria) -> Condition:
    return overlap(listing.c.channel_types, criteria.channel)


def _language(session: Session, criteria: Criteria) -> Condition:
    """A tag finds itself and everything more exact: zh also zh-Hant."""
    known = _known_languages(session)
    wanted = [tag for tag in known if any(tag == code or tag.startswith(code + "-") for code in criteria.language)]
    return overlap(listing.c.languages, wanted)


def _audience(_: Session, criteria: Criteria) -> Condition:
    return overlap(listing.c.audiences, criteria.audience)


def _age(_: Session, criteria: Criteria) -> Condition:
    """Within the stated ages; an age that is not stated excludes nobody."""
    return and_(
        or_(listing.c.min_age.is_(None), listing.c.min_age <= criteria.age),
        or_(listing.c.max_age.is_(None), listing.c.max_age >= criteria.age),
    )


def _cost(_: Session, criteria: Criteria) -> Condition:
    return _any_of(listing.c.cost, criteria.cost)


def _privacy(_: Session, criteria: Criteria) -> Condition:
    return _any_of(listing.c.privacy, criteria.privacy)


def _open_now(session: Session, _: Criteria) -> Condition:
    return open_now(session)


def _ai(_: Session, criteria: Criteria) -> Condition:
    return or_(*(said_yes(listing.c.ai, question) for question in criteria.ai))


def _checked_since(_: Session, criteria: Criteria) -> Condition:
    return checked_since(criteria.checked_since or date.min)


BY_NAME: Final[Mapping[str, Callable[[Session, Criteria], Condition]]] = {
    "q": _q,
    "kind": _kind,
    "topic": _topic,
    "country": _country,
    "subdivision": _subdivision,
    "at": _spot,
    "place": _spot,
    "bbox": _bbox,
    "channel": _channel,
    "language": _language,
    "audience": _audience,
    "age": _age,
    "cost": _cost,
    "privacy": _privacy,
    "open_now": _open_now,
    "ai": _ai,
    "checked_since": _checked_since,
}


# ── conditions that counts and clusters use too ─────────────────────────────────────────────────────────────────────


def inside(bbox: BBox) -> Condition:
    """Return the condition that a service's mark is in the box, which may cross 180 degrees."""
    # the box is brought to the points' reference, so that their index works
    boxes = (func.ST_MakeEnvelope(b.west, b.south, b.east, b.north, 4326) for b in bbox.split())
    return or_(*(listing.c.point.op("&&", is_comparison=True)(box) for box in boxes))


def open_now(session: Session) -> Condition:
    """Return the condition that some channel is surely open; a service past its due check is not sure."""
    now = datetime.now(UTC)
    in_time = or_(listing.c.next_check_due.is_(None), listing.c.next_check_due >= now.date())
    return and_(overlap(listing.c.hours_keys, coverage.open_keys(session, now)), in_time)


def said_yes(ai: ColumnElement[Any], question: ColumnElement[str] | str) -> Condition:
    """Return the condition that this question (a name, or a column of names) is answered with yes."""
    answer = ai.op("->", return_type=JSONB)(question)
    # an answer is a word, or an object with its source beside it
    said = func.coalesce(
        answer.op("->>", return_type=Text)("answer"), answer.op("#>>", return_type=Text)(cast([], ARRAY(Text)))
    )
    asked = literal(question) if isinstance(question, str) else question
    hands_over = and_(asked == "human_handover", said.in_(HANDS_OVER))
    return or_(said == "yes", hands_over)


def checked_since(day: date) -> Condition:
    """Return the condition that a service was checked on this day or later."""
    return listing.c.verified_on >= day


def _any_of(column: ColumnElement[str], values: tuple[str, ...]) -> Condition:
    # one array instead of a list of parameters: the statement's text stays the same, so its plan is kept
    return column == func.any(cast(list(values), ARRAY(Text)))


def _known_languages(session: Session) -> tuple[str, ...]:
    def read() -> tuple[str, ...]:
        return tuple(session.scalars(select(func.unnest(listing.c.languages)).distinct()))

    return MEMORY.recall(("languages", stamp(session)), read)
