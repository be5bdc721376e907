"""The API over HTTP: answers, refusals as problems, and replies that are kept and confirmed."""

import json
from urllib.parse import parse_qsl, quote

import pytest
from werkzeug.datastructures import MultiDict

from popmap import catalogue, inputs
from popmap.catalogue import Criteria
from popmap.errors import InputError
from popmap.outputs import RecordSchema, ServiceSchema
from popmap.web import api

API = "/api/v1"


def problem(reply, status):
    assert reply.status_code == status
    assert reply.mimetype == "application/problem+json"
    assert reply.headers["Access-Control-Allow-Origin"] == "*"
    found = reply.get_json(force=True)
    assert found["status"] == status
    assert found["title"]
    return found


def test_services_are_given_page_by_page(client):
    first = client.get(f"{API}/services?kind=youth_led&limit=10").get_json()
    second = client.get(first["next"]).get_json()
    assert len(first["items"]) == 10
    assert first["total"] == second["total"] > 10
    assert first["total_is_exact"] is True
    assert not {item["id"] for item in first["items"]} & {item["id"] for item in second["items"]}


def test_the_last_page_has_no_next(client):
    address, seen = f"{API}/services?kind=youth_led&limit=7", 0
    while address:
        page = client.get(address).get_json()
        address, seen = page["next"], seen + len(page["items"])
    assert seen == page["total"]


def test_facets_come_when_asked(client):
    assert "facets" not in client.get(f"{API}/services?limit=1").get_json()
    facets = client.get(f"{API}/services?limit=1&facets=true").get_json()["facets"]
    assert {value["value"] for value in facets["kind"]} == {"helpline", "official_service", "youth_led", "ai_driven"}


def test_stored_text_and_schema_give_the_same_record(client):
    page = client.get(f"{API}/services?limit=100").get_json()
    for item in page["items"]:
        assert not ServiceSchema().validate(item)
        assert set(item) == set(ServiceSchema().fields)


def test_one_record_is_complete(client):
    found = client.get(f"{API}/services/fr-119-allo-enfance-en-danger").get_json()
    assert not RecordSchema().validate(found)
    assert found["coverage"]["geojson"]["features"][0]["geometry"]["type"] == "MultiPolygon"
    assert found["channels"]


def test_a_record_has_its_versions(client):
    found = client.get(f"{API}/services/fr-119-allo-enfance-en-danger/versions").get_json()
    assert [version["number"] for version in found["items"]][-1] == 1
    assert found["items"][0]["by_role"] == "seed"


@pytest.mark.parametrize("path", ["services/nobody", "services/nobody/versions", "nothing", "services/a/b/c"])
def test_what_is_not_there_is_a_problem(client, path):
    problem(client.get(f"{API}/{path}"), 404)


def test_another_method_is_told_which_are_allowed(client):
    reply = client.post(f"{API}/services")
    problem(reply, 405)
    assert "GET" in reply.headers["Allow"]


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("services?kind=hotline", "kind"),
        ("services?colour=red", "colour"),
        ("services?limit=101", "limit"),
        ("services?cursor=abc", "cursor"),
        ("services?place=town:99999999999", "place"),
        ("services?at=2.3522,48.8566", "at"),
        ("map?zoom=3", "bbox"),
        ("map?bbox=0,0,1,1&zoom=23", "zoom"),
        ("map?bbox=0,0,1,1&zoom=3&lang=xx", "lang"),
        ("places", "q"),
        ("places?q=x&limit=21", "limit"),
        ("vocabulary?lang=de", "lang"),
    ],
)
def test_a_refusal_names_the_argument_and_what_is_allowed(client, query, name):
    faults = problem(client.get(f"{API}/{query}"), 422)["errors"]
    assert faults[0]["name"] == name
    assert faults[0]["allowed"]


@pytest.mark.parametrize(
    "query",
    [
        "at=2.35,48.85",
        "kind=helpline&at=-2.35,-48.85&limit=3",
        "at=1,2&sort=distance",
        "at=1,2&q=at%3D1",
        "at=200,48.85",
        "at=2.351,48.85",
        "at=1,2&at=3,4",
        "at=1%2C2",
        "at=1,2&colour=red",
        "bbox=0,0,1,1&zoom=3&at=1,2",
    ],
)
@pytest.mark.parametrize("schema", [inputs.ListSchema(), inputs.MapSchema(), inputs.PlacesSchema()])
def test_a_point_is_read_apart_as_the_whole_would_be(app, schema, query):
    def outcome(read):
        try:
            return read()
        except InputError as error:
            return error.faults

    with app.test_request_context(f"{API}/services?{query}"):
        quickly = outcome(lambda: api.StrictParser().parse(schema))
    assert quickly == outcome(lambda: inputs.read(schema, MultiDict(parse_qsl(query, keep_blank_values=True))))


def test_a_point_is_found_with_one_question_once_its_surroundings_are_known(client, statements):
    client.get(f"{API}/services?at=2.35,48.85")
    statements.clear()
    reply = client.get(f"{API}/services?at=2.34,48.86", headers={"Cache-Control": "no-cache"})
    assert reply.get_json()["total"] > 5
    assert len([one for one in statements if "catalogue_revision" not in one]) == 1


def test_places_are_found_in_any_script(client):
    found = client.get(f"{API}/places?q={quote('القاهرة')}&lang=ru").get_json()["items"]
    assert found[0]["country"] == "EG"
    assert found[0]["name"] == "Каир"
    answer = client.get(f"{API}/services?place={found[0]['id']}").get_json()
    assert answer["total"] > 3


def test_the_code_lists_come_with_words(client):
    lists = client.get(f"{API}/vocabulary?lang=en").get_json()["lists"]
    assert {"code": "helpline", "label": "Helpline"} in lists["kind"]
    assert len(lists["topic"]) == 25
    assert "says_it_is_ai" in {code["code"] for code in lists["ai"]}


def test_an_answer_is_confirmed_by_looking_at_the_revision_only(app, client, statements, monkeypatch):
    monkeypatch.setattr("popmap.web.replies.TRUSTED_FOR_S", 0.0)
    first = client.get(f"{API}/services?kind=youth_led&limit=3")
    statements.clear()
    second = client.get(f"{API}/services?kind=youth_led&limit=3", headers={"If-None-Match": first.headers["ETag"]})
    assert second.status_code == 304
    assert second.data == b""
    assert second.headers["ETag"] == first.headers["ETag"]
    assert statements
    assert all("FROM catalogue_revision" in statement for statement in statements)


def test_a_hot_answer_asks_nothing(client, statements):
    client.get(f"{API}/map?bbox=-180,-85,180,85&zoom=2")
    statements.clear()
    assert client.get(f"{API}/map?bbox=-180,-85,180,85&zoom=2").status_code == 200
    assert len(statements) <= 1


def test_a_page_of_the_list_takes_few_queries(client, statements):
    client.get(f"{API}/services?country=FR&topic=bullying", headers={"Cache-Control": "no-cache"})
    assert len(statements) <= 5


def test_different_questions_have_different_etags(client):
    tags = {
        client.get(f"{API}/{path}").headers["ETag"] for path in ("services?limit=1", "services?limit=2", "vocabulary")
    }
    assert len(tags) == 3


@pytest.mark.parametrize("encoding", ["br", "gzip", "zstd", "identity"])
def test_a_body_is_the_same_in_every_encoding(client, encoding):
    import gzip  # noqa: PLC0415 - only here

    import brotli  # noqa: PLC0415
    import zstandard  # noqa: PLC0415

    plain = client.get(f"{API}/services?limit=20", headers={"Accept-Encoding": "identity"}).data
    reply = client.get(f"{API}/services?limit=20", headers={"Accept-Encoding": encoding})
    unpack = {"br": brotli.decompress, "gzip": gzip.decompress, "zstd": zstandard.decompress, "identity": bytes}[
        encoding
    ]
    assert unpack(reply.data) == plain
    assert reply.headers.get("Content-Encoding", "identity") == encoding
    assert "Accept-Encoding" in reply.headers["Vary"]


def test_any_page_anywhere_may_read(client):
    reply = client.get(f"{API}/services?limit=1", headers={"Origin": "https://elsewhere.example"})
    assert reply.headers["Access-Control-Allow-Origin"] == "*"
    assert reply.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert "Set-Cookie" not in reply.headers


def test_a_host_header_is_never_repeated(client):
    reply = client.get(f"{API}/services?limit=1", headers={"Host": "evil.example", "X-Forwarded-Host": "evil.example"})
    assert b"evil.example" not in reply.data
    assert "evil.example" not in str(reply.headers)


def test_the_map_and_the_list_are_one_answer(client, reading):
    view = client.get(f"{API}/map?bbox=-180,-85,180,85&zoom=1&kind=ai_driven").get_json(force=True)
    marks = sum(feature["properties"].get("count", 1) for feature in view["features"])
    assert marks + view["everywhere"] <= catalogue.search(reading, Criteria(kind=("ai_driven",))).total
    assert marks


def test_the_page_for_people_lists_every_operation(client):
    page = client.get("/api/docs")
    spec = json.loads(client.get(f"{API}/openapi.json").data)
    assert page.status_code == 200
    assert all(path in page.get_data(as_text=True) for path in spec["paths"])
    assert '<script src="http' not in page.get_data(as_text=True)
