"""Public services as CSV with the columns of the seed (RFC 4180, UTF-8), so that the file can be loaded again.

A cell that a spreadsheet would take for a formula has a ``'`` in front, which loading takes off again; numbers to dial
keep their ``+``. What the columns cannot hold (drawn areas, translations) is left to other formats.
"""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from hashlib import blake2b
from itertools import islice
from pathlib import Path
from typing import Any, Final

import orjson

from popmap.exports.columns import TABLES
from popmap.exports.rows import Cell, channels_of, coverage_of
from popmap.loading import HEADERS, all_neutralised, cells_of, neutralised

COLUMNS: Final = HEADERS["services"]
ROWS_AT_ONCE: Final = 200
_END: Final = "\r\n"
_RECORD: Final = "{"
"""What a record begins with."""

Record = Mapping[str, Any]
Rows = Callable[[Record], Iterable[Sequence[str]]]


def write(records: Iterable[str]) -> Iterator[bytes]:
    """The file in pieces: the header at once, then some rows at a time. ``records`` are public records as JSON text,
    or ready lines as ``line_of`` makes them.
    """
    yield lines([COLUMNS])
    remaining = iter(records)
    while some := list(islice(remaining, ROWS_AT_ONCE)):
        yield _END.join([*(line_of(one) if one[0] == _RECORD else one for one in some), ""]).encode()


def line_of(record: str) -> str:
    """One row, without its end: begins with the id, which no record does."""
    return _line(all_neutralised(cells_of(orjson.loads(record))))


def made_by() -> str:
    """What makes lines: those of another program are not taken for its own."""
    here = Path(__file__)
    parts = [here, *sorted((here.parents[1] / "loading").glob("*.py"))]
    return blake2b(b"".join(part.read_bytes() for part in parts), digest_size=12).hexdigest()


def write_channels(records: Iterable[str]) -> Iterator[bytes]:
    """The table of channels in the same way: one row is one way to reach a service."""
    return _written(records, _names("channels"), lambda record: map(_texts, channels_of(record)))


def write_coverage(records: Iterable[str]) -> Iterator[bytes]:
    """The table of coverage: one row is one part of the area that a service serves."""
    return _written(records, _names("coverage"), lambda record: map(_texts, coverage_of(record)))


def _written(records: Iterable[str], header: Sequence[str], rows_of: Rows) -> Iterator[bytes]:
    yield lines([header])
    remaining = iter(records)
    while some := list(islice(remaining, ROWS_AT_ONCE)):
        yield lines([row for record in some for row in rows_of(orjson.loads(record))])


def _names(table: str) -> list[str]:
    return [column.name for column in TABLES[table]]


def _texts(cells: Sequence[Cell]) -> Sequence[str]:
    return [_text(cell) for cell in cells]


def _text(cell: Cell) -> str:
    if cell is None:
        return ""
    return str(cell).lower() if isinstance(cell, bool) else neutralised(str(cell))


def lines(rows: Iterable[Sequence[str]]) -> bytes:
    """The rows, quoted where RFC 4180 asks for it."""
    return _END.join([*map(_line, rows), ""]).encode()


def _line(row: Sequence[str]) -> str:
    """Most need nothing but commas between their cells."""
    line = ",".join(row)
    is_plain = line.count(",") == len(row) - 1 and '"' not in line and "\n" not in line and "\r" not in line
    return line if is_plain else _quoted(row)


def _quoted(row: Sequence[str]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator=_END).writerow(row)
    return buffer.getvalue().removesuffix(_END)
