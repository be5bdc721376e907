"""Styles and scripts: what is written into the page, what is fetched once and kept, and where each of them is.

Critical styles and the exit script go into the page itself: on a slow network every further request is a second
without text. Modules and pictures are fetched from an address that holds the version, so they are kept for a year.
"""

import hashlib
import re
from functools import cache
from pathlib import Path
from typing import Final, NoReturn

import rcssmin
from flask import Blueprint, Flask, abort, current_app, url_for
from markupsafe import Markup
from whitenoise import WhiteNoise

from popmap.config import PROJECT
from popmap.web.security import YEAR_S, nonce

STATIC: Final = PROJECT / "static"
SERVED: Final = ("css", "js", "img", "vendor")
"""The folders of ``static`` that visitors may fetch; ``node_modules`` is not among them."""

blueprint = Blueprint("assets", __name__)


def plug_into(app: Flask) -> None:
    """Serve the static files and give templates ``inline_css``, ``inline_js`` and ``asset_url``."""
    app.register_blueprint(blueprint)
    app.jinja_env.globals.update(inline_css=inline_css, inline_js=inline_js, asset_url=asset_url)


def serve_files(app: Flask) -> WhiteNoise:
    """The app with its static files in front of it; while debugging, files are read anew at each request."""
    files = WhiteNoise(app.wsgi_app, autorefresh=app.debug, max_age=YEAR_S, immutable_file_test=lambda *_: True)
    for folder in SERVED:
        if (STATIC / folder).is_dir():
            files.add_files(str(STATIC / folder), prefix=f"/static/{version()}/{folder}/")
    return files


@blueprint.get("/static/<release>/<path:filename>")
def file(release: str, filename: str) -> NoReturn:  # noqa: ARG001 - names the address; WhiteNoise has what exists
    """404: whatever exists was answered before Flask was asked."""
    abort(404)


def asset_url(filename: str) -> str:
    """The address of a file under ``static``; relative imports between modules keep its version."""
    return url_for("assets.file", release=version(), filename=filename)


def inline_css(*names: str) -> Markup:
    """A style element with these files of ``static/css``, in this order, under this reply's nonce."""
    sheet = "".join(_css(name, fresh=_stamp(STATIC / "css" / f"{name}.css")) for name in names)
    return Markup('<style nonce="{}">{}</style>').format(nonce(), Markup(sheet))  # noqa: S704 - our own files


def inline_js(name: str) -> Markup:
    """A script element with this file of ``static/js``, under this reply's nonce; its opening comment stays at home."""
    script = _js(name, fresh=_stamp(STATIC / "js" / f"{name}.js"))
    return Markup('<script nonce="{}">{}</script>').format(nonce(), Markup(script))  # noqa: S704 - our own files


@cache
def version() -> str:
    """A short hash over every served file: it changes when one of them does."""
    total = hashlib.sha256()
    for folder in SERVED:
        for path in sorted((STATIC / folder).rglob("*")):
            if path.is_file():
                total.update(path.relative_to(STATIC).as_posix().encode())
                total.update(path.read_bytes())
    return total.hexdigest()[:12]


def _stamp(path: Path) -> int:
    """Zero when running for visitors; while debugging, when the file was last written."""
    return path.stat().st_mtime_ns if current_app.debug else 0


@cache
def _css(name: str, *, fresh: int) -> str:  # noqa: ARG001 - part of the cache's key
    return rcssmin.cssmin((STATIC / "css" / f"{name}.css").read_text(encoding="utf-8"))


@cache
def _js(name: str, *, fresh: int) -> str:  # noqa: ARG001 - part of the cache's key
    source = (STATIC / "js" / f"{name}.js").read_text(encoding="utf-8")
    return re.sub(r"\A/\*.*?\*/\s*", "", source, flags=re.DOTALL)
