"""How many services each value of each criterion would find: counted with all other criteria, but not with its own.

The promise, held by a test: choosing a value shows as many services as its count says.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, FromClause, Select, Text, cast, func, literal, select, union_all
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from popmap.catalogue.conditions import Condition, conditions, open_now, said_yes
from popmap.catalogue.coverage import WORLDWIDE
from popmap.catalogue.criteria import AI_CRITERIA, Criteria
from popmap.catalogue.memory import MEMORY, stamp
from popmap.catalogue.rows import listing

CHECKED_WITHIN_DAYS: Final = (90, 180, 365)
"""The spans offered for ``checked_since``."""


@dataclass(frozen=True, slots=True)
class FacetValue:
    """One value of a criterion and how many services it would find."""

    value: str
    count: int


Source = FromClause
Counting = Callable[[Source], Select[tuple[str, int]]]


def facets(session: Session, criteria: Criteria) -> dict[str, list[FacetValue]]:
    """Return the counts of every criterion in ``FACETS``, most frequent value first; values nobody has are left out."""
    # "open now" moves with the clock, so nothing is kept for longer than a minute
    minute = datetime.now(UTC).replace(second=0, microsecond=0)
    key = ("facets", replace(criteria, sort="relevance"), stamp(session), minute)
    return MEMORY.recall(key, lambda: _counted(session, criteria, minute.date()))


def _counted(session: Session, criteria: Criteria, today: date) -> dict[str, list[FacetValue]]:
    where = conditions(session, criteria)
    is_open = open_now(session)
    every = _source(where, is_open).cte("every")
    sources = {name: _source(_but(where, name), is_open).subquery() if name in where else every for name in FACETS}
    parts = [
        select(literal(name).label("name"), count.c.value, count.c.n)
        for name, counting in _counting(today).items()
        for count in (counting(sources[name]).subquery(),)
    ]
    found: dict[str, Counter[str]] = {name: Counter() for name in FACETS}
    for name, value, n in session.execute(union_all(*parts)):
        found[name][value] += n
    found["language"] = _by_every_tag(found["language"])
    return {name: _most_frequent_first(counter) for name, counter in found.items()}


def _source(where: Mapping[str, Condition], is_open: Condition) -> Select[Any]:
    """Return the columns that are counted, of the services that match."""
    return select(
        listing.c.kind,
        listing.c.topics,
        listing.c.country_codes,
        listing.c.coverage_codes.contains([WORLDWIDE]).label("worldwide"),
        listing.c.channel_types,
        listing.c.languages,
        listing.c.audiences,
        listing.c.cost,
        listing.c.privacy,
        is_open.label("is_open"),
        listing.c.ai,
        listing.c.verified_on,
    ).where(*where.values())


def _but(where: Mapping[str, Condition], name: str) -> dict[str, Condition]:
    return {other: condition for other, condition in where.items() if other != name}


def _one_of(column: str) -> Counting:
    return lambda source: _tally(source.c[column], source)


def _each_of(column: str) -> Counting:
    def count(source: Source) -> Select[tuple[str, int]]:
        one = select(func.unnest(source.c[column]).label("value")).subquery()
        return _tally(one.c.value, one)

    return count


def _countries(source: Source) -> Select[tuple[str, int]]:
    """Count those that serve a country; services for the whole world serve it too."""
    one = select(func.unnest(source.c.country_codes).label("value")).where(~source.c.worldwide).subquery()
    worldwide = select(func.count()).select_from(source).where(source.c.worldwide).scalar_subquery()
    return select(one.c.value, (func.count() + worldwide).label("n")).group_by(one.c.value)


def _language_lists(source: Source) -> Select[tuple[str, int]]:
    """Count whole lists of languages: which tags each list finds is worked out by ``_by_every_tag``."""
    return _tally(func.array_to_string(source.c.languages, " "), source)


def _open_now(source: Source) -> Select[tuple[str, int]]:
    return _tally(literal("true"), source, source.c.is_open)


def _answers(source: Source) -> Select[tuple[str, int]]:
    questions = select(func.unnest(cast(list(AI_CRITERIA), ARRAY(Text))).label("question")).subquery()
    return (
        select(questions.c.question.label("value"), func.count().label("n"))
        .select_from(source.join(questions, said_yes(source.c.ai, questions.c.question)))
        .where(source.c.ai.is_not(None))
        .group_by(questions.c.question)
    )


def _checked(today: date) -> Counting:
    def count(source: Source) -> Select[tuple[str, int]]:
        days = [(today - timedelta(days=span)).isoformat() for span in CHECKED_WITHIN_DAYS]
        since = select(func.unnest(cast(days, ARRAY(Text))).label("day")).subquery()
        joined = source.join(since, cast(source.c.verified_on, Text) >= since.c.day)
        return select(since.c.day.label("value"), func.count().label("n")).select_from(joined).group_by(since.c.day)

    return count


_COUNTED: Final[Mapping[str, Counting]] = {
    "kind": _one_of("kind"),
    "topic": _each_of("topics"),
    "country": _countries,
    "channel": _each_of("channel_types"),
    "language": _language_lists,
    "audience": _each_of("audiences"),
    "cost": _one_of("cost"),
    "privacy": _one_of("privacy"),
    "open_now": _open_now,
    "ai": _answers,
}
FACETS: Final = (*_COUNTED, "checked_since")
"""Names of the criteria that are counted."""


def _counting(today: date) -> dict[str, Counting]:
    return {**_COUNTED, "checked_since": _checked(today)}


def _tally(value: ColumnElement[Any], source: Source, *where: ColumnElement[bool]) -> Select[tuple[str, int]]:
    return select(value.label("value"), func.count().label("n")).select_from(source).where(*where).group_by(value)


def _by_every_tag(lists: Counter[str]) -> Counter[str]:
    """Return counts by tag; a list with zh-Hant counts once for zh-Hant and once for zh, which finds it too."""
    tags: Counter[str] = Counter()
    for languages, n in lists.items():
        for tag in {shorter for language in languages.split() for shorter in _and_shorter(language)}:
            tags[tag] += n
    return tags


def _and_shorter(tag: str) -> list[str]:
    parts = tag.split("-")
    return ["-".join(parts[:length]) for length in range(1, len(parts) + 1)]


def _most_frequent_first(counter: Counter[str]) -> list[FacetValue]:
    return [FacetValue(value, n) for value, n in sorted(counter.items(), key=lambda item: (-item[1], item[0])) if n]
