"""Which records a file leaves alone: what people decided about them stands above what a file says.

What was taken down stays down whatever a newer file says; it comes back through moderators alone. What moderators
decided on since the last load stays theirs, unless the operator says otherwise. ``store`` writes the rest.
"""

from collections.abc import Collection, Sequence
from typing import Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from popmap.vocabulary import PUBLIC_STATUSES

_WORDS: Final = {"closed": "withdrawn", "merged": "merged into another record"}
"""What a status is called here, where it is not its own word."""

_LOCK: Final = text("SELECT FROM service WHERE id = ANY (cast(:ids AS text[])) ORDER BY id FOR UPDATE")
_STANDING: Final = text("""
    SELECT s.id, s.status, coalesce(loaded.status, '') AS loaded_as, EXISTS (
      SELECT FROM record_version v WHERE v.record_type = 'service' AND v.record_id = s.id
        AND v.number > coalesce(loaded.number, 0) AND v.by_role IN ('moderator', 'lead')) AS is_decided
    FROM service s LEFT JOIN LATERAL (
      SELECT v.number, v.body ->> 'status' AS status FROM record_version v
      WHERE v.record_type = 'service' AND v.record_id = s.id AND v.by_role = :role
      ORDER BY v.number DESC LIMIT 1) loaded ON true
    WHERE s.id = ANY (cast(:ids AS text[]))""")


def left_alone(
    session: Session, ids: Sequence[str], *, differing: Collection[str], role: str, overwrite: bool
) -> dict[str, str]:
    """Which of these records a file must not touch, and why in a word or two.

    ``differing`` are those about which the file says something new; they are locked until the transaction ends, so
    that nobody takes one down between this look and the write. ``role`` is that in which files are loaded;
    ``overwrite`` gives way where moderators decided, never where something was taken down.
    """
    session.execute(_LOCK, {"ids": list(differing)})
    found: dict[str, str] = {}
    for row in session.execute(_STANDING, {"ids": list(ids), "role": role}):
        if row.status not in PUBLIC_STATUSES and row.status != row.loaded_as:
            found[row.id] = _WORDS.get(row.status, row.status)
        elif row.is_decided and row.id in differing and not overwrite:
            found[row.id] = "decided by moderators since"
    return found
