"""The moderators' desk: what waits, one submission with the evidence, and the decision about it.

Who may come here is the business of ``access``; every rule (who may decide, how many people it takes) is in the room
of the same name. Records that stand already are in ``standing``.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

import flask_babel
from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask_babel import gettext

from popmap import catalogue, duplicates, gazetteer, inputs, lookalikes, moderation, records
from popmap.catalogue import outlines
from popmap.errors import ConflictError, Fault, ForbiddenError, InputError, NotFoundError
from popmap.moderation import Difference, Verdict, approvals, decisions, reports
from popmap.vocabulary import N_, OPEN_STATES, PROBLEMS, PUBLIC_STATUSES
from popmap.web import database, field_words, likely, pages, signed_in

blueprint = Blueprint("moderation", __name__, url_prefix="/moderate")

LONGEST_WORDS: Final = 1500
MOST_OUTLINES: Final = 60
_CODED: Final = (("country", "countries"), ("subdivision", "subdivisions"))
KINDS: Final[Mapping[str, str]] = {"new": N_("New"), "change": N_("Change"), "report": N_("Report")}
STATES: Final[Mapping[str, str]] = {
    "pending": N_("Waits for us"),
    "sent_back": N_("Waits for its sender"),
    "approved": N_("Approved"),
    "rejected": N_("Rejected"),
    "merged": N_("Joined with another"),
    "withdrawn": N_("Taken back by its sender"),
}
STEPS: Final[Mapping[str, str]] = {
    "submitted": N_("Sent in"),
    "edited": N_("Edited by its sender"),
    "withdrawn": N_("Taken back by its sender"),
    "sent_back": N_("Sent back with a question"),
    "approved_once": N_("First yes"),
    "approved": N_("Approved"),
    "rejected": N_("Rejected"),
    "merged": N_("Joined with another"),
    "brought_up_to_date": N_("Brought up to date with the live record"),
    "unanswered": N_("Closed: the sender did not answer for six months"),
}
CHECKS: Final[Mapping[str, str]] = {
    "legal_entity": N_("Whoever runs it exists: a register, a licence or a public body says so."),
    "safeguarding": N_("It says how it keeps children safe, or a body that checks this vouches for it."),
    "number_obtained": N_("I found each number and address myself, not through the submission."),
    "no_part": N_("I have no part in this service, and I am not the partner who sent this in."),
}
REASONS: Final[Mapping[str, str]] = {
    "unsure": N_("We could not make sure of it from independent sources."),
    "no_service": N_("This is not a service that helps children or those who care for them."),
    "unsafe": N_("We have doubts whether children are safe there."),
    "known": N_("This is in the catalogue already."),
    "no_sense": N_("We could not make sense of it."),
}


@blueprint.get("/")
def queue() -> str:
    """What waits, oldest first."""
    filters = _filters()
    with database.transaction() as session:
        entries, after = moderation.waiting(session, filters, after=_after())
        counts = moderation.counts(session)
    kept: dict[str, Any] = {name: one for name, one in request.args.items() if name != "after" and one}
    following = url_for("moderation.queue", **kept, after=f"{after[0].isoformat()}_{after[1]}") if after else ""
    return render_template(
        "moderation/queue.html", entries=entries, counts=counts, filters=filters, following=following, **_WORDS
    )


@blueprint.get("/submissions/<int(max=9223372036854775807):key>")
def review(key: int) -> Response:
    """One submission with all that helps to decide."""
    return _review(key)


@blueprint.post("/submissions/<int(max=9223372036854775807):key>/approve")
def approve(key: int) -> Response:
    """A moderator's yes; of a report, to all that was said of the service when the page was made."""
    if "up_to" in request.form:
        return _reports_closed(key, "approve", lambda _: _words("note"))
    verdict = Verdict(
        signed_in.person(),
        request.form.get("digest", ""),
        pages.settings().two_person,
        frozenset(request.form.getlist("checked")),
        _words("note"),
    )
    return _decided(key, lambda session: moderation.approve(session, key, verdict))


@blueprint.post("/submissions/<int(max=9223372036854775807):key>/send-back")
def send_back(key: int) -> Response:
    """A question to the sender."""
    words, by = _words("words"), signed_in.person()
    if not words:
        return _review(key, N_("Say in a sentence what you would like to know."), 422)
    return _decided(key, lambda session: moderation.send_back(session, key, by=by, words=words))


@blueprint.post("/submissions/<int(max=9223372036854775807):key>/reject")
def reject(key: int) -> Response:
    """A no, with the reason in the language in which it was sent."""
    reason, by = request.form.get("reason", ""), signed_in.person()
    if reason not in REASONS:
        return _review(key, N_("Choose the reason; its sender will read it."), 422)

    def answer(language: str) -> str:
        with flask_babel.force_locale(language):
            return f"{gettext(REASONS[reason])} {_words('words')}".strip()

    def decide(session: Any) -> None:
        submission, _ = moderation.load(session, key)
        moderation.reject(session, key, by=by, words=answer(submission.language))

    return _reports_closed(key, "reject", answer) if "up_to" in request.form else _decided(key, decide)


@blueprint.post("/submissions/<int(max=9223372036854775807):key>/merge")
def merge(key: int) -> Response:
    """It is a service that is here already."""
    into, by = request.form.get("into", "").strip(), signed_in.person()
    return _decided(key, lambda session: moderation.merge(session, key, by=by, into=into))


@blueprint.post("/submissions/<int(max=9223372036854775807):key>/bring-up-to-date")
def bring_up_to_date(key: int) -> Response:
    """Put the change onto the record as it stands now."""
    by = signed_in.person()
    return _decided(key, lambda session: moderation.bring_up_to_date(session, key, by=by))


def _reports_closed(key: int, action: str, answer: Callable[[str], str]) -> Response:
    by, given = signed_in.person(), request.form["up_to"]
    up_to = int(given) if given.isascii() and given.isdigit() and len(given) < 19 else key
    told: dict[str, Any] = {"by": by, "up_to": up_to, "answer": answer, "action": action}
    return _decided(key, lambda session: moderation.close_reports(session, key, **told))


def _decided(key: int, decide: Any) -> Response:
    """Back to the submission after the step; when it could not be taken, with the reason beside it."""
    try:
        with database.transaction() as session:
            decide(session)
    except (ConflictError, ForbiddenError) as refused:
        return _review(key, str(refused), 409 if isinstance(refused, ConflictError) else 403)
    except NotFoundError:
        with database.transaction() as session:
            moderation.load(session, key)
        return _review(key, N_("No public service has this id."), 422)
    return make_response(redirect(url_for("moderation.review", key=key), 303))


def _review(key: int, problem: str = "", status: int = 200) -> Response:
    with database.transaction() as session:
        submission, steps = moderation.load(session, key)
        body = submission.body or {}
        live = _live(session, submission.service_id)
        context = {
            "submission": submission,
            "steps": steps,
            "body": body or live or {},
            "live": live,
            "differences": _differences(session, submission, live),
            "alike": lookalikes.of(session, decisions.names_of(body), leaving_out=submission.service_id),
            "duplicates": _duplicates(session, body, submission.service_id),
            "pending": _pending(session, submission),
            "shape": _shape(session, body or live or {}),
            "outdated": submission.state == "pending" and decisions.is_outdated(session, submission),
            "digest": approvals.digest(session, key),
            "neighbours": moderation.waiting(session, moderation.Filters())[0],
            "beside": reports.beside(session, submission),
            "up_to": reports.newest(session, submission) if submission.kind == "report" else 0,
        }
        given = approvals.of(session, key, rule=pages.settings().two_person, needs_lead=bool(context["alike"]))
    actions = moderation.actions_for(submission.kind, submission.state)
    page = render_template(
        "moderation/review.html", **context, approvals=given, actions=actions, problem=problem, **_WORDS
    )
    return make_response(page, status)


def _duplicates(session: Any, body: Mapping[str, Any], service_id: str | None) -> list[dict[str, Any]]:
    """Public services that this may be, likeliest first, each with what speaks for it."""
    found = likely.of_record(session, {**body, "id": service_id}) if body else []
    return [catalogue.get(session, one.id) | {"matches": likely.match_words(one.matches)} for one in found]


def _pending(session: Any, submission: Any) -> list[duplicates.LikelyPending]:
    """What else waits and is likely about the same service."""
    if submission.state not in OPEN_STATES:
        return []
    entry = duplicates.entry_of(submission.body or {})
    return duplicates.likely_pending(session, entry, leaving_out=submission.key, service_id=submission.service_id)


def _shape(session: Any, body: Mapping[str, Any]) -> str:
    """What would be served, and the seat, as GeoJSON for the map; empty where there is nothing to draw.

    A region without an outline of its own is ``vague``: drawn is its country, which is not what would be served.
    """
    coverage = body.get("coverage") or {"countries": [], "subdivisions": [], "area": None}
    codes = [(kind, code, None) for kind, name in _CODED for code in coverage[name][:MOST_OUTLINES]]
    drawn = [("area", None, inputs.as_json(coverage["area"]))] if coverage["area"] else []
    vague = outlines.without_own(session, coverage["subdivisions"][:MOST_OUTLINES])
    shape = outlines.collection(session, [*codes, *drawn])
    for feature in shape["features"]:
        feature["properties"]["vague"] = feature["properties"]["code"] in vague
    if body.get("location"):
        shape["features"].append({"type": "Feature", "properties": {}, "geometry": body["location"]})
    return inputs.as_json(shape) if shape["features"] else ""


def _differences(session: Any, submission: Any, live: Mapping[str, Any] | None) -> list[Difference]:
    """What a change changes; of a new one, every field that says something."""
    body = submission.body or {}
    if submission.kind == "report":
        return []
    if submission.kind == "change" and live is not None and submission.state in {"pending", "sent_back"}:
        return moderation.three_way(decisions.base_of(session, submission), live, body)
    return moderation.between(decisions.base_of(session, submission), body)


def _live(session: Any, service_id: str | None) -> dict[str, Any] | None:
    return records.read(session, service_id) if service_id else None


def _filters() -> moderation.Filters:
    given = request.args
    older = given.get("older_than_days", "")
    _one_of("kind", given.get("kind", ""), KINDS)
    _one_of("state", given.get("state", ""), STATES)
    _one_of("older_than_days", older, map(str, moderation.AGES_DAYS))
    _one_of("country", given.get("country", ""), gazetteer.COUNTRIES)
    batch = given.get("batch", "")
    return moderation.Filters(
        kind=given.get("kind") or None,
        state=given.get("state") or None,
        acute=given.get("acute") == "true",
        country=given.get("country") or None,
        older_than_days=int(older) if older else None,
        batch=int(batch) if batch.isascii() and batch.isdigit() and len(batch) < 16 else None,
    )


def _one_of(name: str, value: str, allowed: Any) -> None:
    known = list(allowed)
    if value and value not in known:
        raise InputError([Fault(name, "unknown_value", value[:50], known)])


def _after() -> tuple[datetime, int] | None:
    moment, sign, key = request.args.get("after", "").partition("_")
    if not sign:
        return None
    try:
        at, number = datetime.fromisoformat(moment), int(key)
    except ValueError as error:
        raise InputError([Fault("after", "malformed")]) from error
    if at.tzinfo is None or not 0 < number < 2**62:
        raise InputError([Fault("after", "malformed")])
    return at, number


def _words(name: str) -> str:
    return request.form.get(name, "").strip()[:LONGEST_WORDS]


def _lasting(days: int) -> str:
    return flask_babel.format_timedelta(timedelta(days=days))


_WORDS: Final[dict[str, Any]] = {
    "lasting": _lasting,
    "kinds": KINDS,
    "states": STATES,
    "step_words": STEPS,
    "checks": CHECKS,
    "reasons": REASONS,
    "problems": PROBLEMS,
    "ages": moderation.AGES_DAYS,
    "field_words": field_words,
    "public_statuses": PUBLIC_STATUSES,
}
