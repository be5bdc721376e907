"""What an OGC API asks for, into checked values: criteria as everywhere, and the standard's own parameters.

The boxes and references of Part 2, the interval of Part 1, the filter of Part 3, tiles of Web Mercator. An unknown name
or value is refused as everywhere in this project, also where the standard would let it pass.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from marshmallow import RAISE, Schema, ValidationError, fields, post_load, validates_schema

from popmap import geo
from popmap.catalogue import expressions
from popmap.catalogue.criteria import Criteria
from popmap.catalogue.features import MAX_FEATURES, MAX_OFFSET, Selection
from popmap.errors import InputError
from popmap.geo import BBox, GeoError
from popmap.inputs.criteria import CURSOR, CriteriaSchema, criteria_of
from popmap.inputs.fields import Code, Pattern, Whole, refuse

CRS84: Final = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
EPSG_4326: Final = "http://www.opengis.net/def/crs/EPSG/0/4326"
EPSG_3857: Final = "http://www.opengis.net/def/crs/EPSG/0/3857"
REFERENCES: Final = (CRS84, EPSG_4326, EPSG_3857)
"""The references of coordinates, the stored one first; EPSG:4326 has latitude before longitude."""

DEFAULT_LIMIT: Final = 10
FORMATS: Final = ("json", "html")
CQL2: Final = "cql2-text"

_NUMBER: Final = re.compile(r"-?[0-9]{1,9}(?:\.[0-9]{1,15})?")
_MOMENT: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?(?:[Zz]|[+-][0-9]{2}:[0-9]{2}))?"
)
_OPEN: Final = frozenset({"", ".."})
_BOX_WORDS: Final = "four numbers (or six with heights): west,south,east,north, or as bbox-crs has its axes"
_INTERVAL_WORDS: Final = "an instant or interval of RFC 3339, such as 2026-01-01T00:00:00Z/.."


@dataclass(frozen=True, slots=True)
class FeaturesQuery:
    """One page of items: which, how many, from where, in which reference of coordinates."""

    selection: Selection
    limit: int = DEFAULT_LIMIT
    offset: int = 0
    cursor: str | None = None
    crs: str = CRS84


class Limit(fields.Integer):
    """A page's size; what is more than the largest page is the largest page, as Part 1 has it."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> int:
        if not re.fullmatch(r"0*[1-9][0-9]{0,8}", str(value)):
            raise refuse("malformed", value, [f"1 to {MAX_FEATURES}"])
        return min(int(value), MAX_FEATURES)


class Interval(fields.String):
    """An instant, or two with a slash between them, one of which may be open."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> tuple[datetime | None, datetime | None]:  # type: ignore[override]
        begin, slash, end = str(value).partition("/")
        try:
            if not slash:
                return _moment(begin, last=False), _moment(begin, last=True)
            bounds = (
                None if begin in _OPEN else _moment(begin, last=False),
                None if end in _OPEN else _moment(end, last=True),
            )
        except (ValueError, OverflowError) as error:
            raise refuse("malformed", value, [_INTERVAL_WORDS]) from error
        if bounds == (None, None) or (bounds[0] and bounds[1] and bounds[0] > bounds[1]):
            raise refuse("out_of_range", value, [_INTERVAL_WORDS])
        return bounds


class AnyBox(fields.String):
    """The text of a box; its numbers are read once its reference is known."""


class Expression(fields.String):
    """A filter in CQL2's text form."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> str:
        text = str(value)
        try:
            expressions.compiled(text)
        except InputError as error:
            (fault,) = error.faults
            raise refuse(fault.code, fault.value, fault.allowed) from error
        return text


class FormatSchema(Schema):
    """Only the format of the answer."""

    class Meta:
        """An unknown name is refused, never ignored."""

        unknown = RAISE

    f = Code(FORMATS)


class ItemSchema(FormatSchema):
    """The format and the reference of one item."""

    crs = Code(REFERENCES, load_default=CRS84)


class FeaturesSchema(CriteriaSchema):
    """Criteria and the parameters of OGC API - Features, Parts 1 to 3."""

    class Meta:
        """An unknown name is refused, never ignored; names with a hyphen can stand nowhere else."""

        unknown = RAISE
        exclude = ("sort",)
        include = {
            "bbox-crs": Code(REFERENCES, load_default=CRS84),
            "filter-lang": Code((CQL2,)),
            "filter-crs": Code((CRS84,)),
        }

    f = Code(FORMATS)
    limit = Limit()
    offset = Whole(0, MAX_OFFSET)
    cursor = Pattern(CURSOR, words="the cursor of a next link, with the same parameters")
    bbox = AnyBox()  # type: ignore[assignment]  # its numbers wait for their reference
    crs = Code(REFERENCES)
    datetime = Interval()
    filter = Expression()

    @validates_schema
    def _one_beginning(self, data: Mapping[str, Any], **_: Any) -> None:
        if "cursor" in data and "offset" in data:
            raise ValidationError(refuse("needs", "offset", ["either cursor or offset"]).messages, "offset")
        if "filter" not in data:
            for name in ("filter-lang", "filter-crs"):
                if name in data:
                    raise ValidationError(refuse("needs", data[name], ["filter"]).messages, name)

    @post_load
    def _as_values(self, data: dict[str, Any], **_: Any) -> FeaturesQuery:
        for name in ("f", "filter-lang", "filter-crs"):
            data.pop(name, None)
        reference = data.pop("bbox-crs")
        if box := data.pop("bbox", ""):
            data["bbox"] = _box(box, reference)
        since, until = data.pop("datetime", (None, None))
        page = {name: data.pop(name) for name in ("limit", "offset", "cursor", "crs") if name in data}
        asked = data.pop("filter", None)
        return FeaturesQuery(Selection(criteria_of(data), since, until, asked), **page)


class TileSchema(CriteriaSchema):
    """Criteria of a vector tile; where it lies is said by its address."""

    class Meta:
        """An unknown name is refused, never ignored."""

        unknown = RAISE
        exclude = ("sort", "bbox")

    @post_load
    def _as_values(self, data: dict[str, Any], **_: Any) -> Criteria:
        return criteria_of(data)


def _moment(text: str, *, last: bool) -> datetime:
    """Return an instant; of a day its first or last."""
    if not _MOMENT.fullmatch(text):
        raise ValueError(text)
    if len(text) > 10:
        return datetime.fromisoformat(text.upper()).astimezone(UTC)
    first = datetime.combine(date.fromisoformat(text), time(), UTC)
    return first + timedelta(days=1, microseconds=-1) if last else first


def _box(text: str, reference: str) -> BBox:
    """Return a box in degrees, longitude first, whatever the axes of the reference are."""
    numbers = text[:300].split(",")
    if len(text) > 300 or len(numbers) not in (4, 6) or not all(_NUMBER.fullmatch(one) for one in numbers):
        raise ValidationError(refuse("malformed", text, [_BOX_WORDS]).messages, "bbox")
    half = len(numbers) // 2
    low, high = [float(one) for one in numbers[:2]], [float(one) for one in numbers[half : half + 2]]
    try:
        if reference == EPSG_4326:
            low, high = low[::-1], high[::-1]
        elif reference == EPSG_3857:
            low, high = list(geo.from_mercator(*low)), list(geo.from_mercator(*high))
        return BBox(*low, *high)
    except GeoError as error:
        raise ValidationError(refuse(error.code, text, [_BOX_WORDS]).messages, "bbox") from error
