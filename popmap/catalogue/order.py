"""The orders of an answer and how to go on after a service: keyset paging, so page 1,000 costs what page 2 costs."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from popmap.catalogue import coverage, words
from popmap.catalogue.criteria import Criteria
from popmap.catalogue.cursors import Value
from popmap.catalogue.fragments import Fragment

NO_DISTANCE: Final = 1_000_000_000
"""Metres that stand for "no mark": sorted last."""
LIKELIER: Final = """CASE WHEN s.specificity = 4 THEN 2
  WHEN s.specificity = 0 OR :likelier = ANY (s.country_codes) THEN 0 ELSE 1 END"""
"""Where several countries serve a spot: drawn areas and the likelier country first, then the others, then the world."""


@dataclass(frozen=True, slots=True)
class Key:
    """One sort key; its type tells how it is read back from a cursor."""

    sql: str
    type: type[Value]
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Order:
    """Sort keys, the last of them unique, with their values.

    ``distance``: the first key is metres to be shown; ``local``: key number ``specific`` is how specific a service's
    coverage is, and the world comes last.
    """

    keys: Sequence[Key]
    values: dict[str, Any] = field(default_factory=dict)
    distance: bool = False
    local: bool = False
    specific: int = 0

    def by(self) -> str:
        """Return what to order by."""
        return ", ".join(f"{key.sql} DESC" if key.descending else key.sql for key in self.keys)

    def after(self, last: Sequence[Value]) -> Fragment:
        """Return the condition that a row comes after the one with these sort values."""
        names = {f"after{i}": value for i, value in enumerate(last)}
        *pairs, (key, name) = zip(self.keys, names, strict=True)
        rest = _beyond(key, name)
        for key, name in reversed(pairs):
            # the first half repeats what the second says: it is what an index can start from
            rest = f"{_not_before(key, name)} AND ({_beyond(key, name)} OR ({rest}))"
        return Fragment(rest, names)


def order_of(session: Session, criteria: Criteria) -> Order:
    """Return the order these criteria ask for, closed by the id."""
    make = {"name": _by_name, "updated": _by_update, "distance": _by_distance}.get(criteria.sort, _by_relevance)
    order = make(session, criteria)
    return replace(order, keys=[*order.keys, Key("s.id", str)])


def _by_name(_: Session, __: Criteria) -> Order:
    return Order([Key("s.sort_name", str)])


def _by_update(_: Session, __: Criteria) -> Order:
    return Order([Key("s.updated_at", datetime, descending=True)])


def _by_distance(session: Session, criteria: Criteria) -> Order:
    metres = coverage.metres_from(coverage.spots(session, criteria)[0].point)
    return Order([Key(f"coalesce({metres.sql}, {NO_DISTANCE})", int)], dict(metres.values), distance=True)


def _by_relevance(session: Session, criteria: Criteria) -> Order:
    """Best match first for a text; for a place or country the most local first; then the best checked.

    Where two countries' services serve the place, those of the likelier one come before the other's.
    """
    ranks = words.ranks(words.read(session, criteria.q)) if criteria.q else []
    local = criteria.at or criteria.place or criteria.country or criteria.subdivision
    countries = coverage.countries(session, criteria)
    keys = [
        *(Key(rank.sql, int) for rank in ranks),
        *([Key(LIKELIER, int)] if countries[1:] else []),
        *([Key("s.specificity", int)] if local else []),
        Key("s.check_level", int, descending=True),
        Key("s.sort_name", str),
    ]
    values = {name: value for rank in ranks for name, value in rank.values.items()}
    if countries[1:]:
        values["likelier"] = countries[0]
    return Order(keys, values, local=bool(local) and not ranks, specific=int(bool(countries[1:])))


def _beyond(key: Key, name: str) -> str:
    return f"{key.sql} {'<' if key.descending else '>'} :{name}"


def _not_before(key: Key, name: str) -> str:
    return f"{key.sql} {'<=' if key.descending else '>='} :{name}"
