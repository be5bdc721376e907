"""Text and JSON from outside, cleaned: refused where no writing system needs it, never trimmed or mended."""

import re
import unicodedata
from typing import Any, Final

import orjson

from popmap.errors import Fault, InputError

MAX_TEXT: Final = 200
"""Longest text of a search, in characters."""
MAX_DEPTH: Final = 16

REFUSED_CATEGORIES: Final = frozenset({"Cc", "Cs", "Co", "Cn", "Zl", "Zp"})
_REFUSED_CHARACTERS: Final = frozenset("\ufffd\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")
_MAX_MARKS: Final = 4

_TELLS_WHO: Final = re.compile(
    r"\b(?:my name is|i am called|call me|text me|i am \d{1,2}\b|i'm \d{1,2}\b|my (?:phone|number)|i live (?:in|at))"
    r"|\b(?:je m['’]appelle|j['’]ai \d{1,2} ans|appelle[zs]?[- ]moi|mon numéro|j['’]habite)"
    r"|\b(?:me llamo|mi nombre es|tengo \d{1,2} años|llámame|mi (?:número|teléfono)|vivo en)"
    r"|меня зовут|мне \d{1,2} (?:лет|год)|позвони(?:те)? мне|мой (?:номер|телефон)|я живу"
    r"|اسمي|عمري \d{1,2}|اتصلوا بي|اتصل بي|رقمي|هاتفي|أسكن في|أعيش في"
    r"|我叫|我的名字|我今年\s?\d{1,2}|我\s?\d{1,2}\s?岁|我的(?:电话|手机|号码)|打给我|我住在",
    re.IGNORECASE,
)
_OWN_NUMBER: Final = re.compile(r"(?<![\w/.-])\+?[0-9][0-9 ()-]{6,14}[0-9](?![\w/-])")


OWN_WORDS: Final = (_TELLS_WHO.pattern, _OWN_NUMBER.pattern)
"""The patterns by which somebody's own name, age or number is told, for the page's script as well: it asks before
anything leaves the device. Written so that JavaScript reads them alike (flags ``iu``)."""


def clean_text(text: str, *, max_length: int = MAX_TEXT) -> str:
    """Return the text in NFC without space at its ends; refuse (never trim) what no writing system needs.

    Refused: control, unassigned and private characters, lone surrogates, the replacement character (undecodable bytes),
    direction overrides, more than four marks on one letter, and more than ``max_length`` characters. Raises ValueError.
    """
    if len(text) > max_length:
        raise ValueError("too_long")
    marks = 0
    for character in text:
        category = unicodedata.category(character)
        marks = marks + 1 if category in {"Mn", "Me"} else 0
        if category in REFUSED_CATEGORIES or character in _REFUSED_CHARACTERS or marks > _MAX_MARKS:
            raise ValueError("bad_characters")
    return unicodedata.normalize("NFC", text).strip()


def clean_words(text: str, *, max_length: int) -> str:
    """Several lines of words in NFC, each cleaned as ``clean_text`` does. Raises ValueError."""
    if len(text) > max_length:
        raise ValueError("too_long")
    lines = text.replace("\r\n", "\n").split("\n")
    return "\n".join(clean_text(line, max_length=max_length) for line in lines).strip()


def tells_who_writes(*texts: str) -> bool:
    """Whether one of these looks as if a child told its own name, age or number, in any of six languages."""
    return any(_TELLS_WHO.search(text) or _OWN_NUMBER.search(text) for text in texts)


def as_json(value: Any) -> str:
    """The value as JSON text."""
    return orjson.dumps(value).decode()


def json_object(body: bytes) -> dict[str, Any]:
    """Return the JSON object in a request's body; ``InputError`` for anything else, too deep or not strictly JSON."""
    # nesting is counted on the bytes first: brackets within texts count too, which only makes the limit stricter
    depth = deepest = 0
    for byte in body:
        depth += (byte in b"[{") - (byte in b"]}")
        deepest = max(deepest, depth)
    if deepest > MAX_DEPTH:
        raise InputError([Fault("body", "too_deep", allowed=[f"at most {MAX_DEPTH} levels"])])
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise InputError([Fault("body", "malformed", allowed=["a JSON object"])]) from error
    if not isinstance(found, dict):
        raise InputError([Fault("body", "malformed", allowed=["a JSON object"])])
    return found
