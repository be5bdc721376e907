"""A public record as rows of the flat tables: services, its channels, and the parts of the area it serves."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from popmap.exports.columns import CHANNELS, SERVICES, TABLES
from popmap.loading import row_of

Cell = str | int | float | bool | None
"""A value as it stands in the record; None is an empty cell."""

_TAKEN = tuple(column.name for column in CHANNELS if column.name not in {"service_id", "position", "languages"})


def rows_of(record: Mapping[str, Any]) -> Mapping[str, Iterator[Sequence[Cell]]]:
    """The record's rows in each of ``TABLES``, with the columns of that table."""
    made = {"services": iter([_service(record)]), "channels": channels_of(record), "coverage": coverage_of(record)}
    assert made.keys() == TABLES.keys()  # noqa: S101 - a table without rows is a mistake
    return made


def _service(record: Mapping[str, Any]) -> Sequence[Cell]:
    cells = row_of(record)
    return [_number(cells[one.name]) if one.type in {"number", "integer"} else cells[one.name] for one in SERVICES]


def _number(text: str) -> float | int | None:
    return None if text == "" else float(text) if "." in text else int(text)


def channels_of(record: Mapping[str, Any]) -> Iterator[Sequence[Cell]]:
    """The ways to reach the service, in their order."""
    for position, channel in enumerate(record["channels"], start=1):
        values = {name: channel[name] for name in _TAKEN}
        values |= {"service_id": record["id"], "position": position, "languages": ";".join(channel["languages"])}
        yield [values[column.name] for column in CHANNELS]


def coverage_of(record: Mapping[str, Any]) -> Iterator[Sequence[Cell]]:
    """The parts of the area that the service serves."""
    served, name = record["coverage"], record["id"]
    if served["worldwide"]:
        yield [name, "worldwide", None]
    for kind, codes in (("country", served["countries"]), ("subdivision", served["subdivisions"])):
        for code in codes:
            yield [name, kind, code]
    if served["has_area"]:
        yield [name, "area", None]
