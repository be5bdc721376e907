"""Vector tiles over HTTP: both addresses, refusals, replies that are confirmed."""

import pytest

TILE = "/tiles/3/4/3.mvt"
OGC = "/ogc/collections/services/tiles/WebMercatorQuad"


def test_both_addresses_give_the_same_tile(client):
    usual, ogc = client.get(TILE), client.get(f"{OGC}/3/3/4")
    assert usual.status_code == ogc.status_code == 200
    assert usual.data == ogc.data != b""
    assert usual.mimetype == "application/vnd.mapbox-vector-tile"
    assert usual.headers["Access-Control-Allow-Origin"] == "*"


def test_a_tile_is_confirmed(client):
    first = client.get(TILE)
    assert client.get(TILE, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    assert client.get("/tiles/3/4/3.mvt?kind=helpline").headers["ETag"] != first.headers["ETag"]


@pytest.mark.parametrize("path", ["/tiles/23/0/0.mvt", "/tiles/3/8/0.mvt", "/tiles/3/0/8.mvt", f"{OGC}/1/2/0"])
def test_what_is_no_tile_is_not_there(client, path):
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("path", ["/tiles/3/-1/0.mvt", "/tiles/a/0/0.mvt", "/tiles/99999999999999999999/0/0.mvt"])
def test_what_is_no_number_is_not_there(client, path):
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("query", ["colour=red", "kind=hotline", "bbox=0,0,1,1", "sort=name"])
def test_criteria_are_the_same_here(client, query):
    reply = client.get(f"{TILE}?{query}")
    assert (reply.status_code, reply.mimetype) == (422, "application/problem+json")
