"""Text search in any script: whole words and their beginnings first; only where these find nothing, what looks alike.

Folding (case, accents, Arabic and Cyrillic variants) is the database's ``fold``, the same for what is stored and what
is asked. Which of the two readings holds is decided once per text and state of the catalogue, by the text alone, so
that lists, counts and maps agree.
"""

import re
from dataclasses import dataclass, replace
from itertools import chain
from typing import Final

from anyascii import anyascii
from sqlalchemy.orm import Session

from popmap.catalogue.fragments import NOTHING, Fragment, all_of, run
from popmap.catalogue.memory import MEMORY, stamp

MAX_WORDS: Final = 12
_SHORTEST_ALIKE: Final = 4
"""Shorter words are only found as they stand: three letters resemble everything."""
_ALIKE_FROM: Final = 0.5
"""Share of a word's trigrams that must be found close together, where nothing closer is found (see ``_shares``)."""
_ONE_SIGN_ALIKE: Final = 0.44
"""What a word of seven letters and more shares with itself when one in the middle is another: "suiside"."""
_LONG_ENOUGH: Final = 7
_UNSPACED: Final = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003134f]"
)
"""Scripts written without spaces (Thai, Lao, Burmese, Khmer, Chinese, Japanese; Korean with its particles)."""
_CARRIED_OVER: Final = tuple(
    str.maketrans({"ي": "i", "و": "o", "ى": "i", "ا": "a", "ة": "a", "ش": sh, "й": "i"}) for sh in ("ch", "sh")
)
"""Letters of names that were carried over from English or French; Arabic writes both sounds with one letter."""
_NAMES: Final = "(s.sort_name || ' ' || fold(s.name_en))"


@dataclass(frozen=True, slots=True)
class Reading:
    """A folded text split into words; ``alike``: the share of trigrams that must agree, if only resemblance helps."""

    folded: str
    alike: float | None = None

    @property
    def words(self) -> list[str]:
        """The first words of the text."""
        return self.folded.split()[:MAX_WORDS]

    @property
    def spaced(self) -> list[str]:
        """Its words in scripts that put spaces between words."""
        return [word for word in self.words if not is_unspaced(word)]

    @property
    def unspaced(self) -> list[str]:
        """Its words in scripts that do not."""
        return [word for word in self.words if is_unspaced(word)]


def is_unspaced(word: str) -> bool:
    """Return whether the word is in a script that puts no spaces between words."""
    return _UNSPACED.search(word) is not None


def read(session: Session, q: str) -> Reading:
    """Return how this text is to be read just now."""

    def decide() -> Reading:
        as_it_stands, *as_it_sounds = (_readings(session, spelt) for spelt in (q, *_spellings(q)))
        readings = chain(as_it_stands, *as_it_sounds)
        return next((reading for reading in readings if _finds(session, reading)), as_it_stands[-1])

    reading = MEMORY.recall(("words", q, stamp(session)), decide)
    _set_share(session, reading)
    return reading


def _readings(session: Session, q: str) -> list[Reading]:
    exact = Reading(run(session, "SELECT fold(:q)", {"q": q}).scalar_one())
    return [exact, *_shares(exact)]


def _spellings(q: str) -> list[str]:
    """Return how a text in another script than Latin may have been spelt in Latin: “شيلد” was “child”."""
    if q.isascii() or is_unspaced(q):
        return []
    return list(dict.fromkeys(anyascii(q.translate(letters)).lower() for letters in _CARRIED_OVER))


def _shares(exact: Reading) -> list[Reading]:
    """Return the readings by resemblance, the closest first.

    The first asks for what a word shares with itself when one letter is left out in the middle: "childine" finds
    Childline, but not all that is for children. Outside Latin that holds for the shortest words as well, because names
    carried over from English are spelt in many ways.
    """
    long = [word for word in exact.words if len(word) >= _SHORTEST_ALIKE]
    left_out = min(((len(word) - 1) / (len(word) + 4) for word in long), default=_ALIKE_FROM) - 0.001
    shares = {_ALIKE_FROM, max(left_out, _ALIKE_FROM)}
    if not any(word.isascii() for word in long):
        shares.add(min(left_out, _ALIKE_FROM))
    if long and min(map(len, long)) >= _LONG_ENOUGH:
        shares.add(_ONE_SIGN_ALIKE)
    return [replace(exact, alike=share) for share in sorted(shares, reverse=True)]


def _finds(session: Session, reading: Reading) -> bool:
    """Return whether anything matches; whole words are looked for first, which is quick where beginnings are slow."""
    _set_share(session, reading)
    conditions = (whole(reading), matches(reading))
    return any(condition != NOTHING and _is_there(session, condition) for condition in conditions)


def _is_there(session: Session, condition: Fragment) -> bool:
    sql = f"SELECT 1 FROM public_service s WHERE {condition.sql} LIMIT 1"  # noqa: S608 - constants
    return run(session, sql, condition.values, settled=False).first() is not None


def _set_share(session: Session, reading: Reading) -> None:
    if reading.alike:
        share = {"share": str(reading.alike)}
        run(session, "SELECT set_config('pg_trgm.word_similarity_threshold', :share, false)", share)


def matches(reading: Reading) -> Fragment:
    """Return the condition that a service has every word of the text."""
    if not reading.words:
        return NOTHING
    if reading.alike:
        return all_of(_alike(i, word) for i, word in enumerate(reading.words))
    return _having(reading, "s.search_text", "")


def whole(reading: Reading) -> Fragment:
    """Return the condition that a service has every word of the text as a whole word: of all that match, the quickest
    to find. False where words are not told apart.
    """
    if reading.alike or reading.unspaced or not reading.spaced:
        return NOTHING
    return Fragment("s.search @@ to_tsquery('simple', :whole)", {"whole": _query(reading.spaced, "", "")})


def ranks(reading: Reading) -> list[Fragment]:
    """Return ascending whole-number sort keys, the best match first: names before everything else."""
    if reading.alike or not reading.words:
        likeness = f"-round(word_similarity(:q, {_NAMES}) * 1000)::integer"
        return [Fragment(likeness, {"q": reading.folded})]
    in_name = _having(reading, _NAMES, "A")
    keys = [Fragment(f"1 - ({in_name.sql})::integer", in_name.values)]
    if reading.spaced:
        rank = "-round(ts_rank(s.search, to_tsquery('simple', :words)) * 100000)::integer"
        keys.append(Fragment(rank, {"words": _query(reading.spaced, "")}))
    return keys


def _having(reading: Reading, text: str, weight: str) -> Fragment:
    """Return the condition that all words begin a word of this weight, or stand in the text if nobody uses spaces."""
    pieces = [_contains(f"part{i}", text, word) for i, word in enumerate(reading.unspaced)]
    if reading.spaced:
        name = f"words{weight}"
        query = {name: _query(reading.spaced, weight)}
        pieces.append(Fragment(f"s.search @@ to_tsquery('simple', :{name})", query))
    return all_of(pieces)


def _query(words: list[str], weight: str, beginning: str = "*") -> str:
    """Return the query for words that begin so; quoted, so that no word can be an operator."""
    kind = f":{beginning}{weight}".rstrip(":")
    return " & ".join("'" + word.replace("\\", " ").replace("'", "''") + f"'{kind}" for word in words)


def _alike(i: int, word: str) -> Fragment:
    found = _contains(f"part{i}", "s.search_text", word)
    if len(word) < _SHORTEST_ALIKE:
        return found
    return Fragment(f"{found.sql} OR s.search_text %> :word{i}", {**found.values, f"word{i}": word})


def _contains(name: str, text: str, word: str) -> Fragment:
    escaped = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return Fragment(f"{text} LIKE :{name}", {name: f"%{escaped}%"})
