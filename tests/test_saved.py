"""The saved copy: whole or not at all, and its answers are those of the database."""

from datetime import date
from itertools import pairwise

import pytest
from sqlalchemy import text

from popmap import catalogue, clusters, countries, gazetteer, saving
from popmap.catalogue import Criteria
from popmap.db import Database
from popmap.errors import InputError, NotFoundError, UnavailableError
from popmap.geo import BBox, Point
from popmap.kill_list import KillList
from popmap.saved import PLACE_UNKNOWN, SavedFile

ASKED = (
    Criteria(),
    Criteria(country=("MA",)),
    Criteria(country=("DE", "FR"), topic=("bullying",)),
    Criteria(kind=("helpline",), sort="name"),
    Criteria(sort="updated"),
    Criteria(channel=("webchat",), language=("ar",)),
    Criteria(age=12, cost=("free",)),
    Criteria(subdivision=("US-CA",)),
    Criteria(place="country:MA"),
    Criteria(place="subdivision:US-CA", sort="distance"),
    Criteria(open_now=True),
    Criteria(ai=("says_it_is_ai",)),
    Criteria(checked_since=date(2026, 10, 1)),
    Criteria(audience=("carer",), privacy=("anonymous",)),
    Criteria(bbox=BBox(170, -50, -170, -30)),
    Criteria(q="youthline"),
    Criteria(q="الطفل"),
)


@pytest.fixture(scope="module")
def file(seeded, tmp_path_factory):
    path = tmp_path_factory.mktemp("saved") / "saved.jsonl"
    with seeded.reading() as session:
        saving.save(session, path)
    return SavedFile(path)


@pytest.fixture
def copy(file):
    return file.look(())


@pytest.mark.parametrize("criteria", ASKED, ids=str)
def test_a_copy_answers_as_the_database_does(reading, copy, criteria):
    told, said = (catalogue.search(source, criteria, limit=100) for source in (reading, copy))
    assert said.total == told.total
    assert [one["id"] for one in said.items] == [one["id"] for one in told.items]
    assert catalogue.facets(copy, criteria) == catalogue.facets(reading, criteria)
    assert sorted(catalogue.stream(copy, criteria)) == sorted(catalogue.stream(reading, criteria))


@pytest.mark.parametrize(
    "criteria",
    [
        Criteria(country=("MA",)),
        Criteria(country=("GB",), topic=("suicide_self_harm",)),
        Criteria(country=("TD",)),
        Criteria(country=("IN",), topic=("bullying",), channel=("webchat",)),
        Criteria(at=Point(2.35, 48.85)),
    ],
    ids=str,
)
def test_help_comes_in_the_same_groups_and_order(reading, copy, criteria):
    told, said = (catalogue.help_for(source, criteria) for source in (reading, copy))
    assert [(group.reason, [one["id"] for one in group.records]) for group in said.groups] == [
        (group.reason, [one["id"] for one in group.records]) for group in told.groups
    ]


def test_a_page_begun_with_the_database_goes_on_from_the_copy(reading, copy):
    criteria = Criteria(country=("US",))
    cursor = catalogue.search(reading, criteria, limit=10).next_cursor
    told, said = (catalogue.search(source, criteria, limit=10, cursor=cursor) for source in (reading, copy))
    assert (said.raw, said.next_cursor) == (told.raw, told.next_cursor)


def test_pages_of_a_copy_show_every_service_once(copy):
    seen, cursor = [], None
    while True:
        page = catalogue.search(copy, Criteria(q="child"), limit=50, cursor=cursor)
        seen += [one["id"] for one in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == page.total


@pytest.mark.parametrize(
    ("box", "zoom", "criteria"),
    [
        (BBox(-180, -85, 180, 85), 2, Criteria()),
        (BBox(165, -50, -170, -30), 5, Criteria(kind=("helpline",))),
        (BBox(-1, 51, 1, 52), 13, Criteria(topic=("bullying",))),
    ],
    ids=str,
)
def test_the_map_has_the_same_marks_in_the_same_places(reading, copy, box, zoom, criteria):
    told, said = (clusters.viewport(source, box, zoom, criteria) for source in (reading, copy))
    assert said["everywhere"] == told["everywhere"]
    assert sorted(map(without_town, said["features"]), key=str) == sorted(map(without_town, told["features"]), key=str)


def without_town(feature):
    properties = {name: value for name, value in feature["properties"].items() if name not in {"near", "bbox"}}
    return properties, [round(degrees, 3) for degrees in feature["geometry"]["coordinates"]]


def test_numbers_and_facts_of_every_country_are_in_it(reading, copy):
    for find in (countries.emergency_numbers, countries.harmonised_numbers, countries.facts):
        for code in ("GB", "MA", "NZ", "AQ"):
            assert [*map(str, find(copy, code))] == [*map(str, find(reading, code))]
    assert countries.emergency_numbers_by_country(copy) == countries.emergency_numbers_by_country(reading)
    assert catalogue.kinds_by_country(copy) == catalogue.kinds_by_country(reading)


@pytest.mark.parametrize(
    ("typed", "lang", "name"),
    [
        ("morocco", "en", "Morocco"),
        ("Lybia", "en", "Libya"),
        ("مغرب", "ar", "المغرب"),
        ("Paris", "fr", "Paris"),
        ("北京", "zh", "北京"),
    ],
)
def test_countries_and_large_towns_are_found_by_name(copy, typed, lang, name):
    assert gazetteer.find(copy, typed, lang=lang)[0].name.startswith(name)


@pytest.mark.parametrize(("typed", "sure"), [("London", True), ("مغرب", True), ("Georgia", False), ("Moroco", False)])
def test_what_a_text_means_is_no_surer_than_with_the_database(copy, reading, typed, sure):
    told, said = (gazetteer.meaning(source, typed, lang="en") for source in (reading, copy))
    assert (said.best.id, said.sure) == (told.best.id, told.sure) == (told.best.id, sure)


@pytest.mark.parametrize(
    ("lon", "lat", "names"),
    [
        (2.35, 48.85, {"FR"}),
        (-7.6, 33.6, {"MA"}),
        (6.13, 46.2, {"CH", "FR"}),
        (-30.0, 0.0, set()),
        (34.1, 44.9, {"UA", "RU"}),
    ],
)
def test_where_a_point_lies_is_told_by_time_zones_or_not_at_all(copy, lon, lat, names):
    assert set(gazetteer.locate(copy, lon, lat).countries) == names


@pytest.mark.parametrize("criteria", [Criteria(place="town:1"), Criteria(at=Point(-30.0, 0.0))], ids=str)
def test_a_spot_that_cannot_be_told_finds_what_helps_everywhere_and_a_note(copy, criteria):
    page = catalogue.search(copy, criteria)
    assert page.items
    assert all(one["coverage"]["worldwide"] for one in page.items)
    assert copy.info[PLACE_UNKNOWN]


def test_what_was_taken_down_is_in_no_answer(file):
    copy = file.look({"gb-childline"})
    with pytest.raises(NotFoundError):
        catalogue.get(copy, "gb-childline")
    assert not any('"gb-childline"' in text for text in catalogue.stream(copy, Criteria()))


def test_a_rule_that_asks_the_database_is_told_that_it_is_away(copy):
    with pytest.raises(UnavailableError, match="saved copy"):
        copy.connection()
    with pytest.raises(InputError):
        catalogue.search(copy, Criteria(), cursor="x")


def test_half_a_file_is_no_copy(file, tmp_path):
    lines = file.path.read_bytes().splitlines(keepends=True)
    half = tmp_path / "half.jsonl"
    half.write_bytes(b"".join(lines[: len(lines) // 2]))
    assert SavedFile(half).look(()) is None
    assert SavedFile(tmp_path / "none.jsonl").look(()) is None


def test_the_keeper_writes_once_per_state_and_marks_the_time(seeded, tmp_path):
    path = tmp_path / "data" / "saved.jsonl"
    opened = Database(seeded.owner_url, seeded.owner_url, withdrawn=KillList(tmp_path / "data" / "withdrawn.jsonl"))
    keeper = saving.Keeper(opened, SavedFile(path))
    looks = []
    for _ in range(3):
        keeper.look()
        looks.append(path.stat())
    keeper.stop()
    with opened.reading() as session:
        public = set(session.scalars(text("SELECT id FROM public_service")))
    opened.dispose()
    assert len({look.st_ino for look in looks}) == 1
    assert all(late.st_mtime_ns >= early.st_mtime_ns for early, late in pairwise(looks))
    assert public
    assert opened.withdrawn.ids().isdisjoint(public)
