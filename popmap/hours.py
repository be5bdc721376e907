"""Open, closed or not known: what a channel's stated hours say about one moment, and never more than they say.

Hours are OpenStreetMap ``opening_hours`` texts as the service states them, in the service's own time zone. Whatever
they leave open (no zone, holidays without a calendar, sunset without a place, "by appointment") is *unknown*, never
open. Which channels have hours, and how a state is worded, is decided elsewhere.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Final, Literal, TypeAlias
from zoneinfo import ZoneInfo, available_timezones

# the library's stubs leave its two errors out
from opening_hours import OpeningHours, ParserError, UnknownCountryError  # type: ignore[attr-defined]
from opening_hours import State as LibraryState

Status: TypeAlias = Literal["open", "closed", "unknown"]

MAX_LENGTH: Final = 500
"""Longest hours text that is looked at; a longer one is not known."""
_HORIZON_DAYS: Final = 366
_MAX_STEPS: Final = 32

_NEVER_SURE: Final = re.compile(
    r"\bSH\b"  # school holidays: no calendar anywhere
    r"|sunrise|sunset|dawn|dusk"  # need a place
    r"|\d\+"  # open end: nobody knows when it closes
)
_NAMES_HOLIDAYS: Final = re.compile(r"\bPH\b")
_NAMES_WEEKDAYS: Final = re.compile(r"\b(?:Mo|Tu|We|Th|Fr|Sa|Su)\b")
_EVERY_DAY: Final = re.compile(r"\bMo-Su\b")
_SPELL: Final = re.compile(r"(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})")
_DAY_MINUTES: Final = 24 * 60


@dataclass(frozen=True, slots=True)
class State:
    """What is known about one moment: ``until`` ends an open spell, ``opens_at`` a closed one.

    Both are aware, in the service's zone; either is None where it is not known, or (``until``) where there is no end.
    """

    status: Status
    until: datetime | None = None
    opens_at: datetime | None = None


_UNKNOWN: Final = State("unknown")
_ALWAYS: Final = State("open")


def state(
    hours: str | None, timezone: str | None, country: str | None, at: datetime, *, due: date | None = None
) -> State:
    """Say whether a channel with these hours is open at an aware moment.

    ``timezone`` is an IANA name, ``country`` (ISO 3166-1 alpha-2) names the calendar of public holidays, ``due`` is the
    day by which the service had to be checked again: past it, its hours count as not known.
    """
    if at.tzinfo is None:
        raise ValueError("the moment must say its time zone")
    if not hours or (due is not None and due < at.astimezone(UTC).date()):
        return _UNKNOWN
    rules = _rules(hours, country or "")
    if rules is None or rules.always:
        return _UNKNOWN if rules is None else _ALWAYS
    zone = _zone(timezone or "")
    return _UNKNOWN if zone is None else _state_in_zone(rules, zone, at)


def is_valid(hours: str) -> bool:
    """Whether the text is correct ``opening_hours`` syntax."""
    return _parsed(hours, "") is not None


def open_keys(keys: Iterable[str], at: datetime) -> list[str]:
    """Those of the ``hours|timezone|country`` keys (``listing.hours_keys``) that are surely open, to the minute."""
    return _keys_that_are("open", keys, at)


def closed_keys(keys: Iterable[str], at: datetime) -> list[str]:
    """Those of the keys that are surely closed, to the minute."""
    return _keys_that_are("closed", keys, at)


def _keys_that_are(status: Status, keys: Iterable[str], at: datetime) -> list[str]:
    minute = at.astimezone(UTC).replace(second=0, microsecond=0)
    return [key for key in keys if _status_of_key(key, minute) == status]


@lru_cache(maxsize=20_000)
def _status_of_key(key: str, minute: datetime) -> Status:
    hours, _, rest = key.partition("|")
    timezone, _, country = rest.partition("|")
    return state(hours, timezone, country, minute).status


@dataclass(frozen=True, slots=True)
class _Rules:
    """A parsed text with the holiday calendar of its country (None: nobody knows which days are holidays).

    ``named``: it says something of holidays; ``silent``: it does not, though it differs by weekday. ``spills_until`` is
    the minute of the day to which a spell of the evening before may last.
    """

    hours: OpeningHours
    always: bool
    holidays: OpeningHours | None
    spills_until: int
    named: bool = False
    silent: bool = False


@lru_cache(maxsize=4_000)
def _rules(text: str, country: str) -> _Rules | None:
    """Return what can be relied on, or None when nothing can."""
    hours = _parsed(text, "")
    if hours is None or _NEVER_SURE.search(text):
        return None
    holidays = _parsed("PH", country) if country else None
    if _NAMES_HOLIDAYS.search(text):
        named = _parsed(text, country) if holidays else None
        return None if named is None else _Rules(named, False, holidays, _spills_until(text), named=True)
    differs_by_day = _NAMES_WEEKDAYS.search(_EVERY_DAY.sub("", text)) is not None
    always = str(hours.normalize()) == "24/7"
    return _Rules(hours, always, holidays, _spills_until(text), silent=differs_by_day)


def _spills_until(text: str) -> int:
    spells = ([int(part) for part in spell] for spell in _SPELL.findall(text))
    ends = [(h1 * 60 + m1, h2 * 60 + m2) for h1, m1, h2, m2 in spells]
    return max((end % _DAY_MINUTES for begin, end in ends if end <= begin or end > _DAY_MINUTES), default=0)


def _parsed(text: str, country: str) -> OpeningHours | None:
    # the library reads a blank text as "always open"
    if not text.strip() or len(text) > MAX_LENGTH:
        return None
    try:
        return OpeningHours(
            text,
            country=country or None,
            auto_country=False,
            auto_timezone=False,
            max_interval_days=_HORIZON_DAYS,
        )
    except (ParserError, UnknownCountryError):
        return None


@lru_cache(maxsize=1_000)
def _zone(name: str) -> ZoneInfo | None:
    return ZoneInfo(name) if name in available_timezones() else None


def _state_in_zone(rules: _Rules, zone: ZoneInfo, at: datetime) -> State:
    """Evaluate in wall-clock time: stated hours mean the clock on the service's wall, whatever daylight saving does."""
    here = at.astimezone(zone)
    wall = here.replace(tzinfo=None, fold=0)
    status = _status(rules, wall)
    if status == "unknown":
        return _UNKNOWN
    change = _next_change(rules.hours, wall)
    if status == "open":
        return State("open", until=_aware(_certain_end(rules, wall, change), here, zone))
    certain = change is not None and _status(rules, change) == "open"
    return State("closed", opens_at=_aware(change, here, zone) if certain else None)


def _status(rules: _Rules, wall: datetime) -> Status:
    kind, comment = rules.hours.state(wall)
    if _is_night_into_or_out_of_a_holiday(rules, wall):
        return "unknown"
    if kind == LibraryState.CLOSED:
        return "closed"
    # an open spell with a remark ("by appointment", "except in August") is not a promise
    if kind != LibraryState.OPEN or comment or _falls_on_silent_holiday(rules, wall):
        return "unknown"
    return "open"


def _certain_end(rules: _Rules, wall: datetime, change: datetime | None) -> datetime | None:
    """Return the end of a spell of days, or the first midnight at which a silent holiday makes it uncertain."""
    if not rules.silent or change is None:
        return change
    midnights = (datetime.combine(wall.date(), time()) + timedelta(days=days) for days in range(1, _MAX_STEPS))
    return next((at for at in midnights if at < change and _status(rules, at) != "open"), change)


def _falls_on_silent_holiday(rules: _Rules, wall: datetime) -> bool:
    """Whether this spell belongs to a public holiday of which "Monday to Friday" says nothing, or may belong to one."""
    if not rules.silent or rules.holidays is None:
        return rules.silent
    midnight = datetime.combine(wall.date(), time())
    first_change = _next_change(rules.hours, midnight)
    began_yesterday = (
        _minute(wall) < rules.spills_until
        and rules.hours.is_open(midnight - timedelta(minutes=1))
        and rules.hours.is_open(midnight)
        and (first_change is None or first_change > wall)
    )
    day = midnight - timedelta(days=1) if began_yesterday else midnight
    return rules.holidays.is_open(day)


def _minute(wall: datetime) -> int:
    return wall.hour * 60 + wall.minute


def _is_night_into_or_out_of_a_holiday(rules: _Rules, wall: datetime) -> bool:
    """Whether "PH off" may or may not hold: nobody says whether it means the night before, or the night after."""
    if not rules.named or rules.holidays is None or _minute(wall) >= rules.spills_until:
        return False
    midnight = datetime.combine(wall.date(), time())
    return rules.holidays.is_open(midnight) != rules.holidays.is_open(midnight - timedelta(days=1))


def _next_change(hours: OpeningHours, wall: datetime) -> datetime | None:
    """Return when open turns into something else or the reverse, passing over boundaries between two equal spells."""
    before, moment = hours.state(wall), hours.next_change(wall)
    for _ in range(_MAX_STEPS):
        if moment is None or hours.state(moment) != before:
            return moment
        moment = hours.next_change(moment)
    return None


def _aware(wall: datetime | None, here: datetime, zone: ZoneInfo) -> datetime | None:
    """Turn a wall-clock time after ``here`` into a moment: in a gap it moves on, in a repeated hour it stays ahead."""
    if wall is None:
        return None
    first, second = (wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if first.astimezone(zone).replace(tzinfo=None) != wall:
        return _clock_jump(second, first, zone).astimezone(zone)
    return (first if first > here.astimezone(UTC) else second).astimezone(zone)


def _clock_jump(early: datetime, late: datetime, zone: ZoneInfo) -> datetime:
    """Return the moment between two (UTC) at which the zone's clock jumps: then a time inside the gap has passed."""
    before = early.astimezone(zone).utcoffset()
    while late - early > timedelta(seconds=1):
        middle = early + (late - early) / 2
        early, late = (middle, late) if middle.astimezone(zone).utcoffset() == before else (early, middle)
    return late.replace(microsecond=0)
