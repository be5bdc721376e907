"""Pages that only speak (about, privacy, accessibility), the way out, and the signs of life for operators."""

from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from flask import Blueprint, Response, current_app, jsonify, make_response, render_template, send_file

from popmap import catalogue
from popmap.config import PROJECT, Settings
from popmap.errors import NotFoundError
from popmap.vocabulary import N_
from popmap.web import database, security

STATIC: Final = PROJECT / "static"
PLACES: Final = (
    ("find.page", N_("Find help")),
    ("explore.index", N_("Explore")),
    ("countries.index", N_("Countries")),
    ("data_page.index", N_("Data")),
    ("pages.about", N_("About")),
)
"""What the bar leads to, in this order, as far as it exists."""

KIND_WORDS: Final = (
    ("helpline", N_("People answer children, young people or families by phone, chat or text.")),
    (
        "official_service",
        N_("Run or recognised by the state: to get help, to report something or to have pictures taken down."),
    ),
    ("youth_led", N_("Made or led by young people.")),
    ("ai_driven", N_("A computer does an important part. It is not a person.")),
)
BOUNDARIES: Final = N_(
    "The boundaries and names shown do not imply any opinion on the legal status of any territory or its boundaries. "
    "Dashed lines are disputed or not settled."
)

blueprint = Blueprint("pages", __name__)
"""Under the language prefix."""

doors = Blueprint("doors", __name__)
"""Without a language."""


@blueprint.get("/about")
def about() -> str:
    """What this is, and what its maps do not mean."""
    return render_template("pages/about.html", kind_words=KIND_WORDS, boundaries=BOUNDARIES)


@blueprint.get("/privacy")
def privacy() -> str:
    """What is kept (nothing), and what leaving cannot erase."""
    return render_template("pages/privacy.html")


@blueprint.get("/accessibility")
def accessibility() -> str:
    """What works for whom, and what does not yet."""
    return render_template("pages/accessibility.html")


@doors.get("/exit")
def leave() -> Response:
    """A blank page at once, on its way to the neutral one.

    Not a redirect: with one, the old page stays on the screen until the neutral site answers, if it ever does.
    """
    reply = make_response(render_template("pages/exit.html"))
    reply.headers["Refresh"] = f"0; url={settings().exit_url}"
    reply.headers["Referrer-Policy"] = "no-referrer"
    return reply


@doors.get("/exit/traces")
def traces() -> Response:
    """Asks the browser to forget our files. Fetched by the blank page, for forgetting may take a browser seconds."""
    reply = Response(status=204)
    reply.headers["Clear-Site-Data"] = '"cache"'
    return reply


@doors.get("/favicon.ico")
def favicon() -> Response:
    """The icon says nothing about what this is: four shapes."""
    return send_file(STATIC / "img" / "icon.svg", mimetype="image/svg+xml")


@doors.get("/healthz")
def healthz() -> Response:
    """The process is up."""
    return Response("ok\n", mimetype="text/plain")


@doors.get("/readyz")
def readyz() -> Response:
    """The database answers: the revision that visitors read, and its age (none: it is read anew each time)."""
    stamp = catalogue.stamp(database.reading())
    return jsonify(ready=True, revision=stamp.number, age_s=0)


@doors.get("/basemap/world.pmtiles")
def basemap() -> Response:
    """The map's background, in the ranges that the browser asks for; an operator's own archive in its place."""
    own = settings().tiles
    archive = Path(own) if own and not security.tile_origin(own) else settings().data / "basemap" / "world.pmtiles"
    if not archive.is_file():
        raise NotFoundError("The basemap has not been built.")
    reply = send_file(archive, mimetype="application/vnd.pmtiles", conditional=True)
    reply.headers["Cache-Control"] = "no-store"  # which tiles were fetched tells where somebody looked
    return reply


@doors.get("/robots.txt")
def robots() -> Response:
    """Search engines may read everything but the way out."""
    return Response("User-agent: *\nDisallow: /exit\n", mimetype="text/plain")


def settings() -> Settings:
    """The settings of the running app."""
    return current_app.extensions["settings"]


def absolute(path: str) -> str:
    """A path of ours as an address that works from elsewhere, on paper or in a mail (``POPMAP_SITE_ADDRESS``)."""
    return settings().public_address + path


def local(address: str) -> str:
    """An address of ours as a path again, for links within the site; others unchanged."""
    return address.removeprefix(settings().public_address)


def site_places() -> list[tuple[str, str]]:
    """The bar's endpoints and their words."""
    return [place for place in PLACES if place[0] in current_app.view_functions]


def exit_words() -> dict[str, str]:
    """What the exit script and the way out need: the neutral page's address, and its host as a neutral title."""
    url = settings().exit_url
    return {"exit_url": url, "exit_title": urlsplit(url).hostname or ""}
