"""A newer file and what people decided: what was taken down stays down, what moderators decided on stays theirs."""

import csv

import pytest
from sqlalchemy import text

from make import make_service, publish
from popmap import records, versions, withdrawals
from popmap.config import PROJECT
from popmap.kill_list import KillList
from popmap.loading import Left, load_file, store
from popmap.models import Service

TAKEN_DOWN = "mo-caritas-24h-emergency"
MADE = "ma-made-line"
DIGITS = str.maketrans("0123456789", "1234567890")


@pytest.fixture
def newer(file_of):
    """The seed's own row of the service that is taken down, with other digits in its phone number."""
    with (PROJECT / "seed" / "services.csv").open(encoding="utf-8", newline="") as file:
        (row,) = [row for row in csv.DictReader(file) if row["id"] == TAKEN_DOWN]
    number = row["phone"].translate(DIGITS)
    assert number != row["phone"]
    return file_of(row | {"phone": number, "phone_e164": ""})


def stand(session, service_id):
    """All that a load could have changed: the record, how many versions it has, and whether it is public."""
    session.expire_all()
    return (
        records.read(session, service_id),
        records.version_number(session, service_id),
        session.scalar(text("SELECT count(*) FROM public_service WHERE id = :id"), {"id": service_id}),
    )


def test_a_withdrawn_service_stays_down_whatever_a_newer_file_says(seeded_session, newer):
    withdrawals.withdraw(seeded_session, TAKEN_DOWN, by_role="moderator", reason="the number belongs to somebody else")
    before = stand(seeded_session, TAKEN_DOWN)
    for overwrite in (False, True):
        report = load_file(seeded_session, newer, overwrite=overwrite)
        assert (report.added, report.changed, report.unchanged) == (0, 0, 0)
        assert report.left == [Left(2, TAKEN_DOWN, "withdrawn")]
        assert str(report).splitlines()[1:] == [f"row 2: {TAKEN_DOWN}: withdrawn; left as it is"]
    assert stand(seeded_session, TAKEN_DOWN) == before
    assert (before[0]["status"], before[2]) == ("closed", 0)
    assert TAKEN_DOWN in withdrawals.taken_down(seeded_session)


@pytest.mark.mutant
def test_mutant_a_load_that_asks_nobody_brings_it_back(seeded_session, newer, monkeypatch):
    monkeypatch.setattr(store, "left_alone", lambda *_, **__: {})
    with pytest.raises(AssertionError):
        test_a_withdrawn_service_stays_down_whatever_a_newer_file_says(seeded_session, newer)
    assert stand(seeded_session, TAKEN_DOWN)[2] == 1


def test_the_kill_list_keeps_it(seeded_session, newer):
    listed = KillList()
    withdrawals.withdraw(seeded_session, TAKEN_DOWN, by_role="moderator", reason="nobody answers")
    listed.follow(seeded_session.info)  # as before a commit
    before = listed.state(), listed.withdrawals()
    load_file(seeded_session, newer)
    listed.follow(seeded_session.info)
    assert listed.ids() == {TAKEN_DOWN}
    assert (listed.state(), listed.withdrawals()) == before


@pytest.mark.parametrize(
    ("status", "why"),
    [("paused", "paused"), ("rejected", "rejected"), ("merged", "merged into another record"), ("draft", "draft")],
)
def test_so_does_what_people_hid_in_another_way(session, file_of, status, why):
    other = make_service(session)
    load_file(session, file_of({}))
    hidden = {"id": MADE, "status": status, "merged_into": other.id if status == "merged" else None}
    records.write(session, hidden, by_role="moderator", reason="hidden", source="")
    before = stand(session, MADE)
    newer = file_of({"id": "ma-another"}, {"phone": "2512"})
    told = load_file(session, newer, dry_run=True)
    report = load_file(session, newer)
    assert told.left == report.left == [Left(3, MADE, why)]
    assert (report.added, report.changed) == (1, 0)
    assert stand(session, MADE) == before


def test_a_file_that_says_nothing_new_of_a_withdrawn_service_is_told_so_as_well(session, file_of):
    load_file(session, file_of({}))
    withdrawals.withdraw(session, MADE, by_role="lead", reason="nobody answers")
    report = load_file(session, file_of({}))
    assert (report.unchanged, report.left) == (0, [Left(2, MADE, "withdrawn")])


def test_a_row_of_low_confidence_that_became_sure_is_published_as_before(session, file_of):
    load_file(session, file_of({"confidence": "low"}))
    report = load_file(session, file_of({}))
    assert (report.changed, report.left) == (1, [])
    assert stand(session, MADE)[0]["status"] == "published"


def test_what_moderators_decided_on_since_stays_theirs_unless_overwritten(session, file_of):
    load_file(session, file_of({}))
    service = session.query(Service).one()
    service.summary = "Corrected by a moderator."
    publish(session, service)
    before, newer = stand(session, MADE), file_of({"phone": "2512"})
    report = load_file(session, newer)
    assert str(report).splitlines()[1:] == [f"row 2: {MADE}: decided by moderators since; left as it is"]
    assert stand(session, MADE) == before
    again = load_file(session, newer, overwrite=True)
    assert (again.changed, again.left) == (1, [])
    assert versions.history(session, "service", MADE)[0].body["channels"][0]["value"] == "2512"
