"""``POST /api/v1/submissions``: services, changes and reports sent by programs, with the same checks as the form.

The answer comes after the commit, with the private link. ``Idempotency-Key`` makes a second sending the same one. A
table of many services goes to ``/submissions/csv``. Nothing sent here is public before a person has decided.
"""

import hashlib
import re
from collections.abc import Mapping
from typing import Any, Final

import orjson
from flask import Response, current_app, request, url_for
from marshmallow import RAISE, Schema, fields

from popmap import inputs, submissions
from popmap.addresses import is_email
from popmap.errors import Fault, InputError
from popmap.inputs import DraftSchema
from popmap.submissions import Sending
from popmap.vocabulary import LANGUAGES, PROBLEMS
from popmap.web import api, database, form_tokens, origins, tables
from popmap.web.replies import JSON

blueprint = api.ApiBlueprint(
    "api_submissions", __name__, url_prefix=api.PREFIX, description="Suggest services, changes; report what is wrong"
)

KINDS: Final = ("new", "change", "report")
_KEY: Final = re.compile(r"[\x21-\x7e]{16,200}")
_NAMES: Final = frozenset({"kind", "service_id", "service", "problem", "words", "contact", "language"})


class SubmissionSchema(Schema):
    """What is sent: a new service, a change of one, or a report that something is wrong with it."""

    class Meta:
        """An unknown name is refused, never ignored."""

        unknown = RAISE

    kind = fields.String(load_default="new", metadata={"enum": list(KINDS)})
    service_id = fields.String(metadata={"description": "the service that a change or report is about"})
    service = fields.Nested(DraftSchema)
    problem = fields.String(metadata={"enum": list(PROBLEMS), "description": "of a report"})
    words = fields.String(metadata={"description": "for the moderators; never published"})
    contact = fields.String(metadata={"description": "an e-mail address; never published, deleted in time"})
    language = fields.String(load_default="en", metadata={"enum": list(LANGUAGES)})


class ReceiptSchema(Schema):
    """What came of it."""

    created = fields.Boolean(metadata={"description": "false: this very thing had come before"})
    state = fields.String()
    links = fields.List(fields.String(), metadata={"description": "the private page of each: whoever has it may edit"})
    warnings = fields.List(fields.String())


@blueprint.post("/submissions")
@blueprint.doc(
    parameters=[
        {
            "in": "header",
            "name": "Idempotency-Key",
            "required": True,
            "schema": {"type": "string", "minLength": 16, "maxLength": 200},
            "description": "A key nobody else uses; the same key and content is one submission, however often sent.",
        }
    ],
    requestBody={"required": True, "content": {"application/json": {"schema": SubmissionSchema}}},
)
@blueprint.response(201, ReceiptSchema)
@blueprint.alt_response(422, "UNPROCESSABLE_ENTITY")
@blueprint.alt_response(429, "TOO_MANY_REQUESTS")
def submit() -> Response:
    """Take in one submission; it is safe in the database when this answers."""
    body = request.get_data()
    given = inputs.json_object(body)
    key = _key_of(body)
    with database.transaction() as session:
        proposal, sending = _read(session, given, key)
        is_new = submissions.submit(session, sending)
        if is_new:
            _count(session)
            submissions.weigh(session, sending, origins.network())
    warned = proposal.warnings if proposal else ()
    if not warned and inputs.tells_who_writes(sending.words):
        warned = ("tells_who_writes",)
    return _receipt([sending], is_new, warned)


@blueprint.post("/submissions/csv")
@blueprint.doc(
    parameters=[
        {"in": "header", "name": "Idempotency-Key", "required": True, "schema": {"type": "string", "minLength": 16}},
        {"in": "query", "name": "dry_run", "schema": {"type": "string", "enum": ["true"]}},
    ],
    requestBody={"required": True, "content": {"text/csv": {"schema": {"type": "string"}}}},
)
@blueprint.response(201, ReceiptSchema)
@blueprint.alt_response(422, "UNPROCESSABLE_ENTITY")
@blueprint.alt_response(429, "TOO_MANY_REQUESTS")
def submit_table() -> Response:
    """Take in a CSV with the columns of the export: one submission a row, reviewed together; all of it or nothing."""
    body = request.get_data()
    key = _key_of(body)
    with database.transaction() as session:
        sendings = tables.sendings_of(session, body, key=key, language="en", via="csv")
        if request.args.get("dry_run") == "true":
            return Response(orjson.dumps({"created": False, "rows": len(sendings)}), mimetype=JSON)
        is_new = submissions.submit_batch(session, sendings, file_name="", sent_by="")
        if is_new:
            tables.count(session, len(sendings))
    return _receipt(sendings, is_new, ())


def _read(session: Any, given: Mapping[str, Any], key: str) -> tuple[Any, Sending]:
    faults = [Fault(str(name)[:80], "unknown_name", "", sorted(_NAMES)) for name in given if name not in _NAMES]
    kind, lang, service_id = given.get("kind", "new"), given.get("language", "en"), given.get("service_id")
    faults += [Fault("kind", "unknown_value", "", KINDS)] if kind not in KINDS else []
    faults += [Fault("language", "unknown_value", "", LANGUAGES)] if lang not in LANGUAGES else []
    wanted = kind in ("change", "report")
    if wanted != isinstance(service_id, str):
        faults.append(Fault("service_id", "missing" if wanted else "unknown_value"))
    contact = given.get("contact")
    if contact is not None and not (isinstance(contact, str) and is_email(contact)):
        faults.append(Fault("contact", "malformed", "", ["name@host"]))
    if faults:
        raise InputError(faults)
    known = submissions.require_public(session, str(service_id)) if wanted else None
    words = inputs.checked_report({"problem": "other", "words": given.get("words", "")})["words"]
    common = {"token": form_tokens.link_of(key), "idempotency_key": key, "language": lang, "via": "api"}
    sending = Sending(kind=kind, service_id=service_id, words=words, contact=contact, **common)
    return _with_content(sending, given, known)


def _with_content(sending: Sending, given: Mapping[str, Any], known: Mapping[str, Any] | None) -> tuple[Any, Sending]:
    if sending.kind == "report":
        problem = inputs.checked_report({"problem": given.get("problem")})["problem"]
        return None, submissions.with_content(sending, problem=problem)
    service = given.get("service")
    if not isinstance(service, dict):
        raise InputError([Fault("service", "missing")])
    proposal = inputs.checked_proposal(service, known=known)
    return proposal, submissions.with_content(sending, body=proposal.record, dropped=proposal.dropped)


def _key_of(body: bytes) -> str:
    """The key with a digest of the content: who guesses a key does not come by another's private link."""
    key = request.headers.get("Idempotency-Key", "")
    if not _KEY.fullmatch(key):
        raise InputError(
            [Fault("Idempotency-Key", "missing" if not key else "malformed", "", ["16 to 200 characters"])]
        )
    return f"{key} {hashlib.sha256(body).hexdigest()}"


def _count(session: Any) -> None:
    most = current_app.extensions["settings"].submissions_per_hour
    submissions.count_intake(session, origins.network(), most=most)


def _receipt(sendings: list[Sending], is_new: bool, warnings: tuple[str, ...]) -> Response:
    links = [url_for("submissions.mine", lang=one.language, token=one.token) for one in sendings]
    answer = {"created": is_new, "state": "pending", "links": links, "warnings": list(warnings)}
    reply = Response(orjson.dumps(answer), 201 if is_new else 200, mimetype=JSON)
    reply.headers["Location"] = links[0]
    reply.headers["Cache-Control"] = "no-store"
    return reply
