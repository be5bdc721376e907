"""Is it there already? The public services that might be the one somebody describes, and what speaks for each.

For the API and the form while somebody types, for intake, and for moderators. Nothing that is asked is kept. What two
entries have in common is worked out in ``keys``, how sure that makes it in ``scoring`` (the whole model stands there),
the one question is in ``finding``; ``keeping`` writes the keys whenever ``versions.refresh`` brings a service up to
date. What waits for a decision has keys of its own, in ``pending``.
"""

from sqlalchemy.orm import Session

from popmap.duplicates.finding import SHOWN_FROM, Likely
from popmap.duplicates.finding import likely as _likely
from popmap.duplicates.keeping import keep
from popmap.duplicates.keys import Entry, entry_of
from popmap.duplicates.pending import LikelyPending, keep_pending, likely_pending
from popmap.duplicates.scoring import MATCHES, Match

__all__ = [
    "MATCHES",
    "SHOWN_FROM",
    "Entry",
    "Likely",
    "LikelyPending",
    "Match",
    "entry_of",
    "keep",
    "keep_pending",
    "likely",
    "likely_pending",
]


def likely(session: Session, entry: Entry, *, limit: int = 5) -> list[Likely]:
    """The services that are more likely than not the one described, best first; empty where little is said."""
    return _likely(session, entry, limit=limit)
