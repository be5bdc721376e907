"""Countries whose name was nearly typed: Moroco, Lybia, Untied States. Found without the database.

Trigrams see nothing alike in short names, and a village somewhere is called as the slip is. What is found here is a
guess, and whoever asks has to say so. Looked at are the names in the six languages: those of all others take seconds
to read.
"""

from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from typing import Final

from rapidfuzz.distance import OSA

from popmap.gazetteer.folding import folded_all
from popmap.gazetteer.names import COUNTRIES, country_names, usual_names

_SHORTEST: Final = 4
_ONE_SLIP: Final = 5
_TWO_SLIPS: Final = 8
"""From so many letters on a name may have one letter wrong, missing or too many, or two."""


def countries_like(name: str) -> list[tuple[str, str]]:
    """Codes of countries with a name like this folded one, with that name folded, the likest first; at most one name
    of each country. The first letter has to be right, and a name itself is no slip.
    """
    best: dict[str, tuple[float, str]] = {}
    for known, codes in _names_by_first_letter().get(name[:1], {}).items():
        if (far := slips(name, known)) is None:
            continue
        for code in codes:
            best[code] = min(best.get(code, (far, known)), (far, known))
    return [(code, known) for code, (_, known) in sorted(best.items(), key=lambda found: (found[1], found[0]))]


def slips(typed: str, known: str) -> float | None:
    """How far apart two folded names are; None when no slip of the fingers leads from one to the other."""
    if min(len(typed), len(known)) < _SHORTEST or typed == known:
        return None
    allowed = (len(known) >= _ONE_SLIP) + (len(known) >= _TWO_SLIPS)
    if abs(len(typed) - len(known)) <= allowed and (far := OSA.distance(typed, known, score_cutoff=allowed)) <= allowed:
        return float(far)
    return 1.5 if sorted(typed) == sorted(known) else None  # Lybia, Chian: the right letters in another order


@cache
def _names_by_first_letter() -> Mapping[str, Mapping[str, frozenset[str]]]:
    found: defaultdict[str, defaultdict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for code in COUNTRIES:
        for name in filter(None, folded_all((*country_names(code).values(), *usual_names().get(code, ())))):
            found[name[0]][name].add(code)
    return {first: {name: frozenset(codes) for name, codes in names.items()} for first, names in found.items()}
