"""Stored texts of services by key, remembered for a state: most pages show what another page has just shown."""

from collections.abc import Mapping, Sequence
from typing import Final

from sqlalchemy.orm import Session

from popmap.catalogue.fragments import run
from popmap.catalogue.memory import Memory, stamp

_MOST: Final = 8_000
"""So many texts, some 2 KB each, are remembered at most."""
_BY_STATE: Final = Memory(2)
_DOCUMENTS: Final = "SELECT s.key, s.document FROM public_service s WHERE s.key = ANY (:keys)"


def texts(session: Session, keys: Sequence[int]) -> tuple[str, ...]:
    """Return the JSON texts of these services in this order, from the database those that nobody has asked for yet.

    One that is gone by now is left out.
    """
    known: dict[int, str] = _BY_STATE.recall(stamp(session), dict)
    found = {key: known.get(key) for key in keys}
    if missing := [key for key, document in found.items() if document is None]:
        read = dict(run(session, _DOCUMENTS, {"keys": missing}, settled=True))
        found |= read
        remember(session, read)
    return tuple(document for document in found.values() if document is not None)


def remember(session: Session, read: Mapping[int, str]) -> None:
    """Remember texts that were read in this state on the way."""
    state = stamp(session)
    known: dict[int, str] = _BY_STATE.recall(state, dict)
    if len(known) > _MOST:
        _BY_STATE.put(state, known := {})
    known.update(read)
