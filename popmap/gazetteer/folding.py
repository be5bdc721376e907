"""One spelling for every way of writing a name, so that what is typed and what is kept can be compared.

Case, accents, Arabic and Persian letter variants, short vowels, punctuation and double spaces fall away; scripts are
not turned into one another (the alternate names do that). The SQL function ``fold`` does the same for the catalogue's
texts; this one runs in Python because a million names are folded, and told apart, before they go into the database, and
because hyphens and apostrophes do not count in the name of a place.
"""

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

_NO_LETTERS: Final = re.compile(r"(?:[^\w\n]|_)+")
_APOSTROPHES: Final = dict.fromkeys(map(ord, "'’‘`´ʻʼʽʾʿˈ"))
_MARKS_UNTIL: Final = 0x20000
"""From here on there are no marks: planes of ideographs, and none; to ask about them all costs every start 0.3 s."""
_MARKS: Final = {code: None for code in range(0x300, _MARKS_UNTIL) if unicodedata.combining(chr(code))}
_FORMATTING: Final = dict.fromkeys(map(ord, "ءـ\u200b\u200c\u200d\u200e\u200f"))
_LETTERS: Final = {
    "ø": "o",
    "ł": "l",
    "đ": "d",
    "ı": "i",
    "æ": "ae",
    "œ": "oe",
    "ð": "d",
    "þ": "th",
    "ŋ": "n",
    "ħ": "h",
    "ə": "e",
    **dict.fromkeys("ىیېےۍ", "ي"),
    **dict.fromkeys("ةہۃەھ", "ه"),
    **dict.fromkeys("کڪ", "ك"),
    "ٱ": "ا",
}
_TABLE: Final[dict[int, str | None]] = {
    **_MARKS,
    **_FORMATTING,
    **_APOSTROPHES,
    **{ord(letter): usual for letter, usual in _LETTERS.items()},
}


def folded(text: str) -> str:
    """The text without case, accents, marks, letter variants and punctuation; words separated by one space."""
    return folded_all([text])[0]


def folded_all(texts: Iterable[str]) -> list[str]:
    """Each text folded; much faster than one by one."""
    whole = "\n".join(text.replace("\n", " ") for text in texts).casefold()
    whole = whole.replace("´", "'")  # decomposition would make it a space and an accent
    if whole.isascii():
        whole = whole.replace("'", "").replace("`", "")
    else:
        whole = unicodedata.normalize("NFKC", unicodedata.normalize("NFKD", whole).translate(_TABLE))
    return [line.strip() for line in _NO_LETTERS.sub(" ", whole).split("\n")]
