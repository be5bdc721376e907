"""Public services as CSV with the columns of the seed (RFC 4180, UTF-8), so that the file can be loaded again.

A cell that a spreadsheet would take for a formula has a ``'`` in front, which loading takes off again; numbers to dial
keep their ``+``. What the columns cannot hold (drawn areas, translations) is left to other formats.
"""

import csv
import io
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final

import orjson

from popmap.loading import HEADERS, neutralised, row_of

COLUMNS: Final = HEADERS["services"]
ROWS_AT_ONCE: Final = 200


def write(records: Iterable[str]) -> Iterator[bytes]:
    """The file in pieces: the header at once, then some rows at a time. ``records`` are public records as JSON text."""
    yield _lines([COLUMNS])
    remaining = iter(records)
    while some := list(islice(remaining, ROWS_AT_ONCE)):
        yield _lines(map(_cells, some))


def _cells(record: str) -> list[str]:
    cells = row_of(orjson.loads(record))
    return [neutralised(cells[column]) for column in COLUMNS]


def _lines(rows: Iterable[Iterable[str]]) -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\r\n").writerows(rows)
    return buffer.getvalue().encode()
