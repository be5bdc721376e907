"""How a channel is shown: what can be pressed, what is only read, and what is known about its hours at this moment.

A link is made only of what is safe to press (safety.md, T10 and rule 12): digits for a telephone, an empty message, an
https address. Everything else is shown as the words it is. Which channels a service has is the record's business.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from urllib.parse import urlsplit

from popmap import hours
from popmap.telephone import has_trunk_prefix
from popmap.vocabulary import LIVE_CHANNELS

DIALLED: Final = frozenset({"phone", "sms", "whatsapp"})
_ON_THE_WEB: Final = frozenset(
    {"webchat", "video", "web_form", "app", "peer_forum", "chatbot", "reporting_portal", "other_messenger", "whatsapp"}
)
_FILLING: Final = re.compile(r"[\s().\-/\u00a0\u2010-\u2015]+")
_NUMBER: Final = re.compile(r"\+[1-9][0-9]{1,14}|[0-9]{2,15}")
_MAILBOX: Final = re.compile(r"[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})+")
_FIRST: Final = (
    "phone",
    "whatsapp",
    "sms",
    "webchat",
    "other_messenger",
    "chatbot",
    "reporting_portal",
    "web_form",
    "app",
    "peer_forum",
    "video",
    "email",
    "in_person",
    "post",
)
_CLEAR: Final = {"open": 0, "unknown": 1, "closed": 2}


@dataclass(frozen=True, slots=True)
class Contact:
    """One channel as a visitor meets it.

    ``href`` is None where it cannot be pressed; ``text`` is what it is (a number, a host, words); ``state`` is None for
    channels that have no hours (a form, a post box). ``is_site``: no more is known than the service's own site, which
    may have a form and may not.
    """

    type: str
    href: str | None
    text: str
    channel: Mapping[str, Any]
    state: hours.State | None
    is_site: bool = False

    @property
    def dialled(self) -> bool:
        """Whether the text is a number: those keep their order in any script."""
        return self.type in DIALLED and self.href is not None

    @property
    def on_the_web(self) -> bool:
        """Whether pressing it leaves for another site."""
        return self.href is not None and self.href.startswith("http")


def of(record: Mapping[str, Any], at: datetime | None) -> list[Contact]:
    """Every channel of a public record, the quickest way to somebody first; ``at`` is an aware moment.

    Without a moment (in a file that is read whenever) nothing is said about being open.
    """
    found = [_contact(record, channel, at) for channel in record["channels"]]
    return sorted(found, key=_rank)


def best_state(contacts: Sequence[Contact]) -> hours.State | None:
    """What is known about reaching anybody now: open if one way is, closed only if all are; None without hours."""
    states = [contact.state for contact in contacts if contact.state is not None]
    return min(states, key=lambda state: _CLEAR[state.status]) if states else None


def website(record: Mapping[str, Any]) -> str | None:
    """The service's own site, if it may be pressed."""
    return web_address(record.get("website") or "")


def host(address: str) -> str:
    """The host of a web address without ``www.``, in full."""
    return (urlsplit(address).hostname or address).removeprefix("www.")


def holiday_country(record: Mapping[str, Any]) -> str:
    """The country whose public holidays count: the only one served, else none (as in ``listing.hours_keys``)."""
    served = record["coverage"]
    codes = {*served["countries"], *(code.partition("-")[0] for code in served["subdivisions"])}
    return codes.pop() if len(codes) == 1 and not served["has_area"] else ""


def _contact(record: Mapping[str, Any], channel: Mapping[str, Any], at: datetime | None) -> Contact:
    href = _href(channel) if channel["linkable"] else None
    text = host(href) if href and href.startswith("http") and channel["type"] != "whatsapp" else channel["value"]
    has_hours = channel["type"] in LIVE_CHANNELS or channel["hours"]
    state = state_of(record, channel, at) if has_hours and at is not None else None
    is_site = channel["type"] == "web_form" and href is not None and href == website(record)
    return Contact(channel["type"], href, text, channel, state, is_site)


def state_of(record: Mapping[str, Any], channel: Mapping[str, Any], at: datetime) -> hours.State:
    """What is known about one channel of a public record at an aware moment; unknown where it states no hours."""
    due = date.fromisoformat(record["next_check_due"]) if record.get("next_check_due") else None
    return hours.state(channel["hours"], channel["timezone"], holiday_country(record), at, due=due)


def _href(channel: Mapping[str, Any]) -> str | None:
    kind, value = channel["type"], channel["value"]
    if kind in DIALLED and has_trunk_prefix(value):
        return None
    if kind in {"phone", "sms"}:
        number = _digits(value)
        return f"{'tel' if kind == 'phone' else 'sms'}:{number}" if number else None
    if kind == "whatsapp" and (number := _digits(channel.get("e164") or value)) and number.startswith("+"):
        return f"https://wa.me/{number[1:]}"
    if kind == "email":
        return f"mailto:{value}" if _MAILBOX.fullmatch(value) else None
    return web_address(value) if kind in _ON_THE_WEB else None


def _digits(value: str) -> str | None:
    number = _FILLING.sub("", value)
    return number if number.isascii() and _NUMBER.fullmatch(number) else None


def web_address(value: str) -> str | None:
    """The address if it is one of the web that may be pressed; None for anything else."""
    try:
        parts = urlsplit(value)
        fits = parts.scheme in {"http", "https"} and parts.hostname and not parts.username
    except ValueError:
        return None
    return value if fits and not re.search(r"\s", value) else None


def _rank(contact: Contact) -> tuple[bool, bool, int]:
    is_open = contact.state is not None and contact.state.status == "open"
    return contact.href is None, not is_open, _FIRST.index(contact.type)
