"""What a row of services.csv means: row → record, and back, so that an export loads again to the same catalogue.

A record here is a plain dictionary of the shape of a version's body (``service_body`` in the database). The public
record (the listing's document) has the same shape where it matters, so ``row_of`` takes both.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final

from popmap.dialling import international_form, may_be_link
from popmap.loading import channel_hours
from popmap.loading.fields import Fields
from popmap.loading.table import HEADERS, Row
from popmap.records import next_due
from popmap.vocabulary import (
    AI_QUESTIONS,
    CONFIDENCES,
    COSTS,
    KINDS,
    LIVE_CHANNELS,
    LOCATION_PRECISIONS,
    TOPICS,
)

AUDIENCES: Final = {
    "children": "child",
    "young_people": "young_person",
    "carers": "carer",
    "professionals": "professional",
}
PRIVACIES: Final = {"yes": "anonymous", "no": "identified", "unknown": "unknown"}
FREE: Final = {"free": "yes", "charged": "no", "unknown": "unknown"}
AI_ROLES: Final = {
    "chatbot": "talks",
    "triage": "triages",
    "detection": "detects",
    "recommendation": "matches",
    "moderation": "moderates",
}
HANDOVERS: Final = {"yes": "yes", "no": "none", "unknown": "not_stated"}
DISCLOSURES: Final = {"yes": "yes", "no": "no", "unknown": "not_stated"}

# and back: what a row says for a value of the record
_AUDIENCE_WORDS: Final = {value: word for word, value in AUDIENCES.items()}
_PRIVACY_WORDS: Final = {value: word for word, value in PRIVACIES.items()}
_AI_ROLE_WORDS: Final = {value: word for word, value in AI_ROLES.items()}
_HANDOVER_WORDS: Final = {value: word for word, value in HANDOVERS.items()}
_DISCLOSURE_WORDS: Final = {value: word for word, value in DISCLOSURES.items()}

# how the facts were checked says which confidence they had, and back
METHODS: Final = {
    ("high", False): "official_page",
    ("high", True): "official_and_other_page",
    ("medium", False): "source_seen",
    ("medium", True): "two_sources",
    ("low", False): "weak_source",
    ("low", True): "weak_sources",
}
_CONFIDENCE_OF: Final = {method: confidence for (confidence, _), method in METHODS.items()}

_SEVERAL: Final = " / "
_REMARK: Final = re.compile(r"(?P<value>.+?) \((?P<label>[^()]*)\)")
_ZERO_AS_COUNTRY: Final = re.compile(r"\+[ (.-]*0")
_URL_CHANNELS: Final = {"chat_url": "webchat", "email": "email", "app_url": "app"}
_NUMBERED: Final = ("phone", "sms", "whatsapp")
_COLUMN_OF: Final = {
    "phone": "phone",
    "sms": "sms",
    "whatsapp": "whatsapp",
    "webchat": "chat_url",
    "chatbot": "chat_url",
    "email": "email",
    "app": "app_url",
}
_COLUMNS_OF_CHANNELS: Final = tuple(dict.fromkeys(_COLUMN_OF.values()))
_WEBSITE_ONLY: Final = ("web_form", "reporting_portal")
_COLUMNS_OF: Final = {
    "channels": (*_COLUMNS_OF_CHANNELS, "phone_e164", "hours", "timezone", "cost", "website"),
    "coverage": ("countries", "subdivisions"),
    "location": ("lat", "lon"),
    "location_precision": ("lat", "lon", "location_precision"),
    "sources": ("source_url", "source_seen", "second_source_url", "second_source_seen", "second_source_date"),
    "ai": ("ai_role", "human_escalation", "ai_disclosed", "source_url"),
}
"""Part of a record → the columns that say it."""
_WITH_HOURS: Final = LIVE_CHANNELS | {"chatbot"}

_NO_SOURCE: Final[Mapping[str, str]] = {}
_AS_THEY_ARE: Final = HEADERS["services"][:6]
"""From the id to the summary."""

Record = dict[str, Any]


def record_of(row: Row, fields: Fields, *, checked_on: date) -> Record:
    """The record this row describes; when something is wrong (``fields.faults``) the record is worthless."""
    second = bool(row.cells["second_source_url"])
    confidence = fields.code("confidence", CONFIDENCES)
    record: Record = {
        "id": fields.matching("id", r"(?=.{1,100}$)[a-z0-9]+(-[a-z0-9]+)*", example="fr-119-allo", required=True) or "",
        "kind": fields.code("kind", KINDS),
        "name": fields.text("name", longest=200, required=True),
        "name_en": fields.text("name_en", longest=200),
        "organization": fields.text("organization", longest=300),
        "operator_type": "unknown",
        "summary": fields.text("summary", longest=280),
        "translations": {},
        "website": fields.url("website"),
        "languages": fields.languages("languages"),
        "topics": fields.codes("topics", TOPICS, required=True),
        "audiences": [AUDIENCES.get(word, word) for word in fields.codes("audiences", AUDIENCES)],
        "min_age": fields.age("min_age"),
        "max_age": fields.age("max_age"),
        "cost": fields.code("cost", COSTS, default="unknown"),
        "privacy": PRIVACIES.get(fields.code("anonymous", PRIVACIES, default="unknown"), "unknown"),
        **_seat(fields),
        "coverage": _coverage(fields),
        "ai": _ai(fields),
        "sources": _sources(fields),
        "status": "in_review" if confidence == "low" else "published",
    }
    if record["min_age"] is not None and record["max_age"] is not None and record["min_age"] > record["max_age"]:
        fields.fault("max_age", "out_of_range", (f"at least {record['min_age']}",))
    record["channels"] = _channels(fields, record)
    check = _check(record, METHODS.get((confidence, second), "source_seen"), checked_on)
    record |= {
        "checks": [check],
        "verified_on": check["on"] if check["level"] else None,
        "next_check_due": check["next_due"],
    }
    return record


def row_of(record: Mapping[str, Any]) -> dict[str, str]:
    """The cells of a record by column: of a loaded one, of a version's body, or of the public record."""
    return dict(zip(HEADERS["services"], cells_of(record), strict=True))


def cells_of(record: Mapping[str, Any]) -> Sequence[str]:
    """The same in the order of the header, for those who write a million of them."""
    coverage, location = record["coverage"], record["location"]
    lon, lat = location["coordinates"] if location else (None, None)
    countries = {*coverage["countries"], *[code.partition("-")[0] for code in coverage["subdivisions"]]}
    contacts, (hours, timezone), e164 = _contacts(record["channels"])
    first, second = (*record["sources"], _NO_SOURCE, _NO_SOURCE)[:2]
    return [
        *(record[name] or "" for name in _AS_THEY_ARE),
        "*" if coverage["worldwide"] else ";".join(sorted(countries)),
        ";".join(sorted(coverage["subdivisions"])),
        record["city"] or "",
        _written(lat),
        _written(lon),
        record["location_precision"],
        contacts.get("phone", ""),
        e164,
        contacts.get("sms", ""),
        contacts.get("whatsapp", ""),
        contacts.get("chat_url", ""),
        contacts.get("email", ""),
        record["website"] or "",
        contacts.get("app_url", ""),
        ";".join(record["languages"]),
        ";".join(record["topics"]),
        ";".join([_AUDIENCE_WORDS.get(audience, "") for audience in record["audiences"]]),
        _written(record["min_age"]),
        _written(record["max_age"]),
        hours,
        timezone,
        record["cost"],
        _PRIVACY_WORDS.get(record["privacy"], "unknown"),
        first.get("url", ""),
        first.get("seen", ""),
        _confidence(record),
        *_ai_cells(record["ai"]),
        second.get("url", ""),
        second.get("seen", ""),
        second.get("seen_on", ""),
    ]


def onto(record: Record, known: Mapping[str, Any]) -> Record:
    """The record of a row as a change of a known one: what the row says as an export would say it stays as it is.

    So do the parts for which a table has no column: a table can only change what can be read in it.
    """
    new, old = row_of(record), row_of(known)
    changed = {column for column in new if new[column] != old[column]}
    stays = {name: known[name] for name, columns in _COLUMNS_OF.items() if not changed & set(columns)}
    stays |= {name: known[name] for name in ("operator_type", "translations", "address_confidential", "youth")}
    merged = record | {"visitable": known["visitable"]} | stays
    if "coverage" not in stays:
        merged["coverage"] = record["coverage"] | {"area": known["coverage"]["area"]}
    if "channels" not in stays:
        merged["channels"] = _channels_onto(record["channels"], known["channels"])
    return merged


def _channels_onto(channels: Iterable[Record], known: Iterable[Mapping[str, Any]]) -> list[Record]:
    """The row's ways, each with what is known of it besides; then those of kinds that a table has no column for."""
    by_itself = {(channel["type"], channel["value"]): channel for channel in known}
    cells = ("type", "value", "label", "hours", "timezone", "e164", "linkable", "free")
    found = [
        {**channel, **by_itself.get((channel["type"], channel["value"]), {}), **{name: channel[name] for name in cells}}
        for channel in channels
    ]
    has_column = {*_COLUMN_OF, *_WEBSITE_ONLY}
    return found + [dict(channel) for channel in by_itself.values() if channel["type"] not in has_column]


def column_of(path: str, record: Mapping[str, Any]) -> str:
    """The column in which a part of a record (``channels.0.value``) stands; the path itself where it has none."""
    first, *rest = path.split(".")
    place = int(rest[0]) if rest and rest[0].isdigit() else 0
    if first == "channels" and place < len(record["channels"]):
        own = rest[-1] if rest[-1:] in (["hours"], ["timezone"]) else ""
        return own or _COLUMN_OF.get(record["channels"][place]["type"], "website")
    if first == "sources":
        inner = rest[1] if len(rest) > 1 else "url"
        return f"{'second_' if place else ''}source_{'date' if inner == 'seen_on' else inner}"
    if first == "coverage":
        return "subdivisions" if "subdivisions" in rest else "countries"
    return {"channels": "phone", "privacy": "anonymous", "location": "lat", "ai": "ai_role"}.get(first, path)


def _seat(fields: Fields) -> Record:
    lat, lon = fields.number("lat", low=-90, high=90), fields.number("lon", low=-180, high=180)
    cells = fields.row.cells
    precision = fields.code("location_precision", LOCATION_PRECISIONS)
    if bool(cells["lat"]) != bool(cells["lon"]):
        fields.fault("lon" if cells["lat"] else "lat", "missing", ("both lat and lon, or neither",))
    if cells["lat"] and precision == "none":
        fields.fault("location_precision", "unknown_value", ("address", "city", "country"))
    point = {"type": "Point", "coordinates": [lon, lat]} if lat is not None and lon is not None else None
    return {
        "location": point,
        "location_precision": precision,
        "city": fields.text("city", longest=200),
        "visitable": False,
    }


def _coverage(fields: Fields) -> Record:
    if fields.row.cells["countries"] == "*":
        if fields.row.cells["subdivisions"]:
            fields.fault("subdivisions", "unknown_value", ("empty, since countries is *",))
        return {"worldwide": True, "countries": [], "subdivisions": [], "area": None}
    countries, subdivisions = fields.countries("countries"), fields.subdivisions("subdivisions")
    if not countries:
        fields.fault("countries", "missing", ("ISO 3166-1 alpha-2 codes separated by ;", "*"))
    divided = {code.partition("-")[0] for code in subdivisions}
    if not divided <= set(countries):
        fields.fault("subdivisions", "unknown_value", ("subdivisions of the row's countries",))
    return {
        "worldwide": False,
        "countries": sorted(set(countries) - divided),
        "subdivisions": sorted(subdivisions),
        "area": None,
    }


def _sources(fields: Fields) -> list[Record]:
    first = fields.url("source_url", required=True)
    seen = fields.text("source_seen", longest=500)
    second = fields.url("second_source_url")
    second_seen, second_on = (
        fields.text("second_source_seen", longest=500),
        fields.text("second_source_date", longest=100),
    )
    if (second_seen or second_on) and not second:
        fields.fault("second_source_url", "missing")
    sources = [{"url": first, "seen": seen, "seen_on": ""}]
    return [*sources, {"url": second, "seen": second_seen, "seen_on": second_on}] if second else sources


def _check(record: Mapping[str, Any], method: str, checked_on: date) -> Record:
    level = {"weak_source": 0, "weak_sources": 0, "source_seen": 1, "official_page": 1}.get(method, 2)
    return {
        "level": level,
        "method": method,
        "evidence_url": record["sources"][0]["url"],
        "on": checked_on.isoformat(),
        "by_role": "seed",
        "next_due": next_due(checked_on, record["channels"], record["topics"]).isoformat(),
    }


def _channels(fields: Fields, record: Mapping[str, Any]) -> list[Record]:
    """Every way to reach the service; its stated hours go to the live ones only."""
    found = [
        *(_channel(kind, value, label) for kind in _NUMBERED for value, label in _parts(fields, kind)),
        *_addresses(fields),
    ]
    _give_international_number(fields, found)
    if not found and record["website"]:
        found = [_channel(_type_of_website(fields, record), record["website"], "")]
    if not found:
        fields.fault("phone", "missing", ("at least one of phone, sms, whatsapp, chat_url, email, app_url, website",))
    (times, zone), others = channel_hours.read(fields)
    answered = _answered_by(record)
    countries = {*record["coverage"]["countries"], *(code[:2] for code in record["coverage"]["subdivisions"])}
    for channel in found:
        channel["linkable"] = _is_linkable(channel, countries)
        if channel["type"] in _WITH_HOURS:
            free = FREE.get(record["cost"], "unknown")
            channel |= {"hours": times, "timezone": zone, "free": free, "answered_by": answered}
    if not all(other.give_to(found) for other in others):
        fields.fault("hours", "unknown_value", [f"{channel['type']} {channel['value']}" for channel in found])
    return found


def _channel(channel_type: str, value: str, label: str) -> Record:
    international = international_form(value) if channel_type in _NUMBERED else None
    return {
        "type": channel_type,
        "value": value,
        "e164": international,
        "label": label,
        "hours": None,
        "timezone": None,
        "languages": [],
        "free": "unknown",
        "on_phone_bill": "unknown",
        "account_needed": "unknown",
        "works_from_abroad": "yes" if international and channel_type == "phone" else "unknown",
        "answered_by": "unknown",
        "linkable": True,
    }


def _is_linkable(channel: Mapping[str, Any], countries: Iterable[str]) -> bool:
    if channel["type"] == "whatsapp" and channel["e164"] is None:
        return False  # its links take international numbers only
    return channel["type"] not in _NUMBERED or may_be_link(channel["value"], countries)


def _parts(fields: Fields, column: str) -> list[tuple[str, str]]:
    """The numbers of a cell, each with the remark in brackets that stands behind it."""
    text = fields.text(column, longest=500)
    parts = []
    for part in text.split(_SEVERAL) if text else []:
        match = _REMARK.fullmatch(part)
        value, label = (match["value"], match["label"]) if match else (part, "")
        if value.startswith("/") or value.endswith("/") or len(label) > 200:
            fields.fault(column, "malformed", ("numbers separated by ' / ', each with a remark in brackets behind it",))
        if _ZERO_AS_COUNTRY.match(value):
            fields.fault(column, "malformed", ("a country's code behind +, which never begins with 0",))
        parts.append((value, label))
    return parts


def _addresses(fields: Fields) -> list[Record]:
    chat, email, app = fields.url("chat_url"), fields.email("email"), fields.url("app_url")
    chat_type = "chatbot" if fields.row.cells["ai_role"] == "chatbot" else "webchat"
    given = ((chat_type, chat), ("email", email), ("app", app))
    return [_channel(channel_type, value, "") for channel_type, value in given if value]


def _give_international_number(fields: Fields, channels: list[Record]) -> None:
    """phone_e164 belongs to that one of the numbers of which it is the international form."""
    e164 = fields.matching("phone_e164", r"\+[1-9][0-9]{5,14}", example="+33123456789")
    if not e164:
        return
    phones = [channel for channel in channels if channel["type"] == "phone"]
    same = [phone for phone in phones if _is_same_number(phone["value"], e164)] or (phones if len(phones) == 1 else [])
    if not same:
        fields.fault("phone_e164", "unknown_value", ("the international form of one of the numbers in phone",))
        return
    for phone in phones:
        phone["e164"] = e164 if phone is same[0] else None
        phone["works_from_abroad"] = "yes" if phone is same[0] else "unknown"


def _is_same_number(value: str, e164: str) -> bool:
    national = re.sub(r"\D", "", value).lstrip("0")
    return bool(national) and e164.endswith(national)


def _type_of_website(fields: Fields, record: Mapping[str, Any]) -> str:
    """What a site is when it is the only way to reach a service."""
    if fields.row.cells["ai_role"] == "chatbot":
        return "chatbot"
    reports = {"harmful_content_report", "image_removal"} & set(record["topics"])
    return "reporting_portal" if reports and record["kind"] == "official_service" else "web_form"


def _answered_by(record: Mapping[str, Any]) -> str:
    ai = record["ai"] or {}
    if ai and "talks" in ai["role"]["answer"]:
        return "both" if ai["human_handover"]["answer"] == "yes" else "ai"
    return "human" if record["kind"] == "helpline" else "unknown"


def _ai(fields: Fields) -> Record | None:
    """The answers to the transparency questions; None for a service in which AI plays no part that is stated."""
    role = fields.code("ai_role", AI_ROLES, default="")
    handover = fields.code("human_escalation", HANDOVERS, default="")
    disclosed = fields.code("ai_disclosed", DISCLOSURES, default="")
    stated = {
        "role": [AI_ROLES[role]] if role in AI_ROLES else None,
        "human_handover": HANDOVERS.get(handover),
        "says_it_is_ai": DISCLOSURES.get(disclosed),
    }
    known = {question: answer for question, answer in stated.items() if answer not in (None, "not_stated")}
    if not known and fields.row.cells["kind"] != "ai_driven":
        return None
    source = fields.row.cells["source_url"]
    unknown: dict[str, Any] = {"role": ["not_stated"]}
    return {
        question: {"answer": known[question], "source": source}
        if question in known
        else {"answer": unknown.get(question, "not_stated"), "source": None}
        for question in AI_QUESTIONS
    }


def _ai_cells(ai: Mapping[str, Any] | None) -> tuple[str, str, str]:
    """What AI does, whether it hands over to a person, whether it says so."""
    if ai is None:
        return "", "", ""
    role = next(iter(ai.get("role", {}).get("answer") or ["not_stated"]))
    handover = ai.get("human_handover", {}).get("answer")
    handover = {"always": "yes", "in_hours": "yes", "referral_only": "none"}.get(handover, handover)
    return (
        _AI_ROLE_WORDS.get(role, ""),
        _HANDOVER_WORDS.get(handover, "unknown"),
        _DISCLOSURE_WORDS.get(ai.get("says_it_is_ai", {}).get("answer"), "unknown"),
    )


def _contacts(channels: Iterable[Mapping[str, Any]]) -> tuple[Mapping[str, str], tuple[str, str], str]:
    """What is in the columns of channels, in those of hours and time zone, and the number as dialled from abroad."""
    found: dict[str, str] = {}
    e164 = ""
    with_column = []
    for channel in channels:
        column = _COLUMN_OF.get(channel["type"])
        if column is None:
            continue
        with_column.append(channel)
        value = f"{channel['value']} ({channel['label']})" if channel["label"] else channel["value"]
        found[column] = f"{found[column]}{_SEVERAL}{value}" if column in found else value
        if column == "phone":
            e164 = e164 or channel["e164"] or ""
    return found, channel_hours.cells(with_column, live=_WITH_HOURS), e164


def _confidence(record: Mapping[str, Any]) -> str:
    check = record["checks"][0] if record.get("checks") else record.get("check")
    if check is None:
        return "low"
    by_level = ("low", "medium", "medium", "high", "high")[check["level"]]
    return _CONFIDENCE_OF.get(check["method"], by_level)


def _written(number: float | None) -> str:
    if number is None:
        return ""
    return f"{number:.6f}".rstrip("0").rstrip(".") if isinstance(number, float) else str(number)
