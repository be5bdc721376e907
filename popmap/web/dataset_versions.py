"""The page of the data set's versions: to fetch, check, cite and compare. What they are: ``dataset_versions``."""

from typing import Any, Final

from flask import Blueprint, render_template, request

from popmap.dataset_versions import ABOUT
from popmap.web import api_versions

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
    """What the templates show of a version: data files apart from those that describe it."""
    files = [(file, api_versions.address(manifest.id, file.name)) for file in manifest.files]
    out, instead = api_versions.standing(manifest)
    return {
        "manifest": manifest,
        "data": [(file, url) for file, url in files if file.name not in ABOUT],
        "about": [(name, api_versions.address(manifest.id, name)) for name in sorted(ABOUT)],
        "bytes": sum(file.bytes for file in manifest.files),
        "held_back": out,
        "instead": instead,
    }


def latest_versions(most: int) -> list[dict[str, Any]]:
    """The latest versions for the data page."""
    return [described(one) for one in api_versions.shelf().all()[:most]]
