"""How many different people have said yes to a submission as it stands, and how many it takes.

The database counts (``approvals_needed``, ``approvals_given``) and refuses a decision that has too few; here is said
beforehand what it will say, and what it does not know: a name that looks like a known one needs a lead, and what is
likely a service that needs two people needs two itself, whatever it says of its topics.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

from popmap import duplicates

_GIVEN = text("""
    SELECT a.moderator_key AS key, coalesce(m.role, 'moderator') AS role
    FROM approval a JOIN submission s ON s.key = a.submission_key LEFT JOIN moderator m ON m.key = a.moderator_key
    WHERE a.submission_key = :key AND a.body_digest = body_digest(s.body) AND m.disabled_at IS NULL
    ORDER BY a.at""")
_BODY = text("SELECT body FROM submission WHERE key = :key")
_ANY_NEEDS_TWO = text("SELECT true FROM service WHERE id = ANY (:ids) AND (kind = 'helpline' OR is_acute(topics))")


@dataclass(frozen=True, slots=True)
class Approvals:
    """``needed`` different people must say yes; ``by`` have (their keys), in these ``roles``, to this very text."""

    needed: int
    by: Sequence[int]
    roles: Sequence[str]
    needs_lead: bool = False

    @property
    def are_enough(self) -> bool:
        """Whether the submission may be published."""
        return len(self.by) >= self.needed and (not self.needs_lead or "lead" in self.roles)


def of(session: Session, submission_key: int, *, rule: str, needs_lead: bool = False) -> Approvals:
    """The approvals of a submission under ``rule`` (acute, all, off)."""
    given = session.execute(_GIVEN, {"key": submission_key}).all()
    asked = text("SELECT approvals_needed(:key, :rule)")
    needed = session.execute(asked, {"key": submission_key, "rule": rule}).scalar_one()
    if needed == 1 and rule == "acute":
        body = session.execute(_BODY, {"key": submission_key}).scalar()
        alike = duplicates.likely(session, duplicates.entry_of(body)) if body else ()
        needed = needed_beside(session, [one.id for one in alike])
    return Approvals(needed, [row.key for row in given], [row.role for row in given], needs_lead)


def needed_beside(session: Session, ids: Sequence[str]) -> int:
    """How many people it takes where something is likely one of these services, under the rule ``acute``."""
    return 2 if ids and session.execute(_ANY_NEEDS_TWO, {"ids": list(ids)}).scalar() else 1


def digest(session: Session, submission_key: int) -> str:
    """What an approval is of: a hash of the exact text that was proposed."""
    asked = text("SELECT body_digest(body) FROM submission WHERE key = :key")
    return str(session.execute(asked, {"key": submission_key}).scalar_one())
