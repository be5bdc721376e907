"""The explorer: the whole catalogue as list and map with every filter, and its state in the address.

Works as a plain GET form; ``static/js/explore.js`` fetches the same address and puts its parts in place. The form and
its addresses are in ``filters``, one service's own page in ``services``.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final

import orjson
from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from popmap import catalogue, gazetteer
from popmap.catalogue import Criteria
from popmap.errors import Fault, InputError
from popmap.hours import State
from popmap.inputs import criteria_query
from popmap.web import contacts, database, emergency, filters, language, map_words, security
from popmap.web.contacts import Contact
from popmap.web.filters import Question
from popmap.web.find import located_at
from popmap.web.service_words import comma

blueprint = Blueprint("explore", __name__)

PER_PAGE: Final = 15
"""Services on one page: the page stays under its weight also where every name is in another script."""

FRAMED: Final = 12
"""Of how many chosen areas the map shows all; whoever chooses more looks at the world."""


@dataclass(frozen=True, slots=True)
class Card:
    """One service as the list shows it."""

    record: dict[str, Any]
    contacts: Sequence[Contact]
    website: str | None

    @property
    def state(self) -> State | None:
        """What is known about reaching anybody now; None for services without hours."""
        return contacts.best_state(self.contacts)

    @property
    def first(self) -> Contact | None:
        """The quickest way to somebody that can be pressed."""
        return next((contact for contact in self.contacts if contact.href), None)


@blueprint.get("/explore")
def index() -> ResponseReturnValue:
    """The list, the filters and the place for the map; a typed place leads to the address that names it."""
    question = filters.read(request.args, unreadable=security.unreadable(request.query_string))
    hits = _places(question)
    if len(hits) == 1 and not question.faults:
        return redirect(_address_at(question, hits[0].id), code=302)
    question, page = _searched(question, hits)
    _tell_emergency(question)
    body = render_template("explore/index.html", **_parts(question, page), choices=_choices(question, hits))
    # the templates' indents are a fortieth of what a slow phone waits for
    return re.sub(r"\n\s+", "\n", body), 422 if question.faults else 200


@blueprint.app_template_global()
def map_tiles() -> str:
    """Where the map's background comes from: the operator's own tiles, else the built-in archive."""
    tiles = current_app.extensions["settings"].tiles
    return tiles if tiles.startswith(("http://", "https://")) else "/basemap/world.pmtiles"


@blueprint.app_template_global()
def map_messages() -> str:
    """The map's sentences as JSON, in their own letters: escapes would double the weight of Arabic and Russian."""
    return orjson.dumps(map_words.messages()).decode()


@blueprint.app_template_global()
def downloads(query: str) -> list[tuple[str, str]]:
    """Words and address of the ways in which exactly these services can be taken away: at once, or after a choice."""
    ways = [("CSV", url_for("data.export", format_="csv")), (gettext("more formats"), url_for("data_page.index"))]
    return [(words, f"{url}?{query}" if query else url) for words, url in ways]


def cards(items: Sequence[dict[str, Any]]) -> list[Card]:
    """The records as cards, with the state of this moment."""
    now = datetime.now(UTC)
    return [Card(record, contacts.of(record, now), contacts.website(record)) for record in items]


def _parts(question: Question, page: Any) -> dict[str, Any]:
    """What the templates of the explorer show."""
    criteria = question.criteria
    counts = catalogue.facets(database.reading(), criteria)
    return {
        "question": question,
        "criteria": criteria,
        "query": criteria_query(criteria),
        "page": page,
        "cards": cards(page.items) if page else [],
        "everywhere_from": _everywhere_from(page.items) if page else None,
        "being_checked": database.reported(),
        "next_url": filters.address(criteria, cursor=page.next_cursor) if page and page.next_cursor else "",
        "first_url": filters.address(criteria) if question.cursor else "",
        "facets": filters.facets(question, counts),
        "open_count": sum(one.count for one in counts.get("open_now", ())) if page else None,
        "periods": filters.periods(criteria, counts.get("checked_since", ()) if page else None),
        "area": _area(criteria),
        "sides": _sides(criteria) if page else "",
        "sorts": filters.sorts(criteria),
        "chips": filters.chips(criteria),
        "carried": filters.carried(criteria),
        "without_faults_url": filters.address(criteria),
        "clear_url": filters.address(Criteria()),
        "faults": [filters.described(fault, criteria) for fault in question.faults],
    }


def _everywhere_from(items: Sequence[dict[str, Any]]) -> int | None:
    """From which card on all serve the whole world; None where they do not stand together at the end.

    With words alone they stand among the others, and a heading would call a line of one country everybody's.
    """
    near = [index for index, item in enumerate(items) if not item["coverage"]["worldwide"]]
    first = near[-1] + 1 if near else 0
    mixed = any(item["coverage"]["worldwide"] for item in items[:first])
    return None if mixed or first == len(items) else first


def _searched(question: Question, hits: Sequence[Any]) -> tuple[Question, Any]:
    """The page of answers, or the question with what is wrong in it and no answer."""
    if question.where and not hits:
        question = question.with_faults([Fault("where", "not_found", question.where)])
    if question.faults:
        return question, None
    try:
        found = catalogue.search(database.reading(), question.criteria, limit=PER_PAGE, cursor=question.cursor)
    except InputError as error:
        kept = replace(question, criteria=replace(question.criteria, place=None, sort="relevance"), cursor=None)
        return kept.with_faults(error.faults), None
    return question, found


def _places(question: Question) -> list[Any]:
    """What the typed place may mean: one where there is no doubt, several to choose from, none."""
    if not question.where:
        return []
    hits = gazetteer.find(database.reading(), question.where, lang=language.current(), limit=8)
    same = [hit for hit in hits if hit.name.casefold() == question.where.casefold()]
    whole = [hit for hit in same if hit.kind == "country"]
    return list(whole or (same if len(same) == 1 else hits))


def _choices(question: Question, hits: Sequence[Any]) -> list[tuple[str, str]]:
    return [(hit.label, _address_at(question, hit.id)) for hit in hits] if not question.faults else []


def _address_at(question: Question, place: str) -> str:
    return filters.address(replace(question.criteria, place=place, at=None))


def _sides(criteria: Criteria) -> str:
    """Whose services are listed for a place that more than one country's serve, the likelier first; else nothing."""
    found = located_at(database.reading(), criteria)
    if found is None or not found.countries[1:]:
        return ""
    places = comma().join(language.country_name(code) for code in found.countries)
    if found.disputed:
        return gettext(
            "Who governs here is disputed. We show help from each side: %(places)s. On the map, each country's area "
            "ends where the United Nations see its border.",
            places=places,
        )
    if found.near_border:
        return gettext("You are near a border. We show help from both sides: %(places)s.", places=places)
    return gettext("We show help for this place in this order: %(places)s.", places=places)


def _area(criteria: Criteria) -> str:
    """The boxes of the chosen regions, countries or place, for the map to go there: numbers by commas, boxes by ;."""
    places = [f"subdivision:{code}" for code in criteria.subdivision] or [
        f"country:{code}" for code in criteria.country
    ]
    if not places and criteria.place:
        places = [criteria.place]
    boxes = [_around(criteria.at.lon, criteria.at.lat)] if criteria.at and not places else []
    for place in places[:FRAMED]:
        hit = gazetteer.resolve(database.reading(), place, lang=language.current())
        if hit and hit.bbox:
            boxes.append((hit.bbox.west, hit.bbox.south, hit.bbox.east, hit.bbox.north))
        elif hit and hit.lon is not None and hit.lat is not None:
            boxes.append(_around(hit.lon, hit.lat))
    return ";".join(",".join(f"{edge:g}" for edge in box) for box in boxes)


def _around(lon: float, lat: float) -> tuple[float, float, float, float]:
    """A box about as wide as a town and the land round it."""
    return lon - 0.3, lat - 0.2, lon + 0.3, lat + 0.2


def _tell_emergency(question: Question) -> None:
    """The emergency card shows the numbers of the one country that was chosen."""
    criteria = question.criteria
    chosen = {*criteria.country, *(code.partition("-")[0] for code in criteria.subdivision)}
    if criteria.place and not chosen:
        hit = gazetteer.resolve(database.reading(), criteria.place, lang=language.current())
        chosen = {hit.country} if hit else set()
    if len(chosen) == 1:
        emergency.know(chosen.pop())
