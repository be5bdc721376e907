"""Text search in any script: whole words and their beginnings first; only where these find nothing, what looks alike.

Folding (case, accents, Arabic and Cyrillic variants) is the database's ``fold``, the same for what is stored and what
is asked. Which of the two readings holds is decided once per text and state of the catalogue, by the text alone, so
that lists, counts and maps agree.
"""

import re
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Integer, SQLColumnExpression, and_, cast, func, or_, select, text
from sqlalchemy.orm import Session

from popmap.catalogue.memory import MEMORY, stamp
from popmap.catalogue.rows import listing

MAX_WORDS: Final = 12
_SHORTEST_ALIKE: Final = 4
"""Shorter words are only found as they stand: three letters resemble everything."""
_ALIKE_FROM: Final = 0.5
"""Share of a word's trigrams that must be found close together: one letter missing from seven still passes."""
_UNSPACED: Final = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003134f]"
)
"""Scripts written without spaces (Thai, Lao, Burmese, Khmer, Chinese, Japanese; Korean with its particles)."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A folded text split into words, and whether only resemblance finds anything."""

    folded: str
    alike: bool

    @property
    def words(self) -> list[str]:
        """The first words of the text."""
        return self.folded.split()[:MAX_WORDS]


def read(session: Session, q: str) -> Reading:
    """Return how this text is to be read just now."""

    def decide() -> Reading:
        exact = Reading(session.execute(select(func.fold(q))).scalar_one(), alike=False)
        found = session.execute(select(listing.c.key).where(matches(exact)).limit(1)).first()
        return exact if found else Reading(exact.folded, alike=True)

    reading = MEMORY.recall(("words", q, stamp(session)), decide)
    if reading.alike:
        session.execute(select(func.set_config("pg_trgm.word_similarity_threshold", str(_ALIKE_FROM), False)))
    return reading


def matches(reading: Reading) -> ColumnElement[bool]:
    """Return the condition that a service has every word of the text."""
    if not reading.words:
        return listing.c.search_text.contains(reading.folded, autoescape=True)
    if reading.alike:
        return and_(*(_alike(word) for word in reading.words))
    return and_(*_by_beginning(reading, ""), *(_contains(listing.c.search_text, w) for w in _unspaced(reading)))


def ranks(reading: Reading) -> list[tuple[SQLColumnExpression[Any], type[int]]]:
    """Return ascending whole-number sort keys, the best match first: names before everything else."""
    names = listing.c.sort_name + " " + func.fold(listing.c.name_en)
    if reading.alike or not reading.words:
        likeness = func.round(func.word_similarity(reading.folded, names) * 1_000)
        return [(-cast(likeness, Integer), int)]
    in_name = and_(*_by_beginning(reading, "A"), *(_contains(names, word) for word in _unspaced(reading)))
    keys: list[tuple[SQLColumnExpression[Any], type[int]]] = [(1 - cast(in_name, Integer), int)]
    if spaced := [word for word in reading.words if not _UNSPACED.search(word)]:
        rank = func.ts_rank(listing.c.search, _query(spaced, "")) * 100_000
        keys.append((-cast(func.round(rank), Integer), int))
    return keys


def _by_beginning(reading: Reading, weight: str) -> list[ColumnElement[bool]]:
    spaced = [word for word in reading.words if not _UNSPACED.search(word)]
    return [listing.c.search.op("@@", is_comparison=True)(_query(spaced, weight))] if spaced else []


def _query(words: list[str], weight: str) -> ColumnElement[Any]:
    """Return the query for words that begin so; quoted, so that no word can be an operator."""
    quoted = ("'" + word.replace("\\", " ").replace("'", "''") + f"':*{weight}" for word in words)
    return func.to_tsquery(text("'simple'::regconfig"), " & ".join(quoted))


def _unspaced(reading: Reading) -> list[str]:
    return [word for word in reading.words if _UNSPACED.search(word)]


def _alike(word: str) -> ColumnElement[bool]:
    found = _contains(listing.c.search_text, word)
    return (
        or_(found, listing.c.search_text.op("%>", is_comparison=True)(word)) if len(word) >= _SHORTEST_ALIKE else found
    )


def _contains(column: SQLColumnExpression[str], word: str) -> ColumnElement[bool]:
    return column.contains(word, autoescape=True)
