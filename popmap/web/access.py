"""The lock on every door: who may use which address, read from ``access.toml``, and the check before every view.

Deny by default: an address that is not in the matrix, or a method it does not name there, is refused. Who is signed in
is known to ``signed_in``, where a request comes from to ``origins``; what a private link opens, its view looks up.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import structlog
from flask import Flask, abort, redirect, request, url_for
from werkzeug.wrappers import Response

from popmap.vocabulary import MODERATOR_ROLES
from popmap.web import origins, signed_in

FILE: Final = Path(__file__).with_name("access.toml")
ANYONE: Final = "anyone"
SENDER: Final = "sender"
LINK: Final = "link"
RULES: Final = (ANYONE, SENDER, LINK, *MODERATOR_ROLES)
SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Rule:
    """Whose an endpoint is (one of ``RULES``), and the methods that it takes."""

    who: str
    methods: frozenset[str]

    @property
    def needs_sign_in(self) -> bool:
        """Whether only moderators get in."""
        return self.who in MODERATOR_ROLES


def read(path: Path = FILE) -> dict[str, Rule]:
    """The matrix by endpoint. A ``ValueError`` names the first line that is not ``METHOD ... who``."""
    tables: dict[str, dict[str, str]] = tomllib.loads(path.read_text(encoding="utf-8"))
    return {f"{room}.{view}": _rule(view, words) for room, views in tables.items() for view, words in views.items()}


def _rule(view: str, words: Any) -> Rule:
    *methods, who = str(words).split()
    if who not in RULES or not methods or any(not method.isupper() for method in methods):
        raise ValueError(f"access.toml: {view} = {words!r}; it must be methods and one of {', '.join(RULES)}.")
    return Rule(who, frozenset(methods))


MATRIX: Final[Mapping[str, Rule]] = read()


def plug_into(app: Flask) -> None:
    """Put the lock on every view of the app."""
    app.before_request(refuse_uninvited)


def rule_of(endpoint: str) -> Rule | None:
    """The rule of an endpoint, or None where nobody has stated one."""
    return MATRIX.get(endpoint)


def refuse_uninvited() -> Response | None:
    """403 for whoever may not; who merely has to sign in first is led there."""
    if request.endpoint is None:
        return None
    rule = rule_of(request.endpoint)
    if rule is None or not rule.methods.issuperset({request.method} - SAFE):
        log.error("not in access.toml", endpoint=request.endpoint)
        abort(403)
    if request.method not in SAFE and rule.who != ANYONE:
        origins.refuse_other_sites()
    return _refuse_strangers(rule) if rule.needs_sign_in else None


def _refuse_strangers(rule: Rule) -> Response | None:
    moderator = signed_in.current()
    if moderator is None:
        if request.method in SAFE:
            return redirect(url_for("sign_in.page", then=request.path), 303)
        abort(403)
    if MODERATOR_ROLES.index(moderator.role) < MODERATOR_ROLES.index(rule.who):
        abort(403)
    if request.method not in SAFE:
        signed_in.refuse_without_token()
    return None
