"""Puts records into the tables: what is new is added, what differs is changed, what is the same is not touched.

Every change leaves a version and is public (or gone) at once; nothing is committed here.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from popmap import versions
from popmap.loading.services import row_of
from popmap.models import (
    Base,
    Channel,
    CountryFact,
    Coverage,
    EmergencyNumber,
    HarmonisedNumber,
    Service,
    ServiceCheck,
    Source,
)

ROLE: Final = "seed"
BATCH: Final = 1_000
TABLES: Final[Mapping[str, type[Base]]] = {
    "country_fact": CountryFact,
    "emergency_number": EmergencyNumber,
    "harmonised_number": HarmonisedNumber,
}

Record = dict[str, Any]
Progress = Callable[[str], None]

_OWN_COLUMNS: Final = (
    "kind name name_en organization summary website languages topics audiences min_age max_age cost privacy "
    "location_precision city ai status"
).split(" ")  # fmt: skip


@dataclass(slots=True)
class Tally:
    """How many records were added, changed, left alone, and how many of them wait for a moderator."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    queued: int = 0
    keys: list[int] = field(default_factory=list)


def keep_services(session: Session, records: Sequence[Record], *, reason: str, progress: Progress) -> Tally:
    """Bring the services into line with these records and refresh what the public reads."""
    tally = Tally()
    for start in range(0, len(records), BATCH):
        batch = records[start : start + BATCH]
        _keep_batch(session, batch, reason, tally)
        progress(f"services: {start + len(batch)} of {len(records)}")
    if tally.keys:
        versions.refresh(session, tally.keys)
    return tally


def keep_rows(session: Session, record_type: str, records: Sequence[Record], *, reason: str) -> Tally:
    """The same for one of the tables about countries."""
    table, tally = TABLES[record_type], Tally()
    ids = [record["id"] for record in records]
    present = {row.id: row for row in session.scalars(select(table).where(table.id.in_(ids)))}  # type: ignore[attr-defined]
    for record in records:
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
    sources = {record["id"]: record.get("source_url") or record["source"] for record in records}
    versions.record(session, record_type, sources, by_role=ROLE, reason=reason)
    return tally


def _keep_batch(session: Session, batch: Sequence[Record], reason: str, tally: Tally) -> None:
    ids = [record["id"] for record in batch]
    present = versions.bodies(session, "service", ids)
    said_before = versions.latest_by(session, "service", ids, role=ROLE)
    fresh = [record for record in batch if record["id"] not in present]
    changed = [
        record
        for record in batch
        if record["id"] in present and not _is_known(record, present[record["id"]], said_before.get(record["id"]))
    ]
    touched = [_new_service(record) for record in fresh]
    session.add_all(touched)
    touched += _change_services(session, changed)
    session.flush()
    sources = {record["id"]: record["sources"][0]["url"] for record in (*fresh, *changed)}
    versions.record(session, "service", sources, by_role=ROLE, reason=reason)
    tally.keys += [service.key for service in touched]
    tally.added += len(fresh)
    tally.changed += len(changed)
    tally.unchanged += len(batch) - len(fresh) - len(changed)
    tally.queued += sum(record["status"] == "in_review" for record in batch)


def _is_known(record: Record, present: Record, said_before: Record | None) -> bool:
    """Whether the row says nothing new: it is what the record is, or what the seed said before people changed it."""
    cells = row_of(record)
    return cells == row_of(present) or (said_before is not None and cells == row_of(said_before))


def _new_service(record: Record) -> Service:
    service = Service(id=record["id"], channels=[], coverage=[], sources=[], checks=[])
    _fill(service, record)
    return service


def _change_services(session: Session, records: Sequence[Record]) -> list[Service]:
    statement = (
        select(Service)
        .where(Service.id.in_([record["id"] for record in records]))
        .options(
            selectinload(Service.channels),
            selectinload(Service.coverage),
            selectinload(Service.sources),
            selectinload(Service.checks),
        )
    )
    services = {service.id: service for service in session.scalars(statement)}
    for service in services.values():
        service.channels, service.coverage, service.sources = [], [], []
    session.flush()  # the old coverage must be gone before the same codes come again
    for record in records:
        _fill(services[record["id"]], record)
    return list(services.values())


def _fill(service: Service, record: Record) -> None:
    _set(service, {name: record[name] for name in _OWN_COLUMNS})
    service.location = _point(record["location"])
    service.verified_on = _day(record["verified_on"])
    service.next_check_due = _day(record["next_check_due"])
    service.channels = [Channel(position=place, **channel) for place, channel in enumerate(record["channels"])]
    service.sources = [Source(position=place, **source) for place, source in enumerate(record["sources"])]
    service.coverage = _coverage(record["coverage"])
    check = {name: value for name, value in record["checks"][0].items() if name not in {"on", "next_due"}}
    on, due = _day(record["checks"][0]["on"]), _day(record["checks"][0]["next_due"])
    same = (old for old in service.checks if old.checked_on == on and old.method == check["method"])
    if next(same, None) is None:
        service.checks.append(ServiceCheck(checked_on=on, next_due=due, **check))


def _coverage(coverage: Mapping[str, Any]) -> list[Coverage]:
    parts = [Coverage(type="worldwide")] if coverage["worldwide"] else []
    parts += [Coverage(type="country", code=code) for code in coverage["countries"]]
    return parts + [Coverage(type="subdivision", code=code) for code in coverage["subdivisions"]]


def _set(row: Base, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        setattr(row, name, value)


def _point(location: Mapping[str, Any] | None) -> str | None:
    if location is None:
        return None
    lon, lat = location["coordinates"]
    return f"SRID=4326;POINT({lon!r} {lat!r})"


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
