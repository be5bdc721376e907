"""What a row of services.csv means."""

from datetime import date

import pytest

from popmap.loading.fields import Fields
from popmap.loading.services import record_of, row_of
from popmap.loading.table import read_table
from popmap.records import next_due

DAY = date(2026, 11, 21)


@pytest.fixture
def record(file_of):
    """The record of the good row with these cells, which must be without fault."""

    def made(**cells):
        row = read_table(file_of(cells)).rows[0]
        fields = Fields(row)
        found = record_of(row, fields, checked_on=DAY)
        assert fields.faults == []
        return found

    return made


@pytest.fixture
def faults(file_of):
    """Column and code of each fault of the good row with these cells."""

    def found(**cells):
        row = read_table(file_of(cells)).rows[0]
        fields = Fields(row)
        record_of(row, fields, checked_on=DAY)
        return [(fault.name, fault.code) for fault in fields.faults]

    return found


def channel_values(record, *names):
    return [tuple(channel[name] for name in names) for channel in record["channels"]]


def test_several_numbers_are_channels_of_their_own_with_their_remarks(record):
    found = record(phone="135 (Buenos Aires) / 5275-1135")
    assert channel_values(found, "value", "label") == [("135", "Buenos Aires"), ("5275-1135", "")]


def test_a_slash_within_a_remark_separates_nothing(record):
    assert channel_values(record(phone="163 (#163 on Globe/TM)"), "value", "label") == [("163", "#163 on Globe/TM")]


def test_an_area_code_in_brackets_is_no_remark(record):
    assert channel_values(record(phone="(671) 647-5351"), "value", "linkable") == [("(671) 647-5351", True)]


@pytest.mark.parametrize(
    "number",
    ["12110 + last three digits of the area code", "*4141", "*120*7867#", "0508 NETSAFE", "*#06#", "１１６", "١١٦"],
)
def test_what_cannot_be_dialled_as_it_stands_is_shown_as_words(record, number):
    assert channel_values(record(phone=number), "value", "linkable") == [(number, False)]


@pytest.mark.parametrize(
    ("number", "country"), [("1900 969 680", "VN"), ("0906 111 2222", "GB"), ("+1 900 555 0100", "US")]
)
def test_a_number_that_surely_costs_extra_is_shown_as_words(record, number, country):
    assert channel_values(record(phone=number, countries=country), "linkable") == [(False,)]


@pytest.mark.parametrize("number", ["+41 (0)58 261 61 61", "+41(0) 58 261 61 61", "+44 (0207) 123 4567"])
@pytest.mark.parametrize("column", ["phone", "sms", "whatsapp"])
def test_a_number_with_the_nought_of_home_behind_its_country_is_shown_as_words(record, column, number):
    found = record(**{"phone": "", column: number})
    assert channel_values(found, "value", "e164", "linkable") == [(number, None, False)]


def test_a_helpline_number_that_the_library_does_not_know_is_a_link(record):
    assert channel_values(record(phone="116 111", countries="MT"), "linkable") == [(True,)]


def test_the_international_form_belongs_to_its_number(record):
    found = record(phone="911 / +593 2 295 5734", phone_e164="+59322955734")
    assert channel_values(found, "e164", "works_from_abroad") == [(None, "unknown"), ("+59322955734", "yes")]


def test_an_international_form_of_none_of_the_numbers_is_a_fault(faults):
    assert faults(phone="911 / 112", phone_e164="+59322955734") == [("phone_e164", "unknown_value")]


def test_whatsapp_links_need_an_international_number(record):
    found = record(whatsapp="900 116 117 / +34 900 116 117", phone="")
    assert channel_values(found, "linkable", "e164") == [(False, None), (True, "+34900116117")]


def test_hours_go_to_live_channels_only(record):
    found = record(email="help@example.org", chat_url="https://example.org/chat")
    hours = "Mo-Fr 09:00-17:00"
    assert channel_values(found, "type", "hours") == [("phone", hours), ("webchat", hours), ("email", None)]


def test_hours_without_a_zone_are_kept_without_one(record):
    assert channel_values(record(timezone=""), "hours", "timezone") == [("Mo-Fr 09:00-17:00", None)]


def test_a_website_alone_is_a_way_to_reach_it(record):
    cells = {"phone": "", "hours": "", "timezone": "", "website": "https://example.org"}
    assert channel_values(record(**cells), "type", "value") == [("web_form", "https://example.org")]
    reporting = record(**cells, kind="official_service", topics="harmful_content_report")
    assert channel_values(reporting, "type") == [("reporting_portal",)]


def test_a_chatbot_is_answered_by_a_computer(record):
    cells = {"phone": "", "hours": "", "timezone": "", "kind": "ai_driven", "ai_role": "chatbot"}
    found = record(**cells, chat_url="https://example.org/bot", ai_disclosed="yes", human_escalation="no")
    assert channel_values(found, "type", "answered_by") == [("chatbot", "ai")]
    source = "https://example.org/page"
    assert found["ai"]["role"] == {"answer": ["talks"], "source": source}
    assert found["ai"]["human_handover"] == {"answer": "none", "source": source}
    assert found["ai"]["trains_on_conversations"] == {"answer": "not_stated", "source": None}


def test_a_helpline_without_any_ai_says_nothing_about_ai(record):
    assert record(human_escalation="unknown", ai_disclosed="unknown")["ai"] is None


def test_subdivisions_stand_for_their_country(record):
    coverage = record(countries="US;CA", subdivisions="US-AZ;US-WA")["coverage"]
    assert (coverage["countries"], coverage["subdivisions"]) == (["CA"], ["US-AZ", "US-WA"])


@pytest.mark.parametrize(
    ("confidence", "second", "level", "status"),
    [
        ("high", "", 1, "published"),
        ("medium", "", 1, "published"),
        ("medium", "https://other.example", 2, "published"),
        ("low", "", 0, "in_review"),
        ("low", "https://other.example", 0, "in_review"),
    ],
)
def test_confidence_says_level_and_status(record, confidence, second, level, status):
    found = record(confidence=confidence, second_source_url=second)
    assert (found["checks"][0]["level"], found["status"]) == (level, status)
    assert row_of(found)["confidence"] == confidence


@pytest.mark.parametrize(
    ("channel", "topics", "due"),
    [("phone", [], "2027-05-21"), ("email", [], "2027-11-21"), ("email", ["trafficking"], "2027-05-20")],
)
def test_next_check_is_due_by_channel_and_topic(channel, topics, due):
    assert next_due(DAY, [{"type": channel}], topics).isoformat() == due


def test_six_months_after_the_last_of_august_is_the_last_of_february():
    assert next_due(date(2026, 8, 31), [{"type": "phone"}], []) == date(2027, 2, 28)


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({"id": "MA Line"}, ("id", "malformed")),
        ({"id": ""}, ("id", "missing")),
        ({"kind": "shop"}, ("kind", "unknown_value")),
        ({"name": ""}, ("name", "missing")),
        ({"name": "a" * 201}, ("name", "too_long")),
        ({"summary": "a" * 281}, ("summary", "too_long")),
        ({"countries": ""}, ("countries", "missing")),
        ({"countries": "UK"}, ("countries", "unknown_value")),
        ({"countries": "MA;MA"}, ("countries", "malformed")),
        ({"countries": "MA;"}, ("countries", "malformed")),
        ({"subdivisions": "MA-XXX"}, ("subdivisions", "unknown_value")),
        ({"subdivisions": "US-AZ"}, ("subdivisions", "unknown_value")),
        ({"lat": "91"}, ("lat", "out_of_range")),
        ({"lon": "-181"}, ("lon", "out_of_range")),
        ({"lat": "NaN"}, ("lat", "malformed")),
        ({"lat": "1_0"}, ("lat", "malformed")),
        ({"lat": "٣٤"}, ("lat", "malformed")),
        ({"lat": "1e1"}, ("lat", "malformed")),
        ({"lat": ""}, ("lat", "missing")),
        ({"location_precision": "none"}, ("location_precision", "unknown_value")),
        ({"location_precision": ""}, ("location_precision", "missing")),
        ({"phone": ""}, ("phone", "missing")),
        ({"phone": "116 / "}, ("phone", "malformed")),
        ({"phone": "+0800 123 456"}, ("phone", "malformed")),
        ({"whatsapp": "116 / +(0)800 123 456"}, ("whatsapp", "malformed")),
        ({"sms": "+0"}, ("sms", "malformed")),
        ({"website": "HTTPS://example.org/"}, ("website", "malformed")),
        ({"source_url": "Http://example.org/"}, ("source_url", "malformed")),
        ({"timezone": "EST5EDT"}, ("timezone", "unknown_value")),
        ({"timezone": "GMT0"}, ("timezone", "unknown_value")),
        ({"timezone": "PST8PDT"}, ("timezone", "unknown_value")),
        ({"email": "a@" + "b" * 60 + ".c" * 100 + ".org"}, ("email", "malformed")),
        ({"name": "\u200b"}, ("name", "missing")),
        ({"name": " \u200d\u00a0\u2060"}, ("name", "missing")),
        ({"phone_e164": "0034"}, ("phone_e164", "malformed")),
        ({"chat_url": "javascript:alert(1)"}, ("chat_url", "malformed")),
        ({"website": "ftp://example.org"}, ("website", "malformed")),
        ({"website": "https://user@example.org"}, ("website", "malformed")),
        ({"website": "https://localhost/"}, ("website", "malformed")),
        ({"website": "https://127.0.0.1/"}, ("website", "malformed")),
        ({"website": "https://[::1]/"}, ("website", "malformed")),
        ({"website": "https://exa mple.org"}, ("website", "malformed")),
        ({"website": 'https://example.org/"x'}, ("website", "malformed")),
        ({"email": "somebody"}, ("email", "malformed")),
        ({"languages": "klingon"}, ("languages", "unknown_value")),
        ({"languages": "qq"}, ("languages", "unknown_value")),
        ({"topics": ""}, ("topics", "missing")),
        ({"topics": "family;money"}, ("topics", "unknown_value")),
        ({"audiences": "child"}, ("audiences", "unknown_value")),
        ({"min_age": "-1"}, ("min_age", "out_of_range")),
        ({"max_age": "121"}, ("max_age", "out_of_range")),
        ({"min_age": "18", "max_age": "12"}, ("max_age", "out_of_range")),
        ({"hours": "weekdays"}, ("hours", "malformed")),
        ({"hours": ""}, ("hours", "missing")),
        ({"timezone": "Rabat"}, ("timezone", "unknown_value")),
        ({"cost": "cheap"}, ("cost", "unknown_value")),
        ({"anonymous": "maybe"}, ("anonymous", "unknown_value")),
        ({"source_url": ""}, ("source_url", "missing")),
        ({"confidence": ""}, ("confidence", "missing")),
        ({"ai_role": "robot"}, ("ai_role", "unknown_value")),
        ({"second_source_seen": "seen"}, ("second_source_url", "missing")),
    ],
)
def test_what_is_wrong_is_named(faults, cells, expected):
    assert expected in faults(**cells)


def test_every_fault_of_a_row_is_found_at_once(faults):
    assert {name for name, _ in faults(kind="shop", lat="91", topics="")} == {"kind", "lat", "topics"}


def test_a_row_comes_back_from_its_record(record, file_of):
    cells = {"website": "https://example.org", "phone": "135 (city) / 112", "second_source_url": "https://b.example"}
    row = read_table(file_of(cells | {"second_source_date": "undated", "min_age": "5", "max_age": "18"})).rows[0]
    assert row_of(record_of(row, Fields(row), checked_on=DAY)) == row.cells
