"""Text from outside into checked values, or an ``InputError`` that names what is wrong and what is allowed.

Every address and form of criteria passes here before anything else looks at it. The schemas check shape and codes;
whether a place exists or a cursor fits is the rules' business. What goes out is described in ``outputs``.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import fields as dataclass_fields
from datetime import date
from functools import cache
from typing import Any, Final, Protocol
from urllib.parse import urlencode

import orjson
import pycountry
from marshmallow import RAISE, Schema, ValidationError, fields, post_load, validates_schema

from popmap import gazetteer, geo
from popmap.catalogue import AI_CRITERIA, Criteria
from popmap.errors import Fault, InputError
from popmap.vocabulary import AUDIENCES, CHANNELS, COSTS, KINDS, LANGUAGES, PRIVACIES, SORTS, TOPICS

MAX_TEXT: Final = 200
"""Longest text of a search, in characters."""
MAX_VALUES: Final = 50
"""How often one name may be repeated."""
MAX_LIMIT: Final = 100
MAX_DEPTH: Final = 16
MAX_ZOOM: Final = 22
_SHOWN: Final = 80

_LANGUAGE: Final = re.compile(r"([a-z]{2,3})(?:-[A-Z][a-z]{3})?(?:-(?:[A-Z]{2}|[0-9]{3}))?")
_PLACE: Final = re.compile(r"country:[A-Z]{2}|subdivision:[A-Z]{2}-[A-Z0-9]{1,3}|town:[1-9][0-9]{0,11}")
_CURSOR: Final = re.compile(r"[A-Za-z0-9_-]{1,1000}")
_REFUSED_CATEGORIES: Final = frozenset({"Cc", "Cs", "Co", "Cn", "Zl", "Zp"})
_REFUSED_CHARACTERS: Final = frozenset("\ufffd\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")
_MAX_MARKS: Final = 4


class Arguments(Protocol):
    """What a query string or form looks like once split: werkzeug's MultiDict, or anything with its two methods."""

    def keys(self) -> Iterable[str]:
        """Return every name that was given."""

    def getlist(self, key: str, /) -> Sequence[str]:
        """Return every value given for a name."""


def clean_text(text: str, *, max_length: int = MAX_TEXT) -> str:
    """Return the text in NFC without space at its ends; refuse (never trim) what no writing system needs.

    Refused: control, unassigned and private characters, lone surrogates, the replacement character (undecodable bytes),
    direction overrides, more than four marks on one letter, and more than ``max_length`` characters. Raises ValueError.
    """
    if len(text) > max_length:
        raise ValueError("too_long")
    marks = 0
    for character in text:
        category = unicodedata.category(character)
        marks = marks + 1 if category in {"Mn", "Me"} else 0
        if category in _REFUSED_CATEGORIES or character in _REFUSED_CHARACTERS or marks > _MAX_MARKS:
            raise ValueError("bad_characters")
    return unicodedata.normalize("NFC", text).strip()


def json_object(body: bytes) -> dict[str, Any]:
    """Return the JSON object in a request's body; ``InputError`` for anything else, too deep or not strictly JSON."""
    # nesting is counted on the bytes first: brackets within texts count too, which only makes the limit stricter
    depth = deepest = 0
    for byte in body:
        depth += (byte in b"[{") - (byte in b"]}")
        deepest = max(deepest, depth)
    if deepest > MAX_DEPTH:
        raise InputError([Fault("body", "too_deep", allowed=[f"at most {MAX_DEPTH} levels"])])
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise InputError([Fault("body", "malformed", allowed=["a JSON object"])]) from error
    if not isinstance(found, dict):
        raise InputError([Fault("body", "malformed", allowed=["a JSON object"])])
    return found


# ── fields ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def _refuse(code: str, value: object, allowed: Iterable[str] = ()) -> ValidationError:
    return ValidationError({"fault": [code, _shown(value), list(allowed)]})


def _shown(value: object) -> str:
    text = "".join(c if unicodedata.category(c) not in _REFUSED_CATEGORIES else "\ufffd" for c in str(value)[:_SHOWN])
    return text if len(str(value)) <= _SHOWN else text + "…"


class Text(fields.String):
    """Words of a search, cleaned."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> str:
        try:
            return clean_text(str(value))
        except ValueError as error:
            raise _refuse(str(error), value, [f"at most {MAX_TEXT} printable characters"]) from error


class Code(fields.String):
    """One code of a controlled list; ``words`` describes a list too long to show."""

    def __init__(self, codes: Collection[str], *, words: str = "", **options: Any) -> None:
        super().__init__(metadata={"enum": sorted(codes)} if not words else {"description": words}, **options)
        self.codes = codes
        self.allowed = [words] if words else list(codes)

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> str:
        if value not in self.codes:
            raise _refuse("unknown_value", value, self.allowed)
        return str(value)


class Pattern(fields.String):
    """Text of one exact shape."""

    def __init__(self, pattern: re.Pattern[str], *, words: str, **options: Any) -> None:
        super().__init__(metadata={"pattern": f"^(?:{pattern.pattern})$", "description": words}, **options)
        self.pattern = pattern
        self.words = words

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> str:
        if not self.pattern.fullmatch(str(value)):
            raise _refuse("malformed", value, [self.words])
        return str(value)


class Language(fields.String):
    """A BCP 47 tag of language, script and region whose language exists."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> str:
        match = _LANGUAGE.fullmatch(str(value))
        if match is None or match[1] not in _language_codes():
            raise _refuse("unknown_value", value, ["a BCP 47 language tag such as fr, zh-Hant or pt-BR"])
        return str(value)


class Whole(fields.Integer):
    """A whole number in plain ASCII digits within a range."""

    def __init__(self, low: int, high: int, **options: Any) -> None:
        super().__init__(metadata={"minimum": low, "maximum": high}, **options)
        self.low = low
        self.high = high

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> int:
        if not re.fullmatch(r"[0-9]{1,4}", str(value)):
            raise _refuse("malformed", value, [f"{self.low} to {self.high}"])
        if not self.low <= int(value) <= self.high:
            raise _refuse("out_of_range", value, [f"{self.low} to {self.high}"])
        return int(value)


class Day(fields.Date):
    """A calendar day as YYYY-MM-DD."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> date:
        try:
            if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", str(value)):
                return date.fromisoformat(value)
        except ValueError as error:
            raise _refuse("out_of_range", value, ["a day as YYYY-MM-DD"]) from error
        raise _refuse("malformed", value, ["a day as YYYY-MM-DD"])


class LonLat(fields.String):
    """A point as ``lon,lat`` with at most two decimals (about a kilometre): more would say where someone stands."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> geo.Point:  # type: ignore[override]
        try:
            return geo.parse_point(str(value))
        except geo.GeoError as error:
            raise _refuse(
                error.code, value, ["lon,lat in degrees with at most two decimals, such as 2.35,48.85"]
            ) from error


class Box(fields.String):
    """A box as ``west,south,east,north``; west greater than east means that it crosses 180 degrees."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> geo.BBox:  # type: ignore[override]
        try:
            return geo.parse_bbox(str(value))
        except geo.GeoError as error:
            raise _refuse(error.code, value, ["west,south,east,north in degrees, south not above north"]) from error


@cache
def _language_codes() -> frozenset[str]:
    """Every ISO 639 code a tag may begin with (639-1, 639-3, and the families of 639-5 such as ``ber``)."""
    languages = {getattr(language, "alpha_2", language.alpha_3) for language in pycountry.languages}
    return frozenset(languages | {family.alpha_3 for family in pycountry.language_families})


class _Subdivisions:
    """ISO 3166-2 codes, read when first asked for."""

    def __contains__(self, code: object) -> bool:
        found: object = pycountry.subdivisions.get(code=str(code)[:6])  # type: ignore[no-untyped-call]
        return found is not None

    def __iter__(self) -> Any:
        return iter(())

    def __len__(self) -> int:
        return len(pycountry.subdivisions)


# ── schemas ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _any_of(code: fields.Field[Any]) -> fields.List[Any]:
    return fields.List(code)


class CriteriaSchema(Schema):
    """The criteria of pages, API and exports, by the names they have everywhere."""

    class Meta:
        """An unknown name is refused, never ignored."""

        unknown = RAISE

    q = Text(metadata={"description": "words in names, organisations and summaries, in any script"})
    kind = _any_of(Code(KINDS))
    topic = _any_of(Code(TOPICS))
    country = _any_of(Code(gazetteer.COUNTRIES, words="an ISO 3166-1 alpha-2 code such as MA: services that serve it"))
    subdivision = _any_of(Code(_Subdivisions(), words="an ISO 3166-2 code such as US-AZ: services that serve it"))
    at = LonLat(metadata={"description": "lon,lat with at most two decimals: services whose coverage contains it"})
    place = Pattern(_PLACE, words="an id of /api/v1/places such as town:2553604: services whose coverage contains it")
    bbox = Box(metadata={"description": "west,south,east,north: seat or place inside; may cross 180"})
    channel = _any_of(Code(CHANNELS))
    language = _any_of(Language(metadata={"description": "BCP 47; zh also finds zh-Hant"}))
    audience = _any_of(Code(AUDIENCES))
    age = Whole(0, 120)
    cost = _any_of(Code(COSTS))
    privacy = _any_of(Code(PRIVACIES))
    open_now = Code({"true"})
    ai = _any_of(Code(AI_CRITERIA))
    checked_since = Day(metadata={"description": "checked on this day or later"})
    sort = Code(SORTS)

    @validates_schema
    def _distance_needs_a_start(self, data: Mapping[str, Any], **_: Any) -> None:
        if data.get("sort") == "distance" and not (data.get("at") or data.get("place")):
            raise ValidationError(_refuse("needs", "distance", ["at", "place"]).messages, "sort")

    @post_load
    def _as_values(self, data: dict[str, Any], **_: Any) -> Any:
        return _criteria(data)


@dataclass(frozen=True, slots=True)
class ListQuery:
    """One page of the list: which services, how many, from where, and whether counts are wanted."""

    criteria: Criteria
    limit: int = 25
    cursor: str | None = None
    facets: bool = False


class ListSchema(CriteriaSchema):
    """Criteria and a page of the answer."""

    limit = Whole(1, MAX_LIMIT)
    cursor = Pattern(_CURSOR, words="the cursor of the answer before, unchanged")
    facets = Code({"true", "false"})

    @post_load
    def _as_values(self, data: dict[str, Any], **_: Any) -> ListQuery:
        facets = data.pop("facets", "false") == "true"
        page = {name: data.pop(name) for name in ("limit", "cursor") if name in data}
        return ListQuery(_criteria(data), facets=facets, **page)


@dataclass(frozen=True, slots=True)
class MapQuery:
    """What a map shows: a box, a zoom, and whose words to use."""

    criteria: Criteria
    bbox: geo.BBox
    zoom: int
    lang: str = "en"


class MapSchema(CriteriaSchema):
    """Criteria and a viewport; here ``bbox`` is the viewport and must be given."""

    bbox = Box(required=True, metadata={"description": "west,south,east,north of the map; may cross 180"})
    zoom = Whole(0, MAX_ZOOM, required=True)
    lang = Code(LANGUAGES)

    @post_load
    def _as_values(self, data: dict[str, Any], **_: Any) -> MapQuery:
        view = {name: data.pop(name) for name in ("bbox", "zoom", "lang") if name in data}
        return MapQuery(_criteria(data), **view)


class PlacesSchema(Schema):
    """Words that name a place, and the language of the answer."""

    class Meta:
        """An unknown name is refused, never ignored."""

        unknown = RAISE

    q = Text(required=True)
    lang = Code(LANGUAGES, load_default="en")
    limit = Whole(1, 20, load_default=10)


class LanguageSchema(Schema):
    """Only the language of the words in the answer."""

    class Meta:
        """An unknown name is refused, never ignored."""

        unknown = RAISE

    lang = Code(LANGUAGES, load_default="en")


def _criteria(data: Mapping[str, Any]) -> Criteria:
    """Build the value: lists sorted and without doubles, so that equal questions are equal values."""
    values: dict[str, Any] = {n: tuple(sorted(set(v))) if isinstance(v, list) else v for n, v in data.items()}
    return Criteria(**{**values, "open_now": "open_now" in values})


# ── reading and writing ─────────────────────────────────────────────────────────────────────────────────────────────


def read(schema: Schema, args: Arguments) -> Any:
    """Return what the schema makes of the arguments. A blank value counts as not given, as forms send it.

    Raises ``InputError`` with every fault: unknown names, repeated single values, values that are not allowed.
    """
    values, faults = _gathered(schema, args)
    try:
        found = schema.load(values)
    except ValidationError as error:
        messages: dict[str, Any] = error.normalized_messages()  # type: ignore[no-untyped-call]
        faults += _faults(messages, values, schema)
    if faults:
        raise InputError(faults)
    return found


def parse_criteria(args: Arguments, *, also: Collection[str] = ()) -> Criteria:
    """Return the criteria among the arguments; ``also`` names further arguments that others read."""
    found: Criteria = read(_CRITERIA, _Without(args, frozenset(also)))
    return found


def parse_list(args: Arguments) -> ListQuery:
    """Return criteria, page size, cursor and wish for counts."""
    found: ListQuery = read(_LIST, args)
    return found


def criteria_query(criteria: Criteria) -> str:
    """Return the one query string of these criteria: equal criteria give equal texts; defaults are left out."""
    pairs: list[tuple[str, str]] = []
    for field in dataclass_fields(criteria):
        value = getattr(criteria, field.name)
        if value == field.default:
            continue
        values = value if isinstance(value, tuple) else (value,)
        pairs += [(field.name, _written(one)) for one in values]
    return urlencode(pairs, safe=",:")


def _written(value: object) -> str:
    match value:
        case True:
            return "true"
        case geo.Point(lon, lat):
            return f"{lon:g},{lat:g}"
        case geo.BBox(west, south, east, north):
            return ",".join(f"{edge:.10g}" for edge in (west, south, east, north))
    return str(value)


@dataclass(frozen=True, slots=True)
class _Without:
    """Arguments without some names."""

    args: Arguments
    names: frozenset[str]

    def keys(self) -> Iterable[str]:
        return [name for name in self.args.keys() if name not in self.names]  # noqa: SIM118 - a MultiDict is no dict

    def getlist(self, key: str, /) -> Sequence[str]:
        return self.args.getlist(key)


def _gathered(schema: Schema, args: Arguments) -> tuple[dict[str, Any], list[Fault]]:
    values: dict[str, Any] = {}
    faults: list[Fault] = []
    for name in args.keys():  # noqa: SIM118 - a MultiDict is no dict
        given = [value for value in args.getlist(name) if value != ""]
        many = isinstance(schema.fields.get(name), fields.List)
        if len(given) > (MAX_VALUES if many else 1):
            faults.append(
                Fault(_shown(name), "repeated", allowed=[f"at most {MAX_VALUES} values" if many else "one value"])
            )
        elif given or name not in schema.fields:
            values[name] = given if many else "".join(given)
    return values, faults


def _faults(messages: Mapping[str, Any], values: Mapping[str, Any], schema: Schema) -> list[Fault]:
    return [fault for name, found in messages.items() for fault in _faults_of(name, found, values, schema)]


def _faults_of(name: str, found: Any, values: Mapping[str, Any], schema: Schema) -> list[Fault]:
    if name not in schema.fields:
        return [Fault(_shown(name), "unknown_name", _shown(values.get(name, "")), sorted(schema.fields))]
    if isinstance(found, dict) and "fault" in found:
        code, value, allowed = found["fault"]
        return [Fault(name, code, value, allowed)]
    if isinstance(found, dict):  # a list: by position
        return [fault for inner in found.values() for fault in _faults_of(name, inner, values, schema)]
    if name not in values:
        return [Fault(name, "missing", allowed=["a value"])]
    return [Fault(name, "malformed", _shown(values[name]))]


_CRITERIA: Final = CriteriaSchema()
_LIST: Final = ListSchema()
