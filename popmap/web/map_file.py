"""``/api/v1/map.html``: the door to the stand-alone map. ``folium_map`` makes it, and is read when one is asked for."""

from importlib import import_module
from typing import Final

from flask import Blueprint, Response, g, request

from popmap.catalogue import Criteria
from popmap.errors import Fault, InputError
from popmap.inputs import parse_criteria
from popmap.web import language, replies

MAP_LANGUAGE: Final = "lang"
_MAKER: Final = "popmap.web.folium_map"
"""Folium takes as long to be read as half of the server, and is wanted once in a while."""

blueprint = Blueprint("map_file", __name__)


@blueprint.get("/api/v1/map.html")
def page() -> Response:
    """The file for the criteria in the address; ``lang`` is its language."""
    criteria = parse_criteria(request.args, also=(MAP_LANGUAGE,))
    lang = language_asked(request.args.get(MAP_LANGUAGE, ""))
    asked = (criteria, lang, language.today())
    private, minutely = criteria.at is not None, criteria.open_now
    reply = replies.keep(
        asked,
        lambda _: _made(criteria, lang),
        mimetype="text/html",
        private=private,
        minutely=minutely,
    )
    if "map_file_policy" in g:  # else nothing was made: a 304 has no file
        reply.headers["Content-Security-Policy"] = f"{g.map_file_policy}; frame-ancestors 'none'"
    reply.headers["Access-Control-Allow-Origin"] = "*"
    return reply


def _made(criteria: Criteria, lang: str) -> bytes:
    file: bytes = import_module(_MAKER).made(criteria, lang)
    return file


def language_asked(code: str) -> str:
    """The language of a file: as asked, else the reader's; ``InputError`` for one that there is not."""
    if code and code not in language.LANGUAGES:
        raise InputError([Fault(MAP_LANGUAGE, "unknown_value", code[:20], language.LANGUAGES)])
    return code or language.current()
