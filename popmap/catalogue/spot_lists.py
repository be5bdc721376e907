"""Who serves a point, when nothing else is asked: the first of them for one trip to the database.

What serves a point names codes that hold there, or an area drawn around it. The first services of the same codes are
the same for everybody who stands anywhere within them, so they are remembered by codes. Where a point lies and which
drawn areas it is in is asked in one statement each time, and kept nowhere.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson
from sqlalchemy.orm import Session

from popmap.catalogue.coverage import SRID, Spot, listed_with, spot_and_answer
from popmap.catalogue.fragments import run
from popmap.catalogue.memory import Memory, stamp
from popmap.catalogue.order import LIKELIER
from popmap.gazetteer import Besides
from popmap.geo import Point

Row = tuple[Any, ...]
"""Key, then what the list for a place is ordered by: (where two countries serve it, which is the likelier),
specificity, check level, name in the order of the alphabet, id."""

_BY_CODES: Final = Memory(1_000)
_SHORT: Final = 26
_LONG: Final = 101
"""Remembered are the first services for a usual page or for the longest, and the one after it."""
_ORDER: Final = "specificity, check_level DESC, sort_name, id"
# all of one list name the same countries, so that which of two is the likelier is asked only between lists
_FIRST: Final = f"""
SELECT key, {{likelier}}specificity, check_level, sort_name, id FROM (
  SELECT held.* FROM unnest(CAST(:hashes AS integer[])) AS list (hash) CROSS JOIN LATERAL (
    SELECT s.key, s.specificity, s.check_level, s.sort_name, s.id, s.country_codes FROM public_service s
    WHERE hash_array(s.coverage_codes) = list.hash AND (s.coverage_codes && :codes) IS TRUE AND s.specificity < 4
    ORDER BY {_ORDER} LIMIT :most) held
  UNION ALL (
    SELECT s.key, s.specificity, s.check_level, s.sort_name, s.id, s.country_codes FROM public_service s
    WHERE s.specificity = 4 ORDER BY {_ORDER} LIMIT :most)) s
ORDER BY {{likelier}}{_ORDER} LIMIT :most"""  # noqa: S608 - constants
# those that name no code: before all others in the order, since nothing is more local; of those that do, their codes
_DRAWN: Final = f"""
WITH drawn AS MATERIALIZED (
  SELECT s.key, s.specificity, s.check_level, s.sort_name, s.id, s.coverage_codes AS codes
  FROM public_coverage c JOIN public_service s ON s.key = c.service_key
  WHERE c.type = 'area' AND ST_Intersects(c.shape, ST_Point(:lon, :lat, {SRID})) AND s.specificity < 4)
SELECT json_build_array(
  (SELECT count(*) FROM drawn WHERE codes = '{{}}'),
  (SELECT json_agg(codes) FROM drawn WHERE codes <> '{{}}'),
  (SELECT json_agg(json_build_array(key, specificity, check_level, sort_name, id)) FROM (
    SELECT * FROM drawn WHERE codes = '{{}}' ORDER BY {_ORDER} LIMIT :most) first))::text"""  # noqa: S608 - constants


@dataclass(frozen=True, slots=True)
class Here:
    """The first rows of the list, and how many services there are but for those of the whole world."""

    rows: Sequence[Row]
    near: int


def first_here(session: Session, point: Point, most: int) -> Here | None:
    """Return the first services that serve a point, at most so many; None where they are not found this way."""
    spot, answer = spot_and_answer(session, point, Besides(_DRAWN, {"most": most}))
    near, elsewhere, drawn = orjson.loads(answer or "[0, null, null]")
    if any(set(spot.codes).isdisjoint(codes) for codes in elsewhere or ()):
        return None  # reached by its drawn area alone, but not at the head of the list
    lists = listed_with(session, spot.codes[1:])
    before = (0,) if spot.countries[1:] else ()
    rows = [*((key, *before, *rest) for key, *rest in drawn or ()), *_first_with(session, spot, list(lists), most)]
    return Here(rows[:most], near + sum(lists.values()))


def _first_with(session: Session, spot: Spot, hashes: Sequence[int], most: int) -> Sequence[Row]:
    """Return the first services that name one of the spot's codes or serve the whole world."""
    codes = spot.codes[1:]
    values: dict[str, Any] = {"codes": list(codes), "hashes": hashes, "most": _SHORT if most <= _SHORT else _LONG}
    likelier = ""
    if spot.countries[1:]:
        values["likelier"], likelier = spot.countries[0], f"{LIKELIER}, "

    def read() -> tuple[Row, ...]:
        return tuple(tuple(row) for row in run(session, _FIRST.format(likelier=likelier), values, settled=True))

    return _BY_CODES.recall((codes, values["most"], stamp(session)), read)
