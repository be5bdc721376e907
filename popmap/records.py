"""One way to read and to write the record of a service: for loading, for moderators' decisions, for restoring.

A record is a plain dictionary in the shape in which versions hold it (``service_body`` in the database): the fields of
a service; ``channels``, ``sources`` and ``checks`` as lists of objects; ``coverage`` as ``{"worldwide", "countries",
"subdivisions", "area"}`` with ``area`` a GeoJSON MultiPolygon or None; ``location`` a GeoJSON Point or None; days as
ISO texts. Every write leaves a version and is public (or gone) at once. A write that makes or leaves a service public
needs a ``Decision`` of the same transaction, or the database refuses it when the transaction ends. Who may decide is
``moderation``'s business; nothing is committed here.
"""

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final, Literal

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session, selectinload

from popmap import versions
from popmap.errors import NotFoundError
from popmap.models import Channel, Coverage, Service, ServiceCheck, Source
from popmap.models import Decision as DecisionRow
from popmap.vocabulary import ACUTE_TOPICS, LIVE_CHANNELS

Record = dict[str, Any]

COLUMNS: Final = (
    *("kind", "name", "name_en", "organization", "operator_type", "summary", "translations", "website", "languages"),
    *("topics", "audiences", "min_age", "max_age", "cost", "privacy", "location_precision", "city", "visitable"),
    *("address_confidential", "ai", "youth", "status", "merged_into"),
)
"""What a record has of its own, as columns hold it."""

PROPOSED: Final = (
    *("id", "kind", "name", "name_en", "organization", "operator_type", "summary", "translations", "website"),
    *("languages", "topics", "audiences", "min_age", "max_age", "cost", "privacy", "location", "location_precision"),
    *("city", "visitable", "address_confidential", "coverage", "channels", "ai", "youth", "sources"),
)
"""The fields of a record that a submission proposes; the rest (status, checks, days) is decided by the house."""

_PLACES: Final = frozenset({"in_person", "post"})
_ONE_NAMES_AT_A_TIME: Final = text("SELECT pg_advisory_xact_lock(hashtextextended('id of a new service', 0))")


@dataclass(frozen=True, slots=True)
class Decision:
    """By what right a public record changes in this transaction.

    ``load``: the operator's file, every service of the transaction (``service_id`` None). ``approve``: a submission,
    with the rule in force (``two_person``: acute, all, off); the database counts the approvals of different moderators
    for the submission as it stands. ``reopen``: a moderator lets a paused service be seen again.
    """

    action: Literal["load", "approve", "reopen"]
    by_role: str
    reason: str
    service_id: str | None = None
    moderator_key: int | None = None
    submission_key: int | None = None
    two_person: str = ""


def decide(session: Session, decision: Decision) -> None:
    """Write the decision that the writes of this transaction stand on.

    Raises ``sqlalchemy.exc.IntegrityError`` (constraint ``decision_has_approvals``) where too few people said yes.
    """
    session.add(DecisionRow(**{name: getattr(decision, name) for name in Decision.__slots__}))
    session.flush()


def read(session: Session, service_id: str) -> Record:
    """The record as it stands now, public or not. Raises ``NotFoundError``."""
    found = versions.bodies(session, "service", [service_id])
    if not found:
        raise NotFoundError("No service has this id.")
    return found[service_id]


def write(session: Session, record: Mapping[str, Any], *, by_role: str, reason: str, source: str) -> int:
    """Make the service with the record's ``id`` what the record says (new where there is none); the version's number.

    Fields that the record leaves out stay as they are. Checks are only added, never taken away. ``by_role``, ``reason``
    and ``source`` (an address, or empty) go into the version. Writing what already stands there gives no new version.
    """
    services = put(session, [record])
    versions.record(session, "service", {record["id"]: source}, by_role=by_role, reason=reason)
    versions.refresh(session, [service.key for service in services])
    return version_number(session, record["id"])


def put(session: Session, records: Sequence[Mapping[str, Any]]) -> list[Service]:
    """Bring the tables into line with these records, many at once; the caller writes versions and refreshes."""
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
    present = {service.id: service for service in session.scalars(statement)}
    touched = [_filled(present.get(record["id"]), record) for record in records]
    session.add_all(touched)
    session.flush()
    return touched


def without_address(record: Mapping[str, Any]) -> Record:
    """The record with its address withheld: no point, no way to reach it that is a place."""
    channels = [channel for channel in record.get("channels", ()) if channel["type"] not in _PLACES]
    withheld = {"address_confidential": True, "location": None, "location_precision": "none", "visitable": False}
    return {**record, **withheld, "channels": channels}


def version_number(session: Session, service_id: str) -> int:
    """The number of the record's newest version, 0 where there is none."""
    query = "SELECT max(number) FROM record_version WHERE record_type = 'service' AND record_id = :id"
    return session.execute(text(query), {"id": service_id}).scalar() or 0


def new_id(session: Session, record: Mapping[str, Any]) -> str:
    """An id for a new service that was never used before: country and name as ASCII words (``ma-emc-helpline``)."""
    coverage = record["coverage"]
    countries = {*coverage["countries"], *(code[:2] for code in coverage["subdivisions"])}
    where = countries.pop().lower() if len(countries) == 1 and not coverage["worldwide"] else "int"
    name = _ascii_words(record["name_en"]) or _ascii_words(record["name"]) or record["kind"].replace("_", "-")
    base = f"{where}-{name}"[:80].strip("-")
    session.execute(_ONE_NAMES_AT_A_TIME)
    query = """
        SELECT id FROM service WHERE id = :base OR id LIKE :base || '-%'
        UNION SELECT record_id FROM record_version
          WHERE record_type = 'service' AND (record_id = :base OR record_id LIKE :base || '-%')"""
    taken = set(session.execute(text(query), {"base": base}).scalars())
    return next(one for one in (base, *(f"{base}-{n}" for n in range(2, len(taken) + 3))) if one not in taken)


def next_due(checked_on: date, channels: Iterable[Mapping[str, Any]], topics: Iterable[str]) -> date:
    """When to check again: six months later for phone and chat, 180 days for acute topics, else twelve months."""
    months = 6 if any(channel["type"] in LIVE_CHANNELS for channel in channels) else 12
    year, month = divmod(checked_on.month - 1 + months, 12)
    first_of_next = date(checked_on.year + year + (month + 1) // 12, (month + 1) % 12 + 1, 1)
    day = min(checked_on.day, (first_of_next - timedelta(days=1)).day)
    due = date(checked_on.year + year, month + 1, day)
    return min(due, checked_on + timedelta(days=180)) if ACUTE_TOPICS & set(topics) else due


def _ascii_words(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60].strip("-")


def _filled(service: Service | None, record: Mapping[str, Any]) -> Service:
    if service is None:
        service = Service(id=record["id"], channels=[], coverage=[], sources=[], checks=[])
    else:
        service.updated_at = func.now()
    for name in COLUMNS:
        if name in record:
            setattr(service, name, record[name])
    if "location" in record:
        service.location = _point(record["location"])
    for name in ("verified_on", "next_check_due"):
        if name in record:
            setattr(service, name, _day(record[name]))
    _fill_parts(service, record)
    return service


def _fill_parts(service: Service, record: Mapping[str, Any]) -> None:
    if "channels" in record:
        service.channels = _channels(service.channels, record["channels"])
    if "coverage" in record:
        service.coverage = _coverage(service.coverage, record["coverage"])
    if "sources" in record:
        service.sources = [Source(position=place, **source) for place, source in enumerate(record["sources"])]
    for given in record.get("checks", ()):
        check = {name: value for name, value in given.items() if name not in {"on", "next_due"}}
        on = _day(given["on"])
        if not any(old.checked_on == on and old.method == check["method"] for old in service.checks):
            service.checks.append(ServiceCheck(checked_on=on, next_due=_day(given["next_due"]), **check))


def _channels(present: Iterable[Channel], wanted: Sequence[Mapping[str, Any]]) -> list[Channel]:
    """The wanted channels; one that stays the same way to the same place stays the same row, with its checks."""
    old = {(channel.type, channel.value): channel for channel in present}
    kept = []
    for position, values in enumerate(wanted):
        channel = old.pop((values["type"], values["value"]), None) or Channel()
        for name, value in values.items():
            setattr(channel, name, value)
        channel.position = position
        kept.append(channel)
    return kept


def _coverage(present: Iterable[Coverage], wanted: Mapping[str, Any]) -> list[Coverage]:
    old = {(part.type, part.code): part for part in present}
    names: list[tuple[str, str | None]] = [("worldwide", None)] if wanted["worldwide"] else []
    names += [("country", code) for code in wanted["countries"]]
    names += [("subdivision", code) for code in wanted["subdivisions"]]
    parts = [old.get(name) or Coverage(type=name[0], code=name[1]) for name in names]
    if wanted["area"] is not None:
        drawn = old.get(("area", None)) or Coverage(type="area")
        # read by the database itself, as it stands: what is no area was refused before it came here
        drawn.shape = func.ST_Multi(func.ST_GeomFromGeoJSON(json.dumps(wanted["area"])))
        parts.append(drawn)
    return parts


def _point(location: Mapping[str, Any] | None) -> str | None:
    if location is None:
        return None
    lon, lat = location["coordinates"]
    return f"SRID=4326;POINT({lon!r} {lat!r})"


def _day(given: str | None) -> date | None:
    return date.fromisoformat(given) if given else None
