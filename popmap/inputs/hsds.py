"""What an HSDS API is asked, by the standard's own names, into checked values.

Which taxonomy, term or organisation a UUID stands for is looked up by the door that asks.
"""

import re
from datetime import UTC, datetime
from typing import Any, Final

from marshmallow import RAISE, Schema, fields

from popmap.inputs.fields import Code, Pattern, Text, Whole, refuse

MAX_PER_PAGE: Final = 100
UUID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_MOMENT: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?(?:Z|[+-][0-9:]{5})?)?"
)


class Moment(fields.String):
    """A day or a moment of ISO 8601; UTC where nothing else is said."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> datetime:  # type: ignore[override]
        try:
            if _MOMENT.fullmatch(str(value)):
                found = datetime.fromisoformat(str(value))
                return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
        except (ValueError, OverflowError) as error:
            raise refuse("out_of_range", value, ["a moment such as 2026-01-31T12:00:00Z"]) from error
        raise refuse("malformed", value, ["a moment such as 2026-01-31T12:00:00Z"])


def _answer() -> Code:
    return Code(("true", "false"), load_default="false")


def _uuid() -> Pattern:
    return Pattern(UUID, words="a UUID of this API, in small letters")


class PagesSchema(Schema):
    """Which page, and how."""

    class Meta:
        """An unknown name is refused, never ignored."""

        unknown = RAISE

    search = Text()
    page = Whole(1, 9_999, load_default=1)
    per_page = Whole(1, MAX_PER_PAGE, load_default=50)
    format = Code(("json", "ndjson"), load_default="json")


class PlacesOfServicesSchema(PagesSchema):
    """Services at their seats."""

    taxonomy_term_id = _uuid()
    taxonomy_id = _uuid()
    organization_id = _uuid()
    modified_after = Moment()
    full = _answer()


class ServicesOfHsdsSchema(PlacesOfServicesSchema):
    """Services."""

    minimal = _answer()


class OrganizationsSchema(PagesSchema):
    """Organisations."""

    full_service = _answer()
    full = _answer()


class OrganizationSchema(Schema):
    """One organisation."""

    class Meta:
        """An unknown name is refused, never ignored."""

        unknown = RAISE

    full_service = _answer()


class TermsSchema(PagesSchema):
    """Terms of taxonomies."""

    taxonomy_id = _uuid()
    parent_id = _uuid()
    top_only = _answer()
