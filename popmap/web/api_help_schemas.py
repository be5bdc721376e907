"""What the API takes and gives about help at a spot and about countries: the question's check, the replies' shapes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from marshmallow import Schema, ValidationError, fields, post_load, validate, validates_schema

from popmap.catalogue import Criteria
from popmap.inputs import Code, CriteriaSchema
from popmap.outputs import ChannelSchema, ServiceSchema
from popmap.vocabulary import LANGUAGES

REASONS: Final = (
    "matches",
    "without_choices",
    "general",
    "others_here",
    "everywhere",
    "not_for_emergencies",
)


@dataclass(frozen=True, slots=True)
class HelpQuery:
    """Who helps at one spot, for somebody who reads this language."""

    criteria: Criteria
    lang: str = "en"


class HelpSchema(CriteriaSchema):
    """Criteria of help: what they name must be one spot, and the order is that of help."""

    sort = Code({"relevance"})
    lang = Code(LANGUAGES)

    @validates_schema
    def _one_spot(self, data: Mapping[str, Any], **_: Any) -> None:
        named = [name for name in ("at", "place", "country") if data.get(name)]
        if len(named) != 1 or len(data.get("country", ())) > 1:
            raise ValidationError({"fault": ["needs", ",".join(named), ["at, place or one country"]]}, "at")

    @post_load
    def _as_values(self, data: dict[str, Any], **_: Any) -> HelpQuery:
        lang = data.pop("lang", "en")
        return HelpQuery(super()._as_values(data), lang)


def _moment(description: str) -> fields.String:
    return fields.String(required=True, allow_none=True, metadata={"description": description, "format": "date-time"})


class EmergencyNumberSchema(Schema):
    """A number to call in danger; what is of low confidence is never among them."""

    service = fields.String(
        required=True, metadata={"enum": ["all", "police", "ambulance", "fire", "child_protection"]}
    )
    number = fields.String(required=True)
    confidence = fields.String(required=True, metadata={"enum": ["high", "medium"]})
    note = fields.String(required=True)
    source_url = fields.String(required=True, metadata={"format": "uri"})


class EmergencySchema(Schema):
    """The numbers to call in danger in a country; empty where none is known well enough."""

    country = fields.String(required=True, metadata={"description": "ISO 3166-1 alpha-2"})
    numbers = fields.List(fields.Nested(EmergencyNumberSchema), required=True)


class ChannelNowSchema(ChannelSchema):
    """A channel and what is known about it at this moment."""

    state = fields.String(
        required=True,
        validate=validate.OneOf(("open", "closed", "unknown")),
        metadata={"description": "unknown is neither open nor closed"},
    )
    until = _moment("end of an open spell, in the service's zone; null if there is none or it is not known")
    opens_at = _moment("end of a closed spell, in the service's zone; null if it is not known")


class HelpingServiceSchema(ServiceSchema):
    """A service that helps at the spot, and why it is in the answer."""

    channels = fields.List(fields.Nested(ChannelNowSchema), required=True)
    reason = fields.String(
        required=True,
        validate=validate.OneOf(REASONS),
        metadata={
            "description": "matches: all that was asked; without_choices: the topic, but not every choice; "
            "general: any worry, here; others_here; everywhere: in every country; "
            "not_for_emergencies: computers and young people's projects, after all others when a topic is acute"
        },
    )


class HelpAnswerSchema(Schema):
    """Who helps at a spot, in the order of help."""

    items = fields.List(fields.Nested(HelpingServiceSchema), required=True)
    countries = fields.List(
        fields.String(), required=True, metadata={"description": "of the spot, the likeliest first; empty at sea"}
    )
    near_border = fields.Boolean(
        required=True, metadata={"description": "within 3 km of a border: services of both sides are in the answer"}
    )
    timezone = fields.String(required=True, allow_none=True, metadata={"description": "of the spot, where known"})
    emergency = fields.List(fields.Nested(EmergencySchema), required=True)
    at = _moment("the moment for which the states hold")
    revision = fields.Integer(required=True)


class HarmonisedNumberSchema(Schema):
    """A number that means the same in several countries, and whether it works in this one."""

    number = fields.String(required=True)
    purpose = fields.String(required=True)
    status = fields.String(required=True, metadata={"enum": ["active", "assigned", "not_used", "unknown"]})
    operator = fields.String(required=True)
    since = fields.String(required=True)
    source_url = fields.String(required=True, metadata={"format": "uri"})


class FactSchema(Schema):
    """One thing a country has or did, as its source states it."""

    id = fields.String(required=True)
    country = fields.String(required=True, allow_none=True)
    region = fields.String(required=True)
    type = fields.String(required=True)
    title = fields.String(required=True)
    title_local = fields.String(required=True)
    reference_no = fields.String(required=True)
    issuer = fields.String(required=True)
    partners = fields.List(fields.String(), required=True)
    audience = fields.List(fields.String(), required=True)
    date_from = fields.String(required=True)
    date_to = fields.String(required=True)
    date_precision = fields.String(required=True)
    status = fields.String(required=True)
    quantity = fields.Float(required=True, allow_none=True)
    quantity_qualifier = fields.String(required=True)
    unit = fields.String(required=True)
    summary = fields.String(required=True)
    source = fields.String(required=True)


class CountrySchema(Schema):
    """A country, the numbers to call in danger, and how many services say that they serve it, by kind."""

    country = fields.String(required=True, metadata={"description": "ISO 3166-1 alpha-2"})
    name = fields.String(required=True)
    numbers = fields.List(fields.Nested(EmergencyNumberSchema), required=True)
    kinds = fields.Dict(
        keys=fields.String(),
        values=fields.Integer(),
        required=True,
        metadata={"description": "services by kind, without those for the whole world"},
    )


class CountryAloneSchema(CountrySchema):
    """The same with what else is known: harmonised numbers and the national framework."""

    harmonised = fields.List(fields.Nested(HarmonisedNumberSchema), required=True)
    facts = fields.List(fields.Nested(FactSchema), required=True)
    services = fields.String(required=True, metadata={"description": "address of the services that serve it"})


class CountriesSchema(Schema):
    """Every country, by code."""

    items = fields.List(fields.Nested(CountrySchema), required=True)
