"""Shapes of subdivisions (Natural Earth's first-level divisions, from npm) and which ISO codes they stand for.

Natural Earth's ``iso_3166_2`` cannot be taken as it is: some codes are old, and some countries (Iran, Morocco, Uganda)
have since given the same codes to other places, which is worse. So renamed codes are renamed here, in countries whose
codes moved the name decides, and shapes that stand for nothing current keep only their country. A bigger subdivision
(a region of departments) gets the shapes of its parts when all of them are there.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import orjson
import pycountry

from popmap.errors import SetupError
from popmap.gazetteer.folding import folded
from popmap.geo import Position
from popmap.vocabulary import LANGUAGES

_RENAMED: Final = {
    "ZA-NL": "ZA-KZN",
    "ZA-GT": "ZA-GP",
    "MX-DIF": "MX-CMX",
    "IQ-TS": "IQ-KI",
    "GR-A1": "GR-I",
    "TW-TPQ": "TW-NWT",
    "IN-UT": "IN-UK",
    "IN-OR": "IN-OD",
    "IN-CT": "IN-CG",
    "IN-TG": "IN-TS",
    "FR-75": "FR-75C",
    "FR-GF": "FR-973",
    "FR-GP": "FR-971",
    "FR-MQ": "FR-972",
    "FR-RE": "FR-974",
    "FR-YT": "FR-976",
    "IT-AO": "IT-23",
    "IT-CI": "IT-SU",
    "IT-VS": "IT-SU",
    "IT-OT": "IT-SS",
    "IT-OG": "IT-NU",
    "NO-01": "NO-30",
    "NO-02": "NO-30",
    "NO-06": "NO-30",
    "NO-04": "NO-34",
    "NO-05": "NO-34",
    "NO-07": "NO-38",
    "NO-08": "NO-38",
    "NO-09": "NO-42",
    "NO-10": "NO-42",
    "NO-12": "NO-46",
    "NO-14": "NO-46",
    "NO-16": "NO-50",
    "NO-17": "NO-50",
    "NO-19": "NO-54",
    "NO-20": "NO-54",
    "PL-DS": "PL-02",
    "PL-KP": "PL-04",
    "PL-LU": "PL-06",
    "PL-LB": "PL-08",
    "PL-LD": "PL-10",
    "PL-MA": "PL-12",
    "PL-MZ": "PL-14",
    "PL-OP": "PL-16",
    "PL-PK": "PL-18",
    "PL-PD": "PL-20",
    "PL-PM": "PL-22",
    "PL-SL": "PL-24",
    "PL-SK": "PL-26",
    "PL-WN": "PL-28",
    "PL-WP": "PL-30",
    "PL-ZP": "PL-32",
    "CZ-PR": "CZ-10",
    "CZ-ST": "CZ-20",
    "CZ-JC": "CZ-31",
    "CZ-PL": "CZ-32",
    "CZ-KA": "CZ-41",
    "CZ-US": "CZ-42",
    "CZ-LI": "CZ-51",
    "CZ-KR": "CZ-52",
    "CZ-PA": "CZ-53",
    "CZ-VY": "CZ-63",
    "CZ-JM": "CZ-64",
    "CZ-OL": "CZ-71",
    "CZ-ZL": "CZ-72",
    "CZ-MO": "CZ-80",
}
"""Same place, new code (or now part of a bigger place)."""

_MISCODED: Final = {
    ("CO-CUN", "Bogota"): "CO-DC",
    ("SB-CH", "Western"): "SB-WE",
    ("MV-12", "Malé"): "MV-MLE",
    ("BA-SRP", "Posavina"): "BA-BIH",
}

_BY_NAME: Final = frozenset({"GT", "IR", "UG"})
"""Codes were dealt out anew: the name decides."""

_OUTDATED: Final = frozenset({"MA"})
"""Codes and borders changed together: no shape of these may stand for a current subdivision."""

_NATIONS: Final = {"England": "GB-ENG", "Northern Ireland": "GB-NIR", "Scotland": "GB-SCT", "Wales": "GB-WLS"}

_WHOLE_WITHOUT: Final = {"FR-ARA": {"FR-69M"}, "FR-IDF": set[str]()}
"""Regions whose missing part lies inside another part."""

_COUNTRIES: Final = {
    "FR-GF": "GF",
    "FR-GP": "GP",
    "FR-MQ": "MQ",
    "FR-RE": "RE",
    "FR-YT": "YT",
    "UA-43": "UA",
    "UA-40": "UA",
    "NL-BQ1": "BQ",
    "NL-BQ2": "BQ",
    "NL-BQ3": "BQ",
    "NO-21": "SJ",
    "NO-22": "SJ",
    "NO-X01~": "BV",
    "-99-X14~": "CX",
    "-99-X15~": "CC",
    "-99-X02~": "FR",
    "-99-X06~": "",
    "-99-X08~": "",  # Siachen, Spratly Islands: nobody's here; the nearest town decides
}
"""Where the country is another than Natural Earth says: ISO's own codes, and Crimea as the UN sees it."""

TWINS: Final = {
    code: f"{parent}-{code}"
    for parent, codes in {
        "US": ("AS", "GU", "MP", "PR", "UM", "VI"),
        "FR": ("BL", "MF", "NC", "PF", "PM", "TF", "WF"),
        "CN": ("HK", "MO", "TW"),
        "NL": ("AW", "CW", "SX"),
    }.items()
    for code in codes
} | {"AX": "FI-01"}
"""Territories that ISO 3166 lists twice, as a country and as a subdivision: both have the same shape."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One shape: its country, the subdivisions it belongs to (its own first), and its own names by language."""

    country: str
    codes: tuple[str, ...]
    names: dict[str, str]
    polygons: list[list[list[Position]]]


@cache
def iso_subdivisions() -> dict[str, Any]:
    """Every current ISO 3166-2 code with pycountry's record (``name``, ``type``, ``parent_code``)."""
    return {subdivision.code: subdivision for subdivision in pycountry.subdivisions}


def read_pieces(path: Path) -> list[Piece]:
    """Every shape of the file. Raises ``SetupError`` when it cannot be read."""
    try:
        features = orjson.loads(path.read_bytes())["features"]
    except (OSError, ValueError, KeyError) as error:
        raise SetupError(f"The shapes {path.name} cannot be read; run npm ci --ignore-scripts in static/.") from error
    own = [_own_code(feature["properties"]) for feature in features]
    present = _with_whole_parents(code for code in own if code)
    return [
        Piece(
            country,
            _codes(feature["properties"], code, country, present),
            _names(feature["properties"]),
            _polygons(feature["geometry"]),
        )
        for feature, code in zip(features, own, strict=True)
        if (country := _country(feature["properties"]))
    ]


def _polygons(geometry: Mapping[str, Any]) -> list[list[list[Position]]]:
    coordinates = geometry["coordinates"]
    return [coordinates] if geometry["type"] == "Polygon" else coordinates


def _country(properties: Mapping[str, Any]) -> str:
    return _COUNTRIES.get(properties["iso_3166_2"], str(properties["iso_a2"]))


def _own_code(properties: Mapping[str, Any]) -> str | None:
    """The current ISO 3166-2 code of a shape, if it stands for one."""
    given = properties["iso_3166_2"]
    code = _MISCODED.get((given, properties.get("name") or ""), _RENAMED.get(given, given))
    country = code[:2]
    if country in _OUTDATED:
        return None
    if country in _BY_NAME:
        return _code_by_name(country, properties)
    return code if code in iso_subdivisions() else None


def _code_by_name(country: str, properties: Mapping[str, Any]) -> str | None:
    known = _codes_by_name(country)
    fields = ("name", "name_en", "woe_name", "gn_name", "name_alt", "name_es")
    given = "|".join(properties.get(field) or "" for field in fields)
    return next((known[key] for name in given.split("|") if (key := _key(name)) in known), None)


@cache
def _codes_by_name(country: str) -> dict[str, str]:
    return {_key(item.name): code for code, item in iso_subdivisions().items() if item.country_code == country}


def _key(name: str) -> str:
    """A name without spaces and with the vowels that Latin spellings of Persian disagree on made the same."""
    plain = folded(name.split(",", maxsplit=1)[0])
    for variant, usual in (("ostan e ", ""), ("and", "va"), ("gharbi", "west"), (" ", ""), ("e", "i"), ("o", "u")):
        plain = plain.replace(variant, usual)
    return plain


def _with_whole_parents(codes: Iterator[str]) -> frozenset[str]:
    """The codes, and every bigger subdivision whose parts are all among them."""
    present = set(codes)
    parts: defaultdict[str, set[str]] = defaultdict(set)
    for code, item in iso_subdivisions().items():
        if item.parent_code:
            parts[item.parent_code].add(code)
    grown = True
    while grown:
        whole = {code for code, needed in parts.items() if needed - _WHOLE_WITHOUT.get(code, set()) <= present}
        grown = not whole <= present
        present |= whole
    return frozenset(present)


def _codes(properties: Mapping[str, Any], own: str | None, country: str, present: frozenset[str]) -> tuple[str, ...]:
    codes = [own] if own else []
    parent = iso_subdivisions()[own].parent_code if own else None
    while parent:
        if parent in present:
            codes.append(parent)
        parent = iso_subdivisions()[parent].parent_code
    codes += [code for code in (_NATIONS.get(properties.get("geonunit") or ""), TWINS.get(country)) if code]
    return tuple(dict.fromkeys(codes))


def _names(properties: Mapping[str, Any]) -> dict[str, str]:
    return {language: name for language in LANGUAGES if (name := properties.get(f"name_{language}"))}
