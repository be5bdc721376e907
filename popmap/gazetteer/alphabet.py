"""Names in the order in which a reader looks for them: accents do not count, and Chinese stands by its sound.

Plain code points would put Åland behind Zimbabwe and États-Unis behind Zambie. Chinese names are ordered by how they
are read aloud (pinyin), as lists of countries are in Chinese.
"""

from collections.abc import Mapping
from functools import cache, lru_cache

from anyascii import anyascii

from popmap.gazetteer.folding import folded
from popmap.gazetteer.names import COUNTRIES, country_name


@lru_cache(maxsize=8_000)
def sort_key(name: str, language: str) -> str:
    """What a name is ordered by for readers of a language; its first character is the letter it is found under."""
    return folded(anyascii(name) if language == "zh" else name)


@cache
def countries_in_order(language: str) -> tuple[str, ...]:
    """The codes of all countries in the alphabetical order of their names in a language of the interface."""
    return tuple(sorted(COUNTRIES, key=lambda code: sort_key(country_name(code, language), language)))


@cache
def country_letters(language: str) -> Mapping[str, str]:
    """Each letter under which countries are found, in order, with the code of the first of them."""
    letters: dict[str, str] = {}
    for code in countries_in_order(language):
        letters.setdefault(sort_key(country_name(code, language), language)[0].upper(), code)
    return letters
