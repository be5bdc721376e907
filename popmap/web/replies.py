"""Replies of the API that need not be made twice: kept in process by revision, compressed once, confirmed with 304.

Every reply bears an ETag of the catalogue's state and the request. Whoever shows it again gets a 304, for which nothing
but the revision is looked at; whoever asks a hot question gets the bytes made for the last one who asked.
"""

import gzip
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import blake2b
from threading import Lock
from typing import Any, Final, TypeVar

import brotli  # type: ignore[import-untyped]
import zstandard
from flask import Flask, Response, current_app, g, request

from popmap import catalogue
from popmap.catalogue.memory import Memory
from popmap.web import database

JSON: Final = "application/json"
GEOJSON: Final = "application/geo+json"
TRUSTED_FOR_S: Final = 0.5
"""So long a revision is taken to be the latest without asking: a withdrawal shows at most that much later."""
_KEPT_REPLIES: Final = 600
_KEPT_BYTES: Final = 200_000
_KEY: Final = "popmap_replies"
_WORTH_COMPRESSING: Final = 500

Made = TypeVar("Made")

_ENCODERS: Final[dict[str, Callable[[bytes], bytes]]] = {
    "br": lambda body: brotli.compress(body, quality=5),
    "zstd": lambda body: zstandard.ZstdCompressor(level=9).compress(body),
    "gzip": lambda body: gzip.compress(body, compresslevel=6, mtime=0),
}


@dataclass(slots=True)
class Body:
    """The bytes of one reply with its ETag, and their compressed forms once somebody has asked for them."""

    plain: bytes
    etag: str
    encoded: dict[str, bytes] = field(default_factory=dict)

    def as_encoded(self, encoding: str) -> bytes:
        """Return the bytes in this encoding, made the first time."""
        if encoding not in self.encoded:
            self.encoded[encoding] = _ENCODERS[encoding](self.plain)
        return self.encoded[encoding]


class Replies:
    """What one process remembers: the latest state of the catalogue, for a moment, and hot bodies by state."""

    def __init__(self) -> None:
        """Remember nothing yet."""
        self._stamp: catalogue.Stamp | None = None
        self._asked_at = 0.0
        self._lock = Lock()
        self.bodies = Memory(_KEPT_REPLIES)

    def stamp(self) -> catalogue.Stamp:
        """Return the state of the catalogue, asked for at most twice a second."""
        if (copy := database.saved()) is not None:
            return catalogue.stamp(copy)
        now = time.monotonic()
        if self._stamp is None or now - self._asked_at > TRUSTED_FOR_S:
            found = database.glance(catalogue.stamp)
            with self._lock:
                self._stamp, self._asked_at = found, now
        return self._stamp


def plug_into(app: Flask) -> None:
    """Give the app its memory."""
    app.extensions[_KEY] = Replies()


def state() -> tuple[catalogue.Stamp, Hashable, bool]:
    """Return what every answer depends on: the catalogue's state, what was taken down, whether it is from a copy.

    What is kept was made for one kill list too: with the next withdrawal nobody is given it, nor a 304 for it. And what
    the copy on disk says, which is less, is not what the database says.
    """
    from_copy = database.saved() is not None
    known: tuple[catalogue.Stamp, Hashable, bool] | None = g.get("state_read")
    if known is None or known[2] is not from_copy:  # a request may fall back on the copy halfway
        replies: Replies = current_app.extensions[_KEY]
        known = g.state_read = replies.stamp(), database.withdrawn().state(), from_copy
    return known


def made(make: Callable[[Any], Made]) -> Made:
    """Return what ``make`` makes of a session, at the state that this reply's mark is made of."""
    stamp, *_ = state()
    return database.glance(lambda session: make(catalogue.pin(session, stamp)))


def keep(
    key: Hashable,
    make: Callable[[Any], bytes],
    *,
    mimetype: str = JSON,
    minutely: bool = False,
    private: bool = False,
) -> Response:
    """Return the reply to the question ``key``: 304, the bytes remembered for this state, or what ``make`` makes.

    ``make`` gets a session. ``minutely`` is for answers that move with the clock (what is open now);
    ``private`` ones, which tell where somebody stands, are not remembered.
    """
    replies: Replies = current_app.extensions[_KEY]
    question = repr(key) if private else _written(key)
    asked = (state(), request.endpoint, question, int(time.time() // 60) if minutely else None)
    if "If-None-Match" in request.headers and request.if_none_match.contains_weak(etag := _etag(asked)):
        return Response(status=304, headers={"ETag": f'W/"{etag}"'})
    # who asks for an answer made anew (RFC 9111, 5.2.1.4) gets one
    body = None if request.cache_control.no_cache else replies.bodies.get(asked)
    if body is None:
        body = Body(made(make), _etag(asked))
        if len(body.plain) <= _KEPT_BYTES and not private:
            replies.bodies.put(asked, body)
    return _encoded(body, mimetype)


# writing a question's criteria takes longer than finding its answer; never for one that tells where somebody stands
_written: Final = lru_cache(maxsize=2_000)(repr)


def _etag(asked: object) -> str:
    return blake2b(repr(asked).encode(), digest_size=12).hexdigest()


def _encoded(body: Body, mimetype: str) -> Response:
    # weak: the same answer may come in another encoding
    headers = {"ETag": f'W/"{body.etag}"', "Vary": "Accept-Encoding"}
    encoding = _best_encoding() if len(body.plain) >= _WORTH_COMPRESSING else "identity"
    if encoding == "identity":
        return Response(body.plain, mimetype=mimetype, headers=headers)
    return Response(body.as_encoded(encoding), mimetype=mimetype, headers=headers | {"Content-Encoding": encoding})


def _best_encoding() -> str:
    if "Accept-Encoding" not in request.headers:
        return "identity"
    return request.accept_encodings.best_match(("identity", *_ENCODERS), default="identity")
