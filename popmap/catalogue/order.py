"""The orders of an answer and how to go on after a service: keyset paging, so page 1,000 costs what page 2 costs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import BigInteger, ColumnElement, SQLColumnExpression, and_, cast, func, or_
from sqlalchemy.orm import Session

from popmap.catalogue import coverage, words
from popmap.catalogue.criteria import Criteria
from popmap.catalogue.cursors import Value
from popmap.catalogue.rows import listing

NO_DISTANCE: Final = 1_000_000_000
"""Metres that stand for "no mark": sorted last."""


@dataclass(frozen=True, slots=True)
class Key:
    """One sort key; its type tells how it is read back from a cursor."""

    expression: SQLColumnExpression[Any]
    type: type[Value]
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Order:
    """Sort keys, the last of them unique; ``distance`` tells that the first one is metres to show."""

    keys: Sequence[Key]
    distance: bool = False

    def by(self) -> list[ColumnElement[Any]]:
        """Return what to order by."""
        return [key.expression.desc() if key.descending else key.expression.asc() for key in self.keys]

    def after(self, values: Sequence[Value]) -> ColumnElement[bool]:
        """Return the condition that a row comes after the one with these sort values."""
        pairs = list(zip(self.keys, values, strict=True))
        key, value = pairs.pop()
        rest = _beyond(key, value)
        for key, value in reversed(pairs):
            # the first half repeats what the second says: it is what an index can start from
            rest = and_(_not_before(key, value), or_(_beyond(key, value), rest))
        return rest


def order_of(session: Session, criteria: Criteria) -> Order:
    """Return the order these criteria ask for, closed by the id."""
    make = {"name": _by_name, "updated": _by_update, "distance": _by_distance}.get(criteria.sort, _by_relevance)
    order = make(session, criteria)
    return Order([*order.keys, Key(listing.c.id, str)], order.distance)


def _by_name(_: Session, __: Criteria) -> Order:
    return Order([Key(listing.c.sort_name, str)])


def _by_update(_: Session, __: Criteria) -> Order:
    return Order([Key(listing.c.updated_at, datetime, descending=True)])


def _by_distance(session: Session, criteria: Criteria) -> Order:
    start = coverage.spots(session, criteria)[0].point
    metres = cast(func.round(coverage.distance_m(start)), BigInteger)
    return Order([Key(func.coalesce(metres, NO_DISTANCE), int)], distance=True)


def _by_relevance(session: Session, criteria: Criteria) -> Order:
    """Best match first for a text; for a place or country the most local first; then the best checked."""
    ranks = words.ranks(words.read(session, criteria.q)) if criteria.q else []
    local = criteria.at or criteria.place or criteria.country or criteria.subdivision
    return Order(
        [
            *(Key(expression, kind) for expression, kind in ranks),
            *([Key(listing.c.specificity, int)] if local else []),
            Key(listing.c.check_level, int, descending=True),
            Key(listing.c.sort_name, str),
        ]
    )


def _beyond(key: Key, value: Value) -> ColumnElement[bool]:
    return key.expression < value if key.descending else key.expression > value


def _not_before(key: Key, value: Value) -> ColumnElement[bool]:
    return key.expression <= value if key.descending else key.expression >= value
