"""Who may be found, when, and what stands beside the name."""

import pytest

from make import make_channel, make_service, publish
from popmap import duplicates, versions
from popmap.duplicates import Entry
from popmap.kill_list import HIDDEN


def ids(session, **known):
    return [one.id for one in duplicates.likely(session, Entry(**known))]


@pytest.fixture
def line(session):
    """A line in Morocco that answers on a short number and has a site of its own."""
    channels = [make_channel(value="2511"), make_channel("webchat", "https://chat.najda.example.ma/")]
    return make_service(
        session, id="ma-najda", name="خط النجدة", name_en="Najda Line", organization="Najda", channels=channels
    )


def test_it_is_found_by_each_thing_alone(session, line):
    assert ids(session, names=["Nadja Line"], countries=["MA"]) == ["ma-najda"]
    assert ids(session, channels=[("phone", "25 11")], countries=["MA"]) == ["ma-najda"]
    assert ids(session, website="http://www.najda.example.ma/contact", countries=["MA"], names=["Najda"]) == [
        "ma-najda"
    ]
    assert ids(session, names=["خط النجده"], countries=["MA"]) == ["ma-najda"]


def test_what_speaks_for_it_is_told(session, line):
    entry = Entry(["Najda"], "Najda", ["MA"], [("phone", "2511")], "https://chat.najda.example.ma")
    (found,) = duplicates.likely(session, entry)
    assert found.matches == ("phone", "web", "name", "organization")
    assert found.score > 0.99


def test_the_same_short_number_elsewhere_is_nobody(session, line):
    assert ids(session, channels=[("phone", "2511")], countries=["DZ"]) == []


def test_little_said_finds_nothing(session, line):
    assert ids(session) == ids(session, countries=["MA"]) == ids(session, organization="Najda", countries=["MA"]) == []


def test_a_change_is_found_by_what_it_became(session, line):
    line.channels = [make_channel(value="2522")]
    publish(session, line)
    assert ids(session, channels=[("phone", "2522")], countries=["MA"]) == ["ma-najda"]
    assert ids(session, channels=[("phone", "2511")], countries=["MA"]) == []


def test_what_is_not_public_is_not_found(session, line):
    line.status = "paused"
    session.flush()
    versions.refresh(session, [line.key])
    assert ids(session, channels=[("phone", "2511")], countries=["MA"], names=["Najda Line"]) == []


def test_what_was_taken_down_is_not_found_even_before_the_tables_know(session, line):
    session.info[HIDDEN] = {"ma-najda"}
    assert ids(session, channels=[("phone", "2511")], countries=["MA"]) == []


def test_a_number_that_many_share_says_less(session):
    for number in range(12):
        make_service(session, id=f"ma-shared-{number}", name=f"Quite another {number}", covers=("MA",))
    (best, *_) = duplicates.likely(session, Entry([], "", ["MA"], [("phone", "116111")]))
    alone = make_service(session, id="dz-alone", name="The only one", covers=("DZ",))
    (found,) = duplicates.likely(session, Entry([], "", ["DZ"], [("phone", "116111")]))
    assert found.id == alone.id
    assert found.score > best.score


def test_at_most_so_many_are_listed_the_likeliest_first(session):
    for number in range(8):
        make_service(session, id=f"ma-safe-{number}", name="Safe Harbour Rabat", name_en=f"Safe Harbour {number}")
    found = duplicates.likely(session, Entry(["Safe Harbour Rabat"], "", ["MA"]), limit=3)
    assert len(found) == 3
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)


def test_an_entry_is_read_from_a_record():
    record = {
        "name": "A", "name_en": "B", "translations": {"fr": {"name": "C"}}, "organization": "O", "website": None,
        "coverage": {"worldwide": False, "countries": ["MA"], "subdivisions": ["US-AZ"], "area": None},
        "channels": [{"type": "phone", "value": "1"}],
    }  # fmt: skip
    assert duplicates.entry_of(record) == Entry(["A", "B", "C"], "O", ["MA", "US"], [("phone", "1")], "")


@pytest.mark.parametrize(
    "name", ["Safeharbour Rabat", "Saef Harbuor Rabat", "Rabat Safe Harbour", "The Safe Harbor of Rabat"]
)
def test_a_name_is_found_by_its_words_however_they_are_written(session, name):
    make_service(session, id="ma-safe", name="Safe Harbour Rabat", covers=("MA",))
    assert "ma-safe" in ids(session, names=[name], countries=["MA"])


def test_a_service_of_many_countries_is_found_in_each(session):
    many = ["MA", *"DZ TN EG LY MR SN ML NE TD SD NG GH CI".split()]
    make_service(session, id="x-everywhere", name="Lantern of the South", covers=tuple(many))
    assert all(ids(session, names=["Lantern of the Sout"], countries=[code]) == ["x-everywhere"] for code in many)
    assert ids(session, names=["Lantern of the Sout"]) == ["x-everywhere"]


def test_a_name_that_never_ends_is_answered(session, line):
    endless = " ".join(f"wort{number}" for number in range(200))
    assert ids(session, names=[endless, f"Najda Line {endless}"], countries=["MA"]) == []


def test_words_of_a_name_that_was_given_up_find_nothing(session, line):
    line.name = line.name_en = "Quite Another"
    publish(session, line)
    assert ids(session, names=["Najda Line"], countries=["MA"]) == []
    assert ids(session, names=["Quite Anohter"], countries=["MA"]) == ["ma-najda"]
