"""Public records as Arrow batches: what GeoParquet, GeoPackage and FlatGeobuf are written from, some rows at a time.

The columns are those of ``columns.RECORD`` with a point (WKB) in front. Where a format holds lists and tables within a
cell they are whole; where it does not (``flat``) they are JSON texts, whole as well.
"""

import struct
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, Final

import orjson
import pyarrow as pa

from popmap.exports.columns import RECORD, Column

GEOMETRY: Final = "geometry"
RECORDS_AT_ONCE: Final = 500
_POINT: Final = struct.Struct("<BIdd")

_TEXTS: Final = pa.list_(pa.string())
_CHANNEL: Final = pa.struct(
    [(name, pa.string()) for name in ("type", "value", "e164", "label", "hours", "timezone")]
    + [("languages", _TEXTS)]
    + [(name, pa.string()) for name in ("free", "on_phone_bill", "account_needed", "works_from_abroad", "answered_by")]
    + [("linkable", pa.bool_())]
)
_WHOLE: Final[Mapping[str, pa.DataType]] = {
    "coverage": pa.struct(
        [("worldwide", pa.bool_()), ("countries", _TEXTS), ("subdivisions", _TEXTS), ("has_area", pa.bool_())]
    ),
    "channels": pa.list_(_CHANNEL),
    "sources": pa.list_(pa.struct([(name, pa.string()) for name in ("url", "seen", "seen_on")])),
    "check": pa.struct(
        [("level", pa.int8())]
        + [(name, pa.string()) for name in ("method", "on", "by_role", "next_due", "evidence_url")]
    ),
}
"""What has the same parts in every record; other objects (translations, answers about AI) are JSON texts everywhere."""
_PLAIN: Final[Mapping[str, pa.DataType]] = {
    "string": pa.string(),
    "integer": pa.int16(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "datetime": pa.timestamp("ms", tz="UTC"),
    "list": _TEXTS,
    "object": pa.string(),
}


# gives back to the system what it needs no more; the pools that Arrow brings along keep it
pa.set_memory_pool(pa.system_memory_pool())


def schema(*, flat: bool) -> pa.Schema:
    """The columns and their types."""
    return pa.schema([(GEOMETRY, pa.binary()), *((column.name, _type(column, flat)) for column in RECORD)])


def batches(records: Iterable[str], *, flat: bool) -> Iterator[pa.RecordBatch]:
    """The records, some at a time; ``records`` are public records as JSON texts."""
    columns, remaining = schema(flat=flat), iter(records)
    texts = [one.name for one in columns if one.name != GEOMETRY and _is_json(one.name, one.type)]
    while some := list(islice(remaining, RECORDS_AT_ONCE)):
        rows = [_row(record, texts) for record in some]
        yield pa.record_batch(
            [_array([row.get(one.name) for row in rows], one.type) for one in columns], schema=columns
        )


def reader(records: Iterable[str], *, flat: bool) -> pa.RecordBatchReader:
    """The same as one stream."""
    return pa.RecordBatchReader.from_batches(schema(flat=flat), batches(records, flat=flat))


def _type(column: Column, flat: bool) -> pa.DataType:
    if flat and column.type in {"list", "object"}:
        return pa.string()
    return _WHOLE.get(column.name, _PLAIN[column.type])


def _is_json(name: str, kind: pa.DataType) -> bool:
    return kind == pa.string() and next(one.type for one in RECORD if one.name == name) in {"list", "object"}


def _row(record: str, texts: Iterable[str]) -> dict[str, Any]:
    row: dict[str, Any] = orjson.loads(record)
    for name in texts:
        if row[name] is not None:
            row[name] = orjson.dumps(row[name]).decode()
    row[GEOMETRY] = _POINT.pack(1, 1, *row["location"]["coordinates"]) if row["location"] else None
    return row


def _array(values: list[Any], kind: pa.DataType) -> pa.Array:
    if kind in {pa.date32(), _PLAIN["datetime"]}:
        return pa.array(values, pa.string()).cast(kind)
    return pa.array(values, kind)
