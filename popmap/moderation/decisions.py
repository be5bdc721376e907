"""Deciding about a submission: each step with its line in the log, in the caller's transaction, or not at all.

An approval is of an exact text: the digest that the moderator saw comes along, and another text is refused. A change is
a draft against one version of the live record; when that has moved on, it is brought up to date first, which makes
another text of it. The live record stays as it is until there are enough approvals of different people.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from popmap import countries, lookalikes, records, submissions, versions, withdrawals
from popmap.accounts import Person
from popmap.errors import ConflictError, ForbiddenError, NotFoundError
from popmap.models import Approval, Submission
from popmap.moderation import approvals, differences
from popmap.moderation.states import next_state
from popmap.records import Decision
from popmap.submissions import By
from popmap.vocabulary import N_, PUBLIC_STATUSES

CHECKLIST: Final = ("legal_entity", "safeguarding", "number_obtained", "no_part")
"""What must have been checked before an approval (safety.md, T8)."""
TWO_SOURCES: Final = "two_sources"
"""What may be ticked besides: that it was seen on two pages that do not copy one another."""

_HOLD: Final = text(
    "SELECT FROM service WHERE id = (SELECT service_id FROM submission WHERE key = :key) FOR NO KEY UPDATE"
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Who says yes, to which exact text (``digest``), having checked what (of ``CHECKLIST``,
    and perhaps ``TWO_SOURCES``).

    ``note`` goes into the history; ``rule`` is the setting POPMAP_TWO_PERSON (acute, all, off).
    """

    by: Person
    digest: str
    rule: str
    ticked: frozenset[str] = frozenset()
    note: str = ""


def approve(session: Session, key: int, verdict: Verdict) -> str:
    """Say yes; the state after that: ``approved`` and public when that was the last yes needed, else still ``pending``.

    Raises ``ConflictError`` for a text or record that has changed meanwhile, ``ForbiddenError`` for one's own
    submission, an unfinished checklist or a second yes of the same person.
    """
    _hold_record(session, key)
    submission = locked(session, key)
    following = next_state(submission.kind, submission.state, "approve")
    refuse_own(submission, verdict.by)
    if submission.kind == "report":
        submissions.step(session, submission, "approved", following, _by(verdict.by, verdict.note))
        return following
    if set(CHECKLIST) - verdict.ticked:
        raise ForbiddenError(N_("Something on the checklist has not been checked."))
    return _say_yes(session, submission, verdict)


def send_back(session: Session, key: int, *, by: Person, words: str) -> None:
    """Ask the submitter with these words; it waits for an answer. Raises ``ConflictError``."""
    _step(session, key, "send_back", by, words)


def reject(session: Session, key: int, *, by: Person, words: str) -> None:
    """Decide against it, with the reason that the submitter reads. Raises ``ConflictError``."""
    _step(session, key, "reject", by, words)


def merge(session: Session, key: int, *, by: Person, into: str) -> None:
    """It is about a service that is here already, ``into``. Raises ``ConflictError``, ``NotFoundError``."""
    submissions.require_public(session, into)
    submission = _step(session, key, "merge", by, "")
    submission.service_id = into
    session.flush()


def bring_up_to_date(session: Session, key: int, *, by: Person) -> None:
    """Put what a change proposes onto the record as it stands now. Approvals given before are of another text."""
    _hold_record(session, key)
    submission = locked(session, key)
    following = next_state(submission.kind, submission.state, "bring_up_to_date")
    live = records.read(session, str(submission.service_id))
    base = base_of(session, submission)
    body = differences.up_to_date(base, live, dict(submission.body or {}))
    submission.body = records.without_address(body) if body.get("address_confidential") else body
    submission.base_version = records.version_number(session, str(submission.service_id))
    submission.revision += 1
    submissions.step(session, submission, "brought_up_to_date", following, _by(by, ""))


def locked(session: Session, key: int) -> Submission:
    """The submission, kept from others until the transaction ends. Raises ``NotFoundError``."""
    found = session.scalar(select(Submission).where(Submission.key == key).with_for_update())
    if found is None:
        raise NotFoundError("There is no such submission.")
    return found


def _hold_record(session: Session, key: int) -> None:
    """Keep the record that a submission is about from others until the transaction ends.

    Otherwise one that is taken down, or changed, between the look at its version and the write would come back as it
    was. The record is held before the submission, in the order in which a withheld address is dropped from both.
    """
    session.execute(_HOLD, {"key": key})


def base_of(session: Session, submission: Submission) -> dict[str, Any]:
    """The record as it was when the change was drafted; empty where there was none."""
    if submission.service_id is None or submission.base_version is None:
        return {}
    return versions.body_of(session, "service", submission.service_id, submission.base_version)


def names_of(body: dict[str, Any]) -> tuple[str, ...]:
    """Every name a proposal bears."""
    translated = (words.get("name", "") for words in (body.get("translations") or {}).values())
    return tuple(dict.fromkeys(name for name in (body.get("name"), body.get("name_en"), *translated) if name))


def _say_yes(session: Session, submission: Submission, verdict: Verdict) -> str:
    if approvals.digest(session, submission.key) != verdict.digest:
        raise ConflictError(N_("The submission was edited while you looked at it."))
    if is_outdated(session, submission):
        raise ConflictError(N_("The live record has moved on since this change was drafted."))
    alike = lookalikes.of(session, names_of(submission.body or {}), leaving_out=submission.service_id)
    before = approvals.of(session, submission.key, rule=verdict.rule)
    if verdict.by.key in before.by:
        raise ForbiddenError(N_("You have approved this already; it needs somebody else."))
    session.add(Approval(submission_key=submission.key, moderator_key=verdict.by.key, body_digest=verdict.digest))
    session.flush()
    now = approvals.of(session, submission.key, rule=verdict.rule, needs_lead=bool(alike))
    if not now.are_enough:
        submissions.step(session, submission, "approved_once", "pending", _by(verdict.by, ""))
        return "pending"
    publish(session, submission, verdict)
    return submission.state


def is_outdated(session: Session, submission: Submission) -> bool:
    """Whether the live record has moved on since this change was drafted."""
    if submission.kind != "change" or submission.service_id is None:
        return False
    return records.version_number(session, submission.service_id) != (submission.base_version or 0)


def publish(session: Session, submission: Submission, verdict: Verdict) -> None:
    """Make the record what the submission says. The database counts the approvals once more."""
    body = dict(submission.body or {})
    service_id = submission.service_id or records.new_id(session, body)
    reason = _reason(submission, verdict.note)
    decision = Decision(
        "approve", verdict.by.role, reason, service_id, verdict.by.key, submission.key, two_person=verdict.rule
    )
    records.decide(session, decision)
    source = next((each["url"] for each in body.get("sources", ())), "")
    record = body | {"id": service_id} | _where_it_works(session, body) | _checked(body, verdict)
    if _becomes_public(session, submission):
        record |= {"status": "published", "merged_into": None}
        withdrawals.published(session, [service_id])
    records.write(session, record, by_role=verdict.by.role, reason=reason, source=source)
    submission.service_id = service_id
    submissions.step(session, submission, "approved", "approved", _by(verdict.by, ""))


def _where_it_works(session: Session, body: dict[str, Any]) -> dict[str, Any]:
    """What it covers, without countries in which its number is known not to work: as for what is loaded."""
    if not body.get("channels") or not (body.get("coverage") or {}).get("countries"):
        return {}
    works = countries.where_it_works(body, countries.numbers_not_in_use(session))
    return {"coverage": body["coverage"] | {"countries": works}}


def _reason(submission: Submission, note: str) -> str:
    """What the history says of it: why a moderator proposed it, whoever said the last yes, and that one's note.

    A partner's words are for moderators only and never get there.
    """
    proposed = submission.words if submission.via == "moderator" else ""
    made = "suggested and approved" if submission.kind == "new" else "change approved"
    return "; ".join(filter(None, (proposed, note))) or made


def _becomes_public(session: Session, submission: Submission) -> bool:
    """A partner's change of a record that was taken down meanwhile changes it and leaves it down."""
    if submission.kind == "new" or submission.via == "moderator":
        return True
    return str(records.read(session, str(submission.service_id))["status"]) in PUBLIC_STATUSES


def _checked(body: dict[str, Any], verdict: Verdict) -> dict[str, Any]:
    """The check that an approval is: a moderator has looked, on two sources only where he says so."""
    today = datetime.now(UTC).date()
    due = records.next_due(today, body.get("channels", ()), body.get("topics", ()))
    sources = body.get("sources") or [{}]
    of_two = len(sources) > 1 and TWO_SOURCES in verdict.ticked
    method, level = ("two_sources", 2) if of_two else ("source_seen", 1)
    check = {
        "level": level,
        "method": method,
        "evidence_url": sources[0].get("url"),
        "on": today.isoformat(),
        "by_role": verdict.by.role,
        "next_due": due.isoformat(),
    }
    return {"checks": [check], "verified_on": today.isoformat(), "next_check_due": due.isoformat()}


def _step(session: Session, key: int, action: str, by: Person, words: str) -> Submission:
    submission = locked(session, key)
    following = next_state(submission.kind, submission.state, action)
    past = {"send_back": "sent_back", "reject": "rejected", "merge": "merged"}[action]
    submissions.step(session, submission, past, following, _by(by, words))
    return submission


def _by(person: Person, words: str) -> By:
    return By(person.role, words, person.key)


def refuse_own(submission: Submission, by: Person) -> None:
    """Nothing for what others have sent. Raises ``ForbiddenError``."""
    if is_own(submission, by):
        raise ForbiddenError(N_("This is your own submission; somebody else has to decide."))


def is_own(submission: Submission, by: Person) -> bool:
    """Whether this person sent it, as far as one can know.

    Whoever sent it without an address is known by nobody: for that the checklist asks, and a second person.
    """
    return submission.via != "moderator" and _mailbox(submission.contact or "") == _mailbox(by.email)


def _mailbox(address: str) -> str:
    """Where a mail ends up: what follows a ``+`` is the same person's."""
    name, _, host = address.strip().lower().rpartition("@")
    return f"{name.partition('+')[0]}@{host}"
