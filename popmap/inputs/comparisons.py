"""What somebody knows of a service that may be in the catalogue already → the entry that is looked for.

Any part may be missing and none is judged: a number half typed is no mistake here. Only shape, size and codes are.
"""

from collections.abc import Mapping
from typing import Any, Final

from marshmallow import fields

from popmap.duplicates import Entry
from popmap.errors import Fault, InputError
from popmap.gazetteer import COUNTRIES
from popmap.inputs.draft_schemas import StrictSchema, loaded
from popmap.inputs.drafts import MAX_CHANNELS
from popmap.inputs.fields import Code, Words
from popmap.vocabulary import CHANNELS

_LONGEST_VALUE: Final = 2000


class ComparedChannelSchema(StrictSchema):
    """One way to reach the service."""

    type = Code(CHANNELS, required=True)
    value = Words(_LONGEST_VALUE, required=True, metadata={"description": "number or address, however written"})


class ComparisonSchema(StrictSchema):
    """What is known of a service; every part may be left out."""

    name = Words(200, load_default="", metadata={"description": "in any script"})
    name_en = Words(200, load_default="")
    organization = Words(300, load_default="")
    country = Code(COUNTRIES, words="an ISO 3166-1 alpha-2 code such as MA", load_default="")
    channels = fields.List(fields.Nested(ComparedChannelSchema), load_default=list, metadata={"maxItems": MAX_CHANNELS})
    website = Words(_LONGEST_VALUE, load_default="")


_COMPARISON: Final = ComparisonSchema()


def checked_comparison(given: Mapping[str, Any]) -> Entry:
    """The entry that these values describe. Raises ``InputError`` with every fault found, named by path."""
    found, faults = loaded(_COMPARISON, given)
    if not faults and len(found["channels"]) > MAX_CHANNELS:
        faults = [Fault("channels", "too_many", str(len(found["channels"])), (f"at most {MAX_CHANNELS}",))]
    if faults:
        raise InputError(faults)
    return Entry(
        [name for name in (found["name"], found["name_en"]) if name],
        found["organization"],
        [found["country"]] if found["country"] else [],
        [(channel["type"], channel["value"]) for channel in found["channels"]],
        found["website"],
    )
