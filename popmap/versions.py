"""History of every record: what it was, from when on, why, by which role, from which source. Never changed.

Rules that change a record call ``record`` in the same transaction: no change without its version, no version without a
change. Who may change what is decided elsewhere.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from popmap import duplicates
from popmap.errors import NotFoundError

Body = dict[str, Any]

_BODIES: Final[Mapping[str, str]] = {
    "service": "SELECT id, body FROM service_body",
    "country_fact": "SELECT id, to_jsonb(record) AS body FROM country_fact AS record",
    "emergency_number": "SELECT id, to_jsonb(record) AS body FROM emergency_number AS record",
    "harmonised_number": "SELECT id, to_jsonb(record) AS body FROM harmonised_number AS record",
}
RECORD_TYPES: Final = tuple(_BODIES)


@dataclass(frozen=True, slots=True)
class Version:
    """A record as it was from ``at`` (UTC) on. ``number`` counts from 1."""

    number: int
    at: datetime
    by_role: str
    reason: str
    source: str
    body: Body


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between two bodies: ``path`` names the field (``channels.0.value``); None: there was nothing."""

    path: str
    before: Any
    after: Any


def record(session: Session, record_type: str, sources: Mapping[str, str], *, by_role: str, reason: str) -> int:
    """Write a version of each of these records (id → source of the change) that differs from its last one.

    Returns how many were written: none for a record that is as it was. All in a handful of statements, however many.
    """
    statement = f"""
        WITH given AS (SELECT * FROM unnest(cast(:ids AS text[]), cast(:sources AS text[])) AS given (id, source)),
        present AS (SELECT id, source, body FROM given JOIN ({_BODIES[record_type]}) AS bodies USING (id)),
        latest AS (
          SELECT DISTINCT ON (record_id) record_id AS id, number, body FROM record_version
          WHERE record_type = :record_type AND record_id = ANY (cast(:ids AS text[]))
          ORDER BY record_id, number DESC)
        INSERT INTO record_version (record_type, record_id, number, by_role, reason, source, body)
        SELECT :record_type, id, coalesce(latest.number, 0) + 1, :by_role, :reason, source, present.body
        FROM present LEFT JOIN latest USING (id)
        WHERE latest.body IS DISTINCT FROM present.body
        ORDER BY id
        RETURNING number"""  # noqa: S608 - the only part put in is one of our own constants
    parameters = {
        "record_type": record_type,
        "ids": list(sources),
        "sources": list(sources.values()),
        "by_role": by_role,
        "reason": reason,
    }
    return len(session.execute(text(statement), parameters).all())


def bodies(session: Session, record_type: str, ids: Sequence[str]) -> dict[str, Body]:
    """What these records are at present, by id; those that do not exist are left out."""
    statement = f"SELECT id, body FROM ({_BODIES[record_type]}) AS bodies WHERE id = ANY (cast(:ids AS text[]))"  # noqa: S608
    return {row.id: row.body for row in session.execute(text(statement), {"ids": list(ids)})}


def latest_by(session: Session, record_type: str, ids: Sequence[str], *, role: str) -> dict[str, Body]:
    """What this role last made of these records, by id; later changes by others do not count."""
    statement = """
        SELECT DISTINCT ON (record_id) record_id, body FROM record_version
        WHERE record_type = :record_type AND record_id = ANY (cast(:ids AS text[])) AND by_role = :role
        ORDER BY record_id, number DESC"""
    parameters = {"record_type": record_type, "ids": list(ids), "role": role}
    return {row.record_id: row.body for row in session.execute(text(statement), parameters)}


def history(session: Session, record_type: str, record_id: str) -> list[Version]:
    """The public versions of a record, newest first; empty when the record is not public (or is not at all)."""
    statement = """
        SELECT number, at, by_role, reason, source, body FROM public_version
        WHERE record_type = :record_type AND record_id = :record_id ORDER BY number DESC"""
    rows = session.execute(text(statement), {"record_type": record_type, "record_id": record_id})
    return [Version(*row) for row in rows]


def all_of(session: Session, record_type: str, record_id: str) -> list[Version]:
    """Every version of a record, public or not, newest first: for an owner's session."""
    statement = """
        SELECT number, at, by_role, reason, source, body FROM record_version
        WHERE record_type = :record_type AND record_id = :record_id ORDER BY number DESC"""
    rows = session.execute(text(statement), {"record_type": record_type, "record_id": record_id})
    return [Version(*row) for row in rows]


def body_of(session: Session, record_type: str, record_id: str, number: int) -> Body:
    """The record as it was in one version, public or not. Raises ``NotFoundError``."""
    statement = """
        SELECT body FROM record_version
        WHERE record_type = :record_type AND record_id = :record_id AND number = :number"""
    given = {"record_type": record_type, "record_id": record_id, "number": number}
    body: Body | None = session.execute(text(statement), given).scalar()
    if body is None:
        raise NotFoundError("There is no such version.")
    return body


def compare(older: Body, newer: Body) -> list[Change]:
    """What differs between two bodies, field by field, in the order of their paths."""
    before, after = dict(_leaves(older)), dict(_leaves(newer))
    return [
        Change(path, before.get(path), after.get(path))
        for path in sorted(before.keys() | after.keys())
        if before.get(path) != after.get(path)
    ]


def refresh(session: Session, keys: Sequence[int] | None = None) -> int:
    """Bring what the public reads, and is compared with, up to date for these services (all when None); rows changed.

    To be called in the transaction that changed a service, after the change was flushed.
    """
    given = None if keys is None else list(keys)
    changed = session.execute(text("SELECT refresh_listing(cast(:keys AS bigint[]))"), {"keys": given}).scalar_one()
    duplicates.keep(session, given)
    return int(changed)


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every plain value with its path; empty lists and objects count as values."""
    if isinstance(value, dict) and value:
        for name, item in value.items():
            yield from _leaves(item, f"{path}.{name}" if path else name)
    elif isinstance(value, list) and value:
        for index, item in enumerate(value):
            yield from _leaves(item, f"{path}.{index}")
    else:
        yield path, value
