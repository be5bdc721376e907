"""What several people report about one service: one line of the queue, read together and closed together.

Each report stays a submission of its own with its own log and its own sender, who reads the answer.
"""

from collections.abc import Callable, Sequence
from typing import Final

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from popmap import submissions
from popmap.accounts import Person
from popmap.errors import ConflictError
from popmap.models import Submission
from popmap.moderation import decisions
from popmap.moderation.states import next_state
from popmap.submissions import By
from popmap.vocabulary import N_

SHOWN: Final = 100


def beside(session: Session, submission: Submission) -> tuple[Sequence[Submission], int]:
    """The other reports about the same service that wait, oldest first, at most ``SHOWN``; and how many there are."""
    if submission.kind != "report" or submission.state != "pending":
        return [], 0
    others = _waiting(submission.service_id).where(Submission.key != submission.key)
    shown = session.scalars(others.limit(SHOWN)).all()
    return shown, session.scalar(select(func.count()).select_from(others.subquery())) or 0


def newest(session: Session, submission: Submission) -> int:
    """The last report about the same service that waits: what comes after it was not seen."""
    waiting = _waiting(submission.service_id).subquery()
    return session.scalar(select(func.max(waiting.c.key))) or submission.key


def close(session: Session, key: int, *, by: Person, up_to: int, answer: Callable[[str], str], action: str) -> int:
    """Approve or reject (``action``) this report and all about its service up to ``up_to``; how many they were.

    ``answer`` gives the words for a sender in his language. Raises ``ConflictError`` when this one is decided,
    ``ForbiddenError`` when it is one's own; others of one's own are left.
    """
    opened = decisions.locked(session, key)
    if opened.kind != "report":
        raise ConflictError(N_("This is no report."))
    following = next_state(opened.kind, opened.state, action)
    if action == "approve":
        decisions.refuse_own(opened, by)
    others = _waiting(opened.service_id).where(Submission.key != key, Submission.key <= up_to).with_for_update()
    closed = [opened, *(one for one in session.scalars(others) if action != "approve" or not decisions.is_own(one, by))]
    past = {"approve": "approved", "reject": "rejected"}[action]
    for one in closed:
        submissions.step(session, one, past, following, By(by.role, answer(one.language), by.key))
    return len(closed)


def _waiting(service_id: str | None) -> Select[Submission]:
    return (
        select(Submission)
        .where(Submission.kind == "report", Submission.state == "pending", Submission.service_id == service_id)
        .order_by(Submission.key)
    )
