"""What others depend on: the description of the API as a snapshot, its routes, and GeoJSON to the letter."""

import json
import os
from pathlib import Path

import pytest
from openapi_spec_validator import validate

SNAPSHOT = Path(__file__).with_name("openapi.json")


@pytest.fixture
def spec(client):
    return json.loads(client.get("/api/v1/openapi.json").data)


def test_the_description_is_valid_openapi_3_1(spec):
    assert spec["openapi"].startswith("3.1")
    validate(spec)


def test_the_description_is_the_one_that_was_reviewed(spec):
    """Set POPMAP_WRITE_SNAPSHOTS=1 to accept a change; the diff of the file is what reviewers read."""
    text = json.dumps(spec, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    if os.environ.get("POPMAP_WRITE_SNAPSHOTS"):
        SNAPSHOT.write_text(text)
    assert SNAPSHOT.read_text() == text


def test_every_route_of_the_api_is_described(app, spec):
    routes = {
        rule.rule.replace("<", "{").replace(">", "}")
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith(("api.", "api_help.", "api_duplicates.")) and rule.endpoint != "api.openapi"
    }
    assert routes <= set(spec["paths"])


def test_every_operation_says_how_it_is_refused(spec):
    for path, operations in spec["paths"].items():
        for operation in operations.values():
            if isinstance(operation, dict) and operation.get("parameters"):
                assert "default" in operation["responses"] or "422" in operation["responses"], path
    problem = spec["components"]["responses"]["UNPROCESSABLE_ENTITY"]["content"]
    assert list(problem) == ["application/problem+json"]


@pytest.mark.parametrize(
    "query", ["bbox=-180,-85,180,85&zoom=2", "bbox=170,-50,-170,0&zoom=5", "bbox=2,48,3,49&zoom=14"]
)
def test_the_map_speaks_geojson(client, query):
    reply = client.get(f"/api/v1/map?{query}")
    view = reply.get_json(force=True)
    assert reply.mimetype == "application/geo+json"
    assert view["type"] == "FeatureCollection"
    assert {"everywhere", "revision"} <= set(view)
    for feature in view["features"]:
        assert set(feature) == {"type", "geometry", "properties"}
        assert feature["type"] == "Feature"
        lon, lat = feature["geometry"]["coordinates"]
        assert feature["geometry"]["type"] == "Point"
        assert -180 <= lon <= 180
        assert -90 <= lat <= 90


def test_coverage_speaks_geojson(client):
    found = client.get("/api/v1/services/fr-119-allo-enfance-en-danger").get_json()["coverage"]["geojson"]
    assert found["type"] == "FeatureCollection"
    for feature in found["features"]:
        for polygon in feature["geometry"]["coordinates"]:
            for ring in polygon:
                assert len(ring) >= 4
                assert ring[0] == ring[-1]
