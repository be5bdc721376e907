"""Taking the data away: exactly the services that the criteria in the address find, whole, in every format there is.

What a format looks like is the business of ``exports``. Nothing is held in memory: rows go out as they come in.
"""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from itertools import chain
from typing import Any, TypeVar

from flask import Blueprint, Response, abort, request

from popmap import catalogue
from popmap.catalogue import Criteria
from popmap.exports import WRITERS, Writer
from popmap.inputs import parse_criteria
from popmap.web import database

Piece = TypeVar("Piece")

blueprint = Blueprint("data", __name__)


@blueprint.get("/api/v1/export.<format_>")
def export(format_: str) -> Response:
    """A file with every service that matches."""
    writer = WRITERS.get(format_) or abort(404)
    pieces = _pieces(database.reading_apart(), parse_criteria(request.args), writer)
    reply = Response(_begun(pieces), content_type=writer.media_type)
    reply.headers["Content-Disposition"] = f'attachment; filename="popmap-{datetime.now(UTC):%Y-%m-%d}.{format_}"'
    reply.headers["Access-Control-Allow-Origin"] = "*"
    return reply


def _pieces(door: Any, criteria: Criteria, writer: Writer) -> Iterator[bytes]:
    """The file in pieces; the database is left when the last one is gone, or nobody wants more."""
    with door as session, closing(catalogue.stream(session, criteria)) as records:
        yield from writer.pieces(_begun(records))


def _begun(pieces: Iterator[Piece]) -> Iterator[Piece]:
    """The same pieces, with the first one already made: what is wrong is said before the file begins."""
    first = next(pieces, None)
    return iter(()) if first is None else chain([first], pieces)
