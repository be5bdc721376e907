"""Which web and mail addresses may stand in a record: of a named public host, in one script, with nothing hidden in it.

Nothing is fetched here; whether a host answers, and where its name leads, is the link checker's business.
"""

import re
import unicodedata
from typing import Final
from urllib.parse import urlsplit

import idna

LONGEST: Final = 2000
LONGEST_EMAIL: Final = 254

_HOST: Final = re.compile(r"([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?\.)+(xn--[a-z0-9-]+|[a-z]{2,63})")
_STRICT_HOST: Final = re.compile(r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+(xn--[a-z0-9-]+|[a-z]{2,63})")
_EMAIL: Final = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@([A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,63}")
_NOT_PUBLIC: Final = frozenset(
    {"local", "localhost", "internal", "intranet", "lan", "home", "corp", "private", "test", "invalid", "onion", "arpa"}
)
_HIDDEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Zs"})
_TOGETHER: Final = (
    frozenset({"CJK", "HIRAGANA", "KATAKANA", "LATIN"}),
    frozenset({"CJK", "HANGUL", "LATIN"}),
    frozenset({"CJK", "BOPOMOFO", "LATIN"}),
)
"""Scripts that one word of a language mixes (UTS 39, highly restrictive)."""


class AddressError(ValueError):
    """No address that may stand here. ``code``: ``too_long``, ``bad_characters``, ``not_https``, ``malformed``,
    ``not_public``, ``mixed_scripts``.
    """

    def __init__(self, code: str) -> None:
        """The code is the message, too."""
        self.code = code
        super().__init__(code)


def checked_web_address(text: str) -> str:
    """The address, unchanged, of an https page of a public host. Raises ``AddressError``."""
    if len(text) > LONGEST:
        raise AddressError("too_long")
    if any(unicodedata.category(letter) in _HIDDEN for letter in text) or re.search(r"[\\<>\"{}|^`]", text):
        raise AddressError("bad_characters")
    if not text.startswith("https://"):
        raise AddressError("not_https")
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise AddressError("malformed") from error
    if parts.username is not None or parts.password is not None or "@" in parts.netloc or port not in (None, 443):
        raise AddressError("malformed")
    check_host(host)
    return text


def check_host(host: str) -> None:
    """Nothing for the name of a public host by IDNA 2008, each of its words in one script. Raises ``AddressError``."""
    try:
        plain = idna.encode(host, uts46=True, strict=True).decode("ascii")
        words = idna.decode(plain).split(".")
    except (idna.IDNAError, UnicodeError, ValueError, IndexError) as error:
        raise AddressError("malformed") from error
    if not _STRICT_HOST.fullmatch(plain):
        raise AddressError("malformed")
    if plain.rpartition(".")[2] in _NOT_PUBLIC:
        raise AddressError("not_public")
    if not all(_is_of_one_script(word) for word in words):
        raise AddressError("mixed_scripts")


def shown_host(address: str) -> str:
    """The host of an address as the network knows it (xn--…), for those who must see what it really is."""
    host = urlsplit(address).hostname or ""
    try:
        return idna.encode(host, uts46=True).decode("ascii")
    except (idna.IDNAError, UnicodeError):
        return host


def is_email(text: str) -> bool:
    """Whether this is a mail address as people have them."""
    return len(text) <= LONGEST_EMAIL and bool(_EMAIL.fullmatch(text)) and ".." not in text


def is_web_address(text: str) -> bool:
    """Whether this is an absolute http(s) address of a named public host, without user name or odd characters."""
    if len(text) > LONGEST or not text.startswith(("http://", "https://")) or re.search(r"[\s\\<>\"{}|^`]", text):
        return False
    try:
        parts = urlsplit(text)
        host = (parts.hostname or "").encode("idna").decode("ascii") if parts.hostname else ""
        port = parts.port
    except (ValueError, UnicodeError):
        return False
    if parts.username is not None or port == 0:
        return False
    return bool(_HOST.fullmatch(host))


def _is_of_one_script(word: str) -> bool:
    scripts = {_script(letter) for letter in word if letter.isalpha()}
    return len(scripts) <= 1 or any(scripts <= allowed for allowed in _TOGETHER)


def _script(letter: str) -> str:
    return unicodedata.name(letter, "?").partition(" ")[0]
