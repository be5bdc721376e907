"""Pieces of SQL with their values, put together into statements: what a criterion means is one piece, written once.

Plain SQL because these statements are asked for with every move of a map: building them as expressions costs more than
running them. Pieces are constants of this package; whatever comes from outside is a named value, never text. In every
piece ``s`` is the public view of services.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import TextClause, text
from sqlalchemy.orm import Session

from popmap.glance import Rows, ask


@dataclass(frozen=True, slots=True)
class Fragment:
    """A piece of SQL with named values (``:name``); two pieces of one statement share a name only with its value."""

    sql: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def clause(self) -> TextClause:
        """Return the piece for an SQLAlchemy expression."""
        return text(self.sql).bindparams(**self.values)


EVERYTHING: Final = Fragment("true")
NOTHING: Final = Fragment("false")


def all_of(fragments: Iterable[Fragment]) -> Fragment:
    """Return the condition that all of these hold."""
    return _joined(fragments, " AND ", EVERYTHING)


def any_of(fragments: Iterable[Fragment]) -> Fragment:
    """Return the condition that one of these holds."""
    return _joined(fragments, " OR ", NOTHING)


def none_of(fragment: Fragment) -> Fragment:
    """Return the condition that this does not hold."""
    return Fragment(f"NOT ({fragment.sql})", fragment.values)


def run(session: Session, sql: str, *values: Mapping[str, Any], settled: bool | None = None) -> Rows:
    """Execute a statement with the values of all its pieces; ``settled`` as in ``ask``."""
    given: dict[str, Any] = {}
    for some in values:
        given.update(some)
    return ask(session, sql, given, settled=settled)


def _joined(fragments: Iterable[Fragment], word: str, nothing: Fragment) -> Fragment:
    pieces = list(fragments)
    if len(pieces) < 2:
        return pieces[0] if pieces else nothing
    values = {name: value for piece in pieces for name, value in piece.values.items()}
    return Fragment(word.join(f"({piece.sql})" for piece in pieces), values)
