"""One table: what went wrong → status → a page in the reader's language, or a problem answer (RFC 9457) for programs.

Details of our own code never leave the house: what is not in the table is logged and answered with a page that was
made at start-up and needs neither the database nor a template.
"""

import json
import traceback
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

import structlog
from flask import Flask, Response, current_app, make_response, render_template, request
from werkzeug.exceptions import HTTPException
from werkzeug.http import HTTP_STATUS_CODES

from popmap.errors import (
    ConflictError,
    ForbiddenError,
    GoneError,
    InputError,
    NotFoundError,
    PopMapError,
    TooManyError,
    UnavailableError,
    UnreachableError,
)
from popmap.vocabulary import N_
from popmap.web import access, database, language, security

STATUSES: Final[Mapping[type[Exception], int]] = {
    InputError: 422,
    NotFoundError: 404,
    GoneError: 410,
    ConflictError: 409,
    TooManyError: 429,
    ForbiddenError: 403,
    UnavailableError: 503,
    RecursionError: 400,
}
"""Our exceptions and the statuses they become; werkzeug's bring their own."""

WORDS: Final[Mapping[int, tuple[str, str]]] = {
    400: (N_("We could not read that"), N_("The address or the form has something in it that is not text.")),
    403: (N_("This is not open"), N_("This page is not for visitors.")),
    404: (N_("This page is not here"), N_("The address may be old or have a typing mistake.")),
    405: (N_("That does not work here"), N_("This address cannot be used in that way.")),
    409: (N_("This has changed meanwhile"), N_("Nothing was saved. Look at it again.")),
    410: (N_("This is no longer given out"), N_("It holds something that was taken down to protect children.")),
    413: (N_("That is too long"), N_("What was sent is longer than we can take.")),
    414: (N_("That is too long"), N_("The address is longer than we can take.")),
    415: (N_("We cannot take files here"), N_("Only text can be sent to this address.")),
    422: (N_("We did not understand one of the choices"), N_("Nothing is lost. Change it and try again.")),
    429: (N_("Please wait a little"), N_("Too much came at once. Try again in a few minutes.")),
    503: (N_("We cannot look this up just now"), N_("It is our fault, not yours. Try again in a minute.")),
}
LAST_RESORT_WORDS: Final = (N_("Something went wrong here"), N_("It is our fault, not yours. Try again in a minute."))
_NONCE: Final = "nonce-goes-here"
NOT_FROM_A_COPY: Final = frozenset({"doors.readyz"})
"""Asked to learn whether the database answers."""
_PROGRAMS: Final = ("/api/", "/ogc", "/hsds", "/tiles/", "/healthz", "/readyz", "/basemap/", "/static/")

log = structlog.get_logger()


def plug_into(app: Flask) -> None:
    """Answer every error of the app from the table, and make the last-resort pages while all is well."""
    app.extensions["last_resort"] = {code: _made_last_resort(app, code) for code in language.LANGUAGES}
    for kind in (HTTPException, PopMapError, RecursionError):
        app.register_error_handler(kind, reply_to)
    app.register_error_handler(Exception, reply_to_unknown)


def reply_to(error: Exception) -> Response:
    """The reply to an error that is in the table."""
    status = status_of(error)
    if status is None:
        return last_resort(error)
    if isinstance(error, UnreachableError) and (answered := _answered_from_the_copy()):
        return answered
    if isinstance(error, HTTPException) and (error.response is not None or status < 400):
        return make_response(error.get_response())
    reply = _problem(error, status) if wants_problem() else _page(error, status)
    if isinstance(error, HTTPException):
        kept = {name: value for name, value in error.get_headers() if name in {"Allow", "Retry-After", "Content-Range"}}
        reply.headers.update(kept)
    if status == 503:
        reply.headers.setdefault("Retry-After", "60")
    return reply


def _answered_from_the_copy() -> Response | None:
    """What the view answers when it reads from the saved copy; None where nothing is read, or there is no copy."""
    if not _is_open_to_all(request.endpoint) or not database.fall_back():
        return None
    try:
        reply = make_response(current_app.view_functions[str(request.endpoint)](**(request.view_args or {})))
    except (HTTPException, PopMapError) as error:
        reply = reply_to(error)
    if (copy := database.saved()) is not None:
        reply.headers["Popmap-Saved-At"] = copy.at.isoformat(timespec="seconds")
    return reply


def _is_open_to_all(endpoint: str | None) -> bool:
    """Whether the view may run from here: what the database could not be asked may be who is asking."""
    rule = access.rule_of(endpoint) if endpoint else None
    reads = request.method in {"GET", "HEAD"} and endpoint not in NOT_FROM_A_COPY
    return reads and rule is not None and rule.who == access.ANYONE


def status_of(error: Exception) -> int | None:
    """The HTTP status of an error, None where the table has none for it."""
    if isinstance(error, HTTPException):
        return error.code if error.code != 500 else None
    return next((status for kind, status in STATUSES.items() if isinstance(error, kind)), None)


def reply_to_unknown(error: Exception) -> Response:
    """The reply to an error outside the table: perhaps the database's door knows it, else the last resort."""
    told = database.in_our_words(error)
    return last_resort(error) if status_of(told) is None else reply_to(told)


def last_resort(error: Exception) -> Response:
    """A static 500: logged by kind and place only, for messages and values may hold what a visitor wrote."""
    frames = traceback.extract_tb(error.__traceback__)[-6:]
    log.error("unexpected", kind=type(error).__name__, at=[f"{frame.name}:{frame.lineno}" for frame in frames])
    if wants_problem():
        return _problem_reply({"type": "about:blank", "title": HTTP_STATUS_CODES[500], "status": 500}, 500)
    page: str = current_app.extensions["last_resort"][language.current()]
    reply = Response(page.replace(_NONCE, security.nonce()), 500, mimetype="text/html")
    reply.content_language.add(language.current())
    return reply


def wants_problem() -> bool:
    """Whether the address belongs to programs: those get a problem answer, people get a page."""
    return request.path.startswith(_PROGRAMS)


def faults_of(error: Exception) -> list[dict[str, Any]]:
    """The faults of refused input as plain values, for pages and programs alike."""
    if not isinstance(error, InputError):
        return []
    return [
        {"name": fault.name, "code": fault.code, "value": fault.value, "allowed": list(fault.allowed)}
        | ({"row": fault.row} if fault.row else {})
        for fault in error.faults
    ]


class OutermostReply:
    """Catches what fails outside Flask, where no error handler reaches."""

    def __init__(self, inner: security.WSGIApp, pages: Mapping[str, str]) -> None:
        """Wrap an application; ``pages`` are the last-resort pages by language."""
        self._inner = inner
        self._page = pages[language.LANGUAGES[0]].replace(f' nonce="{_NONCE}"', "").encode()

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """The inner application's reply, or the English last-resort page."""
        try:
            return self._inner(environ, start_response)
        except Exception as error:  # noqa: BLE001 - the last door: nothing may get past it
            log.error("outside the app", kind=type(error).__name__)  # noqa: TRY400 - no values in logs
            start_response("500 Internal Server Error", [("Content-Type", "text/html; charset=utf-8")])
            return [self._page]


def _page(error: Exception, status: int) -> Response:
    title, text = WORDS.get(status, WORDS[400])
    page = render_template("errors/error.html", status=status, title=title, text=text, faults=faults_of(error))
    reply = make_response(page, status)
    reply.vary.add("Accept-Language")
    return reply


def _problem(error: Exception, status: int) -> Response:
    title, text = WORDS.get(status, WORDS[400])
    problem: dict[str, Any] = {"type": "about:blank", "title": title, "status": status, "detail": text}
    if isinstance(error, GoneError):
        problem["detail"] = str(error)
    if faults := faults_of(error):
        problem["errors"] = faults
    return _problem_reply(problem, status)


def _problem_reply(problem: Mapping[str, Any], status: int) -> Response:
    reply = Response(json.dumps(problem, ensure_ascii=False), status, mimetype="application/problem+json")
    reply.headers["Access-Control-Allow-Origin"] = "*"
    return reply


def _made_last_resort(app: Flask, code: str) -> str:
    with app.test_request_context(f"/{code}/"):
        title, text = LAST_RESORT_WORDS
        return render_template("errors/last_resort.html", title=title, text=text, page_nonce=_NONCE)
