"""Styles and scripts: what is written into the page, what is fetched once and kept, and where each of them is.

Critical styles and the exit script go into the page itself: on a slow network every further request is a second
without text. Modules and pictures are fetched from an address that holds the version, so they are kept for a year.
"""

import contextlib
import hashlib
import re
import shutil
import tempfile
from functools import cache
from pathlib import Path
from typing import Final, NoReturn

import rcssmin
from flask import Blueprint, Flask, abort, current_app, url_for
from markupsafe import Markup
from whitenoise import WhiteNoise
from whitenoise.compress import Compressor

from popmap.config import PROJECT, writable_folder
from popmap.web.security import nonce

STATIC: Final = PROJECT / "static"
SERVED: Final = ("css", "js", "img", "vendor")
"""The folders of ``static`` that visitors may fetch; ``node_modules`` is not among them."""

blueprint = Blueprint("assets", __name__)


def plug_into(app: Flask) -> None:
    """Serve the static files and give templates ``inline_css``, ``inline_js`` and ``asset_url``."""
    app.register_blueprint(blueprint)
    app.jinja_env.globals.update(inline_css=inline_css, inline_js=inline_js, asset_url=asset_url)


def serve_files(app: Flask, data: Path) -> WhiteNoise:
    """The app with its static files in front of it, compressed beforehand; while debugging, as they lie there."""
    root = STATIC if app.debug else packed(data / "assets")
    files = WhiteNoise(
        app.wsgi_app, autorefresh=app.debug, immutable_file_test=lambda *_: True, allow_all_origins=False
    )
    for folder in _served_folders():
        files.add_files(str(root / folder.name), prefix=f"/static/{version()}/{folder.name}/")
    return files


def packed(place: Path) -> Path:
    """A copy of the served files with each in brotli and gzip beside it, made once per version under ``place``."""
    ready = writable_folder(place) / version()
    if not ready.is_dir():
        draft = Path(tempfile.mkdtemp(dir=place))
        for folder in _served_folders():
            shutil.copytree(folder, draft / folder.name)
        compressor = Compressor(quiet=True)
        for path in [path for path in draft.rglob("*") if path.is_file() and compressor.should_compress(path.name)]:
            compressor.compress(str(path))
        with contextlib.suppress(OSError):  # another worker was quicker
            draft.rename(ready)
        shutil.rmtree(draft, ignore_errors=True)
    return ready


@blueprint.get("/static/<release>/<path:filename>")
def file(release: str, filename: str) -> NoReturn:  # noqa: ARG001 - names the address; WhiteNoise has what exists
    """404: whatever exists was answered before Flask was asked."""
    abort(404)


def asset_url(filename: str) -> str:
    """The address of a file under ``static``; relative imports between modules keep its version."""
    return url_for("assets.file", release=version(), filename=filename)


def inline_css(*names: str) -> Markup:
    """A style element with these files of ``static/css``, in this order, under this reply's nonce."""
    written = "".join(sheet(name) for name in names)
    return Markup('<style nonce="{}">{}</style>').format(nonce(), Markup(written))  # noqa: S704 - our own files


def sheet(name: str) -> str:
    """A file of ``static/css`` without what only its writers need."""
    return _css(name, fresh=_stamp(STATIC / "css" / f"{name}.css"))


def inline_js(name: str) -> Markup:
    """A script element with this file of ``static/js``, under this reply's nonce; its opening comment stays at home."""
    script = _js(name, fresh=_stamp(STATIC / "js" / f"{name}.js"))
    return Markup('<script nonce="{}">{}</script>').format(nonce(), Markup(script))  # noqa: S704 - our own files


@cache
def version() -> str:
    """A short hash over every served file: it changes when one of them does."""
    total = hashlib.sha256()
    for folder in _served_folders():
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                total.update(path.relative_to(STATIC).as_posix().encode())
                total.update(path.read_bytes())
    return total.hexdigest()[:12]


def _served_folders() -> list[Path]:
    return [STATIC / name for name in SERVED if (STATIC / name).is_dir()]


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
