"""Pairs to measure with, made from the seed by a fixed seed: entries of one service as others would write it.

A positive is a variant of a service: its name misspelt, shortened, turned round, abbreviated or in its other language
or script, its number or address written otherwise. A negative is another service that looks like it: of the same
organization, behind the same address, with the same short number in another country, or with the most similar name.
"""

import random
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import phonenumbers
from anyascii import anyascii

from popmap.duplicates import Entry, entry_of
from popmap.duplicates.keys import plain_words

LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True)
class Variant:
    """An entry as somebody would write it, the id of the service it describes (None: of none there is), and how."""

    entry: Entry
    service_id: str | None
    how: str


def half_of(service_id: str) -> str:
    """Services are split by their id: the model was made looking at one half only."""
    return "tuning" if sha256(service_id.encode()).digest()[0] % 2 else "test"


def variants_of(record: Mapping[str, Any], draw: random.Random) -> Iterator[Variant]:
    """Ways to enter a service that the catalogue has."""
    whole = entry_of(record)
    for how, entry in _ways(whole, draw):
        yield Variant(entry, record["id"], how)


def _ways(whole: Entry, draw: random.Random) -> Iterator[tuple[str, Entry]]:
    name, english, where = whole.names[0], whole.names[-1], whole.countries
    numbers = [(t, v) for t, v in whole.channels if t in {"phone", "sms", "whatsapp"} and re.search(r"\d", v)]
    other = [(t, v) for t, v in whole.channels if t not in {"phone", "sms", "whatsapp"}]
    yield "a typing error", Entry([misspelt(name, draw)], countries=where)
    yield (
        "two typing errors, the organization",
        Entry([misspelt(misspelt(english, draw), draw)], whole.organization, where),
    )
    if len(words(english)) > 2:
        yield "a word left out", Entry([without_a_word(english, draw)], countries=where)
        yield "words in another order", Entry([turned(english, draw)], whole.organization, where)
    if english != name:
        yield "its other name", Entry([english], countries=where)
    if not name.isascii():
        yield "its name in Latin letters", Entry([anyascii(name)], countries=where)
    yield "abbreviated", Entry([abbreviated(english)], whole.organization, where, numbers or other, whole.website)
    if numbers:
        yield (
            "its number written otherwise",
            Entry(["New entry"] if draw.random() < 0.3 else [], "", where, rewritten(numbers, draw)),
        )
        yield "name and number", Entry([misspelt(english, draw)], "", where, rewritten(numbers, draw))
    if whole.website:
        yield (
            "its address written otherwise",
            Entry([misspelt(name, draw)], "", where, (), rehosted(whole.website, draw)),
        )
    if mail := [(t, v.upper()) for t, v in other if t == "email"]:
        yield "its mailbox", Entry([without_a_word(english, draw)], "", where, mail)
    yield (
        "everything, a little wrong",
        Entry(
            [misspelt(name, draw), without_a_word(english, draw)],
            whole.organization,
            where,
            [*rewritten(numbers, draw), *other],
            rehosted(whole.website, draw),
        ),
    )


def words(name: str) -> list[str]:
    return name.split()


def misspelt(name: str, draw: random.Random) -> str:
    """One letter left out, doubled, exchanged for another, or two turned round."""
    places = [i for i, letter in enumerate(name[:-1]) if letter.isalpha() and name[i + 1].isalpha()]
    if not places:
        return name
    i = draw.choice(places)
    kind = draw.randrange(4)
    if kind == 0:
        return name[:i] + name[i + 1 :]
    if kind == 1:
        return name[:i] + name[i] + name[i:]
    if kind == 2:
        return name[:i] + (draw.choice(LETTERS) if name[i].isascii() else name[i + 1]) + name[i + 1 :]
    return name[:i] + name[i + 1] + name[i] + name[i + 2 :]


def without_a_word(name: str, draw: random.Random) -> str:
    parts = words(name)
    if len(parts) > 2:
        parts.pop(draw.randrange(len(parts)))
    return " ".join(parts)


def turned(name: str, draw: random.Random) -> str:
    parts = words(name)
    i = draw.randrange(1, len(parts))
    return " ".join(parts[i:] + parts[:i])


def abbreviated(name: str) -> str:
    """The initials of the words, as people call the service."""
    telling = [word for word in plain_words(name).split() if len(word) > 2 or word.isdigit()]
    return "".join(word[0] for word in telling if not word.isdigit()).upper() if len(telling) > 2 else name


def rewritten(numbers: list[tuple[str, str]], draw: random.Random) -> list[tuple[str, str]]:
    return [(type_, _rewritten(value, draw)) for type_, value in numbers]


def _rewritten(value: str, draw: random.Random) -> str:
    if value.startswith("+"):
        try:
            number = phonenumbers.parse(value)
        except phonenumbers.NumberParseException:
            return value
        style = draw.choice([phonenumbers.PhoneNumberFormat.NATIONAL, phonenumbers.PhoneNumberFormat.INTERNATIONAL])
        return phonenumbers.format_number(number, style)
    digits = re.sub(r"[\s().-]", "", value)
    if not digits.isdigit():
        return value
    way = draw.randrange(3)
    if way == 0:
        return digits
    return "-".join(re.findall(r"\d{1,3}", digits)) if way == 1 else " ".join(re.findall(r"\d{1,2}", digits))


def rehosted(website: str, draw: random.Random) -> str:
    """The same site: with or without www, http, a path."""
    if not website:
        return ""
    bare = re.sub(r"^https?://(www\.)?", "", website)
    shared = re.match(r"(?:[a-z]+\.)?(?:facebook|instagram|twitter|x|tiktok|youtube|linkedin)\.", bare)
    host = bare if shared else bare.partition("/")[0]
    return (
        draw.choice(["", "http://", "https://www.", "www."])
        + host.rstrip("/")
        + ("" if shared else draw.choice(["", "/", "/contact", "/en/about-us"]))
    )
