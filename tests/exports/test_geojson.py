"""GeoJSON as RFC 7946 has it: the public location, the whole record, and brackets that close at the end."""

import orjson
import pytest
from sqlalchemy import text

from make import make_service
from popmap.exports import WRITERS
from popmap.exports.geojson import feature

HOSTILE = 'x","location":{"type":"Point","coordinates":[0,0]},"location_precision":"address","y":"'


def record_of(session):
    return session.scalar(text("SELECT document FROM public_service"))


def test_a_feature_is_the_record_with_its_location_as_geometry(session):
    make_service(session, id="xx-here", at=(-7.62, 33.59))
    record = record_of(session)
    made, plain = orjson.loads(feature(record)), orjson.loads(record)
    assert plain.pop("location") == {"type": "Point", "coordinates": [-7.62, 33.59]}
    assert made == {
        "type": "Feature",
        "id": "xx-here",
        "geometry": {"type": "Point", "coordinates": [-7.62, 33.59]},
        "properties": plain,
    }


def test_no_location_is_no_geometry(session):
    make_service(session)
    assert orjson.loads(feature(record_of(session)))["geometry"] is None


@pytest.mark.parametrize("column", ["name", "summary", "organization", "city"])
def test_what_a_text_says_is_never_taken_for_the_location(session, column):
    make_service(session, at=(2.35, 48.85), translations={"location": {"name": HOSTILE}}, **{column: HOSTILE})
    made = orjson.loads(feature(record_of(session)))
    assert made["geometry"]["coordinates"] == [2.35, 48.85]
    assert made["properties"][column] == HOSTILE


def test_a_record_that_others_wrote_becomes_the_same_feature(session):
    make_service(session, at=(2.35, 48.85))
    record = record_of(session)
    other = orjson.dumps(dict(sorted(orjson.loads(record).items()))).decode()
    assert orjson.loads(feature(other)) == orjson.loads(feature(record))


def test_a_collection_closes_only_at_its_end(session):
    make_service(session, at=(2.35, 48.85))
    *pieces, last = WRITERS["geojson"].pieces([record_of(session)] * 401)
    assert len(orjson.loads(b"".join([*pieces, last]))["features"]) == 401
    with pytest.raises(orjson.JSONDecodeError):
        orjson.loads(b"".join(pieces))


def test_no_service_is_an_empty_collection():
    assert orjson.loads(b"".join(WRITERS["geojson"].pieces([]))) == {"type": "FeatureCollection", "features": []}
