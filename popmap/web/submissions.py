"""Suggesting a service or a change, reporting that something is wrong, and a sender's own private page.

No account, no cookie: a signed token in the form makes a second sending the same one, and where a request comes from is
checked by ``access``. Whatever is wrong, or busy, or too late, what was typed comes back. Reading the form is
``draft_form``'s, what is allowed is said by ``inputs``, what is kept by the rules.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from flask import Blueprint, Response, current_app, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from popmap import catalogue, gazetteer, inputs, submissions
from popmap.addresses import is_email
from popmap.errors import (
    ConflictError,
    Fault,
    InputError,
    NotFoundError,
    PopMapError,
    TooManyError,
    UnavailableError,
)
from popmap.gazetteer import folded
from popmap.submissions import Sending
from popmap.vocabulary import PROBLEMS
from popmap.web import database, draft_form, errors, form_tokens, language, likely, origins, submission_choices
from popmap.web.draft_form import Filled

blueprint = Blueprint("submissions", __name__)

PART = "Popmap-Part"
"""A header of the page's own script, which wants the form without its frame: styles parsed twice are refused."""
REPORTS = frozenset({"submissions.report", "submissions.wrong"})
"""Where a report is sent to, from a service's page and from find help."""
COMING_BACK = UnavailableError | InputError | ConflictError | NotFoundError
"""After these what was typed comes back."""


@dataclass(frozen=True, slots=True)
class Form:
    """Which form it is: where it is sent, and what it is about."""

    kind: str
    action: str
    record: dict[str, Any] | None = None
    """The live record, for a change; None for a new service, and while the database is away."""
    about: Mapping[str, Any] | None = None
    """Id and name of the service that a change or report is about, also while the database is away."""
    link: str = ""
    """The private link's token, when something sent before is edited."""
    sent: dict[str, Any] | None = None
    """What was sent before, then."""
    is_hidden: bool = False
    """Whether the service that it is about is not public now, so that nothing about it can be taken in."""

    @property
    def is_report_only(self) -> bool:
        """Whether a report is all that can be made: nobody can say what a change would be made of."""
        return self.about is not None and self.record is None


@blueprint.get("/submit")
def new() -> ResponseReturnValue:
    """The empty form."""
    return _shown(_new_form(), Filled())


@blueprint.post("/submit")
def send() -> ResponseReturnValue:
    """The form as it was sent: taken in, or back with what is wrong."""
    return _received(_new_form())


@blueprint.get("/services/<service_id>/suggest")
def suggest(service_id: str) -> ResponseReturnValue:
    """What is wrong with a service in one press, and below it the form of a change, filled with what is known."""
    form = _report_form(service_id)
    return _shown(form, draft_form.filled_from(form.record) if form.record else Filled())


@blueprint.post("/report")
def wrong() -> ResponseReturnValue:
    """The same from find help: asked for and sent in a form, so that no address keeps which service it is about."""
    service_id = request.form.get("service", "")
    return report(service_id) if "problem" in request.form else suggest(service_id)


@blueprint.post("/services/<service_id>/suggest")
def send_change(service_id: str) -> ResponseReturnValue:
    """A change, taken in as a draft beside the live record, which stays."""
    return _received(_change_form(service_id))


@blueprint.post("/services/<service_id>/report")
def report(service_id: str) -> ResponseReturnValue:
    """One press: something is wrong. No e-mail, no words needed."""
    form = _report_form(service_id)
    filled = Filled(request.form)
    try:
        given = inputs.checked_report({"problem": filled.of("problem"), "words": filled.of("words")})
        if inputs.tells_who_writes(given["words"]) and not filled.of("sure"):
            return _shown(form, replace(_known(form, filled), notice="tells_who_writes")), 422
        return _kept(_sending(form, filled, problem=given["problem"], words=given["words"]))
    except InputError as error:
        return _shown(form, _known(form, filled).with_faults(error)), 422
    except (TooManyError, UnavailableError) as error:
        return _not_now(form, _known(form, filled), error)


@blueprint.get("/submissions/<token>")
def mine(token: str) -> ResponseReturnValue:
    """A sender's own page: how it stands, what the moderators say, and what one may still do."""
    with database.transaction() as session:
        letter = submissions.by_token(session, token)
    draft = letter.body if letter.kind == "new" and letter.is_open else None
    return render_template(
        "submissions/mine.html",
        letter=letter,
        token=token,
        again="again" in request.args,
        alike=likely.of_record(database.reading(), draft) if draft else (),
        form_token=form_tokens.fresh(),
    )


@blueprint.get("/submissions/<token>/edit")
def edit(token: str) -> ResponseReturnValue:
    """The form filled with what was sent."""
    form, letter = _edit_form(token)
    filled = draft_form.filled_from(letter.body or {})
    filled.typed["contact"], filled.typed["words"] = letter.contact or "", letter.words
    return _shown(form, replace(filled, notice="hidden" if form.is_hidden else ""))


@blueprint.post("/submissions/<token>/edit")
def send_edit(token: str) -> ResponseReturnValue:
    """The edited form."""
    return _received(_edit_form(token)[0])


@blueprint.post("/submissions/<token>/withdraw")
def withdraw(token: str) -> ResponseReturnValue:
    """Take it back."""
    with database.transaction() as session:
        submissions.withdraw(session, token)
    return redirect(url_for("submissions.mine", token=token), 303)


@blueprint.after_request
def keep_links_apart(reply: Response) -> Response:
    """Whatever becomes of a private link, also a refusal: no copy, no search engine, no address passed on."""
    return _private(reply) if "token" in (request.view_args or {}) else reply


@blueprint.errorhandler(Exception)
def comes_back(error: Exception) -> ResponseReturnValue:
    """While the database is away, where a sign is no text, and where it is too late, what was typed comes back.

    Other errors are everybody's.
    """
    told = database.in_our_words(error)
    if request.method != "POST" or not isinstance(told, COMING_BACK) or not request.form:
        return errors.reply_to_unknown(told)
    typed = MultiDict((name, words.replace("\x00", "")) for name, words in request.form.items(multi=True))
    if isinstance(told, ConflictError | NotFoundError):
        return _too_late(typed, told)
    form = _form_here()
    if form is None:
        return errors.reply_to_unknown(told)
    filled = draft_form.with_act(Filled(typed), *draft_form.act_of(typed))
    if isinstance(told, InputError):
        return _shown(form, filled.with_faults(told)), 422
    return _not_now(form, filled, told)


def _too_late(typed: MultiDict[str, str], error: PopMapError) -> ResponseReturnValue:
    """What was typed, when it was decided meanwhile or the service is not public any more.

    A change comes back in its form. A report has no form without its service: its words come in a box to copy.
    """
    if request.endpoint in REPORTS and "problem" in typed:
        problem = typed["problem"] if typed["problem"] in PROBLEMS else ""
        page = render_template("submissions/kept.html", problem=problem, words=typed.get("words", ""))
        return page, errors.status_of(error) or 404
    form = _form_here()
    if form is None:
        return errors.reply_to_unknown(error)
    return _refused(form, draft_form.with_act(Filled(typed), *draft_form.act_of(typed)), error)


def _refused(form: Form, filled: Filled, error: PopMapError) -> ResponseReturnValue:
    notice = "decided" if isinstance(error, ConflictError) else "hidden"
    return _shown(form, replace(filled, notice=notice)), errors.status_of(error) or 409


def _form_here() -> Form | None:
    """The form that this request has sent, as far as it can be told without the database; None for a mere press."""
    values = request.view_args or {}
    if request.endpoint == "submissions.send":
        return _new_form()
    if request.endpoint == "submissions.send_change":
        return Form("change", request.path)
    if request.endpoint == "submissions.send_edit":
        kind = "new" if request.form.get("form") == "new" else "change"  # the form says it itself
        return Form(kind, request.path, link=values["token"])
    if request.endpoint in REPORTS and "problem" in request.form:
        return _report_from_copy(values.get("service_id") or request.form.get("service", ""))
    return None


def _new_form() -> Form:
    return Form("new", url_for("submissions.send"))


def _change_form(service_id: str) -> Form:
    with database.transaction() as session:
        record = submissions.require_public(session, service_id)
    return Form("change", url_for("submissions.send_change", service_id=service_id), record, record)


def _report_form(service_id: str) -> Form:
    """The form of a change with that of a report; of a report alone while only the saved copy can be read."""
    if database.saved() is None:
        return _change_form(service_id)
    about = catalogue.get(database.reading(), service_id)
    return Form("change", url_for("submissions.send_change", service_id=service_id), about=about)


def _report_from_copy(service_id: str) -> Form | None:
    database.fall_back()
    try:
        return _report_form(service_id)
    except PopMapError:
        return None


def _edit_form(token: str) -> tuple[Form, submissions.Letter]:
    with database.transaction() as session:
        letter = submissions.by_token(session, token)
        submissions.require_open(letter)
        known = _if_public(session, letter.service_id) if letter.service_id else None
    action, is_hidden = url_for("submissions.send_edit", token=token), bool(letter.service_id and not known)
    return Form(letter.kind, action, known, known, link=token, sent=letter.body, is_hidden=is_hidden), letter


def _if_public(session: Any, service_id: str) -> dict[str, Any] | None:
    try:
        return submissions.require_public(session, service_id)
    except NotFoundError:
        return None


def _received(form: Form) -> ResponseReturnValue:
    """What comes of a sent form: another look at it, what is wrong, or the private page."""
    filled = Filled(request.form)
    act, way = draft_form.act_of(request.form)
    if form.is_hidden:
        return _refused(form, filled, NotFoundError("No public service has this id."))
    if act != "send":
        return _shown(form, _looked_up(draft_form.with_act(filled, act, way), act))
    filled = draft_form.numbered(filled)
    faults: list[Fault] = []
    try:
        filled = draft_form.unless_wrong(faults, partial(_placed, filled)) or filled
        return _checked(form, filled, faults)
    except InputError as error:
        notice = "tells_who_writes" if _tells(form, filled) else ""
        return _shown(form, replace(filled.with_faults(error), notice=notice)), 422
    except (TooManyError, UnavailableError) as error:
        return _not_now(form, filled, error)


def _checked(form: Form, filled: Filled, faults: list[Fault]) -> ResponseReturnValue:
    """Taken in, or another question; raises all that is wrong, in one."""
    if filled.of(draft_form.HONEYPOT):
        return _shown(form, replace(filled, notice="honeypot")), 422
    draft, found = draft_form.draft_of(filled, before=form.sent or form.record)
    faults += found
    proposal = draft_form.unless_wrong(faults, lambda: inputs.checked_proposal(draft, known=form.record))
    report = {"problem": "other", "words": filled.of("words")}
    told = draft_form.unless_wrong(faults, lambda: inputs.checked_report(report)["words"])
    if filled.of("contact").strip() and not is_email(filled.of("contact").strip()):
        faults.append(Fault("contact", "malformed", filled.of("contact")[:80]))
    if faults:
        raise InputError(_not_by_others(faults))
    if _tells(form, filled):
        return _shown(form, replace(filled, notice="tells_who_writes")), 422
    key, young = form_tokens.key_of(filled.of("token"))
    if not form.link and (key is None or not young):
        return _shown(form, replace(filled, notice="expired")), 422
    return _kept(_sending(form, filled, body=proposal.record, dropped=proposal.dropped, words=told), form.link)


def _not_by_others(faults: list[Fault]) -> list[Fault]:
    """Without those that come of another: where an area or a point cannot be read, none is missing."""
    names = {fault.name for fault in faults}
    by_others = {"coverage"} & names if "area" in names else set()
    by_others |= {"city"} & names if "lat" in names else set()
    return [fault for fault in faults if fault.name not in by_others]


def _tells(form: Form, filled: Filled) -> bool:
    """Whether to ask if somebody's own name, age or number stands in what was typed, and it was not asked before."""
    texts = {name: words for name, words in filled.typed.items(multi=True) if inputs.OWN_FIELDS.fullmatch(name)}
    before = draft_form.filled_from(form.record).typed if form.record else {}
    new = {name: words for name, words in texts.items() if words != before.get(name)}
    return not filled.of("sure") and inputs.tells_in_fields(new)


def _sending(form: Form, filled: Filled, **more: Any) -> Sending:
    kind = "report" if "problem" in more else form.kind
    # a report and a change may come from one page: two keys
    key = f"{kind} {form_tokens.key_of(filled.of('token'))[0] or form_tokens.new_key()}"
    return Sending(
        kind=kind,
        token=form.link or form_tokens.link_of(key),
        idempotency_key=key,
        language=language.current(),
        via="form",
        service_id=form.about["id"] if form.about else None,
        contact=filled.of("contact").strip() or None,
        **more,
    )


def _kept(sending: Sending, link: str = "") -> ResponseReturnValue:
    """Kept for good before anything is answered; a form sent twice leads to the same page and is not counted twice.

    Who went back to the form and changed something means the change.
    """
    with database.transaction() as session:
        if link:
            submissions.edit(session, link, sending)
            is_kept = True
        elif is_kept := submissions.submit(session, sending):
            most = current_app.extensions["settings"].submissions_per_hour
            submissions.count_intake(session, origins.network(), most=most)
            submissions.weigh(session, sending, origins.network())
        else:
            is_kept = submissions.send_again(session, sending)
    address = url_for("submissions.mine", token=sending.token, again=None if is_kept else "yes")
    return _private(redirect(address, 303))


def _placed(filled: Filled) -> Filled:
    """The town that was chosen, or named beyond doubt, as a point; as it was typed where it is neither."""
    if filled.of("lat") or filled.of("lon") or filled.of("address_confidential") or not filled.of("city").strip():
        return filled
    hit = gazetteer.resolve(database.reading(), filled.of("place")) if filled.of("place") else _only_town(filled)
    if hit is None or hit.lon is None or hit.lat is None:
        return filled
    typed = filled.typed.copy()
    typed["lat"], typed["lon"] = f"{hit.lat:.5f}", f"{hit.lon:.5f}"
    return replace(filled, typed=typed)


def _only_town(filled: Filled) -> Any:
    hits = _towns(filled)
    named = [hit for hit in hits if folded(hit.name) == folded(filled.of("city"))]
    return named[0] if len(named) == 1 else None


def _towns(filled: Filled) -> list[Any]:
    try:
        words = inputs.clean_text(filled.of("city"))
    except ValueError as error:
        raise InputError([Fault("city", str(error))]) from error
    hits = gazetteer.find(database.reading(), words, lang=language.current(), limit=8) if words else []
    served = {*filled.typed.getlist("countries"), *(code[:2] for code in filled.typed.getlist("subdivisions"))}
    towns = [hit for hit in hits if hit.kind == "town"]
    return [hit for hit in towns if hit.country in served] or towns


def _looked_up(filled: Filled, act: str) -> Filled:
    if act != "place":
        return filled
    try:
        found = tuple(_towns(filled)[:6])
    except InputError as error:
        return filled.with_faults(error)
    except PopMapError:
        return replace(filled, notice="unavailable")
    if not found:
        return filled.with_faults(InputError([Fault("city", "not_found", filled.of("city")[:80])]))
    return replace(filled, places=found)


def _known(form: Form, filled: Filled) -> Filled:
    """The form of a change as it is, with what was typed into the report above it."""
    whole = draft_form.filled_from(form.record) if form.record else Filled()
    for name in ("problem", "words", "sure"):
        whole.typed[name] = filled.of(name)
    return whole


def _not_now(form: Form, filled: Filled, error: PopMapError) -> ResponseReturnValue:
    much = isinstance(error, TooManyError)
    notice = "too_many" if much else "unavailable"
    reply = make_response(_shown(form, replace(filled, notice=notice)), errors.status_of(error) or 503)
    reply.headers["Retry-After"] = "3600" if much else "60"
    return reply


def _shown(form: Form, filled: Filled) -> str:
    key, _ = form_tokens.key_of(filled.of("token"))
    return render_template(
        "submissions/form.html",
        frame="submissions/_part.html" if PART in request.headers else "base.html",
        form=form,
        filled=filled,
        form_token=form_tokens.fresh(key),
        choices=submission_choices.of(filled),
        own_words=inputs.OWN_WORDS,
    )


def _private(reply: ResponseReturnValue) -> Response:
    """Nobody else is to find it: no copy, no search engine, no address passed on."""
    made = make_response(reply)
    made.headers["Cache-Control"] = "no-store"
    made.headers["X-Robots-Tag"] = "noindex, nofollow"
    made.headers["Referrer-Policy"] = "same-origin"
    return made
