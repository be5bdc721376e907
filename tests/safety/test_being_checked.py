"""Rule 13: what somebody reports is marked wherever a visitor may press its number, also while the database is away."""

import re
import time

import pytest

from popmap import saving, submissions
from popmap.db import Database
from popmap.errors import UnreachableError
from popmap.kill_list import KillList
from popmap.saved import SavedFile

REPORTED = "gb-childline"
WORDS = "We are checking it."
PAGES = (f"/en/services/{REPORTED}", "/en/countries/GB", "/en/countries/GB/kept")


def report(client):
    """The private address of a report that the number is wrong."""
    reply = client.post(
        f"/en/services/{REPORTED}/report",
        data={"problem": "wrong_number"},
        environ_base={"REMOTE_ADDR": "198.51.100.13"},
    )
    assert reply.status_code == 303
    return reply.location


@pytest.fixture
def reported(client):
    """The service, while somebody says that its number is wrong."""
    letter = report(client)
    yield REPORTED
    client.post(f"{letter}/withdraw")


@pytest.fixture(autouse=True)
def no_limit(monkeypatch):
    """How many one network may send is tried elsewhere."""
    monkeypatch.setattr(submissions, "count_intake", lambda *_, **__: None)
    monkeypatch.setattr(submissions, "weigh", lambda *_: None)


@pytest.fixture(scope="module")
def keeper(seeded, settings):
    """What keeps the copy of the application's data folder; afterwards there is none."""
    opened = Database(seeded.owner_url, seeded.owner_url, withdrawn=KillList(settings.data / "withdrawn.jsonl"))
    file = SavedFile(settings.data / "saved.jsonl")
    made = saving.Keeper(opened, file)
    yield made
    made.stop()
    opened.dispose()
    for path in (file.path, file.reported_path):
        path.unlink(missing_ok=True)


@pytest.fixture
def kept(keeper, settings):
    """Wait until the copy says of these services, and no others, that they are being checked.

    A real server on the same data may be the one that writes it, about once a second.
    """
    file = SavedFile(settings.data / "saved.jsonl")

    def wait(*ids):
        for _ in range(200):
            keeper.look()
            if file.path.exists() and set(submissions.being_checked(file.look(()), [REPORTED, "gb-shout"])) == set(ids):
                return
            time.sleep(0.1)
        pytest.fail(f"the copy does not say that {ids or 'nothing'} is being checked")

    return wait


def marked(page):
    """The services that a page marks."""
    entries = re.split(r'(?=<li [^>]*data-service="|<header class="head">)', page)[1:]
    return {re.match(r'<li [^>]*data-service="([^"]+)"|<', entry)[1] for entry in entries if WORDS in entry}


def test_wherever_its_number_can_be_pressed_it_is_marked(client, reported):
    assert marked(client.post("/en/", data={"country": "GB"}).text) == {reported}
    assert marked(client.get("/en/countries/GB").text) == {reported}
    assert marked(client.get("/en/countries/GB/kept").text) == {reported}
    assert WORDS in client.get(f"/en/services/{reported}").text


def test_the_list_of_the_explorer_marks_it_a_second_later(client, reported, kept):
    kept(reported)
    assert marked(client.get("/en/explore?country=GB&q=childline").text) == {reported}


def test_it_is_the_last_to_be_named_beside_others(client, reported):
    answer = client.post("/en/", data={"country": "GB"}).text
    beside = re.findall(r'<ul class="or-ways">(.*?)</ul>', answer, re.DOTALL)
    assert beside
    assert not any("Childline" in ways for ways in beside)


@pytest.mark.parametrize("path", PAGES)
def test_the_mark_outlives_the_database(client, reported, kept, monkeypatch, path):
    kept(reported)
    monkeypatch.setattr(Database, "reading", away)
    page = client.get(path)
    assert page.status_code == 200
    assert "Information saved at" in page.text or path.endswith("kept")
    assert WORDS in page.text


def away(*_):
    raise UnreachableError("away")


def test_once_somebody_has_looked_the_mark_goes(client, kept):
    letter = report(client)
    kept(REPORTED)
    client.post(f"{letter}/withdraw")
    kept()


def test_half_a_file_costs_nobody_the_numbers(keeper, settings):
    keeper.look()
    file = SavedFile(settings.data / "saved.jsonl")
    file.reported_path.write_bytes(b'{"gb-childline": "20')
    assert submissions.being_checked(file.look(()), [REPORTED]) == {}
    assert file.look(()).services


@pytest.mark.mutant
def test_mutant_a_keeper_that_forgets_reports_is_found(client, keeper, monkeypatch, request):
    keeper.look()
    request.getfixturevalue("reported")
    monkeypatch.setattr(saving.Keeper, "_keep_reported", lambda _: None)
    keeper.look()
    monkeypatch.setattr(Database, "reading", away)
    assert WORDS not in client.get(PAGES[0]).text
