"""What two entries of the same service have in common, however each is written: the keys it is looked up by.

Numbers become E.164 with the country as context; a short number only counts within its country (116 111 is thirty
lines). Web addresses become a page, a host and a registrable domain. Names become plain Latin words, whatever their
script, so that what is written by ear resembles what is kept. Everything is worked out offline.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from hashlib import sha256
from itertools import pairwise
from typing import Any, Final
from urllib.parse import urlsplit

import phonenumbers
from anyascii import anyascii
from publicsuffixlist import PublicSuffixList

WORLD: Final = "*"
"""Stands for the whole world among countries."""
NUMBERED: Final = frozenset({"phone", "sms", "whatsapp"})
_ON_THE_WEB: Final = frozenset(
    {"webchat", "video", "web_form", "app", "peer_forum", "chatbot", "reporting_portal", "other_messenger", "whatsapp"}
)
_MAX_COUNTRIES: Final = 12
"""A national number of a service of more countries than these says nothing."""
_SHORT: Final = 6
"""Numbers of at most so many digits are another line in every country."""
_LONGEST: Final = 15
"""Digits of a number, its country's code included."""
_LONGEST_KEY: Final = 300
_LONGEST_WORD: Final = 40
_TELLING: Final = 4
"""Letters from which on a word with a slip is still told from others."""
_SHARED_HOSTS: Final = frozenset(
    "facebook.com fb.com fb.me m.me messenger.com instagram.com twitter.com x.com tiktok.com youtube.com youtu.be "
    "linkedin.com wa.me whatsapp.com t.me telegram.me telegram.org viber.com line.me discord.gg discord.com "
    "vk.com weibo.com threads.net linktr.ee bit.ly google.com goo.gl forms.gle apple.com microsoft.com office.com "
    "typeform.com jotform.com surveymonkey.com wordpress.com blogspot.com wixsite.com weebly.com medium.com "
    "github.com archive.org wikipedia.org findahelpline.com childhelplineinternational.org inhope.org who.int "
    "unicef.org".split()
)
"""Sites on which many strangers have a page: only the page itself says something."""
_MAILBOXES: Final = frozenset(
    "gmail.com googlemail.com yahoo.com yahoo.fr hotmail.com hotmail.fr outlook.com live.com icloud.com aol.com "
    "gmx.de gmx.net mail.ru yandex.ru yandex.com qq.com 163.com 126.com proton.me protonmail.com web.de orange.fr "
    "wanadoo.fr".split()
)
_CHAT_NUMBER: Final = re.compile(r"(?:wa\.me/|phone=)\+?([0-9]{7,15})")
_SEPARATORS: Final = re.compile(r"\s+/\s+|[;,|]")
_REMARK: Final = re.compile(r"\([^)0-9]*\)|\([^)]*[a-z]{2}[^)]*\)", re.IGNORECASE)
_CAPITAL_WITHIN: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_NUMBER_IN_NAME: Final = re.compile(r"(?<![0-9])[0-9]{2,5}(?:[ -][0-9]{2,5})*(?![0-9])")
_ACRONYM: Final = re.compile(r"\b[A-Z][A-Z0-9]{1,7}\b")
_LITTLE: Final = frozenset(
    "the of and for a an to in on at by de la le les des du d l et pour el los las y del da do dos das e para der "
    "die das und fur van voor het en i na za dlya".split()
)


@dataclass(frozen=True, slots=True)
class Entry:
    """What is known of a service, as far as it tells one from another; ``countries`` has ``*`` for the world."""

    names: Sequence[str] = ()
    organization: str = ""
    countries: Sequence[str] = ()
    channels: Sequence[tuple[str, str]] = ()
    website: str = ""


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of an entry by what they are made of; each set is empty where nothing is known."""

    phone: frozenset[str] = frozenset()
    text: frozenset[str] = frozenset()
    web: frozenset[str] = frozenset()
    email: frozenset[str] = frozenset()
    initials: frozenset[str] = frozenset()
    names: tuple[str, ...] = ()
    organization: str = ""
    numbers_in_names: frozenset[str] = field(default=frozenset())

    @property
    def exact(self) -> frozenset[str]:
        """Everything that is the same or is not, and that few services have."""
        return self.phone | self.text | self.web | self.email

    @property
    def words(self) -> frozenset[str]:
        """What the names are looked up by: words, neighbours written as one, a whole name as one, abbreviations."""
        found = {word for name in self.names for word in _words(name)}
        return frozenset(found | {initials.partition(":")[2][:_LONGEST_WORD] for initials in self.initials})

    @property
    def spellings(self) -> frozenset[tuple[str, str]]:
        """Each word of the names with the ways to write it with at most one letter left out.

        Two words that are a slip apart have one of these ways in common.
        """
        words = {word[:_LONGEST_WORD] for name in self.names for word in name.split()}
        return frozenset((way, word) for word in words if len(word) >= _TELLING for way in _with_slips(word))


def of(entry: Entry) -> Keys:
    """The keys of an entry; what cannot be read gives none."""
    numbers: dict[str, set[str]] = {"phone": set(), "text": set()}
    web: set[str] = set(_pages(entry.website))
    email: set[str] = set()
    for type_, value in entry.channels:
        if type_ in NUMBERED or (type_ == "other_messenger" and not _host(value)):
            numbers["phone" if type_ == "phone" else "text"].update(_numbers(value, entry.countries))
        if type_ in _ON_THE_WEB:
            web.update(_pages(value))
            numbers["text"].update(f"tel:+{found[1]}" for found in _CHAT_NUMBER.finditer(value))
        if type_ == "email":
            email.update(_mailbox(value))
            web.update(_pages_of_mailbox(value))
    return Keys(
        frozenset(numbers["phone"]),
        frozenset(numbers["text"]),
        frozenset(web),
        frozenset(email),
        frozenset(initial for name in entry.names for initial in _initials(name)),
        tuple(dict.fromkeys(plain for name in entry.names if (plain := plain_words(name)))),
        plain_words(entry.organization),
        frozenset(number for name in entry.names for number in numbers_in(name)),
    )


def numbers_in_names(entry: Entry) -> frozenset[str]:
    """The keys of numbers that stand in the names (``Línea 155``): often the only ones that were typed yet."""
    found = (key for name in entry.names for number in numbers_in(name) for key in _numbers(number, entry.countries))
    return frozenset(found)


@lru_cache(maxsize=20_000)
def plain_words(name: str) -> str:
    """The name as plain Latin words: no case, accents or punctuation; each Chinese character a syllable of its own."""
    # in lower case before, so that a capital afterwards is the beginning of a Chinese syllable
    latin = _CAPITAL_WITHIN.sub(" ", anyascii(unicodedata.normalize("NFKC", name).casefold()))
    words = re.sub(r"[^a-z0-9]+", " ", latin.lower().replace("'", "").replace("`", "")).split()
    return " ".join(words)[:_LONGEST_KEY].strip()


def _words(plain: str) -> Iterator[str]:
    parts = [word for word in plain.split() if word not in _LITTLE] or plain.split()
    yield from (word[:_LONGEST_WORD] for word in parts)
    yield from ("".join(pair)[:_LONGEST_WORD] for pair in pairwise(parts))
    yield "".join(parts)[:_LONGEST_WORD]


def _with_slips(word: str) -> Iterator[str]:
    yield word
    if not word.isdigit():
        yield from (word[:place] + word[place + 1 :] for place in range(len(word)))


def numbers_in(name: str) -> list[str]:
    """The digits of every number of at least three that a name contains."""
    found = (re.sub(r"[ -]", "", digits) for digits in _NUMBER_IN_NAME.findall(plain_words(name)))
    return [number for number in found if len(number) >= 3]


@lru_cache(maxsize=20_000)
def _number(written: str, country: str) -> frozenset[str]:
    """The keys of one number as dialled in a country (empty: not known)."""
    digits = re.sub(r"\D", "", written)
    if not 2 <= len(digits) <= _LONGEST:
        return frozenset()
    at_home = digits.lstrip("0") or digits
    abroad = written.startswith(("+", "00"))
    in_letters = bool(re.search("[A-Za-z]", written))
    keys = {f"tel:{country}:{at_home}"} if country and not abroad and not in_letters else set()
    try:
        number = phonenumbers.parse(f"+{at_home}" if abroad else written, country or None)
    except phonenumbers.NumberParseException:
        return frozenset(keys | ({f"tel:?:{at_home}"} if len(at_home) > _SHORT else set()))
    national = str(number.national_number)
    if len(national) > _SHORT:
        keys |= {f"tel:+{number.country_code}{national}", f"tel:?:{national}"}
    elif abroad:
        keys.add(f"tel:{phonenumbers.region_code_for_country_code(number.country_code or 0)}:{national}")
    return frozenset(keys)


def _numbers(value: str, countries: Sequence[str]) -> Iterator[str]:
    homes = [code for code in countries if code != WORLD]
    # digits of any script, a plus of any width
    for part in _SEPARATORS.split(_REMARK.sub(" ", anyascii(value))):
        if not re.search(r"\d", part):
            continue
        for home in homes if 1 <= len(homes) <= _MAX_COUNTRIES else [""]:
            yield from _number(part.strip(), home)


@lru_cache(maxsize=20_000)
def _pages(address: str) -> tuple[str, ...]:
    """A web address as page, host and registrable domain; only the page on a site that many share."""
    host = _host(address)
    if not host:
        return ()
    path = _path(address)
    domain = _suffixes().privatesuffix(host) or host
    keys = [f"page:{host}/{path}"] if path else []
    if domain in _SHARED_HOSTS:
        return tuple(keys)
    return (*keys, f"host:{host}", f"domain:{domain}")


@cache
def _suffixes() -> PublicSuffixList:
    """The list of public suffixes; reading it takes 0.3 s, which only those pay who compare addresses."""
    return PublicSuffixList(accept_unknown=True)


def _host(address: str) -> str:
    text = address.strip()
    if not text or re.search(r"\s", text):
        return ""
    try:
        host = urlsplit(text if "//" in text else f"//{text}").hostname or ""
        host = host.encode("idna").decode() if not host.isascii() else host
    except (ValueError, UnicodeError):
        return ""
    host = re.sub(r"^(?:www\d?|m|mobile)\.", "", host.strip(".").lower())
    return host if re.fullmatch(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)+", host) else ""


def _path(address: str) -> str:
    parts = urlsplit(address.strip() if "//" in address else f"//{address.strip()}")
    path = re.sub(r"/(?:index|default|home)\.[a-z]{3,5}$", "", parts.path).strip("/").lower()
    page = f"{path}?{parts.query.lower()}" if re.search(r"(?:^|&)id=", parts.query) else path
    return page if len(page) <= _LONGEST_KEY else sha256(page.encode()).hexdigest()


def _mailbox(value: str) -> Iterator[str]:
    address = value.strip().removeprefix("mailto:").casefold()
    if len(address) <= _LONGEST_KEY and re.fullmatch(r"[^@\s]+@[^@\s]+", address):
        yield f"mail:{address}"


def _pages_of_mailbox(value: str) -> tuple[str, ...]:
    domain = value.strip().rpartition("@")[2].casefold()
    return () if domain in _MAILBOXES else tuple(key for key in _pages(domain) if key.startswith("domain:"))


def _initials(name: str) -> Iterator[str]:
    """Abbreviations that stand in a name, and that of the name itself."""
    for found in _ACRONYM.findall(name):
        yield f"initials:{found.lower()}"
    words = [word for word in plain_words(name).split() if word not in _LITTLE and not word.isdigit()]
    if 3 <= len(words) <= 8:
        yield "initials:" + "".join(word[0] for word in words)


def entry_of(record: Mapping[str, Any]) -> Entry:
    """The entry of a record in the shape in which versions and submissions hold it."""
    coverage = record.get("coverage") or {}
    subdivisions = [code[:2] for code in coverage.get("subdivisions", ())]
    countries = [*dict.fromkeys([*coverage.get("countries", ()), *subdivisions])]
    translated: Iterable[Any] = (words.get("name") for words in (record.get("translations") or {}).values())
    return Entry(
        [name for name in (record.get("name"), record.get("name_en"), *translated) if name],
        record.get("organization") or "",
        [*countries, *([WORLD] if coverage.get("worldwide") else [])],
        [(channel["type"], channel["value"]) for channel in record.get("channels") or ()],
        record.get("website") or "",
    )
