"""The moderators' way in and out: the sign-in page, the invitation that begins an account, and the end of a session.

Tries are counted by network and by account. A device that a moderator has signed in on before is known by a signed
cookie and counted by itself, so that a stranger's tries cannot keep moderators out (safety.md, T21). Who somebody is
and whether password and code are right is the business of ``accounts``.
"""

import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

import segno
from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from itsdangerous import BadSignature, URLSafeSerializer
from markupsafe import Markup

from popmap import accounts, limits
from popmap.errors import InputError
from popmap.vocabulary import N_
from popmap.web import database, origins, pages, signed_in

MOST_TRIES: Final = 10
WITHIN: Final = timedelta(minutes=5)
DEVICE_FOR_S: Final = 365 * 24 * 3600
LONGEST_FIELD: Final = 300

FAULTS: Final[Mapping[str, str]] = {
    "too_short": N_("Take at least 12 characters. Four or five unrelated words do well."),
    "too_long": N_("Take at most 256 characters."),
    "easy_to_guess": N_("This one is easy to guess. Take words that have nothing to do with each other or with you."),
    "not_the_same": N_("The two passwords differ."),
    "wrong": N_("This code does not fit. Take the one that the app shows now; the clock of the phone must be right."),
}

blueprint = Blueprint("sign_in", __name__, url_prefix="/moderate")


@blueprint.get("/sign-in")
def page() -> Response:
    """The form; with ``then``, where a moderator wanted to go."""
    return _form()


@blueprint.post("/sign-in")
def enter() -> Response:
    """A new session for whoever knows all three; one answer for everybody else."""
    if not signed_in.is_possible():
        return _form(status=403)
    if not _may_try():
        return _form(problem=N_("Too many tries. Wait five minutes, then try again."), status=429)
    with database.transaction() as session:
        person = accounts.check(
            session, _given("email"), _given("password"), code=_given("code"), secret_key=pages.settings().secret_key
        )
        id_ = accounts.begin_session(session, person.key) if person else None
    if person is None or id_ is None:
        return _form(problem=N_("These three do not belong together. Nothing else is told, for safety."), status=422)
    reply = make_response(redirect(_where_to(), 303))
    signed_in.begin(reply, id_)
    _remember_device(reply, person.email)
    return reply


@blueprint.post("/sign-out")
def leave() -> Response:
    """The session ends here and in the browser."""
    reply = make_response(redirect(url_for("sign_in.page"), 303))
    signed_in.end(reply)
    return reply


@blueprint.get("/welcome/<token>")
def welcome(token: str) -> Response:
    """Where an invitation leads: choose a password, set up the second factor."""
    return _welcome(token)


@blueprint.post("/welcome/<token>")
def accept(token: str) -> Response:
    """The account is ready; its recovery codes are shown this once."""
    if not _may_try():
        return _welcome(token, {"code": N_("Too many tries. Wait five minutes, then try again.")}, status=429)
    if _given("password") != _given("again"):
        return _welcome(token, {"again": FAULTS["not_the_same"]}, status=422)
    key = pages.settings().secret_key
    try:
        with database.transaction() as session:
            codes = accounts.accept(session, token, _given("password"), code=_given("code"), secret_key=key)
    except InputError as refused:
        return _welcome(token, {fault.name: FAULTS[fault.code] for fault in refused.faults}, status=422)
    return make_response(render_template("sign_in/codes.html", codes=codes))


def _form(*, problem: str = "", status: int = 200) -> Response:
    reply = make_response(
        render_template(
            "sign_in/page.html",
            problem=problem,
            possible=signed_in.is_possible(),
            email=_given("email"),
            then=_where_to(),
        ),
        status,
    )
    if status == 429:
        reply.headers["Retry-After"] = str(int(WITHIN.total_seconds()))
    return reply


def _welcome(token: str, faults: Mapping[str, str] | None = None, *, status: int = 200) -> Response:
    with database.transaction() as session:
        invitation = accounts.invitation(session, token, pages.settings().secret_key)
    return make_response(
        render_template(
            "sign_in/welcome.html",
            invitation=invitation,
            qr=_qr(invitation.address),
            faults=faults or {},
            possible=signed_in.is_possible(),
        ),
        status,
    )


def _qr(address: str) -> Markup:
    drawn = segno.make(address, error="m").svg_inline(
        scale=4, border=3, dark="#000", light="#fff", omitsize=True, svgclass="qr", lineclass=None
    )
    return Markup(drawn)  # noqa: S704 - the library's own drawing; the address is only modules in it


def _given(name: str) -> str:
    return request.form.get(name, "")[:LONGEST_FIELD]


def _where_to() -> str:
    """The page below ``/moderate`` that was asked for, else the queue; never another site's."""
    then = request.values.get("then", "")
    inside = then.startswith("/moderate/") and then.isprintable() and not set(then) & set("\\?#")
    return then if inside and ".." not in then else "/moderate/"


def _may_try() -> bool:
    email, device = _given("email").strip().lower(), _device()
    if device is not None and device[0] == email:
        keys = [signed_in.keyed("device", *device)]
    else:
        keys = [signed_in.keyed("network", origins.network()), signed_in.keyed("account", email)]
    with database.transaction() as session:
        allowed = [limits.allow(session, key, most=MOST_TRIES, within=WITHIN) for key in keys]
    return all(allowed)


def _device() -> list[str] | None:
    """Address and number of a device that was signed in on before; None for one that says nothing, or lies."""
    try:
        found: Any = _signer().loads(request.cookies.get(_device_name(), ""))
    except BadSignature:
        return None
    return found


def _remember_device(reply: Response, email: str) -> None:
    value = _signer().dumps([email, secrets.token_hex(8)])
    path = "/" if request.is_secure else "/moderate"
    reply.set_cookie(
        _device_name(),
        value,
        max_age=DEVICE_FOR_S,
        path=path,
        secure=request.is_secure,
        httponly=True,
        samesite="Strict",
    )


def _device_name() -> str:
    return "__Host-popmap-device" if request.is_secure else "popmap-device-here"


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(pages.settings().secret_key, salt="device")
