"""Taking the data away: exactly the services that the criteria in the address find, whole, in every format there is.

What a format looks like is the business of ``exports``. Nothing is held in memory, and nothing looks whole that is
not: a file made first is sent with its length, pieces in chunks of which the last one only comes at the end. What was
made stays on the ``Shelf`` while the catalogue is the same, unless it tells where somebody stands or what he typed.
"""

from collections.abc import Generator, Hashable, Iterator
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from itertools import chain
from typing import Any, BinaryIO, Final, TypeVar

import orjson
from flask import Blueprint, Flask, Response, abort, current_app, request

from popmap import catalogue
from popmap.catalogue import Criteria
from popmap.config import Settings
from popmap.db import FILE_STATEMENT_S
from popmap.errors import UnavailableError
from popmap.exports import WRITERS, Writer, code_lists, datapackage
from popmap.exports.shelf import PIECE_BYTES, Makers, Place, Shelf
from popmap.inputs import criteria_query, parse_criteria
from popmap.web import database, pages, replies

Piece = TypeVar("Piece")

MAKERS: Final = 2
"""So many of a process's four threads may make files at once."""
ROOM_WITHIN_S: Final = 5
FOLDER: Final = "exports"
_SHELF: Final = "popmap_shelf"
_MAKERS: Final = "popmap_makers"

blueprint = Blueprint("data", __name__)


def plug_into(app: Flask, settings: Settings) -> None:
    """Give the app its shelf."""
    app.extensions[_SHELF] = Shelf(settings.data / FOLDER)
    app.extensions[_MAKERS] = Makers(MAKERS)


@blueprint.get("/api/v1/export.<format_>")
def export(format_: str) -> Response:
    """A file with every service that matches."""
    writer = WRITERS.get(format_) or abort(404)
    criteria = parse_criteria(request.args)
    shelf: Shelf = current_app.extensions[_SHELF]
    place = _place(replies.state(), criteria, writer) if may_stay(criteria) else None
    if place and request.if_none_match.contains_weak(place.name):
        return Response(status=304, headers={"ETag": f'W/"{place.name}"'})
    kept = shelf.find(place) if place else None
    reply = _sent(kept) if kept else _made(criteria, writer)
    if place:  # what is made later than this state was looked at has a mark that nobody will find again
        reply.headers["ETag"] = f'W/"{place.name}"'
    reply.content_type = writer.media_type
    reply.headers["Content-Disposition"] = f'attachment; filename="popmap-{datetime.now(UTC):%Y-%m-%d}.{format_}"'
    reply.headers["Access-Control-Allow-Origin"] = "*"
    reply.headers["Access-Control-Expose-Headers"] = "Content-Disposition, Content-Length"
    reply.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return reply


@blueprint.get("/api/v1/datapackage.json")
def dictionary() -> Response:
    """The dictionary for programs: every column with its type, codes, and what an empty cell means (Frictionless)."""
    return _open(orjson.dumps(datapackage.describe(_address)), replies.JSON)


@blueprint.get("/api/v1/codes/<name>.csv")
def codes(name: str) -> Response:
    """One code list as a file."""
    if name not in code_lists.LISTS:
        abort(404)
    return _open(code_lists.file_of(name), WRITERS["csv"].media_type)


def _address(file: str) -> str:
    """Where a file of the dictionary is to be had as it is now."""
    table = next((one.name for one in WRITERS.values() if one.file_name == file), None)
    return pages.absolute(f"/api/v1/export.{table}" if table else f"/api/v1/{file}")


def _open(body: bytes, media_type: str) -> Response:
    """A reply that any page anywhere may read."""
    headers = {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}
    return Response(body, content_type=media_type, headers=headers)


def may_stay(criteria: Criteria) -> bool:
    """Whether the answer may be kept: not what moves with the clock, tells where somebody stands or what he typed."""
    return database.saved() is None and not (criteria.at or criteria.q or criteria.open_now)


def _place(state: Hashable, criteria: Criteria, writer: Writer) -> Place:
    return Place.of(state, criteria_query(criteria), writer)


def _state_of(session: Any) -> Hashable:
    """What ``replies.state`` says, as this session sees it: a file belongs to what it was made from."""
    return catalogue.stamp(session), database.withdrawn().state(), database.saved() is not None


def _made(criteria: Criteria, writer: Writer) -> Response:
    """The reply whose file is made now: in pieces from here on, or whole first."""
    makers: Makers = current_app.extensions[_MAKERS]
    shelf: Shelf = current_app.extensions[_SHELF]
    with ExitStack() as doors:
        if not makers.come_in(within_s=ROOM_WITHIN_S):
            raise UnavailableError("Many files are being made just now.")
        doors.callback(makers.leave)
        session = doors.enter_context(database.reading_apart(statement_s=FILE_STATEMENT_S))
        place = _place(_state_of(session), criteria, writer)
        records = doors.enter_context(closing(catalogue.stream(session, criteria, made_by=writer.made_by)))
        if writer.is_made_first or not _end_is_told():
            return _sent(shelf.make(place, writer, records, may_stay=may_stay(criteria)))
        pieces = writer.pieces(_begun(records))
        if may_stay(criteria):
            kept = shelf.keep(place, pieces)
            doors.enter_context(closing(kept))
            pieces = kept
        return _streamed(_begun(pieces), doors.pop_all())
    raise AssertionError  # the stack lets every error through


def _end_is_told() -> bool:
    """Whether this visitor, or what stands between us, can tell the end of a reply without a length from a cut."""
    return request.environ.get("SERVER_PROTOCOL") != "HTTP/1.0"


def _streamed(pieces: Iterator[bytes], doors: ExitStack) -> Response:
    """The pieces; the doors are closed when the last one is gone, or nobody wants more."""
    reply = Response(_until_the_end(pieces, doors))
    reply.call_on_close(doors.close)
    return reply


def _until_the_end(pieces: Iterator[bytes], doors: ExitStack) -> Generator[bytes]:
    with doors:
        yield from pieces


def _sent(file: BinaryIO) -> Response:
    """A whole file with its length, so that whoever gets less knows it."""
    length = file.seek(0, 2)
    file.seek(0)
    reply = Response(_read(file))
    reply.content_length = length
    reply.call_on_close(file.close)
    return reply


def _read(file: BinaryIO) -> Generator[bytes]:
    with file:
        while piece := file.read(PIECE_BYTES):
            yield piece


def _begun(pieces: Iterator[Piece]) -> Iterator[Piece]:
    """The same pieces, with the first one already made: what is wrong is said before the file begins."""
    first = next(pieces, None)
    return iter(()) if first is None else chain([first], pieces)
