"""Reads the text of a CQL2 filter with the library's grammar and gives its tree; what a tree may say is not known here.

A room of its own because to import it costs more than a second: the library builds its grammar for itself, and ours
once more. It is opened by the first filter of a process, not by each command that has nothing to do with filters.
"""

from datetime import datetime
from typing import Any, Final

from lark import Lark
from pygeofilter import parsers
from pygeofilter.parsers.cql2_text import parser as library


class _Reader(library.CQLTransformer):  # type: ignore[misc]  # the library is not typed
    """The library's own, but for moments: at those that are none it guesses, for seconds, in every language."""

    def DATETIME(self, text: str) -> datetime:  # noqa: N802 - the name in the grammar
        """Return a moment of ISO 8601; ``ValueError`` for anything else."""
        return datetime.fromisoformat(text)


_READER: Final = Lark.open(
    "grammar.lark",
    rel_to=library.__file__,
    import_paths=list(parsers.__path__),
    parser="lalr",
    maybe_placeholders=False,
    transformer=_Reader(),
)


def tree(text: str) -> Any:
    """Return the tree of a text (nodes of ``pygeofilter.ast``); ``LarkError``, ``ValueError``, ``TypeError`` or
    ``OverflowError`` where it is none.
    """
    return _READER.parse(text)
