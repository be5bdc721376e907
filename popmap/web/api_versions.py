"""``/api/v1/versions`` and ``/api/v1/changes``: frozen versions of the data set, their files, and what changed between.

A file that holds a service which was taken down since is not given out (410) though its checksum still stands in the
manifest; the answer names the version to take instead. For that reason nobody may keep data files without asking again:
asking costs nothing, the checksum is the ETag. What describes a version never changes, so it may be kept.
"""

import re
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Final

import orjson
from flask import Response, send_file, url_for
from marshmallow import RAISE, Schema, fields

from popmap import changes
from popmap.dataset_versions import Manifest, Shelf, held_back, is_about
from popmap.errors import GoneError
from popmap.inputs import CURSOR, Pattern, Whole
from popmap.web import api, database, pages, replies, security

blueprint = api.ApiBlueprint(
    "api_versions", __name__, url_prefix=api.PREFIX, description="The data set through time: versions and changes"
)
blueprint.after_request(api.open_to_all)

ASK_AGAIN: Final = "public, no-cache"
KEEP: Final = f"public, max-age={security.YEAR_S}, immutable"
_VERSION: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:\.[1-9][0-9]{0,3})?")


class SinceSchema(Schema):
    """From which revision on."""

    class Meta:
        """An unknown name is refused, never ignored."""

        unknown = RAISE

    since = Whole(0, 2**53, required=True)  # a `revision` as lists give it; 0: from nothing
    cursor = Pattern(CURSOR, words="the cursor of the answer before, with the same revision")


class OlderSchema(Schema):
    """From which version on."""

    class Meta:
        """An unknown name is refused, never ignored."""

        unknown = RAISE

    since = Pattern(_VERSION, required=True, words="the id of another version such as 2026-11-22")


class TombstoneSchema(Schema):
    """A service that was taken down."""

    id = fields.String(required=True)
    at = fields.DateTime(required=True)
    why = fields.String(required=True, metadata={"description": "closed, paused, rejected or merged; empty: not known"})


class ChangesSchema(Schema):
    """What whoever knows the revision ``since`` has to add, fetch anew and drop; ``next`` tells the rest."""

    since = fields.Integer(required=True)
    revision = fields.Integer(required=True, metadata={"description": "the revision that all of it leads to"})
    added = fields.List(fields.String(), required=True)
    changed = fields.List(fields.String(), required=True)
    removed = fields.List(fields.Nested(TombstoneSchema), required=True)
    next = fields.String(
        required=True, allow_none=True, metadata={"description": "where it goes on; null: that is all"}
    )


class FrozenFileSchema(Schema):
    """One file of a version."""

    name = fields.String(required=True)
    media_type = fields.String(required=True)
    bytes = fields.Integer(required=True)
    sha256 = fields.String(required=True)
    url = fields.String(required=True)


class DatasetVersionSchema(Schema):
    """One version: frozen, with the checksum of every file."""

    id = fields.String(required=True)
    day = fields.Date(required=True)
    revision = fields.Integer(required=True)
    services = fields.Integer(required=True)
    citation = fields.String(required=True)
    made_from = fields.String(required=True, metadata={"description": "the version that this one was made again from"})
    without = fields.List(fields.String(), required=True, metadata={"description": "ids left out of that one"})
    held_back = fields.List(
        fields.String(), required=True, metadata={"description": "ids taken down since: while there are any, no data"}
    )
    instead = fields.String(required=True, allow_none=True, metadata={"description": "the version to take instead"})
    files = fields.List(fields.Nested(FrozenFileSchema), required=True)


class DatasetVersionsSchema(Schema):
    """Versions, the latest first."""

    items = fields.List(fields.Nested(DatasetVersionSchema), required=True)


class DifferenceSchema(Schema):
    """What one version has that an older one has not."""

    since = fields.String(required=True)
    version = fields.String(required=True)
    added = fields.List(fields.String(), required=True)
    changed = fields.List(fields.String(), required=True)
    removed = fields.List(fields.String(), required=True)


def shelf() -> Shelf:
    """The versions of this site."""
    return Shelf(pages.settings().data)


@blueprint.get("/changes")
@blueprint.arguments(SinceSchema(), location="query")
@blueprint.response(200, ChangesSchema)
def change_feed(query: dict[str, Any]) -> Response:
    """What was added, changed and taken down after a revision; whoever applies it has the present state."""

    def make(session: Any) -> bytes:
        found = changes.since(session, query["since"], cursor=query.get("cursor"))
        answer = asdict(found)
        until, cursor = answer.pop("until"), answer.pop("next_cursor")
        more = cursor and f"{api.PREFIX}/changes?since={found.since}&cursor={cursor}"
        return orjson.dumps(answer | {"revision": until, "next": more})

    return replies.keep((query["since"], query.get("cursor")), make)


@blueprint.get("/versions")
@blueprint.response(200, DatasetVersionsSchema)
@api.without_arguments
def versions() -> Response:
    """Every version of the data set, the latest first."""
    return _json({"items": [described(one) for one in shelf().all()]})


@blueprint.get("/versions/<version_id>")
@blueprint.response(200, DatasetVersionSchema)
@api.without_arguments
def version(version_id: str) -> Response:
    """One version: its files with their checksums, and how it is cited."""
    return _json(described(shelf().get(version_id)))


@blueprint.get("/versions/<version_id>/changes")
@blueprint.arguments(OlderSchema(), location="query")
@blueprint.response(200, DifferenceSchema)
def difference(query: dict[str, Any], version_id: str) -> Response:
    """What this version has that an older one has not, by id."""
    found = asdict(shelf().compare(query["since"], version_id))
    return _json({"since": query["since"], "version": version_id, **found})


@blueprint.get("/versions/<version_id>/<filename>")
@blueprint.response(200, {"type": "string", "format": "binary"}, content_type="application/octet-stream")
@api.without_arguments
def file(version_id: str, filename: str) -> Response:
    """One file of a version, as it was frozen; 410 where it holds a service that was taken down since."""
    path, manifest = shelf().path(version_id, filename), shelf().get(version_id)
    describes = is_about(filename)
    if not describes:
        _refuse_held_back(manifest)
    known = manifest.file(filename)
    reply = send_file(
        path,
        mimetype=known.media_type if known else "text/plain; charset=utf-8",
        as_attachment=not describes,
        download_name=f"popmap-{version_id}-{filename}",
        conditional=True,
        etag=known.sha256 if known else True,
    )
    reply.headers["Cache-Control"] = KEEP if describes else ASK_AGAIN
    return reply


def described(manifest: Manifest) -> dict[str, Any]:
    """A version with the addresses of its files, and whether its data is given out."""
    out, instead = standing(manifest)
    files = [{**asdict(one), "url": address(manifest.id, one.name)} for one in manifest.files]
    return {**asdict(manifest), "files": files, "held_back": out, "instead": instead}


def standing(manifest: Manifest) -> tuple[list[str], str | None]:
    """The ids for which a version's data is not given out, and the id of the version to take instead."""
    out = _held_back(manifest.id)
    first = manifest.made_from or manifest.id
    others = (one.id for one in shelf().made_again(first) if one.id != manifest.id) if out else iter(())
    return out, next((one for one in others if not _held_back(one)), None)


def address(version_id: str, filename: str) -> str:
    """The address of one file of a version."""
    return url_for("api_versions.file", version_id=version_id, filename=filename)


def _held_back(version_id: str) -> list[str]:
    withdrawn = database.withdrawn().ids()
    return database.glance(lambda session: held_back(session, shelf(), version_id, withdrawn=withdrawn))


def _refuse_held_back(manifest: Manifest) -> None:
    out, instead = standing(manifest)
    if out:
        take = f"Take version {instead} instead." if instead else "It will be made again without them."
        raise GoneError(f"Version {manifest.id} holds services that were taken down since ({len(out)}). {take}")


def _json(answer: Mapping[str, Any]) -> Response:
    reply = Response(orjson.dumps(answer), mimetype=replies.JSON)
    reply.headers["Cache-Control"] = ASK_AGAIN
    return reply
