"""The list of countries, and each country's page: whom to call, its services, its framework, and what is missing.

The page prints as one card with a QR code that leads back to it. Numbers and facts come from ``countries``, services
from the catalogue; nothing is said that has no source.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import segno
from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from popmap import catalogue, countries, gazetteer, submissions
from popmap.catalogue import Criteria
from popmap.errors import NotFoundError
from popmap.vocabulary import ACUTE_TOPICS, KINDS, N_, TOPICS
from popmap.web import database, emergency, explore, language, pages, security
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
_WRITTEN_TO: Final = frozenset({"webchat", "email", "web_form", "reporting_portal"})
_LIVE: Final = (("phone",), ("sms", "whatsapp", "other_messenger"), ("webchat",))
_LIVE_WORDS: Final = (N_("a number to call"), N_("a way to send a text message"), N_("a chat"))


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the printed card: a service, and the way to it that can be dialled, or read and typed."""

    card: Card
    contact: Contact

    @property
    def rank(self) -> tuple[int, bool, str]:
        """Helplines before the rest, those round the clock first."""
        record = self.card.record
        return list(KINDS).index(record["kind"]), self.contact.channel["hours"] != "24/7", record["id"]


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
    cards = _cards(session, iso2)
    address = pages.absolute(url_for("countries.detail", iso2=iso2))
    return render_template(
        "countries/detail.html",
        iso2=iso2,
        numbers=countries.emergency_numbers(session, iso2),
        harmonised=countries.harmonised_numbers(session, iso2),
        groups=[(kind, [card for card in cards if card.record["kind"] == kind]) for kind in KINDS],
        facts=_by_type(countries.facts(session, iso2)),
        missing=_missing(cards),
        lines=_lines(cards),
        being_checked=submissions.being_checked(session, [card.record["id"] for card in cards]),
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


def _lines(cards: Sequence[Card]) -> list[Line]:
    """At most six services that can be dialled; where they are fewer than three, addresses to type stand below them."""
    people = [card for card in cards if card.record["kind"] != "ai_driven"]
    dialled = [line for card in people if (line := _line(card, DIALLED))]
    shown = sorted(dialled, key=lambda line: line.rank)[:CARD_LINES]
    if len(shown) < LEAST_LINES:
        rest = [card for card in people if card not in [line.card for line in shown]]
        written = [line for card in rest if (line := _line(card, _WRITTEN_TO))]
        shown += sorted(written, key=lambda line: line.rank)[: LEAST_LINES - len(shown)]
    return shown


def _line(card: Card, types: Collection[str]) -> Line | None:
    first = next((contact for contact in card.contacts if contact.type in types and contact.href), None)
    return Line(card, first) if first else None


def _qr(address: str) -> Markup:
    """The address as a QR code, drawn here: black squares on white, whatever the colours of the page."""
    code = segno.make(address, error="m")
    drawn = code.svg_inline(scale=4, border=2, dark="#000", light="#fff", omitsize=True, svgclass="qr", lineclass=None)
    return Markup(drawn)  # noqa: S704 - the library's own drawing; the address is only modules in it
