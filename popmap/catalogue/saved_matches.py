"""Which services of a saved copy match the criteria: what ``conditions`` says in SQL, once more without a database.

Two things a copy cannot tell, and pages say so: what merely resembles a text, and what lies in a drawn area (such
services are found by the countries they touch). Where a point lies is told by its time zone, as far as that tells it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final

from popmap import gazetteer, hours
from popmap.catalogue.conditions import LOCAL, NOT_A_FILTER, UNSET
from popmap.catalogue.coverage import WORLDWIDE, Spot
from popmap.catalogue.criteria import Criteria
from popmap.catalogue.words import is_unspaced
from popmap.geo import Point
from popmap.saved import PLACE_UNKNOWN, Saved, SavedService

EVERYWHERE: Final = 4
Test = Callable[[SavedService], bool]


def matching(saved: Saved, criteria: Criteria, *, but: str = "") -> list[SavedService]:
    """The services that match; ``but`` names a criterion to be left out."""
    tests = [
        _or_everywhere(make(saved, criteria)) if name in LOCAL else make(saved, criteria)
        for name, make in TESTS.items()
        if name != but and getattr(criteria, name) != getattr(UNSET, name)
    ]
    return [one for one in saved.services if all(test(one) for test in tests)]


def spot_at(saved: Saved, point: Point) -> Spot:
    """The spot of a point; worldwide only, and noted, where its country cannot be told."""
    located = gazetteer.locate(saved, point.lon, point.lat)
    if not located.countries:
        saved.info[PLACE_UNKNOWN] = True
    return Spot((WORLDWIDE, *located.countries, *located.subdivisions), point, near_border=located.near_border)


def spot_of_place(saved: Saved, place: str) -> Spot:
    """The spot of a place's or area's id; worldwide only, and noted, for a place that the copy does not have."""
    known = saved.copy.places.get(place)
    if known is None:
        saved.info[PLACE_UNKNOWN] = True
        return Spot((WORLDWIDE,), None)
    point = None if known.lon is None or known.lat is None else Point(known.lon, known.lat)
    area = None if known.kind == "town" else place.partition(":")[2]
    states = (gazetteer.served_from(known.country), gazetteer.governed_from(area or ""))
    codes = dict.fromkeys(code for code in (known.country, *states, known.subdivision) if code)
    return Spot((WORLDWIDE, *codes), point, area=area)


def spot_of(saved: Saved, criteria: Criteria) -> Spot | None:
    """The spot that the criteria name, if they name one."""
    if criteria.at is not None:
        return spot_at(saved, criteria.at)
    return spot_of_place(saved, criteria.place) if criteria.place is not None else None


def is_open(saved: Saved) -> Test:
    """Whether some channel is surely open now; a service past its due check is not sure."""
    now = datetime.now(UTC)
    opened = set(hours.open_keys({key for one in saved.services for key in one.hours_keys}, now))
    today = now.date().isoformat()
    return lambda one: not opened.isdisjoint(one.hours_keys) and (one.next_check_due or today) >= today


def says_yes(one: SavedService, question: str) -> bool:
    """Whether its AI answers a question with yes; handing over to a person counts also when only at times."""
    given = (one.ai or {}).get(question)
    answer = given.get("answer") if isinstance(given, Mapping) else given
    return answer in ({"always", "in_hours", "yes"} if question == "human_handover" else {"yes"})


@lru_cache(maxsize=40_000)
def spaced(text: str) -> str:
    """A text folded, each of its words with a space before it."""
    return f" {gazetteer.folded(text)}"


def has_word(text: str, word: str) -> bool:
    """Whether some word of a text begins like this one; anywhere in the text for scripts without spaces."""
    return (word if is_unspaced(word) else f" {word}") in spaced(text)


def _or_everywhere(test: Test) -> Test:
    return lambda one: one.specificity == EVERYWHERE or test(one)


def _some_of(name: str, column: str) -> Callable[[Saved, Criteria], Test]:
    def make(_: Saved, criteria: Criteria) -> Test:
        wanted = frozenset(getattr(criteria, name))
        return lambda one: not wanted.isdisjoint(getattr(one, column))

    return make


def _one_of(name: str) -> Callable[[Saved, Criteria], Test]:
    return lambda _, criteria: lambda one: getattr(one, name) in getattr(criteria, name)


def _q(_: Saved, criteria: Criteria) -> Test:
    words = gazetteer.folded(criteria.q or "").split()
    return lambda one: bool(words) and all(has_word(one.search_text, word) for word in words)


def _subdivision(_: Saved, criteria: Criteria) -> Test:
    wanted = {*criteria.subdivision, *(code[:2] for code in criteria.subdivision)}
    countries = {code[:2] for code in criteria.subdivision}
    return lambda one: (
        not wanted.isdisjoint(one.coverage_codes) or (one.has_area and not countries.isdisjoint(one.country_codes))
    )


def _spot(saved: Saved, criteria: Criteria) -> Test:
    codes: Sequence[str] = (spot.codes if (spot := spot_of(saved, criteria)) else ())[1:]
    return lambda one: not set(codes).isdisjoint([*one.coverage_codes, *(one.country_codes if one.has_area else ())])


def _bbox(_: Saved, criteria: Criteria) -> Test:
    boxes = criteria.bbox.split() if criteria.bbox else []
    return lambda one: (
        one.lon is not None and one.lat is not None and any(box.contains(one.lon, one.lat) for box in boxes)
    )


def _language(_: Saved, criteria: Criteria) -> Test:
    return lambda one: any(
        tag == code or tag.startswith(f"{code}-") for tag in one.languages for code in criteria.language
    )


def _age(_: Saved, criteria: Criteria) -> Test:
    age = criteria.age or 0
    return lambda one: (one.min_age is None or one.min_age <= age) and (one.max_age is None or one.max_age >= age)


def _ai(_: Saved, criteria: Criteria) -> Test:
    return lambda one: any(says_yes(one, question) for question in criteria.ai)


def _checked_since(_: Saved, criteria: Criteria) -> Test:
    since: Any = criteria.checked_since and criteria.checked_since.isoformat()
    return lambda one: bool(one.verified_on) and str(one.verified_on) >= since


TESTS: Final[Mapping[str, Callable[[Saved, Criteria], Test]]] = {
    "q": _q,
    "kind": _one_of("kind"),
    "topic": _some_of("topic", "topics"),
    "country": _some_of("country", "country_codes"),
    "subdivision": _subdivision,
    "at": _spot,
    "place": _spot,
    "bbox": _bbox,
    "channel": _some_of("channel", "channel_types"),
    "language": _language,
    "audience": _some_of("audience", "audiences"),
    "age": _age,
    "cost": _one_of("cost"),
    "privacy": _one_of("privacy"),
    "open_now": lambda saved, _: is_open(saved),
    "ai": _ai,
    "checked_since": _checked_since,
}
assert TESTS.keys() == {one.name for one in fields(Criteria)} - NOT_A_FILTER  # noqa: S101 - a criterion without meaning is a mistake
