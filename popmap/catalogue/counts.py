"""How many services each value of each criterion would find: counted with all other criteria, but not with its own.

The promise, held by a test: choosing a value shows as many services as its count says.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import singledispatch
from typing import Any, Final

from sqlalchemy.orm import Session

from popmap.catalogue.conditions import SAYS_YES, conditions, open_now
from popmap.catalogue.criteria import AI_CRITERIA, Criteria
from popmap.catalogue.fragments import Fragment, all_of, run
from popmap.catalogue.memory import MEMORY, stamp

CHECKED_WITHIN_DAYS: Final = (90, 180, 365)
"""The spans offered for ``checked_since``."""


@dataclass(frozen=True, slots=True)
class FacetValue:
    """One value of a criterion and how many services it would find."""

    value: str
    count: int


_SOURCE: Final = """
SELECT s.key, s.kind, s.topics, s.country_codes, s.coverage_codes, s.coverage_codes @> ARRAY['*'] AS worldwide,
  s.channel_types, s.languages, s.audiences, s.cost, s.privacy, ({is_open}) AS is_open, s.ai, s.verified_on
FROM public_service s WHERE {where}"""

_ONE: Final = "SELECT m.{column} AS value, count(*) AS n FROM {source} m GROUP BY 1"
_EACH: Final = "SELECT value, count(*) AS n FROM {source} m, unnest(m.{column}) AS value GROUP BY 1"
_COUNTRIES: Final = """
SELECT value, count(*) + (SELECT count(*) FROM {source} m WHERE m.worldwide) AS n
FROM {source} m, unnest(m.country_codes) AS value WHERE NOT m.worldwide GROUP BY 1"""
# those that some service names, and only of the countries asked for: each finds its country's services as well
_SUBDIVISIONS: Final = """
SELECT d.code AS value, count(*) AS n
FROM (SELECT DISTINCT code FROM {source} o, unnest(o.coverage_codes) AS code
  WHERE code LIKE '__-%' AND left(code, 2) = ANY (:within)) d
JOIN {source} m ON m.coverage_codes && ARRAY[d.code, left(d.code, 2), '*'] OR EXISTS (
  SELECT FROM public_coverage c JOIN area a ON a.code = d.code AND ST_Intersects(c.shape, a.shape)
  WHERE c.service_key = m.key AND c.type = 'area') GROUP BY 1"""
# whole lists of languages: which tags each of them finds is worked out by ``_by_every_tag``
_LANGUAGES: Final = "SELECT array_to_string(m.languages, ' ') AS value, count(*) AS n FROM {source} m GROUP BY 1"
_OPEN_NOW: Final = "SELECT 'true' AS value, count(*) AS n FROM {source} m WHERE m.is_open"
_ANSWERS: Final = """
SELECT q.question AS value, count(*) AS n FROM {source} m, unnest(CAST(:questions AS text[])) AS q (question)
WHERE m.ai IS NOT NULL AND {said_yes} GROUP BY 1"""
_CHECKED: Final = """
SELECT d.day AS value, count(*) AS n
FROM {source} m JOIN unnest(CAST(:days AS text[])) AS d (day) ON m.verified_on >= d.day::date GROUP BY 1"""

_COUNTED: Final[Mapping[str, str]] = {
    "kind": _ONE.replace("{column}", "kind"),
    "topic": _EACH.replace("{column}", "topics"),
    "country": _COUNTRIES,
    "subdivision": _SUBDIVISIONS,
    "channel": _EACH.replace("{column}", "channel_types"),
    "language": _LANGUAGES,
    "audience": _EACH.replace("{column}", "audiences"),
    "cost": _ONE.replace("{column}", "cost"),
    "privacy": _ONE.replace("{column}", "privacy"),
    "open_now": _OPEN_NOW,
    "ai": _ANSWERS.replace("{said_yes}", SAYS_YES.format(ai="m.ai", question="q.question")),
    "checked_since": _CHECKED,
}
FACETS: Final = tuple(_COUNTED)
"""Names of the criteria that are counted."""


@singledispatch
def facets(session: Session, criteria: Criteria) -> dict[str, list[FacetValue]]:
    """Return the counts of every criterion in ``FACETS``, most frequent value first; values nobody has are left out.

    Subdivisions are counted once a country is chosen, or one of them.
    """
    # "open now" moves with the clock, so nothing is kept for longer than a minute
    minute = datetime.now(UTC).replace(second=0, microsecond=0)
    if criteria.at is not None:  # where somebody stands is not remembered
        return _counted(session, criteria, minute)
    key = ("facets", replace(criteria, sort="relevance"), stamp(session), minute)
    return MEMORY.recall(key, lambda: _counted(session, criteria, minute))


def _counted(session: Session, criteria: Criteria, now: datetime) -> dict[str, list[FacetValue]]:
    where, is_open = conditions(session, criteria), open_now(session)
    sources = {"every": all_of(where.values())}
    # a criterion that is set is counted among those that all others find
    sources |= {name: all_of(_but(where, name)) for name in FACETS if name in where}
    tables = [
        f"{_table(name)} AS MATERIALIZED ({_SOURCE.format(is_open=is_open.sql, where=condition.sql)})"
        for name, condition in sources.items()
    ]
    within = sorted({*criteria.country, *(code[:2] for code in criteria.subdivision)})
    asked = [name for name in FACETS if within or name != "subdivision"]
    counts = [_count(name, name if name in where else "every") for name in asked]
    days = [(now.date() - timedelta(days=span)).isoformat() for span in CHECKED_WITHIN_DAYS]
    values: list[Mapping[str, Any]] = [condition.values for condition in where.values()]
    rows = run(
        session,
        f"WITH {', '.join(tables)} {' UNION ALL '.join(counts)}",
        *values,
        is_open.values,
        {"questions": list(AI_CRITERIA), "days": days, "within": within},
    )
    found: dict[str, Counter[str]] = {name: Counter() for name in FACETS}
    for row in rows:
        found[row.name][row.value] += row.n
    found["language"] = _by_every_tag(found["language"])
    return {name: most_frequent_first(counter) for name, counter in found.items()}


def _count(name: str, source: str) -> str:
    count = _COUNTED[name].format(source=_table(source))
    return f"SELECT '{name}' AS name, value::text, n FROM ({count}) c"  # noqa: S608 - constants


def _table(name: str) -> str:
    return f"matching_{name}"


def _but(where: Mapping[str, Fragment], name: str) -> list[Fragment]:
    return [condition for other, condition in where.items() if other != name]


def _by_every_tag(lists: Counter[str]) -> Counter[str]:
    """Return counts by tag; a list with zh-Hant counts once for zh-Hant and once for zh, which finds it too."""
    tags: Counter[str] = Counter()
    for languages, n in lists.items():
        for tag in {shorter for language in languages.split() for shorter in and_shorter(language)}:
            tags[tag] += n
    return tags


def and_shorter(tag: str) -> list[str]:
    """Return the tags that find this one: itself and all it begins with."""
    parts = tag.split("-")
    return ["-".join(parts[:length]) for length in range(1, len(parts) + 1)]


def most_frequent_first(counter: Counter[str]) -> list[FacetValue]:
    """Return the counts as values, the most frequent first, then in the order of their codes."""
    return [FacetValue(value, n) for value, n in sorted(counter.items(), key=lambda item: (-item[1], item[0])) if n]
