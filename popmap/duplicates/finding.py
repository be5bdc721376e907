"""The question: which services might be this one, in one statement over indexes, however large the catalogue.

Services that have an exact key in common are looked up, a bounded number for each key, and those whose name is alike
where it serves; all their keys come along, so that every one can be compared in full.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy.orm import Session

from popmap import glance
from popmap.duplicates import keys
from popmap.duplicates.keys import WORLD, Entry, Keys
from popmap.duplicates.scoring import Compared, Match, compare
from popmap.kill_list import HIDDEN

SHOWN_FROM: Final = 0.5
"""What is less likely than not is not shown."""
BEHIND: Final = 5.0
"""Bits behind the best from which one is left out: it is 32 times less likely."""
_MOST_SHARING: Final = 40
"""What so many have in common makes nobody likely by itself: it takes a name that is alike, and those are looked up."""
_MOST_ALIKE: Final = 20
_MOST_WORDS: Final = 40
_MOST_SPELLINGS: Final = 200
"""Of a name that goes on and on so much is looked up, the longest words first."""

_QUESTION: Final = """
    WITH sharing AS (
      SELECT asked.value, hit.service_key
      FROM unnest(cast(:exact AS text[])) AS asked (value)
      CROSS JOIN LATERAL (
        SELECT k.service_key FROM public_match_key k
        WHERE k.value = asked.value AND k.type IN ('phone', 'text', 'web', 'email')
        LIMIT :most_sharing) AS hit),
    alike AS (
      SELECT named.service_key
      FROM services_named_like(cast(:words AS text[]), cast(:spellings AS text[]), cast(:scope AS text[]), :most_alike)
        AS named (service_key)),
    counted AS (
      SELECT value, count(DISTINCT service_key) AS number FROM sharing GROUP BY value),
    shared AS (
      SELECT coalesce(jsonb_object_agg(value, number), '{}') AS by_key FROM counted)
    SELECT s.id, s.name, s.country_codes, s.coverage_codes, shared.by_key AS shared_by,
      ARRAY(SELECT ARRAY[k.type, k.value] FROM public_match_key k WHERE k.service_key = s.key) AS keys
    FROM (
      SELECT service_key FROM sharing JOIN counted USING (value) WHERE number < :most_sharing
      UNION SELECT service_key FROM alike) AS candidate
    JOIN public_service s ON s.key = candidate.service_key
    CROSS JOIN shared
    """


@dataclass(frozen=True, slots=True)
class Likely:
    """A public service that might be the one described: how sure that is (0 to 1), and what speaks for it."""

    id: str
    name: str
    score: float
    matches: tuple[Match, ...]


def likely(session: Session, entry: Entry, *, limit: int) -> list[Likely]:
    """The services that are more likely than not the one described, the likeliest first."""
    asked = keys.of(entry)
    numbers = asked.phone or asked.text or keys.numbers_in_names(entry)
    exact = sorted({*asked.exact, *numbers})
    if not exact and not asked.names:
        return []
    rows = glance.ask(session, _QUESTION, _values(asked, exact, entry.countries), settled=True)
    hidden = session.info.get(HIDDEN, ())
    compared = [(_compared(asked, entry.countries, row), row) for row in rows if row.id not in hidden]
    shown = [(one, row) for one, row in compared if one.score >= SHOWN_FROM]
    best = max((one.bits for one, _ in shown), default=0.0)
    near = [(one, row) for one, row in shown if one.bits >= best - BEHIND]
    near.sort(key=lambda pair: (-pair[0].bits, pair[1].id))
    return [Likely(row.id, row.name, round(one.score, 3), one.matches) for one, row in near[:limit]]


def _values(asked: Keys, exact: Sequence[str], countries: Sequence[str]) -> Mapping[str, Any]:
    anywhere = not countries or WORLD in countries
    words = sorted(asked.words, key=lambda word: (-len(word), word))[:_MOST_WORDS]
    return {
        "exact": exact,
        "words": words,
        "spellings": sorted({way for way, _ in asked.spellings})[:_MOST_SPELLINGS],
        "scope": None if anywhere else [*countries, WORLD],
        "most_sharing": _MOST_SHARING,
        "most_alike": _MOST_ALIKE,
    }


def _compared(asked: Keys, countries: Sequence[str], row: Any) -> Compared:
    served = [*row.country_codes, *([WORLD] if WORLD in row.coverage_codes else [])]
    return compare(asked, _keys(row.keys), (countries, served), row.shared_by)


def _keys(pairs: Sequence[Sequence[str]]) -> Keys:
    by_type: dict[str, list[str]] = {}
    for type_, value in pairs:
        by_type.setdefault(type_, []).append(value)
    sets = {name: frozenset(by_type.get(name, ())) for name in ("phone", "text", "web", "email", "initials")}
    return Keys(
        **sets,
        names=tuple(by_type.get("name", ())),
        organization=" ".join(by_type.get("organization", ())),
        numbers_in_names=frozenset(by_type.get("number_in_name", ())),
    )
