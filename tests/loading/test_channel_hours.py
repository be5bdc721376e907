"""Hours of single channels: said in a cell and taken from it again; the seed's own file of them."""

import csv

import pytest
from sqlalchemy import text

from popmap.errors import InputError
from popmap.loading import channel_hours, load_file, row_of
from popmap.loading.fields import Fields
from popmap.loading.services import record_of
from popmap.loading.table import read_table
from tests.loading.test_loading import SEED
from tests.loading.test_services import DAY

PHONE, TEXTS = "2511", "234 / 235 (Orange)"


@pytest.fixture
def hours_of(file_of):
    """Channel and value → hours and zone, of a record made from a row with these cells."""

    def read(**cells):
        fields = Fields(read_table(file_of(cells)).rows[0])
        record = record_of(fields.row, fields, checked_on=DAY)
        assert not fields.faults
        return {(one["type"], one["value"]): (one["hours"], one["timezone"]) for one in record["channels"]}

    return read


def test_a_channel_named_behind_the_hours_keeps_its_own(hours_of):
    zone = "Africa/Casablanca"
    found = hours_of(hours="24/7 / sms: Mo-Su 15:00-21:00 / whatsapp: unknown", sms=TEXTS, whatsapp="+212600000000")
    assert found[("phone", PHONE)] == ("24/7", zone)
    assert found[("sms", "234")] == found[("sms", "235")] == ("Mo-Su 15:00-21:00", zone)
    assert found[("whatsapp", "+212600000000")] == (None, None)


def test_one_number_of_several_can_be_named_and_a_zone_be_another(hours_of):
    found = hours_of(
        hours="24/7 / sms 235: Mo-Su 15:00-21:00 (no zone) / email: Mo 09:00-10:00 (Europe/Paris)",
        sms=TEXTS,
        email="a@example.org",
    )
    assert found[("sms", "234")] == ("24/7", "Africa/Casablanca")
    assert found[("sms", "235")] == ("Mo-Su 15:00-21:00", None)
    assert found[("email", "a@example.org")] == ("Mo 09:00-10:00", "Europe/Paris")


@pytest.mark.parametrize(
    "hours",
    [
        "24/7 / sms: Mo-Su 15:00-21:00 / whatsapp: unknown",
        "24/7 / sms 235: Mo-Su 15:00-21:00 (no zone)",
        "Mo-Fr 09:00-17:00 / sms: 24/7 (Europe/Paris) / email: Mo 09:00-10:00",
        "email: Mo 09:00-10:00 (Europe/Paris)",
    ],
)
def test_a_cell_of_many_hours_comes_back_from_its_record(file_of, hours):
    ways = {"sms": TEXTS, "whatsapp": "+212600000000", "email": "a@example.org"}
    zone = {"timezone": ""} if hours.startswith("email") else {}
    row = read_table(file_of(ways | zone | {"hours": hours})).rows[0]
    assert row_of(record_of(row, Fields(row), checked_on=DAY)) == row.cells


@pytest.mark.parametrize(
    ("hours", "code"),
    [
        ("24/7 / sms: evenings", "malformed"),
        ("24/7 / sms 24/7", "malformed"),
        ("24/7 / pigeon: 24/7", "malformed"),
        ("24/7 / whatsapp: 24/7", "unknown_value"),
        ("24/7 / phone 112: 24/7", "unknown_value"),
        ("24/7 / phone: 24/7 (Rabat)", "unknown_value"),
    ],
)
def test_hours_of_no_channel_and_no_hours_of_one_are_faults(file_of, hours, code):
    fields = Fields(read_table(file_of({"hours": hours, "sms": TEXTS})).rows[0])
    record_of(fields.row, fields, checked_on=DAY)
    assert ("hours", code) in [(fault.name, fault.code) for fault in fields.faults]


def test_no_channel_of_the_seed_is_open_when_its_row_says_otherwise(seeded_session):
    query = """SELECT service.id || ' ' || type, coalesce(hours, '?') || ' ' || coalesce(timezone, '?')
      FROM channel JOIN service ON service.key = service_key
      WHERE service.id IN ('us-teen-lifeline-arizona', 'cz-116-111-linka-bezpeci', 'us-teen-link-seattle',
        'ph-163-bantay-bata')"""
    assert dict(seeded_session.execute(text(query)).all()) == {
        "cz-116-111-linka-bezpeci phone": "24/7 Europe/Prague",
        "cz-116-111-linka-bezpeci webchat": "Mo-Su 09:00-13:00,15:00-19:00 Europe/Prague",
        "ph-163-bantay-bata phone": "? ?",
        "us-teen-lifeline-arizona phone": "24/7 ?",
        "us-teen-lifeline-arizona sms": "Mo-Su 15:00-21:00 ?",
        "us-teen-link-seattle phone": "Mo-Su 18:00-22:00 America/Los_Angeles",
        "us-teen-link-seattle sms": "Mo-Su 18:00-21:30 America/Los_Angeles",
        "us-teen-link-seattle webchat": "Mo-Su 18:00-21:30 America/Los_Angeles",
    }


def test_every_line_of_the_seeds_file_rests_on_words_of_its_row():
    with (SEED / "services.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["id"]: row for row in csv.DictReader(file)}
    with (SEED / "channel_hours.csv").open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    assert [line["id"] for line in lines] == sorted(line["id"] for line in lines)
    for line in lines:
        assert (line["seen"], line["source_url"]) == (rows[line["id"]]["source_seen"], rows[line["id"]]["source_url"])


@pytest.mark.parametrize(
    ("line", "column"),
    [
        ({"hours": "evenings"}, "hours"),
        ({"channel": "letter"}, "channel"),
        ({"channel": "sms"}, "channel"),
        ({"id": "ma-nobody"}, "id"),
        ({"seen": ""}, "seen"),
        ({"timezone": "Rabat"}, "timezone"),
    ],
)
def test_a_wrong_line_beside_the_services_loads_nothing(session, file_of, line, column):
    file_of(line, kind="channel_hours")
    with pytest.raises(InputError) as caught:
        load_file(session, file_of({}))
    assert [fault.name for fault in caught.value.faults] == [f"channel_hours.csv: {column}"]
    assert session.scalar(text("SELECT count(*) FROM service")) == 0


def test_the_file_beside_is_read_along_and_never_alone(session, file_of):
    beside = file_of({}, kind="channel_hours")
    assert load_file(session, file_of({})).added == 1
    assert load_file(session, file_of({})).unchanged == 1
    assert session.scalar(text("SELECT hours FROM channel")) == "Mo-Su 15:00-21:00"
    with pytest.raises(InputError):
        load_file(session, beside)


@pytest.mark.mutant
def test_a_loader_that_forgets_the_file_beside_shows_hours_that_are_not_kept(session, file_of, monkeypatch):
    monkeypatch.setattr(channel_hours, "give", lambda *_: None)
    with pytest.raises(AssertionError):
        test_the_file_beside_is_read_along_and_never_alone(session, file_of)


def test_only_a_file_of_that_name_has_another_beside_it(tmp_path, file_of):
    file_of({}, kind="channel_hours")
    assert channel_hours.beside(tmp_path / "export.csv") == {}
    assert list(channel_hours.beside(tmp_path / "services.csv")) == ["ma-made-line"]
