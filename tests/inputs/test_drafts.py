"""What a partner may propose: each rule of the data, of T7, T10, T23, T28, T29 and T37; told by path, never mended."""

import copy

import pytest

from make import draft
from popmap.errors import InputError
from popmap.inputs import checked_proposal, checked_report, clean_words, tells_in_fields, tells_who_writes
from popmap.vocabulary import AI_QUESTIONS


def faults(given, **more):
    with pytest.raises(InputError) as error:
        checked_proposal(given, **more)
    return {fault.name: fault.code for fault in error.value.faults}


def test_a_plain_draft_becomes_a_record():
    record = checked_proposal(draft()).record
    assert (record["name"], record["website"], record["ai"], record["location"]) == ("Child line", None, None, None)
    channel = record["channels"][0]
    assert (channel["e164"], channel["linkable"], channel["hours"]) == (None, True, None)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"name": ""}, {"name": "missing"}),
        ({"name": "\u3164\u200d"}, {"name": "bad_characters"}),
        ({"name": "a" * 201}, {"name": "too_long"}),
        ({"name": "a\u202eb"}, {"name": "bad_characters"}),
        ({"name": "a" + "\u0301" * 5}, {"name": "bad_characters"}),
        ({"name": "a\x00"}, {"name": "bad_characters"}),
        ({"name": "\ud800"}, {"name": "bad_characters"}),
        ({"name": 7}, {"name": "malformed"}),
        ({"name": None}, {"name": "missing"}),
        ({"kind": ["helpline"]}, {"kind": "unknown_value"}),
        ({"kind": "spa"}, {"kind": "unknown_value"}),
        ({"topics": []}, {"topics": "missing"}),
        ({"topics": ["family", "tax"]}, {"topics.1": "unknown_value"}),
        ({"topics": "family"}, {"topics": "malformed"}),
        ({"channels": []}, {"channels": "missing"}),
        ({"channels": [7]}, {"channels.0": "malformed"}),
        ({"coverage": {}}, {"coverage": "missing"}),
        ({"coverage": {"countries": ["ZZ"]}}, {"coverage.countries.0": "unknown_value"}),
        ({"coverage": {"subdivisions": ["US-AZZZZ"]}}, {"coverage.subdivisions.0": "unknown_value"}),
        ({"min_age": 18, "max_age": 6}, {"max_age": "out_of_range"}),
        ({"min_age": "١٢"}, {"min_age": "malformed"}),
        ({"visitable": True}, {"city": "missing"}),
        ({"visitable": "yes"}, {"visitable": "malformed"}),
        ({"location": {"coordinates": [181, 0]}}, {"location": "out_of_range"}),
        ({"location": {"coordinates": ["1", 0]}}, {"location.coordinates.0": "out_of_range"}),
        ({"location": {"coordinates": [1]}}, {"location": "out_of_range"}),
        ({"languages": ["xx-nope"]}, {"languages.0": "unknown_value"}),
        ({"colour": "red"}, {"colour": "unknown_name"}),
        ({"youth": {"run_by": "perhaps"}}, {"youth.run_by": "unknown_value"}),
        ({"ai": {"role": {"answer": "talks"}}}, {"ai.role.answer": "unknown_value"}),
        ({"ai": {"sings": {"answer": "yes"}}}, {"ai.sings": "unknown_value"}),
    ],
)
def test_what_is_wrong_is_told_by_its_path(change, expected):
    assert faults(draft(**change)) == expected


def test_a_helpline_is_free_and_has_people_who_answer():
    """Rule 6: anything else is called what it is."""
    talks = {"type": "webchat", "value": "https://example.org/chat", "answered_by": "ai"}
    phone = {"type": "phone", "value": "2511", "answered_by": "human"}
    assert faults(draft(kind="helpline", cost="charged")) == {"kind": "not_a_helpline"}
    assert faults(draft(kind="helpline", channels=[talks])) == {"kind": "not_a_helpline"}
    assert checked_proposal(draft(kind="helpline", channels=[talks, phone])).record["kind"] == "helpline"
    assert checked_proposal(draft(kind="official_service", cost="charged")).record["cost"] == "charged"


@pytest.mark.parametrize(
    ("channel", "code"),
    [
        ({"type": "phone", "value": "*#06#"}, "command"),
        ({"type": "phone", "value": "tel:*2767*3855%23"}, "command"),
        ({"type": "phone", "value": "0906 123 4567"}, "costly"),
        ({"type": "phone", "value": "+1 900 555 1234"}, "costly"),
        ({"type": "phone", "value": "08457 90 90 90"}, "costly"),
        ({"type": "phone", "value": "٠٨٠٠١١١١"}, "malformed"),
        ({"type": "phone", "value": "０８００１１１１"}, "malformed"),
        ({"type": "phone", "value": "+999 123 456"}, "malformed"),
        ({"type": "whatsapp", "value": "0800 1111"}, "not_international"),
        ({"type": "webchat", "value": "http://example.org/chat"}, "not_https"),
        ({"type": "webchat", "value": "javascript:alert(1)"}, "not_https"),
        ({"type": "webchat", "value": "https://user@example.org/"}, "malformed"),
        ({"type": "webchat", "value": "https://192.168.0.1/"}, "malformed"),
        ({"type": "webchat", "value": "https://раypal.com/"}, "mixed_scripts"),
        ({"type": "webchat", "value": "https://printer.local/"}, "not_public"),
        ({"type": "webchat", "value": "https://exam\u200bple.org/"}, "bad_characters"),
        ({"type": "email", "value": "a@b"}, "malformed"),
    ],
)
def test_a_way_that_might_harm_is_refused(channel, code):
    british = {"countries": ["GB"]}
    assert faults(draft(coverage=british, channels=[channel])) == {"channels.0.value": code}


def test_a_number_nobody_knows_is_kept_as_words():
    channels = [{"type": "phone", "value": "1098"}]
    record = checked_proposal(draft(coverage={"countries": ["BD"]}, channels=channels)).record
    assert record["channels"][0]["linkable"] is False


def test_an_international_number_can_be_dialled_from_abroad():
    record = checked_proposal(draft(channels=[{"type": "phone", "value": "+44 800 1111"}])).record
    assert (record["channels"][0]["e164"], record["channels"][0]["linkable"]) == ("+448001111", True)


def test_the_same_way_twice_is_once_too_often():
    channel = {"type": "email", "value": "a@example.org"}
    assert faults(draft(channels=[channel, channel])) == {"channels.1.value": "duplicate"}


@pytest.mark.parametrize(
    ("channel", "name", "code"),
    [
        ({"hours": "sometimes"}, "hours", "malformed"),
        ({"hours": "Mo-Fr 09:00-17:00", "timezone": "Mars/Olympus"}, "timezone", "unknown_value"),
        ({"type": "email", "value": "a@example.org", "hours": "24/7"}, "hours", "not_live"),
    ],
)
def test_hours_are_hours(channel, name, code):
    given = {"type": "phone", "value": "116111"} | channel
    assert faults(draft(channels=[given])) == {f"channels.0.{name}": code}


def test_what_stands_in_the_live_record_may_stay():
    old = {"type": "phone", "value": "1098", "e164": None, "linkable": True}
    known = {"website": "http://old.example.org/", "channels": [old], "sources": [], "translations": {"fr": {}}}
    given = draft(website="http://old.example.org/", channels=[{"type": "phone", "value": "1098"}])
    record = checked_proposal(given, known=known).record
    assert (record["website"], record["channels"][0]["linkable"]) == ("http://old.example.org/", True)
    assert record["translations"] == {"fr": {}}


SQUARE = [[[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]]


def test_an_area_is_taken_as_it_is():
    record = checked_proposal(draft(coverage={"area": {"type": "Polygon", "coordinates": SQUARE}})).record
    assert record["coverage"]["area"]["type"] == "MultiPolygon"


@pytest.mark.parametrize(
    ("coordinates", "code"),
    [
        ([[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]], "invalid"),
        ([[[n / 600, 0] for n in range(600)]], "too_many_vertices"),
        ([[[0, 0], [1, 0], [1, 1]]], "malformed"),
        ([[[0, 0], [1, 99], [1, 1], [0, 0]]], "out_of_range"),
        ([[["0", 0]]], "malformed"),
        ([], "malformed"),
        (None, "malformed"),
    ],
)
def test_an_area_that_is_none_is_refused_with_the_reason(coordinates, code):
    area = {"type": "Polygon", "coordinates": coordinates}
    assert faults(draft(coverage={"area": area})) == {"coverage.area": code}


def test_a_confidential_address_is_dropped_before_anything_else():
    channels = [{"type": "phone", "value": "116111"}, {"type": "in_person", "value": "12 Secret Street"}]
    place = {"location": {"coordinates": [-6.8, 34.0]}, "location_precision": "address", "visitable": True}
    given = draft(address_confidential=True, channels=channels, **place)
    proposal = checked_proposal(copy.deepcopy(given))
    assert proposal.dropped == ("location", "in_person")
    assert "Secret" not in repr(proposal)
    assert "34.0" not in repr(proposal)


def test_an_ai_driven_service_answers_every_question_if_only_with_not_stated():
    ai = {"talks_to_child": {"answer": "yes", "source": "https://example.org/ai"}, "role": {"answer": ["talks"]}}
    record = checked_proposal(draft(kind="ai_driven", ai=ai)).record
    assert set(record["ai"]) == set(AI_QUESTIONS)
    assert record["ai"]["conversation_stored"] == {"answer": "not_stated", "source": None}


@pytest.mark.parametrize(
    "words",
    [
        *("My name is Ana and I need help", "I am 13", "call me on 0612345678", "Je m’appelle Ana", "j'ai 12 ans"),
        *("Me llamo Ana", "tengo 12 años", "Меня зовут Аня", "мне 12 лет", "اسمي آنا", "我叫安娜", "+44 20 7946 0958"),
        *(
            "my name's Ana",
            "im 12",
            "mon prénom est Léa",
            "06.12.34.56.78",
            "٠٦١٢٣٤٥٦٧٨",
            "ana@example.org",
            "我 12 歲",
        ),
    ],
)
def test_a_child_that_tells_who_it_is_is_asked(words):
    assert tells_who_writes(words)


@pytest.mark.parametrize("words", ["Answers 24 hours a day since 1998.", "116 111 is free.", "Запуск в 2020"])
def test_plain_words_ask_nothing(words):
    assert not tells_who_writes(words)


def test_a_number_belongs_to_a_name_and_a_childs_own_words_do_not():
    assert not tells_in_fields({"name": "Ligne 0800 123 456", "channels.0.label": "0917-899-8727"})
    assert tells_in_fields({"channels.0.label": "call me, I am called Ann"})
    assert checked_proposal(draft(name="My name is Ann")).warnings == ("tells_who_writes",)
    assert checked_proposal(draft(name="My name is Ann"), known={"name": "My name is Ann"}).warnings == ()


def test_all_that_is_wrong_is_told_at_once():
    ways = [{"type": "spa", "value": "x"}, {"type": "phone", "value": "*#06#"}, {"type": "email", "value": "no"}]
    wrong = {"min_age": "x", "max_age": 5, "website": "http://127.0.0.1/", "summary": "a" * 400, "visitable": True}
    assert faults(draft(kind="spa", name="", channels=ways, **wrong)) == {
        "kind": "unknown_value",
        "name": "missing",
        "summary": "too_long",
        "min_age": "malformed",
        "channels.0.type": "unknown_value",
        "website": "not_https",
        "city": "missing",
        "channels.1.value": "command",
        "channels.2.value": "malformed",
    }


def test_of_one_way_all_that_is_wrong_is_told_at_once():
    way = {"type": "phone", "value": "*#06#", "hours": "whenever", "timezone": "Mars/Base", "languages": ["en", "?"]}
    assert faults(
        draft(channels=[{"type": "spa", "value": "x"}, way, {"type": "email", "value": "no", "free": 1}])
    ) == {
        "channels.0.type": "unknown_value",
        "channels.1.value": "command",
        "channels.1.hours": "malformed",
        "channels.1.timezone": "unknown_value",
        "channels.1.languages.1": "unknown_value",
        "channels.2.value": "malformed",
        "channels.2.free": "unknown_value",
    }


def test_what_may_be_due_to_another_fault_is_not_told():
    """Whether 110 can be called depends on the country; who answers, on the way that cannot be read as well."""
    ways = [{"type": "phone", "value": "110", "answered_by": "ai"}, {"type": "spa", "value": "x"}]
    found = faults(draft(coverage={"countries": ["ZZ"]}, channels=ways))
    assert found == {"coverage.countries.0": "unknown_value", "channels.1.type": "unknown_value"}


def test_a_report_says_what_is_wrong():
    assert checked_report({"problem": "wrong_number"}) == {"problem": "wrong_number", "words": ""}
    with pytest.raises(InputError):
        checked_report({"problem": "boring"})


def test_words_keep_their_lines():
    assert clean_words(" a\r\nb ", max_length=10) == "a\nb"
