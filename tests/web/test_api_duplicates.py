"""``POST /api/v1/likely-duplicates``: what it takes, what it gives, and that it keeps nothing."""

import json

import pytest
from sqlalchemy import text

ADDRESS = "/api/v1/likely-duplicates"


def ask(client, body):
    return client.post(ADDRESS, data=body if isinstance(body, bytes | str) else json.dumps(body))


def test_a_service_is_recognised(client):
    known = {"name": "Childlne", "country": "GB", "channels": [{"type": "phone", "value": "08001111"}]}
    reply = ask(client, known | {"website": "childline.org.uk"})
    best = reply.get_json()["items"][0]
    assert reply.status_code == 200
    assert best["id"] == "gb-childline"
    assert best["name"] == "Childline"
    assert best["matches"] == ["phone", "web", "name"]
    assert 0.9 < best["score"] <= 1


def test_nothing_said_finds_nothing(client):
    assert ask(client, {}).get_json() == {"items": []}


def test_nobody_keeps_the_answer_and_anyone_may_ask(client):
    reply = ask(client, {"name": "Childline"})
    assert reply.headers["Cache-Control"] == "no-store"
    assert reply.headers["Access-Control-Allow-Origin"] == "*"
    assert "ETag" not in reply.headers


@pytest.mark.parametrize(
    ("body", "name", "code"),
    [
        ({"nmae": "x"}, "nmae", "unknown_name"),
        ({"country": "ma"}, "country", "unknown_value"),
        ({"name": 5}, "name", "malformed"),
        ({"name": "x" * 201}, "name", "too_long"),
        ({"name": "a\u202eb"}, "name", "bad_characters"),
        ({"channels": [{"type": "pigeon", "value": "1"}]}, "channels.0.type", "unknown_value"),
        ({"channels": [{"type": "phone"}]}, "channels.0.value", "missing"),
        ({"channels": [{"type": "phone", "value": "1"}] * 21}, "channels", "too_many"),
        ("[]", "body", "malformed"),
        ("{", "body", "malformed"),
        ('{"channels": ' + "[" * 40 + "]" * 40 + "}", "body", "too_deep"),
        (b'{"name": "\xff"}', "body", "malformed"),
    ],
)
def test_what_is_not_understood_is_refused_by_name(client, body, name, code):
    reply = ask(client, body)
    (fault, *_) = reply.get_json()["errors"]
    assert reply.status_code == 422
    assert reply.mimetype == "application/problem+json"
    assert (fault["name"], fault["code"]) == (name, code)


@pytest.mark.parametrize(
    "value", ["'", "%", "_", "\\", "::", ":name", "{}", "\U0001f600", "+", "//", "@", "http://[", "a" * 2000]
)
def test_odd_values_are_answered(client, value):
    channels = [{"type": kind, "value": value} for kind in ("phone", "email", "webchat", "other_messenger")]
    known = {"name": value[:200], "organization": value[:200], "website": value, "channels": channels}
    for country in ({}, {"country": "FR"}):
        assert ask(client, known | country).status_code == 200


def test_nothing_asked_is_stored(client, seeded):
    ask(client, {"name": "canary-12345", "country": "FR"})
    with seeded.transaction() as session:
        assert session.scalar(text("SELECT count(*) FROM match_key WHERE value LIKE '%canary%'")) == 0


def test_reading_it_is_no_way_in(client):
    assert client.get(ADDRESS).status_code == 405
