"""Help and countries over the API: the answers of the pages, each channel with its state, refusals as problems."""

from datetime import datetime

import pytest

from popmap import gazetteer
from popmap.web.api_help_schemas import CountryAloneSchema, HelpAnswerSchema

HELP, COUNTRIES = "/api/v1/help", "/api/v1/countries"


def ids(reply):
    return [item["id"] for item in reply.get_json()["items"]]


def faults(reply):
    assert reply.status_code == 422
    assert reply.mimetype == "application/problem+json"
    return {(fault["name"], fault["code"]) for fault in reply.get_json(force=True)["errors"]}


@pytest.mark.parametrize("query", ["at=-6.84,34.02", "country=MA", "at=-6.84,34.02&topic=suicide_self_harm&lang=ar"])
def test_help_is_as_described_with_a_state_for_each_channel(client, query):
    answer = client.get(f"{HELP}?{query}").get_json()
    assert HelpAnswerSchema().validate(answer) == {}
    assert answer["countries"] == ["MA"]
    assert answer["emergency"][0]["numbers"][0]["number"] == "19"
    channels = [channel for item in answer["items"] for channel in item["channels"]]
    assert {channel["state"] for channel in channels} <= {"open", "closed", "unknown"}
    assert all(not channel["until"] for channel in channels if channel["state"] != "open")
    assert all(not channel["opens_at"] for channel in channels if channel["state"] != "closed")
    moments = [channel[name] for channel in channels for name in ("until", "opens_at") if channel[name]]
    assert all(datetime.fromisoformat(moment).utcoffset() is not None for moment in moments)


def test_the_answer_is_that_of_the_page(client):
    page = client.post("/en/", data={"at": "-6.84,34.02", "topic": "bullying"}).text
    query = "at=-6.84,34.02&topic=bullying&audience=child&audience=young_person&audience=carer"
    shown = ids(client.get(f"{HELP}?{query}"))
    assert shown == sorted(shown, key=lambda one: page.index(f'data-service="{one}"'))


def test_a_body_asks_the_same(client):
    asked = {"at": "-6.84,34.02", "topic": ["bullying", "family"], "age": 12, "open_now": True}
    by_body = client.post(HELP, json=asked)
    by_address = client.get(f"{HELP}?at=-6.84,34.02&topic=bullying&topic=family&age=12&open_now=true")
    assert by_body.status_code == by_address.status_code == 200
    assert ids(by_body) == ids(by_address) != []
    assert by_body.headers["Cache-Control"] == by_address.headers["Cache-Control"] == "no-store"
    assert "ETag" not in by_body.headers


def test_computers_never_come_first_for_an_acute_topic(client):
    items = client.get(f"{HELP}?country=US&topic=suicide_self_harm").get_json()["items"]
    assert items[0]["kind"] in {"helpline", "official_service"}
    assert {item["reason"] for item in items if item["kind"] == "ai_driven"} <= {"not_for_emergencies"}


def test_a_border_town_is_told_as_one(client):
    answer = client.get(f"{HELP}?at=-5.35,36.14").get_json()
    assert answer["near_border"]
    assert set(answer["countries"]) == {"GI", "ES"} == {one["country"] for one in answer["emergency"]}


@pytest.mark.parametrize(
    ("query", "fault"),
    [
        ("", ("at", "needs")),
        ("country=MA&country=ES", ("at", "needs")),
        ("country=MA&at=1,1", ("at", "needs")),
        ("at=-6.8412,34.02", ("at", "too_precise")),
        ("at=200,95", ("at", "out_of_range")),
        ("country=ZZ", ("country", "unknown_value")),
        ("country=MA&age=121", ("age", "out_of_range")),
        ("country=MA&age=-1", ("age", "malformed")),
        ("country=MA&mood=sad", ("mood", "unknown_name")),
        ("place=town:999999999999", ("place", "unknown_value")),
    ],
)
def test_what_is_not_understood_is_refused(client, query, fault):
    assert fault in faults(client.get(f"{HELP}?{query}"))


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        (b"", ("body", "malformed")),
        (b"[]", ("body", "malformed")),
        (b'{"at": "-6.84123,34.02"}', ("at", "too_precise")),
        (b'{"at": [-6.84, 34.02]}', ("at", "repeated")),
        (b'{"country": {"code": "MA"}}', ("country", "unknown_value")),
        (b'{"country": "MA", "age": 12.5}', ("age", "malformed")),
        (b'{"country": "MA", "open_now": false}', ("open_now", "unknown_value")),
        (b'{"country": NaN}', ("body", "malformed")),
    ],
)
def test_a_body_that_is_not_understood_is_refused(client, body, fault):
    assert fault in faults(client.post(HELP, data=body, content_type="application/json"))


def test_another_page_may_ask_with_a_body(client):
    reply = client.options(HELP, headers={"Origin": "https://example.org", "Access-Control-Request-Method": "POST"})
    assert reply.headers["Access-Control-Allow-Origin"] == "*"
    assert "POST" in reply.headers["Access-Control-Allow-Methods"]
    assert "Content-Type" in reply.headers["Access-Control-Allow-Headers"]


def test_every_country_is_listed_in_the_readers_words(client):
    items = client.get(f"{COUNTRIES}?lang=fr").get_json()["items"]
    assert {item["country"] for item in items} == set(gazetteer.COUNTRIES)
    (morocco,) = [item for item in items if item["country"] == "MA"]
    assert morocco["name"] == "Maroc"
    assert morocco["kinds"]["helpline"] >= 1
    (guinea,) = [item for item in items if item["country"] == "GQ"]
    assert guinea["numbers"] == []


def test_a_country_is_as_described(client):
    found = client.get(f"{COUNTRIES}/EE").get_json()
    assert CountryAloneSchema().validate(found) == {}
    assert {one["status"] for one in found["harmonised"] if one["number"].replace(" ", "") == "116111"} == {"active"}
    assert all(one["confidence"] in {"high", "medium"} for one in found["numbers"])
    assert client.get(found["services"]).get_json()["total"] > 0
    assert client.get(f"{COUNTRIES}/MA").get_json()["facts"]


@pytest.mark.parametrize("iso2", ["ZZ", "ma", "MAR"])
def test_no_such_country(client, iso2):
    reply = client.get(f"{COUNTRIES}/{iso2}")
    assert reply.status_code == 404
    assert reply.mimetype == "application/problem+json"
