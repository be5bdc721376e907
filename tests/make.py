"""Things to test with: plain functions with sensible defaults; name only what the test is about."""

from collections.abc import Sequence
from datetime import date
from hashlib import sha256
from itertools import count
from typing import Any

from sqlalchemy.orm import Session

from popmap import records, versions
from popmap.models import Channel, Coverage, Service, ServiceCheck, Source, Submission, SubmissionEvent

_numbers = count(1)

CHECKED_ON = date(2026, 11, 21)


def make_service(
    session: Session,
    *,
    covers: Sequence[str] = ("MA",),
    channels: Sequence[Channel] | None = None,
    at: tuple[float, float] | None = None,
    area: str | None = None,
    **columns: Any,
) -> Service:
    """A published service with one phone number and one check, in the listing.

    ``covers`` are codes ("MA", "US-AZ", "*" for the world), ``area`` a MULTIPOLYGON in WKT, ``at`` is lon, lat;
    everything else is a column of ``service``.
    """
    number = next(_numbers)
    values: dict[str, Any] = {
        "id": f"xx-made-{number}",
        "kind": "helpline",
        "name": f"Made {number}",
        "topics": ["family"],
    }
    values |= {"status": "published", "languages": ["en"], "audiences": ["child"], "verified_on": CHECKED_ON}
    if at:
        values |= {"location": f"SRID=4326;POINT({at[0]} {at[1]})", "location_precision": "city"}
    service = Service(**(values | columns))
    service.channels = list(channels) if channels is not None else [make_channel()]
    service.coverage = [_coverage(code) for code in covers]
    if area:
        service.coverage.append(Coverage(type="area", shape=f"SRID=4326;{area}"))
    service.sources = [Source(position=0, url=f"https://example.org/{number}", seen="seen")]
    service.checks = [ServiceCheck(level=1, method="source_seen", checked_on=CHECKED_ON, by_role="seed")]
    session.add(service)
    publish(session, service)
    return service


def make_channel(channel_type: str = "phone", value: str = "116 111", **columns: Any) -> Channel:
    """A channel that can be dialled or opened; ``columns`` of ``channel`` as given."""
    return Channel(**({"type": channel_type, "value": value, "linkable": True} | columns))


def publish(session: Session, *services: Service) -> None:
    """What a rule does after a change: its decision, a version, and the listing brought up to date."""
    records.decide(session, records.Decision("load", by_role="system", reason="made for a test"))
    session.flush()
    sources = {service.id: "https://example.org/" for service in services}
    versions.record(session, "service", sources, by_role="moderator", reason="made for a test")
    versions.refresh(session, [service.key for service in services])


def make_submission(
    session: Session,
    *,
    kind: str = "new",
    topics: Sequence[str] = ("family",),
    body: dict[str, Any] | None = None,
    **columns: Any,
) -> Submission:
    """A pending submission with the first line of its log; ``topics`` go into its body, which is hardly a record."""
    number = next(_numbers)
    proposed = {"name": f"Proposed {number}", "topics": list(topics)} | (body or {}) if kind != "report" else None
    values: dict[str, Any] = {
        "kind": kind,
        "body": proposed,
        "problem": "other" if kind == "report" else None,
        "token_hash": sha256(f"token {number}".encode()).digest(),
        "idempotency_hash": sha256(f"key {number}".encode()).digest(),
        "language": "en",
        "via": "form",
    }
    submission = Submission(**(values | columns))
    session.add(submission)
    session.flush()
    step = {"number": 1, "action": "submitted", "to_state": "pending", "by_role": "submitter"}
    session.add(SubmissionEvent(submission_key=submission.key, **step))
    session.flush()
    return submission


def _coverage(code: str) -> Coverage:
    if code == "*":
        return Coverage(type="worldwide")
    return Coverage(type="subdivision" if "-" in code else "country", code=code)
