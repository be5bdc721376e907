"""The first page: choose a country, see who helps there. Its state is in the request's body, never in the address."""

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from popmap.web import language

blueprint = Blueprint("find", __name__)


@blueprint.get("/")
def page() -> str:
    """The empty form."""
    return render_template("find/page.html")


def first() -> ResponseReturnValue:
    """``/`` leads to the first page in the reader's language."""
    reply = redirect(url_for(language.FIRST_PAGE), code=302)
    reply.vary.add("Accept-Language")
    return reply
