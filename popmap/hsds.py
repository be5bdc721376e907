"""The catalogue in the words of HSDS 3 (Open Referral): one mapping for the API and the export.

HSDS has its own ids, which are UUIDs: they are made of our public ids in a fixed namespace, so that they never change.
What HSDS has no field for (kind, topics, who answers, the phone bill, AI transparency, sources ...) stands in its
attributes, each with a term of a taxonomy. Nothing is added here that the public record does not say.
"""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, Final
from uuid import UUID, uuid5

import orjson

from popmap import gazetteer
from popmap.vocabulary import AUDIENCES, CHANNELS, COSTS, KINDS, OPERATOR_TYPES, PRIVACIES, TOPICS

VERSION: Final = "3.0"
NAMESPACE: Final = UUID("3c0f5d0e-7a4b-5b39-9d55-6d0c4c1f8a21")
PHONES: Final[Mapping[str, str]] = {"phone": "voice", "sms": "sms", "whatsapp": "whatsapp"}
"""Channels that HSDS calls phones, and their type there; all others are attributes."""
_PHONE_FACTS: Final = ("free", "on_phone_bill", "account_needed", "works_from_abroad", "answered_by")
_OPERATOR: Final = "Operates services that are listed in PoP Map."

Record = Mapping[str, Any]
Thing = dict[str, Any]

FIELDS: Final[Mapping[str, str]] = {
    "public_id": "The service's id in PoP Map: in every address and format, never used again for another service",
    "name_en": "The service's name in English",
    "location_precision": "What the location is that of: an address, a town, a country, or none",
    "visitable": "Whether one can go there",
    "check_level": "How well it was last checked: 0 submitted, 1 source seen, 2 two sources, 3 operator, 4 tried",
    "next_check_due": "The day by which to check it again",
    "source": "A page on which the facts were seen",
    "translation": "Name and summary in another language",
    "youth": "What young people decide in it",
    "ai": "What a computer does in it, question by question, each answer with its source",
    "e164": "The number as dialled from abroad",
    "linkable": "Whether the number can be dialled as it stands; if not it is words that say what to dial",
    "free": "Whether reaching it costs nothing",
    "on_phone_bill": "Whether it shows on the phone bill",
    "account_needed": "Whether one must register",
    "works_from_abroad": "Whether it can be reached from another country",
    "answered_by": "Whether a person or a computer answers",
    "timezone": "IANA time zone of the hours; without one they are not known (24/7 needs none)",
    "code": "ISO 3166-1 or 3166-2 code of an area that is served; * is the whole world",
}
"""What HSDS has no field for, besides the code lists."""

LISTS: Final[Mapping[str, tuple[str, Mapping[str, tuple[str, str]]]]] = {
    "kind": ("What kind of help it is", {code: (label, label) for code, label in KINDS.items()}),
    "topic": ("What it helps with", {code: (one.label, one.words) for code, one in TOPICS.items()}),
    "audience": ("Whom it helps", {code: (label, label) for code, label in AUDIENCES.items()}),
    "channel": ("How it is reached", {code: (label, label) for code, label in CHANNELS.items()}),
    "cost": ("Whether it costs anything", {code: (label, label) for code, label in COSTS.items()}),
    "privacy": (
        "What it wants to know of those who ask",
        {code: (label, label) for code, label in PRIVACIES.items()},
    ),
    "operator_type": ("What its operator is", {code: (label, label) for code, label in OPERATOR_TYPES.items()}),
    "field": ("Fields of PoP Map that HSDS lacks", {code: (code, words) for code, words in FIELDS.items()}),
}
"""Taxonomy → what it is, and its terms: code → name and description."""
CRITERIA: Final = ("kind", "topic", "audience", "channel", "cost", "privacy")
"""Taxonomies whose terms are criteria of the catalogue."""


def identify(entity: str, *names: object) -> str:
    """Return the UUID of a thing: the same for the same names, always."""
    return str(uuid5(NAMESPACE, "\x1f".join([entity, *map(str, names)])))


# ── taxonomies ──────────────────────────────────────────────────────────────────────────────────────────────────────


@cache
def taxonomy(name: str) -> Thing:
    """Return a code list."""
    return {"id": identify("taxonomy", name), "name": name, "description": LISTS[name][0], "version": "1"}


@cache
def term(name: str, code: str, *, detail: bool = False) -> Thing:
    """Return one code of a list; with ``detail`` the list itself in it."""
    label, words = LISTS[name][1][code]
    made = {
        "id": identify("taxonomy_term", name, code),
        "code": code,
        "name": label,
        "description": words,
        "taxonomy": name,
        "taxonomy_id": taxonomy(name)["id"],
        "language": "en",
    }
    return {**made, "taxonomy_detail": taxonomy(name)} if detail else made


@cache
def terms() -> Mapping[str, tuple[str, str]]:
    """Return every term by its UUID: its list and its code."""
    return {term(name, code)["id"]: (name, code) for name, (_, codes) in LISTS.items() for code in codes}


# ── organisations, services ─────────────────────────────────────────────────────────────────────────────────────────


def organization(name: str) -> Thing:
    """Return an operator, of whom no more is known than the name."""
    return {"id": identify("organization", name), "name": name, "description": _OPERATOR}


def short_service(record: Record) -> Thing:
    """Return a service with its one-to-one fields only, as lists have it."""
    made: Thing = {"id": identify("service", record["id"]), "name": record["name"], "status": "active"}
    optional = {
        "alternate_name": record["name_en"] if record["name_en"] != record["name"] else None,
        "description": record["summary"],
        "url": record["website"],
        "email": next((one["value"] for one in record["channels"] if _is_email(one)), None),
        "fees_description": {"free": "Free of charge", "charged": "Not free of charge"}.get(record["cost"]),
        "eligibility_description": ", ".join(str(AUDIENCES[code]) for code in record["audiences"]),
        "minimum_age": record["min_age"],
        "maximum_age": record["max_age"],
        "assured_date": record["verified_on"],
        "last_modified": record["updated_at"],
    }
    made |= {name: value for name, value in optional.items() if value not in (None, "")}
    if record["organization"]:
        operator = organization(record["organization"])
        made |= {"organization_id": operator["id"], "organization": operator}
    return made


def full_service(record: Record) -> Thing:
    """Return a service with all that belongs to it."""
    made = short_service(record)
    key = made["id"]
    parts = {
        "phones": [
            _phone(key, position, one) for position, one in enumerate(record["channels"]) if one["type"] in PHONES
        ],
        "schedules": [_schedule(key, position, one) for position, one in enumerate(record["channels"]) if one["hours"]],
        "service_areas": list(_areas(key, record["coverage"])),
        "service_at_locations": [_short_place(record)] if record["location"] else [],
        "languages": [_language(key, code, "service") for code in record["languages"]],
        "attributes": list(_attributes(key, record)),
    }
    return made | {name: value for name, value in parts.items() if value}


def place(record: Record, *, full: bool = False) -> Thing:
    """Return a service at its seat; only for records that have one.

    The standard's OpenAPI document names the schema of a service for one of these: its required fields are here too.
    """
    service = full_service(record) if full else short_service(record)
    service.pop("service_at_locations", None)
    return {**_short_place(record), "name": record["name"], "status": "active", "service": service}


def place_in_list(record: Record) -> Thing:
    """Return the same with one-to-one fields only."""
    found = _short_place(record)
    found["location"].pop("attributes")
    return {**found, "service": short_service(record)}


def place_id(public_id: str) -> str:
    """Return the UUID of a service at its seat."""
    return identify("service_at_location", public_id)


def _short_place(record: Record) -> Thing:
    lon, lat = record["location"]["coordinates"]
    location = identify("location", record["id"])
    precision = _attribute(location, "location", "location_precision", record["location_precision"])
    return {
        "id": place_id(record["id"]),
        "service_id": identify("service", record["id"]),
        "location_id": location,
        "location": {
            "id": location,
            "location_type": "physical" if record["visitable"] else "virtual",
            "name": record["city"] or record["name"],
            "latitude": lat,
            "longitude": lon,
            "attributes": [precision],
        },
    }


def _is_email(channel: Record) -> bool:
    return bool(channel["type"] == "email" and channel["linkable"])


def _phone(service: str, position: int, channel: Record) -> Thing:
    key = identify("phone", service, position)
    facts = {name: channel[name] for name in _PHONE_FACTS}
    facts |= {"e164": channel["e164"], "linkable": _yes_or_no(channel["linkable"])}
    made = {
        "id": key,
        "service_id": service,
        "number": channel["value"],
        "type": PHONES[channel["type"]],
        "attributes": [_attribute(key, "phone", name, value) for name, value in facts.items() if value],
    }
    if channel["label"]:
        made["description"] = channel["label"]
    if channel["languages"]:
        made["languages"] = [_language(key, code, "phone") for code in channel["languages"]]
    return made


def _schedule(service: str, position: int, channel: Record) -> Thing:
    key = identify("schedule", service, position)
    made: Thing = {
        "id": key,
        "service_id": service,
        "description": channel["hours"],
        "notes": "The description is in OpenStreetMap's opening_hours syntax.",
        "attributes": [_attribute(key, "schedule", channel["type"], channel["value"], taxonomy_name="channel")],
    }
    if channel["timezone"]:
        made["attributes"].append(_attribute(key, "schedule", "timezone", channel["timezone"]))
    return made


def _areas(service: str, coverage: Record) -> Iterable[Thing]:
    named = [("*", "The whole world")] if coverage["worldwide"] else []
    named += [(code, gazetteer.country_name(code, "en")) for code in coverage["countries"]]
    named += [(code, code) for code in coverage["subdivisions"]]
    for code, name in named:
        key = identify("service_area", service, code)
        yield {
            "id": key,
            "service_id": service,
            "name": name,
            "extent": code,
            "extent_type": "text",
            "attributes": [_attribute(key, "service_area", "code", code)],
        }
    if coverage["has_area"]:
        yield {"id": identify("service_area", service, "area"), "service_id": service, "name": "An area that is drawn"}


def _language(owner: str, code: str, entity: str) -> Thing:
    return {"id": identify("language", owner, code), f"{entity}_id": owner, "code": code}


def _attributes(key: str, record: Record) -> Iterable[Thing]:
    """What HSDS has no field for."""
    for name in ("kind", "cost", "privacy", "operator_type"):
        yield _attribute(key, "service", record[name], record[name], taxonomy_name=name)
    for name, column in (("topic", "topics"), ("audience", "audiences")):
        for code in record[column]:
            yield _attribute(key, "service", code, code, taxonomy_name=name)
    for position, channel in enumerate(record["channels"]):
        if channel["type"] not in PHONES:
            text = orjson.dumps(
                {name: value for name, value in channel.items() if value not in (None, "", [])}
            ).decode()
            yield _attribute(key, "service", channel["type"], text, taxonomy_name="channel", number=position)
    check = record["check"]
    plain = {
        "public_id": record["id"],
        "name_en": record["name_en"],
        "visitable": _yes_or_no(record["visitable"]),
        "location_precision": record["location_precision"],
        "next_check_due": record["next_check_due"],
        "check_level": str(check["level"]) if check else None,
        "ai": _text(record["ai"]),
        "youth": _text(record["youth"]),
        "translation": _text(record["translations"]),
    }
    yield from (_attribute(key, "service", name, value) for name, value in plain.items() if value)
    for position, source in enumerate(record["sources"]):
        yield _attribute(key, "service", "source", orjson.dumps(source).decode(), number=position)


def _attribute(
    owner: str, entity: str, code: str, value: str, *, taxonomy_name: str = "field", number: int = 0
) -> Thing:
    found = term(taxonomy_name, code)
    return {
        "id": identify("attribute", owner, taxonomy_name, code, number),
        "link_id": owner,
        "taxonomy_term_id": found["id"],
        "link_type": code if taxonomy_name == "field" else taxonomy_name,
        "link_entity": entity,
        "value": value,
        "taxonomy_term": found,
    }


def _yes_or_no(value: object) -> str:
    return "yes" if value else "no"


def _text(value: object) -> str | None:
    return orjson.dumps(value).decode() if value else None
