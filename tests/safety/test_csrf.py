"""T19: another site's page cannot make a moderator's browser decide anything."""

import pytest
from sqlalchemy import text

from make import make_moderator, sign_in
from popmap.web import access, origins, signed_in

TABLES = ("service", "record_version", "moderator", "moderator_session")


@pytest.fixture(scope="module")
def people(app, seeded):
    """Two signed-in leads: client and token of each."""
    with seeded.transaction() as session:
        made = [make_moderator(session, f"csrf-{number}@example.org", "lead") for number in range(2)]
    found = []
    for person in made:
        client = app.test_client()
        found.append((client, sign_in(seeded, client, person)))
    yield found
    with seeded.transaction() as session:
        session.execute(text("DELETE FROM moderator"))


def unsafe(app, *rules):
    """Every address that changes something and is not everybody's."""
    for rule in app.url_map.iter_rules():
        methods = rule.methods - {"GET", "HEAD", "OPTIONS"}
        stated = access.MATRIX[rule.endpoint]
        if methods and (stated.who in rules or (not rules and stated.who != access.ANYONE)):
            values = {name: "en" if name == "lang" else "1" for name in rule.arguments}
            with app.test_request_context():
                yield from ((method, app.url_map.bind("localhost").build(rule.endpoint, values)) for method in methods)


def state(seeded):
    with seeded.transaction() as session:
        return [
            session.scalar(text(f"SELECT md5(string_agg(t::text, '' ORDER BY t::text)) FROM {t} t")) for t in TABLES
        ]


FROM_ELSEWHERE = {
    "another site": {"Sec-Fetch-Site": "cross-site"},
    "a neighbour's site": {"Sec-Fetch-Site": "same-site"},
    "the address bar": {"Sec-Fetch-Site": "none"},
    "no origin": {"Origin": "null"},
    "another origin": {"Origin": "https://evil.example"},
    "another port": {"Origin": "http://localhost:81"},
    "our name in front": {"Origin": "http://localhost.evil.example"},
}


@pytest.mark.parametrize("headers", FROM_ELSEWHERE.values(), ids=FROM_ELSEWHERE)
def test_what_another_site_sends_is_refused(app, seeded, people, headers):
    client, token = people[0]
    before = state(seeded)
    addresses = list(unsafe(app))
    assert addresses
    for method, path in addresses:
        assert client.open(path, method=method, data={"csrf": token}, headers=headers).status_code == 403, path
    assert state(seeded) == before


FORMS = {
    "no token": {"data": {}},
    "an empty token": {"data": {"csrf": ""}},
    "a token that is no text of ours": {"data": {"csrf": "ü" * 64}},
    "json as text": {"data": b'{"csrf": "x"}', "content_type": "text/plain"},
    "json": {"json": {"csrf": "x"}},
    "the token in the address": {"query_string": {"csrf": "own"}},
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_nothing_is_decided_without_the_sessions_token(app, seeded, people, form):
    client, token = people[0]
    if "query_string" in form:
        form = {"query_string": {"csrf": token}}
    before = state(seeded)
    for method, path in unsafe(app, "moderator", "lead"):
        assert client.open(path, method=method, **form).status_code == 403, path
    assert state(seeded) == before


def test_another_sessions_token_is_none(app, seeded, people):
    (client, own), (_, others) = people
    assert own != others
    before = state(seeded)
    for method, path in unsafe(app, "moderator", "lead"):
        assert client.open(path, method=method, data={"csrf": others}).status_code == 403, path
    assert state(seeded) == before


def test_reading_an_address_that_changes_something_changes_nothing(app, seeded, people):
    client, token = people[0]
    before = state(seeded)
    readable = {
        rule.rule for rule in app.url_map.iter_rules() if "GET" in rule.methods and access.MATRIX[rule.endpoint]
    }
    for _, path in unsafe(app, "moderator", "lead"):
        reply = client.get(path, query_string={"csrf": token})
        assert reply.status_code == 405 or readable, path
    assert state(seeded) == before


@pytest.mark.mutant
def test_mutant_without_asking_where_from_the_other_site_decides(app, people, monkeypatch):
    monkeypatch.setattr(origins, "refuse_other_sites", lambda: None)
    client, token = people[1]
    replies = [
        client.open(path, method=method, data={"csrf": token}, headers={"Sec-Fetch-Site": "cross-site"})
        for method, path in unsafe(app, "moderator", "lead")
        if not path.endswith("sign-out")
    ] or [client.post("/moderate/sign-in", headers={"Sec-Fetch-Site": "cross-site"})]
    assert any(reply.status_code != 403 for reply in replies)


@pytest.mark.mutant
def test_mutant_without_the_token_a_bare_form_decides(app, people, monkeypatch):
    monkeypatch.setattr(signed_in, "refuse_without_token", lambda: None)
    client, _ = people[1]
    replies = [client.open(path, method=method) for method, path in unsafe(app, "moderator", "lead")]
    assert any(reply.status_code != 403 for reply in replies)
