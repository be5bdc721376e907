"""What is shown of services that are likely the one somebody describes: for the form, its answer, and the review page.

``of_record`` gives the data, the macros of ``templates/components/likely.html`` the look, ``static/js/likely.js`` the
same while somebody types. How likeness is measured is the business of ``duplicates``.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from flask import Flask
from flask_babel import gettext

from popmap import duplicates
from popmap.vocabulary import N_

MATCH_WORDS: Final[Mapping[str, str]] = {
    "phone": N_("the same phone number"),
    "text": N_("the same number for messages"),
    "web": N_("the same website"),
    "email": N_("the same e-mail address"),
    "name": N_("a similar name"),
    "organization": N_("the same organisation"),
}


def plug_into(app: Flask) -> None:
    """Give templates ``match_words``: what speaks for a service, as words."""
    app.jinja_env.globals["match_words"] = match_words


def match_words(matches: Sequence[str] = tuple(MATCH_WORDS)) -> list[str]:
    """What these matches are called, in the language of the page."""
    return [gettext(MATCH_WORDS[match]) for match in matches]


def of_record(session: Any, record: Mapping[str, Any], *, limit: int = 5) -> list[duplicates.Likely]:
    """The public services that are likely this record (as submissions and versions hold it), itself left out."""
    found = duplicates.likely(session, duplicates.entry_of(record), limit=limit + 1)
    return [one for one in found if one.id != record.get("id")][:limit]
