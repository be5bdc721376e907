"""What a partner proposes, checked: a draft as JSON (or a form, or a file's row) → the record it would become.

``draft_schemas`` looks at each value alone, ``checked_proposal`` at what they mean together: numbers against the
countries served, addresses, the drawn area, an address that must not be known. Everything wrong is told at once, named
by its path (``channels.0.value``); nothing is trimmed, guessed or mended. What stands in the live record already
(``known``) may stay as it is. Whether it is true, a moderator decides.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from popmap import geo, hours, vocabulary
from popmap.addresses import AddressError, checked_web_address, is_email
from popmap.dialling import DiallingError, checked_number
from popmap.errors import Fault, InputError
from popmap.inputs.draft_schemas import ChannelDraft, DraftSchema, ReportSchema, SourceDraft, loaded
from popmap.inputs.fields import shown
from popmap.inputs.texts import tells_in_fields
from popmap.vocabulary import AI_QUESTIONS

MAX_CHANNELS: Final = 20
MAX_SOURCES: Final = 10
MAX_CODES: Final = 300

_NUMBERED: Final = frozenset({"phone", "sms", "whatsapp"})
_ON_THE_WEB: Final = frozenset({"webchat", "video", "web_form", "app", "peer_forum", "chatbot", "reporting_portal"})
_PLACES: Final = frozenset({"in_person", "post"})
_WITH_HOURS: Final = vocabulary.LIVE_CHANNELS | {"chatbot", "video", "other_messenger", "in_person"}
_AS_DIALLED: Final = "digits, as one dials them there, or + and the country's code"
_LIVE: Final = "hours belong to phone, text, chat and the like"

Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Proposal:
    """A checked draft: the record it would become (``popmap.records.PROPOSED`` without the id).

    ``dropped`` names the fields that held an address which must not be known; it stands nowhere any more.
    ``warnings`` are things to ask the sender about, as codes.
    """

    record: Record
    dropped: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def checked_report(given: Mapping[str, Any]) -> dict[str, str]:
    """The problem and the words of a report. Raises ``InputError``."""
    report, faults = loaded(_REPORT, given)
    if faults:
        raise InputError(faults)
    return {"problem": report["problem"], "words": report["words"]}


def checked_proposal(given: Mapping[str, Any], *, known: Mapping[str, Any] | None = None) -> Proposal:
    """The proposal in this draft. Raises ``InputError`` with every fault found, named by path."""
    draft, faults = loaded(_DRAFT, given)
    if faults:
        raise InputError([*faults, *_besides(given, faults, known or {})])
    check = _Check(draft, known or {})
    check.run()
    if check.faults:
        raise InputError(check.faults)
    record, before = check.record(), set(_told(check.known).values())
    warned = tells_in_fields({name: words for name, words in _told(record).items() if words not in before})
    return Proposal(record, tuple(check.dropped), ("tells_who_writes",) if warned else ())


def _told(record: Mapping[str, Any]) -> dict[str, str]:
    """The texts of a record by the fields of a form in which one tells what one likes."""
    told = {name: record.get(name) or "" for name in ("name", "name_en", "organization", "city", "summary")}
    for code, words in (record.get("translations") or {}).items():
        told |= {f"translations.{code}.{name}": text for name, text in words.items()}
    labels = {f"channels.{place}.label": one.get("label") or "" for place, one in enumerate(record.get("channels", ()))}
    return told | labels


def _besides(given: Mapping[str, Any], faults: Iterable[Fault], known: Mapping[str, Any]) -> list[Fault]:
    """What the second look finds in the parts with which nothing is wrong at first sight: all is told at once."""
    wrong = {_part(fault.name) for fault in faults}
    rest, places = _without(given, wrong)
    draft, left = loaded(_DRAFT, rest)
    if left:
        return []
    check = _Check(draft, known)
    check.run()
    roots = {name.partition(".")[0] for name in wrong}
    found = [replace(fault, name=_placed(fault.name, places)) for fault in check.faults]
    return [fault for fault in found if not _by_another(fault, wrong, roots)]


def _part(name: str) -> str:
    """The part of a draft that is left out when something in it is wrong: a way, a source, or a whole field.

    A way that can still be told by its type and value stays, without what is wrong about it (its hours, its languages).
    """
    first, *others = name.split(".")
    if first == "channels" and len(others) > 1 and others[1] in _BESIDE_THE_WAY:
        return f"{first}.{others[0]}.{others[1]}"
    return f"{first}.{others[0]}" if first in _LISTS and others and others[0].isdigit() else first


def _without(given: Mapping[str, Any], wrong: Collection[str]) -> tuple[Record, dict[str, list[int]]]:
    """The draft without its wrong parts, and at which places the members that are left stood before."""
    rest = {name: value for name, value in given.items() if name not in wrong}
    places: dict[str, list[int]] = {}
    for name in _LISTS & set(rest):
        if isinstance(rest[name], list):
            places[name] = [place for place in range(len(rest[name])) if f"{name}.{place}" not in wrong]
            rest[name] = [_member(rest[name][place], f"{name}.{place}", wrong) for place in places[name]]
    stand_ins = {name: value for name, value in _STAND_INS.items() if name in wrong or name not in rest}
    return rest | stand_ins, places


def _member(given: Any, path: str, wrong: Collection[str]) -> Any:
    """A way or source without those of its fields that are wrong."""
    if not isinstance(given, Mapping):
        return given
    return {name: value for name, value in given.items() if f"{path}.{name}" not in wrong}


def _placed(name: str, places: Mapping[str, Sequence[int]]) -> str:
    first, *others = name.split(".")
    if first in places and others and others[0].isdigit():
        return ".".join([first, str(places[first][int(others[0])]), *others[1:]])
    return name


def _by_another(fault: Fault, wrong: Collection[str], roots: Collection[str]) -> bool:
    """Whether a fault may come of a part that was left out, not of what stands there."""
    first = fault.name.partition(".")[0]
    if first in wrong or fault.name in roots:
        return True
    blames = _COMES_OF.get(first, frozenset())
    return bool(blames & set(roots)) and (first != "channels" or fault.name.endswith(".value"))


_LISTS: Final = frozenset({"channels", "sources"})
_BESIDE_THE_WAY: Final = frozenset(ChannelDraft().fields) - {"type", "value"}
_STAND_INS: Final[Mapping[str, Any]] = {
    "kind": "official_service",
    "name": "-",
    "topics": ["general_support"],
    "coverage": {"worldwide": True},
    "channels": [{"type": "post", "value": "-"}],
}
"""What must be there for a second look at the rest; of these nothing is told."""
_COMES_OF: Final[Mapping[str, frozenset[str]]] = {
    "channels": frozenset({"coverage"}),
    "kind": frozenset({"channels", "cost"}),
    "city": frozenset({"location"}),
    "ai": frozenset({"channels", "kind"}),
}
"""Faults of a part that may go away with those of others: a number is read by the countries served."""


def as_draft(record: Mapping[str, Any]) -> Record:
    """The draft that says what a record says: without what the house adds."""
    channel_names, source_names = _CHANNEL.fields, _SOURCE.fields
    draft = {name: record[name] for name in _DRAFT.fields if name in record}
    return draft | {
        "channels": [
            {name: "" if one[name] is None else one[name] for name in channel_names} for one in record["channels"]
        ],
        "sources": [{name: one[name] for name in source_names} for one in record["sources"]],
    }


class _Check:
    """The rules that look at several values of one draft."""

    def __init__(self, draft: Record, known: Mapping[str, Any]) -> None:
        self.draft = draft
        self.known = known
        self.faults: list[Fault] = []
        self.dropped: list[str] = []
        self.linkable: dict[int, tuple[str | None, bool]] = {}
        self.known_channels = {(one["type"], one["value"]): one for one in known.get("channels", ())}
        self.known_urls = {known.get("website"), *(one["url"] for one in known.get("sources", ()))}

    def run(self) -> None:
        """Drop what must not be known first: not even its mistakes are told."""
        self._confidential()
        rules = (self._kind, self._lists, self._ages, self._place, self._coverage, self._addresses, self._channels)
        for rule in (*rules, self._ai):
            rule()

    def fault(self, name: str, code: str, value: object = "", allowed: Iterable[str] = ()) -> None:
        self.faults.append(Fault(name, code, shown(value), tuple(allowed)))

    def record(self) -> Record:
        """The record as versions hold it."""
        draft = self.draft
        coverage = draft["coverage"]
        codes = ("languages", "topics", "audiences")
        return {
            **draft,
            **{name: self._ticked(name) for name in codes},
            "translations": self._translations(),
            "website": draft["website"] or None,
            "coverage": {
                **coverage,
                "countries": sorted(set(coverage["countries"])),
                "subdivisions": sorted(set(coverage["subdivisions"])),
            },
            "channels": [self._channel(place, channel) for place, channel in enumerate(draft["channels"])],
        }

    def _ticked(self, name: str) -> list[str]:
        """The codes, each once; in the order in which they stand already, where they are the same."""
        given, before = list(dict.fromkeys(self.draft[name])), self.known.get(name) or []
        return list(before) if set(given) == set(before) else given

    def _translations(self) -> Record:
        """What is given, without what is empty; where nothing is said of them they stay as they are."""
        given = self.draft["translations"]
        if given is None:
            return dict(self.known.get("translations", {}))
        filled = {code: {name: text for name, text in words.items() if text} for code, words in given.items()}
        return {code: words for code, words in filled.items() if words}

    def _confidential(self) -> None:
        draft = self.draft
        if not draft["address_confidential"]:
            return
        if draft["location"] is not None:
            self.dropped.append("location")
        kept = [channel for channel in draft["channels"] if channel["type"] not in _PLACES]
        self.dropped += sorted({channel["type"] for channel in draft["channels"] if channel["type"] in _PLACES})
        draft |= {"location": None, "location_precision": "none", "visitable": False, "channels": kept}

    def _kind(self) -> None:
        """A helpline is free and a person answers it (safety.md, rule 6): anything else is called what it is."""
        draft = self.draft
        if draft["kind"] != "helpline":
            return
        answered = {channel["answered_by"] for channel in draft["channels"]}
        if draft["cost"] == "charged" or (answered and answered <= {"ai"}):
            self.fault("kind", "not_a_helpline", draft["kind"], ["official_service", "youth_led", "ai_driven"])

    def _lists(self) -> None:
        for name, most in (("channels", MAX_CHANNELS), ("sources", MAX_SOURCES), ("languages", 60)):
            if len(self.draft[name]) > most:
                self.fault(name, "too_many", len(self.draft[name]), [f"at most {most}"])
        for name, words in (("topics", "at least one topic"), ("channels", "at least one way to reach it")):
            if not self.draft[name]:
                self.fault(name, "missing", allowed=[words])

    def _ages(self) -> None:
        low, high = self.draft["min_age"], self.draft["max_age"]
        if low is not None and high is not None and low > high:
            self.fault("max_age", "out_of_range", high, [f"{low} or more"])

    def _place(self) -> None:
        draft = self.draft
        if draft["location"] is not None:
            self._point(draft["location"])
        elif draft["visitable"]:
            self.fault("city", "missing", allowed=["the town, or a point on the map, since one can go there"])
        if draft["location"] is None:
            stays = not draft["address_confidential"] and not self.known.get("location")
            draft["location_precision"] = self.known.get("location_precision", "none") if stays else "none"
        elif draft["location_precision"] == "none":
            draft["location_precision"] = "city"

    def _point(self, location: Record) -> None:
        try:
            lon, lat = location["coordinates"]
            geo.Point(lon, lat)
        except ValueError:  # a GeoError is one
            self.fault("location", "out_of_range", location["coordinates"], ["longitude and latitude in degrees"])
            return
        location["coordinates"] = [round(lon, 6), round(lat, 6)]

    def _coverage(self) -> None:
        coverage = self.draft["coverage"]
        if coverage["area"] is not None and coverage["area"] != self.known.get("coverage", {}).get("area"):
            try:
                coverage["area"] = geo.checked_area(coverage["area"])
            except geo.GeoError as error:
                self.fault("coverage.area", error.code, "", [str(error)])
        if not (coverage["worldwide"] or coverage["countries"] or coverage["subdivisions"] or coverage["area"]):
            self.fault("coverage", "missing", allowed=["the world, countries, parts of countries, or a drawn area"])
        if len(coverage["countries"]) + len(coverage["subdivisions"]) > MAX_CODES:
            self.fault("coverage", "too_many", allowed=[f"at most {MAX_CODES} codes"])

    def _addresses(self) -> None:
        if self.draft["website"]:
            self._address("website", self.draft["website"])
        for place, source in enumerate(self.draft["sources"]):
            self._address(f"sources.{place}.url", source["url"])

    def _address(self, name: str, address: str) -> None:
        if address in self.known_urls:
            return
        try:
            checked_web_address(address)
        except AddressError as error:
            self.fault(name, error.code, address, ["https://host/path"])

    def _channels(self) -> None:
        seen: set[tuple[str, str]] = set()
        for place, channel in enumerate(self.draft["channels"]):
            itself = (channel["type"], channel["value"])
            if itself in seen:
                self.fault(f"channels.{place}.value", "duplicate", channel["value"])
            seen.add(itself)
            self._hours(f"channels.{place}", channel)
            self.linkable[place] = self._way(f"channels.{place}.value", channel, itself)

    def _way(self, name: str, channel: Record, itself: tuple[str, str]) -> tuple[str | None, bool]:
        """The E.164 form and whether it may be a link."""
        present = self.known_channels.get(itself)
        if present is not None:
            return present["e164"], present["linkable"]
        if channel["type"] in _NUMBERED:
            return self._number(name, channel)
        if channel["type"] in _ON_THE_WEB:
            self._address(name, channel["value"])
            return None, True
        if channel["type"] == "email" and not is_email(channel["value"]):
            self.fault(name, "malformed", channel["value"], ["name@host"])
        return None, channel["type"] == "email"

    def _number(self, name: str, channel: Record) -> tuple[str | None, bool]:
        coverage = self.draft["coverage"]
        countries = {*coverage["countries"], *(code[:2] for code in coverage["subdivisions"])}
        try:
            number = checked_number(channel["value"], sorted(countries), international=channel["type"] == "whatsapp")
        except DiallingError as error:
            self.fault(name, error.code, channel["value"], [_AS_DIALLED])
            return None, False
        return number.e164, number.linkable

    def _hours(self, name: str, channel: Record) -> None:
        if not channel["hours"] and channel["timezone"]:
            channel["timezone"] = ""
        if channel["hours"] and not hours.is_valid(channel["hours"]):
            self.fault(f"{name}.hours", "malformed", channel["hours"], ["24/7", "Mo-Fr 09:00-17:00"])
        if channel["hours"] and channel["type"] not in _WITH_HOURS:
            self.fault(f"{name}.hours", "not_live", channel["hours"], [_LIVE])

    def _channel(self, place: int, channel: Record) -> Record:
        e164, linkable = self.linkable[place]
        return {**channel, "hours": channel["hours"] or None, "timezone": channel["timezone"] or None} | {
            "e164": e164,
            "linkable": linkable,
        }

    def _ai(self) -> None:
        draft = self.draft
        by_computer = any(channel["answered_by"] in {"ai", "both"} for channel in draft["channels"])
        if draft["kind"] != "ai_driven" and not by_computer and not draft["ai"]:
            draft["ai"] = None
            return
        given = draft["ai"] or {}
        draft["ai"] = {question: self._answer(question, given.get(question)) for question in AI_QUESTIONS}

    def _answer(self, question: str, given: Record | None) -> Record:
        """A question that nobody answered is "not stated", which is an answer."""
        unanswered: Any = ["not_stated"] if question == "role" else "not_stated"
        answer = unanswered if given is None or given["answer"] in ("", [], None) else given["answer"]
        source = (given or {}).get("source") or None
        if not _is_answer(question, answer):
            self.fault(f"ai.{question}.answer", "unknown_value", answer, _answers_of(question))
        if source is not None:
            self._address(f"ai.{question}.source", source)
        return {"answer": answer, "source": source}


def _answers_of(question: str) -> tuple[str, ...]:
    lists = {"role": vocabulary.AI_ROLES, "human_handover": vocabulary.AI_HANDOVERS}
    return tuple(lists.get(question, vocabulary.AI_ANSWERS))


def _is_answer(question: str, answer: Any) -> bool:
    allowed = _answers_of(question)
    if question == "role":
        return isinstance(answer, list) and all(isinstance(one, str) and one in allowed for one in answer)
    return isinstance(answer, str) and answer in allowed


_DRAFT: Final = DraftSchema()
_REPORT: Final = ReportSchema()
_CHANNEL: Final = ChannelDraft()
_SOURCE: Final = SourceDraft()
