"""How sure it is that two entries are the same service: evidence added up, as in the classic theory of record linkage.

Each thing that agrees or differs is worth some bits: one bit doubles or halves the odds. The sum begins at ``PRIOR``
(an entry that was looked up at all is the same one once in 128 cases), and the score is the probability that the sum
stands for: ``1 / (1 + 2 ** -bits)``.

==============================  ====  ======================================================================
what                            bits  when
==============================  ====  ======================================================================
number                           +11  the same in international form, or the same at home in the same country
number without a country          +7  the same digits, at least seven, where no country was given
numbers differ                    -2  both have numbers, none the same
web page                          +8  the same page (on sites that many share, only this counts)
web host, domain              +5, +4  the same host, the same registrable domain
web differs                       -1  both have addresses of their own, none the same
mailbox                           +8  the same address
names                        -5 … +8  by the share of words they have in common, see ``likeness``
initials                          +4  one is the abbreviation of the other, where the names themselves hardly agree
numbers in names                  -4  both names say a number, and not the same one
organization                  +2, -1  alike, not alike at all
country                       +1, -6  one in common, none in common
==============================  ====  ======================================================================

A number or an address that many services share says less: one bit less for each doubling of their number.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Final, Literal

from rapidfuzz.distance import OSA

from popmap.duplicates.keys import WORLD, Keys

Match = Literal["phone", "text", "web", "name", "organization", "email"]
MATCHES: Final[tuple[Match, ...]] = ("phone", "text", "web", "email", "name", "organization")

PRIOR: Final = -7.0
NUMBER: Final = {"+": 11.0, "?": 7.0}
NUMBER_AT_HOME: Final = 11.0
NUMBERS_DIFFER: Final = -2.0
WEB: Final = {"page": 8.0, "host": 5.0, "domain": 4.0}
WEB_DIFFERS: Final = -1.0
MAILBOX: Final = 8.0
NAMES: Final = ((0.0, -5.0), (0.25, -3.0), (0.4, 0.0), (0.6, 4.0), (0.8, 6.0), (1.0, 8.0))
"""Likeness of names and bits; between two of them in proportion."""
ALIKE: Final = 0.5
INITIALS: Final = 4.0
NUMBERS_IN_NAMES_DIFFER: Final = -4.0
ORGANIZATION: Final = 2.0
ORGANIZATION_DIFFERS: Final = -1.0
COUNTRY: Final = 1.0
COUNTRY_DIFFERS: Final = -6.0

_SAME_WORD: Final = 0.65
_COMMON: Final = 0.4
_COMMON_WORDS: Final = frozenset(
    "child children childs kid kids youth young teen teens people help helpline line lifeline hotline phone "
    "telephone national service services support centre center online the of and for a in to on at by with free "
    "call chat text report reporting missing women violence emergency safe safer internet ligne numero enfance "
    "enfants enfant ecoute aide jeunes linea telefono ninos ninas infancia ayuda para de la le les des du da do "
    "el los las y e et der die das und fur kinder jugend telefon hotlain telefonnaya liniya goryachaya doveriya "
    "detskii telefona detei kht msdh ltfl tfl alo sos linha linja line linka".split()
)


@dataclass(frozen=True, slots=True)
class Compared:
    """What is known of two being the same, in bits, and what speaks for it."""

    bits: float
    matches: tuple[Match, ...]

    @property
    def score(self) -> float:
        """How likely it is that the two are the same, 0 to 1."""
        return 1 / (1 + math.exp2(-self.bits))


def compare(
    asked: Keys, known: Keys, countries: tuple[Sequence[str], Sequence[str]], shared_by: Mapping[str, int]
) -> Compared:
    """How sure it is that what is asked for is what is known; ``shared_by``: how many services have a key."""
    found: dict[Match, float] = {}
    bits = PRIOR + _place(*countries)
    bits += _numbers(asked, known, shared_by, found)
    bits += _web(asked, known, shared_by, found)
    if asked.email & known.email:
        found["email"] = MAILBOX
        bits += MAILBOX
    bits += _names(asked, known, found)
    bits += _organization(asked, known, found)
    return Compared(bits, tuple(match for match in MATCHES if match in found))


def likeness(one: str, other: str) -> float:
    """The share of words that two names have in common (0 to 1): alike ones in part, everyday ones less than rare ones.

    Half of it is the share of both, half that of the shorter one: a name that was shortened is still that name.
    """
    left, right = one.split(), other.split()
    if not left or not right:
        return 0.0
    if len(left) > len(right):
        left, right = right, left
    open_words = list(right)
    common = 0.0
    for word in left:
        best = max(open_words, key=lambda candidate: _alike(word, candidate), default=None)
        if best is not None and (closeness := _alike(word, best)) >= _SAME_WORD:
            common += closeness * min(_weight(word), _weight(best))
            open_words.remove(best)
    weights = sum(map(_weight, left)), sum(map(_weight, right))
    whole = 2 * common / (weights[0] + weights[1])
    together = _alike(one.replace(" ", ""), other.replace(" ", ""))
    return max((whole + common / min(weights)) / 2, together)


def _place(asked: Sequence[str], known: Sequence[str]) -> float:
    here, there = {*asked} - {WORLD}, {*known} - {WORLD}
    if here & there:
        return COUNTRY
    return COUNTRY_DIFFERS if here and there and WORLD not in {*asked, *known} else 0.0


def _numbers(asked: Keys, known: Keys, shared_by: Mapping[str, int], found: dict[Match, float]) -> float:
    best = 0.0
    known_numbers = known.phone | known.text
    for key in (asked.phone | asked.text) & known_numbers:
        kind = key.split(":")[1]
        worth = NUMBER.get(kind[0], NUMBER_AT_HOME) - _shared(key, shared_by)
        best = max(best, worth)
        found["phone" if key in known.phone else "text"] = worth
    if best:
        return best
    return NUMBERS_DIFFER if (asked.phone and known.phone) or (asked.text and known.text) else 0.0


def _web(asked: Keys, known: Keys, shared_by: Mapping[str, int], found: dict[Match, float]) -> float:
    common = asked.web & known.web
    if common:
        found["web"] = max(WEB[key.partition(":")[0]] - _shared(key, shared_by) for key in common)
        return max(found["web"], 0.5)
    own = ("host:", "domain:")
    return WEB_DIFFERS if _has(asked.web, own) and _has(known.web, own) else 0.0


def _has(keys: frozenset[str], starts: tuple[str, ...]) -> bool:
    return any(key.startswith(starts) for key in keys)


def _names(asked: Keys, known: Keys, found: dict[Match, float]) -> float:
    if not asked.names or not known.names:
        return 0.0
    best = max(likeness(one, other) for one in asked.names for other in known.names)
    bits = _between(best)
    if asked.numbers_in_names and known.numbers_in_names and not asked.numbers_in_names & known.numbers_in_names:
        bits += NUMBERS_IN_NAMES_DIFFER
    if best < ALIKE and asked.initials & known.initials:
        bits, best = max(bits, INITIALS), ALIKE
    if best >= ALIKE:
        found["name"] = bits
    return bits


def _organization(asked: Keys, known: Keys, found: dict[Match, float]) -> float:
    if not asked.organization or not known.organization:
        return 0.0
    best = likeness(asked.organization, known.organization)
    if best >= 0.6:
        found["organization"] = ORGANIZATION
        return ORGANIZATION
    return ORGANIZATION_DIFFERS if best < 0.3 else 0.0


def _shared(key: str, shared_by: Mapping[str, int]) -> float:
    return math.log2(max(shared_by.get(key, 1), 1))


def _between(likeness: float) -> float:
    for (low, low_bits), (high, high_bits) in pairwise(NAMES):
        if likeness <= high:
            return low_bits + (high_bits - low_bits) * (likeness - low) / (high - low)
    return NAMES[-1][1]


def _weight(word: str) -> float:
    return _COMMON if word in _COMMON_WORDS else 1.0


@lru_cache(maxsize=50_000)
def _alike(one: str, other: str) -> float:
    """The share of letters that two words have in common in their order; two neighbours exchanged are one slip."""
    return OSA.normalized_similarity(one, other)
