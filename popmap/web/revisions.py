"""Every public answer bears an ETag of the catalogue's state and the request; who shows it again gets a 304 unmade.

The hot answers of the API do that themselves, and keep their bodies (``replies``). Here it is done for all others, for
every address that anyone may read, unless it stands in ``UNMARKED`` with the reason. What moves with the clock is
marked anew each minute.
"""

import time
from hashlib import blake2b
from typing import Any, Final

from flask import Flask, Response, current_app, g, request

from popmap.config import PROJECT
from popmap.errors import UnavailableError
from popmap.web import access, api_versions, language, replies

UNMARKED: Final = {
    "find.first": "finding help leaves nothing behind that could be shown again",
    "find.page": "finding help leaves nothing behind that could be shown again",
    "doors.leave": "the way out is never late",
    "doors.traces": "the way out is never late",
    "doors.healthz": "says how things are this moment",
    "doors.readyz": "says how things are this moment",
    "doors.basemap": "a file, marked by its own time",
    "doors.favicon": "a file, marked by its own time",
    "assets.file": "a file, marked by its own time",
    "keeping.kept": "dated at the moment it is made",
    "keeping.worker": "a browser asks anew whether a worker has changed",
    "submissions.new": "a form, with a token of its own",
    "submissions.suggest": "a form, with a token of its own",
    "tables.many": "a form, with a token of its own",
    "api_versions.file": "a frozen file, marked by its checksum",
}
"""Addresses that anyone may read and that bear no mark, each with the reason."""
MOVING: Final = frozenset({"api_help.help_at", "embed.page", "map_file.page"})
"""Answers that move with the clock; so do all pages: they say what is open now and how long ago things were."""
SHELVED: Final = frozenset({"api_versions.versions", "api_versions.version", "api_versions.difference"}) | {
    "dataset_versions.index",
    "dataset_versions.detail",
    "data_page.index",
}
"""Answers about frozen versions: one is frozen without a new revision of the catalogue."""
_KEY: Final = "popmap_release"


def plug_into(app: Flask) -> None:
    """Confirm and mark the answers of the app. To be called after the lock on its doors."""
    app.extensions[_KEY] = _release()
    app.before_request(confirm)
    app.after_request(mark)


def confirm() -> Response | None:
    """304 for whoever has this answer already; only the revision is looked at for it."""
    rule = access.rule_of(request.endpoint or "")
    reads = request.method in {"GET", "HEAD"} and rule is not None and rule.who == access.ANYONE
    if not reads or request.endpoint in UNMARKED:
        return None
    try:  # before anything is read: what the view finds is at least as new
        g.state = replies.state()
    except UnavailableError:  # the view may not need the database
        return None
    if "If-None-Match" in request.headers and request.if_none_match.contains_weak(etag := _etag()):
        reply = Response(status=304, headers={"ETag": f'W/"{etag}"'})
        del reply.headers["Content-Type"]
        return reply
    return None


def mark(reply: Response) -> Response:
    """Put the mark on an answer that has none."""
    if "state" in g and reply.status_code == 200 and "ETag" not in reply.headers:
        reply.headers["ETag"] = f'W/"{_etag()}"'
    return reply


def _etag() -> str:
    args: Any = request.view_args or {}
    moving = "lang" in args or request.endpoint in MOVING or b"open_now" in request.query_string
    asked = (
        g.state,
        current_app.extensions[_KEY],
        request.path,
        request.query_string,
        request.headers.get("Accept"),
        language.current(),
        int(time.time() // 60) if moving else None,
        api_versions.shelf().state() if request.endpoint in SHELVED else None,
    )
    return blake2b(repr(asked).encode(), digest_size=12).hexdigest()


def _release() -> int:
    """When the newest part of this program was made: another release may answer otherwise."""
    parts = (PROJECT / folder for folder in ("popmap", "templates", "static/js", "static/css"))
    files = (
        file for part in parts for file in part.rglob("*") if file.suffix in {".py", ".html", ".mo", ".js", ".css"}
    )
    return max(file.stat().st_mtime_ns for file in files)
