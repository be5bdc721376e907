"""Things to test with: plain functions with sensible defaults; name only what the test is about."""

import csv
import io
import re
import time
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from hashlib import sha256
from itertools import count
from typing import Any

import pyotp
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from popmap import accounts, records, versions
from popmap.loading import HEADERS
from popmap.models import Channel, Coverage, Moderator, Service, ServiceCheck, Source, Submission, SubmissionEvent

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


def draft(**fields: Any) -> dict[str, Any]:
    """A draft as a partner sends it (JSON), with nothing wrong in it."""
    plain = {
        "kind": "helpline",
        "name": "Child line",
        "topics": ["family"],
        "coverage": {"countries": ["MA"]},
        "channels": [{"type": "email", "value": "help@example.org"}],
    }
    return plain | fields


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


def table(*rows: Mapping[str, str]) -> bytes:
    """A CSV of new services with nothing wrong in them; each row says what differs."""
    out = io.StringIO()
    writer = csv.DictWriter(out, HEADERS["services"], restval="")
    writer.writeheader()
    plain = {
        "id": "ma-new-line",
        "kind": "helpline",
        "name": "New line",
        "countries": "MA",
        "location_precision": "none",
    }
    plain |= {
        "email": "help@example.org",
        "topics": "family",
        "source_url": "https://example.org/",
        "confidence": "medium",
    }
    for row in rows:
        writer.writerow(plain | row)
    return out.getvalue().encode()


def strike_out(session: Session) -> None:
    """Take everything away that was sent in and decided, and who decided: for tests on a database they share."""
    session.execute(text("SET LOCAL session_replication_role = replica"))  # logs are append-only
    for table in ("decision", "approval", "submission_event", "confidential_place", "pending_key", "submission"):
        session.execute(text(f"DELETE FROM {table}"))
    session.execute(text("SET LOCAL session_replication_role = origin"))
    session.execute(text("DELETE FROM batch"))
    session.execute(text("DELETE FROM attempt"))
    session.execute(text("DELETE FROM intake_voice"))
    session.execute(text("DELETE FROM moderator"))  # their sessions go with them


def strike_out_services(session: Session, *likes: str) -> None:
    """Take services whose ids are like one of these away as if they had never been, with their history."""
    given = {"likes": list(likes)}
    keys = session.scalars(text("SELECT key FROM service WHERE id LIKE ANY (:likes)"), given).all()
    session.execute(text("UPDATE service SET status = 'rejected' WHERE id LIKE ANY (:likes)"), given)
    versions.refresh(session, keys)
    session.execute(text("SET LOCAL session_replication_role = replica"))  # history is append-only
    session.execute(text("DELETE FROM record_version WHERE record_id LIKE ANY (:likes)"), given)
    session.execute(text("SET LOCAL session_replication_role = origin"))
    session.execute(text("DELETE FROM service WHERE id LIKE ANY (:likes)"), given)


def _coverage(code: str) -> Coverage:
    if code == "*":
        return Coverage(type="worldwide")
    return Coverage(type="subdivision" if "-" in code else "country", code=code)


SECRET_KEY = "a secret for tests only, long enough to pass"
PASSWORD = "quiet lantern orbit pumpkin"


@cache
def _password_hash() -> str:
    """Argon2 takes its time on purpose; one password needs it once."""
    return accounts._hashed(PASSWORD)


def make_moderator(session: Session, email: str = "", role: str = "moderator") -> accounts.Person:
    """A moderator who has taken up an invitation and kept no recovery codes; the password is ``PASSWORD``."""
    email = email or f"moderator-{next(_numbers)}@example.org"
    accounts.invite(session, email, role)
    found = session.scalars(select(Moderator).where(Moderator.email == email)).one()
    found.password_hash = _password_hash()
    found.invitation_hash = found.invitation_until = None
    found.last_step = int(time.time()) // accounts._STEP_S
    session.flush()
    return accounts.Person(found.key, found.email, found.role)


def code_now(session: Session, email: str, *, later: int = 0) -> str:
    """What the moderator's app shows, ``later`` half minutes from now."""
    salt = session.scalar(select(Moderator.factor_salt).where(Moderator.email == email))
    return pyotp.TOTP(accounts._factor(salt, SECRET_KEY)).at(int(time.time()), counter_offset=later)


def sign_in(database: Any, client: Any, person: accounts.Person) -> str:
    """Sign a test client in without the form (Argon2 takes its time); the session's token for forms."""
    with database.transaction() as session:
        id_ = accounts.begin_session(session, person.key)
    client.set_cookie("popmap-moderator-here", id_, path="/moderate")
    return form_token(client)


def form_token(client: Any) -> str:
    """The token that the forms of this client's session bear; empty when it is signed out."""
    found = re.search(r'name="csrf" value="([0-9a-f]+)"', client.get("/moderate/sign-in").text)
    return found[1] if found else ""
