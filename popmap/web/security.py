"""What protects every reply: headers, and strict reading of what comes in.

Nothing here knows what a page shows. Who may use which address is the business of ``access``.
"""

import secrets
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final
from urllib.parse import unquote_to_bytes, urlsplit

from flask import Flask, Response, abort, g, request

from popmap.config import Settings
from popmap.errors import Fault, InputError

MAX_BODY_BYTES: Final = 64 * 1024
MAX_FORM_PARTS: Final = 200
LONG_BODY_BYTES: Final = 2_000_000
FORM_BODY_BYTES: Final = 256 * 1024
"""All fields of the form of a service, filled to the last sign in a script whose signs are three bytes each."""
LONG_BODIES: Final = {
    **dict.fromkeys(("tables.send", "api_submissions.submit_table"), LONG_BODY_BYTES),
    **dict.fromkeys(("submissions.send", "submissions.send_change", "submissions.send_edit"), FORM_BODY_BYTES),
}
"""Where a table of many services is sent, or the form of one."""
MAX_FORM_FIELDS: Final = 3_000
"""Every country, every language and every part of four countries ticked, and all else filled."""
MAX_QUERY_BYTES: Final = 7 * 1024
"""Less than gunicorn takes for the whole first line, so that it is we who say what is wrong."""
MAX_QUERY_PARTS: Final = 300
MAX_NAME: Final = 80
SHOWS_ITS_FAULTS: Final = frozenset({"explore.index", "find.answer"})
"""Pages that tell beside each field what is wrong in it: they ask for what is ``unreadable`` themselves."""

HEADERS: Final[Mapping[str, str]] = {
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(self), camera=(), microphone=(), payment=(), usb=(), browsing-topics=(), "
    "interest-cohort=(), display-capture=(), accelerometer=(), gyroscope=(), magnetometer=(), midi=()",
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
}
"""On every reply. Pages get a policy of their own that lets their own scripts and styles in by nonce."""

FRAMED_ANYWHERE: Final = "frame-ancestors *"

YEAR_S: Final = 31_536_000

WSGIApp = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class EveryReply:
    """Puts the headers on whatever comes out: pages, files, errors, also those made before or after Flask."""

    def __init__(self, inner: WSGIApp) -> None:
        """Wrap the whole application, static files included."""
        self._inner = inner

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """The inner application's reply, with the headers it did not set itself."""

        def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            given = {name.lower() for name, _ in headers}
            if any(name.lower() == "content-security-policy" and FRAMED_ANYWHERE in value for name, value in headers):
                given.add("x-frame-options")
            headers.extend((name, value) for name, value in HEADERS.items() if name.lower() not in given)
            if environ.get("wsgi.url_scheme") == "https":
                headers.append(("Strict-Transport-Security", f"max-age={2 * YEAR_S}; includeSubDomains"))
            return start_response(status, headers, *more)

        return self._inner(environ, start)


def plug_into(app: Flask, settings: Settings) -> None:
    """Limits, strict reading and headers for the app."""
    app.config.update(
        MAX_CONTENT_LENGTH=MAX_BODY_BYTES, MAX_FORM_MEMORY_SIZE=MAX_BODY_BYTES, MAX_FORM_PARTS=MAX_FORM_PARTS
    )
    elsewhere = tile_origin(settings.tiles)
    app.before_request(refuse_unreadable)

    @app.after_request
    def protect(response: Response) -> Response:
        if response.mimetype == "text/html":
            response.headers.setdefault(
                "Content-Security-Policy", page_policy(nonce(), elsewhere, workers=g.get("workers", "'none'"))
            )
        response.headers.setdefault("Cache-Control", "no-store")
        _keep_location_relative(response)
        return response

    app.jinja_env.globals["nonce"] = nonce


def nonce() -> str:
    """This reply's nonce: a script or style without it does not run."""
    if "nonce" not in g:
        g.nonce = secrets.token_urlsafe(16)
    return g.nonce


def framed_policy(page_nonce: str) -> str:
    """The policy of the one page that any site may frame (``/embed``): styles of its own, and no script at all."""
    return (
        f"default-src 'none'; style-src 'nonce-{page_nonce}'; img-src 'self' data:; base-uri 'none'; "
        f"form-action 'none'; {FRAMED_ANYWHERE}"
    )


def let_workers_in() -> None:
    """This reply's page may start a service worker of this site; no other page may."""
    g.workers = "'self'"


def page_policy(page_nonce: str, elsewhere: str = "", *, workers: str = "'none'") -> str:
    """The Content-Security-Policy of a page; ``elsewhere`` is the origin of an operator's own tiles."""
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src 'self' 'nonce-{page_nonce}'",  # 'self': modules fetch the map's scripts when it is wanted
            f"style-src 'self' 'nonce-{page_nonce}'",
            f"img-src 'self' data: {elsewhere}".rstrip(),
            f"connect-src 'self' {elsewhere}".rstrip(),
            f"worker-src {workers}",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types default",  # static/js/trusted.js
        )
    )


def tile_origin(tiles: str) -> str:
    """The origin of an operator's tile address (``https://tiles.example``), empty for a file or the built-in map."""
    parts = urlsplit(tiles)
    return f"{parts.scheme}://{parts.netloc}" if parts.scheme in {"http", "https"} and parts.netloc else ""


def refuse_unreadable() -> None:
    """Refuse an address or form with NUL, invalid UTF-8 or a length nobody types: nothing is guessed or replaced.

    A value that is no text is 422 with its name; what has no name to be told by is 400 or 414.
    """
    if request.endpoint in LONG_BODIES:
        request.max_content_length = request.max_form_memory_size = LONG_BODIES[request.endpoint]
    path = request.environ.get("PATH_INFO", "").encode("latin-1", "replace")
    query = request.query_string
    if len(query) > MAX_QUERY_BYTES or query.count(b"&") >= MAX_QUERY_PARTS:
        abort(414)
    if not _is_text(path):
        abort(400)
    _refuse_values(query)
    if request.mimetype == "application/x-www-form-urlencoded":
        sent = request.get_data()
        if sent.count(b"&") >= MAX_FORM_FIELDS:
            abort(413)
        _refuse_values(sent)
    if request.mimetype == "multipart/form-data":
        _refuse_unreadable_form()


def _refuse_values(pairs: bytes) -> None:
    """422 that names each field whose value is no text, unless the page does; 400 where not even the names are."""
    if _is_text(unquote_to_bytes(pairs)):
        return
    if not _names_are_text(pairs):
        abort(400)
    if request.endpoint not in SHOWS_ITS_FAULTS:
        raise InputError(unreadable(pairs))


def unreadable(pairs: bytes) -> list[Fault]:
    """A fault for each named value of a query or form that is no text."""
    if _is_text(unquote_to_bytes(pairs)):
        return []
    return [
        Fault(name.decode()[:MAX_NAME], "bad_characters", allowed=["text in UTF-8, without NUL"])
        for name, value in _split(pairs)
        if not _is_text(value)
    ]


def _names_are_text(pairs: bytes) -> bool:
    return all(_is_text(name) for name, _ in _split(pairs))


def _split(pairs: bytes) -> list[tuple[bytes, bytes]]:
    parts = [one.partition(b"=") for one in pairs.split(b"&")]
    return [(unquote_to_bytes(name), unquote_to_bytes(value)) for name, _, value in parts]


def _refuse_unreadable_form() -> None:
    if request.files:
        abort(415)
    for name, values in request.form.lists():
        if not all(_is_text(text.encode("utf-8", "surrogatepass")) for text in (name, *values)):
            abort(400)


def _is_text(data: bytes) -> bool:
    """Valid UTF-8 without NUL, and without the sign that somebody else has replaced what he could not read."""
    try:
        text = data.decode("utf-8", "strict")
    except UnicodeDecodeError:
        return False
    return "\x00" not in text and "\ufffd" not in text


def _keep_location_relative(response: Response) -> None:
    """A redirect within this site never repeats the Host header, which anyone may have written."""
    location = response.headers.get("Location", "")
    if location and location.startswith(request.host_url):  # the host is worked out only where there is a redirect
        response.headers["Location"] = "/" + location.removeprefix(request.host_url)
        response.set_data("")
