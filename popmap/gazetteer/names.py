"""Names of countries in the six languages, and the list of countries.

Names are the Unicode CLDR's, through Babel, except where ISO 3166 or the United Nations call a place otherwise and the
difference says something (a claim, an old name, two places that would look alike): those are in ``_OFFICIAL``. Using a
name implies no opinion on the legal status of a place. What people type beyond these (short and former names,
abbreviations, parts taken for the whole) stands in ``usual_names.csv``, written by hand; traditional Chinese names are
the CLDR's for Taiwan and Hong Kong. Names of towns come from GeoNames, those of subdivisions from
Natural Earth and ISO 3166-2; they are in the database.
"""

import csv
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Final

import pycountry
from babel import Locale, UnknownLocaleError
from babel.languages import get_official_languages

from popmap.vocabulary import LANGUAGES

_IN_BRACKETS: Final = re.compile(r"[(（][^)）]+[)）]")
_ARTICLE: Final = re.compile(r"\bال(?=\w{3})")
"""The Arabic article: مغرب is typed for المغرب."""
_TRADITIONAL: Final = ("zh_Hant", "zh_Hant_HK")
_USUAL: Final = files("popmap.gazetteer") / "usual_names.csv"

KOSOVO: Final = "XK"
"""User-assigned code: not ISO's, but that of the catalogue's sources, of GeoNames and of the CLDR."""

COUNTRIES: Final = tuple(sorted([*(country.alpha_2 for country in pycountry.countries), KOSOVO]))
"""ISO 3166-1 alpha-2 codes, and ``XK``."""

_OFFICIAL: Final[dict[str, tuple[str, str, str, str, str, str]]] = {
    "BQ": (
        *("Bonaire, Sint Eustatius and Saba", "Bonaire, Saint-Eustache et Saba", "بونير وسانت يوستاتيوس وسابا"),
        *("Bonaire, San Eustaquio y Saba", "Бонайре, Синт-Эстатиус и Саба", "博纳尔、圣尤斯特歇斯和萨巴"),
    ),
    "CD": (
        *("Democratic Republic of the Congo", "République démocratique du Congo", "جمهورية الكونغو الديمقراطية"),
        *("República Democrática del Congo", "Демократическая Республика Конго", "刚果民主共和国"),
    ),
    "CG": ("Congo", "Congo", "الكونغو", "Congo", "Конго", "刚果"),
    "CV": ("Cabo Verde", "Cabo Verde", "كابو فيردي", "Cabo Verde", "Кабо-Верде", "佛得角"),
    "FK": (
        *("Falkland Islands (Malvinas)", "Îles Falkland (Malvinas)", "جزر فوكلاند (مالفيناس)"),
        *("Islas Malvinas (Falkland Islands)", "Фолклендские (Мальвинские) острова", "福克兰群岛（马尔维纳斯）"),
    ),
    "HK": ("Hong Kong", "Hong Kong", "هونغ كونغ", "Hong Kong", "Гонконг", "香港"),
    "MF": (
        *("Saint Martin (French part)", "Saint-Martin (partie française)", "سان مارتن (الجزء الفرنسي)"),
        *("San Martín (parte francesa)", "Сен-Мартен (французская часть)", "圣马丁（法属部分）"),
    ),
    "MM": ("Myanmar", "Myanmar", "ميانمار", "Myanmar", "Мьянма", "缅甸"),
    "MO": ("Macao", "Macao", "ماكاو", "Macao", "Макао", "澳门"),
    "PS": (
        *("State of Palestine", "État de Palestine", "دولة فلسطين"),
        *("Estado de Palestina", "Государство Палестина", "巴勒斯坦国"),
    ),
    "SH": (
        *("Saint Helena, Ascension and Tristan da Cunha", "Sainte-Hélène, Ascension et Tristan da Cunha"),
        *("سانت هيلانة وأسنسيون وتريستان دا كونا", "Santa Elena, Ascensión y Tristán de Acuña"),
        *("Острова Святой Елены, Вознесения и Тристан-да-Кунья", "圣赫勒拿、阿森松和特里斯坦-达库尼亚"),
    ),
    "SX": (
        *("Sint Maarten (Dutch part)", "Saint-Martin (partie néerlandaise)", "سانت مارتن (الجزء الهولندي)"),
        *("San Martín (parte neerlandesa)", "Синт-Мартен (нидерландская часть)", "圣马丁（荷属部分）"),
    ),
    "TL": ("Timor-Leste", "Timor-Leste", "تيمور-ليشتي", "Timor-Leste", "Тимор-Лешти", "东帝汶"),
    "TW": (
        *("Taiwan, Province of China", "Taïwan, province de Chine", "مقاطعة تايوان الصينية"),
        *("Taiwán, provincia de China", "Тайвань, провинция Китая", "中国台湾省"),
    ),
}

SUBDIVISION_NAMES: Final[dict[str, tuple[str, str, str, str, str, str]]] = {
    "AR-B": (
        *("Buenos Aires Province", "Province de Buenos Aires", "مقاطعة بوينس آيرس", "Provincia de Buenos Aires"),
        *("Провинция Буэнос-Айрес", "布宜诺斯艾利斯省"),
    ),
    "AR-C": ("Buenos Aires", "Buenos Aires", "بوينس آيرس", "Buenos Aires", "Буэнос-Айрес", "布宜诺斯艾利斯"),
    "GB-ENG": ("England", "Angleterre", "إنجلترا", "Inglaterra", "Англия", "英格兰"),
    "GB-NIR": (
        "Northern Ireland",
        "Irlande du Nord",
        "أيرلندا الشمالية",
        "Irlanda del Norte",
        "Северная Ирландия",
        "北爱尔兰",
    ),
    "GB-SCT": ("Scotland", "Écosse", "اسكتلندا", "Escocia", "Шотландия", "苏格兰"),
    "GB-WLS": ("Wales", "Pays de Galles", "ويلز", "Gales", "Уэльс", "威尔士"),
    "IQ-KR": (
        *("Kurdistan Region", "Région du Kurdistan", "إقليم كردستان", "Región del Kurdistán"),
        *("Регион Курдистан", "库尔德斯坦地区"),
    ),
    "MX-CMX": ("Mexico City", "Mexico", "مدينة مكسيكو", "Ciudad de México", "Мехико", "墨西哥城"),
    "RU-MOS": (
        *("Moscow Oblast", "Oblast de Moscou", "محافظة موسكو", "Óblast de Moscú"),
        *("Московская область", "莫斯科州"),
    ),
    "RU-MOW": ("Moscow", "Moscou", "موسكو", "Moscú", "Москва", "莫斯科"),
    "UA-30": ("Kyiv", "Kyiv", "كييف", "Kiev", "Киев", "基辅"),
    "UA-32": ("Kyiv Oblast", "Oblast de Kyiv", "محافظة كييف", "Óblast de Kiev", "Киевская область", "基辅州"),
    "US-DC": (
        *("District of Columbia", "District de Columbia", "مقاطعة كولومبيا", "Distrito de Columbia"),
        *("Округ Колумбия", "哥伦比亚特区"),
    ),
    "US-WA": (
        "Washington State",
        "État de Washington",
        "ولاية واشنطن",
        "Estado de Washington",
        "Штат Вашингтон",
        "华盛顿州",
    ),
}
"""Big subdivisions that no source names in all six languages, and those that one names like their neighbour."""

SUBDIVISIONS_ALSO: Final = {
    "ES-CT": ("Catalonia", "Catalogne", "كتالونيا", "Cataluña", "Каталония", "加泰罗尼亚"),
    "UA-43": ("Crimea", "Crimée", "القرم", "Крым", "Крим", "克里米亚"),
    "MD-SN": ("Transnistria", "Transnistrie", "ترانسنيستريا", "Приднестровье", "德涅斯特河沿岸"),
}
"""What people type for a subdivision whose name no source has without its rank."""


@cache
def country_name(code: str, language: str) -> str:
    """What a country is called in a language of the interface (English for others); the code itself if unknown."""
    known = language if language in LANGUAGES else "en"
    if code in _OFFICIAL:
        return _OFFICIAL[code][LANGUAGES.index(known)]
    return str(Locale.parse(known).territories.get(code, code)) if code in COUNTRIES else code


def country_names(code: str) -> dict[str, str]:
    """The country's name in each of the six languages."""
    return {language: country_name(code, language) for language in LANGUAGES}


def other_country_names(code: str) -> Iterator[str]:
    """Everything else a country is called, for finding it: usual names, its own languages, ISO's words, codes."""
    yield from usual_names().get(code, ())
    own = get_official_languages(code, regional=True, de_facto=True)
    for language in (*LANGUAGES, *_TRADITIONAL, *own):
        if (name := _cldr_name(code, language)) is not None:
            yield from (name, _IN_BRACKETS.sub("", name), _ARTICLE.sub("", name))
    yield _ARTICLE.sub("", country_name(code, "ar"))
    country = pycountry.countries.get(alpha_2=code)
    for field in ("name", "official_name", "common_name"):
        if found := getattr(country, field, None):
            yield found
    yield from country_codes(code)


def country_codes(code: str) -> tuple[str, ...]:
    """ISO's codes of a country, two letters and three: known to few, and the beginning of other names (IND, MAL)."""
    country = pycountry.countries.get(alpha_2=code)
    return (code, country.alpha_3) if country else (code,)


@cache
def usual_names() -> Mapping[str, tuple[str, ...]]:
    """What people type that no list has, or no longer, by country."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for row in csv.DictReader(_USUAL.read_text(encoding="utf-8").splitlines()):
        found[row["country"]].append(row["name"])
    return {code: tuple(names) for code, names in found.items()}


def _cldr_name(code: str, language: str) -> str | None:
    try:
        found: str | None = Locale.parse(language).territories.get(code)
    except UnknownLocaleError:  # a language that Babel knows by name only
        return None
    return found
