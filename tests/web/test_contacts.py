"""What can be pressed and what is only read: a link that does harm is worse than none (T10, T23, rule 12)."""

from datetime import UTC, datetime

import orjson
import pytest
from sqlalchemy import text

from popmap.web import contacts

NOON = datetime(2026, 11, 18, 12, tzinfo=UTC)
"""A Wednesday."""


def channel(type_="phone", value="116 111", **more):
    unknown = dict.fromkeys(("free", "on_phone_bill", "account_needed", "works_from_abroad", "answered_by"), "unknown")
    plain = {"e164": None, "label": "", "hours": None, "timezone": None, "languages": [], "linkable": True}
    return {"type": type_, "value": value, **unknown, **plain, **more}


def record(*channels, countries=("MA",), **more):
    served = {"worldwide": False, "countries": list(countries), "subdivisions": [], "has_area": False}
    return {"channels": channels, "coverage": served, "next_check_due": None, "website": None, **more}


def href(type_, value, **more):
    return contacts.of(record(channel(type_, value, **more)), NOON)[0].href


@pytest.mark.parametrize(
    ("type_", "value", "expected"),
    [
        ("phone", "116 111", "tel:116111"),
        ("phone", "+212 (5) 37-71.61/95", "tel:+212537716195"),
        ("sms", "686 868", "sms:686868"),
        ("email", "help@example.org", "mailto:help@example.org"),
        ("webchat", "https://example.org/chat", "https://example.org/chat"),
        ("whatsapp", "+376 601 181", "https://wa.me/376601181"),
    ],
)
def test_what_is_safe_to_press_becomes_a_link(type_, value, expected):
    assert href(type_, value) == expected


@pytest.mark.parametrize(
    "value",
    [
        "*#06#",
        "tel:*2767*3855%23",
        "116111;ext=1",
        "116111,,2",
        "١١٦١١١",
        "１１６１１１",
        "12110 + last three digits",
        "+",
        "1",
        "0906 123 4567 890 1234 56",
        "call us",
        "116111?body=x",
        "116\u202e111",
        "+41 (0)58 261 61 61",
        "+44 ( 0207) 123 456",
        "+0800 123 456",
    ],
)
@pytest.mark.parametrize("type_", ["phone", "sms"])
def test_nothing_but_digits_is_dialled(type_, value):
    assert href(type_, value) is None


@pytest.mark.parametrize(
    "value",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "//example.org",
        "https://user@example.org/",
        "https://",
        "ftp://x.org",
        "https://a b.org",
    ],
)
def test_nothing_but_a_plain_web_address_is_opened(value):
    assert href("webchat", value) is None
    assert contacts.website(record(website=value)) is None


def test_a_local_whatsapp_number_is_no_link_but_its_international_form_is():
    assert href("whatsapp", "0664 1070 144") is None
    assert href("whatsapp", "0664 1070 144", e164="+436641070144") == "https://wa.me/436641070144"


def test_a_number_with_the_nought_of_home_is_no_link_of_any_kind():
    for kind in ("phone", "sms", "whatsapp"):
        assert href(kind, "+41 (0)58 261 61 61", e164="+410582616161") is None


def test_an_email_with_anything_after_it_is_no_link():
    assert href("email", "help@example.org?body=hello") is None


def test_what_the_record_says_is_not_linkable_is_words():
    contact = contacts.of(record(channel(linkable=False)), NOON)[0]
    assert contact.href is None
    assert contact.text == "116 111"


def test_the_way_that_is_surely_open_comes_first():
    closed = channel("phone", hours="Mo-Fr 08:00-09:00", timezone="Africa/Casablanca")
    ways = contacts.of(record(closed, channel("webchat", "https://example.org", hours="24/7")), NOON)
    assert [way.type for way in ways] == ["webchat", "phone"]
    assert contacts.best_state(ways).status == "open"


def test_not_known_is_never_shown_as_closed():
    closed = channel("phone", hours="Mo-Fr 08:00-09:00", timezone="Africa/Casablanca")
    ways = contacts.of(record(closed, channel("sms")), NOON)
    assert contacts.best_state(ways).status == "unknown"


def test_hours_of_a_service_that_is_due_for_a_check_are_not_known():
    ways = contacts.of(record(channel(hours="24/7"), next_check_due="2026-11-01"), NOON)
    assert ways[0].state.status == "unknown"


def test_a_form_has_no_hours():
    ways = contacts.of(record(channel("web_form", "https://example.org/form")), NOON)
    assert ways[0].state is None
    assert contacts.best_state(ways) is None


def test_public_holidays_are_those_of_the_only_country_served():
    assert contacts.holiday_country(record(channel())) == "MA"
    assert contacts.holiday_country(record(channel(), countries=("MA", "FR"))) == ""


def test_the_page_and_the_list_count_the_same_holidays(reading):
    """What is open now is asked of the list by its keys, and worked out for a page from the record."""
    rows = reading.execute(text("SELECT document, hours_keys FROM public_service WHERE hours_keys <> '{}'")).all()
    assert len(rows) > 100
    for document, keys in rows:
        record = orjson.loads(document)
        of_page = {
            f"{channel['hours']}|{channel['timezone']}|{contacts.holiday_country(record)}"
            for channel in record["channels"]
            if channel["hours"] != "24/7" and channel["hours"] and channel["timezone"]
        }
        assert of_page == set(keys) - {"24/7||"}
