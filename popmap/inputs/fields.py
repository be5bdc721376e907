"""Fields of schemas that say what is wrong as our faults do: a stable code, what was given, what is allowed."""

import re
import unicodedata
from collections.abc import Collection, Iterable
from datetime import date
from functools import cache
from typing import Any, Final
from zoneinfo import available_timezones

import pycountry
from marshmallow import ValidationError, fields

from popmap import geo
from popmap.inputs.texts import MAX_TEXT, REFUSED_CATEGORIES, clean_text, clean_words

_SHOWN: Final = 80
UNSEEN: Final = frozenset("\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Letters and signs that nobody can see."""
_ZONE: Final = re.compile(r"UTC|[A-Za-z]+(/[A-Za-z0-9_+-]+){1,2}")
_LANGUAGE: Final = re.compile(r"([a-z]{2,3})(?:-[A-Z][a-z]{3})?(?:-(?:[A-Z]{2}|[0-9]{3}))?")


def refuse(code: str, value: object, allowed: Iterable[str] = ()) -> ValidationError:
    """The error that becomes a ``Fault`` of this code."""
    return ValidationError({"fault": [code, shown(value), list(allowed)]})


def shown(value: object) -> str:
    """The beginning of what was given, safe to show."""
    text = "".join(c if unicodedata.category(c) not in REFUSED_CATEGORIES else "\ufffd" for c in str(value)[:_SHOWN])
    return text if len(str(value)) <= _SHOWN else text + "…"


class Text(fields.String):
    """Words of a search, cleaned."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> str:
        try:
            return clean_text(str(value))
        except ValueError as error:
            raise refuse(str(error), value, [f"at most {MAX_TEXT} printable characters"]) from error


class Words(fields.String):
    """Words of a record: NFC, no character that no writing system needs, never trimmed; something to see in them."""

    def __init__(self, longest: int, *, lines: bool = False, **options: Any) -> None:
        super().__init__(**{"metadata": {}, **options})
        self.metadata = {"maxLength": longest, **self.metadata}
        self.longest = longest
        self.lines = lines

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> str:
        if not isinstance(value, str):
            raise refuse("malformed", value, ["text"])
        try:
            text = (clean_words if self.lines else clean_text)(value, max_length=self.longest)
        except ValueError as error:
            raise refuse(str(error), value, [f"at most {self.longest} printable characters"]) from error
        if self.required and not text:
            raise refuse("missing", value, ["some words"])
        if text and not any(unicodedata.category(letter)[0] in "LNPS" and letter not in UNSEEN for letter in text):
            raise refuse("bad_characters", value, ["something that can be seen"])
        return text


class Flag(fields.Boolean):
    """True or false, as JSON says them."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> bool:
        if value is not True and value is not False:
            raise refuse("malformed", value, ["true", "false"])
        return value


class Degrees(fields.Float):
    """A number as JSON has it: finite, and no text that might be read as one."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> float:
        if type(value) not in (int, float) or not -540 <= value <= 540:
            raise refuse("out_of_range", value, ["degrees"])
        return float(value)


class Zone(fields.String):
    """An IANA time zone of a place, or empty."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> str:
        if not isinstance(value, str) or (value and not is_zone(value)):
            raise refuse("unknown_value", value, ["an IANA name like Africa/Casablanca, or UTC"])
        return value


class Code(fields.String):
    """One code of a controlled list; ``words`` describes a list too long to show."""

    def __init__(self, codes: Collection[str], *, words: str = "", **options: Any) -> None:
        super().__init__(metadata={"enum": sorted(codes)} if not words else {"description": words}, **options)
        self.codes = codes
        self.allowed = [words] if words else list(codes)

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> str:
        if not isinstance(value, str) or value not in self.codes:
            raise refuse("unknown_value", value, self.allowed)
        return str(value)


class Pattern(fields.String):
    """Text of one exact shape."""

    def __init__(self, pattern: re.Pattern[str], *, words: str, **options: Any) -> None:
        super().__init__(metadata={"pattern": f"^(?:{pattern.pattern})$", "description": words}, **options)
        self.pattern = pattern
        self.words = words

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> str:
        if not self.pattern.fullmatch(str(value)):
            raise refuse("malformed", value, [self.words])
        return str(value)


class Language(fields.String):
    """A BCP 47 tag of language, script and region whose language exists."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> str:
        match = _LANGUAGE.fullmatch(str(value))
        if match is None or match[1] not in language_codes():
            raise refuse("unknown_value", value, ["a BCP 47 language tag such as fr, zh-Hant or pt-BR"])
        return str(value)


class Whole(fields.Integer):
    """A whole number in plain ASCII digits within a range."""

    def __init__(self, low: int, high: int, **options: Any) -> None:
        super().__init__(metadata={"minimum": low, "maximum": high}, **options)
        self.low = low
        self.high = high

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> int:
        if not re.fullmatch(rf"[0-9]{{1,{max(4, len(str(self.high)))}}}", str(value)):
            raise refuse("malformed", value, [f"{self.low} to {self.high}"])
        if not self.low <= int(value) <= self.high:
            raise refuse("out_of_range", value, [f"{self.low} to {self.high}"])
        return int(value)


class Day(fields.Date):
    """A calendar day as YYYY-MM-DD."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> date:
        try:
            if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", str(value)):
                return date.fromisoformat(value)
        except ValueError as error:
            raise refuse("out_of_range", value, ["a day as YYYY-MM-DD"]) from error
        raise refuse("malformed", value, ["a day as YYYY-MM-DD"])


class LonLat(fields.String):
    """A point as ``lon,lat`` with at most two decimals (about a kilometre): more would say where someone stands."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> geo.Point:  # type: ignore[override]
        try:
            return geo.parse_point(str(value))
        except geo.GeoError as error:
            raise refuse(
                error.code, value, ["lon,lat in degrees with at most two decimals, such as 2.35,48.85"]
            ) from error


class Box(fields.String):
    """A box as ``west,south,east,north``; west greater than east means that it crosses 180 degrees."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> geo.BBox:  # type: ignore[override]
        try:
            return geo.parse_bbox(str(value))
        except geo.GeoError as error:
            raise refuse(error.code, value, ["west,south,east,north in degrees, south not above north"]) from error


@cache
def zones() -> frozenset[str]:
    """Every IANA time zone of a place."""
    return frozenset(zone for zone in available_timezones() if _ZONE.fullmatch(zone))


def is_zone(name: str) -> bool:
    """Whether this is an IANA time zone of a place (or UTC); old names such as EST5EDT are none."""
    return name in zones()


@cache
def language_codes() -> frozenset[str]:
    """Every ISO 639 code a tag may begin with (639-1, 639-3, and the families of 639-5 such as ``ber``)."""
    languages = {getattr(language, "alpha_2", language.alpha_3) for language in pycountry.languages}
    return frozenset(languages | {family.alpha_3 for family in pycountry.language_families})


class Subdivisions:
    """ISO 3166-2 codes, read when first asked for."""

    def __contains__(self, code: object) -> bool:
        found: object = len(str(code)) <= 6 and pycountry.subdivisions.get(code=str(code))  # type: ignore[no-untyped-call]
        return bool(found)

    def __iter__(self) -> Any:
        return iter(())

    def __len__(self) -> int:
        return len(pycountry.subdivisions)
