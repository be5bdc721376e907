"""Which place is meant by a text: one for sure, or several to choose from. Nothing that is only likely is told as sure.

``finding`` knows what is called like that; here it is decided whether that leaves a doubt. A country's own name leaves
none unless another country, as great a region or a city of some weight has it as well; a city's none where its
namesakes in other countries have a twentieth of its people, and none of them bears as its own name what the city is
only called elsewhere (Dili is not Delhi); a smaller town's own name only if nothing else anywhere is called so.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from popmap.gazetteer.finding import PlaceHit, find
from popmap.gazetteer.folding import folded
from popmap.gazetteer.locating import served_from
from popmap.gazetteer.misspelt import countries_like

_LOOKED_AT: Final = 100
_OTHERS: Final = 4
_TOWN: Final = 100_000
_GREAT_CITY: Final = 500_000
_NAMESAKE_OF_CITY: Final = 20
"""A town with so many times fewer people than the city of its name is not what is meant by it."""
_OWN_NAME: Final = 5_000
"""A town of so many people is meant by its own name rather than a city elsewhere that has another of its own."""
_LEADS: Final = 50_000
"""A town of so many people, or of half the people, comes before a city elsewhere that has its name besides its own."""
_OUTWEIGHS: Final = 10
"""A city of so many times more people than a town may have been meant although its name is only like the town's."""
_NAMESAKE_OF_COUNTRY: Final = (100_000, 5)
_NAMESAKE_OF_SHORT_NAME: Final = (50_000, 20)
"""Towns that a country's namesake may be: at least so many people, and no more times fewer than the country. Who types
Armenia hardly means the city in Colombia, but Trinidad may be that of Bolivia."""
_COUNTED: Final = 1000
"""Of a region with fewer people than this it is only not known how many there are."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """The likeliest place, the ``doubts`` (places that the text may name as well) and what else is worth to ``offer``.

    ``guessed``: nothing is called as the text says, ``best`` only nearly.
    """

    best: PlaceHit
    doubts: tuple[PlaceHit, ...]
    offer: tuple[PlaceHit, ...]
    sure: bool
    guessed: bool

    @property
    def countries(self) -> tuple[str, ...]:
        """The countries it may be in, the likeliest first: one when it is sure."""
        return tuple(dict.fromkeys(place.country for place in (self.best, *self.doubts)))

    @property
    def others(self) -> tuple[PlaceHit, ...]:
        """A few places to choose instead, those in doubt first."""
        return (*self.doubts, *self.offer)[:_OTHERS]


def meaning(session: Any, text: str, *, lang: str) -> Meaning | None:
    """What the text means; None when no place has such a name."""
    slips = [f"country:{code}" for code, _ in countries_like(folded(text))]
    hits = _led_by_own_name(_led_by_slips(find(session, text, lang=lang, limit=_LOOKED_AT), slips))
    if not hits:
        return None
    best = hits[0]
    rest = list({hit.label: hit for hit in reversed(hits[1:]) if hit.label != best.label}.values())[::-1]
    doubts = _of_each_country([hit for hit in rest if _is_in_doubt(hit, best, slips)])[:_OTHERS]
    others = [hit for hit in rest if hit not in doubts]
    if best.kind == "country" and best.likeness == "same":
        others = [hit for hit in others if _is_elsewhere(hit, best) and hit.likeness == "same" and hit.people >= _TOWN]
    # of towns in other scripts few names are known: another may be called so as well, and its name not be here
    is_hearsay = best.kind == "town" and not best.is_own_name and best.people < _GREAT_CITY
    sure = best.likeness == "same" and not doubts and not is_hearsay
    return Meaning(best, tuple(doubts), tuple(others), sure, best.likeness == "similar")


def _is_in_doubt(hit: PlaceHit, best: PlaceHit, slips: Sequence[str]) -> bool:
    """Whether the text may well mean this place, and not the likeliest."""
    if best.likeness != "same":
        return hit.likeness != "similar" or hit.kind == "country"
    if best.kind == "country":
        return _shares_the_name(hit, best)
    return hit.country != best.country and not _is_dwarfed(hit, best, slips)


def _led_by_slips(hits: Sequence[PlaceHit], slips: Sequence[str]) -> list[PlaceHit]:
    """The hits, the country whose name was nearly typed first, unless a town of some size or a country is called so."""
    nearly = next((hit for hit in hits if hit.id in slips), None)
    if nearly is None or hits[0].kind == "country" or (hits[0].is_own_name and hits[0].people >= _TOWN):
        return list(hits)
    return [nearly, *(hit for hit in hits if hit is not nearly)]


def _led_by_own_name(hits: Sequence[PlaceHit]) -> list[PlaceHit]:
    """The hits, a town of that very name before a city elsewhere that is only called so as well."""
    first, own = hits[:1], None
    if first and first[0].kind == "town" and first[0].likeness == "same" and not first[0].is_own_name:
        named = (hit for hit in hits if hit.kind == "town" and hit.likeness == "same" and hit.is_own_name)
        elsewhere = (hit for hit in named if hit.country != first[0].country)
        own = next((hit for hit in elsewhere if hit.people >= min(_LEADS, first[0].people / 2)), None)
    return [own, *(hit for hit in hits if hit is not own)] if own else list(hits)


def _of_each_country(hits: Sequence[PlaceHit]) -> list[PlaceHit]:
    """The hits, one of each country before the second of any, and first whose own name it is."""
    nth: Counter[str] = Counter()
    places: list[tuple[int, PlaceHit]] = []
    for hit in sorted(hits, key=lambda hit: not hit.is_own_name):
        nth[hit.country] += 1
        places.append((nth[hit.country], hit))
    return [hit for _, hit in sorted(places, key=lambda place: place[0])]


def _shares_the_name(hit: PlaceHit, country: PlaceHit) -> bool:
    """Whether a place makes its namesake, a country, unsure: who types Georgia may be in the United States, and Amman
    is written as Oman is. Villages called Cuba do not.
    """
    if hit.likeness != "same" or not _is_elsewhere(hit, country):
        return False
    if hit.kind != "town":
        return hit.kind == "country" or hit.people >= country.people
    least, times = _NAMESAKE_OF_COUNTRY if country.is_own_name else _NAMESAKE_OF_SHORT_NAME
    return hit.people >= least and hit.people * times >= country.people and hit.is_own_name


def _is_elsewhere(hit: PlaceHit, country: PlaceHit) -> bool:
    """Whether a place is outside the country; a territory is the same place as its entry among its state's regions."""
    itself = hit.kind == "subdivision" and (hit.subdivision or "").endswith(f"-{country.country}")
    return hit.country not in {country.country, served_from(country.country)} and not itself


def _is_dwarfed(hit: PlaceHit, best: PlaceHit, slips: Sequence[str]) -> bool:
    """Whether nobody who means this place would type the name of ``best`` alone."""
    if best.likeness != "same":
        return False
    if best.people < _TOWN:
        nearly = hit.likeness != "same" and hit.kind != "country" and best.kind == "town" and best.is_own_name
        return nearly and not (hit.people >= _TOWN and hit.people >= _OUTWEIGHS * best.people)
    if hit.likeness == "same" and hit.is_own_name and not best.is_own_name and hit.people >= _OWN_NAME:
        return False
    if hit.kind == "country":
        # nearly typed, or only begun: San may become San Marino, but Paris is Paris
        nearly = hit.id in slips or hit.likeness == "begins"
        return nearly and best.kind == "town" and best.people >= _GREAT_CITY and best.is_own_name
    if hit.kind == "subdivision" and (hit.people < _COUNTED or best.kind == "subdivision"):
        return hit.likeness == "similar"
    return hit.likeness != "same" or hit.people * _NAMESAKE_OF_CITY <= best.people
