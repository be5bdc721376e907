"""Submissions over the API: 201 with the private link, once, with the same checks as the form."""

import pytest

from make import draft, table
from popmap.web import api_submissions

ADDRESS = "/api/v1/submissions"


@pytest.fixture(autouse=True)
def no_limit(monkeypatch):
    monkeypatch.setattr(api_submissions.submissions, "count_intake", lambda *_, **__: None)


def send(client, body, key="a key of sixteen"):
    return client.post(ADDRESS, json=body, headers={"Idempotency-Key": key.replace(" ", "-")})


def send_table(client, body, key="the table's own key", query=""):
    headers = {"Idempotency-Key": key.replace(" ", "-"), "Content-Type": "text/csv"}
    return client.post(f"{ADDRESS}/csv{query}", data=body, headers=headers)


def test_a_new_service_gets_a_private_link(client):
    reply = send(client, {"service": draft()})
    assert (reply.status_code, reply.get_json()["created"]) == (201, True)
    assert client.get(reply.get_json()["links"][0]).status_code == 200


def test_the_same_again_is_the_same(client):
    first, second = (send(client, {"service": draft(name="Twice")}, "the same key twice") for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.get_json()["links"] == second.get_json()["links"]


def test_a_guessed_key_leads_to_nobody_elses_link(client):
    first, second = (send(client, {"service": draft(name=name)}, "a well known key") for name in ("One", "Two"))
    assert second.status_code == 201
    assert first.get_json()["links"] != second.get_json()["links"]


@pytest.mark.parametrize(
    ("body", "faults"),
    [
        ({}, {"service": "missing"}),
        ({"kind": "spam"}, {"kind": "unknown_value"}),
        ({"kind": "report", "service_id": "ma-emc-helpline", "problem": "boring"}, {"problem": "unknown_value"}),
        ({"service": {}, "colour": 1}, {"colour": "unknown_name"}),
        ({"service": draft(channels=[{"type": "phone", "value": "*#06#"}])}, {"channels.0.value": "command"}),
        ({"service": draft(), "contact": "me"}, {"contact": "malformed"}),
    ],
)
def test_what_is_wrong_is_a_problem(client, body, faults):
    reply = send(client, body)
    assert (reply.status_code, reply.mimetype) == (422, "application/problem+json")
    assert {one["name"]: one["code"] for one in reply.get_json(force=True)["errors"]} == faults


def test_a_key_is_needed(client):
    assert client.post(ADDRESS, json={"service": draft()}).status_code == 422


def test_a_report_needs_only_a_problem(client):
    body = {"kind": "report", "service_id": "ma-emc-helpline", "problem": "closed"}
    assert send(client, body, "a report's own key").status_code == 201


def test_a_table_is_one_submission_a_row(client):
    reply = send_table(client, table({}, {"id": "ma-second", "name": "Second"}))
    assert (reply.status_code, len(reply.get_json()["links"])) == (201, 2)
    again = send_table(client, table({}, {"id": "ma-second", "name": "Second"}))
    assert (again.status_code, again.get_json()["links"]) == (200, reply.get_json()["links"])


def test_a_dry_run_keeps_nothing(client):
    reply = send_table(client, table({}), "the dry run's own key", "?dry_run=true")
    assert reply.get_json() == {"created": False, "rows": 1}


def test_every_row_that_is_wrong_is_told_with_its_line(client):
    wrong = table({"topics": "tax"}, {"id": "ma-second", "email": "nobody"})
    reply = send_table(client, wrong, "the wrong table's key")
    assert {(one["row"], one["name"]) for one in reply.get_json(force=True)["errors"]} == {(2, "topics"), (3, "email")}


def test_both_looks_at_a_row_are_told_at_once(client):
    wrong = table({"id": "ma-two", "topics": "tax", "phone": "*#06#", "email": "no mailbox"}, {"id": "ma-good"})
    reply = send_table(client, wrong, "a key for both looks")
    told = {(one["row"], one["name"]) for one in reply.get_json(force=True)["errors"]}
    assert told == {(2, "topics"), (2, "phone"), (2, "email")}


def test_what_a_partner_may_not_send_is_refused_in_a_table_too(client):
    reply = send_table(client, table({"phone": "0906 123 4567", "countries": "GB"}), "a costly table's key")
    assert [(one["row"], one["code"]) for one in reply.get_json(force=True)["errors"]] == [(2, "costly")]
