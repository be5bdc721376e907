"""A part of the catalogue in a frame on somebody else's page: the only page of ours that may be framed.

Takes the same criteria as the explorer and its language as ``lang``. It runs no script, keeps nothing, asks nobody
else; every link opens outside the frame and takes no address along. A frame cannot blank the page around it, so there
is no quick exit in it, and it says so.
"""

from collections.abc import Sequence
from typing import Any, Final

from flask import Blueprint, Response, g, make_response, render_template, request, url_for
from werkzeug.datastructures import MultiDict

from popmap import catalogue
from popmap.basemap.picture import WIDTH, picture, spot
from popmap.errors import Fault, InputError
from popmap.inputs import criteria_query
from popmap.web import database, emergency, explore, filters, language, map_words, pages, security
from popmap.web.explore import Card
from popmap.web.filters import Question

blueprint = Blueprint("embed", __name__)

LISTED: Final = 20
_ROOM: Final = 40.0
_LEAST_WIDTH: Final = 160.0


@blueprint.get("/embed")
def page() -> Response:
    """The list of what the criteria find, with a small map above it where there is room."""
    question, found = _found(asked())
    shown = explore.cards(found.items) if found else []
    if len(question.criteria.country) == 1:
        emergency.know(question.criteria.country[0])
    body = render_template(
        "embed/page.html",
        question=question,
        faults=[filters.described(fault, question.criteria) for fault in question.faults],
        page=found,
        cards=shown,
        marks=_marks(shown),
        home=pages.settings().public_address,
        query=criteria_query(question.criteria),
        messages=map_words.messages(),
        **_view(shown),
    )
    reply = make_response(body, 422 if question.faults else 200)
    reply.headers["Content-Security-Policy"] = security.framed_policy(security.nonce())
    reply.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return reply


def asked() -> Question:
    """The criteria in the address; the reply's language is ``lang``, else the reader's."""
    args = MultiDict([pair for pair in request.args.items(multi=True) if pair[0] != "lang"])
    code = request.args.get("lang", "")
    if code and code not in language.LANGUAGES:
        return filters.read(args).with_faults([Fault("lang", "unknown_value", code[:20], language.LANGUAGES)])
    g.language = code or language.current()
    return filters.read(args)


def _found(question: Question) -> tuple[Question, Any]:
    """The first page of what is found, or the question with what is wrong in it."""
    if question.faults:
        return question, None
    try:
        return question, catalogue.search(database.reading(), question.criteria, limit=LISTED)
    except InputError as error:
        return question.with_faults(error.faults), None


def address_here() -> str:
    """The address to put into a frame, on this site's own address."""
    return f"{pages.settings().public_address}{url_for('embed.page', lang=language.current())}"


def _marks(cards: Sequence[Card]) -> list[tuple[str, float, float, bool, str]]:
    """Kind, place in the picture, whether one can go there, and name; nothing that serves the whole world."""
    return [
        (
            card.record["kind"],
            *spot(card.record["location"]["coordinates"]),
            card.record["visitable"],
            card.record["name"],
        )
        for card in cards
        if card.record["location"] and not card.record["coverage"]["worldwide"]
    ]


def _view(cards: Sequence[Card]) -> dict[str, Any]:
    """The part of the picture with the marks in it, two and a half times as wide as high."""
    marks = _marks(cards)
    if not marks:
        return {"picture": None, "box": (), "unit": 1.0}
    xs, ys = [mark[1] for mark in marks], [mark[2] for mark in marks]
    width = min(float(WIDTH), max(_LEAST_WIDTH, max(xs) - min(xs) + _ROOM, 2.5 * (max(ys) - min(ys) + _ROOM)))
    left, top = (max(xs) + min(xs) - width) / 2, (max(ys) + min(ys) - width / 2.5) / 2
    return {
        "picture": picture(),
        "box": (round(left), round(top), round(width), round(width / 2.5)),
        "unit": width / 640,
    }
