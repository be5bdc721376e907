"""The fields of a record in words, for moderators: what each is called, and its value as one reads it.

Codes become the words that visitors see; numbers, addresses and texts stay exactly as they were written.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import pycountry
from flask_babel import gettext

from popmap.vocabulary import N_
from popmap.web import language

FIELDS: Final[Mapping[str, str]] = {
    "kind": N_("Kind"),
    "name": N_("Name"),
    "name_en": N_("Name in English"),
    "organization": N_("Organisation"),
    "operator_type": N_("Run by"),
    "summary": N_("In one sentence"),
    "translations": N_("In other languages"),
    "website": N_("Website"),
    "languages": N_("Languages"),
    "topics": N_("About what"),
    "audiences": N_("For whom"),
    "min_age": N_("Youngest age"),
    "max_age": N_("Oldest age"),
    "cost": N_("Cost"),
    "privacy": N_("Your name"),
    "location": N_("Point on the map"),
    "location_precision": N_("How exact the point is"),
    "city": N_("Town"),
    "visitable": N_("One can go there"),
    "address_confidential": N_("Address is withheld"),
    "worldwide": N_("Helps everywhere"),
    "countries": N_("Countries"),
    "subdivisions": N_("Regions"),
    "area": N_("Drawn area"),
    "type": N_("Way"),
    "value": N_("Number or address"),
    "label": N_("Remark"),
    "hours": N_("Hours"),
    "timezone": N_("Time zone"),
    "free": N_("Free of charge"),
    "on_phone_bill": N_("Shows on the phone bill"),
    "account_needed": N_("Needs an account"),
    "works_from_abroad": N_("Works from abroad"),
    "answered_by": N_("Who answers"),
    "url": N_("Page"),
    "seen": N_("What it says"),
    "seen_on": N_("When it was seen"),
    "status": N_("Status"),
}
GROUPS: Final[Mapping[str, str]] = {
    "channels": N_("Way to reach it %(number)s"),
    "sources": N_("Source %(number)s"),
    "ai": N_("The computer's part"),
    "youth": N_("Young people's part"),
    "translations": N_("In other languages"),
    "coverage": N_("Where it helps"),
}
STATUSES: Final[Mapping[str, str]] = {
    "draft": N_("draft"),
    "in_review": N_("not seen by anybody yet"),
    "published": N_("public"),
    "update_pending": N_("public, a change waits"),
    "paused": N_("paused"),
    "closed": N_("taken down"),
    "rejected": N_("rejected"),
    "merged": N_("joined with another"),
}
PRECISIONS: Final[Mapping[str, str]] = {
    "address": N_("the very address"),
    "city": N_("the town"),
    "country": N_("the country"),
    "none": N_("no point"),
}
_CODES: Final[Mapping[str, str]] = {
    "kind": "kind",
    "operator_type": "operator",
    "topics": "topic",
    "audiences": "audience",
    "cost": "cost",
    "privacy": "privacy",
    "type": "channel",
    "answered_by": "answered_by",
    "free": "yes_no",
    "on_phone_bill": "yes_no",
    "account_needed": "yes_no",
    "works_from_abroad": "yes_no",
}
CALLED: Final = frozenset({"value", "website", "url"})
"""Where a wrong sign leads somebody astray: shown in one width, differences sign by sign."""


def field(path: Sequence[str]) -> str:
    """What a field is called."""
    name = path[-1]
    if path[0] == "ai" and len(path) > 1:
        return language.label("ai_question", name)
    if path[0] == "translations" and len(path) > 1:
        return language.language_name(name)
    return gettext(FIELDS[name]) if name in FIELDS else name.replace("_", " ")


def group(path: Sequence[str]) -> str:
    """What a field belongs to, empty for the record's own."""
    if path[0] not in GROUPS or len(path) == 1:
        return ""
    number = int(path[1]) + 1 if path[1].isdigit() else 0
    return gettext(GROUPS[path[0]], number=number) if number else gettext(GROUPS[path[0]])


def value(path: Sequence[str], given: Any) -> str:
    """A value in words; empty for nothing."""
    if given in (None, "", [], {}):
        return ""
    if isinstance(given, bool):
        return gettext("yes") if given else gettext("no")
    name = path[-1]
    return _list(name, given) if isinstance(given, list) else _one(name, given)


def status(code: str) -> str:
    """What a record is at present, in words."""
    return gettext(STATUSES[code]) if code in STATUSES else code


def _list(name: str, given: Sequence[Any]) -> str:
    return " · ".join(_one(name, one) for one in given)


def _one(name: str, given: Any) -> str:
    if name in _CODES:
        return language.label(_CODES[name], given)
    if name in _NAMED:
        return _NAMED[name](str(given))
    if isinstance(given, dict):
        return _object(given)
    return str(given)


def _object(given: Mapping[str, Any]) -> str:
    if given.get("type") == "Point":
        return ", ".join(str(one) for one in given["coordinates"])
    if "coordinates" in given:
        return gettext("a drawn area")
    return "; ".join(f"{name}: {one}" for name, one in given.items() if one not in (None, ""))


def _precision(code: str) -> str:
    return gettext(PRECISIONS[code]) if code in PRECISIONS else code


def _division(code: str) -> str:
    """A part of a country by its name, with its code: two countries may have parts of the same name."""
    found: Any = pycountry.subdivisions.get(code=code)  # type: ignore[no-untyped-call]
    return f"{found.name} ({code})" if found else code


_NAMED: Final[Mapping[str, Callable[[str], str]]] = {
    "languages": language.language_name,
    "countries": language.country_name,
    "subdivisions": _division,
    "location_precision": _precision,
}
