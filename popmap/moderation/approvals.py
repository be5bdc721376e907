"""How many different people have said yes to a submission as it stands, and how many it takes.

The database counts (``approvals_needed``, ``approvals_given``) and refuses a decision that has too few; here is said
beforehand what it will say, and the one thing it does not know: a name that looks like a known one needs a lead.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

_GIVEN = text("""
    SELECT a.moderator_key AS key, coalesce(m.role, 'moderator') AS role
    FROM approval a JOIN submission s ON s.key = a.submission_key LEFT JOIN moderator m ON m.key = a.moderator_key
    WHERE a.submission_key = :key AND a.body_digest = body_digest(s.body) AND m.disabled_at IS NULL
    ORDER BY a.at""")


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
    return Approvals(needed, [row.key for row in given], [row.role for row in given], needs_lead)


def digest(session: Session, submission_key: int) -> str:
    """What an approval is of: a hash of the exact text that was proposed."""
    asked = text("SELECT body_digest(body) FROM submission WHERE key = :key")
    return str(session.execute(asked, {"key": submission_key}).scalar_one())
