"""What a partner proposes, checked: a draft as JSON (or a form, or a file's row) → the record it would become.

``DraftSchema`` looks at each value alone, ``checked_proposal`` at what they mean together: numbers against the
countries served, addresses, the drawn area, an address that must not be known. Everything wrong is told at once, named
by its path (``channels.0.value``); nothing is trimmed, guessed or mended. What stands in the live record already
(``known``) may stay as it is. Whether it is true, a moderator decides.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from marshmallow import RAISE, Schema, ValidationError, fields

from popmap import geo, hours, vocabulary
from popmap.addresses import AddressError, checked_web_address, is_email
from popmap.dialling import DiallingError, checked_number
from popmap.errors import Fault, InputError
from popmap.gazetteer import COUNTRIES
from popmap.inputs.fields import Code, Degrees, Flag, Language, Subdivisions, Whole, Words, Zone, shown
from popmap.inputs.texts import tells_who_writes
from popmap.vocabulary import AI_QUESTIONS

MAX_CHANNELS: Final = 20
MAX_SOURCES: Final = 10
MAX_CODES: Final = 300
PROBLEMS: Final = vocabulary.PROBLEMS

_NUMBERED: Final = frozenset({"phone", "sms", "whatsapp"})
_ON_THE_WEB: Final = frozenset({"webchat", "video", "web_form", "app", "peer_forum", "chatbot", "reporting_portal"})
_PLACES: Final = frozenset({"in_person", "post"})
_WITH_HOURS: Final = vocabulary.LIVE_CHANNELS | {"chatbot", "video", "other_messenger", "in_person"}
_AS_DIALLED: Final = "digits, as one dials them there, or + and the country's code"
_LIVE: Final = "hours belong to phone, text, chat and the like"
_ANSWERS: Final = tuple(vocabulary.YES_NO_UNKNOWN)
YOUTH_QUESTIONS: Final = tuple(vocabulary.YOUTH_QUESTIONS)

Record = dict[str, Any]


class StrictSchema(Schema):
    """An unknown name is refused, never ignored."""

    class Meta:
        """As it says."""

        unknown = RAISE


class ChannelDraft(StrictSchema):
    """One way to reach the service."""

    type = Code(vocabulary.CHANNELS, required=True)
    value = Words(2000, required=True, metadata={"description": "number, address, or words"})
    label = Words(200, load_default="")
    hours = Words(500, load_default="", metadata={"description": "OpenStreetMap's opening_hours syntax"})
    timezone = Zone(load_default="")
    languages = fields.List(Language(), load_default=list)
    free = Code(_ANSWERS, load_default="unknown")
    on_phone_bill = Code(_ANSWERS, load_default="unknown")
    account_needed = Code(_ANSWERS, load_default="unknown")
    works_from_abroad = Code(_ANSWERS, load_default="unknown")
    answered_by = Code(vocabulary.ANSWERED_BY, load_default="unknown")


class CoverageDraft(StrictSchema):
    """The area the service serves: any union."""

    worldwide = Flag(load_default=False)
    countries = fields.List(Code(COUNTRIES, words="an ISO 3166-1 alpha-2 code such as MA"), load_default=list)
    subdivisions = fields.List(Code(Subdivisions(), words="an ISO 3166-2 code such as US-AZ"), load_default=list)
    area = fields.Dict(load_default=None, allow_none=True, metadata={"description": "GeoJSON Polygon or MultiPolygon"})


class PointDraft(StrictSchema):
    """A GeoJSON point."""

    type = Code({"Point"}, load_default="Point")
    coordinates = fields.List(Degrees(), required=True)


class SourceDraft(StrictSchema):
    """A page on which the facts can be seen."""

    url = Words(2000, required=True)
    seen = Words(500, load_default="")
    seen_on = Words(100, load_default="")


class AnswerDraft(StrictSchema):
    """An answer about the computer's part: a code (``role``: a list of codes), and where that is said."""

    answer = fields.Raw(required=True)
    source = Words(2000, load_default="", allow_none=True)


class TranslationDraft(StrictSchema):
    """Name and summary in another language."""

    name = Words(200, load_default="")
    summary = Words(280, load_default="")


class DraftSchema(StrictSchema):
    """A service as a partner knows it; what is not known is left out."""

    kind = Code(vocabulary.KINDS, required=True)
    name = Words(200, required=True)
    name_en = Words(200, load_default="")
    organization = Words(300, load_default="")
    operator_type = Code(vocabulary.OPERATOR_TYPES, load_default="unknown")
    summary = Words(280, load_default="")
    translations = fields.Dict(
        keys=Code(vocabulary.LANGUAGES), values=fields.Nested(TranslationDraft), load_default=None, allow_none=True
    )
    website = Words(2000, load_default="", allow_none=True)
    languages = fields.List(Language(), load_default=list)
    topics = fields.List(Code(vocabulary.TOPICS), required=True)
    audiences = fields.List(Code(vocabulary.AUDIENCES), load_default=list)
    min_age = Whole(0, 120, load_default=None, allow_none=True)
    max_age = Whole(0, 120, load_default=None, allow_none=True)
    cost = Code(vocabulary.COSTS, load_default="unknown")
    privacy = Code(vocabulary.PRIVACIES, load_default="unknown")
    location = fields.Nested(PointDraft, load_default=None, allow_none=True)
    location_precision = Code(vocabulary.LOCATION_PRECISIONS, load_default="none")
    city = Words(200, load_default="")
    visitable = Flag(load_default=False)
    address_confidential = Flag(load_default=False)
    coverage = fields.Nested(CoverageDraft, required=True)
    channels = fields.List(fields.Nested(ChannelDraft), required=True)
    ai = fields.Dict(keys=Code(AI_QUESTIONS), values=fields.Nested(AnswerDraft), load_default=None, allow_none=True)
    youth = fields.Dict(keys=Code(YOUTH_QUESTIONS), values=Code(_ANSWERS), load_default=None, allow_none=True)
    sources = fields.List(fields.Nested(SourceDraft), load_default=list)


class ReportSchema(StrictSchema):
    """That something is wrong with a service, and what; words are optional."""

    problem = Code(PROBLEMS, required=True)
    words = Words(2000, lines=True, load_default="")


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
        raise InputError([*faults, *_plainly_missing(given, {fault.name for fault in faults})])
    check = _Check(draft, known or {})
    check.run()
    if check.faults:
        raise InputError(check.faults)
    told = [draft["summary"], *(words.get("summary", "") for words in (draft["translations"] or {}).values())]
    new = [words for words in told if words != check.known.get("summary")]
    warned = tells_who_writes(*new)
    return Proposal(check.record(), tuple(check.dropped), ("tells_who_writes",) if warned else ())


def _plainly_missing(given: Mapping[str, Any], told: Iterable[str]) -> list[Fault]:
    """What is empty besides, so that it is told at once with what is wrong."""
    coverage = given.get("coverage")
    empty = {name for name in ("topics", "channels") if not given.get(name)}
    empty |= {"coverage"} if isinstance(coverage, dict) and not any(coverage.values()) else set()
    return [Fault(name, "missing") for name in ("topics", "channels", "coverage") if name in empty - set(told)]


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


def loaded(schema: Schema, given: Mapping[str, Any]) -> tuple[Any, list[Fault]]:
    """What a schema makes of these values, or the faults it finds, named by path."""
    try:
        return schema.load(given), []
    except ValidationError as error:
        messages: dict[str, Any] = error.normalized_messages()  # type: ignore[no-untyped-call]
        return None, list(_told(messages, ""))


_CODES: Final[Mapping[str, str]] = {
    "Missing data for required field.": "missing",
    "Unknown field.": "unknown_name",
    "Field may not be null.": "missing",
}


def _told(found: Any, path: str) -> Iterable[Fault]:
    """Our faults, and the library's own words as codes, by path."""
    if isinstance(found, dict) and "fault" in found:
        code, value, allowed = found["fault"]
        yield Fault(path, code, value, allowed)
    elif isinstance(found, dict):
        for name, inner in found.items():
            step = "" if name in {"_schema", "key", "value"} and not _is_field(name, path) else shown(name)
            yield from _told(inner, f"{path}.{step}".strip(".") if step else path)
    elif isinstance(found, list):
        yield Fault(path or "body", _CODES.get(str(found[0]), "malformed"))


def _is_field(name: str, path: str) -> bool:
    """Whether ``value`` is a channel's own field here, and not marshmallow's word for a dictionary's value."""
    return name == "value" and re.fullmatch(r"channels\.[0-9]+", path) is not None


_DRAFT: Final = DraftSchema()
_REPORT: Final = ReportSchema()
_CHANNEL: Final = ChannelDraft()
_SOURCE: Final = SourceDraft()
