"""``/api/v1``: services, the map's marks, places and code lists for programs, described by OpenAPI 3.1.

Arguments are read by ``inputs`` and refused when not understood; answers are the stored JSON texts of the records. How
replies are kept and confirmed is in ``replies``, what an error looks like in ``errors``.
"""

import contextlib
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from functools import lru_cache, wraps
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import parse_qsl

import orjson
from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from flask import Flask, Response, current_app, render_template, request
from flask_smorest import Api, Blueprint
from flask_smorest.utils import prepare_response
from marshmallow import Schema
from webargs.flaskparser import FlaskParser
from werkzeug.datastructures import MultiDict

from popmap import catalogue, clusters, gazetteer, geo, inputs, versions
from popmap.errors import InputError, NotFoundError
from popmap.inputs import ListQuery, MapQuery
from popmap.outputs import RecordSchema
from popmap.web import code_lists, database, replies
from popmap.web.api_schemas import (
    MapAnswerSchema,
    PlacesAnswerSchema,
    ProblemSchema,
    ServicesSchema,
    VersionsSchema,
    VocabularySchema,
    WithdrawnSchema,
)

PREFIX: Final = "/api/v1"
_PLACE_FIELDS: Final = ("id", "kind", "name", "label", "country", "subdivision", "lon", "lat")
_NAMES_A_POINT: Final = b"at="
_POINT: Final = re.compile(rb"(?:^|&)at=([0-9.,-]{3,14})(?=&|$)")
PROBLEM: Final = "application/problem+json"
LICENCE: Final = "https://creativecommons.org/licenses/by/4.0/"
SPEC: Final = {
    "API_TITLE": "PoP Map",
    "API_VERSION": "v1",
    "OPENAPI_VERSION": "3.1.0",
}


class StrictParser(FlaskParser):
    """Reads arguments as everywhere else: unknown names and values raise, with what is allowed."""

    def parse(self, argmap: Schema, *_: Any, **__: Any) -> Any:  # type: ignore[override]
        """Return what the schema makes of the query string; ``InputError`` for anything else."""
        query = request.query_string
        return _read_at_point(argmap, query) if _NAMES_A_POINT in query else _read(argmap, query)


@lru_cache(maxsize=4_000)
def _read(schema: Schema, query: bytes) -> Any:
    """Return the values of a query string; the same text is not read twice."""
    return _fresh(schema, query)


def _read_at_point(schema: Schema, query: bytes) -> Any:
    """Return the values of a query string that says where somebody asks from: that is not kept, not for a moment."""
    rest, found = _POINT.subn(b"", query)
    if found == 1 and _NAMES_A_POINT not in rest and isinstance(schema, inputs.ListSchema | inputs.MapSchema):
        # whatever may be wrong is told by reading the whole
        with contextlib.suppress(InputError, geo.GeoError):
            point = geo.parse_point(_POINT.findall(query)[0].decode())
            others = _read(schema, rest)
            return replace(others, criteria=replace(others.criteria, at=point))
    return _fresh(schema, query)


def _fresh(schema: Schema, query: bytes) -> Any:
    return inputs.read(schema, MultiDict(parse_qsl(query.decode(), keep_blank_values=True, errors="replace")))


def without_arguments(view: Callable[..., Response]) -> Callable[..., Response]:
    """A view that takes none: any that are given are refused with 422, as everywhere."""

    @wraps(view)
    def strict(*args: Any, **values: Any) -> Response:
        if request.query_string:
            inputs.refuse_all(request.args)
        return view(*args, **values)

    return strict


class ApiBlueprint(Blueprint):
    """A blueprint whose arguments are read strictly."""

    ARGUMENTS_PARSER = StrictParser()


class DescribedApi(Api):
    """The description; errors are left to the one table in ``errors`` and described as problems (RFC 9457)."""

    ERROR_SCHEMA = ProblemSchema

    def _register_error_handlers(self) -> None:
        """Register nothing: flask-smorest's own handler would drop headers such as Allow."""

    def _register_responses(self) -> None:
        for status in HTTPStatus:
            self._describe(status.name, status.phrase)
        self._describe("DEFAULT_ERROR", "An error")

    def _describe(self, name: str, words: str) -> None:
        response = {"description": words, "schema": ProblemSchema}
        prepare_response(response, self.spec, PROBLEM)
        self.spec.components.response(name, response, lazy=True)


blueprint = ApiBlueprint("api", __name__, url_prefix=PREFIX, description="Services that help children, and where")
docs = ApiBlueprint("api_docs", __name__, description="For people")


def plug_into(app: Flask, *others: Blueprint) -> None:
    """Give the app its API with ``others`` that belong to it, the description of them all, and the page for people."""
    app.config.update(SPEC)
    replies.plug_into(app)
    described = DescribedApi(app)
    for part in (blueprint, *others):
        described.register_blueprint(part)
    app.register_blueprint(docs)
    app.extensions["popmap_openapi"] = orjson.dumps(described.spec.to_dict())


@blueprint.after_request
def open_to_all(reply: Response) -> Response:
    """Any page anywhere may read."""
    reply.headers["Access-Control-Allow-Origin"] = "*"
    reply.headers["Access-Control-Expose-Headers"] = "ETag"
    reply.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    if request.method == "OPTIONS":
        reply.headers["Access-Control-Allow-Methods"] = "GET, HEAD, OPTIONS"
        reply.headers["Access-Control-Allow-Headers"] = "If-None-Match"
    return reply


@blueprint.get("/services")
@blueprint.arguments(inputs.ListSchema(), location="query")
@blueprint.response(200, ServicesSchema)
def services(query: ListQuery) -> Response:
    """Services that match the criteria, one page at a time."""
    moving = query.criteria.open_now or query.facets
    somewhere = query.criteria.at is not None
    return replies.keep(query, lambda session: _services(session, query), minutely=moving, private=somewhere)


def _services(session: Any, query: ListQuery) -> bytes:
    page = catalogue.search(session, query.criteria, limit=query.limit, cursor=query.cursor)
    answer: dict[str, Any] = {
        "items": [orjson.Fragment(text) for text in page.raw],
        "total": page.total,
        "total_is_exact": page.total_is_exact,
        "next": _next_address(query, page.next_cursor),
        "revision": page.revision,
    }
    if query.facets:
        counts = catalogue.facets(session, query.criteria)
        answer["facets"] = {name: [asdict(value) for value in values] for name, values in counts.items()}
    return orjson.dumps(answer)


def _next_address(query: ListQuery, cursor: str | None) -> str | None:
    if cursor is None:
        return None
    criteria = inputs.criteria_query(query.criteria)
    return f"{PREFIX}/services?{criteria}{'&' if criteria else ''}limit={query.limit}&cursor={cursor}"


@blueprint.get("/services/<id>")
@blueprint.response(200, RecordSchema)
@without_arguments
def service(id: str) -> Response:  # noqa: A002 - the argument's public name
    """One service with its channels, coverage as codes and GeoJSON, checks and sources."""
    return replies.keep(id, lambda session: catalogue.record(session, id))


@blueprint.get("/services/<id>/versions")
@blueprint.response(200, VersionsSchema)
@without_arguments
def service_versions(id: str) -> Response:  # noqa: A002 - the argument's public name
    """Every public version of a service, the newest first: what, when, why, by which role, from which source."""

    def make(session: Any) -> bytes:
        found = versions.history(session, "service", id)
        if not found:
            raise NotFoundError("No public service has this id.")
        return orjson.dumps({"items": [_version(version) for version in found]})

    return replies.keep(id, make)


def _version(version: versions.Version) -> dict[str, Any]:
    return {name: getattr(version, name) for name in ("number", "at", "by_role", "reason", "source", "body")}


@blueprint.get("/withdrawn")
@blueprint.response(200, WithdrawnSchema)
@without_arguments
def withdrawn() -> Response:
    """Services that were public and were taken down, the latest first: whoever keeps a copy should drop them."""
    found = [{"id": one.id, "withdrawn_at": one.at} for one in database.withdrawn().withdrawals()]
    return Response(orjson.dumps({"items": found}), mimetype=replies.JSON)


@blueprint.get("/map")
@blueprint.arguments(inputs.MapSchema(), location="query")
@blueprint.response(200, MapAnswerSchema, content_type=replies.GEOJSON)
def marks(query: MapQuery) -> Response:
    """Clusters and single marks of a viewport, at most 300."""
    # views that touch the same cells get the same answer
    key = (clusters.grid(query.bbox, query.zoom), query.zoom, query.criteria, query.lang)

    def make(session: Any) -> bytes:
        return clusters.viewport_json(session, query.bbox, query.zoom, query.criteria, lang=query.lang)

    somewhere = query.criteria.at is not None
    return replies.keep(key, make, mimetype=replies.GEOJSON, minutely=query.criteria.open_now, private=somewhere)


@blueprint.get("/places")
@blueprint.arguments(inputs.PlacesSchema(), location="query")
@blueprint.response(200, PlacesAnswerSchema)
def places(query: dict[str, Any]) -> Response:
    """Towns, subdivisions and countries by name, in any script, misspellings included."""

    def make(session: Any) -> bytes:
        hits = gazetteer.find(session, query["q"], lang=query["lang"], limit=query["limit"])
        return orjson.dumps({"items": [_place(hit) for hit in hits]})

    return replies.keep(tuple(query.items()), make)


def _place(hit: Any) -> dict[str, Any]:
    box = hit.bbox and [hit.bbox.west, hit.bbox.south, hit.bbox.east, hit.bbox.north]
    return {**{name: getattr(hit, name) for name in _PLACE_FIELDS}, "bbox": box}


@blueprint.get("/vocabulary")
@blueprint.arguments(inputs.LanguageSchema(), location="query")
@blueprint.response(200, VocabularySchema)
def vocabulary(query: dict[str, Any]) -> Response:
    """Every code list with its words in a language, and the criteria with what they take."""
    return replies.keep(query["lang"], lambda _: orjson.dumps(code_lists.in_language(query["lang"])))


@blueprint.get("/openapi.json")
@without_arguments
def openapi() -> Response:
    """Return this description."""
    return Response(current_app.extensions["popmap_openapi"], mimetype=replies.JSON)


def description(title: str, server: str, paths: Mapping[str, tuple[str, Schema | None]]) -> dict[str, Any]:
    """Return an API that is read only in OpenAPI 3.1: path → what it is, and the schema of its parameters."""
    plugin = MarshmallowPlugin()
    info = {"description": title, "license": {"name": "CC BY 4.0 (the data)", "url": LICENCE}}
    spec = APISpec(title, "1.0.0", "3.1.0", plugins=[plugin], info=info, servers=[{"url": server}])
    for path, (words, schema) in paths.items():
        parameters: list[Any] = (
            plugin.converter.schema2parameters(schema, location="query") if schema else []  # type: ignore[union-attr]
        )
        if "{id}" in path:
            parameters.insert(0, {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}})
        answer = {"description": words, "content": {replies.JSON: {"schema": {"type": "object"}}}}
        refusal = {"description": "What was wrong (RFC 9457)", "content": {PROBLEM: {"schema": {"type": "object"}}}}
        operation = {"summary": words, "parameters": parameters, "responses": {"200": answer, "default": refusal}}
        spec.path(path, operations={"get": operation})
    described: dict[str, Any] = spec.to_dict()
    return described


@docs.get("/api/docs")
def page() -> str:
    """Every operation on one page, without scripts."""
    return render_template("api/docs.html", spec=orjson.loads(current_app.extensions["popmap_openapi"]))
