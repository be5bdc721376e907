"""The moderators' page of what should be looked at again: services whose check is due, and links that lead nowhere.

What counts as due or dead is said by the rules (``checks``); a check is recorded on the page of the record
(``standing``), a mistake mended by a change like every other.
"""

from datetime import UTC, datetime
from typing import Final

from flask import Blueprint, render_template

from popmap.checks import due, links
from popmap.vocabulary import N_
from popmap.web import database, pages

blueprint = Blueprint("checks", __name__, url_prefix="/moderate/checks")

SHOWN: Final = 100
LINK_WORDS: Final = {
    "gone": N_("is gone"),
    "unreachable": N_("does not answer"),
    "moved": N_("has moved"),
}


@blueprint.get("/")
def page() -> str:
    """What is due within two weeks, longest overdue first; then dead links."""
    today = datetime.now(UTC).date()
    with database.transaction() as session:
        waiting = due.due(session, today + due.ASKED_BEFORE)
        dead = links.dead(session)
    return render_template(
        "moderation/checks.html",
        waiting=waiting[:SHOWN],
        overdue=sum(one.due < today for one in waiting),
        total=len(waiting),
        dead=dead,
        today=today,
        link_words=LINK_WORDS,
        asks_links=pages.settings().link_checks == "on",
    )
