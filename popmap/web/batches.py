"""The moderators' page of one table: many services that came at once, looked at and decided on together.

The rules are those of single decisions (``moderation.batches``); here several rows are ticked, and one step is taken
for all of them.
"""

from collections.abc import Callable
from typing import Any

import flask_babel
from flask import Blueprint, Response, make_response, render_template, request
from flask_babel import gettext

from popmap import moderation
from popmap.errors import Fault, InputError
from popmap.moderation import Verdict, batches
from popmap.moderation.batches import Outcome
from popmap.vocabulary import N_
from popmap.web import database, pages, signed_in
from popmap.web.moderation import CHECKS, KINDS, REASONS, STATES

blueprint = Blueprint("batches", __name__, url_prefix="/moderate/tables")


@blueprint.get("/<int(max=9223372036854775807):key>")
def page(key: int) -> Response:
    """The table's rows, fifty at a time, each with what it resembles."""
    return _page(key)


@blueprint.post("/<int(max=9223372036854775807):key>")
def decide(key: int) -> Response:
    """One step for all rows that are ticked: a yes, or a no with its reason."""
    ticked = [int(one) for one in request.form.getlist("row") if one.isascii() and one.isdigit() and len(one) < 16]
    if not ticked:
        return _page(key, problem=N_("Tick the rows that you mean."), status=422)
    if request.form.get("act") == "reject":
        return _reject(key, ticked)
    if set(CHECKS) - set(request.form.getlist("checked")):
        return _page(key, problem=N_("Something on the checklist has not been checked."), status=422)
    verdict = Verdict(signed_in.person(), "", pages.settings().two_person, frozenset(CHECKS))
    digests = {one: request.form.get(f"digest.{one}", "") for one in ticked}
    return _done(key, lambda session: moderation.approve_rows(session, key, digests, verdict))


def _reject(key: int, ticked: list[int]) -> Response:
    reason, by = request.form.get("reason", ""), signed_in.person()
    if reason not in REASONS:
        return _page(key, problem=N_("Choose the reason; its sender will read it."), status=422)

    def step(session: Any) -> Outcome:
        table = batches.read(session, key, rule=pages.settings().two_person)
        with flask_babel.force_locale(table.language):
            words = gettext(REASONS[reason])
        return moderation.reject_rows(session, key, ticked, by=by, words=words)

    return _done(key, step)


def _done(key: int, step: Callable[[Any], Outcome]) -> Response:
    with database.transaction() as session:
        outcome = step(session)
    return _page(key, outcome=outcome)


def _page(key: int, *, problem: str = "", outcome: Outcome | None = None, status: int = 200) -> Response:
    with database.transaction() as session:
        table = batches.read(session, key, rule=pages.settings().two_person, after=_after())
    kept = set(request.form.getlist("row")) if problem else set()
    html = render_template(
        "moderation/table.html",
        table=table,
        problem=problem,
        outcome=outcome,
        ticked={str(row.key) for row in table.page if row.is_plain} if request.args.get("tick") == "plain" else kept,
        kinds=KINDS,
        states=STATES,
        checks=CHECKS,
        reasons=REASONS,
    )
    return make_response(html, status)


def _after() -> int:
    after = request.args.get("after", "")
    if after and not (after.isascii() and after.isdigit() and len(after) < 7):
        raise InputError([Fault("after", "malformed", after[:20])])
    return int(after or 0)
