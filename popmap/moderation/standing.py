"""Records that stand already: find one, see all it was, restore it, look at it anew, take it down, join it.

Taking down takes one person, at once. What becomes public (again) goes the way of every change: a submission of the
moderator's own, approved by as many different people as its topics ask for; the one who proposes is the first of them.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from popmap import records, submissions, versions, withdrawals
from popmap.accounts import Person
from popmap.errors import ConflictError, NotFoundError
from popmap.models import Submission
from popmap.moderation import approvals
from popmap.moderation.decisions import Verdict, approve
from popmap.submissions import By
from popmap.versions import Version
from popmap.vocabulary import N_, OPEN_STATES, PUBLIC_STATUSES

FOUND_AT_MOST: Final = 50


@dataclass(frozen=True, slots=True)
class Line:
    """One record in a list of found ones."""

    id: str
    name: str
    kind: str
    status: str


def find(session: Session, *, q: str = "", status: str = "") -> list[Line]:
    """Records by id or a part of their name, of any status; by name, at most fifty."""
    statement = """
        SELECT id, name, kind, status FROM service
        WHERE (:q = '' OR id = :q OR fold(name) LIKE '%' || fold(:like) || '%'
            OR fold(name_en) LIKE '%' || fold(:like) || '%')
          AND (:status = '' OR status = :status) ORDER BY name, id LIMIT :most"""
    like = q.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
    given = {"q": q, "like": like, "status": status, "most": FOUND_AT_MOST}
    return [Line(*row) for row in session.execute(text(statement), given)]


def past(session: Session, service_id: str) -> Sequence[Version]:
    """Every version of a record, public or not, newest first. Raises ``NotFoundError``."""
    found = versions.all_of(session, "service", service_id)
    if not found:
        raise NotFoundError("No record has this id.")
    return found


def restore(session: Session, service_id: str, number: int, verdict: Verdict) -> tuple[int, str]:
    """Propose the record as it was in this version; the proposal's key, and its state: approved when one yes is enough.

    The verdict's is the first yes, to be checked like every other: visitors read that somebody has looked today.
    Raises ``NotFoundError``, ``ForbiddenError`` for an unfinished checklist, or ``ConflictError`` while another
    proposal of a moderator waits.
    """
    body = versions.body_of(session, "service", service_id, number)
    submission = _submitted(session, service_id, body, verdict.by, words=f"version {number} restored")
    digest = approvals.digest(session, submission.key)
    return submission.key, approve(session, submission.key, replace(verdict, digest=digest))


def open_review(session: Session, service_id: str, *, by: Person) -> int:
    """Let a record that is not public be looked at like a submission; that one's key. The yes is said there."""
    body = records.read(session, service_id)
    if body["status"] in PUBLIC_STATUSES:
        raise ConflictError(N_("This record is public already."))
    words = "public again after a pause" if body["status"] == "paused" else ""
    return _submitted(session, service_id, body, by, words=words).key


def withdraw(session: Session, service_id: str, *, by: Person, reason: str) -> None:
    """Take a public record down for good, now and everywhere. Raises ``NotFoundError``."""
    withdrawals.withdraw(session, service_id, by_role=by.role, reason=reason)


def pause(session: Session, service_id: str, *, by: Person, reason: str) -> None:
    """Take a public record down until somebody has looked at it. Raises ``NotFoundError``."""
    withdrawals.withdraw(session, service_id, by_role=by.role, reason=reason, status="paused")


def merge_records(session: Session, service_id: str, *, into: str, by: Person) -> None:
    """Say that this record and another are the same: this one is gone and points there. Raises ``NotFoundError``."""
    records.read(session, service_id)
    submissions.require_public(session, into)
    if service_id == into:
        raise ConflictError(N_("A record cannot be joined with itself."))
    withdrawals.took_down(session, [service_id])
    joined = {"id": service_id, "status": "merged", "merged_into": into}
    records.write(session, joined, by_role=by.role, reason=f"the same as {into}", source="")


def _submitted(session: Session, service_id: str, body: dict[str, Any], by: Person, *, words: str) -> Submission:
    """The proposal; ``words`` wait with it and go into the history with the last yes, whoever gives that."""
    live = records.read(session, service_id)
    waits = select(Submission).where(
        Submission.service_id == service_id, Submission.via == "moderator", Submission.state.in_(OPEN_STATES)
    )
    if session.scalar(waits) is not None:
        raise ConflictError(N_("Another proposal for this record waits for a decision."))
    proposed: dict[str, Any] = {name: body[name] for name in records.PROPOSED if name in body}
    if live["address_confidential"]:
        proposed = records.without_address(proposed)  # it does not come back with an old version
    submission = Submission(
        kind="change",
        service_id=service_id,
        base_version=records.version_number(session, service_id) or None,
        body=proposed,
        words=words,
        language="en",
        via="moderator",
        token_hash=submissions.hashed(secrets.token_urlsafe(32)),
        idempotency_hash=submissions.hashed(secrets.token_urlsafe(32)),
    )
    session.add(submission)
    session.flush()
    submissions.step(session, submission, "submitted", "pending", By(by.role, "", by.key))
    return submission
