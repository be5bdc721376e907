"""Who helps where: a table made by hand from the seed's rows, by thinking about places and not by running the code."""

import csv
from pathlib import Path

import orjson
import pytest

from popmap import catalogue
from popmap.catalogue import Criteria

TABLE = Path(__file__).with_name("situations.csv")
with TABLE.open(encoding="utf-8") as lines:
    SITUATIONS = list(csv.DictReader(lines))


def helping(session, lon, lat):
    return {record["id"] for record in catalogue.covering(session, lon, lat, Criteria()).items}


@pytest.mark.parametrize("situation", SITUATIONS, ids=lambda situation: situation["name"])
def test_who_must_and_must_not_appear(reading, situation):
    found = helping(reading, float(situation["lon"]), float(situation["lat"]))
    assert sorted(set(situation["must"].split()) - found) == [], situation["why"]
    assert sorted(set(situation["must_not"].split()) & found) == [], situation["why"]


def test_the_table_is_large_enough_and_names_real_rows(reading):
    assert len(SITUATIONS) >= 60
    public = {record["id"] for record in map(orjson.loads, catalogue.stream(reading, Criteria()))}
    named = {name for situation in SITUATIONS for name in situation["must"].split()}
    assert named <= public


def test_both_sides_of_the_date_line_are_one_place(reading):
    assert helping(reading, 180.0, -16.8) == helping(reading, -180.0, -16.8)
    assert "fj-1325-child-helpline" in helping(reading, 180.0, -16.8)


def test_what_is_called_a_helpline_is_free_and_has_people(reading):
    """Rule 6, on the first data."""
    records = [orjson.loads(one) for one in catalogue.stream(reading, Criteria(kind=("helpline",)))]
    assert len(records) > 200
    assert [one["id"] for one in records if one["cost"] == "charged"] == []
    assert [one["id"] for one in records if {way["answered_by"] for way in one["channels"]} == {"ai"}] == []
