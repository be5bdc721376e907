"""The catalogue's answers from a saved copy: registered beside the rules that ask the database, under the same names.

Orders and cursors are those of the database, so that a page begun before it went away goes on after. What is found is
the business of ``saved_matches``.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import orjson

from popmap import gazetteer, hours
from popmap.catalogue import cursors, saved_matches
from popmap.catalogue.answers import EXACT_TO, Page, record, search, stream, with_distance, without_place
from popmap.catalogue.conditions import UNSET
from popmap.catalogue.counts import CHECKED_WITHIN_DAYS, FACETS, FacetValue, and_shorter, facets, most_frequent_first
from popmap.catalogue.coverage import HERE_AND_NOW, WORLDWIDE, Helping, Spot, is_wide
from popmap.catalogue.covering_countries import kinds_by_country
from popmap.catalogue.covering_help import Found, covering, help_spot, ordered, side_by_side
from popmap.catalogue.criteria import AI_CRITERIA, Criteria
from popmap.catalogue.cursors import Position, Value
from popmap.catalogue.memory import Stamp, stamp
from popmap.catalogue.order import NO_DISTANCE
from popmap.catalogue.saved_matches import EVERYWHERE, matching
from popmap.catalogue.words import Reading
from popmap.errors import Fault, InputError, NotFoundError
from popmap.geo import Point
from popmap.saved import Saved, SavedService
from popmap.vocabulary import ACUTE_TOPICS

_EARTH_M: Final = 6_371_000
_PEOPLE_FIRST: Final = {"helpline": 0, "official_service": 0, "youth_led": 1}


@dataclass(frozen=True, slots=True)
class _Key:
    """One sort key; its type is that of the same key in ``order``."""

    of: Callable[[SavedService], Value]
    type: type[Value]
    descending: bool = False


@stamp.register
def _stamp(saved: Saved) -> Stamp:
    return Stamp(saved.copy.head.number, saved.copy.head.writer)


@without_place.register
def _without_place(saved: Saved, ids: Sequence[str]) -> frozenset[str]:
    wanted = frozenset(ids)
    return frozenset(
        one.id
        for one in saved.services
        if one.id in wanted
        and orjson.loads(one.document)["location"] is None
        and not {"in_person", "post"}.intersection(one.channel_types)
    )


@search.register
def _search(saved: Saved, criteria: Criteria, *, limit: int = 25, cursor: str | None = None) -> Page:
    keys = [*_keys(saved, criteria), _Key(lambda one: one.id, str)]
    found = matching(saved, criteria)
    for key in reversed(keys):
        found.sort(key=key.of, reverse=key.descending)
    position = cursors.read(cursor, criteria, tuple(key.type for key in keys)) if cursor else Position((), len(found))
    rest = [one for one in found if _is_after(one, keys, position.values)] if cursor else found
    shown = rest[:limit]
    following = None
    if len(rest) > limit:
        values = tuple(key.of(shown[-1]) for key in keys)
        following = cursors.write(replace(position, values=values), criteria)
    by_distance = criteria.sort == "distance"
    raw = tuple(with_distance(one.document, keys[0].of(one)) if by_distance else one.document for one in shown)  # type: ignore[arg-type]  # metres
    return Page(raw, position.total, saved.is_whole, following, saved.copy.head.number)


@stream.register
def _stream(saved: Saved, criteria: Criteria, *, made_by: str = "") -> Generator[str]:  # noqa: ARG001 - it keeps none
    yield from (one.document for one in sorted(matching(saved, criteria), key=lambda one: one.id))


@record.register
def _record(saved: Saved, id: str) -> bytes:  # noqa: A002 - as in the rule
    found = next((one for one in saved.services if one.id == id), None)
    if found is None:
        raise NotFoundError(f"No public service has the id {id[:100]!r}.")
    document = orjson.loads(found.document)
    codes = [*document["coverage"]["countries"], *document["coverage"]["subdivisions"]]
    features = [
        {
            "type": "Feature",
            "properties": {"type": "country" if len(code) == 2 else "subdivision", "code": code},
            "geometry": None,
        }
        for code in codes
    ]
    document["coverage"]["geojson"] = {"type": "FeatureCollection", "features": features}
    document["checks"] = found.checks or []
    return orjson.dumps(document)


@kinds_by_country.register
def _kinds_by_country(saved: Saved) -> dict[str, dict[str, int]]:
    found: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for one in saved.services:
        for code in one.country_codes:
            found[code][one.kind] += 1
    return {code: dict(counts) for code, counts in found.items()}


@covering.register
def _covering(
    saved: Saved, lon: float, lat: float, criteria: Criteria, *, helping: Helping = HERE_AND_NOW, limit: int = 100
) -> Page:
    here = replace(criteria, at=Point(lon, lat), place=None)
    found = _help_order(saved, here, saved_matches.spot_at(saved, Point(lon, lat)), helping, limit=EXACT_TO)
    raw = tuple(one.raw for one in found[:limit])
    return Page(raw, len(found), saved.is_whole, None, saved.copy.head.number)


@help_spot.register
def _spot_of(saved: Saved, criteria: Criteria) -> Spot:
    if criteria.at is None and criteria.place is None and len(criteria.country) == 1:
        return Spot((WORLDWIDE, *criteria.country), None, area=criteria.country[0])
    spot = saved_matches.spot_of(saved, criteria)
    if spot is None:
        raise InputError([Fault("place", "missing", allowed=["at, place or one country"])])
    return spot


@ordered.register
def _help_order(saved: Saved, criteria: Criteria, spot: Spot, helping: Helping, *, limit: int) -> list[Found]:
    usable, acute = _usable_now(saved, spot, helping), bool(ACUTE_TOPICS.intersection(criteria.topic))
    classes = {one.id: ((_PEOPLE_FIRST.get(one.kind, 2) if acute else 0), usable(one)) for one in saved.services}

    def order(one: SavedService) -> tuple[Any, ...]:
        unlikelier = spot.near_border and spot.codes[1:2] and spot.codes[1] not in one.country_codes
        metres = _metres(one, spot.point if one.visitable else None)
        return (
            *classes[one.id],
            one.specificity,
            bool(unlikelier),
            helping.lang not in one.languages,
            -one.check_level,
            metres,
            one.id,
        )

    found = sorted(matching(saved, criteria), key=order)[:limit]
    return side_by_side(
        [
            Found(
                one.document,
                orjson.loads(one.document),
                one.specificity,
                one.kind,
                (tuple(one.country_codes), *classes[one.id]),
            )
            for one in found
        ]
    )


def _usable_now(saved: Saved, spot: Spot, helping: Helping) -> Callable[[SavedService], int]:
    """0 to 5, as in ``coverage``: here and open, here and not known, wide and open, wide and not known, closed."""
    at = helping.at or datetime.now(UTC)
    keys = {key for one in saved.services for key in one.hours_keys}
    opened, closed = set(hours.open_keys(keys, at)), set(hours.closed_keys(keys, at))
    today = at.date().isoformat()

    def usable(one: SavedService) -> int:
        wide, checked = int(is_wide(spot, one.specificity)), (one.next_check_due or today) >= today
        if checked and not opened.isdisjoint(one.hours_keys):
            return wide * 2
        return 4 + wide if checked and one.hours_keys and closed.issuperset(one.hours_keys) else wide * 2 + 1

    return usable


@facets.register
def _facets(saved: Saved, criteria: Criteria) -> dict[str, list[FacetValue]]:
    opened, days = saved_matches.is_open(saved), _days()
    every = matching(saved, criteria)
    found: dict[str, list[FacetValue]] = {}
    for name in FACETS:
        is_set = getattr(criteria, name) != getattr(UNSET, name)
        among = matching(saved, criteria, but=name) if is_set else every
        if name == "subdivision":
            found[name] = most_frequent_first(_by_subdivision(among, criteria))
            continue
        counter = Counter(value for one in among for value in _values(name, one, days, opened))
        if name == "country":
            worldwide = sum(one.specificity == EVERYWHERE for one in among)
            counter = Counter({code: n + worldwide for code, n in counter.items()})
        found[name] = most_frequent_first(counter)
    return found


def _by_subdivision(among: Sequence[SavedService], criteria: Criteria) -> Counter[str]:
    """Counts of those that some service names, of the countries asked for; each finds its country's services too."""
    within = {*criteria.country, *(code[:2] for code in criteria.subdivision)}
    codes = {code for one in among for code in one.coverage_codes if "-" in code and code[:2] in within}
    return Counter({code: sum(_serves(one, code) for one in among) for code in codes})


def _serves(one: SavedService, code: str) -> bool:
    return not {code, code[:2], WORLDWIDE}.isdisjoint(one.coverage_codes) or (
        one.has_area and code[:2] in one.country_codes
    )


def _days() -> list[str]:
    today = datetime.now(UTC).date()
    return [(today - timedelta(days=span)).isoformat() for span in CHECKED_WITHIN_DAYS]


def _values(
    name: str, one: SavedService, days: Sequence[str], opened: Callable[[SavedService], bool]
) -> Sequence[str] | set[str]:
    """The values of a criterion that find the service."""
    if name == "language":
        return {shorter for tag in one.languages for shorter in and_shorter(tag)}
    if name == "country":
        return () if one.specificity == EVERYWHERE else one.country_codes
    if name == "open_now":
        return ("true",) if opened(one) else ()
    if name == "ai":
        return [question for question in AI_CRITERIA if saved_matches.says_yes(one, question)]
    if name == "checked_since":
        return [day for day in days if one.verified_on and one.verified_on >= day]
    column: Any = getattr(one, _COLUMNS.get(name, name))
    return (column,) if isinstance(column, str) else column


_COLUMNS: Final[Mapping[str, str]] = {"topic": "topics", "channel": "channel_types", "audience": "audiences"}


def _keys(saved: Saved, criteria: Criteria) -> list[_Key]:
    if criteria.sort == "name":
        return [_Key(lambda one: one.sort_name, str)]
    if criteria.sort == "updated":
        return [_Key(lambda one: datetime.fromisoformat(one.updated_at), datetime, descending=True)]
    if criteria.sort == "distance":
        spot = saved_matches.spot_of(saved, criteria)
        return [_Key(lambda one: _metres(one, spot.point if spot else None), int)]
    local = criteria.at or criteria.place or criteria.country or criteria.subdivision
    spot = saved_matches.spot_of(saved, criteria)
    countries = spot.countries if spot else ()

    def likelier(one: SavedService) -> int:
        if one.specificity == EVERYWHERE:
            return 2
        return int(one.specificity != 0 and countries[0] not in one.country_codes)

    return [
        *(_ranks(criteria.q) if criteria.q else ()),
        *([_Key(likelier, int)] if countries[1:] else ()),
        *([_Key(lambda one: one.specificity, int)] if local else ()),
        _Key(lambda one: one.check_level, int, descending=True),
        _Key(lambda one: one.sort_name, str),
    ]


def _ranks(q: str) -> list[_Key]:
    """As many as the database has for the text: all words in the name first, then more of them in all texts."""
    reading = Reading(gazetteer.folded(q))

    def elsewhere(one: SavedService) -> int:
        return 1 - all(saved_matches.has_word(f"{one.sort_name} {one.name_en}", word) for word in reading.words)

    def seldom(one: SavedService) -> int:
        return -sum(saved_matches.spaced(one.search_text).count(f" {word}") for word in reading.spaced)

    return [_Key(elsewhere, int), *([_Key(seldom, int)] if reading.spaced else ())]


def _is_after(one: SavedService, keys: Sequence[_Key], last: Sequence[Value]) -> bool:
    for key, value in zip(keys, last, strict=True):
        own: Any = key.of(one)
        if own != value:
            return bool(own < value if key.descending else own > value)
    return False


def _metres(one: SavedService, point: Point | None) -> int:
    """The distance of a service's mark on a sphere, in metres; ``NO_DISTANCE`` without either."""
    if point is None or one.lon is None or one.lat is None:
        return NO_DISTANCE
    lat, other = math.radians(point.lat), math.radians(one.lat)
    half = math.sin((other - lat) / 2) ** 2
    half += math.cos(lat) * math.cos(other) * math.sin(math.radians(one.lon - point.lon) / 2) ** 2
    return round(2 * _EARTH_M * math.asin(min(1.0, math.sqrt(half))))
