"""Versions of the data set: whole, never written again, the same bytes each time, and held back once they must be."""

import hashlib
import os
from datetime import date

import orjson
import pytest
from frictionless import validate

from make import make_channel, make_service
from popmap import versions, withdrawals
from popmap.dataset_versions import Shelf, freeze, keep_up, reissue
from popmap.errors import ConflictError, NotFoundError
from popmap.exports import WRITERS

DAY, LATER = date(2026, 11, 22), date(2026, 12, 1)
SITE = "https://help.example"


@pytest.fixture
def shelf(tmp_path):
    return Shelf(tmp_path)


def frozen(session, shelf, day=DAY):
    return freeze(session, shelf.folder, day=day, address=SITE)


def sums(shelf, version_id):
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in (shelf.folder / version_id).iterdir()}


def test_a_version_has_every_format_with_its_checksum(session, shelf):
    services = sorted(make_service(session).id for _ in range(3))
    made = frozen(session, shelf)
    found = sums(shelf, "2026-11-22")
    assert {writer.file_name for writer in WRITERS.values()} < set(found)
    assert all(found[file.name] == file.sha256 for file in made.files)
    for line in (shelf.folder / made.id / "SHA256SUMS").read_text().splitlines():
        checksum, name = line.split("  ")
        assert found[name] == checksum
    assert made.services == 3
    assert sorted(shelf.index(made.id).records) == services


def test_a_version_has_its_dictionary_and_code_lists_beside_its_data(session, shelf):
    for _ in range(3):
        make_service(session, at=(-7.58, 33.57), channels=[make_channel("phone", "116 111")])
    made = frozen(session, shelf)
    report = validate(str(shelf.folder / made.id / "datapackage.json"))
    assert report.flatten(["path", "rowNumber", "fieldName", "message"]) == []
    assert {"services.csv", "channels.csv", "coverage.csv", "codes-topic.csv"} <= {task.place for task in report.tasks}


def test_a_year_later_the_bytes_are_the_same(session, shelf, tmp_path):
    for _ in range(2):
        make_service(session, at=(-7.58, 33.57))
    frozen(session, shelf)
    again = Shelf(tmp_path / "again")
    frozen(session, again)
    assert sums(again, DAY.isoformat()) == sums(shelf, DAY.isoformat())


def test_a_version_is_never_written_again(session, shelf):
    frozen(session, shelf)
    before = sums(shelf, "2026-11-22")
    make_service(session)
    with pytest.raises(ConflictError):
        frozen(session, shelf)
    assert sums(shelf, "2026-11-22") == before
    assert all(not path.stat().st_mode & 0o222 for path in (shelf.folder / "2026-11-22").iterdir())


def test_what_breaks_half_way_leaves_nothing(session, shelf, monkeypatch):
    make_service(session)
    monkeypatch.setattr("popmap.dataset_versions.freezing._described", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        frozen(session, shelf)
    assert list(shelf.folder.iterdir()) == []


def test_what_a_killed_process_left_is_swept_away(session, shelf):
    (shelf.folder / ".2026-10-01.999999999.draft").mkdir(parents=True)
    frozen(session, shelf)
    assert [path.name for path in shelf.folder.iterdir()] == ["2026-11-22"]


@pytest.mark.parametrize("version_id", ["2026-11-23", "..", "2026-11-22/..", "", "2026-11-22.0", "x" * 200])
def test_a_version_that_never_was_is_not_found(session, shelf, version_id):
    frozen(session, shelf)
    with pytest.raises(NotFoundError):
        shelf.get(version_id)


@pytest.mark.parametrize("name", ["../../secret-key", "services.exe", "", ".", "SHA256SUMS/x"])
def test_a_file_that_is_not_in_it_is_not_found(session, shelf, name):
    frozen(session, shelf)
    with pytest.raises(NotFoundError):
        shelf.path("2026-11-22", name)


def test_versions_are_compared_by_record(session, shelf):
    kept, changed, gone = (make_service(session) for _ in range(3))
    frozen(session, shelf)
    added = make_service(session)
    changed.summary = "Other words"
    session.flush()
    versions.refresh(session, [changed.key])
    withdrawals.withdraw(session, gone.id, by_role="lead", reason="closed")
    frozen(session, shelf, LATER)
    found = shelf.compare(DAY.isoformat(), LATER.isoformat())
    assert (found.added, found.changed, found.removed) == ((added.id,), (changed.id,), (gone.id,))
    assert kept.id not in found.changed


def test_data_with_a_withdrawn_service_is_held_back_and_made_again_without_it(session, shelf):
    good, bad = make_service(session), make_service(session)
    first = frozen(session, shelf)
    assert shelf.held_back(first.id, withdrawn=["xx-other"]) == []
    assert shelf.held_back(first.id, withdrawn=[bad.id]) == [bad.id]
    before = sums(shelf, first.id)
    made = reissue(shelf.folder, first, without=[bad.id], address=SITE)
    assert (made.id, made.made_from, made.without, made.services) == ("2026-11-22.1", first.id, (bad.id,), 1)
    assert list(shelf.index(made.id).records) == [good.id]
    assert shelf.held_back(made.id, withdrawn=[bad.id]) == []
    assert sums(shelf, first.id) == before
    data = [path for path in (shelf.folder / made.id).iterdir() if path.name != "manifest.json"]
    assert [path.name for path in data if bad.id.encode() in path.read_bytes()] == []


def test_a_place_that_is_withheld_today_is_held_back_in_old_versions(session, shelf):
    shelter = make_service(session, at=(-7.58, 33.57))
    line = make_service(session)
    first = frozen(session, shelf)
    shelter.location, shelter.location_precision = None, "none"
    session.flush()
    versions.refresh(session, [shelter.key])
    made = keep_up(session, shelf, withdrawn=[], today=DAY, address=SITE)
    assert [(one.id, one.without) for one in made] == [(f"{first.id}.1", (shelter.id,))]
    assert list(shelf.index(f"{first.id}.1").records) == [line.id]


def test_a_second_withdrawal_leaves_both_out(session, shelf):
    services = [make_service(session) for _ in range(3)]
    frozen(session, shelf)
    for gone in (services[:1], services[:2]):
        keep_up(session, shelf, withdrawn=[one.id for one in gone], today=DAY, address=SITE)
    assert [one.id for one in shelf.all()] == ["2026-11-22.2", "2026-11-22.1", "2026-11-22"]
    assert list(shelf.index("2026-11-22.2").records) == [services[2].id]
    assert keep_up(session, shelf, withdrawn=[one.id for one in services[:2]], today=DAY, address=SITE) == []


def test_each_month_has_its_version(session, shelf):
    make_service(session)
    days = [DAY, DAY.replace(day=29), LATER]
    made = [keep_up(session, shelf, withdrawn=[], today=day, address=SITE) for day in days]
    assert [[one.id for one in some] for some in made] == [["2026-11-22"], [], ["2026-12-01"]]


def test_the_citation_names_the_version_and_invents_no_identifier(session, shelf):
    made = frozen(session, shelf)
    folder = shelf.folder / made.id
    assert "https://help.example/en/data/versions/2026-11-22" in made.citation
    assert "Version 2026-11-22" in made.citation
    metadata = orjson.loads((folder / "datacite.json").read_bytes())
    assert "identifiers" not in metadata
    assert "doi" not in metadata
    assert metadata["types"]["resourceTypeGeneral"] == "Dataset"
    assert 'version: "2026-11-22"' in (folder / "CITATION.cff").read_text()


@pytest.mark.mutant
def test_mutant_a_writer_that_holds_the_clock_is_found(session, shelf, tmp_path, monkeypatch):
    make_service(session, channels=[make_channel()])
    frozen(session, shelf)
    monkeypatch.setattr("popmap.dataset_versions.freezing._write_index", stamped)
    with pytest.raises(AssertionError):
        assert_same(session, shelf, Shelf(tmp_path / "again"))


def assert_same(session, shelf, again):
    frozen(session, again)
    assert sums(again, DAY.isoformat()) == sums(shelf, DAY.isoformat())


def stamped(draft):
    (draft / "records.csv").write_text(f"id,sha256,has_place\r\n{os.urandom(8).hex()},,no\r\n")
    return 1
