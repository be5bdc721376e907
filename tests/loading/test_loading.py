"""Loading a file: whole or not at all, the same twice, undone by no old file, and out again to the same bytes."""

import csv
import io

import orjson
import pytest
from sqlalchemy import text

from make import publish, strike_out
from popmap import catalogue, versions
from popmap.catalogue import Criteria
from popmap.config import PROJECT
from popmap.errors import InputError
from popmap.exports import WRITERS
from popmap.loading import load_file, row_of
from popmap.models import Service

SEED = PROJECT / "seed"
FILES = ("services", "country_facts", "emergency_numbers", "harmonised_numbers")


def count(session, table):
    return session.scalar(text(f"SELECT count(*) FROM {table}"))


def revision(session):
    return session.scalar(text("SELECT number FROM catalogue_revision"))


def exported(session):
    return b"".join(WRITERS["csv"].pieces(catalogue.stream(session, Criteria())))


def documents(session):
    """The public records but for the moment of loading."""
    return [orjson.loads(record) | {"updated_at": ""} for record in catalogue.stream(session, Criteria())]


def test_the_seed_is_published_or_waits_as_its_confidence_says(seeded_session):
    with (SEED / "services.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["id"]: row["confidence"] for row in csv.DictReader(file)}
    statuses = dict(seeded_session.execute(text("SELECT id, status FROM service")).all())
    assert len(rows) == 590
    assert {statuses[name] for name, confidence in rows.items() if confidence == "low"} == {"in_review"}
    assert {statuses[name] for name, confidence in rows.items() if confidence != "low"} == {"published"}
    assert count(seeded_session, "public_service") == sum(confidence != "low" for confidence in rows.values())


@pytest.mark.parametrize("name", FILES)
def test_a_second_load_changes_nothing(seeded_session, name):
    load_file(seeded_session, SEED / f"{name}.csv")
    before = revision(seeded_session), count(seeded_session, "record_version")
    report = load_file(seeded_session, SEED / f"{name}.csv")
    assert (report.added, report.changed) == (0, 0)
    assert (revision(seeded_session), count(seeded_session, "record_version")) == before


def test_an_export_loads_again_to_the_same_catalogue(seeded_session, tmp_path):
    first, known = exported(seeded_session), documents(seeded_session)
    path = tmp_path / "export.csv"
    path.write_bytes(first)
    on_top = load_file(seeded_session, path)
    assert (on_top.added, on_top.changed, on_top.unchanged) == (0, 0, len(known))
    strike_out(seeded_session)  # what other tests sent in may be about a service
    seeded_session.execute(text("DELETE FROM service"))
    assert load_file(seeded_session, path).added == len(known)
    assert exported(seeded_session) == first
    assert documents(seeded_session) == known


def test_an_export_holds_the_public_services_and_no_others(seeded_session):
    rows = list(csv.DictReader(io.StringIO(exported(seeded_session).decode(), newline="")))
    ids = seeded_session.scalars(text("SELECT id FROM service WHERE status = 'published' ORDER BY id")).all()
    assert [row["id"] for row in rows] == ids


def test_a_file_with_one_wrong_row_is_refused_whole(session, file_of):
    path = file_of({"id": "ma-a"}, {"id": "ma-b", "lat": "91", "topics": ""}, {"id": "ma-c", "kind": "shop"})
    with pytest.raises(InputError) as refused:
        load_file(session, path)
    found = {(fault.row, fault.name) for fault in refused.value.faults}
    assert found == {(3, "lat"), (3, "topics"), (4, "kind")}
    assert (count(session, "service"), count(session, "record_version")) == (0, 0)


def test_what_is_wrong_with_the_text_of_one_row_hides_nothing_of_the_others(session, file_of):
    path = file_of(
        {"id": "ma-a", "topics": "money"},
        {"id": "ma-b", "name": "a\u202eb", "email": "=1", "phone": "", "lat": "91"},
        {"id": "ma-c", "name": "x" * 10_000_000, "kind": "shop"},
    )
    path.write_bytes(path.read_bytes() + b'"ma-d"\n"ma-e","an open quote\n')
    with pytest.raises(InputError) as refused:
        load_file(session, path)
    found = [(fault.row, fault.name, fault.code) for fault in refused.value.faults]
    assert found == [
        (2, "topics", "unknown_value"),
        (3, "name", "bad_characters"),
        (3, "email", "formula"),
        (3, "lat", "out_of_range"),
        (4, "name", "too_long"),
        (4, "kind", "unknown_value"),
        (5, "row", "wrong_number_of_cells"),
        (6, "row", "malformed"),
    ]


@pytest.mark.parametrize(
    "cells",
    [
        {"phone": "+0800 123 456"},
        {"phone": "+41 (0)58 261 61 61"},
        {"phone": "+1 23"},
        {"phone": "+123456789012345678"},
        {"phone": "1" * 500},
        {"website": "HTTPS://example.org/"},
        {"website": "https://EXAMPLE.org/"},
        {"source_url": "HTTP://example.org/"},
        {"source_url": "https://example.org/\u200b"},
        {"source_url": "https://example.org/" + "a" * 1981},
        {"timezone": "EST5EDT"},
        {"timezone": "GMT0"},
        {"timezone": "PST8PDT"},
        {"timezone": "UTC"},
        {"timezone": "Etc/GMT+1"},
        {"timezone": "America/Argentina/Buenos_Aires"},
        {"languages": "zh-Hant-TW;sl-rozaj"},
        {"email": "a@" + "b." * 1500 + "org"},
        {"name": "\u200b"},
        {"name": "x" * 200},
        {"subdivisions": "ma-cas"},
    ],
    ids=lambda cells: "-".join(f"{column}={value[:20]!a}" for column, value in cells.items()),
)
def test_what_the_reader_lets_pass_the_database_takes(session, file_of, cells):
    """Both sides of every rule: a cell is refused with its row and column, or it is stored; nothing breaks between."""
    try:
        found = load_file(session, file_of(cells)).added
    except InputError as refused:
        found = {(fault.row, fault.name) for fault in refused.faults}
    assert found in (1, {(2, column) for column in cells})


def test_an_id_twice_in_a_file_is_refused(session, file_of):
    with pytest.raises(InputError) as refused:
        load_file(session, file_of({}, {"name": "another"}))
    (fault,) = refused.value.faults
    assert (fault.row, fault.name, fault.code, fault.value) == (3, "id", "duplicate", "ma-made-line")


def test_the_same_number_twice_in_a_file_is_refused(session, file_of):
    with pytest.raises(InputError, match="row 3, number: duplicate"):
        load_file(session, file_of({}, {}, kind="emergency_numbers"))


def test_a_dry_run_reports_and_keeps_nothing(session, file_of):
    before = revision(session)
    report = load_file(session, file_of({}), dry_run=True)
    assert (report.added, report.dry_run, count(session, "service"), revision(session)) == (1, True, 0, before)
    assert str(report).startswith("dry run, nothing was kept: services: 1 added")


def test_a_changed_row_changes_the_record_and_leaves_a_version(session, file_of):
    load_file(session, file_of({}))
    report = load_file(session, file_of({"phone": "2512"}))
    assert (report.added, report.changed, report.unchanged) == (0, 1, 0)
    newest, oldest = versions.history(session, "service", "ma-made-line")
    assert [change.path for change in versions.compare(oldest.body, newest.body)] == ["channels.0.value"]
    assert (newest.by_role, newest.source) == ("seed", "https://example.org/page")
    assert documents(session)[0]["channels"][0]["value"] == "2512"


def test_what_people_corrected_is_not_undone_by_the_old_file(session, file_of):
    path = file_of({})
    load_file(session, path)
    service = session.query(Service).one()
    service.summary = "Corrected by a moderator."
    publish(session, service)
    assert load_file(session, path).unchanged == 1
    assert documents(session)[0]["summary"] == "Corrected by a moderator."


def test_a_row_that_became_doubtful_goes_back_to_the_queue(session, file_of):
    load_file(session, file_of({}))
    report = load_file(session, file_of({"confidence": "low"}))
    assert (report.changed, report.queued, documents(session)) == (1, 1, [])


def test_numbers_of_low_confidence_are_kept_and_not_public(session, file_of):
    load_file(session, file_of({"confidence": "low"}, kind="harmonised_numbers"))
    assert (count(session, "harmonised_number"), count(session, "public_harmonised_number")) == (1, 0)


def test_rows_about_countries_keep_their_id_when_their_words_change(session, file_of):
    load_file(session, file_of({}, kind="country_facts"))
    report = load_file(session, file_of({"summary": "Said better."}, kind="country_facts"))
    assert (report.added, report.changed) == (0, 1)
    assert count(session, "record_version") == 2


@pytest.mark.parametrize(
    ("kind", "cells", "column"),
    [
        ("country_facts", {"country": "", "region": ""}, "country"),
        ("country_facts", {"type": "rumour"}, "type"),
        ("country_facts", {"date_from": "2018-13"}, "date_from"),
        ("country_facts", {"date_to": "2017"}, "date_to"),
        ("country_facts", {"quantity": "130"}, "quantity_qualifier"),
        ("country_facts", {"quantity": "many", "quantity_qualifier": "about"}, "quantity"),
        ("emergency_numbers", {"country": "UK"}, "country"),
        ("emergency_numbers", {"number": "call"}, "number"),
        ("emergency_numbers", {"service": "taxi"}, "service"),
        ("harmonised_numbers", {"status": "maybe"}, "status"),
        ("harmonised_numbers", {"since": "long ago"}, "since"),
        ("harmonised_numbers", {"source_url": "a book"}, "source_url"),
    ],
)
def test_what_is_wrong_in_a_row_about_a_country_is_named(session, file_of, kind, cells, column):
    with pytest.raises(InputError) as refused:
        load_file(session, file_of(cells, kind=kind))
    assert column in {fault.name for fault in refused.value.faults}


def test_cells_of_a_public_record_and_of_its_version_are_the_same(seeded_session):
    public = documents(seeded_session)
    bodies = versions.bodies(seeded_session, "service", [record["id"] for record in public])
    assert all(row_of(record) == row_of(bodies[record["id"]]) for record in public)
