"""The state of the catalogue as one stamp, and a small memory for answers that hold as long as that state.

What is remembered under a stamp can never be stale; how long a door may trust a stamp without asking is its own choice.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from functools import singledispatch
from typing import Any, Final, TypeVar

from sqlalchemy.orm import Session

from popmap.catalogue.fragments import run

Found = TypeVar("Found")
_PINNED: Final = "catalogue_stamp"


@dataclass(frozen=True, slots=True)
class Stamp:
    """One state: the public revision ``number``, and the ``writer`` (transaction) that made it.

    The writer tells two states apart that bear the same number because a transaction was rolled back or another
    database is read; PostgreSQL never gives its number twice.
    """

    number: int
    writer: str


@singledispatch
def stamp(session: Session) -> Stamp:
    """Return the state of the catalogue that this session sees, or the one it was pinned to."""
    pinned: Stamp | None = session.info.get(_PINNED)
    if pinned is not None:
        return pinned
    row = run(session, "SELECT number, xmin::text AS writer FROM catalogue_revision").one()
    return Stamp(row.number, row.writer)


def pin(session: Session, state: Stamp) -> Session:
    """Let a reading session take this state for its own, without asking again, and return it.

    The state must have been read before anything else was: then what is remembered under it is at least as new.
    """
    session.info[_PINNED] = state
    return session


def revision(session: Session) -> int:
    """Return the revision: a number that every publish, change or withdrawal raises."""
    return stamp(session).number


class Memory:
    """The latest answers by key, least recently used go first. Safe to share between threads."""

    def __init__(self, size: int) -> None:
        """Remember at most ``size`` answers."""
        self._size = size
        self._answers: OrderedDict[Hashable, Any] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> Any:
        """Return what is remembered under the key, or None."""
        with self._lock:
            if key in self._answers:
                self._answers.move_to_end(key)
            return self._answers.get(key)

    def put(self, key: Hashable, answer: Any) -> None:
        """Remember an answer (not None)."""
        with self._lock:
            self._answers[key] = answer
            self._answers.move_to_end(key)
            while len(self._answers) > self._size:
                self._answers.popitem(last=False)

    def recall(self, key: Hashable, make: Callable[[], Found]) -> Found:
        """Return what is remembered under the key, else make it and remember it."""
        known: Found | None = self.get(key)
        if known is None:
            known = make()
            self.put(key, known)
        return known


MEMORY: Final = Memory(4_000)
"""Small facts about a state: totals, counts, distinct values, which reading of a search text finds anything."""
