"""How often something was tried lately: for what may be tried only so often, such as signing in. Reading never is.

The keys are keyed hashes that the doors make, so that neither an address nor a name stands here; rows go with their
time, and the table is not kept over a crash.
"""

from datetime import timedelta
from typing import Final

from sqlalchemy import text
from sqlalchemy.orm import Session

LONGEST: Final = timedelta(days=1)
"""No limit looks further back, so nothing older is kept."""


def allow(session: Session, key: bytes, *, most: int, within: timedelta) -> bool:
    """Write this try down and say yes; no, and nothing written, when there were ``most`` in this time already.

    Tries of one key wait for one another: of many at the same moment no more than ``most`` get a yes. What is refused
    does not count, so whoever waits gets in again.
    """
    given = {"key": key, "within": within, "most": most}
    session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(encode(:key, 'hex'), 0))"), given)
    written = session.execute(
        text(
            "INSERT INTO attempt (key) SELECT :key WHERE :most > "
            "(SELECT count(*) FROM attempt WHERE key = :key AND at > clock_timestamp() - cast(:within AS interval)) "
            "RETURNING number"
        ),
        given,
    )
    return written.first() is not None


def forget(session: Session, key: bytes | None = None) -> None:
    """Strike out the tries of one key; without a key, all that no limit asks for any more."""
    if key is None:
        session.execute(
            text("DELETE FROM attempt WHERE at <= clock_timestamp() - cast(:longest AS interval)"), {"longest": LONGEST}
        )
    else:
        session.execute(text("DELETE FROM attempt WHERE key = :key"), {"key": key})
