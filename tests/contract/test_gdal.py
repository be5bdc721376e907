"""A real client: GDAL's OAPIF driver reads the whole catalogue from a real server, page after page."""

import json

import gdal
from popmap import catalogue
from popmap.catalogue import Criteria

FRANCE = "-5,41,10,51"


def read(tmp_path, source, *options):
    """The features that ogr2ogr gets, by id."""
    file = tmp_path / "read.geojson"
    gdal.run("ogr2ogr", "-f", "GeoJSON", file, source, "services", *options)
    return {feature["properties"]["id"]: feature for feature in json.loads(file.read_text())["features"]}


def test_gdal_reads_the_whole_catalogue(live_server, reading, tmp_path):
    """As its driver does unless told otherwise: ten at a time."""
    found = read(tmp_path, f"OAPIF:{live_server}/ogc")
    records = {json.loads(text)["id"]: json.loads(text) for text in catalogue.stream(reading, Criteria())}
    assert found.keys() == records.keys()
    for service, record in records.items():
        seat = None if record["coverage"]["worldwide"] else record["location"]
        geometry = found[service]["geometry"]
        assert (geometry and geometry["coordinates"]) == (seat and seat["coordinates"]), service
        assert found[service]["properties"]["name"] == record["name"]


def test_what_gdal_chooses_is_what_the_criterion_chooses(live_server, reading, tmp_path):
    found = read(tmp_path, f"OAPIF:{live_server}/ogc", "-oo", "PAGE_SIZE=200", "-where", "kind = 'ai_driven'")
    asked = Criteria(kind=("ai_driven",))
    assert found.keys() == {json.loads(text)["id"] for text in catalogue.stream(reading, asked)}


def test_a_box_of_gdal_is_a_box_of_the_catalogue(live_server, client, tmp_path):
    found = read(tmp_path, f"OAPIF:{live_server}/ogc", "-oo", "PAGE_SIZE=1000", "-spat", *FRANCE.split(","))
    page = client.get(f"/ogc/collections/services/items?limit=1000&bbox={FRANCE}").get_json(force=True)
    assert found.keys() == {one["id"] for one in page["features"] if one["geometry"]}


def test_ogrinfo_sees_the_layer(live_server):
    said = gdal.run("ogrinfo", "-so", f"OAPIF:{live_server}/ogc", "services")
    assert "Geometry: Point" in said or "Geometry: Unknown" in said
    assert "Feature Count: " in said
    assert "name: String" in said
