"""The form of a service: fields as they were typed → a draft for ``inputs``, and a record → fields to fill in.

What was typed is kept as it came (``Filled``) and goes back into the form whatever happens. The form works without a
script: buttons that add a way, take one out or look up a place answer with the same form. What is allowed is said by
``inputs``; this room only says which field means what.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Final

from werkzeug.datastructures import MultiDict

from popmap import geo, inputs
from popmap.errors import Fault, InputError
from popmap.vocabulary import AI_QUESTIONS, LANGUAGES, YOUTH_QUESTIONS

DAYS: Final = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
MAX_WAYS: Final = 12
HONEYPOT: Final = "homepage"
TEXTS: Final = (
    "kind",
    "name",
    "name_en",
    "organization",
    "operator_type",
    "summary",
    "website",
    "cost",
    "privacy",
    "city",
)
LISTS: Final = ("topics", "audiences", "languages")
TRANSLATED: Final = ("name", "summary")
_SAME_DEGREES: Final = 1e-5
WAY_TEXTS: Final = (
    *("type", "value", "label", "timezone", "free", "on_phone_bill", "account_needed", "works_from_abroad"),
    "answered_by",
)
_WAY: Final = re.compile(r"channels\.([0-9]{1,2})\.[a-z0-9_]+")
_TIME: Final = re.compile(r"(?:[01]?[0-9]|2[0-4]):[0-5][0-9]")
_ACT: Final = re.compile(r"(send|add|parts|place|remove)(?:\.([0-9]{1,2}))?")
# where a fault of the draft is shown on the form
_SHOWN_AT: Final = (
    (re.compile(r"coverage\.area.*"), "area"),
    (re.compile(r"coverage\.subdivisions.*"), "subdivisions"),
    (re.compile(r"coverage.*"), "coverage"),
    (re.compile(r"(topics|audiences|languages|sources|channels\.[0-9]+\.languages)\..*"), r"\1"),
    (re.compile(r"location.*"), "lat"),
    (re.compile(r"ai\.([a-z_]+)\.answer"), r"ai.\1"),
)


@dataclass(frozen=True, slots=True)
class Filled:
    """The form as it stands: what was typed, what is wrong by field, and what else is to be said."""

    typed: MultiDict[str, str] = field(default_factory=MultiDict)
    faults: Mapping[str, Fault] = field(default_factory=dict)
    notice: str = ""
    places: tuple[Any, ...] = ()

    @property
    def ways(self) -> list[int]:
        """The numbers of the ways to reach it that the form has, at least one."""
        found = {int(match[1]) for name in self.typed if (match := _WAY.fullmatch(name))}
        return sorted(found) or [0]

    def of(self, name: str) -> str:
        """What stands in a field."""
        return self.typed.get(name, "")

    def has(self, name: str, value: str) -> bool:
        """Whether this choice is ticked."""
        return value in self.typed.getlist(name)

    @property
    def has_translation(self) -> bool:
        """Whether anything stands in the fields of another language."""
        return any(text.strip() for name, text in self.typed.items(multi=True) if name.startswith("translations."))

    def has_way(self, way: int) -> bool:
        """Whether anything stands in the fields of this way."""
        start = f"channels.{way}."
        return any(text.strip() for name, text in self.typed.items(multi=True) if name.startswith(start))

    def with_faults(self, error: InputError) -> "Filled":
        """The same with what is wrong beside its fields; the first fault of a field is shown."""
        found: dict[str, Fault] = {}
        for fault in error.faults:
            found.setdefault(shown_at(fault.name), fault)
        return replace(self, faults=found)


def shown_at(path: str) -> str:
    """The field of the form that a draft's path belongs to."""
    for pattern, name in _SHOWN_AT:
        if pattern.fullmatch(path):
            return pattern.sub(name, path)
    return path


def act_of(sent: MultiDict[str, str]) -> tuple[str, int]:
    """Which button was pressed, and of which way; sending unless another is named."""
    match = _ACT.fullmatch(sent.get("act", "send"))
    return (match[1], int(match[2] or 0)) if match else ("send", 0)


def with_act(filled: Filled, act: str, way: int) -> Filled:
    """The form after a way was added or taken out."""
    typed = MultiDict(filled.typed)
    if act == "add" and len(filled.ways) < MAX_WAYS:
        if not any(_WAY.fullmatch(name) for name in typed):
            typed["channels.0.type"] = ""
        typed[f"channels.{max(filled.ways) + 1}.type"] = ""
    if act == "remove":
        for name in [name for name in typed if name.startswith(f"channels.{way}.")]:
            typed.poplist(name)
    return replace(filled, typed=typed)


def draft_of(filled: Filled, before: Mapping[str, Any] | None = None) -> tuple[dict[str, Any], list[Fault]]:
    """The draft that the fields mean, as the API takes it, and what is wrong with those that mean nothing.

    ``before`` is the record that the form was filled from: what the form has no field for stays as it was there.
    """
    typed, before = filled.typed, before or {}
    faults: list[Fault] = []
    draft: dict[str, Any] = {name: typed.get(name, "").strip() for name in TEXTS}
    draft |= {name: typed.getlist(name) for name in LISTS}
    draft = {name: value for name, value in draft.items() if value != "" or name in {"kind", "name"}}
    draft |= {name: typed.get(name, "").strip() or None for name in ("min_age", "max_age")}
    draft |= {name: typed.get(name) == "yes" for name in ("visitable", "address_confidential")}
    draft |= {
        "coverage": {
            "worldwide": typed.get("worldwide") == "yes",
            "countries": typed.getlist("countries"),
            "subdivisions": typed.getlist("subdivisions"),
            "area": unless_wrong(faults, lambda: _area(typed.get("area", "").strip())),
        },
        "channels": list(_ways(filled, faults)),
        "sources": _sources(typed, before),
        "translations": _translations(typed),
        "ai": _ai(typed),
        "youth": _youth(typed),
        **(unless_wrong(faults, lambda: _point(typed, before)) or {}),
    }
    return draft, faults


def unless_wrong(faults: list[Fault], step: Callable[[], Any]) -> Any:
    """What a step gives; None where something is wrong, which goes to the faults."""
    try:
        return step()
    except InputError as error:
        faults += error.faults
        return None


def numbered(filled: Filled) -> Filled:
    """The same with its ways numbered without gaps and without empty ones, as the draft counts them."""
    ways = [way for way in filled.ways if filled.has_way(way)]
    typed: MultiDict[str, str] = MultiDict()
    for name, values in filled.typed.lists():
        if not name.startswith("channels."):
            typed.setlist(name, values)
    for place, way in enumerate(ways):
        start = f"channels.{way}."
        for name, values in filled.typed.lists():
            if name.startswith(start):
                typed.setlist(f"channels.{place}.{name.removeprefix(start)}", values)
    return replace(filled, typed=typed)


def filled_from(record: Mapping[str, Any]) -> Filled:
    """The form filled with what a record says."""
    typed: MultiDict[str, str] = MultiDict({name: record[name] or "" for name in TEXTS})
    for name in LISTS:
        typed.setlist(name, record[name])
    for name in ("min_age", "max_age"):
        typed[name] = "" if record[name] is None else str(record[name])
    coverage = record["coverage"]
    typed.setlist("countries", coverage["countries"])
    typed.setlist("subdivisions", coverage["subdivisions"])
    typed["area"] = _written(coverage["area"])
    typed["sources"] = "\n".join(source["url"] for source in record["sources"])
    for name, yes in (
        *((one, record[one]) for one in ("visitable", "address_confidential")),
        ("worldwide", coverage["worldwide"]),
    ):
        typed[name] = "yes" if yes else ""
    if record["location"]:
        typed["lon"], typed["lat"] = (
            f"{number:.6f}".rstrip("0").rstrip(".") for number in record["location"]["coordinates"]
        )
    for place, channel in enumerate(record["channels"]):
        typed.update({f"channels.{place}.{name}": channel[name] or "" for name in (*WAY_TEXTS, "hours")})
        typed[f"channels.{place}.languages"] = ", ".join(channel["languages"])
    for code, words in record["translations"].items():
        typed.update({f"translations.{code}.{name}": words.get(name) or "" for name in TRANSLATED})
    _fill_answers(typed, record)
    return Filled(typed)


def _fill_answers(typed: MultiDict[str, str], record: Mapping[str, Any]) -> None:
    for question, given in (record["ai"] or {}).items():
        answer = given["answer"]
        typed.setlist(f"ai.{question}", answer if isinstance(answer, list) else [answer])
        typed[f"ai.{question}.source"] = given["source"] or ""
    for question, answer in (record["youth"] or {}).items():
        typed[f"youth.{question}"] = str(answer)


def _ways(filled: Filled, faults: list[Fault]) -> Iterator[dict[str, Any]]:
    for way in filled.ways:
        given = {name: filled.of(f"channels.{way}.{name}").strip() for name in WAY_TEXTS}
        if not filled.has_way(way):
            continue
        start = f"channels.{way}"
        hours, zone = unless_wrong(faults, partial(_hours, filled, start)), given.pop("timezone")
        known = {name: text for name, text in given.items() if text or name == "value"}
        spoken = [tag.strip() for tag in re.split(r"[,;،、]", filled.of(f"channels.{way}.languages")) if tag.strip()]
        # hours that cannot be read are None: their time zone is looked at all the same
        yield {**known, "hours": hours or "", "timezone": "" if hours == "" else zone, "languages": spoken}


def _hours(filled: Filled, way: str) -> str:
    """The hours as text if there is one, else what the grid says, in OpenStreetMap's syntax."""
    text = filled.of(f"{way}.hours").strip()
    if text:
        return text
    if filled.of(f"{way}.always"):
        return "24/7"
    days = [day for day in DAYS if filled.has(f"{way}.days", day)]
    begin, end = filled.of(f"{way}.from").strip(), filled.of(f"{way}.to").strip()
    if not (days or begin or end):
        return ""
    if not (days and _TIME.fullmatch(begin) and _TIME.fullmatch(end)):
        raise InputError([Fault(f"{way}.hours", "malformed", f"{begin}-{end}"[:40])])
    return f"{_spans(days)} {begin.zfill(5)}-{end.zfill(5)}"


def _spans(days: list[str]) -> str:
    """``Mo, Tu, We, Fr`` as ``Mo-We,Fr``."""
    spans: list[list[str]] = []
    for day in days:
        if spans and DAYS.index(spans[-1][-1]) + 1 == DAYS.index(day):
            spans[-1].append(day)
        else:
            spans.append([day])
    return ",".join(span[0] if len(span) == 1 else f"{span[0]}-{span[-1]}" for span in spans)


def _ai(typed: MultiDict[str, str]) -> dict[str, Any] | None:
    answers: dict[str, Any] = {}
    for question in AI_QUESTIONS:
        given = [answer for answer in typed.getlist(f"ai.{question}") if answer]
        if given:
            source = typed.get(f"ai.{question}.source", "").strip()
            answers[question] = {"answer": given if question == "role" else given[0], "source": source or None}
    return answers or None


def _youth(typed: MultiDict[str, str]) -> dict[str, str] | None:
    answers = {question: typed.get(f"youth.{question}", "") for question in YOUTH_QUESTIONS}
    return {question: answer for question, answer in answers.items() if answer} or None


def _sources(typed: MultiDict[str, str], before: Mapping[str, Any]) -> list[dict[str, str]]:
    """The pages, one a line; what was noted of one that was there already stays with it."""
    known = {source["url"]: source for source in before.get("sources", ())}
    urls = [line.strip() for line in typed.get("sources", "").splitlines() if line.strip()]
    return [{"seen": "", "seen_on": "", **known.get(url, {}), "url": url} for url in urls]


def _translations(typed: MultiDict[str, str]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for code in LANGUAGES:
        given = {name: typed.get(f"translations.{code}.{name}", "").strip() for name in TRANSLATED}
        if any(given.values()):
            found[code] = {name: words for name, words in given.items() if words}
    return found


def _point(typed: MultiDict[str, str], before: Mapping[str, Any]) -> dict[str, Any]:
    lon, lat = typed.get("lon", "").strip(), typed.get("lat", "").strip()
    if not (lon or lat):
        return {}
    try:
        point = [geo.parse_number(lon), geo.parse_number(lat)]
    except geo.GeoError as error:
        raise InputError([Fault("lat", error.code, f"{lat} {lon}"[:60])]) from error
    precision = "address" if typed.get("visitable") == "yes" else "city"
    there = (before.get("location") or {}).get("coordinates")
    if there and all(abs(new - old) < _SAME_DEGREES for new, old in zip(point, there, strict=True)):
        point, precision = there, before["location_precision"]
    return {"location": {"type": "Point", "coordinates": point}, "location_precision": precision}


def _area(text: str) -> dict[str, Any] | None:
    """GeoJSON, or the corners of an area, one a line as ``latitude, longitude``."""
    if not text:
        return None
    if text.startswith("{"):
        try:
            return inputs.json_object(text.encode())
        except InputError as error:
            raise InputError([Fault("area", "malformed")]) from error
    try:
        corners = [
            [geo.parse_number(part.strip()) for part in line.split(",")] for line in text.splitlines() if line.strip()
        ]
    except geo.GeoError as error:
        raise InputError([Fault("area", error.code)]) from error
    if any(len(corner) != 2 for corner in corners):
        raise InputError([Fault("area", "malformed")])
    ring = [[lon, lat] for lat, lon in corners]
    return {"type": "Polygon", "coordinates": [ring if ring[:1] == ring[-1:] and len(ring) > 1 else [*ring, *ring[:1]]]}


def _written(area: Mapping[str, Any] | None) -> str:
    if area is None:
        return ""
    polygons = area["coordinates"]
    if len(polygons) == 1 and len(polygons[0]) == 1:
        return "\n".join(f"{lat}, {lon}" for lon, lat in polygons[0][0])
    return inputs.as_json(area)
