"""Hours of single channels, where they are not those of the service: how a table says them, and the file of the seed.

In a table of services the ``hours`` cell begins with the hours of all live channels; a channel that keeps others is
named behind them: ``24/7 / sms: Mo-Su 15:00-21:00 / webchat: unknown``. A number or address behind the kind tells two
of a kind apart, a zone in brackets stands where it is not that of the row. The seed's own table is carried over as it
came, so what its rows say of single channels in words stands beside it in ``channel_hours.csv``.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from popmap.errors import Fault, InputError
from popmap.loading.fields import Fields
from popmap.loading.table import rows_in

FILE: Final = "channel_hours.csv"
"""Read along with a ``services.csv`` beside which it lies."""
BESIDE: Final = "services.csv"
KIND: Final = "channel_hours"

TYPES: Final = ("phone", "sms", "whatsapp", "webchat", "chatbot", "email", "app")
"""The kinds of channel that a table of services has a column for."""

UNKNOWN: Final = "unknown"
NO_ZONE: Final = "no zone"
_EXAMPLES: Final = ("Mo-Fr 09:00-17:00", "24/7 / sms: Mo-Su 15:00-21:00 / webchat: unknown")
_LONGEST: Final = 4_000
_NEXT: Final = re.compile(rf" / (?=(?:{'|'.join(TYPES)})\b)")
_PART: Final = re.compile(
    rf"(?P<type>{'|'.join(TYPES)})(?: (?P<value>\S.*?))?: (?P<hours>\S.*?)(?: \((?P<zone>[A-Za-z][^()]*)\))?"
)

Record = dict[str, Any]
Times = tuple[str | None, str | None]
"""Hours and their time zone; None: not known."""
_NOT_KNOWN: Final[Times] = (None, None)


@dataclass(frozen=True, slots=True)
class Other:
    """The hours that one channel keeps (or all of a kind, where ``value`` is None) instead of the service's."""

    type: str
    value: str | None
    times: Times

    def give_to(self, channels: Iterable[Record]) -> bool:
        """Set them on the channels that are meant; False where there is none."""
        meant = [one for one in channels if one["type"] == self.type and self.value in (None, one["value"])]
        for channel in meant:
            channel["hours"], channel["timezone"] = self.times
        return bool(meant)


def read(fields: Fields) -> tuple[Times, list[Other]]:
    """What the cells ``hours`` and ``timezone`` of a row say: the times of the live channels, and who keeps others."""
    first, *parts = _NEXT.split(" / " + fields.text("hours", longest=_LONGEST))
    usual, zone = fields.opening_hours_in("hours", first.removeprefix(" / ")), fields.timezone("timezone")
    if zone and not (usual or parts):
        fields.fault("hours", "missing", ("hours, since a time zone is given",))
    return (usual, zone), [other for part in parts if (other := _other(fields, part, zone))]


def cells(channels: Sequence[Mapping[str, Any]], *, live: Collection[str]) -> tuple[str, str]:
    """The cells ``hours`` and ``timezone`` that say the times of these channels, ``read`` the other way round.

    ``channels``: those with a column, in their order, each with ``type``, ``value``, ``hours`` and ``timezone``; those
    of a ``live`` kind keep the first hours found there, unless a part says otherwise.
    """
    if not any(one["hours"] for one in channels):
        return "", ""
    usual = next((_times(one) for one in channels if one["hours"] and one["type"] in live), _NOT_KNOWN)
    if all(_times(one) == (usual if one["type"] in live else _NOT_KNOWN) for one in channels):  # nearly everywhere
        return usual[0] or "", usual[1] or ""
    by_type: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for channel in channels:
        by_type[channel["type"]].append(channel)
    parts = [part for type_, same in by_type.items() for part in _parts(same, usual, is_live=type_ in live)]
    return " / ".join(filter(None, (usual[0], *parts))), usual[1] or ""


def beside(path: Path) -> Mapping[str, list[Other]]:
    """What the file beside a ``services.csv`` says, by service; nothing where there is none.

    Raises ``InputError`` with row and column of each fault in it.
    """
    file = path.with_name(FILE)
    if path.name != BESIDE or not file.is_file():
        return {}
    found: dict[str, list[Other]] = defaultdict(list)
    table, refused = rows_in(file)
    faults = [_in_file(fault) for fault in refused]
    if table.kind != KIND:
        raise InputError([Fault(FILE, "unknown_value", table.kind, (KIND,), 1)])
    for row in table.rows:
        fields = Fields(row)
        channel, value = fields.code("channel", TYPES), row.cells["value"] or None
        times = fields.opening_hours("hours"), fields.timezone("timezone")
        fields.text("seen", longest=500, required=True)
        fields.url("source_url", required=True)
        fields.day("seen_on")
        found[fields.text("id", longest=100, required=True)].append(Other(channel, value, times))
        faults += [_in_file(fault) for fault in fields.faults]
    if faults:
        raise InputError(sorted(faults, key=lambda one: one.row or 0))
    return found


def give(records: Iterable[Record], others: Mapping[str, Sequence[Other]]) -> None:
    """Give the channels of these records the hours of their own. Raises ``InputError`` where one is not there."""
    channels = {record["id"]: record["channels"] for record in records}
    faults = []
    for service, given in others.items():
        if service not in channels:
            faults.append(Fault(f"{FILE}: id", "unknown_value", service, (f"an id in {BESIDE}",)))
            continue
        ways = [f"{one['type']} {one['value']}" for one in channels[service]]
        faults += [
            Fault(f"{FILE}: channel", "unknown_value", f"{service}: {other.type} {other.value or ''}".strip(), ways)
            for other in given
            if not other.give_to(channels[service])
        ]
    if faults:
        raise InputError(faults)


def _other(fields: Fields, part: str, zone: str | None) -> Other | None:
    match = _PART.fullmatch(part)
    if not match:
        fields.fault("hours", "malformed", _EXAMPLES)
        return None
    own = match["zone"]
    if own == NO_ZONE:
        zone = None
    elif own:
        zone = fields.timezone_in("hours", own)
    hours = None if match["hours"] == UNKNOWN else fields.opening_hours_in("hours", match["hours"])
    return Other(match["type"], match["value"], (hours, zone if hours else None))


def _parts(same: Sequence[Mapping[str, Any]], usual: Times, *, is_live: bool) -> Iterator[str]:
    """How the channels of one kind differ from what a reader would give them."""
    expected = usual if is_live else _NOT_KNOWN
    if len({_times(one) for one in same}) == 1:
        if _times(same[0]) != expected:
            yield f"{same[0]['type']}: {_said(_times(same[0]), usual[1])}"
        return
    for channel in same:
        if _times(channel) != expected:
            yield f"{channel['type']} {channel['value']}: {_said(_times(channel), usual[1])}"


def _times(channel: Mapping[str, Any]) -> Times:
    return (channel["hours"], channel["timezone"]) if channel["hours"] else _NOT_KNOWN


def _said(times: Times, usual_zone: str | None) -> str:
    hours, zone = times
    if not hours:
        return UNKNOWN
    return hours if zone == usual_zone else f"{hours} ({zone or NO_ZONE})"


def _in_file(fault: Fault) -> Fault:
    return Fault(f"{FILE}: {fault.name}", fault.code, fault.value, fault.allowed, fault.row)
