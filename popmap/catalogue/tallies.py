"""The coverage atlas in numbers: how many services each country has, by one measure at a time.

A service counts for each country that it says it serves, or a part of it. One that serves the whole world counts for
none of them: it stands apart, under ``EVERYWHERE``.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import singledispatch
from typing import Any, Final

from sqlalchemy.orm import Session

from popmap.catalogue.fragments import run
from popmap.catalogue.memory import MEMORY, stamp
from popmap.saved import Saved

EVERYWHERE: Final = "*"
ACCESS: Final = ("always_open", "free", "checked")
"""What the measure ``access`` counts: some way to reach it is open day and night; it is free; checked within a year."""
YEAR: Final = timedelta(days=365)
_ALL: Final = ""

MEASURES: Final = ("kind", "topic", "channel", "language", "access")
"""By what can be counted."""

# the database counts when something is published (``atlas_count``); what was checked within a year moves with the day
_TALLY: Final = """
SELECT country, value, n FROM atlas_count WHERE measure IN ('all', :measure)
UNION ALL
SELECT country, 'checked', sum(n)::bigint FROM atlas_count
WHERE :measure = 'access' AND measure = 'checked' AND value >= :since GROUP BY country"""


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts by country code: of all its services, and of those that have each value of the measure.

    ``everywhere`` and ``everywhere_by_value`` are those that serve the whole world.
    """

    services: Mapping[str, int]
    by_value: Mapping[str, Mapping[str, int]]
    everywhere: int
    everywhere_by_value: Mapping[str, int]

    def count(self, country: str, value: str = "") -> int:
        """Return how many services the country has, all or those with a value."""
        return self.by_value.get(country, {}).get(value, 0) if value else self.services.get(country, 0)

    def total(self, value: str) -> int:
        """Return in how many countries some service has the value."""
        return sum(1 for counts in self.by_value.values() if counts.get(value))


@singledispatch
def tally(session: Session, measure: str) -> Tally:
    """Return the counts by one of ``MEASURES``, remembered as long as nothing public changes."""
    since = datetime.now(UTC).date() - YEAR
    day = since if measure == "access" else None

    def ask() -> Tally:
        rows = run(session, _TALLY, {"measure": measure, "since": since.isoformat()})
        return _put_together((row.country, row.value, row.n) for row in rows)

    return MEMORY.recall(("tally", measure, day, stamp(session)), ask)


@tally.register
def _saved_tally(saved: Saved, measure: str) -> Tally:
    since = datetime.now(UTC).date() - YEAR
    counts: defaultdict[tuple[str, str], int] = defaultdict(int)
    for service in saved.services:
        countries = [EVERYWHERE] if EVERYWHERE in service.coverage_codes else service.country_codes
        for country in countries:
            for value in (_ALL, *_values_of(service, measure, since)):
                counts[country, value] += 1
    return _put_together((country, value, n) for (country, value), n in counts.items())


def _values_of(service: Any, measure: str, since: date) -> Iterable[str]:
    match measure:
        case "kind":
            return (service.kind,)
        case "topic":
            return tuple(service.topics)
        case "channel":
            return tuple(service.channel_types)
        case "language":
            return {tag.partition("-")[0] for tag in service.languages}
    checked = service.verified_on is not None and date.fromisoformat(service.verified_on) >= since
    answers = ("24/7||" in service.hours_keys, service.cost == "free", checked)
    return tuple(value for value, is_so in zip(ACCESS, answers, strict=True) if is_so)


def _put_together(rows: Iterable[tuple[str, str, int]]) -> Tally:
    services: dict[str, int] = {}
    by_value: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for country, value, n in rows:
        if value == _ALL:
            services[country] = n
        else:
            by_value[country][value] = n
    everywhere, everywhere_by_value = services.pop(EVERYWHERE, 0), by_value.pop(EVERYWHERE, {})
    return Tally(services, dict(by_value), everywhere, everywhere_by_value)
