"""The documents that describe the OGC API: what it holds to, its one collection, what a filter may name, its OpenAPI.

Addresses are absolute, made of the settings and never of what a request says. Items themselves are made by ``ogc``.
"""

from collections.abc import Mapping
from typing import Any, Final

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin

from popmap.catalogue import MAX_FEATURES, QUERYABLES
from popmap.inputs import CRS84, REFERENCES, FeaturesSchema, TileSchema
from popmap.web import pages
from popmap.web.api import LICENCE
from popmap.web.replies import GEOJSON, JSON

PREFIX: Final = "/ogc"
COLLECTION: Final = f"{PREFIX}/collections/services"
TITLE: Final = "PoP Map"
ABOUT: Final = (
    "Services that protect children and young people: helplines, official, youth-led and AI-driven services, each with "
    "the area it serves. The geometry is the seat (a point), null where none is known and where a service is for the "
    "whole world. A box also finds a service of one country without a seat, where that country's name stands."
)
HTML: Final = "text/html"
OPENAPI: Final = "application/vnd.oai.openapi+json;version=3.0"
SCHEMA: Final = "application/schema+json"
MVT: Final = "application/vnd.mapbox-vector-tile"
WEB_MERCATOR: Final = "http://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad"
_OGC: Final = "http://www.opengis.net/def/rel/ogc/1.0"
_FEATURES: Final = "http://www.opengis.net/spec/ogcapi-features"

CONFORMS_TO: Final = (
    "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/core",
    f"{_FEATURES}-1/1.0/conf/core",
    f"{_FEATURES}-1/1.0/conf/geojson",
    f"{_FEATURES}-1/1.0/conf/html",
    f"{_FEATURES}-1/1.0/conf/oas30",
    f"{_FEATURES}-2/1.0/conf/crs",
    f"{_FEATURES}-3/1.0/conf/queryables",
    f"{_FEATURES}-3/1.0/conf/filter",
    f"{_FEATURES}-3/1.0/conf/features-filter",
    "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/mvt",
)
"""Only what holds. CQL2's own classes are not here: of its text form the comparisons, IN, BETWEEN, LIKE, IS NULL and
BBOX are offered, with AND, OR and NOT of these, but no nested NOT and no functions but CASEI.
"""

Link = dict[str, str]


def link(rel: str, path: str, kind: str, title: str = "") -> Link:
    """Return one link; ``path`` is ours."""
    made = {"rel": rel, "href": pages.absolute(path), "type": kind}
    return {**made, "title": title} if title else made


def with_format(path: str, kind: str) -> str:
    """Return the address that gives this format whatever the reader's program would rather have."""
    return f"{path}{'&' if '?' in path else '?'}f={kind}"


def same(path: str, kind: str, *, html: bool) -> list[Link]:
    """Return the links of an answer to itself and to its other format."""
    forms = [("alternate" if html else "self", "json", kind), ("self" if html else "alternate", "html", HTML)]
    return [link(rel, with_format(path, form), media) for rel, form, media in forms]


def landing(*, html: bool = False) -> dict[str, Any]:
    """Return where everything begins."""
    return {
        "title": TITLE,
        "description": ABOUT,
        "links": [
            *same(f"{PREFIX}/", JSON, html=html),
            link("service-desc", f"{PREFIX}/api", OPENAPI, "this API (OpenAPI 3.0)"),
            link("service-doc", "/api/docs", HTML, "for people"),
            link("conformance", f"{PREFIX}/conformance", JSON, "which parts of the standards hold"),
            link("data", f"{PREFIX}/collections", JSON, "the collections"),
            link(f"{_OGC}/conformance", f"{PREFIX}/conformance", JSON, "which parts of the standards hold"),
            link(f"{_OGC}/data", f"{PREFIX}/collections", JSON, "the collections"),
        ],
    }


def conformance(*, html: bool = False) -> dict[str, Any]:  # noqa: ARG001 - as all documents
    """Return the classes of the standards that hold."""
    return {"conformsTo": list(CONFORMS_TO)}


def collections(*, html: bool = False) -> dict[str, Any]:
    """Return the one collection there is."""
    return {
        "links": [*same(f"{PREFIX}/collections", JSON, html=html)],
        "collections": [collection(html=html)],
        "crs": list(REFERENCES),
    }


def collection(*, html: bool = False) -> dict[str, Any]:
    """Return the description of the services."""
    return {
        "id": "services",
        "title": "Services",
        "description": ABOUT,
        "itemType": "feature",
        "extent": {
            "spatial": {"bbox": [[-180, -90, 180, 90]], "crs": CRS84},
            "temporal": {
                "interval": [["2026-01-01T00:00:00Z", None]],
                "trs": "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian",
            },
        },
        "crs": list(REFERENCES),
        "storageCrs": CRS84,
        "links": [
            *same(COLLECTION, JSON, html=html),
            link("items", f"{COLLECTION}/items", GEOJSON, "the services"),
            link("items", with_format(f"{COLLECTION}/items", "html"), HTML, "the services"),
            link(f"{_OGC}/queryables", f"{COLLECTION}/queryables", SCHEMA, "what a filter may name"),
            link(f"{_OGC}/tilesets-vector", f"{COLLECTION}/tiles", JSON, "the same as vector tiles"),
            link("describedby", "/api/v1/openapi.json", JSON, "every field of a service (Service)"),
            {"rel": "license", "href": LICENCE, "type": HTML, "title": "CC BY 4.0"},
        ],
    }


def queryables(*, html: bool = False) -> dict[str, Any]:  # noqa: ARG001 - as all documents
    """Return what ``filter`` may name, as JSON Schema."""
    found: dict[str, Any] = {
        name: {**_TYPES[one.type], "description": one.words, **({"enum": list(one.codes)} if one.codes else {})}
        for name, one in QUERYABLES.items()
    }
    found["geometry"] = {
        "format": "geometry-point",
        "description": "where its mark stands; only in BBOX(geometry, west, south, east, north)",
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": pages.absolute(f"{COLLECTION}/queryables"),
        "type": "object",
        "title": "Services",
        "description": "Of several values (topic, channel, audience, language, country) one that fits is enough.",
        "properties": found,
        "additionalProperties": False,
    }


_TYPES: Final[Mapping[str, Mapping[str, str]]] = {
    "text": {"type": "string"},
    "texts": {"type": "string"},
    "number": {"type": "number"},
    "boolean": {"type": "boolean"},
    "day": {"type": "string", "format": "date"},
    "moment": {"type": "string", "format": "date-time"},
}


def tilesets(*, html: bool = False) -> dict[str, Any]:
    """Return the one set of tiles there is."""
    return {
        "links": [*same(f"{COLLECTION}/tiles", JSON, html=html)],
        "tilesets": [tileset(html=html)],
    }


def tileset(*, html: bool = False) -> dict[str, Any]:
    """Return the description of the tiles of Web Mercator."""
    address = f"{COLLECTION}/tiles/WebMercatorQuad"
    template: dict[str, Any] = {
        "rel": "item",
        "href": pages.absolute(f"{address}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}"),
        "type": MVT,
        "templated": True,
    }
    return {
        "title": "Services",
        "dataType": "vector",
        "crs": "http://www.opengis.net/def/crs/EPSG/0/3857",
        "tileMatrixSetURI": WEB_MERCATOR,
        "layers": [{"id": "services", "dataType": "vector", "geometryDimension": 0}],
        "links": [
            *same(address, JSON, html=html),
            template,
            {"rel": f"{_OGC}/tiling-scheme", "href": WEB_MERCATOR, "type": JSON},
        ],
    }


# ── OpenAPI ─────────────────────────────────────────────────────────────────────────────────────────────────────────

_BBOX: Final = {
    "name": "bbox",
    "in": "query",
    "required": False,
    "style": "form",
    "explode": False,
    "description": "west,south,east,north (or as bbox-crs has its axes); may cross 180",
    "schema": {
        "type": "array",
        "items": {"type": "number"},
        "oneOf": [{"minItems": 4, "maxItems": 4}, {"minItems": 6, "maxItems": 6}],
    },
}
_LIMIT: Final = {
    "name": "limit",
    "in": "query",
    "required": False,
    "style": "form",
    "explode": False,
    "schema": {"type": "integer", "minimum": 1, "maximum": MAX_FEATURES, "default": 10},
}
_DATETIME: Final = {
    "name": "datetime",
    "in": "query",
    "required": False,
    "style": "form",
    "explode": False,
    "description": "when the record last changed: an instant or interval of RFC 3339, open with ..",
    "schema": {"type": "string"},
}
_OWN: Final = {"bbox": _BBOX, "limit": _LIMIT, "datetime": _DATETIME}


def openapi() -> dict[str, Any]:
    """Return the description of the whole API in OpenAPI 3.0."""
    plugin = MarshmallowPlugin()
    spec = APISpec(
        title=f"{TITLE}: OGC API - Features and Tiles",
        version="1.0.0",
        openapi_version="3.0.3",
        plugins=[plugin],
        info={"description": ABOUT, "license": {"name": "CC BY 4.0 (the data)", "url": LICENCE}},
        servers=[{"url": pages.absolute(PREFIX)}],
    )
    spec.components.response("problem", {"description": "What was wrong (RFC 9457)", "content": _problem()})
    for path, (words, media) in _PATHS.items():
        spec.path(path, operations={"get": _operation(words, media, [_format()])})
    items = [_OWN.get(one["name"], one) for one in _parameters(plugin, FeaturesSchema())]
    spec.path(_ITEMS, operations={"get": _operation("The services, page by page", GEOJSON, items)})
    one = [_path("featureId"), _format(), *(given for given in items if given["name"] == "crs")]
    spec.path(f"{_ITEMS}/{{featureId}}", operations={"get": _operation("One service", GEOJSON, one)})
    tile = [*(_path(name, whole=True) for name in ("tileMatrix", "tileRow", "tileCol"))]
    tile += _parameters(plugin, TileSchema())
    address = "/collections/services/tiles/WebMercatorQuad/{tileMatrix}/{tileRow}/{tileCol}"
    spec.path(address, operations={"get": _operation("A vector tile", MVT, tile)})
    described: dict[str, Any] = spec.to_dict()
    return described


_ITEMS: Final = "/collections/services/items"
_PATHS: Final = {
    "/": ("Where everything begins", JSON),
    "/conformance": ("Which parts of the standards hold", JSON),
    "/collections": ("The collections", JSON),
    "/collections/services": ("The collection of services", JSON),
    "/collections/services/queryables": ("What a filter may name", SCHEMA),
    "/collections/services/tiles": ("The sets of tiles", JSON),
    "/collections/services/tiles/WebMercatorQuad": ("The tiles of Web Mercator", JSON),
}


def _operation(words: str, media: str, parameters: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "summary": words,
        "parameters": parameters,
        "responses": {
            "200": {"description": words, "content": {media: {"schema": {"type": "object"}}}},
            "default": {"$ref": "#/components/responses/problem"},
        },
    }


def _problem() -> dict[str, Any]:
    return {"application/problem+json": {"schema": {"type": "object"}}}


def _format() -> dict[str, Any]:
    return {"name": "f", "in": "query", "required": False, "schema": {"type": "string", "enum": ["json", "html"]}}


def _path(name: str, *, whole: bool = False) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": {"type": "integer" if whole else "string"}}


def _parameters(plugin: MarshmallowPlugin, schema: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = plugin.converter.schema2parameters(schema, location="query")  # type: ignore[union-attr]
    return found
