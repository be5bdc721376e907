"""``/ogc/``: the catalogue as OGC API - Features (Parts 1 to 3), read by QGIS and GDAL as a layer.

Which services and in which order is the catalogue's answer; the texts of its records go out as they are stored. What
describes the API is in ``ogc_documents``, what a parameter may say in ``inputs``, tiles in ``tiles``. Parameters that
are not known are refused with 422, as everywhere here.
"""

from collections.abc import Callable
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

import orjson
from flask import Blueprint, Response, render_template, request
from werkzeug.datastructures import MultiDict

from popmap import catalogue, geo, inputs
from popmap.catalogue import Features, Selection
from popmap.errors import NotFoundError
from popmap.exports import geojson
from popmap.inputs import CRS84, EPSG_4326, FeaturesQuery
from popmap.web import api, ogc_documents, replies
from popmap.web.ogc_documents import COLLECTION, HTML, PREFIX, Link
from popmap.web.replies import GEOJSON, JSON

blueprint = Blueprint("ogc", __name__, url_prefix=PREFIX)
blueprint.after_request(api.open_to_all)

ITEMS: Final = f"{COLLECTION}/items"
_FORMAT: Final = inputs.FormatSchema()
_ITEM: Final = inputs.ItemSchema()
_QUERY: Final = inputs.FeaturesSchema()
_EVERYWHERE: Final = ('"coverage":{"worldwide" : true', '"coverage":{"worldwide":true')
"""How a record's text says that it is for the whole world: in a value every quotation mark has a backslash."""
_GEOMETRY, _PROPERTIES = ',"geometry":', ',"properties":'


@blueprint.after_request
def depends_on_accept(reply: Response) -> Response:
    """Who prefers pages gets pages."""
    reply.vary.add("Accept")
    return reply


@blueprint.get("/")
def landing() -> Response:
    """Where everything begins."""
    return _described("landing", ogc_documents.landing)


@blueprint.get("/conformance")
def conformance() -> Response:
    """Which parts of the standards hold."""
    return _described("conformance", ogc_documents.conformance)


@blueprint.get("/collections")
def collections() -> Response:
    """The collections: one."""
    return _described("collections", ogc_documents.collections)


@blueprint.get("/collections/services")
def collection() -> Response:
    """What the collection is."""
    return _described("collection", ogc_documents.collection)


@blueprint.get("/collections/services/queryables")
def queryables() -> Response:
    """What a filter may name."""
    return _described("queryables", ogc_documents.queryables, ogc_documents.SCHEMA)


@blueprint.get("/collections/services/tiles")
def tilesets() -> Response:
    """The sets of tiles: one."""
    return _described("tiles", ogc_documents.tilesets)


@blueprint.get("/collections/services/tiles/WebMercatorQuad")
def tileset() -> Response:
    """What the tiles are."""
    return _described("tiles", ogc_documents.tileset)


@blueprint.get("/api")
def openapi() -> Response:
    """The description in OpenAPI 3.0."""
    inputs.read(_FORMAT, request.args)
    return replies.keep("api", lambda _: orjson.dumps(ogc_documents.openapi()), mimetype=ogc_documents.OPENAPI)


@blueprint.get("/collections/services/items")
def items() -> Response:
    """The services, page by page."""
    query = asked()
    asks = query.selection.criteria
    if wants_html():
        page = replies.made(lambda session: _found(session, query))
        links = _links(page, html=True)
        return _in_reference(
            Response(render_template("ogc/items.html", page=page, links=links, records=_records(page))), query.crs
        )
    reply = replies.keep(
        (query, _given()),
        lambda session: collected(query, _found(session, query)),
        mimetype=GEOJSON,
        minutely=asks.open_now,
        private=asks.at is not None,
    )
    return _in_reference(reply, query.crs)


@blueprint.get("/collections/services/items/<id>")
def item(id: str) -> Response:  # noqa: A002 - the public name of the thing
    """One service."""
    crs: str = inputs.read(_ITEM, request.args)["crs"]
    path = f"{ITEMS}/{id}"
    html = wants_html()
    links = [
        *ogc_documents.same(path, GEOJSON, html=html),
        ogc_documents.link("collection", COLLECTION, JSON, "the collection"),
        ogc_documents.link("related", f"/en/services/{id}", HTML, "its page"),
    ]

    def make(session: Any) -> bytes:
        found = catalogue.features(session, Selection(ids=(id,)), limit=1).rows
        if not found:
            raise NotFoundError(f"No public service has the id {id[:100]!r}.")
        text = feature(found[0][1], crs)
        return f'{text[:-1]},"links":{orjson.dumps(links).decode()}}}'.encode()

    if html:
        found = replies.made(make)
        return Response(render_template("ogc/item.html", feature=orjson.loads(found), links=links))
    return _in_reference(replies.keep((id, crs), make, mimetype=GEOJSON), crs)


# ── the answer ──────────────────────────────────────────────────────────────────────────────────────────────────────


def asked() -> FeaturesQuery:
    """Return what this request asks for; ``InputError`` for what is not understood."""
    query: FeaturesQuery = inputs.read(_QUERY, MultiDict(_pairs()))
    return query


def feature(record: str, crs: str = CRS84) -> str:
    """Return one GeoJSON feature as text, as every export has it, with its coordinates in this reference.

    What is for the whole world stands at no point: a box would not find it there.
    """
    text = geojson.feature(record)
    everywhere = any(mark in record for mark in _EVERYWHERE)
    if crs == CRS84 and not everywhere:
        return text
    head, opening, rest = text.partition(_GEOMETRY)
    seat, closing, properties = rest.partition(_PROPERTIES)
    return f"{head}{opening}{'null' if everywhere else _moved(seat, crs)}{closing}{properties}"


def collected(query: FeaturesQuery, page: Features) -> bytes:
    """Return a page as a GeoJSON FeatureCollection."""
    head: dict[str, Any] = {"type": "FeatureCollection", "numberReturned": len(page.rows)}
    if page.total is not None:
        head["numberMatched"] = page.total
    head["links"] = _links(page, html=False)
    features = ",".join([feature(record, query.crs) for _, record in page.rows])
    return f'{orjson.dumps(head).decode()[:-1]},"features":[{features}]}}'.encode()


def wants_html() -> bool:
    """Whether the reader gets a page: asked for by name, else by what his program prefers."""
    named = request.args.get("f")
    if named:
        return named == "html"
    return request.accept_mimetypes.best_match((GEOJSON, JSON, HTML), default=GEOJSON) == HTML


def _found(session: Any, query: FeaturesQuery) -> Features:
    return catalogue.features(session, query.selection, limit=query.limit, cursor=query.cursor, offset=query.offset)


def _records(page: Features) -> list[dict[str, Any]]:
    return [orjson.loads(record) for _, record in page.rows]


def _moved(seat: str, crs: str) -> str:
    """Return a seat in another reference; null where that has no such place: Web Mercator beside the poles."""
    if seat == "null":
        return seat
    lon, lat = orjson.loads(seat)["coordinates"]
    at: geo.Position | None = (lat, lon)
    if crs != EPSG_4326:
        metres = geo.to_mercator(lon, lat)
        at = metres and (round(metres[0], 2), round(metres[1], 2))
    return "null" if at is None else orjson.dumps({"type": "Point", "coordinates": at}).decode()


def _links(page: Features, *, html: bool) -> list[Link]:
    """Return the links of a page; the next one carries every parameter of this one."""
    here = [(name, value) for name, value in _pairs() if name != "f"]
    links = ogc_documents.same(_address(here), GEOJSON, html=html)
    links.append(ogc_documents.link("collection", COLLECTION, JSON, "the collection"))
    if page.next_cursor:
        kept = [(name, value) for name, value in here if name not in {"cursor", "offset"}]
        following = _address([*kept, ("cursor", page.next_cursor), ("f", "html" if html else "json")])
        links.append(ogc_documents.link("next", following, HTML if html else GEOJSON, "the next page"))
    return links


def _address(pairs: list[tuple[str, str]]) -> str:
    return f"{ITEMS}?{urlencode(pairs, safe=',:/')}" if pairs else ITEMS


def _pairs() -> list[tuple[str, str]]:
    return parse_qsl(request.query_string.decode(), keep_blank_values=True, errors="replace")


def _given() -> str:
    """The parameters as they came: the links of an answer repeat them."""
    return request.query_string.decode()


def _in_reference(reply: Response, crs: str) -> Response:
    reply.headers["Content-Crs"] = f"<{crs}>"
    return reply


def _described(name: str, document: Callable[..., dict[str, Any]], mimetype: str = JSON) -> Response:
    """Return one of the describing documents, as a page for people."""
    inputs.read(_FORMAT, request.args)
    if wants_html():
        return Response(render_template("ogc/document.html", name=name, document=document(html=True)))
    return replies.keep(name, lambda _: orjson.dumps(document()), mimetype=mimetype)
