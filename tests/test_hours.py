"""What stated hours say about a moment, and what they leave open."""

import random
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from popmap import hours

PARIS = ZoneInfo("Europe/Paris")


def paris(*parts):
    return datetime(*parts, tzinfo=PARIS)


def status(text, at, zone="Europe/Paris", country="FR"):
    return hours.state(text, zone, country, at).status


@pytest.mark.parametrize(
    ("text", "zone", "country"),
    [
        ("", "Europe/Paris", "FR"),
        (None, "Europe/Paris", "FR"),
        ("   ", "Europe/Paris", "FR"),
        ("Mo-Fr 09:00-17:00", "", "FR"),
        ("Mo-Fr 09:00-17:00", None, None),
        ("Mo-Fr 09:00-17:00", "Mars/Olympus", "FR"),
        ("Mo-Fr 09:00-17:00", "../../etc/passwd", "FR"),
        ("by phone in the morning", "Europe/Paris", "FR"),
        ('"by appointment"', "Europe/Paris", "FR"),
        ('Mo-Fr 09:00-17:00 "ask first"', "Europe/Paris", "FR"),
        ("24/7 unknown", "Europe/Paris", "FR"),
        ("sunrise-sunset", "Europe/Paris", "FR"),
        ("09:00+", "Europe/Paris", "FR"),
        ("SH Mo-Fr 09:00-17:00", "Europe/Paris", "FR"),
        ("Mo-Fr 09:00-17:00; PH off", "Asia/Kolkata", "IN"),
        ("Mo-Fr 09:00-17:00; PH off", "Europe/Belgrade", "XK"),
        ("24/7; PH off", "", ""),
        ("Mo 09:00-17:00" * 100, "Europe/Paris", "FR"),
    ],
)
def test_what_hours_leave_open_is_unknown(text, zone, country):
    assert hours.state(text, zone, country, paris(2026, 11, 24, 10)) == hours.State("unknown")


def test_round_the_clock_needs_no_zone_and_has_no_end():
    assert hours.state("24/7", None, None, paris(2026, 12, 25, 3)) == hours.State("open")
    assert hours.state("Mo-Su 00:00-24:00", "", "", paris(2026, 12, 25, 3)) == hours.State("open")


def test_open_says_until_when_in_the_services_zone():
    found = hours.state("Mo-Fr 09:00-17:00", "Asia/Tokyo", "JP", paris(2026, 11, 24, 2))
    assert found == hours.State("open", until=datetime(2026, 11, 24, 17, tzinfo=ZoneInfo("Asia/Tokyo")))


def test_closed_says_when_it_opens():
    found = hours.state("Mo-Fr 09:00-17:00", "Europe/Paris", "FR", paris(2026, 11, 21, 12))
    assert found == hours.State("closed", opens_at=paris(2026, 11, 23, 9))


def test_closed_for_ever_never_promises_to_open():
    assert hours.state("2019 Mo-Fr 09:00-17:00", "Europe/Paris", "FR", paris(2026, 11, 21)) == hours.State("closed")


def test_overnight_hours_go_on_after_midnight():
    text = "Mo-Su 20:00-08:00"
    assert hours.state(text, "Europe/Paris", "FR", paris(2026, 11, 24, 3)).until == paris(2026, 11, 24, 8)
    assert status(text, paris(2026, 11, 24, 12)) == "closed"


def test_two_spells_that_touch_are_one():
    found = hours.state("Mo-Su 08:00-12:00, Mo-Su 12:00-24:00", "Europe/Paris", "FR", paris(2026, 11, 24, 9))
    assert found.until == paris(2026, 11, 25)


def test_a_named_holiday_is_obeyed():
    christmas = paris(2026, 12, 25, 10)
    assert status("Mo-Fr 09:00-17:00; PH off", christmas) == "closed"
    assert status("Mo-Fr 09:00-17:00; PH 10:00-12:00", christmas) == "open"


def test_a_holiday_that_weekday_hours_do_not_name_is_unknown():
    assert status("Mo-Fr 09:00-17:00", paris(2026, 12, 25, 10)) == "unknown"
    assert status("Mo-Fr 09:00-17:00", paris(2026, 12, 25, 20)) == "closed"
    assert status("Mo-Fr 20:00-08:00", paris(2026, 12, 26, 3)) == "unknown"
    assert status("Mo-Fr 20:00-08:00", paris(2026, 12, 25, 3)) == "open"


def test_every_day_means_holidays_too():
    assert status("Mo-Su 09:00-20:00", paris(2026, 12, 25, 10)) == "open"


def test_an_opening_on_a_silent_holiday_is_not_promised():
    assert hours.state("Mo-Fr 09:00-17:00", "Europe/Paris", "FR", paris(2026, 12, 24, 20)) == hours.State("closed")


def test_hours_of_a_service_past_its_due_check_are_unknown():
    at = paris(2026, 11, 24, 10)
    assert hours.state("24/7", None, None, at, due=date(2026, 11, 23)).status == "unknown"
    assert hours.state("24/7", None, None, at, due=date(2026, 11, 24)).status == "open"


def test_a_moment_without_zone_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        hours.state("24/7", None, None, datetime(2026, 1, 1))  # noqa: DTZ001 - the mistake under test


def test_the_end_of_a_spell_is_right_when_clocks_change():
    spring = hours.state("Mo-Su 22:00-02:30", "Europe/Paris", "FR", paris(2026, 3, 28, 23))
    assert spring.until.astimezone(UTC) == datetime(2026, 3, 29, 1, tzinfo=UTC)
    second_hour = paris(2026, 10, 25, 2, 30).replace(fold=1)
    autumn = hours.state("Mo-Su 22:00-02:45", "Europe/Paris", "FR", second_hour)
    assert autumn.until.astimezone(UTC) == datetime(2026, 10, 25, 1, 45, tzinfo=UTC)


def wall_clock_says_open(at, zone, opens, closes):
    """An oracle that knows nothing but the clock on the wall: open daily from ``opens`` to ``closes`` (minutes)."""
    wall = at.astimezone(zone)
    minute = wall.hour * 60 + wall.minute
    return opens <= minute < closes if opens < closes else minute >= opens or minute < closes


def test_daily_hours_agree_with_the_wall_clock_in_every_kind_of_zone():
    draw = random.Random(20261122)
    zones = [ZoneInfo(name) for name in ("Europe/Paris", "America/St_Johns", "Australia/Lord_Howe", "Asia/Kathmandu")]
    for _ in range(4_000):
        zone, opens, closes = draw.choice(zones), draw.randrange(0, 1440, 15), draw.randrange(0, 1440, 15)
        if opens == closes:
            continue
        at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=draw.randrange(5 * 365 * 1440))
        text = f"{opens // 60:02}:{opens % 60:02}-{closes // 60:02}:{closes % 60:02}"
        found = hours.state(text, zone.key, None, at)
        assert (found.status == "open") is wall_clock_says_open(at, zone, opens, closes), (text, zone, at)
        change = (found.until or found.opens_at).astimezone(UTC)
        assert change > at
        assert hours.state(text, zone.key, None, change).status != found.status
        assert hours.state(
            text, zone.key, None, change - timedelta(minutes=1)
        ).status == found.status or change - at < timedelta(minutes=1)


def test_open_keys_keeps_the_surely_open_ones():
    keys = ["24/7||", "Mo-Fr 09:00-17:00|Europe/Paris|FR", "Mo-Fr 09:00-17:00|Asia/Tokyo|JP", "Mo-Fr 09:00-17:00||FR"]
    assert hours.open_keys(keys, paris(2026, 11, 24, 10)) == keys[:2]


def test_a_malformed_key_is_not_open():
    assert hours.open_keys(["", "|", "x", "||||", "Mo|x|y|z"], paris(2026, 11, 24, 10)) == []


@pytest.mark.parametrize(
    ("text", "good"), [("24/7", True), ("Mo-Fr 9-17", False), ("", False), ("Mo-Sa 08:00-22:00; PH off", True)]
)
def test_validity_is_the_standards(text, good):
    assert hours.is_valid(text) is good
