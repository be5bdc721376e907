"""The page behind the link of a reminder: an operator looks at the entry and confirms it with one press.

Opening the page changes nothing; scanners of mails open every link. What the link is good for, ``checks.letters`` says.
"""

from datetime import UTC, datetime

from flask import Blueprint, Response, make_response, render_template

from popmap import catalogue
from popmap.checks import due, letters
from popmap.web import contacts, database, pages

blueprint = Blueprint("confirming", __name__)


@blueprint.get("/confirm/<token>")
def page(token: str) -> Response:
    """What is shown of the service, and the button."""
    return _page(token)


@blueprint.post("/confirm/<token>")
def confirm(token: str) -> Response:
    """The entry is checked as of today; pressing again changes nothing, and says so."""
    service_id, due_on = letters.read_token(pages.settings().secret_key, token)
    with database.transaction() as session:
        confirmed = due.confirm(session, service_id, due_on=due_on, on=datetime.now(UTC).date())
    return _page(token, confirmed=confirmed)


def _page(token: str, *, confirmed: bool = False) -> Response:
    service_id, due_on = letters.read_token(pages.settings().secret_key, token)
    record = catalogue.get(database.reading(), service_id)
    reply = make_response(
        render_template(
            "services/confirm.html",
            record=record,
            contacts=contacts.of(record, datetime.now(UTC)),
            website=contacts.website(record),
            token=token,
            confirmed=confirmed,
            done_before=not confirmed and str(record["next_check_due"] or "") > due_on.isoformat(),
        )
    )
    reply.headers["Cache-Control"] = "no-store"
    return reply
