"""Pieces of SQL with their values, put together into statements: what a criterion means is one piece, written once.

Plain SQL because these statements are asked for with every move of a map: building them as expressions costs more than
running them. Pieces are constants of this package; whatever comes from outside is a named value, never text. In every
piece ``s`` is the public view of services.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import CursorResult, TextClause, text
from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class Fragment:
    """A piece of SQL with named values (``:name``); two pieces of one statement share a name only with its value."""

    sql: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def clause(self) -> TextClause:
        """Return the piece for an SQLAlchemy expression."""
        return text(self.sql).bindparams(**self.values)


EVERYTHING: Final = Fragment("true")


def all_of(fragments: Iterable[Fragment]) -> Fragment:
    """Return the condition that all of these hold."""
    return _joined(fragments, " AND ", EVERYTHING)


def any_of(fragments: Iterable[Fragment]) -> Fragment:
    """Return the condition that one of these holds."""
    return _joined(fragments, " OR ", Fragment("false"))


def run(session: Session, sql: str, *values: Mapping[str, Any]) -> CursorResult[Any]:
    """Execute a statement with the values of all its pieces."""
    given: dict[str, Any] = {}
    for some in values:
        given.update(some)
    return session.connection().execute(_statement(sql), given)


@lru_cache(maxsize=2_000)
def _statement(sql: str) -> TextClause:
    return text(sql)


def _joined(fragments: Iterable[Fragment], word: str, nothing: Fragment) -> Fragment:
    pieces = list(fragments)
    if len(pieces) < 2:
        return pieces[0] if pieces else nothing
    values = {name: value for piece in pieces for name, value in piece.values.items()}
    return Fragment(word.join(f"({piece.sql})" for piece in pieces), values)
