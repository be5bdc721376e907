"""Names that look like the name of a service that is public already: how a predator would call himself.

Skeletons after UTS 39 (Unicode Security Mechanisms), with the confusable signs of a library: two names are alike when
their skeletons are the same although the names are not. Some words of a longer name ("Chi1dline Morocco") count as a
name. Whether a likeness is meant, a lead moderator decides.
"""

import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import import_module
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.orm import Session

_MARKS: Final = dict.fromkeys([0x200E, 0x200F])
"""The library sets right-to-left signs between these."""
_LEET: Final = str.maketrans("345789@$!", "eastbgasl")
"""Digits and signs that stand for letters among people, though not in Unicode's list."""

Known = Mapping[str, Collection[tuple[str, str]]]

SHORTEST_NAME: Final = 7
"""Letters of words within a longer name that are looked at as a name of their own."""
MOST_WORDS: Final = 12


@dataclass(frozen=True, slots=True)
class Lookalike:
    """A public service whose name looks like a proposed one (``proposed``)."""

    id: str
    name: str
    proposed: str


def of(session: Session, names: Iterable[str], *, leaving_out: str | None = None) -> list[Lookalike]:
    """Public services that one of these names could be taken for; the service ``leaving_out`` is itself."""
    known = _KNOWN.of(session)
    found = [Lookalike(*one, name) for name in names for one in sorted(taken_for(name, known))]
    return list({one.id: one for one in found if one.id != leaving_out}.values())


def taken_for(name: str, known: Known) -> set[tuple[str, str]]:
    """Those of the known (skeleton → (id, name)) for which this name, or some words of it, could be taken."""
    return {
        one
        for part in _parts(name)
        for skeleton in skeletons(part)
        for one in known.get(skeleton, ())
        if folded(one[1]) != folded(part)
    }


def _parts(name: str) -> Iterator[str]:
    """The name, and every run of its words that is long enough to be somebody's name."""
    yield name
    words = name.split()[:MOST_WORDS]
    for start in range(len(words)):
        for end in range(start + 1, len(words) + 1):
            part = " ".join(words[start:end])
            if part != name and len(folded(part)) >= SHORTEST_NAME:
                yield part


def skeletons(name: str) -> frozenset[str]:
    """How a name looks: with capitals as they are, as small letters, and with digits read as letters."""
    plain = _visible(name)
    small = plain.casefold()
    return frozenset({_skeleton(plain), _skeleton(small), _skeleton(small.translate(_LEET))} - {""})


@lru_cache(maxsize=200_000)
def folded(name: str) -> str:
    """The name as one would search for it: two names that fold alike are the same name, none in disguise."""
    decomposed = unicodedata.normalize("NFKD", name).casefold()
    return "".join(sign for sign in decomposed if sign.isalnum())


def _skeleton(name: str) -> str:
    decomposed = unicodedata.normalize("NFD", name)
    mapped = unicodedata.normalize("NFD", "".join(_prototype(sign) for sign in decomposed)).casefold()
    again = "".join(_prototype(sign) for sign in mapped)
    return "".join(sign for sign in again if sign.isalnum()).replace("i", "l")  # 1, I, l and i: one stroke each


def _visible(name: str) -> str:
    return "".join(sign for sign in unicodedata.normalize("NFC", name) if unicodedata.category(sign) != "Cf")


@lru_cache(maxsize=4_000)
def _prototype(sign: str) -> str:
    return _prototypes().get(sign, sign)


@cache
def _prototypes() -> dict[str, str]:
    """Sign → what it looks like. The library's list goes both ways: the hub of a group stands for all of it.

    The list is read when somebody first asks: it takes longer than the rest of a server's start together.
    """
    confusable: Mapping[str, list[dict[str, Any]]] = import_module("confusable_homoglyphs.confusables").confusables_data
    found: dict[str, str] = {}
    for hub, group in confusable.items():
        signs = [each["c"].translate(_MARKS) for each in group]
        if len(signs) == 1 and len(confusable.get(signs[0], ())) > 1:
            continue  # a member: its hub names it
        for sign in signs:
            if len(sign) == 1 and (len(signs) > 1 or len(hub) > 1 or hub < sign):
                found.setdefault(sign, hub)
    return found


class _Known:
    """The skeletons of all public names, made anew when the catalogue has changed."""

    def __init__(self) -> None:
        self._state: tuple[Any, ...] = ()
        self._names: dict[str, list[tuple[str, str]]] = {}

    def of(self, session: Session) -> Known:
        """Skeleton → (id, name) of the public services that look like it."""
        state = tuple(session.execute(_STATE).one())
        if state != self._state:
            names: dict[str, list[tuple[str, str]]] = {}
            for id_, name in session.execute(_NAMES):
                for skeleton in _skeletons_of(name):
                    names.setdefault(skeleton, []).append((id_, name))
            self._names, self._state = names, state
        return self._names


_STATE: Final = text("SELECT current_database(), number, changed_at FROM catalogue_revision")
_NAMES: Final = text("SELECT id, name FROM listing UNION SELECT id, name_en FROM listing")
_skeletons_of = lru_cache(maxsize=300_000)(skeletons)
_KNOWN: Final = _Known()
