"""The public views and tables as this package sees them; what they hold is decided in the migrations."""

from collections.abc import Sequence

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    Date,
    DateTime,
    Integer,
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
)
"""One row per public service."""

coverage = table(
    "public_coverage", column("service_key", BigInteger), column("type", Text), column("code", Text), column("shape")
)
check = table(
    "public_check",
    column("service_key", BigInteger),
    column("level", SmallInteger),
    column("method", Text),
    column("evidence_url", Text),
    column("checked_on", Date),
    column("by_role", Text),
    column("next_due", Date),
)
area = table("area", column("code", Text), column("shape"), column("label_point"))
catalogue_revision = table("catalogue_revision", column("number", BigInteger), column("xmin"))
cell = table(
    "cell",
    column("zoom", SmallInteger),
    column("cx", Integer),
    column("cy", Integer),
    column("kind", Text),
    column("n", Integer),
    column("sum_x"),
    column("sum_y"),
    column("sum_key", BigInteger),
    column("min_x"),
    column("min_y"),
    column("max_x"),
    column("max_y"),
    column("place_id", BigInteger),
    column("population", Integer),
)
"""The pyramid: clusters by zoom, cell and kind."""


def overlap(column: ColumnElement[list[str]], values: Sequence[str]) -> ColumnElement[bool]:
    """Return the condition that an array column and these values have something in common."""
    return column.op("&&", is_comparison=True)(cast(list(values), _texts))
