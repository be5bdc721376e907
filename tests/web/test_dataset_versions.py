"""Versions over HTTP: list, fetch with their checksum, compare; what was taken down is not given out of old ones."""

import hashlib
from datetime import date

import pytest

from popmap.dataset_versions import Shelf, freeze, keep_up
from popmap.web import database

DAY = "2026-10-22"
BAD = "nz-youthline"
SITE = "https://help.example"


@pytest.fixture(scope="module")
def shelf(settings, seeded):
    """One version of the seed in the app's data folder."""
    found = Shelf(settings.data)
    with seeded.reading() as session:
        freeze(session, found.folder, day=date.fromisoformat(DAY), address=SITE)
    return found


@pytest.fixture
def withdrawn(app, shelf):
    """The kill list of the app, with one service on it."""
    with app.app_context():
        listed = database.withdrawn()
    listed.add([BAD])
    yield listed
    listed.remove([BAD])


def test_the_list_gives_every_file_with_its_checksum(client, shelf):
    (one,) = client.get("/api/v1/versions").json["items"]
    assert (one["id"], one["held_back"], one["instead"]) == (DAY, [], None)
    for file in one["files"]:
        reply = client.get(file["url"], buffered=True)
        assert hashlib.sha256(reply.data).hexdigest() == file["sha256"]
        assert reply.headers["ETag"] == f'"{file["sha256"]}"'
        assert reply.mimetype == file["media_type"].partition(";")[0]
        assert (
            client.get(file["url"], headers={"If-None-Match": reply.headers["ETag"]}, buffered=True).status_code == 304
        )


@pytest.mark.parametrize(
    "path", ["2026-10-23", "latest", f"{DAY}/services.exe", f"{DAY}/..%2F..%2Fsecret-key", "%2e%2e"]
)
def test_a_version_or_file_that_never_was_is_not_found(client, shelf, path):
    assert client.get(f"/api/v1/versions/{path}").status_code == 404


def test_pages_say_how_to_cite_and_compare(client, shelf):
    assert "https://help.example/en/data/versions/2026-10-22" in client.get(f"/en/data/versions/{DAY}").text
    assert client.get("/ar/data/versions/1999-01-01").status_code == 404
    assert client.get(f"/en/data/versions?since={DAY}&version={DAY}").status_code == 200
    answer = client.get(f"/api/v1/versions/{DAY}/changes?since={DAY}").json
    assert (answer["added"], answer["changed"], answer["removed"]) == ([], [], [])


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/versions",
        f"/api/v1/versions/{DAY}",
        f"/api/v1/versions/{DAY}/changes?since={DAY}",
        "/en/data/versions",
        f"/ar/data/versions/{DAY}",
        "/en/data",
    ],
)
def test_what_is_said_of_versions_is_confirmed_until_there_is_another(client, shelf, path, monkeypatch):
    monkeypatch.setattr("popmap.web.revisions.time.time", lambda: 1_800_000_000)
    first = client.get(path)
    again = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert (first.status_code, again.status_code, again.data) == (200, 304, b"")
    (shelf.folder / "another").mkdir()  # whatever comes or goes in the folder
    later = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    (shelf.folder / "another").rmdir()
    assert later.status_code == 200


@pytest.mark.parametrize("query", ["", "since=x", "since=99999999", "since=1&until=2"])
def test_a_change_feed_from_nowhere_is_refused(client, query):
    assert client.get(f"/api/v1/changes?{query}").status_code == 422


def test_the_change_feed_from_nothing_names_all_that_is_public(client):
    answer = client.get("/api/v1/changes?since=0").json
    total = client.get("/api/v1/services?limit=1").json
    assert (len(answer["added"]), answer["revision"]) == (total["total"], total["revision"])
    assert answer["next"] is None


def test_data_with_a_withdrawn_service_is_gone_at_once_and_its_checksums_stay(client, shelf, withdrawn):
    reply = client.get(f"/api/v1/versions/{DAY}/services.csv")
    assert reply.status_code == 410
    assert "taken down" in reply.json["detail"]
    assert client.get(f"/api/v1/versions/{DAY}/services.csv", headers={"If-None-Match": "*"}).status_code == 410
    assert client.get(f"/api/v1/versions/{DAY}/SHA256SUMS", buffered=True).status_code == 200
    assert "its data is no longer given out" in client.get("/en/data/versions").text
    assert client.get(f"/api/v1/versions/{DAY}").json["held_back"] == [BAD]


def test_what_was_made_again_is_given_out_instead(client, shelf, seeded, withdrawn):
    with seeded.reading() as session:
        keep_up(session, shelf, withdrawn=withdrawn.ids(), today=date(2026, 10, 30), address=SITE)
    again = f"{DAY}.1"
    assert client.get(f"/api/v1/versions/{DAY}").json["instead"] == again
    reply = client.get(f"/api/v1/versions/{again}/services.csv", buffered=True)
    assert reply.status_code == 200
    assert BAD not in reply.text
    assert again in client.get(f"/en/data/versions/{DAY}").text


@pytest.mark.mutant
def test_mutant_without_the_kill_list_the_old_version_gives_it_out(client, shelf, withdrawn, monkeypatch):
    monkeypatch.setattr("popmap.web.api_versions.held_back", lambda *_, **__: [])
    assert BAD in client.get(f"/api/v1/versions/{DAY}/services.csv", buffered=True).text
