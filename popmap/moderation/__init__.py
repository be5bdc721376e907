"""What moderators decide, and how: the queue, approvals by different people, the state machine, records taken down.

``states`` says which way a submission may go, ``approvals`` how many people it takes, ``decisions`` takes the steps
with their log in the caller's transaction, ``batches`` takes them for the rows of one table together, ``reports`` for
all that is reported of one service, ``standing`` is about records that stand already (restore, pause, withdraw,
merge), ``queue`` finds what waits, ``differences`` says
what a change changes. Who somebody is, ``accounts`` knows.
"""

from popmap.moderation.approvals import Approvals
from popmap.moderation.batches import approve_rows, reject_rows
from popmap.moderation.decisions import (
    CHECKLIST,
    TWO_SOURCES,
    Verdict,
    approve,
    bring_up_to_date,
    merge,
    reject,
    send_back,
)
from popmap.moderation.differences import Difference, Segment, between, three_way, up_to_date
from popmap.moderation.queue import AGES_DAYS, Entry, Filters, counts, load, waiting
from popmap.moderation.reports import close as close_reports
from popmap.moderation.standing import find, merge_records, open_review, past, pause, restore, withdraw
from popmap.moderation.states import ACTIONS, actions_for, next_state

__all__ = [
    "ACTIONS",
    "AGES_DAYS",
    "CHECKLIST",
    "TWO_SOURCES",
    "Approvals",
    "Difference",
    "Entry",
    "Filters",
    "Segment",
    "Verdict",
    "actions_for",
    "approve",
    "approve_rows",
    "between",
    "bring_up_to_date",
    "close_reports",
    "counts",
    "find",
    "load",
    "merge",
    "merge_records",
    "next_state",
    "open_review",
    "past",
    "pause",
    "reject",
    "reject_rows",
    "restore",
    "send_back",
    "three_way",
    "up_to_date",
    "waiting",
    "withdraw",
]
