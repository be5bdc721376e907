"""One small function per criterion: its value → a condition on the public view. What each means is said here once.

The functions are found by the criterion's name; a criterion that is not set makes no condition.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime
from typing import Final

from sqlalchemy.orm import Session

from popmap.catalogue import coverage, words
from popmap.catalogue.criteria import Criteria
from popmap.catalogue.fragments import EVERYTHING, Fragment, all_of, any_of, run
from popmap.catalogue.memory import MEMORY, stamp
from popmap.geo import BBox
from popmap.kill_list import HIDDEN

LOCAL: Final = frozenset({"country", "subdivision", "at", "place"})
"""Criteria that name where help is wanted: services for the whole world match them all."""
EVERYWHERE: Final = Fragment("s.specificity = 4")
LOCALLY: Final = Fragment("s.specificity < 4")

NOT_A_FILTER: Final = frozenset({"sort"})
UNSET: Final = Criteria()

SAYS_YES: Final = (
    # an answer is a word, or an object with its source beside it
    "CASE {question} WHEN 'human_handover' "
    "THEN coalesce({ai} -> {question} ->> 'answer', {ai} ->> {question}) IN ('always', 'in_hours', 'yes') "
    "ELSE coalesce({ai} -> {question} ->> 'answer', {ai} ->> {question}) = 'yes' END"
)
"""Whether an AI answers a question with yes; that it hands over to a person also when only at times, but not when it
merely says where else to go."""


def conditions(session: Session, criteria: Criteria) -> dict[str, Fragment]:
    """Return the condition of every criterion that is set, by its name.

    Raises ``InputError`` for a place that does not exist.
    """
    found = _asked(session, criteria)
    return {name: _or_everywhere(condition) if name in LOCAL else condition for name, condition in found.items()}


@dataclass(frozen=True, slots=True)
class Level:
    """One part of an answer: its condition; and where there is a shorter way to the same services, that, with what
    else they must fulfil.
    """

    where: Fragment
    reach: coverage.Reach | None = None
    others: Fragment = EVERYTHING

    @property
    def only_reach(self) -> bool:
        """Whether nothing is asked but that they serve one spot."""
        return self.reach is not None and self.others == LOCALLY


def levels(session: Session, criteria: Criteria) -> list[Level]:
    """Return the same condition in parts, the most local first, no service in two of them: what serves the whole world
    (the last part) need not be looked at while the others fill a page. One part when the criteria name no place.
    """
    found = _asked(session, criteria)
    near = {name: condition for name, condition in found.items() if name in LOCAL}
    others = [condition for name, condition in found.items() if name not in LOCAL]
    if not near:
        return [Level(all_of(others))]
    return [_local(session, criteria, near, others), Level(all_of([EVERYWHERE, *others]))]


def _local(session: Session, criteria: Criteria, near: Mapping[str, Fragment], others: Sequence[Fragment]) -> Level:
    where = all_of([LOCALLY, *near.values(), *others])
    spots = dict(zip(_spot_names(criteria), coverage.spots(session, criteria), strict=True))
    if len(spots) != 1:
        return Level(where)
    ((name, spot),) = spots.items()
    rest = [condition for other, condition in near.items() if other != name]
    return Level(where, coverage.reach(session, spot, name), all_of([LOCALLY, *rest, *others]))


def _asked(session: Session, criteria: Criteria) -> dict[str, Fragment]:
    found = {
        name: condition(session, criteria)
        for name, condition in BY_NAME.items()
        if getattr(criteria, name) != getattr(UNSET, name)
    }
    # what was taken down this moment, for a replica that has not heard of it
    if hidden := session.info.get(HIDDEN):
        found["hidden"] = Fragment("s.id <> ALL (:hidden)", {"hidden": sorted(hidden)})
    return found


def _spot_names(criteria: Criteria) -> list[str]:
    return [name for name in ("at", "place") if getattr(criteria, name) is not None]


def _or_everywhere(condition: Fragment) -> Fragment:
    return any_of([EVERYWHERE, condition])


def _q(session: Session, criteria: Criteria) -> Fragment:
    return words.matches(words.read(session, criteria.q or ""))


def _kind(_: Session, criteria: Criteria) -> Fragment:
    if len(criteria.kind) == 1:  # only so does an index give them in the order of the list
        return Fragment("s.kind = :kind", {"kind": criteria.kind[0]})
    return Fragment("s.kind = ANY (:kind)", {"kind": list(criteria.kind)})


def _topic(_: Session, criteria: Criteria) -> Fragment:
    return Fragment("s.topics && :topic", {"topic": list(criteria.topic)})


def _country(_: Session, criteria: Criteria) -> Fragment:
    """All of the country, a part of it, or several countries with it."""
    return Fragment("s.country_codes && :country", {"country": list(criteria.country)})


def _subdivision(_: Session, criteria: Criteria) -> Fragment:
    return coverage.serves_some_of(criteria.subdivision)


def _at(session: Session, criteria: Criteria) -> Fragment:
    return coverage.serves(coverage.spot_at(session, criteria.at), "at") if criteria.at else EVERYTHING


def _place(session: Session, criteria: Criteria) -> Fragment:
    return coverage.serves(coverage.spot_of_place(session, criteria.place or ""), "place")


def _bbox(_: Session, criteria: Criteria) -> Fragment:
    return inside(criteria.bbox.split()) if criteria.bbox else EVERYTHING


def _channel(_: Session, criteria: Criteria) -> Fragment:
    return Fragment("s.channel_types && :channel", {"channel": list(criteria.channel)})


def _language(session: Session, criteria: Criteria) -> Fragment:
    """A tag finds itself and everything more exact: zh also zh-Hant."""
    known = _known_languages(session)
    wanted = [tag for tag in known if any(tag == code or tag.startswith(code + "-") for code in criteria.language)]
    return Fragment("s.languages && :language", {"language": wanted})


def _audience(_: Session, criteria: Criteria) -> Fragment:
    return Fragment("s.audiences && :audience", {"audience": list(criteria.audience)})


def _age(_: Session, criteria: Criteria) -> Fragment:
    """Within the stated ages; an age that is not stated excludes nobody."""
    within = "(s.min_age IS NULL OR s.min_age <= :age) AND (s.max_age IS NULL OR s.max_age >= :age)"
    return Fragment(within, {"age": criteria.age})


def _cost(_: Session, criteria: Criteria) -> Fragment:
    return Fragment("s.cost = ANY (:cost)", {"cost": list(criteria.cost)})


def _privacy(_: Session, criteria: Criteria) -> Fragment:
    return Fragment("s.privacy = ANY (:privacy)", {"privacy": list(criteria.privacy)})


def _open_now(session: Session, _: Criteria) -> Fragment:
    return open_now(session)


def _ai(_: Session, criteria: Criteria) -> Fragment:
    said_yes = SAYS_YES.format(ai="s.ai", question="asked.question")
    asked = f"EXISTS (SELECT FROM unnest(CAST(:ai AS text[])) AS asked (question) WHERE {said_yes})"
    return Fragment(f"s.ai IS NOT NULL AND {asked}", {"ai": list(criteria.ai)})


def _checked_since(_: Session, criteria: Criteria) -> Fragment:
    return Fragment("s.verified_on >= :checked_since", {"checked_since": criteria.checked_since or date.min})


BY_NAME: Final[Mapping[str, Callable[[Session, Criteria], Fragment]]] = {
    "q": _q,
    "kind": _kind,
    "topic": _topic,
    "country": _country,
    "subdivision": _subdivision,
    "at": _at,
    "place": _place,
    "bbox": _bbox,
    "channel": _channel,
    "language": _language,
    "audience": _audience,
    "age": _age,
    "cost": _cost,
    "privacy": _privacy,
    "open_now": _open_now,
    "ai": _ai,
    "checked_since": _checked_since,
}
assert BY_NAME.keys() == {one.name for one in fields(Criteria)} - NOT_A_FILTER  # noqa: S101 - a criterion without meaning is a mistake


# ── conditions that counts and clusters use too ─────────────────────────────────────────────────────────────────────


def inside(boxes: Sequence[BBox]) -> Fragment:
    """Return the condition that a service's mark is in one of these boxes, none of which crosses 180 degrees."""
    # the box is brought to the points' reference, so that their index works
    return any_of(
        Fragment(
            f"s.point && ST_MakeEnvelope(:west{i}, :south{i}, :east{i}, :north{i}, 4326)",
            {f"west{i}": box.west, f"south{i}": box.south, f"east{i}": box.east, f"north{i}": box.north},
        )
        for i, box in enumerate(boxes)
    )


def open_now(session: Session) -> Fragment:
    """Return the condition that some channel is surely open; a service past its due check is not sure."""
    now = datetime.now(UTC)
    in_time = Fragment("s.next_check_due IS NULL OR s.next_check_due >= :today", {"today": now.date()})
    opened = Fragment("s.hours_keys && :open_keys", {"open_keys": coverage.open_keys(session, now)})
    return all_of([opened, in_time])


def _known_languages(session: Session) -> tuple[str, ...]:
    def read() -> tuple[str, ...]:
        return tuple(run(session, "SELECT DISTINCT unnest(s.languages) FROM public_service s").scalars())

    return MEMORY.recall(("languages", stamp(session)), read)
