"""What a partner proposes, value by value: the schemas of a draft and of a report, and what is wrong by path.

What several values mean together is looked at in ``drafts``.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from marshmallow import RAISE, Schema, ValidationError, fields

from popmap import vocabulary
from popmap.errors import Fault
from popmap.gazetteer import COUNTRIES
from popmap.inputs.fields import Code, Degrees, Flag, Language, Subdivisions, Whole, Words, Zone, shown
from popmap.vocabulary import AI_QUESTIONS

ANSWERS: Final = tuple(vocabulary.YES_NO_UNKNOWN)
YOUTH_QUESTIONS: Final = tuple(vocabulary.YOUTH_QUESTIONS)


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
    free = Code(ANSWERS, load_default="unknown")
    on_phone_bill = Code(ANSWERS, load_default="unknown")
    account_needed = Code(ANSWERS, load_default="unknown")
    works_from_abroad = Code(ANSWERS, load_default="unknown")
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
    youth = fields.Dict(keys=Code(YOUTH_QUESTIONS), values=Code(ANSWERS), load_default=None, allow_none=True)
    sources = fields.List(fields.Nested(SourceDraft), load_default=list)


class ReportSchema(StrictSchema):
    """That something is wrong with a service, and what; words are optional."""

    problem = Code(vocabulary.PROBLEMS, required=True)
    words = Words(2000, lines=True, load_default="")


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
