"""Stored texts of services by key, remembered per state: most pages show what another page has just shown."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy.orm import Session

from popmap.catalogue.fragments import run
from popmap.catalogue.memory import Memory, stamp

_TEXTS: Final = Memory(8_000)
_DOCUMENTS: Final = "SELECT s.key, s.document FROM public_service s WHERE s.key = ANY (:keys)"


def texts(session: Session, keys: Sequence[int]) -> tuple[str, ...]:
    """Return the JSON texts of these services in this order, those nobody has asked for yet from the database.

    One that is gone by now is left out.
    """
    state = stamp(session)
    known: dict[int, str | None] = {key: _TEXTS.get((key, state)) for key in keys}
    if missing := [key for key, document in known.items() if document is None]:
        for key, document in run(session, _DOCUMENTS, {"keys": missing}, settled=True):
            known[key] = document
            _TEXTS.put((key, state), document)
    return tuple(document for document in known.values() if document is not None)
