"""Ways to help that stand beside an answer of the find help page, where it has too few of its own.

Nobody to write to among those who were asked for does not mean that nobody can be written to; and where hardly anybody
is known, the number for danger is a way as well. The cards themselves are ``find_cards``'.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any, Final

from flask_babel import gettext

from popmap import catalogue
from popmap.catalogue import Criteria, Helping
from popmap.web import contacts, find_cards, language
from popmap.web.contacts import Contact
from popmap.web.emergency import Emergency
from popmap.web.find_cards import CardGroup, Way

_CHOICES: Final = ("topic", "kind", "language", "cost", "privacy", "open_now")


def by(session: Any, criteria: Criteria, helping: Helping, types: Collection[str]) -> list[Way]:
    """A few of those who help at the place of the criteria with anything at all, by one of these types of channel."""
    unset = Criteria()
    wanted = replace(criteria, channel=tuple(sorted(types)), **{name: getattr(unset, name) for name in _CHOICES})
    records = catalogue.help_for(session, wanted, helping=helping).records
    found = (Way(record["name"], way) for record in records if (way := _first(record, types, helping)))
    return list({way.contact.href: way for way in found}.values())[: find_cards.OTHERS]


def with_danger(groups: Sequence[CardGroup], emergency: Emergency) -> None:
    """Put the country's number for danger beside those cards that have fewer than two other ways beside them."""
    for line in emergency.shown[:1]:
        contact = Contact("phone", f"tel:{language.dialled(line.number)}", line.number, {"value": line.number}, None)
        for card in (card for group in groups for card in group.cards if len(card.others) < find_cards.OTHERS):
            card.others.append(Way(gettext("In danger"), contact))


def _first(record: Any, types: Collection[str], helping: Helping) -> Contact | None:
    ways = (one for one in contacts.of(record, helping.at) if one.type in types and one.href and not one.is_site)
    return next(ways, None)
