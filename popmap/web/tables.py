"""A table of many services (CSV) as submissions: read strictly, each row checked like a form, none or all taken in.

The page takes the table as text (nothing is uploaded), shows every error with its row and column, and keeps it.
"""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime
from math import ceil
from typing import Any, Final

from flask import Blueprint, current_app, make_response, render_template, request
from flask.typing import ResponseReturnValue

from popmap import inputs, loading, moderation, submissions
from popmap.errors import Fault, InputError, NotFoundError, TooManyError, UnavailableError
from popmap.submissions import Sending
from popmap.web import database, errors, form_tokens, language, origins
from popmap.web.fault_words import words_of

MAX_ROWS: Final = 1_000
MAX_FAULTS: Final = 200
ROWS_AS_ONE: Final = 200
"""So many rows of a table count as one submission, where it is counted how much a network sends."""
NUMBERS: Final = frozenset({"phone", "sms", "whatsapp"})
"""Columns that are read by the countries served."""


blueprint = Blueprint("tables", __name__)


@blueprint.get("/submit/many")
def many() -> ResponseReturnValue:
    """The empty page."""
    return _shown()


@blueprint.post("/submit/many")
def send() -> ResponseReturnValue:
    """The table: tried out, with every error; or taken in, with the private link of each row."""
    raw = request.form.get("table", "").encode()
    key, young = form_tokens.key_of(request.form.get("token", ""))
    if key is None or not young:
        return _shown(notice="expired"), 422
    # of the table as well: who went back, changed it and sends it again sends another one
    key = f"{key} {hashlib.sha256(raw).hexdigest()}"
    try:
        with database.transaction() as session:
            sendings = sendings_of(session, raw, key=key, language=language.current(), via="csv")
            if "try" in request.form:
                return _shown(rows=len(sendings))
            if submissions.submit_batch(session, sendings, file_name="", sent_by=""):
                count(session, len(sendings))
    except InputError as error:
        return _shown(faults=error.faults), 422
    except (TooManyError, UnavailableError) as error:
        return _not_now(error)
    reply = make_response(render_template("submissions/many_sent.html", sendings=sendings))
    reply.headers["X-Robots-Tag"] = "noindex, nofollow"
    return reply


def count(session: Any, rows: int) -> None:
    """Count a table as what it costs to read it; a whole hour's worth at most. Raises ``TooManyError``."""
    most = current_app.extensions["settings"].submissions_per_hour
    submissions.count_intake(session, origins.network(), most=most, sent=min(most, ceil(rows / ROWS_AS_ONE)))


def _not_now(error: TooManyError | UnavailableError) -> ResponseReturnValue:
    much = isinstance(error, TooManyError)
    reply = make_response(_shown(notice="too_many" if much else "unavailable"), errors.status_of(error) or 503)
    reply.headers["Retry-After"] = "3600" if much else "60"
    return reply


def _shown(**more: Any) -> str:
    key, _ = form_tokens.key_of(request.form.get("token", ""))
    columns = ",".join(loading.HEADERS["services"])
    values = {
        "table": request.form.get("table", ""),
        "columns": columns,
        "form_token": form_tokens.fresh(key),
        "most_rows": MAX_ROWS,
    }
    return render_template("submissions/many.html", fault_words=words_of, **values, **more)


def sendings_of(session: Any, raw: bytes, *, key: str, language: str, via: str) -> list[Sending]:
    """One sending a row; a row whose id is that of a public service is a change of it, if it changes anything.

    Raises ``InputError`` with every fault found, each with its row and column, in that order; then nothing is taken.
    """
    rows, faults = loading.proposed_records(raw, checked_on=datetime.now(UTC).date())
    if not (rows or faults) or len(rows) > MAX_ROWS:
        code = "too_many" if rows else "empty"
        raise InputError([Fault("file", code, str(len(rows)), [f"1 to {MAX_ROWS} rows"])])
    sendings = []
    wrong = {one.row for one in faults}
    for line, record in [row for row in rows if row[0] in wrong]:
        faults += _besides(record, line, {one.name for one in faults if one.row == line})
    for line, record in [row for row in rows if row[0] not in wrong]:
        try:
            sending = _sending(session, record, f"{key} {line}", language, via)
            sendings += [sending] if sending else []
        except InputError as error:
            faults += _in_columns(error, record, line)
        if len(faults) >= MAX_FAULTS:
            break
    if faults:
        raise InputError(sorted(faults, key=lambda one: one.row or 0)[:MAX_FAULTS])
    if not sendings:
        raise InputError([Fault("file", "unchanged", str(len(rows)))])
    return sendings


def _in_columns(error: InputError, record: dict[str, Any], line: int) -> list[Fault]:
    return [replace(one, name=loading.column_of(one.name, record), row=line) for one in error.faults]


def _besides(record: dict[str, Any], line: int, wrong: set[str]) -> list[Fault]:
    """What is wrong with the other columns of a row that has a fault, so that all of it is told at once."""
    try:
        inputs.checked_proposal(inputs.as_draft(record))
    except InputError as error:
        not_asked = wrong | (NUMBERS if wrong & {"countries", "subdivisions"} else set())
        return [fault for fault in _in_columns(error, record, line) if fault.name.partition(".")[0] not in not_asked]
    return []


def _sending(session: Any, record: dict[str, Any], key: str, language: str, via: str) -> Sending | None:
    """What a row proposes; None for one that says of a public service what is public already."""
    known = _known(session, record["id"])
    draft = inputs.as_draft(loading.onto(record, known) if known else record)
    proposal = inputs.checked_proposal(draft, known=known)
    if known and not moderation.between({name: known[name] for name in proposal.record}, proposal.record):
        return None
    short = hashlib.sha256(key.encode()).hexdigest()
    return Sending(
        kind="change" if known else "new",
        token=form_tokens.link_of(f"row {short}"),
        idempotency_key=short,
        language=language,
        via=via,
        body=proposal.record,
        service_id=record["id"] if known else None,
        dropped=proposal.dropped,
    )


def _known(session: Any, service_id: str) -> dict[str, Any] | None:
    try:
        return submissions.require_public(session, service_id)
    except NotFoundError:
        return None
