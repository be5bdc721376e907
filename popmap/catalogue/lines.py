"""What somebody makes of each record, kept beside it, so that a file of a million need not make it a million times.

What a line says is the business of whoever makes it. ``stream`` gives lines where they are kept and the record where
there is none: a service that has just changed, or lines of another program. So nothing depends on their being there.
"""

from collections.abc import Callable
from typing import Final

from sqlalchemy import text
from sqlalchemy.orm import Session

AT_ONCE: Final = 5_000

# a record that is changing this moment is left out, and none changes before its line is written: no line is ever that
# of an older record
_NEXT: Final = text("SELECT key FROM listing WHERE key > :after ORDER BY key LIMIT :most")
_WITHOUT: Final = text("""
SELECT s.key, s.document FROM listing s
WHERE s.key = ANY (cast(:keys AS bigint[]))
  AND NOT EXISTS (SELECT FROM listing_line l WHERE l.key = s.key AND l.made_by = :made_by)
FOR SHARE OF s SKIP LOCKED""")
_WRITE: Final = text("""
INSERT INTO listing_line (key, made_by, line)
SELECT key, :made_by, line FROM unnest(cast(:keys AS bigint[]), cast(:lines AS text[])) AS made (key, line)
ON CONFLICT (key) DO UPDATE SET made_by = excluded.made_by, line = excluded.line""")
KEPT: Final = "(SELECT l.line FROM listing_line l WHERE l.key = s.key AND l.made_by = :made_by)"


def keep_lines(session: Session, made_by: str, make: Callable[[str], str], *, after: int = 0) -> int | None:
    """Write lines for some records that have none by this maker; the key after which to go on, None when that is all.

    For an owner's session, committed after each turn.
    """
    keys = session.execute(_NEXT, {"after": after, "most": AT_ONCE}).scalars().all()
    if not keys:
        return None
    rows = session.execute(_WITHOUT, {"keys": keys, "made_by": made_by}).all()
    if rows:
        lines = [make(row.document) for row in rows]
        session.execute(_WRITE, {"made_by": made_by, "keys": [row.key for row in rows], "lines": lines})
    return int(keys[-1])
