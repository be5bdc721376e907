"""Puts records into the tables: what is new is added, what differs is changed, what is the same is not touched.

Which records are left alone whatever a file says, ``decided`` knows. Every change leaves a version and is public (or
gone) at once; nothing is committed here.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from popmap import records, versions
from popmap.loading.decided import left_alone
from popmap.loading.services import row_of
from popmap.models import Base, CountryFact, EmergencyNumber, HarmonisedNumber
from popmap.records import Decision

ROLE: Final = "seed"
BATCH: Final = 1_000
TABLES: Final[Mapping[str, type[Base]]] = {
    "country_fact": CountryFact,
    "emergency_number": EmergencyNumber,
    "harmonised_number": HarmonisedNumber,
}

Record = dict[str, Any]
Progress = Callable[[str], None]

_NOT_IN_THE_FILE: Final = frozenset({"operator_type", "translations", "visitable"})
"""What no column says: it stays as people made it."""


@dataclass(slots=True)
class Tally:
    """How many records were added, changed, unchanged, and how many of them wait for a moderator.

    ``left``: those that people's decisions keep as they are, with the reason by id; they count nowhere else.
    """

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    queued: int = 0
    keys: list[int] = field(default_factory=list)
    left: dict[str, str] = field(default_factory=dict)


def keep_services(
    session: Session, given: Sequence[Record], *, reason: str, progress: Progress, overwrite: bool = False
) -> Tally:
    """Bring the services into line with these records and refresh what the public reads.

    What was taken down is left alone; so is what moderators decided on since its load, unless ``overwrite``.
    """
    tally = Tally()
    records.decide(session, Decision("load", by_role=ROLE, reason=reason))
    for start in range(0, len(given), BATCH):
        batch = given[start : start + BATCH]
        _keep_batch(session, batch, tally, reason=reason, overwrite=overwrite)
        progress(f"services: {start + len(batch)} of {len(given)}")
    if tally.keys:
        versions.refresh(session, tally.keys)
    return tally


def keep_rows(session: Session, record_type: str, given: Sequence[Record], *, reason: str) -> Tally:
    """The same for one of the tables about countries."""
    table, tally = TABLES[record_type], Tally()
    ids = [record["id"] for record in given]
    present = {row.id: row for row in session.scalars(select(table).where(table.id.in_(ids)))}  # type: ignore[attr-defined]
    for record in given:
        row = present.get(record["id"])
        if row is None:
            session.add(table(**record))
            tally.added += 1
        elif all(getattr(row, name) == value for name, value in record.items()):
            tally.unchanged += 1
        else:
            _set(row, record)
            tally.changed += 1
        tally.queued += record.get("confidence") == "low"
    session.flush()
    sources = {record["id"]: record.get("source_url") or record["source"] for record in given}
    versions.record(session, record_type, sources, by_role=ROLE, reason=reason)
    return tally


def _keep_batch(session: Session, batch: Sequence[Record], tally: Tally, *, reason: str, overwrite: bool) -> None:
    ids = [record["id"] for record in batch]
    present = versions.bodies(session, "service", ids)
    said_before = versions.latest_by(session, "service", ids, role=ROLE)
    fresh = [record for record in batch if record["id"] not in present]
    differing = {
        record["id"]: record
        for record in batch
        if record["id"] in present and not _is_known(record, present[record["id"]], said_before.get(record["id"]))
    }
    left = left_alone(session, list(present), differing=differing.keys(), role=ROLE, overwrite=overwrite)
    changed = [record for id_, record in differing.items() if id_ not in left]
    touched = records.put(session, [_written(record) for record in (*fresh, *changed)])
    sources = {record["id"]: record["sources"][0]["url"] for record in (*fresh, *changed)}
    versions.record(session, "service", sources, by_role=ROLE, reason=reason)
    tally.keys += [service.key for service in touched]
    tally.left |= left
    tally.added += len(fresh)
    tally.changed += len(changed)
    tally.unchanged += len(batch) - len(fresh) - len(changed) - len(left)
    tally.queued += sum(record["status"] == "in_review" for record in batch if record["id"] not in left)


def _is_known(record: Record, present: Record, said_before: Record | None) -> bool:
    """Whether the row says nothing new: it is what the record is, or what the seed said before people changed it."""
    cells = row_of(record)
    return cells == row_of(present) or (said_before is not None and cells == row_of(said_before))


def _written(record: Record) -> Record:
    return {name: value for name, value in record.items() if name not in _NOT_IN_THE_FILE}


def _set(row: Base, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        setattr(row, name, value)
