"""The page of the data set's versions: to fetch, check, cite and compare. What they are: ``dataset_versions``."""

from collections.abc import Iterable
from typing import Any, Final

from flask import Blueprint, render_template, request

from popmap.dataset_versions import CODES, FrozenFile, is_about
from popmap.dataset_versions.manifest import NAME, SUMS
from popmap.web import api_versions
from popmap.web.data_page import FILES

blueprint = Blueprint("dataset_versions", __name__)

SHOWN: Final = 100
"""So many ids of each list are written out; the API gives all."""


@blueprint.get("/data/versions")
def index() -> str:
    """Every version, the latest first, and what differs between two of them (``?since=…&version=…``)."""
    found = [described(one) for one in api_versions.shelf().all()]
    since, version = request.args.get("since", ""), request.args.get("version", "")
    compared = api_versions.shelf().compare(since, version) if since and version else None
    return render_template(
        "data/versions.html", versions=found, since=since, version=version, compared=compared, shown=SHOWN
    )


@blueprint.get("/data/versions/<version_id>")
def detail(version_id: str) -> str:
    """One version: the address that its citation gives."""
    return render_template("data/version.html", one=described(api_versions.shelf().get(version_id)))


def described(manifest: Any) -> dict[str, Any]:
    """What the templates show of a version: its formats by name, every data file, what describes it, its code lists."""
    addresses = {file.name: api_versions.address(manifest.id, file.name) for file in manifest.files}
    describing = sorted({NAME, SUMS, *filter(is_about, addresses)})
    out, instead = api_versions.standing(manifest)
    return {
        "manifest": manifest,
        "formats": [(FILES[file.name], file, addresses[file.name]) for file in _in_order(manifest.files)],
        "data": [(file, addresses[file.name]) for file in manifest.files if not is_about(file.name)],
        "about": [_linked(manifest, name) for name in describing if not name.startswith(CODES)],
        "codes": [_linked(manifest, name) for name in describing if name.startswith(CODES)],
        "bytes": sum(file.bytes for file in manifest.files),
        "held_back": out,
        "instead": instead,
    }


def _in_order(files: Iterable[FrozenFile]) -> list[FrozenFile]:
    """The files that are a format of the data, in the order of the data page."""
    order = list(FILES)
    return sorted((file for file in files if file.name in FILES), key=lambda file: order.index(file.name))


def _linked(manifest: Any, name: str) -> tuple[str, str]:
    return name, api_versions.address(manifest.id, name)


def latest_versions(most: int) -> list[dict[str, Any]]:
    """The latest versions for the data page."""
    return [described(one) for one in api_versions.shelf().all()[:most]]
