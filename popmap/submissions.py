"""What partners and visitors send in: taken in, shown to its sender, edited, withdrawn, and forgotten in time.

Nothing here makes anything public. Each state and each step's line in the log are written together by ``step``, which
``moderation`` uses as well. Texts come checked from ``inputs``; tokens, networks and HTTP are the door's business.
"""

import hashlib
import json
import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import singledispatch
from typing import Any, Final

from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from popmap import duplicates, gazetteer, limits, records, versions
from popmap.errors import ConflictError, Fault, InputError, NotFoundError, TooManyError
from popmap.models import Batch, ConfidentialPlace, Submission, SubmissionEvent
from popmap.saved import Saved
from popmap.vocabulary import OPEN_STATES, PUBLIC_STATUSES

CONTACT_KEPT: Final = timedelta(days=365)
"""So long after the decision a submitter's contact is kept, and what was written to the moderators beside it."""
REFUSED_TEXT_KEPT: Final = timedelta(days=30)
"""So long the text of what was rejected, taken back or joined with another is kept."""
ANSWER_AWAITED: Final = timedelta(days=180)
"""So long a question to the sender stays open; then the submission counts as taken back."""
ALARMING: Final = frozenset({"wrong_number", "no_answer", "closed", "unsafe"})
"""Reports that may mark a service as being checked (``public_being_checked`` in the migrations)."""
VOICES_A_DAY: Final = 3
"""For so many services a day the reports of one network count as a voice; more are read, but mark nothing."""
EDITS_PER_HOUR: Final = 20
"""So often one submission may be edited."""

Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Sending:
    """One thing sent in. ``token`` opens the private page, ``idempotency_key`` makes a second sending the same one.

    ``body`` is the checked proposal (None for a report), ``dropped`` the fields of an address that was not kept.
    """

    kind: str
    token: str
    idempotency_key: str
    language: str
    via: str
    body: Record | None = None
    service_id: str | None = None
    problem: str | None = None
    words: str = ""
    contact: str | None = None
    dropped: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class By:
    """Who takes a step: the role, the moderator if it is one, and words that the sender reads."""

    role: str
    words: str = ""
    moderator_key: int | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the log, for the submitter: never who decided, only in which role."""

    at: datetime
    action: str
    to_state: str
    by_role: str
    words: str


@dataclass(frozen=True, slots=True)
class Letter:
    """A submission as its sender may see it."""

    kind: str
    state: str
    service_id: str | None
    body: Record | None
    problem: str | None
    words: str
    contact: str | None
    submitted_at: datetime
    steps: Sequence[Step] = field(default=())

    @property
    def is_open(self) -> bool:
        """Whether it may still be edited or withdrawn."""
        return self.state in OPEN_STATES


def with_content(
    sending: Sending, *, body: Record | None = None, problem: str | None = None, dropped: Sequence[str] = ()
) -> Sending:
    """The same sending with what it says."""
    return replace(sending, body=body, problem=problem, dropped=dropped)


def submit(session: Session, sending: Sending) -> bool:
    """Take it in; True when it is new, False when this very thing came before.

    It is durable once the door's transaction has ended without an error, not before. Raises ``ConflictError`` when the
    idempotency key was used for something else, ``NotFoundError`` when the service it concerns is not public.
    """
    if sending.service_id is not None:
        require_public(session, sending.service_id)
    key = _inserted(session, sending, {})
    if key is not None:
        _remember(session, key, sending)
    return key is not None


def submit_batch(session: Session, sendings: Sequence[Sending], *, file_name: str, sent_by: str) -> bool:
    """Take in the rows of one file, to be reviewed together; False when this very file came before.

    The first sending's token opens the batch; each row has its own as well. Raises like ``submit``.
    """
    first = sendings[0]
    values = {
        "token_hash": hashed(f"batch {first.token}"),
        "idempotency_hash": hashed(f"batch {first.idempotency_key}"),
        "file_name": file_name,
        "sent_by": sent_by,
        "rows": len(sendings),
        "language": first.language,
    }
    statement = insert(Batch).values(values).on_conflict_do_nothing(index_elements=["idempotency_hash"])
    batch_key = session.scalar(statement.returning(Batch.key))
    if batch_key is None:
        return False
    for row, sending in enumerate(sendings, start=2):
        key = _inserted(session, sending, {"batch_key": batch_key, "batch_row": row})
        if key is None:
            raise ConflictError("A row of this file was sent before.")
        _remember(session, key, sending)
    return True


def by_token(session: Session, token: str) -> Letter:
    """What the holder of this private link may see. Raises ``NotFoundError``."""
    found = _found(session, token)
    log = select(SubmissionEvent).where(SubmissionEvent.submission_key == found.key).order_by(SubmissionEvent.number)
    steps = [Step(one.at, one.action, one.to_state, one.by_role, one.words) for one in session.scalars(log)]
    names = ("kind", "state", "service_id", "body", "problem", "words", "contact", "submitted_at")
    return Letter(**{name: getattr(found, name) for name in names}, steps=steps)


def edit(session: Session, token: str, sending: Sending) -> None:
    """Replace what was proposed while nobody has decided; it waits again.

    Raises ``NotFoundError``, ``ConflictError`` once it is decided, ``TooManyError`` beyond ``EDITS_PER_HOUR``.
    """
    _require_drawable(session, sending)
    found = _open(session, token)
    if not limits.allow(session, hashed(f"edit {token}"), most=EDITS_PER_HOUR, within=timedelta(hours=1)):
        raise TooManyError("This was edited too often in this hour.")
    found.body, found.words, found.contact = sending.body, sending.words, sending.contact
    if found.kind == "report":
        found.problem = sending.problem
    found.revision += 1
    step(session, found, "edited", "pending", By("submitter"))
    if sending.dropped:
        _note_dropped(session, found.key, sending.dropped)


def send_again(session: Session, sending: Sending) -> bool:
    """What came with a form that was sent before, gone back to and sent once more: an edit where it says otherwise.

    True when something was changed. What is decided stays as it is.
    """
    found = _found(session, sending.token, lock=True)
    before, after = (_said(one) for one in (found, sending))
    if found.state not in OPEN_STATES or before == after:
        return False
    edit(session, sending.token, sending)
    return True


def _said(what: Submission | Sending) -> str:
    names = ("body", "problem", "words", "contact")
    return json.dumps([getattr(what, name) for name in names], sort_keys=True)


def _require_drawable(session: Session, sending: Sending) -> None:
    """Nothing for an area that may be drawn. Raises ``InputError`` for one larger than its countries."""
    area = ((sending.body or {}).get("coverage") or {}).get("area")
    if area is not None and gazetteer.is_too_large(session, area):
        raise InputError([Fault("coverage.area", "too_large")])


def require_open(letter: Letter) -> None:
    """Nothing for a submission that may still change. Raises ``ConflictError``."""
    if not letter.is_open or letter.kind == "report":
        raise ConflictError("This has been decided and cannot be changed any more.")


def withdraw(session: Session, token: str) -> None:
    """Take it back, while nobody has decided. Raises ``NotFoundError``, ``ConflictError``."""
    step(session, _open(session, token), "withdrawn", "withdrawn", By("submitter"))


def step(session: Session, submission: Submission, action: str, to_state: str, by: By) -> None:
    """Bring a submission to a state and write the line in its log, and when its contact and text are to go.

    The database refuses ways that do not exist (``submission_state_follows``). ``action`` is a word for the log:
    ``submitted``, ``edited``, ``withdrawn``, ``sent_back``, ``approved_once``, ``approved``, ``rejected``, ``merged``,
    ``unanswered``.
    Lock the row first where others may decide at the same moment.
    """
    before = submission.state
    now = datetime.now(UTC)
    submission.state, submission.updated_at = to_state, func.now()
    if to_state not in OPEN_STATES and submission.decided_at is None:
        submission.decided_at = func.now()
        told = submission.contact or submission.words
        submission.contact_delete_on = now.date() + CONTACT_KEPT if told else None
        submission.text_delete_on = now.date() + REFUSED_TEXT_KEPT if to_state in _NOT_KEPT else None
    session.flush()
    duplicates.keep_pending(session, submission.key, submission.body if to_state in OPEN_STATES else None)
    _log(session, submission.key, action, (before, to_state), by)


def require_public(session: Session, service_id: str) -> Record:
    """The record of a service that visitors can see. Raises ``NotFoundError``: both other cases look alike."""
    found = versions.bodies(session, "service", [service_id]).get(service_id)
    if found is None or found["status"] not in PUBLIC_STATUSES:
        raise NotFoundError("No public service has this id.")
    return found


@singledispatch
def being_checked(session: Session, ids: Collection[str]) -> dict[str, date]:
    """Since when somebody says that a service may be wrong, while nobody has looked; those of which nobody says so are
    left out, and those of which so little or so much is said that it proves nothing (``public_being_checked``).
    """
    rows = session.execute(text("SELECT id, since FROM public_being_checked WHERE id = ANY (:ids)"), {"ids": list(ids)})
    return dict(map(tuple, rows))


@being_checked.register
def _saved_being_checked(saved: Saved, ids: Collection[str]) -> dict[str, date]:
    return {id_: date.fromisoformat(saved.being_checked[id_]) for id_ in ids if id_ in saved.being_checked}


def all_being_checked(session: Session) -> dict[str, date]:
    """The same for every public service."""
    return dict(map(tuple, session.execute(text("SELECT id, since FROM public_being_checked"))))


def forget_due(session: Session, today: date) -> int:
    """Delete the contacts and texts whose day has come, and every trace of who sent; how many there were.

    What its sender never answered counts as taken back first. Where nobody decides, contact and words go all the same.
    """
    _close_unanswered(session, today)
    given = {"today": today, "undecided_since": today - CONTACT_KEPT}
    touched = [len(session.execute(one, given).all()) for one in _FORGET]
    session.execute(text("DELETE FROM intake_count WHERE hour < date_trunc('hour', now())"))
    for table in ("intake_salt", "intake_voice"):
        session.execute(text(f"DELETE FROM {table} WHERE day < current_date"))  # noqa: S608 - our own names
    limits.forget(session)
    return sum(touched)


def _close_unanswered(session: Session, today: date) -> None:
    old = func.date(Submission.updated_at) <= today - ANSWER_AWAITED
    waiting = select(Submission).where(Submission.state == "sent_back", old).with_for_update()
    for submission in session.scalars(waiting).all():
        step(session, submission, "unanswered", "withdrawn", By("system"))


_NOT_KEPT: Final = frozenset({"rejected", "withdrawn", "merged"})
_FORGET: Final = [
    text(f"UPDATE submission SET {statement} RETURNING key")  # noqa: S608 - our own words
    for statement in (
        "contact = NULL, words = '', contact_delete_on = NULL WHERE contact_delete_on <= :today",
        """contact = NULL, words = '' WHERE state IN ('pending', 'sent_back')
          AND updated_at::date <= :undecided_since AND (contact IS NOT NULL OR words <> '')""",
        """body = NULL, words = '', text_delete_on = NULL
          WHERE text_delete_on <= :today AND state IN ('rejected', 'withdrawn', 'merged')""",
    )
]


def count_intake(session: Session, network: str, *, most: int, sent: int = 1) -> None:
    """Count what was sent from this network in this hour; ``TooManyError`` beyond ``most``.

    Kept is a hash under a salt of the day that is drawn at random and thrown away, tied to no submission.
    """
    salt = _salt_of_today(session)
    session.execute(text("DELETE FROM intake_count WHERE hour < date_trunc('hour', now())"))
    statement = """
        INSERT INTO intake_count (hour, network, sent) VALUES (date_trunc('hour', now()), :network, :sent)
        ON CONFLICT (hour, network) DO UPDATE SET sent = least(intake_count.sent + :sent, 1000000) RETURNING sent"""
    given = {"network": hashlib.sha256(salt + network.encode()).digest(), "sent": sent}
    if session.execute(text(statement), given).scalar_one() > most:
        raise TooManyError("Too much came from this network in this hour.")


def weigh(session: Session, sending: Sending, network: str) -> None:
    """Take a report's voice from it where its network has reported this service today, or enough others.

    It waits for a moderator all the same. Kept of it is what ``count_intake`` keeps, until the end of the day.
    """
    if sending.problem not in ALARMING:
        return
    salt = _salt_of_today(session)
    if _given(session, salt, f"{network} {sending.service_id}") == 1 and _given(session, salt, network) <= VOICES_A_DAY:
        return
    silence = text("UPDATE submission SET is_a_voice = false WHERE token_hash = :hash")
    session.execute(silence, {"hash": hashed(sending.token)})


def _given(session: Session, salt: bytes, words: str) -> int:
    """How often these words were said today, with this time."""
    statement = """
        INSERT INTO intake_voice (day, mark, given) VALUES (current_date, :mark, 1)
        ON CONFLICT (day, mark) DO UPDATE SET given = least(intake_voice.given + 1, 1000000) RETURNING given"""
    mark = hashlib.sha256(salt + b"voice " + words.encode()).digest()
    return int(session.execute(text(statement), {"mark": mark}).scalar_one())


def hashed(secret: str) -> bytes:
    """What is stored of a token or key: enough to know it again, not to make it."""
    return hashlib.sha256(secret.encode()).digest()


def _salt_of_today(session: Session) -> bytes:
    session.execute(text("DELETE FROM intake_salt WHERE day < current_date"))
    statement = "INSERT INTO intake_salt (day, salt) VALUES (current_date, :salt) ON CONFLICT (day) DO NOTHING"
    session.execute(text(statement), {"salt": os.urandom(32)})
    return bytes(session.execute(text("SELECT salt FROM intake_salt WHERE day = current_date")).scalar_one())


def _inserted(session: Session, sending: Sending, more: Mapping[str, Any]) -> int | None:
    """The new row's key; None where the same key and token came before."""
    _require_drawable(session, sending)
    token_hash, idempotency_hash = hashed(sending.token), hashed(f"{sending.via} {sending.idempotency_key}")
    names = ("kind", "service_id", "body", "problem", "words", "language", "via", "contact")
    values = {name: getattr(sending, name) for name in names}
    number = records.version_number(session, sending.service_id) if sending.service_id else None
    hashes = {"token_hash": token_hash, "idempotency_hash": idempotency_hash}
    statement = insert(Submission).values(**values, **hashes, base_version=number or None, **more)
    once = statement.on_conflict_do_nothing(index_elements=["idempotency_hash"]).returning(Submission.key)
    key: int | None = session.scalar(once)
    if key is None:
        same = select(Submission.token_hash).where(Submission.idempotency_hash == idempotency_hash)
        if session.scalar(same) != token_hash:
            raise ConflictError("This key was used for something else.")
    return key


def _remember(session: Session, key: int, sending: Sending) -> None:
    duplicates.keep_pending(session, key, sending.body)
    _log(session, key, "submitted", (None, "pending"), By("submitter"))
    if sending.dropped:
        _note_dropped(session, key, sending.dropped)


def _note_dropped(session: Session, key: int, dropped: Sequence[str]) -> None:
    values = {"submission_key": key, "dropped": list(dropped)}
    session.execute(insert(ConfidentialPlace).values(values).on_conflict_do_nothing())


def _log(session: Session, key: int, action: str, states: tuple[str | None, str], by: By) -> None:
    last = select(func.max(SubmissionEvent.number)).where(SubmissionEvent.submission_key == key)
    number = (session.scalar(last) or 0) + 1
    line = {"action": action, "from_state": states[0], "to_state": states[1], "by_role": by.role, "words": by.words}
    session.add(SubmissionEvent(submission_key=key, number=number, moderator_key=by.moderator_key, **line))
    session.flush()


def _found(session: Session, token: str, *, lock: bool = False) -> Submission:
    statement = select(Submission).where(Submission.token_hash == hashed(token))
    found = session.scalar(statement.with_for_update() if lock else statement)
    if found is None:
        raise NotFoundError("No submission has this link.")
    return found


def _open(session: Session, token: str) -> Submission:
    found = _found(session, token, lock=True)
    if found.state not in OPEN_STATES:
        raise ConflictError("This has been decided and cannot be changed any more.")
    return found
