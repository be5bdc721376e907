"""What differs between two states of a record, field by field, and sign by sign where a digit can mislead a child.

``between`` compares two bodies, ``three_way`` a draft with the record it was made from and the record as it stands, and
``up_to_date`` puts the draft onto the latter. How a value is worded is the page's business: values stay as they are.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby
from typing import Any, Final

from popmap.records import PROPOSED

Body = Mapping[str, Any]

_WORDS: Final = re.compile(r"\w+|\s+|[^\w\s]")
_LISTS: Final = ("channels", "sources")
_TICKED: Final = frozenset({"topics", "audiences", "languages", "countries", "subdivisions"})
_SAME: Final[Mapping[str, tuple[str, ...]]] = {"channels": ("type", "value"), "sources": ("url",)}
"""By what one knows a member of a list again; else by its first name and its place."""
_ORDER: Final[Mapping[str, tuple[str, ...]]] = {
    "channels": (
        *("type", "value", "label", "hours", "timezone", "languages"),
        *("free", "on_phone_bill", "account_needed", "works_from_abroad", "answered_by"),
    ),
    "sources": ("url", "seen", "seen_on"),
}


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of a text, and whether it is what differs."""

    text: str
    differs: bool


@dataclass(frozen=True, slots=True)
class Difference:
    """One field: where it stands, what it was and what it is to be; None where there is nothing.

    ``meanwhile`` is what the live record says now where that is neither; ``collides`` when both have changed it.
    """

    path: tuple[str, ...]
    before: Any
    after: Any
    meanwhile: Any = None
    collides: bool = False

    def segments(self) -> tuple[list[Segment], list[Segment]]:
        """Both texts cut where they differ."""
        return segments(_text(self.before), _text(self.after))


def between(older: Body, newer: Body) -> list[Difference]:
    """Every field that differs, in the order of a record's fields; what only one body has stands against nothing."""
    return [Difference(*line) for line in _lines(older, newer) if not _same(*line)]


def _same(path: tuple[str, ...], before: Any, after: Any) -> bool:
    """Whether nobody would see a difference: the order of what is merely ticked is none."""
    if path[-1] in _TICKED and isinstance(before, list) and isinstance(after, list):
        return sorted(before) == sorted(after)
    return _text(before) == _text(after)


def three_way(base: Body, live: Body, draft: Body) -> list[Difference]:
    """What the draft changes of the record it was made from, and where the live record has changed as well."""
    moved = {line.path: line.after for line in between(base, live)}
    return [
        Difference(
            one.path,
            one.before,
            one.after,
            moved.get(one.path),
            one.path in moved and not _same(one.path, moved[one.path], one.after),
        )
        for one in between(base, draft)
    ]


def up_to_date(base: Body, live: Body, draft: Body) -> dict[str, Any]:
    """The draft put onto the live record: what the draft changed stays changed, all else is as it stands now."""
    changed = {name for name in draft if draft[name] != base.get(name)}
    return {name: draft[name] if name in changed else live.get(name) for name in PROPOSED if name in draft}


def segments(before: str, after: str) -> tuple[list[Segment], list[Segment]]:
    """Two texts cut into what they share and what differs: numbers digit by digit, words word by word."""
    old, new = _pieces(before), _pieces(after)
    if len(old) == len(new) and _is_number(before) and _is_number(after):
        return _side_by_side(old, new), _side_by_side(new, old)
    cuts = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    left = [Segment("".join(old[a:b]), tag != "equal") for tag, a, b, _, _ in cuts if a < b]
    right = [Segment("".join(new[c:d]), tag != "equal") for tag, _, _, c, d in cuts if c < d]
    return left, right


def _pieces(text: str) -> Sequence[str]:
    """Single signs of a number and of what is one word, else words, spaces and stops."""
    return list(text) if _is_number(text) or " " not in text else _WORDS.findall(text)


def _is_number(text: str) -> bool:
    """Whether it is something to dial: digits, and no letters."""
    return any(sign.isdigit() for sign in text) and not any(sign.isalpha() for sign in text)


def _side_by_side(text: Sequence[str], other: Sequence[str]) -> list[Segment]:
    """A number beside one as long: which of its digits are others. Told as moved digits it would mislead."""
    runs = groupby(zip(text, other, strict=True), lambda pair: pair[0] != pair[1])
    return [Segment("".join(sign for sign, _ in pairs), differs) for differs, pairs in runs]


def _lines(older: Body, newer: Body) -> Iterator[tuple[tuple[str, ...], Any, Any]]:
    for name in PROPOSED:
        if name in _LISTS:
            yield from _members(name, older.get(name) or [], newer.get(name) or [])
        elif name in {"coverage", "ai", "youth", "translations"}:
            yield from _inner((name,), older.get(name) or {}, newer.get(name) or {})
        elif name != "id":
            yield (name,), older.get(name), newer.get(name)


def _inner(path: tuple[str, ...], older: Body, newer: Body) -> Iterator[tuple[tuple[str, ...], Any, Any]]:
    for name in dict.fromkeys([*older, *newer]):
        yield (*path, str(name)), older.get(name), newer.get(name)


def _members(name: str, older: Sequence[Body], newer: Sequence[Body]) -> Iterator[tuple[tuple[str, ...], Any, Any]]:
    for place, (old, new) in enumerate(_pairs(name, older, newer)):
        for field in _ORDER[name]:
            yield (name, str(place), field), (old or {}).get(field), (new or {}).get(field)


def _pairs(name: str, older: Sequence[Body], newer: Sequence[Body]) -> list[tuple[Body | None, Body | None]]:
    """Members that are the same, else most likely meant to be, in the order of the newer list; then what is gone."""
    left = list(older)
    pairs: list[tuple[Body | None, Body | None]] = []
    for keys in (_SAME[name], _SAME[name][:1]):
        for new in newer:
            if any(one[1] is new for one in pairs):
                continue
            old = next((one for one in left if all(one.get(key) == new.get(key) for key in keys)), None)
            if old is not None:
                left.remove(old)
                pairs.append((old, new))
    pairs += [(None, new) for new in newer if not any(one[1] is new for one in pairs)]
    places = {id(new): place for place, new in enumerate(newer)}
    pairs.sort(key=lambda pair: places[id(pair[1])])
    return pairs + [(old, None) for old in left]


def _text(value: Any) -> str:
    """A value as one line; what is empty, unknown or merely not so says nothing."""
    if value is None or value is False or value in ("", [], {}, "unknown"):
        return ""
    if isinstance(value, list):
        return ", ".join(map(_text, value))
    if isinstance(value, dict):
        return "; ".join(f"{name}: {_text(one)}" for name, one in value.items())
    return str(value)


text_of = _text
