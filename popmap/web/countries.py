"""The list of countries, and each country's page: whom to call, its services, its framework, and what is missing.

The page prints as one card with a QR code that leads back to it. Numbers and facts come from ``countries``, services
from the catalogue; nothing is said that has no source.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import segno
from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from popmap import catalogue, countries, gazetteer, submissions
from popmap.catalogue import Criteria, Helping
from popmap.errors import NotFoundError
from popmap.vocabulary import ACUTE_TOPICS, KINDS, N_, TOPICS
from popmap.web import database, emergency, explore, find_form, language, pages, security
from popmap.web.contacts import DIALLED, Contact
from popmap.web.explore import Card

blueprint = Blueprint("countries", __name__)

FACT_TYPES: Final[Mapping[str, str]] = {
    "strategy": N_("Strategies"),
    "plan": N_("Plans"),
    "initiative": N_("Initiatives"),
    "law": N_("Laws"),
    "treaty": N_("Treaties"),
    "institution": N_("Institutions"),
    "campaign": N_("Campaigns"),
    "training": N_("Trainings"),
    "training_material": N_("Training materials"),
    "website": N_("Websites"),
    "statistic": N_("Figures"),
    "meeting": N_("Meetings"),
}
FACT_STATUSES: Final[Mapping[str, str]] = {
    "announced": N_("announced"),
    "adopted": N_("adopted"),
    "in_force": N_("in force"),
    "completed": N_("completed"),
    "ongoing": N_("ongoing"),
    "unknown": N_("state not known"),
}
QUALIFIERS: Final[Mapping[str, str]] = {
    "exact": "%s",
    "more_than": N_("more than %s"),
    "at_least": N_("at least %s"),
    "about": N_("about %s"),
    "cumulative": N_("%s in all"),
}
HARMONISED_STATUSES: Final[Mapping[str, str]] = {
    "active": N_("works here"),
    "assigned": N_("given to an organisation; we do not know if it works"),
    "not_used": N_("does not work here"),
    "unknown": N_("not known if it works here"),
}
PURPOSES: Final[Mapping[str, str]] = {
    "child helpline": N_("Child helpline"),
    "missing children": N_("Missing children"),
    "victims of crime": N_("Victims of crime"),
    "emotional support": N_("Someone to talk to"),
    "domestic violence, trafficking, discrimination line": N_("Violence at home, trafficking, discrimination"),
    "non-emergency medical help": N_("Medical help that can wait"),
    "never to be used (too close to 112)": N_("Never to be used: too close to 112"),
    "child abuse prevention": N_("Against child abuse"),
}
FOUNDED: Final[Mapping[str, str]] = {
    "official": N_("An official source says so, or those who answer there."),
    "two": N_("At least two sources say so."),
    "one": N_("One source says so."),
}
CARD_LINES: Final = 6
LEAST_LINES: Final = 3
_FOR_ANYBODY: Final = frozenset({"general_support", "abuse_violence"})
_WRITTEN_TO: Final = frozenset({"webchat", "email", "web_form", "reporting_portal"})
_LIVE: Final = (("phone",), ("sms", "whatsapp", "other_messenger"), ("webchat",))
_LIVE_WORDS: Final = (N_("a number to call"), N_("a way to send a text message"), N_("a chat"))


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the printed card: a service, and the way to it that can be dialled, or read and typed."""

    card: Card
    contact: Contact

    @property
    def rank(self) -> tuple[bool, bool, bool, int, int, str]:
        """People for any worry or for violence first, those round the clock ahead; of one number the country's own."""
        record = self.card.record
        kind = list(KINDS).index(record["kind"])
        is_for_all = not _FOR_ANYBODY.isdisjoint(record["topics"])
        around_the_clock = self.contact.channel["hours"] == "24/7"
        served = len(record["coverage"]["countries"])
        return kind > 1, not is_for_all, not around_the_clock, kind, served, record["id"]


@blueprint.get("/countries")
def index() -> ResponseReturnValue:
    """Every country with the numbers to call in danger and how many services of each kind serve it.

    The choice of one (``?country=MA``) leads to its page.
    """
    if chosen := request.args.get("country"):
        return redirect(url_for("countries.detail", iso2=chosen), code=302)
    session = database.reading()
    known = countries.emergency_numbers_by_country(session)
    return render_template(
        "countries/index.html",
        codes=gazetteer.countries_in_order(language.current()),
        letters=gazetteer.country_letters(language.current()),
        numbers={code: countries.first_numbers(found) for code, found in known.items()},
        counts=catalogue.kinds_by_country(session),
        kinds=tuple(KINDS),
    )


@blueprint.get("/countries/<iso2>")
def detail(iso2: str) -> str:
    """All that is known of one country, and its card to print."""
    if iso2 not in gazetteer.COUNTRIES:
        raise NotFoundError(f"There is no country {iso2[:10]!r}.")
    session = database.reading()
    emergency.know(iso2)
    security.let_workers_in()  # a country may be kept on the phone (``keeping``)
    cards, besides = _helping(session, iso2)
    address = pages.absolute(url_for("countries.detail", iso2=iso2))
    return render_template(
        "countries/detail.html",
        iso2=iso2,
        numbers=countries.emergency_numbers(session, iso2),
        harmonised=countries.with_unknown(countries.harmonised_numbers(session, iso2)),
        groups=[(kind, [card for card in cards if card.record["kind"] == kind]) for kind in KINDS],
        facts=_by_type(countries.facts(session, iso2)),
        besides=besides,
        missing=_missing(cards),
        lines=_lines(cards, besides),
        being_checked=submissions.being_checked(session, [card.record["id"] for card in (*cards, *besides)]),
        today=language.today(),
        address=address,
        qr=_qr(address),
        **_WORDS,
    )


_WORDS: Final = {
    "fact_types": FACT_TYPES,
    "fact_statuses": FACT_STATUSES,
    "qualifiers": QUALIFIERS,
    "harmonised_statuses": HARMONISED_STATUSES,
    "purposes": PURPOSES,
    "founded": FOUNDED,
}


def _cards(session: Any, iso2: str) -> list[Card]:
    """The services that say that they serve the country or a part of it, by name; those for the whole world are not."""
    page = catalogue.search(session, Criteria(country=(iso2,), sort="name"), limit=catalogue.MAX_LIMIT)
    return explore.cards([record for record in page.items if not record["coverage"]["worldwide"]])


def _helping(session: Any, iso2: str) -> tuple[list[Card], list[Card]]:
    """The country's own services, and who helps there besides where its own lines are too few: those of its state, and
    of the whole world.
    """
    cards = _cards(session, iso2)
    if len(_best(cards, DIALLED)) >= LEAST_LINES:
        return cards, []
    helping = Helping(language.current(), datetime.now(UTC))
    asked = Criteria(country=(iso2,), topic=("general_support",), audience=find_form.FOR_VISITORS)
    found = catalogue.help_for(session, asked, helping=helping).records
    own = {card.record["id"] for card in cards}
    return cards, explore.cards([one for one in found if one["id"] not in own and one["kind"] in catalogue.PEOPLE])


def _by_type(facts: Iterable[countries.Fact]) -> list[tuple[str, list[countries.Fact]]]:
    found: dict[str, list[countries.Fact]] = {}
    for fact in facts:
        found.setdefault(fact.type, []).append(fact)
    return list(found.items())


def _missing(cards: Sequence[Card]) -> dict[str, list[str]]:
    """What nobody in the list offers: kinds, ways to reach a person at once, and topics where help cannot wait."""
    records = [card.record for card in cards]
    channels = {channel["type"] for record in records for channel in record["channels"]}
    topics = {topic for record in records for topic in record["topics"]}
    return {
        "kinds": [kind for kind in KINDS if kind not in {record["kind"] for record in records}],
        "ways": [words for types, words in zip(_LIVE, _LIVE_WORDS, strict=True) if not channels.intersection(types)],
        "topics": [topic for topic in TOPICS if topic in ACUTE_TOPICS and topic not in topics],
    }


def _lines(cards: Sequence[Card], besides: Sequence[Card] = ()) -> list[Line]:
    """At most six services that can be dialled; where they are fewer than three, those ``besides`` and addresses to
    type stand below them.
    """
    shown = _best(cards, DIALLED)[:CARD_LINES]
    for others, types in ((besides, DIALLED), (cards, _WRITTEN_TO), (besides, _WRITTEN_TO)):
        taken = {line.card.record["id"] for line in shown}
        more = _best((card for card in others if card.record["id"] not in taken), types)
        shown += more[: max(0, LEAST_LINES - len(shown))]
    return shown


def _best(cards: Iterable[Card], types: Collection[str]) -> list[Line]:
    """The people who can be reached by one of these types of channel, each number once."""
    people = (card for card in cards if card.record["kind"] != "ai_driven")
    found: dict[str | None, Line] = {}
    for line in sorted((line for card in people if (line := _line(card, types))), key=lambda line: line.rank):
        found.setdefault(line.contact.href, line)
    return list(found.values())


def _line(card: Card, types: Collection[str]) -> Line | None:
    first = next((contact for contact in card.contacts if contact.type in types and contact.href), None)
    return Line(card, first) if first else None


def _qr(address: str) -> Markup:
    """The address as a QR code, drawn here: black squares on white, whatever the colours of the page."""
    code = segno.make(address, error="m")
    drawn = code.svg_inline(scale=4, border=2, dark="#000", light="#fff", omitsize=True, svgclass="qr", lineclass=None)
    return Markup(drawn)  # noqa: S704 - the library's own drawing; the address is only modules in it
