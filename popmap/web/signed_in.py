"""Who is signed in: the cookie, and the token that every changing request of a moderator bears.

The cookie exists for moderators only and is looked at below ``/moderate`` only. Over https it is ``__Host-``: bound to
this host, Secure, HttpOnly, SameSite=Strict. Its prefix demands ``Path=/``. Plain http is taken on this machine's own
address alone (to try things out); there the cookie bears another name, so that one can never pass for the other.
What it holds is worth nothing once the session has ended in the database (``accounts``).
"""

import hashlib
import hmac
from typing import Any, Final

from flask import Flask, Response, abort, g, request

from popmap import accounts
from popmap.accounts import Person
from popmap.web import database, pages

SECURE_NAME: Final = "__Host-popmap-moderator"
LOCAL_NAME: Final = "popmap-moderator-here"
TOKEN_FIELD: Final = "csrf"  # noqa: S105 - the name of the field, not a secret
_LOCAL: Final = frozenset({"localhost", "127.0.0.1", "[::1]"})


def plug_into(app: Flask) -> None:
    """Give templates ``moderator`` and the token; keep search engines out of the moderators' pages."""
    app.jinja_env.globals.update(moderator=current, csrf_token=token)

    @app.after_request
    def keep_apart(response: Response) -> Response:
        if request.path.startswith("/moderate"):
            response.headers["X-Robots-Tag"] = "noindex, nofollow"
            response.vary.add("Cookie")
        return response


def is_possible() -> bool:
    """Whether a cookie can be kept safe here: over https, or on this machine."""
    return request.is_secure or request.host.rpartition(":")[0] in _LOCAL or request.host in _LOCAL


def current() -> Person | None:
    """The moderator whose session this request bears, looked up once; None below any other address."""
    if "moderator" not in g:
        id_ = _session_id()
        g.moderator = _of_session(id_) if id_ else None
    return g.moderator


def person() -> Person:
    """The moderator of a view that ``access.toml`` gives to moderators alone."""
    found = current()
    if found is None:
        abort(403)
    return found


def begin(reply: Response, id_: str) -> None:
    """Set the cookie of a new session; the old one's id, whoever planted it, is not kept."""
    reply.set_cookie(_name(), id_, path=_path(), secure=request.is_secure, httponly=True, samesite="Strict")


def end(reply: Response) -> None:
    """End the session of this request, here and in the browser."""
    if id_ := _session_id():
        with database.transaction() as session:
            accounts.end_session(session, id_)
    reply.delete_cookie(_name(), path=_path(), secure=request.is_secure, httponly=True, samesite="Strict")


def token() -> str:
    """What a form of this session must send along; made of the session's id, so that no other session's will do."""
    return hmac.new(pages.settings().secret_key.encode(), f"csrf {_session_id()}".encode(), hashlib.sha256).hexdigest()


def refuse_without_token() -> None:
    """403 unless the form bears this session's token."""
    given = request.form.get(TOKEN_FIELD, "")
    if not given.isascii() or not hmac.compare_digest(given, token()):
        abort(403)


def keyed(*words: Any) -> bytes:
    """A keyed hash of these words: for counting tries without keeping whose they were."""
    text = "\x1f".join(map(str, words))
    return hmac.digest(pages.settings().secret_key.encode(), text.encode("utf-8", "surrogatepass"), hashlib.sha256)


def _of_session(id_: str) -> Person | None:
    with database.transaction() as session:
        return accounts.of_session(session, id_)


def _session_id() -> str:
    return request.cookies.get(_name(), "")[:64] if request.path.startswith("/moderate") else ""


def _name() -> str:
    return SECURE_NAME if request.is_secure else LOCAL_NAME


def _path() -> str:
    return "/" if request.is_secure else "/moderate"
