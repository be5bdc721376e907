"""``popmap load``: one of the four CSV files into the catalogue, whole or not at all, as often as one likes.

``table`` reads the file, ``fields`` its cells, ``services`` (with ``channel_hours``, ``not_in_use``) and ``countries``
say what a row means, ``store`` writes, ``decided`` knows what it leaves alone.
The door that calls opens the transaction; files go out again through ``exports``.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from sqlalchemy.orm import Session

from popmap.errors import Fault, InputError
from popmap.loading import channel_hours, countries, not_in_use, services
from popmap.loading.fields import Fields
from popmap.loading.services import cells_of, column_of, onto, row_of
from popmap.loading.store import keep_rows, keep_services
from popmap.loading.table import HEADERS, MAX_FAULTS, Row, Table, all_neutralised, neutralised, rows_in, rows_of

__all__ = [
    "COMPILED_ON",
    "HEADERS",
    "Left",
    "Report",
    "all_neutralised",
    "cells_of",
    "column_of",
    "load_file",
    "neutralised",
    "onto",
    "proposed_records",
    "row_of",
]

COMPILED_ON: Final = date(2026, 11, 21)
"""The day the seed was compiled: a row's facts count as seen on it unless another day is given. Never too fresh."""

Record = dict[str, Any]

_ROWS: Final[Mapping[str, tuple[str, Callable[[Fields], Record]]]] = {
    "country_facts": ("country_fact", countries.fact_of),
    "emergency_numbers": ("emergency_number", countries.emergency_of),
    "harmonised_numbers": ("harmonised_number", countries.harmonised_of),
}


@dataclass(frozen=True, slots=True, order=True)
class Left:
    """A row of the file whose record stays as it is, since people decided so."""

    line: int
    id: str
    why: str

    def __str__(self) -> str:
        """One line for the command's reader."""
        return f"row {self.line}: {self.id}: {self.why}; left as it is"


@dataclass(frozen=True, slots=True)
class Report:
    """What a load did (or, on a dry run, would do). ``queued``: rows of low confidence, which visitors do not see.

    ``left``: the rows whose records people's decisions keep as they are.
    """

    kind: str
    added: int
    changed: int
    unchanged: int
    queued: int
    dry_run: bool = False
    left: Sequence[Left] = ()

    def __str__(self) -> str:
        """One line for the command's reader, and one for every row that was left alone."""
        verdict = "dry run, nothing was kept: " if self.dry_run else ""
        total = (
            f"{verdict}{self.kind}: {self.added} added, {self.changed} changed, {self.unchanged} unchanged; "
            f"{self.queued} of low confidence, not shown to visitors"
        )
        return "\n".join([f"{total}; {len(self.left)} left as decided", *map(str, self.left)]) if self.left else total


def load_file(
    session: Session,
    path: Path,
    *,
    dry_run: bool = False,
    progress: Callable[[str], None] | None = None,
    checked_on: date = COMPILED_ON,
    overwrite: bool = False,
) -> Report:
    """Load a CSV file; its header says which of the four kinds it is.

    A second load of the same file changes nothing. ``checked_on`` is the day on which the facts of the rows were seen.
    What was taken down stays down, and what moderators decided on since it was loaded stays theirs unless
    ``overwrite``; the report names these rows. Along with a ``services.csv`` the ``channel_hours.csv`` beside it is
    read, and what the ``harmonised_numbers.csv`` there says is not in use. Raises ``InputError`` with a fault for every
    row and column that is wrong; then nothing of the file was used.
    """
    table, faults = rows_in(path)
    if table.kind == channel_hours.KIND:
        raise InputError(
            [Fault("file", "unknown_value", path.name, (f"{channel_hours.BESIDE}, which reads it along",))]
        )
    line_of, records = _records(table, faults, checked_on)
    reason = f"loaded from {path.name}"
    savepoint = session.begin_nested()
    if table.kind == "services":
        channel_hours.give(records, channel_hours.beside(path))
        not_in_use.leave_out(records, not_in_use.beside(path))
        tally = keep_services(session, records, reason=reason, progress=progress or _silent, overwrite=overwrite)
    else:
        tally = keep_rows(session, _ROWS[table.kind][0], records, reason=reason)
    if dry_run:
        savepoint.rollback()
        session.expire_all()
    else:
        savepoint.commit()
    left = sorted(Left(line_of[id_], id_, why) for id_, why in tally.left.items())
    return Report(table.kind, tally.added, tally.changed, tally.unchanged, tally.queued, dry_run, left)


def proposed_records(raw: bytes, *, checked_on: date) -> tuple[list[tuple[int, Record]], list[Fault]]:
    """The services in the bytes of a CSV file, each with its line, read as strictly as for loading, and not loaded.

    With them comes what is wrong with them: the record of a row with a fault is good for a second look at its other
    columns, and for nothing else. Raises ``InputError`` where the whole is no table of services.
    """
    table, faults = rows_of(raw)
    if table.kind != "services":
        raise InputError([Fault("file", "unknown_value", table.kind, ["services"], 1)])
    found, more = _read_rows(table, checked_on)
    return found, [*faults, *more]


def _records(table: Table, faults: list[Fault], checked_on: date) -> tuple[dict[str, int], list[Record]]:
    """The line of every id, and the records; all of them, or ``InputError`` with these faults and all others."""
    found, more = _read_rows(table, checked_on)
    if faults or more:
        raise InputError(sorted([*faults, *more], key=lambda one: one.row or 0)[:MAX_FAULTS])
    return {record["id"]: line for line, record in found}, [record for _, record in found]


def _read_rows(table: Table, checked_on: date) -> tuple[list[tuple[int, Record]], list[Fault]]:
    records: list[tuple[int, Record]] = []
    faults: list[Fault] = []
    line_of: dict[str, int] = {}
    for row in table.rows:
        fields = Fields(row)
        record = _record(table.kind, row, fields, checked_on)
        first = line_of.setdefault(record["id"], row.line)
        if first != row.line:
            column = "id" if "id" in row.cells else "number" if "number" in row.cells else "title"
            fields.fault(column, "duplicate", (f"once in a file; it stands on line {first}",))
        faults += fields.faults
        records.append((row.line, record))
        if len(faults) >= MAX_FAULTS:
            break
    return records, faults


def _record(kind: str, row: Row, fields: Fields, checked_on: date) -> Record:
    if kind == "services":
        return services.record_of(row, fields, checked_on=checked_on)
    return _ROWS[kind][1](fields)


def _silent(_line: str) -> None:
    """Progress for those who do not ask for it."""
