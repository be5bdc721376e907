"""Filters in CQL2's text form → a condition on the public view, over a closed list of names.

The library ``pygeofilter`` reads the text; what it may say is decided here: comparisons of a listed name with a
literal, IN, BETWEEN, LIKE, IS NULL, BBOX, and AND, OR, NOT of these. All else is refused, never ignored. No part of
the text becomes SQL: names are looked up, literals are bound. In its length and depth it is limited.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import lru_cache
from importlib import import_module
from typing import Any, Final

from lark.exceptions import LarkError
from pygeofilter import ast

from popmap.catalogue.conditions import inside
from popmap.catalogue.fragments import Fragment, all_of, any_of, none_of
from popmap.errors import Fault, InputError
from popmap.geo import BBox, GeoError
from popmap.vocabulary import AUDIENCES, CHANNELS, COSTS, KINDS, PRIVACIES, TOPICS

LONGEST: Final = 1_000
DEEPEST: Final = 12
MOST_TESTS: Final = 40
_FARTHEST: Final = 1_000_000_000
_TOKEN: Final = re.compile(r"'[^']*'|\"[^\"]*\"|[()]|\b(?:AND|OR|BETWEEN)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Queryable:
    """One name that a filter may compare: its SQL, its type, what it means, and its codes where it has a list.

    Types: ``text``, ``texts`` (several values: a comparison holds when it does for one of them), ``number``,
    ``boolean``, ``day``, ``moment``.
    """

    sql: str
    type: str
    words: str
    codes: tuple[str, ...] = ()


QUERYABLES: Final[Mapping[str, Queryable]] = {
    "id": Queryable("s.id", "text", "the public id"),
    "kind": Queryable("s.kind", "text", "what kind of help it is", tuple(KINDS)),
    "name": Queryable("s.name", "text", "its name in its own language"),
    "name_en": Queryable("s.name_en", "text", "its name in English"),
    "topic": Queryable("s.topics && :{v}", "texts", "what it helps with", tuple(TOPICS)),
    "channel": Queryable("s.channel_types && :{v}", "texts", "how it is reached", tuple(CHANNELS)),
    "audience": Queryable("s.audiences && :{v}", "texts", "whom it helps", tuple(AUDIENCES)),
    "language": Queryable(
        "EXISTS (SELECT FROM unnest(s.languages) AS own (tag), unnest(CAST(:{v} AS text[])) AS asked (tag) "
        "WHERE own.tag = asked.tag OR starts_with(own.tag, asked.tag || '-'))",
        "texts",
        "BCP 47; zh also finds zh-Hant",
    ),
    "country": Queryable(
        "(s.specificity = 4 OR s.country_codes && :{v})",
        "texts",
        "ISO 3166-1 alpha-2 code of a country it serves; what serves the whole world serves each",
    ),
    "cost": Queryable("s.cost", "text", "whether it costs anything", tuple(COSTS)),
    "privacy": Queryable("s.privacy", "text", "what it wants to know of those who ask", tuple(PRIVACIES)),
    "visitable": Queryable("s.visitable", "boolean", "whether one can go there"),
    "min_age": Queryable("s.min_age", "number", "youngest age, in years; null where not stated"),
    "max_age": Queryable("s.max_age", "number", "oldest age, in years; null where not stated"),
    "check_level": Queryable("s.check_level", "number", "how well its last check was made, 0 to 4"),
    "verified_on": Queryable(
        "s.verified_on", "day", "day of its last check; for the first data the day on which it was collected"
    ),
    "next_check_due": Queryable("s.next_check_due", "day", "day by which to check again"),
    "updated_at": Queryable("s.updated_at", "moment", "when its record last changed, UTC"),
}
"""All that a filter can name, besides ``geometry`` in BBOX."""

_OPERATORS: Final = {
    ast.Equal: "=",
    ast.NotEqual: "<>",
    ast.LessThan: "<",
    ast.LessEqual: "<=",
    ast.GreaterThan: ">",
    ast.GreaterEqual: ">=",
}
_TURNED: Final = {"=": "=", "<>": "<>", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_EQUAL: Final = frozenset({"=", "<>"})
_READING: Final = "popmap.catalogue.filter_texts"
"""Opened by the first filter: to import it takes a second."""


@lru_cache(maxsize=500)
def compiled(text: str) -> Fragment:
    """Return the condition that a filter's text asks for; ``InputError`` for whatever is not offered."""
    if len(text) > LONGEST:
        raise _refused("too_long", text, f"at most {LONGEST} characters")
    if text.count("(") > MOST_TESTS:
        raise _refused("too_deep", text, f"at most {MOST_TESTS} brackets")
    if _mixes_and_with_or(text):
        raise _refused("ambiguous", text, "brackets where AND and OR stand side by side")
    try:
        node = import_module(_READING).tree(text)
    except (LarkError, ValueError, TypeError, OverflowError) as error:
        raise _refused("malformed", text, *_ALLOWED) from error
    return _Writer(text).condition(node, 0)


_ALLOWED: Final = (
    "comparisons of a name in /ogc/collections/services/queryables with a literal",
    "IN, BETWEEN, LIKE, IS NULL, BBOX(geometry, west, south, east, north)",
    "AND, OR and NOT of these",
)


def _mixes_and_with_or(text: str) -> bool:
    """Whether AND and OR stand side by side: the library reads them from left to right, where CQL2 has AND bind closer.
    Refused, so that nothing is read otherwise than it was meant.
    """
    levels: list[set[str]] = [set()]
    between = 0
    for token in _TOKEN.findall(text):
        word = token.upper()
        if word == "(":
            levels.append(set())
        elif word == ")" and len(levels) > 1:
            levels.pop()
        elif word == "BETWEEN":
            between += 1
        elif word == "AND" and between:
            between -= 1
        elif word in {"AND", "OR"}:
            levels[-1].add(word)
            if len(levels[-1]) > 1:
                return True
    return False


def _refused(code: str, text: str, *allowed: str) -> InputError:
    return InputError([Fault("filter", code, text[:80], allowed)])


@dataclass(slots=True)
class _Writer:
    """Turns one parsed filter into SQL; every literal becomes a named value."""

    text: str
    values: dict[str, Any] = field(default_factory=dict)
    tests: int = 0

    def condition(self, node: Any, depth: int) -> Fragment:
        """Return the condition of a node and all below it."""
        self.tests += 1
        if depth > DEEPEST or self.tests > MOST_TESTS:
            raise _refused("too_deep", self.text, f"at most {MOST_TESTS} tests, {DEEPEST} deep")
        if isinstance(node, ast.Not):
            return none_of(self.condition(node.sub_node, depth + 1))
        if isinstance(node, ast.And | ast.Or):
            both = (self.condition(node.lhs, depth + 1), self.condition(node.rhs, depth + 1))
            return all_of(both) if isinstance(node, ast.And) else any_of(both)
        write = _TESTS.get(type(node))
        if write is None:
            raise self.refused()
        return write(self, node)

    def compared(self, node: Any) -> Fragment:
        """Return a comparison of a name with a literal, whichever side it is on."""
        operator = _OPERATORS[type(node)]
        left, right = node.lhs, node.rhs
        if _names(right):
            left, right, operator = right, left, _TURNED[operator]
        return self._with(left, operator, right)

    def between(self, node: ast.Between) -> Fragment:
        """Return that a name lies between two literals, both included."""
        both = all_of([self._with(node.lhs, ">=", node.low), self._with(node.lhs, "<=", node.high)])
        return none_of(both) if node.not_ else both

    def among(self, node: ast.In) -> Fragment:
        """Return that a name is one of some literals."""
        one = any_of([self._with(node.lhs, "=", value) for value in node.sub_nodes[:MOST_TESTS]])
        self.tests += len(node.sub_nodes)
        if self.tests > MOST_TESTS:
            raise _refused("too_deep", self.text, f"at most {MOST_TESTS} tests")
        return none_of(one) if node.not_ else one

    def alike(self, node: ast.Like) -> Fragment:
        """Return that a text is like a pattern: ``%`` any text, ``_`` any letter, a backslash before them as such."""
        found, sql = self._operand(node.lhs)
        pattern = node.pattern
        if found.type != "text" or not isinstance(pattern, str):
            raise self.refused()
        if (len(pattern) - len(pattern.rstrip("\\"))) % 2:
            raise self.refused("a backslash only before the sign it belongs to")
        one = self._fragment(f"{sql} LIKE {{v}}", pattern)
        return none_of(one) if node.not_ else one

    def missing(self, node: ast.IsNull) -> Fragment:
        """Return that a name has no value."""
        found, sql = self._operand(node.lhs)
        if found.type == "texts":
            raise self.refused("IS NULL of a name with one value")
        return Fragment(f"{sql} IS {'NOT ' if node.not_ else ''}NULL")

    def box(self, node: ast.BBox) -> Fragment:
        """Return that the mark lies in a box, which may cross 180 degrees."""
        if not isinstance(node.lhs, ast.Attribute) or node.lhs.name != "geometry" or node.crs:
            raise self.refused("BBOX(geometry, west, south, east, north) in degrees")
        try:
            box = BBox(*(float(edge) for edge in (node.minx, node.miny, node.maxx, node.maxy)))
        except GeoError as error:
            raise _refused(error.code, self.text, "west,south,east,north in degrees, south not above north") from error
        placed = inside(box.split())
        named = {name: f"{name}_{len(self.values)}" for name in placed.values}
        sql = re.sub(r":(\w+)", lambda match: f":{named[match[1]]}", placed.sql)
        self.values.update({named[name]: value for name, value in placed.values.items()})
        return Fragment(sql, {named[name]: value for name, value in placed.values.items()})

    def refused(self, *allowed: str) -> InputError:
        """Return the refusal of something that is not offered."""
        return _refused("not_offered", self.text, *(allowed or _ALLOWED))

    def _with(self, operand: Any, operator: str, literal: Any) -> Fragment:
        found, sql = self._operand(operand)
        if isinstance(literal, ast.Function) and literal.name == "lower" and len(literal.arguments) == 1:
            (literal,) = literal.arguments
            literal = literal.lower() if isinstance(literal, str) else None
        value = self._literal(found, literal)
        if found.type in {"texts", "boolean"} and operator not in _EQUAL:
            raise self.refused("= and <> for this name")
        if found.type != "texts":
            return self._fragment(f"{sql} {operator} {{v}}", value)
        one = self._fragment(sql.replace(":{v}", "{v}"), [value])
        return one if operator == "=" else none_of(one)

    def _operand(self, node: Any) -> tuple[Queryable, str]:
        """Return the queryable a node names and its SQL; ``CASEI`` takes a text in small letters."""
        if isinstance(node, ast.Function) and node.name == "lower" and len(node.arguments) == 1:
            found, sql = self._operand(node.arguments[0])
            if found.type != "text":
                raise self.refused("CASEI of a text")
            return found, f"lower({sql})"
        if not isinstance(node, ast.Attribute) or node.name not in QUERYABLES:
            name = node.name if isinstance(node, ast.Attribute) else self.text
            raise _refused("unknown_name", str(name), *QUERYABLES)
        found = QUERYABLES[node.name]
        return found, found.sql

    def _literal(self, found: Queryable, value: Any) -> Any:
        read = _LITERALS[found.type](value)
        if read is None:
            raise _refused("malformed", str(value), f"a literal: {_LITERAL_WORDS[found.type]}")
        if found.codes and isinstance(read, str) and read not in found.codes:
            raise _refused("unknown_value", read, *found.codes)
        return read

    def _fragment(self, sql: str, value: Any) -> Fragment:
        name = f"cql_{len(self.values)}"
        self.values[name] = value
        return Fragment(sql.replace("{v}", f":{name}"), {name: value})


def _names(node: Any) -> bool:
    """Whether a node names something, in small letters or not."""
    if isinstance(node, ast.Function):
        return any(_names(one) for one in node.arguments)
    return isinstance(node, ast.Attribute)


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _number(value: Any) -> float | None:
    is_number = type(value) in (int, float) and -_FARTHEST <= value <= _FARTHEST
    return value if is_number else None


def _boolean(value: Any) -> bool | None:
    return value if isinstance(value, bool) else None


def _day(value: Any) -> date | None:
    return value if type(value) is date else None


def _moment(value: Any) -> datetime | None:
    if not isinstance(value, datetime):
        return None
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


_LITERALS: Final[Mapping[str, Callable[[Any], Any]]] = {
    "text": _text,
    "texts": _text,
    "number": _number,
    "boolean": _boolean,
    "day": _day,
    "moment": _moment,
}
_LITERAL_WORDS: Final[Mapping[str, str]] = {
    "text": "'text'",
    "texts": "'text'",
    "number": "a number",
    "boolean": "TRUE or FALSE",
    "day": "DATE('2026-01-31')",
    "moment": "TIMESTAMP('2026-01-31T12:00:00Z')",
}
_TESTS: Final[Mapping[type, Callable[[_Writer, Any], Fragment]]] = {
    **dict.fromkeys(_OPERATORS, _Writer.compared),
    ast.Between: _Writer.between,
    ast.In: _Writer.among,
    ast.Like: _Writer.alike,
    ast.IsNull: _Writer.missing,
    ast.BBox: _Writer.box,
}
