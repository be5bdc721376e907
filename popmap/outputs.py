"""The public record of a service: THE list of public fields, and what each of them means.

The database builds the same record as ready JSON text (``listing.document``), which is what lists are answered from; a
test holds both equal. The API's description is made from these schemas. A field that is not named here is not public.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from marshmallow import Schema, fields, pre_dump, validate

from popmap import vocabulary

_ANSWERS = tuple(vocabulary.YES_NO_UNKNOWN)


def _text(description: str, **more: Any) -> fields.String:
    return fields.String(required=True, metadata={"description": description}, **more)


def _code(description: str, codes: Sequence[str], **more: Any) -> fields.String:
    return fields.String(required=True, validate=validate.OneOf(codes), metadata={"description": description}, **more)


def _codes(description: str, codes: Sequence[str]) -> fields.List[Any]:
    one = fields.String(validate=validate.OneOf(codes))
    return fields.List(one, required=True, metadata={"description": description})


def _texts(description: str) -> fields.List[Any]:
    return fields.List(fields.String(), required=True, metadata={"description": description})


def _day(description: str) -> fields.String:
    return fields.String(required=True, allow_none=True, metadata={"description": description, "format": "date"})


def _age(description: str) -> fields.Integer:
    return fields.Integer(
        required=True, allow_none=True, validate=validate.Range(0, 120), metadata={"description": description}
    )


class LocationSchema(Schema):
    """A GeoJSON point: longitude, latitude in degrees (WGS 84)."""

    type = fields.Constant("Point", required=True)
    coordinates = fields.List(fields.Float(), required=True, validate=validate.Length(equal=2))


class CoverageSchema(Schema):
    """The area a service serves: any union of the world, countries, subdivisions and a drawn area."""

    worldwide = fields.Boolean(required=True)
    countries = _texts("ISO 3166-1 alpha-2 codes")
    subdivisions = _texts("ISO 3166-2 codes")
    has_area = fields.Boolean(required=True, metadata={"description": "whether an area is drawn as well"})


class CoverageWithShapeSchema(CoverageSchema):
    """The same with its shape."""

    geojson = fields.Dict(required=True, metadata={"description": "a GeoJSON FeatureCollection of what it covers"})


class ChannelSchema(Schema):
    """One way to reach a service."""

    type = _code("how", tuple(vocabulary.CHANNELS))
    value = _text("the number as dialled there, the address, or words that say what to dial")
    e164 = _text("the number as dialled from abroad", allow_none=True)
    label = _text("a remark that belongs to it")
    hours = _text("when it is answered, in OpenStreetMap's opening_hours syntax", allow_none=True)
    timezone = _text("IANA time zone of the hours; without one they are not known (24/7 needs none)", allow_none=True)
    languages = _texts("BCP 47, where they differ from the service's")
    free = _code("whether reaching it costs nothing", _ANSWERS)
    on_phone_bill = _code("whether it shows on the phone bill", _ANSWERS)
    account_needed = _code("whether one must register", _ANSWERS)
    works_from_abroad = _code("whether it can be reached from another country", _ANSWERS)
    answered_by = _code("whether a person or a computer answers", tuple(vocabulary.ANSWERED_BY))
    linkable = fields.Boolean(required=True, metadata={"description": "false: to be shown as words, never as a link"})


class SourceSchema(Schema):
    """A page on which facts were seen."""

    url = fields.String(required=True, metadata={"format": "uri"})
    seen = _text("what the page says, in the compilers' words: evidence for researchers")
    seen_on = _text("when, as far as it is known")


class CheckSchema(Schema):
    """One verification."""

    level = fields.Integer(required=True, validate=validate.OneOf(tuple(vocabulary.CHECK_LEVELS)))
    method = _text("how it was checked, as a code")
    on = _day("day of the check")
    by_role = _code("who checked, as a role", vocabulary.ROLES)
    next_due = _day("day by which to check again")
    evidence_url = fields.String(required=True, allow_none=True, metadata={"format": "uri"})


class ServiceSchema(Schema):
    """A public service, as lists have it."""

    id = _text("stable, never used again for another service")
    kind = _code("what kind of help it is", tuple(vocabulary.KINDS))
    name = _text("in its own language")
    name_en = _text("in English")
    organization = _text("who operates it")
    operator_type = _code("what the operator is", tuple(vocabulary.OPERATOR_TYPES))
    summary = _text("one or two plain sentences")
    translations = fields.Dict(required=True, metadata={"description": "language → name and summary"})
    website = fields.String(required=True, allow_none=True, metadata={"format": "uri"})
    languages = _texts("BCP 47")
    topics = _codes("what it helps with", tuple(vocabulary.TOPICS))
    audiences = _codes("whom it helps", tuple(vocabulary.AUDIENCES))
    min_age = _age("youngest age, in years")
    max_age = _age("oldest age, in years")
    cost = _code("whether it costs anything", tuple(vocabulary.COSTS))
    privacy = _code("what it wants to know of those who ask", tuple(vocabulary.PRIVACIES))
    location = fields.Nested(LocationSchema, required=True, allow_none=True)
    location_precision = _code("what the location is that of", vocabulary.LOCATION_PRECISIONS)
    city = _text("town of its seat")
    visitable = fields.Boolean(required=True, metadata={"description": "whether one can go there"})
    coverage = fields.Nested(CoverageSchema, required=True)
    channels = fields.List(fields.Nested(ChannelSchema), required=True)
    ai = fields.Dict(
        required=True,
        allow_none=True,
        metadata={"description": "question → {answer, source}; null where AI plays no part that is stated"},
    )
    youth = fields.Dict(required=True, allow_none=True, metadata={"description": "what young people decide in it"})
    sources = fields.List(fields.Nested(SourceSchema), required=True)
    check = fields.Nested(CheckSchema, required=True, allow_none=True)
    verified_on = _day("day of its last check; for the first data the day on which it was collected")
    next_check_due = _day("day by which to check again")
    updated_at = fields.String(required=True, metadata={"description": "UTC", "format": "date-time"})

    @pre_dump
    def _from_body(self, record: Mapping[str, Any], **_: Any) -> Mapping[str, Any]:
        """A version's body says more than the public may know, and the last check as the first of all checks."""
        if "check" in record:
            return record
        coverage = record["coverage"]
        return {
            **record,
            "coverage": {**coverage, "has_area": coverage["area"] is not None},
            "check": next(iter(record["checks"]), None),
        }


class RecordSchema(ServiceSchema):
    """A public service, alone: with the shape of its coverage and all its checks."""

    coverage = fields.Nested(CoverageWithShapeSchema, required=True)
    checks = fields.List(fields.Nested(CheckSchema), required=True)
