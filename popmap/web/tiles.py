"""Vector tiles of the catalogue, so that other maps can draw all of it: by the usual address, and by that of OGC.

What is in a tile is the business of ``popmap.tiles``; an address that is no tile's is 404.
"""

from typing import Any, Final

from flask import Blueprint, Response, request

from popmap import inputs, tiles
from popmap.catalogue import Criteria
from popmap.errors import NotFoundError
from popmap.web import api, ogc_documents, replies

blueprint = Blueprint("tiles", __name__)
blueprint.after_request(api.open_to_all)

_CRITERIA: Final = inputs.TileSchema()


@blueprint.get("/tiles/<int:z>/<int:x>/<int:y>.mvt")
def xyz(z: int, x: int, y: int) -> Response:
    """A tile as most maps ask for it: zoom, column, row."""
    return _tile(z, x, y)


@blueprint.get("/ogc/collections/services/tiles/WebMercatorQuad/<int:tileMatrix>/<int:tileRow>/<int:tileCol>")
def ogc(tileMatrix: int, tileRow: int, tileCol: int) -> Response:  # noqa: N803 - the standard's own names
    """The same as OGC API - Tiles asks for it: zoom, row, column."""
    return _tile(tileMatrix, tileCol, tileRow)


def _tile(zoom: int, column: int, row: int) -> Response:
    criteria: Criteria = inputs.read(_CRITERIA, request.args)
    if zoom > tiles.CLOSEST_ZOOM or max(column, row) >= 2**zoom:
        raise NotFoundError("There is no such tile.")

    def make(session: Any) -> bytes:
        return tiles.tile(session, zoom, column, row, criteria)

    return replies.keep(
        ("tile", zoom, column, row, criteria),
        make,
        mimetype=ogc_documents.MVT,
        minutely=criteria.open_now,
        private=criteria.at is not None,
    )
