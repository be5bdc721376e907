"""Which place is meant by a text: one for sure, or several to choose from. Nothing that is only likely is told as sure.

``finding`` knows what is called like that; here it is decided whether that leaves a doubt. A country's own name leaves
none unless another country, as great a region or a city of some weight has it as well; a city's none where its
namesakes in other countries have a twentieth of its people, and none of them bears as its own name what the city is
only called elsewhere (Dili is not Delhi); a smaller town's own name only if nothing else anywhere is called so.

Where nothing is called so, but for a slip of the fingers, no place is told at all: there may be some to choose from
(``Unclear``). Of an address the smallest part that is a place's name is taken, from its end.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from popmap.gazetteer.finding import PlaceHit, find, parts_of, resolve
from popmap.gazetteer.folding import folded
from popmap.gazetteer.locating import served_from
from popmap.gazetteer.misspelt import countries_like
from popmap.gazetteer.no_one_place import NoOnePlace, no_one_place

_LOOKED_AT: Final = 100
_OTHERS: Final = 4
_OFFERED: Final = 6
_WORDS: Final = 3
_SIGNS: Final = re.compile("[\u3400-\u9fff]{3}")
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

    ``guessed``: nothing is called as the text says, ``best`` only nearly. ``part``: the words at the end of an address
    that are the place's name, where not all of it is; otherwise empty.
    """

    best: PlaceHit
    doubts: tuple[PlaceHit, ...]
    offer: tuple[PlaceHit, ...]
    sure: bool
    guessed: bool
    part: str = ""

    @property
    def countries(self) -> tuple[str, ...]:
        """The countries it may be in, the likeliest first: one when it is sure."""
        return tuple(dict.fromkeys(place.country for place in (self.best, *self.doubts)))

    @property
    def others(self) -> tuple[PlaceHit, ...]:
        """A few places to choose instead, those in doubt first."""
        return (*self.doubts, *self.offer)[:_OTHERS]


@dataclass(frozen=True, slots=True)
class Unclear:
    """No place can be told from the text; ``offer`` are some to choose from, if any.

    ``why``: ``unknown``, or as in ``no_one_place``.
    """

    why: str
    offer: tuple[PlaceHit, ...]


def meaning(session: Any, text: str, *, lang: str) -> Meaning | Unclear:
    """What the text means."""
    if known := no_one_place(folded(text)):
        return _no_one(session, text, lang, known)
    found = _of_whole(session, text, lang)
    if isinstance(found, Meaning):
        return found
    parts = parts_of(text)
    for first in range(1, len(parts)):
        rest = ", ".join(parts[first:])
        general = _of_whole(session, rest, lang)
        if isinstance(general, Meaning) and general.best.likeness == "same" and not no_one_place(folded(rest)):
            return replace(general, part=rest)
    return found if found.offer else Unclear("unknown", _named_within(session, text, lang))


def _no_one(session: Any, text: str, lang: str, known: NoOnePlace) -> Unclear:
    """The places that such a text stands for, and those that bear it as their own name all the same."""
    stands_for = [hit for place in known.places if (hit := resolve(session, place, lang=lang))]
    called = [hit for hit in find(session, text, lang=lang) if hit.likeness == "same"]
    own = [hit for hit in called if (hit.is_own_name and hit.people >= _OWN_NAME) or hit.people >= _TOWN]
    elsewhere = [hit for hit in own if hit.country not in {place.country for place in stands_for}]
    kept = [] if known.why == "closed" else _of_each_country(elsewhere)[:_OTHERS]
    return Unclear(known.why, tuple({hit.id: hit for hit in (*stands_for, *kept)}.values()))


def _of_whole(session: Any, text: str, lang: str) -> Meaning | Unclear:
    """What the text means, its last parts saying where the first is."""
    slips = [f"country:{code}" for code, _ in countries_like(folded(text))]
    hits = _led_by_nearly(_led_by_own_name(_led_by_slips(find(session, text, lang=lang, limit=_LOOKED_AT), slips)))
    if not hits:
        return Unclear("unknown", ())
    best = hits[0]
    rest = list({hit.label: hit for hit in reversed(hits[1:]) if hit.label != best.label}.values())[::-1]
    doubts = _of_each_country([hit for hit in rest if _is_in_doubt(hit, best, slips)])[:_OTHERS]
    if not _is_likely(best, rest, doubts):
        offered = [hit for hit in (best, *rest) if _is_worth_to_offer(hit, slips)]
        return Unclear("unknown", tuple(_of_each_country(offered)[:_OFFERED]))
    others = [hit for hit in rest if hit not in doubts]
    if best.kind == "country" and best.likeness == "same":
        others = [hit for hit in others if _is_elsewhere(hit, best) and hit.likeness == "same" and hit.people >= _TOWN]
    # of towns in other scripts few names are known: another may be called so as well, and its name not be here
    is_hearsay = best.kind == "town" and not best.is_own_name and best.people < _GREAT_CITY
    sure = best.likeness == "same" and not doubts and not is_hearsay
    return Meaning(best, tuple(doubts), tuple(others), sure, best.likeness == "similar")


def _is_likely(best: PlaceHit, rest: Sequence[PlaceHit], doubts: Sequence[PlaceHit]) -> bool:
    """Whether the likeliest place may be told, with its doubts: what is only like it, or only also called so, may not
    when another may be meant as well.
    """
    if best.likeness == "same":
        return best.kind != "town" or best.is_own_name or best.people >= _GREAT_CITY or not doubts
    if best.kind == "country":
        return best.is_nearly
    rivals = (hit for hit in rest if hit.is_nearly and hit.country != best.country)
    is_alone = all(hit.people * _NAMESAKE_OF_CITY <= best.people and hit.kind != "country" for hit in rivals)
    return best.is_nearly and best.people >= _TOWN and is_alone


def _is_worth_to_offer(hit: PlaceHit, slips: Sequence[str]) -> bool:
    """Whether who typed the text may have meant this: not every village that trigrams find like it."""
    is_begun = hit.likeness == "begins" and hit.people >= _LEADS
    return hit.likeness == "same" or hit.is_nearly or hit.id in slips or is_begun


def _named_within(session: Any, text: str, lang: str) -> tuple[PlaceHit, ...]:
    """Great places that the last or first words of the text name, to choose from: "I live in London"."""
    words = folded(text).split(" ")
    pieces = [" ".join(words[-count:]) for count in range(min(_WORDS, len(words) - 1), 0, -1)]
    if words[1:]:
        pieces.append(words[0])
    elif _SIGNS.match(text):  # signs are not divided, and begin with the greatest: 北京市朝阳区
        pieces += [words[0][:count] for count in range(_WORDS + 1, 1, -1)]
    found = []
    for piece in dict.fromkeys(piece for piece in pieces if not no_one_place(piece)):
        hits = find(session, piece, lang=lang, limit=1) if piece else []
        named = [hit for hit in hits if hit.likeness == "same" and hit.is_own_name]
        found += [hit for hit in named if hit.kind == "country" or hit.people >= _TOWN]
    return tuple({hit.id: hit for hit in found}.values())[:_OTHERS]


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


def _led_by_nearly(hits: Sequence[PlaceHit]) -> list[PlaceHit]:
    """The hits, a city but for a slip of the fingers before what is only like it."""
    if not hits or hits[0].likeness == "same" or hits[0].is_nearly:
        return list(hits)
    nearly = next((hit for hit in hits if hit.is_nearly and (hit.kind == "country" or hit.people >= _TOWN)), None)
    return [nearly, *(hit for hit in hits if hit is not nearly)] if nearly else list(hits)


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
    return _is_lesser(hit, best)


def _is_lesser(hit: PlaceHit, best: PlaceHit) -> bool:
    """Whether a namesake is too small to be meant, or has no more people and the name not of its own: who types Gaza
    hardly means a province of that name, and Rome is Rome, though Lomé is written so as well. Of other scripts less is
    known: in Chinese Oakland is Auckland's namesake, and no list says that this is its own name.
    """
    if hit.kind == "subdivision" and (hit.people < _COUNTED or best.kind == "subdivision"):
        return hit.likeness == "similar"
    if hit.likeness != "same" or hit.people * _NAMESAKE_OF_CITY <= best.people:
        return True
    is_hearsay = not hit.is_own_name and best.people >= _GREAT_CITY and folded(best.name).isascii()
    is_other = hit.kind == "subdivision" or is_hearsay
    return best.kind == "town" and best.is_own_name and hit.people <= best.people and is_other
