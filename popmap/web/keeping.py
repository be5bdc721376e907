"""A country to keep on a phone, only when asked for: the page that is kept, and the worker that opens it offline.

The kept page is whole in itself: numbers, hours, services of the country and those of the whole world, no picture, no
further file. It names the moment it was made; ``static/js/keep-worker.js`` drops it after seven days. The worker sees
the country's own page and nothing else of this site.
"""

from datetime import UTC, datetime
from typing import Any, Final

from flask import Blueprint, Response, make_response, render_template, url_for

from popmap import catalogue, countries, gazetteer, submissions
from popmap.catalogue import Criteria
from popmap.config import PROJECT
from popmap.errors import NotFoundError
from popmap.vocabulary import KINDS
from popmap.web import countries as pages
from popmap.web import database, emergency, explore, security
from popmap.web.explore import Card

blueprint = Blueprint("keeping", __name__)

WORKER: Final = PROJECT / "static" / "js" / "keep-worker.js"
WORKER_POLICY: Final = "default-src 'none'; connect-src 'self'; base-uri 'none'; form-action 'none'"
MOST_EVERYWHERE: Final = 12


@blueprint.get("/countries/<iso2>/kept")
def kept(iso2: str) -> Response:
    """What is kept of a country, as one page that needs no network."""
    _check(iso2)
    session, now = database.reading(), datetime.now(UTC)
    emergency.know(iso2)
    security.let_workers_in()
    groups = _groups(session, iso2)
    shown = [card.record["id"] for _, cards in groups for card in cards]
    reply = make_response(
        render_template(
            "keeping/page.html",
            iso2=iso2,
            made_at=_made_at(now),
            harmonised=[one for one in countries.harmonised_numbers(session, iso2) if one.status == "active"],
            purposes=pages.PURPOSES,
            groups=groups,
            being_checked=submissions.being_checked(session, shown),
        )
    )
    reply.headers["Popmap-Made-At"] = _made_at(now).isoformat(timespec="seconds")
    return reply


@blueprint.get("/countries/<iso2>/worker.js")
def worker(iso2: str) -> Response:
    """The script that opens the kept page when there is no network."""
    _check(iso2)
    reply = Response(WORKER.read_bytes(), mimetype="text/javascript")
    reply.headers["Service-Worker-Allowed"] = url_for("countries.detail", iso2=iso2)
    reply.headers["Content-Security-Policy"] = WORKER_POLICY
    return reply


def _check(iso2: str) -> None:
    if iso2 not in gazetteer.COUNTRIES:
        raise NotFoundError(f"There is no country {iso2[:10]!r}.")


def _made_at(now: datetime) -> datetime:
    """The moment for which the page's facts stand: that of the saved copy, when it is made from that."""
    copy = database.saved()
    return copy.at if copy is not None else now


def _groups(session: Any, iso2: str) -> list[tuple[str, list[Card]]]:
    """The country's services by kind, people before computers, then helplines for every country; all can be reached."""
    here = Criteria(country=(iso2,), sort="name")
    found = catalogue.search(session, here, limit=catalogue.MAX_LIMIT).items
    local = [card for card in explore.cards([one for one in found if not one["coverage"]["worldwide"]]) if card.first]
    groups = [(kind, [card for card in local if card.record["kind"] == kind]) for kind in KINDS]
    wide = explore.cards([one for one in found if one["coverage"]["worldwide"] and one["kind"] in catalogue.PEOPLE])
    groups.append(("", [card for card in wide if card.first][:MOST_EVERYWHERE]))
    return [(kind, cards) for kind, cards in groups if cards]
