"""Text and JSON from outside, cleaned: refused where no writing system needs it, never trimmed or mended."""

import re
import unicodedata
from collections.abc import Mapping
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
    r"\b(?:my (?:first )?name(?: is|['’]?s\b)|i(?: am|['’]?m) called|call me|text me|i(?: am|['’]?m) [0-9]{1,2}\b)"
    r"|\b(?:my (?:phone|mobile|number)|i live (?:in|at))"
    r"|\b(?:je m['’]?appelle|mon (?:nom|prénom|prenom) est|j['’]?ai [0-9]{1,2} ans|appelle[zs]?[- ]moi|j['’]habite)"
    r"|\b(?:mon (?:numéro|numero|portable|téléphone|telephone))"
    r"|\b(?:me llamo|mi nombre es|tengo [0-9]{1,2} años|ll[aá]mame|mi (?:n[uú]mero|tel[eé]fono|m[oó]vil)|vivo en)"
    r"|меня зовут|мо[её] имя|мне [0-9]{1,2} (?:лет|год)|позвони(?:те)? мне|мой (?:номер|телефон)|я живу"
    r"|[اإأ]سمي|عمري [0-9٠-٩]{1,2}|اتصلوا بي|اتصل بي|رقمي|هاتفي|جوالي|أسكن في|أعيش في"
    r"|我叫|我的名字|我今年\s?[0-9]{1,2}|我\s?[0-9]{1,2}\s?[岁歲]|我的(?:电话|電話|手机|手機|号码|號碼)|打[给給]我|我住在",
    re.IGNORECASE,
)
_DIGIT: Final = "[0-9٠-٩۰-۹０-９]"
_OWN_NUMBER: Final = re.compile(rf"(?<![\w/.-])[+＋]?{_DIGIT}(?:{_DIGIT}|[ ().-]){{6,14}}{_DIGIT}(?![\w/-])")
_OWN_MAILBOX: Final = re.compile(r"[\w.+-]+@[\w-]+\.\w")

OWN_WORDS: Final = (_TELLS_WHO.pattern, _OWN_NUMBER.pattern, _OWN_MAILBOX.pattern)
"""The patterns by which somebody's own name, age, number or mailbox is told, for the page's script as well: it asks
before anything leaves the device. Written so that JavaScript reads them alike (flags ``iu``)."""
_SAID: Final = r"words|summary|translations\.[a-z]{2}\.summary"
_CALLED: Final = r"name|name_en|organization|city|translations\.[a-z]{2}\.name|channels\.[0-9]+\.label"
OWN_FIELDS: Final = re.compile(f"{_SAID}|{_CALLED}")
"""The fields of a form in which this is looked for; in names and labels only for words, since numbers belong there."""


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
    """Whether one of these looks as if a child told its own name, age, number or mailbox, in any of six languages."""
    return any(re.search(pattern, text, re.IGNORECASE) for pattern in OWN_WORDS for text in texts)


def tells_in_fields(texts: Mapping[str, str]) -> bool:
    """The same of texts by the name of their field (``OWN_FIELDS``)."""
    said = [text for name, text in texts.items() if re.fullmatch(_SAID, name)]
    return tells_who_writes(*said) or any(_TELLS_WHO.search(text) for text in texts.values())


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
