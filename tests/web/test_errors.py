"""Every error becomes a calm page in the reader's language or a problem answer, and tells nothing of our own code."""

from types import SimpleNamespace

import pytest
from flask import abort

from popmap.errors import Fault, InputError, NotFoundError, UnavailableError
from popmap.vocabulary import LANGUAGES
from popmap.web import errors, signed_in

SECRET = "postgresql://popmap:hunter2@/var/lib/secret.py line 12"


@pytest.fixture
def failing(frame, monkeypatch):
    """A visitor's look at a page whose view raises what is given."""

    def look(error, path="/en/about"):
        def view(**_):
            raise error

        monkeypatch.setitem(frame.view_functions, "pages.about", view)
        return frame.test_client().get(path)

    return look


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (NotFoundError("x"), 404),
        (UnavailableError("x"), 503),
        (InputError([Fault("kind", "unknown_value", "spaceship", ("helpline",))]), 422),
        (RecursionError("x"), 400),
    ],
)
def test_our_errors_have_a_status_and_a_page(failing, error, status):
    reply = failing(error)
    assert reply.status_code == status
    assert "<h1>" in reply.text
    assert 'id="leave"' in reply.text


def test_refused_input_says_which_and_what_is_allowed(failing):
    reply = failing(InputError([Fault("kind", "unknown_value", "space<ship", ("helpline", "youth_led"))]))
    assert "kind" in reply.text
    assert "space&lt;ship" in reply.text
    assert "helpline, youth_led" in reply.text


def test_unavailable_says_when_to_come_back(failing):
    assert failing(UnavailableError("x")).headers["Retry-After"] == "60"


@pytest.mark.parametrize("code", LANGUAGES)
def test_no_such_page_is_said_in_the_readers_language(visitor, code):
    page = visitor.get(f"/{code}/nowhere").text
    assert f'<html lang="{code}"' in page
    assert (code == "en") == ("This page is not here" in page)


def test_without_a_prefix_the_browsers_language_is_used(visitor):
    reply = visitor.get("/nowhere", headers={"Accept-Language": "ar"})
    assert '<html lang="ar" dir="rtl"' in reply.text
    assert "Accept-Language" in reply.headers["Vary"]


def test_a_wrong_method_says_which_are_right(visitor):
    reply = visitor.post("/en/about")
    assert reply.status_code == 405
    assert "GET" in reply.headers["Allow"]


@pytest.mark.parametrize("path", ["/api/v1/nowhere", "/ogc/x", "/static/0/x.js", "/basemap/world.pmtiles"])
def test_programs_get_a_problem(visitor, path):
    reply = visitor.get(path)
    assert reply.mimetype == "application/problem+json"
    assert reply.json["status"] == reply.status_code == 404
    assert reply.json["title"]


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_unexpected_is_a_static_page_that_leaks_nothing(failing, code):
    reply = failing(RuntimeError(SECRET), f"/{code}/about")
    assert reply.status_code == 500
    for leak in (SECRET, "hunter2", "Traceback", "RuntimeError", "popmap/", "werkzeug", "Flask"):
        assert leak not in reply.text
    assert f'<html lang="{code}"' in reply.text
    assert reply.text.index("<b>") < reply.text.index("<h1>")  # the emergency words come first
    assert "nonce-goes-here" not in reply.text


def test_the_unexpected_for_programs_is_a_bare_problem(frame, monkeypatch):
    monkeypatch.setitem(frame.view_functions, "doors.healthz", lambda: 1 / 0)
    reply = frame.test_client().get("/healthz")
    assert reply.status_code == 500
    assert reply.json == {"type": "about:blank", "title": "Internal Server Error", "status": 500}


def test_the_log_of_the_unexpected_holds_no_values(failing, capsys):
    failing(RuntimeError(SECRET))
    told = capsys.readouterr()
    assert "RuntimeError" in told.out + told.err
    assert "hunter2" not in told.out + told.err


@pytest.mark.parametrize("status", [403, 413, 415, 429])
def test_a_refusal_has_words(failing, status):
    def refusing(**_):
        abort(status)

    with pytest.raises(Exception, match=str(status)) as refused:
        refusing()
    reply = failing(refused.value)
    assert reply.status_code == status
    assert errors.WORDS[status][0] in reply.text


def test_what_fails_outside_the_app_still_gets_the_last_page(frame):
    started = []

    def broken(_environ, _start):
        raise OSError(SECRET)

    outermost = errors.OutermostReply(broken, frame.extensions["last_resort"])
    body = b"".join(outermost({}, lambda status, headers: started.append((status, dict(headers)))))
    assert started[0][0].startswith("500")
    assert b"emergency number" in body
    assert b"hunter2" not in body


@pytest.mark.mutant
def test_mutant_an_error_page_that_shows_the_error_is_noticed(failing, monkeypatch, frame):
    monkeypatch.setitem(frame.extensions, "last_resort", dict.fromkeys(LANGUAGES, f"<b></b><h1>{SECRET}"))
    assert "hunter2" in failing(RuntimeError(SECRET)).text


def test_no_view_lets_its_failure_out(frame, monkeypatch):
    """T34: an exception forced in every route, each with an address made up for it."""
    rules = [rule for rule in frame.url_map.iter_rules() if rule.methods and "GET" in rule.methods]
    for rule in rules:

        def broken(**_):
            raise RuntimeError(SECRET)

        monkeypatch.setitem(frame.view_functions, rule.endpoint, broken)
    arguments = {"lang": "en", "release": "0", "filename": "x.js", "iso2": "MA"}
    with frame.test_request_context():
        made = [
            frame.url_map.bind("").build(rule.endpoint, {name: arguments.get(name, "1") for name in rule.arguments})
            for rule in rules
        ]
    monkeypatch.setattr(signed_in, "current", lambda: SimpleNamespace(role="lead"))  # the desk's views too are reached
    client = frame.test_client()
    replies = {path: client.get(path) for path in made}
    assert len(replies) >= 15
    assert {path: reply.status_code for path, reply in replies.items() if reply.status_code != 500} == {}
    assert [path for path, reply in replies.items() if "hunter2" in reply.text or "Traceback" in reply.text] == []
