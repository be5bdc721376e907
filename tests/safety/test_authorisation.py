"""T20: every address with every role, as popmap/web/access.toml says; what is not in that file stays shut."""

import pytest
from sqlalchemy import text

from make import make_moderator, sign_in
from popmap import accounts
from popmap.web import access

GUESSES = ["1", "999999", "00000000-0000-4000-8000-000000000000", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "fr-119"]
"""What somebody would try in an address that is not theirs."""

NOBODY, DISABLED = "nobody", "disabled"
ROLES = [NOBODY, DISABLED, "moderator", "lead"]


@pytest.fixture(scope="module")
def clients(app, seeded):
    """A signed-in client of each role, with the token of its forms."""
    with seeded.transaction() as session:
        people = {role: make_moderator(session, f"{role}@example.org", role) for role in ("moderator", "lead")}
        people[DISABLED] = make_moderator(session, f"{DISABLED}@example.org", "lead")
    found = {NOBODY: (app.test_client(), "")}
    for role, person in people.items():
        client = app.test_client()
        found[role] = client, sign_in(seeded, client, person)
    with seeded.transaction() as session:
        accounts.disable(session, f"{DISABLED}@example.org")
    yield found
    with seeded.transaction() as session:
        session.execute(text("DELETE FROM moderator"))


def routes(app):
    """Endpoint, method, and every address made of guesses."""
    for rule in app.url_map.iter_rules():
        for method in sorted(rule.methods - {"HEAD", "OPTIONS"}):
            for guess in GUESSES if rule.arguments - {"lang"} else GUESSES[:1]:
                values = {name: "en" if name == "lang" else guess for name in rule.arguments}
                yield rule.endpoint, method, address(app, rule, values)


def address(app, rule, values):
    """The rule's address with these values; None where one of them does not fit."""
    try:
        return app.url_map.bind("localhost").build(rule.endpoint, values)
    except ValueError:
        return None


def admitted(reply):
    """Whether the lock let this request through to the view (which may well know nothing of the thing asked for)."""
    led_away = reply.status_code == 303 and "/moderate/sign-in?then=" in reply.headers.get("Location", "")
    return not (led_away or reply.status_code in {401, 403})


def may(role, rule):
    return not rule.needs_sign_in or role in {rule.who, "lead"}


def test_every_route_is_in_the_matrix_with_its_methods(app):
    """Missing here? Add a line for your view to popmap/web/access.toml."""
    there = {}
    for rule in app.url_map.iter_rules():
        there.setdefault(rule.endpoint, set()).update(rule.methods - {"HEAD", "OPTIONS"})
    stated = {endpoint: set(rule.methods) for endpoint, rule in access.MATRIX.items()}
    assert stated == there


@pytest.mark.parametrize("role", ROLES)
def test_each_role_gets_as_far_as_the_matrix_says(app, clients, role):
    client, token = clients[role]
    wrong = []
    for endpoint, method, path in routes(app):
        if path is None or endpoint == "sign_in.leave":
            continue
        rule = access.MATRIX[endpoint]
        reply = client.open(path, method=method, data={"csrf": token} if method != "GET" else None)
        reply.close()
        if admitted(reply) != may(role, rule) or reply.status_code >= 500:
            wrong.append((method, path, reply.status_code))
    assert wrong == []


def test_a_private_link_that_was_guessed_opens_nothing(app, client):
    found = [
        (method, path, reply.status_code)
        for endpoint, method, path in routes(app)
        if access.MATRIX[endpoint].who == access.LINK and path is not None
        for reply in [client.open(path, method=method)]
        if reply.status_code not in {404, 422, 403, 400}
    ]
    assert found == []


def test_the_matrix_takes_only_words_it_knows(tmp_path):
    file = tmp_path / "access.toml"
    for line in ('page = "GET everyone"', 'page = "anyone"', 'page = "get anyone"', "page = 1"):
        file.write_text(f"[door]\n{line}\n")
        with pytest.raises(ValueError, match=r"door|page"):
            access.read(file)


@pytest.mark.mutant
def test_mutant_a_route_without_a_line_stays_shut(client, monkeypatch):
    monkeypatch.setattr(access, "MATRIX", {})
    assert client.get("/en/about").status_code == 403


@pytest.mark.mutant
def test_mutant_a_door_left_open_is_noticed(app, clients, monkeypatch):
    open_doors = {name: access.Rule(access.ANYONE, rule.methods) for name, rule in access.MATRIX.items()}
    stated = dict(access.MATRIX)
    monkeypatch.setattr(access, "rule_of", open_doors.get)
    client, _ = clients[NOBODY]
    let_in = [
        path
        for endpoint, method, path in routes(app)
        if path and method == "GET" and stated[endpoint].needs_sign_in and admitted(client.get(path))
    ]
    assert let_in or not [rule for rule in stated.values() if rule.needs_sign_in and "GET" in rule.methods]
