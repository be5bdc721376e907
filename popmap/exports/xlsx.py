"""Public services as an Excel workbook: one sheet each for services, channels, coverage and the dictionary.

Every text is a text cell, never a formula, a link or a number; row after row goes to disk, so that a million of them
need no more memory than one. A sheet that is full goes on in another.
"""

import tempfile
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import orjson
import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from popmap.exports.columns import TABLES
from popmap.exports.rows import Cell, rows_of

MOST_ROWS: Final = 1_048_576
"""Of one sheet, its header included."""
_CREATED: Final = datetime(2000, 1, 1, tzinfo=UTC)
"""Not the moment of writing: two workbooks of the same services are the same bytes."""
_OPTIONS: Final = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_DICTIONARY: Final = ("table", "column", "type", "unit", "code_list", "separator", "description", "missing")
_WIDTH: Final = 18


def make(records: Iterable[str], path: Path) -> None:
    """Write the workbook to this path; ``records`` are public records as JSON texts."""
    with (
        tempfile.TemporaryDirectory(prefix="popmap-xlsx-") as folder,
        xlsxwriter.Workbook(path, {**_OPTIONS, "tmpdir": folder}) as workbook,
    ):
        workbook.set_properties({"created": _CREATED})
        sheets = {
            table: Sheet(workbook, table, [column.name for column in columns]) for table, columns in TABLES.items()
        }
        for record in records:
            for table, rows in rows_of(orjson.loads(record)).items():
                for row in rows:
                    sheets[table].add(row)
        dictionary = Sheet(workbook, "dictionary", _DICTIONARY)
        for table, columns in TABLES.items():
            for one in columns:
                described = (one.type, one.unit, one.codes, one.separator, one.description, one.missing)
                dictionary.add([table, one.name, *described])


class Sheet:
    """A table that grows at its end, with a header that stays in sight."""

    def __init__(self, workbook: Any, name: str, header: Sequence[str]) -> None:
        """Add the sheet to the workbook with its header."""
        self._workbook, self._name, self._header = workbook, name, header
        self._bold = workbook.add_format({"bold": True})
        self._parts = 0
        self._sheet = self._begun()

    def add(self, cells: Sequence[Cell]) -> None:
        """Add one row."""
        if self._row == MOST_ROWS:
            self._sheet = self._begun()
        for place, value in enumerate(cells):
            if value is not None and value != "":
                _put(self._sheet, self._row, place, value)
        self._row += 1

    def _begun(self) -> Worksheet:
        self._parts += 1
        sheet: Worksheet = self._workbook.add_worksheet(
            self._name if self._parts == 1 else f"{self._name} {self._parts}"
        )
        sheet.freeze_panes(1, 1)
        sheet.set_column(0, len(self._header) - 1, _WIDTH)
        for place, name in enumerate(self._header):
            sheet.write_string(0, place, name, self._bold)
        self._row = 1
        return sheet


def _put(sheet: Worksheet, row: int, place: int, value: Cell) -> None:
    if isinstance(value, bool):
        failed = sheet.write_boolean(row, place, value)
    elif isinstance(value, int | float):
        failed = sheet.write_number(row, place, value)
    else:
        failed = sheet.write_string(row, place, str(value))
    if failed:
        raise ValueError(f"A cell does not fit into the sheet ({failed}).")
