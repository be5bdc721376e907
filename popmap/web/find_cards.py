"""The answer of the find help page as cards: what can be pressed, what else there is, and on whose clock.

Which services and in which order is the catalogue's answer; sentences about a record are ``service_words``.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from babel.dates import format_time
from flask_babel import get_locale

from popmap import catalogue
from popmap.hours import State
from popmap.vocabulary import LIVE_CHANNELS
from popmap.web import contacts
from popmap.web.contacts import Contact

BUTTONS: Final = 3
"""How many ways a card shows before it is opened."""
OTHERS: Final = 2
"""How many other services stand beside each number."""
CALLED: Final = frozenset({"phone"})
WRITTEN: Final = frozenset({"sms", "whatsapp", "other_messenger", "webchat", "chatbot", "email", "web_form", "app"})
LEAVES_A_TRACE: Final = frozenset({"sms", "whatsapp", "other_messenger", "email", "webchat", "chatbot"})


@dataclass(frozen=True, slots=True)
class Way:
    """Another service's quickest contact, to stand beside a number; one that cannot be pressed is told in words."""

    name: str
    contact: Contact


@dataclass(frozen=True, slots=True)
class Card:
    """One service as the answer shows it; ``others`` are two more ways if nobody answers.

    ``being_checked``: somebody says that it may be wrong, and nobody has looked yet.
    """

    record: Mapping[str, Any]
    contacts: Sequence[Contact]
    website: str | None
    being_checked: bool = False
    others: list[Way] = field(default_factory=list)

    @property
    def state(self) -> State | None:
        """What is known about reaching anybody now; None for services without hours."""
        return contacts.best_state(self.contacts)

    @property
    def buttons(self) -> list[Contact]:
        """The ways that can be pressed, the quickest first, one of each type."""
        found = {contact.type: contact for contact in reversed(self.pressed)}
        return [contact for contact in self.pressed if found[contact.type] is contact][:BUTTONS]

    @property
    def pressed(self) -> list[Contact]:
        """Every way that can be pressed."""
        return [contact for contact in self.contacts if contact.href]

    @property
    def leads_to_its_site(self) -> bool:
        """Whether one of its buttons opens its own site already."""
        return any(contact.href == self.website for contact in self.buttons)

    @property
    def leaves_a_trace(self) -> bool:
        """Whether one of its buttons leads to something that stays written on the phone."""
        return any(contact.type in LEAVES_A_TRACE for contact in self.buttons)


@dataclass(frozen=True, slots=True)
class CardGroup:
    """Cards under the reason why they are there."""

    reason: str
    cards: Sequence[Card]


def grouped(found: catalogue.Help, at: datetime, reported: Collection[str] = ()) -> list[CardGroup]:
    """The answer's groups as cards, each with two other ways beside it; ``at`` is an aware moment.

    ``reported`` are the ids of which somebody says that they may be wrong: they are the last to be named beside others.
    """
    groups = [
        CardGroup(group.reason, [_card(record, at, record["id"] in reported) for record in group.records])
        for group in found.groups
    ]
    cards = [card for group in groups for card in group.cards]
    late = {id(card) for group in groups if group.reason == catalogue.NOT_FOR_EMERGENCIES for card in group.cards}
    ways = [
        (card, Way(card.record["name"], (card.pressed or card.contacts)[0]))
        for card in sorted(cards, key=_late_beside_others)
        if (card.pressed or any(contact.type == "phone" for contact in card.contacts[:1])) and id(card) not in late
    ]
    for card in cards:
        card.others.extend(_others(card, ways))
    return groups


def can_call(groups: Iterable[CardGroup]) -> bool:
    """Whether anybody in the answer can be called."""
    return any(contact.type in CALLED for contact in _all(groups))


def can_write(groups: Iterable[CardGroup]) -> bool:
    """Whether anybody in the answer can be written to: a site alone may have no way to write."""
    return any(contact.type in WRITTEN and not contact.is_site for contact in _all(groups))


def clock_elsewhere(state: State | None, zone: str | None) -> str:
    """The time of a state on the visitor's clock; empty when it is the same, or the visitor's zone is not known."""
    moment = state and (state.until or state.opens_at)
    if not (moment and zone):
        return ""
    theirs = moment.astimezone(ZoneInfo(zone))
    if theirs.utcoffset() == moment.utcoffset():
        return ""
    return format_time(theirs, "short", tzinfo=theirs.tzinfo, locale=get_locale())


def _all(groups: Iterable[CardGroup]) -> Iterable[Contact]:
    # also what cannot be pressed: a number that is only shown can be dialled all the same
    return (contact for group in groups for card in group.cards for contact in card.contacts)


def _late_beside_others(card: Card) -> tuple[bool, bool, bool, bool, bool]:
    """The last to be named when nobody answers: what may be wrong, what must be dialled by hand, a computer, a site
    behind which nobody may be.

    Of sites, those of helplines come first: a portal to report pictures is for something else.
    """
    is_site = all(contact.on_the_web and contact.type not in LIVE_CHANNELS for contact in card.pressed)
    kind = card.record["kind"]
    return card.being_checked, not card.pressed, kind == "ai_driven", is_site, is_site and kind != "helpline"


def _card(record: Mapping[str, Any], at: datetime, being_checked: bool) -> Card:
    return Card(record, contacts.of(record, at), contacts.website(record), being_checked)


def _others(card: Card, ways: Sequence[tuple[Card, Way]]) -> list[Way]:
    """The first two other services of the answer, none with the card's own number."""
    own = {_target(contact) for contact in card.contacts}
    others: dict[str, Way] = {}
    for other, way in ways:
        if other is not card and _target(way.contact) not in own and len(others) < OTHERS:
            others.setdefault(_target(way.contact), way)
    return list(others.values())


def _target(contact: Contact) -> str:
    return contact.href or contact.text
