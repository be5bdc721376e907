"""Records that stand already, for moderators: find one, its whole history, compare, restore, take down, join.

The rules are ``moderation``'s. Here everything is shown, public or not; who decided is told by role.
"""

import re
from datetime import UTC, datetime
from typing import Any, Final

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask_babel import gettext

from popmap import moderation, records
from popmap.addresses import AddressError, checked_web_address
from popmap.checks import due
from popmap.errors import ConflictError, Fault, ForbiddenError, InputError, NotFoundError
from popmap.moderation import Verdict
from popmap.vocabulary import N_, PUBLIC_STATUSES
from popmap.web import database, field_words, pages, signed_in
from popmap.web.moderation import CHECKS

blueprint = Blueprint("standing", __name__, url_prefix="/moderate/records")

LONGEST_REASON: Final = 500
REASONS: Final = {
    "suggested and approved": N_("suggested and approved"),
    "change approved": N_("change approved"),
    "public again after a pause": N_("public again after a pause"),
    "checked": N_("checked"),
    "confirmed by its operator": N_("confirmed by its operator"),
    "loaded from services.csv": N_("loaded from the first data"),
}
"""What the house itself writes into the history; a person's own words stay as they are."""
_WITH_ITS_OWN: Final = (
    (re.compile(r"version (?P<number>[0-9]+) restored"), N_("version %(number)s restored")),
    (re.compile(r"the same as (?P<id>[a-z0-9-]+)"), N_("the same as %(id)s")),
)
CHECK_WAYS: Final = {
    "source_seen": N_("I saw it on a page"),
    "two_sources": N_("I saw it on two pages that do not copy one another"),
    "operator_confirmed": N_("Its operator has confirmed it to us"),
    "channel_tried": N_("I tried it, and its operator had agreed"),
}


@blueprint.get("/")
def listing() -> str:
    """Records by name, id or status."""
    q, status = request.args.get("q", "").strip()[:100], request.args.get("status", "")
    if status and status not in field_words.STATUSES:
        raise InputError([Fault("status", "unknown_value", status[:50], list(field_words.STATUSES))])
    with database.transaction() as session:
        found = moderation.find(session, q=q, status=status) if q or status else []
        counts = moderation.counts(session)
    return render_template(
        "moderation/records.html", found=found, q=q, status=status, counts=counts, field_words=field_words
    )


@blueprint.get("/<service_id>")
def detail(service_id: str) -> Response:
    """One record: what it is, every version, two of them compared."""
    return _detail(service_id)


@blueprint.post("/<service_id>/restore")
def restore(service_id: str) -> Response:
    """Make an old version the newest; where it takes two, the second is asked."""
    number, ticked = _number(request.form.get("version", "")), frozenset(request.form.getlist("checked"))
    verdict = Verdict(signed_in.person(), "", pages.settings().two_person, ticked)
    return _done(service_id, lambda session: moderation.restore(session, service_id, number, verdict)[0])


@blueprint.post("/<service_id>/review")
def open_review(service_id: str) -> Response:
    """Let it be decided like a submission."""
    by = signed_in.person()
    return _done(service_id, lambda session: moderation.open_review(session, service_id, by=by))


@blueprint.post("/<service_id>/withdraw")
def withdraw(service_id: str) -> Response:
    """Gone from everything, at once."""
    by, reason = signed_in.person(), _reason()
    return _taken_down(service_id, lambda session: moderation.withdraw(session, service_id, by=by, reason=reason))


@blueprint.post("/<service_id>/pause")
def pause(service_id: str) -> Response:
    """Gone until somebody has looked at it."""
    by, reason = signed_in.person(), _reason()
    return _taken_down(service_id, lambda session: moderation.pause(session, service_id, by=by, reason=reason))


@blueprint.post("/<service_id>/check")
def check(service_id: str) -> Response:
    """Somebody has looked and all is right."""
    method, page = request.form.get("method", ""), request.form.get("evidence_url", "").strip()
    try:
        checked_web_address(page) if page else None
    except AddressError:
        return _detail(service_id, N_("The page must be an address that begins with https://"), 422)
    wrong = _check_fault(method, page)
    if wrong:
        return _detail(service_id, wrong, 422)
    found = due.Check(method, signed_in.person().role, page or None)
    with database.transaction() as session:
        due.checked(session, service_id, found, on=datetime.now(UTC).date())
    return make_response(redirect(url_for("standing.detail", service_id=service_id), 303))


def _check_fault(method: str, page: str) -> str:
    """What is missing: a crisis line is never called to try it unless its operator has agreed."""
    if method not in due.METHODS:
        return N_("Say how it was checked.")
    if method in {"source_seen", "two_sources"} and not page:
        return N_("Give the page on which it was seen.")
    if method == "channel_tried" and request.form.get("agreed") != "yes":
        return N_("A line is tried only when its operator has agreed.")
    return ""


@blueprint.post("/<service_id>/join")
def join(service_id: str) -> Response:
    """It is the same as another record."""
    by, into = signed_in.person(), request.form.get("into", "").strip()
    try:
        with database.transaction() as session:
            moderation.merge_records(session, service_id, into=into, by=by)
    except ConflictError as refused:
        return _detail(service_id, str(refused), 409)
    except NotFoundError:
        return _detail(service_id, N_("No public service has this id."), 422)
    return make_response(redirect(url_for("standing.detail", service_id=service_id), 303))


def _done(service_id: str, act: Any) -> Response:
    """Where the submission is decided; back here when it is already."""
    try:
        with database.transaction() as session:
            key = act(session)
    except (ConflictError, ForbiddenError) as refused:
        return _detail(service_id, str(refused), 409)
    return make_response(redirect(url_for("moderation.review", key=key), 303))


def _taken_down(service_id: str, act: Any) -> Response:
    if not _reason():
        return _detail(service_id, N_("Say why; it stays in the history."), 422)
    with database.transaction() as session:
        act(session)
    return make_response(redirect(url_for("standing.detail", service_id=service_id), 303))


def _detail(service_id: str, problem: str = "", status: int = 200) -> Response:
    with database.transaction() as session:
        record = records.read(session, service_id)
        past = moderation.past(session, service_id)
    newer = _version(past, request.args.get("to", ""), 0)
    older = _version(past, request.args.get("from", ""), 1)
    page = render_template(
        "moderation/record.html",
        record=record,
        past=past,
        older=older,
        newer=newer,
        differences=moderation.between(older.body, newer.body) if older is not newer else [],
        is_public=record["status"] in PUBLIC_STATUSES,
        problem=problem,
        field_words=field_words,
        check_ways=CHECK_WAYS,
        checks=CHECKS,
        reason_words=_reason_words,
    )
    return make_response(page, status)


def _version(past: Any, number: str, place: int) -> Any:
    """The version of this number; without one, that in this place of the history, newest first."""
    if not number:
        return past[min(place, len(past) - 1)]
    found = [version for version in past if version.number == _number(number)]
    if not found:
        raise NotFoundError("There is no such version.")
    return found[0]


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 7):
        raise InputError([Fault("version", "malformed", text[:20])])
    return int(text)


def _reason() -> str:
    return request.form.get("reason", "").strip()[:LONGEST_REASON]


def _reason_words(reason: str) -> str:
    """A reason in the reader's language, with a person's own words behind it."""
    ours, sign, own = reason.partition("; ")
    for pattern, words in _WITH_ITS_OWN:
        if found := pattern.fullmatch(ours):
            return gettext(words, **found.groupdict()) + sign + own
    return (gettext(REASONS[ours]) if ours in REASONS else ours) + sign + own
