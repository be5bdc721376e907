"""One service's own page: its channels as the largest things, then all that is known and how it is known.

What is not public looks like what does not exist. The list of services is in ``explore``.
"""

from datetime import UTC, datetime
from typing import Any, Final

from flask import Blueprint, render_template

from popmap import catalogue, submissions
from popmap.catalogue import Criteria
from popmap.web import contacts, database, emergency, filters
from popmap.web.explore import Card, cards

blueprint = Blueprint("services", __name__)

OTHERS: Final = 3
"""How many other ways stand below one service: never fewer than two where there are any."""


@blueprint.get("/services/<service_id>")
def detail(service_id: str) -> str:
    """Everything public about one service."""
    record = catalogue.get(database.reading(), service_id)
    country = _only_country(record)
    if country:
        emergency.know(country)
    near = Criteria(country=(country,) if country else (), topic=tuple(sorted(record["topics"])) if not country else ())
    return render_template(
        "services/detail.html",
        record=record,
        contacts=contacts.of(record, datetime.now(UTC)),
        website=contacts.website(record),
        country=country,
        being_checked=submissions.being_checked(database.reading(), [service_id]),
        others=_others(record, near),
        others_url=filters.address(near),
    )


def _others(record: dict[str, Any], near: Criteria) -> list[Card]:
    """Other ways to help in the same country, else on the same topics; people before computers."""
    found = catalogue.search(database.reading(), near, limit=4 * OTHERS).items
    rest = [other for other in found if other["id"] != record["id"]]
    rest.sort(key=lambda other: other["kind"] == "ai_driven")
    return cards(rest[:OTHERS])


def _only_country(record: dict[str, Any]) -> str:
    """The country that all of the service's coverage lies in, or empty."""
    return "" if record["coverage"]["worldwide"] else contacts.holiday_country(record)
