"""Vector tiles: what stands in them, read back by GDAL, and held against the catalogue."""

import json

import pytest

import gdal
from make import make_service
from popmap import tiles
from popmap.catalogue import Criteria
from popmap.clusters import viewport
from popmap.geo import BBox


@pytest.fixture
def read(tmp_path):
    """The features of a tile as GDAL reads them."""

    def features(tile: bytes, z: int, x: int, y: int):
        if not tile:
            return []
        file = tmp_path / f"{y}.mvt"
        file.write_bytes(tile)
        options = ["-oo", f"X={x}", "-oo", f"Y={y}", "-oo", f"Z={z}", "-oo", "CLIP=NO"]
        said = gdal.run("ogr2ogr", "-f", "GeoJSON", "/vsistdout/", file, "-t_srs", "EPSG:4326", *options)
        return json.loads(said)["features"]

    return features


def test_the_world_holds_every_mark_once(reading, read):
    world = tiles.tile(reading, 0, 0, 0, Criteria())
    found = read(world, 0, 0, 0)
    marks = viewport(reading, BBox(-180, -85, 180, 85), 0, Criteria())["features"]
    assert sum(one["properties"]["count"] for one in found) == sum(one["properties"].get("count", 1) for one in marks)
    assert len(found) <= 64
    assert len(world) < 8_000


def test_a_mark_stands_where_the_service_is(session, read):
    make_service(session, id="xx-rabat", name="Rabat line", at=(-6.8416, 34.0209), visitable=True)
    for zoom in (4, 10, 14, 18):
        side = 2**zoom
        x, y = int((-6.8416 + 180) / 360 * side), int(0.3993984 * side)
        found = [
            one
            for row in range(max(0, y - 1), y + 2)
            for one in read(tiles.tile(session, zoom, x, row, Criteria()), zoom, x, row)
        ]
        (one,) = found
        assert one["properties"]["id"] == "xx-rabat"
        assert one["properties"]["visitable"]
        assert one["geometry"]["coordinates"] == pytest.approx([-6.8416, 34.0209], abs=360 / side / 4096 + 1e-6)


def test_criteria_narrow_a_tile(reading, read):
    def count(criteria):
        return sum(one["properties"]["count"] for one in read(tiles.tile(reading, 1, 1, 0, criteria), 1, 1, 0))

    everything, helplines = count(Criteria()), count(Criteria(kind=("helpline",)))
    assert 0 < count(Criteria(kind=("helpline",), topic=("bullying",))) < helplines < everything
    assert count(Criteria(topic=("bullying",), kind=("helpline",))) == count(
        Criteria(kind=("helpline",), topic=("bullying",), age=None)
    )


def test_too_many_marks_are_clusters(session, read, monkeypatch):
    monkeypatch.setattr(tiles, "MOST_MARKS", 3)
    for number in range(4):
        make_service(session, at=(2.35 + number / 1e7, 48.85))
    x, y = 16597, 11274
    found = read(tiles.tile(session, 15, x, y, Criteria()), 15, x, y)
    assert [(one["properties"]["count"], one["properties"]["helpline"]) for one in found] == [(4, 4)]


def test_an_empty_tile_is_empty(reading):
    assert tiles.tile(reading, 8, 0, 255, Criteria()) == b""
