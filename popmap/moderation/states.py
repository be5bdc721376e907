"""Which way a submission may go: every kind, state and action of a moderator, in one table. All else is refused.

What its sender may do (edit, withdraw) is the business of ``submissions``; the database refuses other ways once more.
"""

from collections.abc import Mapping
from typing import Final

from popmap.errors import ConflictError
from popmap.vocabulary import N_

ACTIONS: Final = ("approve", "send_back", "reject", "merge", "bring_up_to_date")

_ALWAYS: Final[dict[tuple[str, str], str]] = {
    ("pending", "approve"): "approved",
    ("pending", "send_back"): "sent_back",
    ("pending", "reject"): "rejected",
    ("sent_back", "reject"): "rejected",
}
TRANSITIONS: Final[Mapping[str, Mapping[tuple[str, str], str]]] = {
    "new": _ALWAYS | {("pending", "merge"): "merged"},
    "change": _ALWAYS | {("pending", "bring_up_to_date"): "pending"},
    "report": _ALWAYS,
}
"""Kind → (state, action) → the state that follows. An approval that is not the last one leaves it pending."""


def next_state(kind: str, state: str, action: str) -> str:
    """The state that follows. Raises ``ConflictError`` where this action is not open, for instance after a decision."""
    following = TRANSITIONS[kind].get((state, action))
    if following is None:
        raise ConflictError(N_("This has been decided meanwhile, or waits for its sender."))
    return following


def actions_for(kind: str, state: str) -> tuple[str, ...]:
    """What a moderator may do with a submission of this kind in this state, in the order in which it is offered."""
    return tuple(action for action in ACTIONS if (state, action) in TRANSITIONS[kind])
