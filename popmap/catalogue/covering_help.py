"""Help for a spot: who serves it, in the order of help, and what to offer when nobody fits exactly.

The order itself is in ``coverage``; here rows become groups that a page can show one under the other, each with the
reason it is there. Nobody is ever left with an empty answer: choices are dropped one after the other, and the reason
says so. How a reason is worded is the page's business.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import singledispatch
from typing import Any, Final

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from popmap.catalogue.answers import MAX_LIMIT, Page, total_of
from popmap.catalogue.conditions import conditions, levels
from popmap.catalogue.coverage import (
    HERE_AND_NOW,
    WHOLE_COUNTRY,
    Helping,
    Spot,
    help_order,
    spot_of_place,
    spots,
)
from popmap.catalogue.criteria import Criteria
from popmap.catalogue.fragments import all_of
from popmap.catalogue.memory import stamp
from popmap.catalogue.rows import listing
from popmap.errors import Fault, InputError
from popmap.geo import Point
from popmap.vocabulary import ACUTE_TOPICS, LIVE_CHANNELS

PEOPLE: Final = ("helpline", "official_service")
"""Kinds that come first when a topic is acute."""
WAYS_NEEDED: Final = 3
"""A number is never offered alone: at least two other ways stand beside it."""
_WORLDWIDE: Final = 4
_NO_LETTERS: Final = re.compile(r"\W")
_UNSET: Final = Criteria()
_NO_CHOICES: Final = {
    name: getattr(_UNSET, name) for name in ("channel", "language", "cost", "privacy", "open_now", "q", "ai")
}

MATCHES, WITHOUT_CHOICES, GENERAL, OTHERS_HERE, EVERYWHERE, NOT_FOR_EMERGENCIES = (
    "matches",
    "without_choices",
    "general",
    "others_here",
    "everywhere",
    "not_for_emergencies",
)
"""Reasons of groups: all that was asked · the topic, but not every choice · any worry, here · others here · in every
country · neither helplines nor official services, after them all when a topic is acute."""


@dataclass(frozen=True, slots=True)
class Group:
    """Records under one reason, in the order of help."""

    reason: str
    records: tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Help:
    """The groups of an answer in the order in which they are shown; in it are two countries when ``near_border``."""

    groups: tuple[Group, ...]
    near_border: bool
    revision: int

    @property
    def records(self) -> tuple[dict[str, Any], ...]:
        """Every record, as shown."""
        return tuple(record for group in self.groups for record in group.records)


@dataclass(frozen=True, slots=True)
class Found:
    """One row of the order: its text, how wide it serves, and what it has in common with rows it may be put beside."""

    raw: str
    record: dict[str, Any]
    specificity: int
    kind: str
    equals: tuple[Any, ...]

    @property
    def is_live(self) -> bool:
        """Whether it can be talked to or chatted with."""
        return any(channel["type"] in LIVE_CHANNELS for channel in self.record["channels"])

    @property
    def way(self) -> str:
        """What tells it from other ways to help: its first number or address, however it is written."""
        first = next((channel["value"] for channel in self.record["channels"]), "")
        return _NO_LETTERS.sub("", first).casefold() or str(self.record["id"])

    @property
    def listens(self) -> bool:
        """Whether any worry can be told there; not to an office that takes nothing but texts, as the police's line."""
        types = {channel["type"] for channel in self.record["channels"]}
        return self.kind == "helpline" or bool(types & (LIVE_CHANNELS - {"sms"}))

    @property
    def is_here(self) -> bool:
        """Whether it serves some place in particular."""
        return self.specificity < _WORLDWIDE


@singledispatch
def covering(
    session: Session,
    lon: float,
    lat: float,
    criteria: Criteria,
    *,
    helping: Helping = HERE_AND_NOW,
    limit: int = MAX_LIMIT,
) -> Page:
    """Return the services that serve a point and match the criteria, in the order of help, at most ``limit``.

    First who is usable now and local, then the most specific coverage; with an acute topic, people before everything
    else; lines of one operator in one country side by side where they are equally usable. ``helping`` holds the page's
    language and the moment.
    """
    here = replace(criteria, at=Point(lon, lat), place=None)
    (spot,) = spots(session, here)
    found = ordered(session, here, spot, helping, limit=limit)
    total, exact = total_of(session, here, levels(session, here))
    return Page(tuple(one.raw for one in found), total, exact, None, stamp(session).number)


def help_for(session: Session, criteria: Criteria, *, helping: Helping = HERE_AND_NOW) -> Help:
    """Return who helps at the place, point or (one) country of the criteria; not empty while anybody helps anywhere.

    Raises ``InputError`` when the criteria name no spot, or one that does not exist.
    """
    spot = help_spot(session, criteria)
    if len(spot.countries) > 1 and criteria.country:  # a territory, which its state's services serve as well
        criteria = replace(criteria, country=(), place=f"country:{criteria.country[0]}")
    acute = bool(ACUTE_TOPICS.intersection(criteria.topic))
    answer = _Answer(session, spot, helping, people_only=acute)
    answer.add_matching(criteria)
    if answer.ways_here < WAYS_NEEDED:
        # who listens to any worry in this place, whatever was asked; where too few say so, all its people
        plain = replace(criteria, topic=("general_support",), kind=PEOPLE, **_NO_CHOICES)
        answer.add(GENERAL, (one for one in answer.here(plain) if one.listens))
        if answer.ways_here < WAYS_NEEDED:
            answer.add(OTHERS_HERE, answer.here(replace(plain, topic=())))
        answer.add(EVERYWHERE, answer.matching_everywhere)
        if answer.ways < WAYS_NEEDED:
            answer.add(EVERYWHERE, answer.ordered(replace(plain, topic=(), kind=("helpline",))))
            answer.add(EVERYWHERE, answer.ordered(replace(criteria, **_NO_CHOICES)))
        if answer.ways < WAYS_NEEDED:
            # far from everybody, or for an age that few name: whoever listens in every country, but no office for
            # something else, which would only send a child away
            listeners = replace(plain, topic=(), kind=("helpline",), age=None, audience=())
            answer.add(EVERYWHERE, answer.ordered(listeners))
    groups = answer.groups(acute=acute)
    # who names no topic may be in danger as well
    found = tuple(groups) if criteria.topic else tuple(_computers_last(group) for group in groups)
    return Help(found, spot.near_border, stamp(session).number)


def _computers_last(group: Group) -> Group:
    """The group with people before what is driven by AI."""
    return replace(group, records=tuple(sorted(group.records, key=lambda record: record["kind"] == "ai_driven")))


@singledispatch
def help_spot(session: Session, criteria: Criteria) -> Spot:
    """Return the one spot of the criteria: a point, a place or a country."""
    if criteria.at is not None or criteria.place is not None:
        return spots(session, criteria)[0]
    if len(criteria.country) == 1:
        return spot_of_place(session, f"country:{criteria.country[0]}")
    raise InputError([Fault("place", "missing", allowed=["at, place or one country"])])


class _Answer:
    """An answer in the making: each service is shown once, under the first reason that it has."""

    def __init__(self, session: Session, spot: Spot, helping: Helping, *, people_only: bool) -> None:
        self._session, self._spot, self._helping, self._people_only = session, spot, helping, people_only
        self._found: list[tuple[str, Found]] = []
        self._seen: set[str] = set()
        self.matching_everywhere: list[Found] = []

    @property
    def ways(self) -> int:
        """How many different ways to help there are among the services found so far."""
        return self._ways(one for _, one in self._found)

    @property
    def ways_here(self) -> int:
        """How many of them serve this place in particular."""
        return self._ways(one for _, one in self._found if one.is_here)

    def _ways(self, found: Iterable[Found]) -> int:
        """How many they are; two services with the same number are one way."""
        return len({one.way for one in found if self._counts(one)})

    def _counts(self, one: Found) -> bool:
        """Whether it is surely a way for the one who asks: a line of one part of the country may not be.

        Nor is a project or a computer that nobody can be reached through, such as a training for schools.
        """
        is_part = self._spot.is_country and one.specificity < WHOLE_COUNTRY
        return not is_part and (one.kind in PEOPLE or (one.is_live and not self._people_only))

    def here(self, criteria: Criteria) -> list[Found]:
        return [one for one in self.ordered(criteria) if one.is_here]

    def ordered(self, criteria: Criteria) -> list[Found]:
        return ordered(self._session, criteria, self._spot, self._helping, limit=MAX_LIMIT)

    def add(self, reason: str, found: Iterable[Found]) -> None:
        for one in found:
            if one.record["id"] not in self._seen:
                self._seen.add(one.record["id"])
                self._found.append((reason, one))

    def add_matching(self, criteria: Criteria) -> None:
        """What was asked; if nobody here does just that, first the same here without the finer choices."""
        matching = self.ordered(criteria)
        here = [one for one in matching if one.is_here]
        if self._ways(here) >= WAYS_NEEDED:
            self.add(MATCHES, matching)
            return
        # too few: first who else is here, then the rest of the world
        self.add(MATCHES, here)
        self.matching_everywhere = matching
        if not here and criteria.topic and criteria != replace(criteria, **_NO_CHOICES):
            freer = self.ordered(replace(criteria, **_NO_CHOICES))
            self.add(WITHOUT_CHOICES, (one for one in freer if one.is_here))
        if self.ways_here >= WAYS_NEEDED:
            self.add(EVERYWHERE, matching)

    def groups(self, *, acute: bool) -> Iterable[Group]:
        late = [one for _, one in self._found if acute and one.kind not in PEOPLE]
        for reason in (MATCHES, WITHOUT_CHOICES, GENERAL, OTHERS_HERE, EVERYWHERE):
            here = [one for why, one in self._found if why == reason and not (acute and one.kind not in PEOPLE)]
            if here:
                yield Group(reason, tuple(one.record for one in here))
        if late:
            yield Group(NOT_FOR_EMERGENCIES, tuple(one.record for one in late))


@singledispatch
def ordered(session: Session, criteria: Criteria, spot: Spot, helping: Helping, *, limit: int) -> list[Found]:
    """Return the services that match, in the order of help, lines of one operator in one country side by side."""
    order = help_order(session, criteria, spot, helping)
    # the keys that decide who is usable: nothing is ever moved across them
    classes = order[: 2 if ACUTE_TOPICS.intersection(criteria.topic) else 1]
    statement = (
        select(listing.c.document, listing.c.specificity, listing.c.kind, listing.c.country_codes, *classes)
        .where(all_of(conditions(session, criteria).values()).clause())
        .order_by(*order, listing.c.id)
        .limit(limit)
    )
    found = [
        Found(document, orjson.loads(document), specificity, kind, (tuple(countries), *ranks))
        for document, specificity, kind, countries, *ranks in session.execute(statement)
    ]
    return side_by_side(found)


def side_by_side(found: Sequence[Found]) -> list[Found]:
    """Return the rows with each pair's later lines moved up behind its first; worldwide services have no pairs."""
    lines: dict[Any, list[Found]] = {}
    for one in found:
        operator = one.record["organization"].casefold()
        paired = operator and one.is_here
        lines.setdefault((operator, one.equals) if paired else one.record["id"], []).append(one)
    return [one for together in lines.values() for one in together]
