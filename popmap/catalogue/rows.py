"""The public view of services for expressions; what it holds is decided in the migrations."""

from collections.abc import Sequence

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    Date,
    DateTime,
    SmallInteger,
    Text,
    cast,
    column,
    table,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TSVECTOR

_texts = ARRAY(Text)

listing = table(
    "public_service",
    column("key", BigInteger),
    column("id", Text),
    column("kind", Text),
    column("name", Text),
    column("name_en", Text),
    column("sort_name", Text),
    column("search_text", Text),
    column("search", TSVECTOR),
    column("topics", _texts),
    column("languages", _texts),
    column("audiences", _texts),
    column("channel_types", _texts),
    column("coverage_codes", _texts),
    column("country_codes", _texts),
    column("specificity", SmallInteger),
    column("has_area", Boolean),
    column("min_age", SmallInteger),
    column("max_age", SmallInteger),
    column("cost", Text),
    column("privacy", Text),
    column("visitable", Boolean),
    column("point"),
    column("place_id", BigInteger),
    column("check_level", SmallInteger),
    column("verified_on", Date),
    column("next_check_due", Date),
    column("updated_at", DateTime(timezone=True)),
    column("hours_keys", _texts),
    column("ai", JSONB),
    column("document", Text),
).alias("s")
"""One row per public service; named ``s`` as in every piece of SQL of this package."""


def overlap(column: ColumnElement[list[str]], values: Sequence[str]) -> ColumnElement[bool]:
    """Return the condition that an array column and these values have something in common."""
    return column.op("&&", is_comparison=True)(cast(list(values), _texts))
