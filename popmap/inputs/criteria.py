"""Criteria of pages, API and exports into checked values, and back into the one address of a question.

The schemas check shape and codes; whether a place exists or a cursor fits is the rules' business.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import fields as dataclass_fields
from typing import Any, Final, Protocol
from urllib.parse import urlencode

from marshmallow import RAISE, Schema, ValidationError, fields, post_load, validates_schema

from popmap import gazetteer, geo
from popmap.catalogue import AI_CRITERIA, Criteria
from popmap.errors import Fault, InputError
from popmap.inputs.fields import Box, Code, Day, Language, LonLat, Pattern, Subdivisions, Text, Whole, refuse, shown
from popmap.vocabulary import AUDIENCES, CHANNELS, COSTS, KINDS, LANGUAGES, PRIVACIES, SORTS, TOPICS

MAX_VALUES: Final = 50
"""How often one name may be repeated."""
MAX_LIMIT: Final = 100
MAX_ZOOM: Final = 22

_PLACE: Final = re.compile(r"country:[A-Z]{2}|subdivision:[A-Z]{2}-[A-Z0-9]{1,3}|town:[1-9][0-9]{0,11}")
CURSOR: Final = re.compile(r"[A-Za-z0-9_-]{1,1000}")


class Arguments(Protocol):
    """What a query string or form looks like once split: werkzeug's MultiDict, or anything with its two methods."""

    def keys(self) -> Iterable[str]:
        """Return every name that was given."""

    def getlist(self, key: str, /) -> Sequence[str]:
        """Return every value given for a name."""


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
    subdivision = _any_of(Code(Subdivisions(), words="an ISO 3166-2 code such as US-AZ: services that serve it"))
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
    checked_since = Day(metadata={"description": "collected (first data) or checked on this day or later"})
    sort = Code(SORTS)

    @validates_schema
    def _distance_needs_a_start(self, data: Mapping[str, Any], **_: Any) -> None:
        if data.get("sort") == "distance" and not (data.get("at") or data.get("place")):
            raise ValidationError(refuse("needs", "distance", ["at", "place"]).messages, "sort")

    @post_load
    def _as_values(self, data: dict[str, Any], **_: Any) -> Any:
        return criteria_of(data)


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
    cursor = Pattern(CURSOR, words="the cursor of the answer before, unchanged")
    facets = Code({"true", "false"})

    @post_load
    def _as_values(self, data: dict[str, Any], **_: Any) -> ListQuery:
        facets = data.pop("facets", "false") == "true"
        page = {name: data.pop(name) for name in ("limit", "cursor") if name in data}
        return ListQuery(criteria_of(data), facets=facets, **page)


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
        return MapQuery(criteria_of(data), **view)


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


def criteria_of(data: Mapping[str, Any]) -> Criteria:
    """Return checked values as criteria: lists sorted and without doubles, so that equal questions are equal values."""
    values: dict[str, Any] = {
        n: tuple(sorted(set(v))) if isinstance(v, list) else v for n, v in data.items() if v != ""
    }
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


def refuse_all(args: Arguments) -> None:
    """Raise ``InputError`` for every argument: where none is read, none may be taken for understood."""
    names = list(args.keys())
    if names:
        raise InputError([Fault(shown(name), "unknown_name", shown(args.getlist(name)[0])) for name in names])


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
                Fault(shown(name), "repeated", allowed=[f"at most {MAX_VALUES} values" if many else "one value"])
            )
        elif given or name not in schema.fields:
            values[name] = given if many else "".join(given)
    return values, faults


def _faults(messages: Mapping[str, Any], values: Mapping[str, Any], schema: Schema) -> list[Fault]:
    return [fault for name, found in messages.items() for fault in _faults_of(name, found, values, schema)]


def _faults_of(name: str, found: Any, values: Mapping[str, Any], schema: Schema) -> list[Fault]:
    if name not in schema.fields:
        return [Fault(shown(name), "unknown_name", shown(values.get(name, "")), sorted(schema.fields))]
    if isinstance(found, dict) and "fault" in found:
        code, value, allowed = found["fault"]
        return [Fault(name, code, value, allowed)]
    if isinstance(found, dict):  # a list: by position
        return [fault for inner in found.values() for fault in _faults_of(name, inner, values, schema)]
    if name not in values:
        return [Fault(name, "missing", allowed=["a value"])]
    return [Fault(name, "malformed", shown(values[name]))]


_CRITERIA: Final = CriteriaSchema()
_LIST: Final = ListSchema()
