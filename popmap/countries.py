"""What is known about a country: its emergency numbers, the harmonised numbers that work there, its framework.

Reads the public views only, so that what is of low confidence is never shown. Which services help there is
``catalogue``'s question; countries' names are ``gazetteer``'s.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import singledispatch
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from popmap.saved import Saved, SavedCountry

SERVICES: Final = ("all", "police", "ambulance", "fire", "child_protection")
"""What an emergency number is for, in the order in which a page shows them."""

RESCUERS: Final = ("police", "ambulance", "fire")
"""Whom a number for everything reaches; a child must be told when one of them has no number that is known."""

FOR_CHILDREN: Final = {"116111": "child helpline", "116000": "missing children"}
"""The harmonised numbers that children are told of, and what for."""

_FILLING: Final = re.compile(r"[\s().-]")
LEAST_SHOWN: Final = 3
_TWO_SOURCES: Final = re.compile(r"two sources agree|services\.csv has the same number")
_CAVEATS: Final[tuple[tuple[str, re.Pattern[str]], ...]] = (
    ("landline", re.compile(r"; landline\b")),
    ("not_everywhere", re.compile(r"not in every|regencies and cities|seen for")),
    ("not_always", re.compile(r"hours limited|hours in \d|gave \d+-\d+ h")),
    ("in_doubt", re.compile(r"\b(?:Android|copy|lists) differs?\b|DFAT says|; others \d|phase-out planned")),
)
"""What a visitor must know of a number before dialling it, and how the notes of ``emergency_numbers.csv`` say it."""


@dataclass(frozen=True, slots=True)
class EmergencyNumber:
    """A number to call in danger; ``confidence`` is high or medium, ``note`` the evidence in words for moderators."""

    service: str
    number: str
    confidence: str
    note: str
    source_url: str

    @property
    def founded(self) -> str:
        """What it rests on: ``official`` (or those who answer there themselves), ``two`` sources, or ``one``."""
        if self.confidence == "high":
            return "official"
        return "two" if _TWO_SOURCES.search(self.note) else "one"

    @property
    def caveat(self) -> str:
        """What must stand beside the number: a name of ``_CAVEATS``, or nothing."""
        return next((name for name, said in _CAVEATS if said.search(self.note)), "")


@dataclass(frozen=True, slots=True)
class HarmonisedNumber:
    """A number that means the same in several countries, and whether it works here (``status``)."""

    number: str
    purpose: str
    status: str
    operator: str
    since: str
    source_url: str


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing a country has or did, as its source states it."""

    id: str
    country: str | None
    region: str
    type: str
    title: str
    title_local: str
    reference_no: str
    issuer: str
    partners: Sequence[str]
    audience: Sequence[str]
    date_from: str
    date_to: str
    date_precision: str
    status: str
    quantity: float | None
    quantity_qualifier: str
    unit: str
    summary: str
    source: str


_BETTER_FOUNDED_FIRST: Final = "array_position(ARRAY['high', 'medium'], confidence), source_date DESC, number"


@singledispatch
def emergency_numbers(session: Session, country: str) -> tuple[EmergencyNumber, ...]:
    """The numbers to call in danger: those for everything first, and for one purpose the better founded first.

    Every number stands once: 112 for everything is not said again for the police. Empty when none is known well enough.
    """
    statement = f"""
        SELECT service, number, confidence, note, source_url FROM public_emergency_number WHERE country = :country
        ORDER BY array_position(cast(:services AS text[]), service), {_BETTER_FOUNDED_FIRST}"""  # noqa: S608 - a constant
    rows = session.execute(text(statement), {"country": country, "services": list(SERVICES)})
    return tuple(_each_once(EmergencyNumber(*row) for row in rows))


@singledispatch
def emergency_numbers_by_country(session: Session) -> dict[str, tuple[EmergencyNumber, ...]]:
    """The same for every country of which a number is known, by its code."""
    statement = f"""
        SELECT country, service, number, confidence, note, source_url FROM public_emergency_number
        ORDER BY array_position(cast(:services AS text[]), service), {_BETTER_FOUNDED_FIRST}"""  # noqa: S608 - a constant
    found: defaultdict[str, list[EmergencyNumber]] = defaultdict(list)
    for country, *row in session.execute(text(statement), {"services": list(SERVICES)}):
        found[country].append(EmergencyNumber(*row))
    return {country: tuple(_each_once(numbers)) for country, numbers in found.items()}


@singledispatch
def harmonised_numbers(session: Session, country: str) -> tuple[HarmonisedNumber, ...]:
    """What is known of the harmonised numbers in this country: for each number and purpose the best founded claim."""
    statement = f"""
        SELECT DISTINCT ON (number, purpose) number, purpose, status, operator, since, source_url
        FROM public_harmonised_number WHERE country = :country
        ORDER BY number, purpose, {_BETTER_FOUNDED_FIRST}"""  # noqa: S608 - a constant
    return tuple(HarmonisedNumber(*row) for row in session.execute(text(statement), {"country": country}))


def with_unknown(numbers: Sequence[HarmonisedNumber]) -> tuple[HarmonisedNumber, ...]:
    """The same, with those for children that no source names here: of them too it is said that nothing is known."""
    named = {number.number for number in numbers}
    unknown = (HarmonisedNumber(number, purpose, "unknown", "", "", "") for number, purpose in FOR_CHILDREN.items())
    return (*numbers, *(number for number in unknown if number.number not in named))


def numbers_not_in_use(session: Session) -> dict[str, set[str]]:
    """The harmonised numbers that do not work by the best founded claim, by the country in which they do not."""
    statement = f"""
        SELECT DISTINCT ON (country, number) country, number, status FROM public_harmonised_number
        WHERE country IS NOT NULL ORDER BY country, number, {_BETTER_FOUNDED_FIRST}"""  # noqa: S608 - a constant
    found: defaultdict[str, set[str]] = defaultdict(set)
    for country, number, status in session.execute(text(statement)):
        if status == "not_used":
            found[country].add(number)
    return found


def where_it_works(record: Mapping[str, Any], unused: Mapping[str, Collection[str]]) -> list[str]:
    """The countries that a record names, without those in which no number of a service that has nothing else works.

    Where it would work in none of them, all of them.
    """
    channels, named = record["channels"], list(record["coverage"]["countries"])
    numbers = {_FILLING.sub("", channel["value"]) for channel in channels if channel["type"] == "phone"}
    if not numbers or any(channel["type"] != "phone" for channel in channels):
        return named
    return [code for code in named if not numbers <= set(unused.get(code, ()))] or named


@singledispatch
def facts(session: Session, country: str) -> tuple[Fact, ...]:
    """A country's strategies, laws, trainings and the like, by type, the latest first."""
    statement = """
        SELECT id, country, region, type, title, title_local, reference_no, issuer, partners, audience,
          date_from, date_to, date_precision, status, cast(quantity AS float8), quantity_qualifier, unit,
          summary, source
        FROM public_country_fact WHERE country = :country ORDER BY type, date_from DESC, title"""
    rows = session.execute(text(statement), {"country": country})
    return tuple(Fact(*row) for row in rows)


def first_numbers(numbers: Sequence[EmergencyNumber]) -> tuple[EmergencyNumber, ...]:
    """What a strip or a card has room for: one number for everything and for each rescuer, then others up to three."""
    of_each = {number.service: number for number in reversed(numbers) if number.service in {"all", *RESCUERS}}
    first = [number for number in numbers if number is of_each.get(number.service)]
    more = [number for number in numbers if number not in first]
    return tuple(sorted([*first, *more[: max(0, LEAST_SHOWN - len(first))]], key=numbers.index))


def rescuers_unknown(numbers: Sequence[EmergencyNumber]) -> tuple[str, ...]:
    """The rescuers without a number that is known well enough; none where one number is for everything."""
    known = {number.service for number in numbers}
    return () if "all" in known else tuple(one for one in RESCUERS if one not in known)


def _each_once(numbers: Iterable[EmergencyNumber]) -> list[EmergencyNumber]:
    """Without numbers already named for everything: they would fill the card with the same digits."""
    kept: list[EmergencyNumber] = []
    for number in numbers:
        if not any(one.number == number.number and one.service in {"all", number.service} for one in kept):
            kept.append(number)
    return kept


# ── while the database is away: the same from the saved copy ────────────────────────────────────────────────────────


@emergency_numbers.register
def _saved_emergency_numbers(saved: Saved, country: str) -> tuple[EmergencyNumber, ...]:
    return tuple(EmergencyNumber(*row) for row in _saved(saved, country).emergency)


@emergency_numbers_by_country.register
def _saved_emergency_numbers_by_country(saved: Saved) -> dict[str, tuple[EmergencyNumber, ...]]:
    known = {code for code, country in saved.copy.countries.items() if country.emergency}
    return {code: _saved_emergency_numbers(saved, code) for code in known}


@harmonised_numbers.register
def _saved_harmonised_numbers(saved: Saved, country: str) -> tuple[HarmonisedNumber, ...]:
    return tuple(HarmonisedNumber(*row) for row in _saved(saved, country).harmonised)


@facts.register
def _saved_facts(saved: Saved, country: str) -> tuple[Fact, ...]:
    return tuple(Fact(*row) for row in _saved(saved, country).facts)


def _saved(saved: Saved, country: str) -> SavedCountry:
    return saved.copy.countries.get(country) or SavedCountry(country, (), (), ())
