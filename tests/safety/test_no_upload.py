"""T36: text only. No address takes a file; what was rejected is forgotten after thirty days, a contact after a year."""

from datetime import timedelta
from io import BytesIO

import pytest
from sqlalchemy import text

from make import make_moderator, make_submission, sign_in
from popmap import moderation, submissions
from popmap.web import access, security


@pytest.fixture(scope="module")
def lead(app, seeded):
    with seeded.transaction() as session:
        person = make_moderator(session, "upload@example.org", "lead")
    client = app.test_client()
    token = sign_in(seeded, client, person)
    yield client, token
    with seeded.transaction() as session:
        session.execute(text("DELETE FROM moderator"))


def addresses(app):
    """Every address that takes something, made of guesses; uploads of whole lists (CSV) have a test of their own."""
    for rule in app.url_map.iter_rules():
        methods = rule.methods - {"GET", "HEAD", "OPTIONS"}
        if methods and "bulk" not in rule.endpoint and "batch" not in rule.endpoint:
            values = {name: "en" if name == "lang" else "1" for name in rule.arguments}
            yield next(iter(methods)), app.url_map.bind("localhost").build(rule.endpoint, values)


def send_picture(client, token, method, path):
    picture = {"csrf": token, "picture": (BytesIO(b"\x89PNG\r\n"), "picture.png")}
    return client.open(path, method=method, data=picture, content_type="multipart/form-data")


def test_no_address_takes_a_file(app, lead):
    found = {path: send_picture(*lead, method, path).status_code for method, path in addresses(app)}
    assert found
    assert {path: status for path, status in found.items() if status != 415} == {}
    assert all(access.MATRIX)


@pytest.mark.mutant
def test_mutant_an_address_that_takes_files_is_noticed(app, lead, monkeypatch):
    monkeypatch.setattr(security, "_refuse_unreadable_form", lambda: None)
    statuses = {send_picture(*lead, method, path).status_code for method, path in addresses(app)}
    assert statuses != {415}


def kept(session, key):
    asked = text("SELECT body IS NOT NULL, words <> '', contact IS NOT NULL FROM submission WHERE key = :key")
    return tuple(session.execute(asked, {"key": key}).one())


def test_the_text_of_what_was_rejected_goes_after_thirty_days(session):
    by = make_moderator(session)
    one = make_submission(session, words="something horrible", contact="someone@example.org")
    moderation.reject(session, one.key, by=by, words="no service")
    session.flush()
    decided = one.text_delete_on - timedelta(days=30)
    for days, expected in (
        (0, (True, True, True)),
        (29, (True, True, True)),
        (30, (False, False, True)),
        (364, (False, False, True)),
        (366, (False, False, False)),
    ):
        submissions.forget_due(session, decided + timedelta(days=days))
        assert kept(session, one.key) == expected, days
