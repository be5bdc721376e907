"""T21: a moderator's session cannot be planted, outlived or guessed at, and strangers cannot keep moderators out."""

import statistics
import time

import pytest
from sqlalchemy import text

from make import PASSWORD, SECRET_KEY, code_now, form_token, make_moderator, sign_in
from popmap import accounts
from popmap.web import origins, signed_in
from popmap.web import sign_in as door

EMAIL = "amal@example.org"


@pytest.fixture
def moderators(seeded):
    """One moderator in the database that the app looks at; gone afterwards."""
    with seeded.transaction() as session:
        session.execute(text("DELETE FROM attempt"))  # those of other tests of this process
        person = make_moderator(session, EMAIL)
    yield person
    with seeded.transaction() as session:
        session.execute(text("DELETE FROM moderator"))
        session.execute(text("DELETE FROM attempt"))


def enter(client, seeded, **given):
    with seeded.transaction() as session:
        session.execute(text("UPDATE moderator SET last_step = 0"))
        code = code_now(session, EMAIL)
    form = {"email": EMAIL, "password": PASSWORD, "code": code} | given
    return client.post("/moderate/sign-in", data=form)


def may_sign_out(client):
    """Whether this client's session is alive: the bar offers the way out to those who are signed in."""
    return form_token(client) != ""


def test_signing_in_makes_a_new_session(client, seeded, moderators):
    client.set_cookie(signed_in.LOCAL_NAME, "planted-by-somebody-else", path="/moderate")
    reply = enter(client, seeded)
    cookie = client.get_cookie(signed_in.LOCAL_NAME, path="/moderate")
    assert reply.status_code == 303
    assert cookie.value != "planted-by-somebody-else"
    assert len(cookie.value) >= 22, "128 bits"
    assert (cookie.http_only, cookie.path, cookie.expires) == (True, "/moderate", None)
    assert "SameSite=Strict" in reply.headers.getlist("Set-Cookie")[0]
    assert may_sign_out(client)


def test_the_cookie_is_bound_to_the_host_over_https(app, seeded, moderators):
    client = app.test_client()
    with seeded.transaction() as session:
        form = {"email": EMAIL, "password": PASSWORD, "code": code_now(session, EMAIL, later=1)}
    reply = client.post("/moderate/sign-in", data=form, base_url="https://localhost/")
    for cookie in reply.headers.getlist("Set-Cookie"):
        assert cookie.startswith("__Host-")
        assert all(word in cookie for word in ("; Secure", "; HttpOnly", "; Path=/;", "; SameSite=Strict"))
        assert "Domain=" not in cookie


def test_without_https_only_this_machine_is_let_in(app):
    stranger = app.test_client()
    assert stranger.post("/moderate/sign-in", base_url="http://popmap.example/").status_code == 403
    assert "https" in stranger.get("/moderate/sign-in", base_url="http://popmap.example/").text


def test_the_cookie_is_of_no_meaning_elsewhere(client, seeded, moderators):
    enter(client, seeded)
    client.set_cookie(signed_in.LOCAL_NAME, client.get_cookie(signed_in.LOCAL_NAME, path="/moderate").value, path="/")
    for path in ("/en/", "/en/about", "/api/v1/vocabulary"):
        reply = client.get(path)
        assert "Set-Cookie" not in reply.headers
        assert EMAIL not in reply.text


def test_an_old_id_is_dead_after_signing_out(client, seeded, moderators):
    token = sign_in(seeded, client, moderators)
    old = client.get_cookie(signed_in.LOCAL_NAME, path="/moderate").value
    assert client.post("/moderate/sign-out", data={"csrf": token}).status_code == 303
    client.set_cookie(signed_in.LOCAL_NAME, old, path="/moderate")
    assert not may_sign_out(client)


def test_a_disabled_moderators_session_is_dead(client, seeded, moderators):
    enter(client, seeded)
    assert may_sign_out(client)
    with seeded.transaction() as session:
        accounts.disable(session, EMAIL)
    assert not may_sign_out(client)


def test_the_eleventh_try_in_five_minutes_has_to_wait(client, seeded, moderators):
    statuses = [enter(client, seeded, password="wrong").status_code for _ in range(11)]
    assert statuses == [422] * 10 + [429]
    reply = enter(client, seeded)
    assert reply.status_code == 429, "the right password has to wait as well"
    assert reply.headers["Retry-After"] == "300"


def test_an_account_is_guarded_against_tries_from_many_networks(app, seeded, moderators):
    statuses = []
    for number in range(11):
        client = app.test_client()
        client.environ_base = {"REMOTE_ADDR": f"198.51.{number}.7"}
        statuses.append(enter(client, seeded, password="wrong").status_code)
    assert statuses == [422] * 10 + [429]


def test_strangers_tries_do_not_keep_out_who_was_here_before(app, client, seeded, moderators):
    assert enter(client, seeded).status_code == 303
    stranger = app.test_client()
    assert [enter(stranger, seeded, password="wrong").status_code for _ in range(12)][-1] == 429
    assert enter(client, seeded).status_code == 303
    assert [enter(client, seeded, password="wrong").status_code for _ in range(11)][-1] == 429


def test_a_forged_device_is_a_stranger(client, seeded, moderators):
    client.set_cookie("popmap-device-here", "WyJhbWFsQGV4YW1wbGUub3JnIiwiMCJd.forged", path="/moderate")
    assert [enter(client, seeded, password="wrong").status_code for _ in range(11)][-1] == 429


def test_networks_are_told_apart_no_finer_than_needed(app):
    def network(address):
        with app.test_request_context("/moderate/sign-in", environ_base={"REMOTE_ADDR": address}):
            return origins.network()

    assert network("192.0.2.7") == network("192.0.2.250") == "192.0.2.0/24"
    assert network("2001:db8:1:2::3") == network("2001:db8:1:ffff::3") == "2001:db8:1::/48"
    assert network("") == "unknown"


def test_neither_address_nor_name_is_kept_with_a_try(client, seeded, moderators):
    enter(client, seeded, password="wrong")
    with seeded.transaction() as session:
        kept = session.scalars(text("SELECT attempt::text FROM attempt")).all()
    assert len(kept) == 2
    assert not any(word in row for row in kept for word in ("127.0.0", EMAIL, EMAIL.encode().hex()))


def slowness(seeded, emails, tries=100):
    """Median seconds of a refused try for each address, tried in turn so that the machine's moods hit all alike."""
    taken = {email: [] for email in emails}
    with seeded.transaction() as session:
        for _ in range(tries):
            for email in emails:
                began = time.perf_counter()
                found = accounts.check(session, email, "wrong wrong wrong", code="000000", secret_key=SECRET_KEY)
                taken[email].append(time.perf_counter() - began)
                assert found is None
    return {email: statistics.median(times) for email, times in taken.items()}


@pytest.mark.long
def test_an_unknown_address_takes_as_long_as_a_known_one(seeded, moderators):
    taken = slowness(seeded, [EMAIL, "nobody@example.org"])
    assert abs(taken[EMAIL] - taken["nobody@example.org"]) < 0.1 * taken[EMAIL], taken


@pytest.mark.mutant
def test_mutant_an_unknown_address_that_is_not_hashed_is_noticed(seeded, moderators, monkeypatch):
    monkeypatch.setattr(accounts, "_nobodys_hash", lambda: "no hash at all")
    taken = slowness(seeded, [EMAIL, "nobody@example.org"], tries=8)
    assert taken["nobody@example.org"] < 0.5 * taken[EMAIL]


@pytest.mark.mutant
def test_mutant_without_limits_the_eleventh_try_goes_through(client, seeded, moderators, monkeypatch):
    monkeypatch.setattr(door, "MOST_TRIES", 1000)
    with pytest.raises(AssertionError):
        test_the_eleventh_try_in_five_minutes_has_to_wait(client, seeded, moderators)


@pytest.mark.mutant
def test_mutant_a_kept_id_is_noticed(client, seeded, moderators, monkeypatch):
    monkeypatch.setattr(signed_in, "begin", lambda *_: None)
    with pytest.raises(AssertionError):
        test_signing_in_makes_a_new_session(client, seeded, moderators)


@pytest.mark.parametrize(
    "then", ["https://evil.example/", "//evil.example", "/en/", "/moderate/../en/", "/moderate/\\x", ""]
)
def test_signing_in_leads_to_our_own_pages_only(client, seeded, moderators, then):
    assert enter(client, seeded, then=then).headers["Location"] == "/moderate/"


def test_signing_in_leads_to_the_page_that_was_asked_for(client, seeded, moderators):
    assert enter(client, seeded, then="/moderate/submissions/7").headers["Location"] == "/moderate/submissions/7"
