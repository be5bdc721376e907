"""Text from outside into checked values, or an ``InputError`` that names what is wrong and what is allowed.

Every address, form and body passes here before anything else looks at it: ``criteria`` are those of a question,
``drafts`` what a partner proposes, ``comparisons`` what may be there already. ``texts`` and ``fields`` say what a text
may be made of. What goes out is described in ``outputs``.
"""

from popmap.inputs.comparisons import ComparisonSchema, checked_comparison
from popmap.inputs.criteria import (
    MAX_LIMIT,
    MAX_VALUES,
    MAX_ZOOM,
    Arguments,
    CriteriaSchema,
    LanguageSchema,
    ListQuery,
    ListSchema,
    MapQuery,
    MapSchema,
    PlacesSchema,
    criteria_query,
    parse_criteria,
    parse_list,
    read,
)
from popmap.inputs.drafts import DraftSchema, Proposal, ReportSchema, as_draft, checked_proposal, checked_report
from popmap.inputs.features import (
    CRS84,
    EPSG_3857,
    EPSG_4326,
    REFERENCES,
    FeaturesQuery,
    FeaturesSchema,
    FormatSchema,
    ItemSchema,
    TileSchema,
)
from popmap.inputs.fields import Box, Code, Day, Language, LonLat, Pattern, Text, Whole
from popmap.inputs.texts import MAX_DEPTH, MAX_TEXT, as_json, clean_text, clean_words, json_object, tells_who_writes

__all__ = [
    "CRS84",
    "EPSG_3857",
    "EPSG_4326",
    "MAX_DEPTH",
    "MAX_LIMIT",
    "MAX_TEXT",
    "MAX_VALUES",
    "MAX_ZOOM",
    "REFERENCES",
    "Arguments",
    "Box",
    "Code",
    "ComparisonSchema",
    "CriteriaSchema",
    "Day",
    "DraftSchema",
    "FeaturesQuery",
    "FeaturesSchema",
    "FormatSchema",
    "ItemSchema",
    "Language",
    "LanguageSchema",
    "ListQuery",
    "ListSchema",
    "LonLat",
    "MapQuery",
    "MapSchema",
    "Pattern",
    "PlacesSchema",
    "Proposal",
    "ReportSchema",
    "Text",
    "TileSchema",
    "Whole",
    "as_draft",
    "as_json",
    "checked_comparison",
    "checked_proposal",
    "checked_report",
    "clean_text",
    "clean_words",
    "criteria_query",
    "json_object",
    "parse_criteria",
    "parse_list",
    "read",
    "tells_who_writes",
]
