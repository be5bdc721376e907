"""Text from outside: what is understood, what is refused, and that a refusal says what is allowed."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from popmap import inputs
from popmap.catalogue import Criteria
from popmap.errors import InputError
from popmap.geo import BBox, Point


def criteria(query):
    return inputs.parse_criteria(MultiDict(query))


def fault(query, parse=criteria):
    with pytest.raises(InputError) as caught:
        parse(query)
    (only,) = caught.value.faults
    return only


def test_every_criterion_is_read():
    found = criteria(
        [
            ("q", " Téléphone "),
            ("kind", "helpline"),
            ("kind", "ai_driven"),
            ("topic", "bullying"),
            ("country", "MA"),
            ("subdivision", "US-AZ"),
            ("at", "-7.58,33.57"),
            ("place", "town:2553604"),
            ("bbox", "177,-20,-178,-10.5"),
            ("channel", "sms"),
            ("language", "zh-Hant"),
            ("audience", "child"),
            ("age", "14"),
            ("cost", "free"),
            ("privacy", "anonymous"),
            ("open_now", "true"),
            ("ai", "says_it_is_ai"),
            ("checked_since", "2026-01-31"),
            ("sort", "distance"),
        ]
    )
    assert found == Criteria(
        q="Téléphone",
        kind=("ai_driven", "helpline"),
        topic=("bullying",),
        country=("MA",),
        subdivision=("US-AZ",),
        at=Point(-7.58, 33.57),
        place="town:2553604",
        bbox=BBox(177, -20, -178, -10.5),
        channel=("sms",),
        language=("zh-Hant",),
        audience=("child",),
        age=14,
        cost=("free",),
        privacy=("anonymous",),
        open_now=True,
        ai=("says_it_is_ai",),
        checked_since=date(2026, 1, 31),
        sort="distance",
    )


def test_a_form_sends_blank_fields_that_mean_nothing():
    assert criteria([("q", ""), ("kind", ""), ("age", ""), ("sort", "")]) == Criteria()


@pytest.mark.parametrize(
    ("name", "value", "code", "allowed"),
    [
        ("colour", "red", "unknown_name", "kind"),
        ("kind", "hotline", "unknown_value", "helpline"),
        ("kind", "HELPLINE", "unknown_value", "helpline"),
        ("country", "ma", "unknown_value", "an ISO 3166-1 alpha-2 code such as MA: services that serve it"),
        ("country", "ZZ", "unknown_value", None),
        ("subdivision", "US-ZZ", "unknown_value", None),
        ("subdivision", "US", "unknown_value", None),
        ("language", "xx", "unknown_value", None),
        ("language", "EN", "unknown_value", None),
        ("language", "english", "unknown_value", None),
        ("age", "1_0", "malformed", "0 to 120"),
        ("age", "١٢", "malformed", "0 to 120"),
        ("age", "-1", "malformed", "0 to 120"),
        ("age", "121", "out_of_range", "0 to 120"),
        ("age", "9" * 5000, "malformed", None),
        ("at", "nan,0", "malformed", None),
        ("at", "1e1,0", "malformed", None),
        ("at", "inf,0", "malformed", None),
        ("at", "12.345,1", "too_precise", None),
        ("at", "181,0", "out_of_range", None),
        ("at", "0,91", "out_of_range", None),
        ("at", "1,2,3", "malformed", None),
        ("at", "١,٢", "malformed", None),
        ("bbox", "0,10,1,0", "out_of_range", None),
        ("bbox", "0,0,1", "malformed", None),
        ("bbox", "-190,0,10,10", "out_of_range", None),
        ("place", "moon:1", "malformed", None),
        ("place", "town:1 or 1=1", "malformed", None),
        ("open_now", "1", "unknown_value", "true"),
        ("checked_since", "2026-02-30", "out_of_range", None),
        ("checked_since", "2026-W01-1", "malformed", None),
        ("checked_since", "20260101", "malformed", None),
        ("sort", "best", "unknown_value", "relevance"),
        ("sort", "distance", "needs", "place"),
        ("q", "a\x00b", "bad_characters", None),
        ("q", "a\ud800b", "bad_characters", None),
        ("q", "\ufffd", "bad_characters", None),
        ("q", "a\u202eb", "bad_characters", None),
        ("q", "a" + "\u0301" * 5, "bad_characters", None),
        ("q", "x" * 201, "too_long", None),
    ],
)
def test_what_is_not_understood_is_refused_with_what_is_allowed(name, value, code, allowed):
    found = fault([(name, value)])
    assert (found.name, found.code) == (name, code)
    assert found.allowed
    assert allowed is None or allowed in found.allowed


def test_a_value_shown_back_is_short_and_printable():
    assert fault([("kind", "\x00" + "y" * 500)]).value == "\ufffd" + "y" * 79 + "…"


def test_single_values_may_not_be_repeated():
    assert fault([("age", "1"), ("age", "2")]).code == "repeated"
    assert fault([("kind", "helpline")] * 51).code == "repeated"


def test_all_faults_are_told_at_once():
    with pytest.raises(InputError) as caught:
        criteria([("kind", "x"), ("topic", "y"), ("z", "1"), ("age", "q")])
    assert {one.name for one in caught.value.faults} == {"kind", "topic", "z", "age"}


def test_other_readers_names_are_left_to_them():
    assert inputs.parse_criteria(MultiDict([("cursor", "x"), ("kind", "helpline")]), also=["cursor"]).kind == (
        "helpline",
    )


def test_a_page_of_the_list_is_read():
    found = inputs.parse_list(MultiDict([("limit", "5"), ("cursor", "abc"), ("facets", "true"), ("kind", "helpline")]))
    assert found == inputs.ListQuery(Criteria(kind=("helpline",)), 5, "abc", facets=True)


@pytest.mark.parametrize("limit", ["0", "101", "-1", "1e2", "٥", "1_0"])
def test_a_page_has_one_to_a_hundred_services(limit):
    assert fault([("limit", limit)], lambda query: inputs.parse_list(MultiDict(query))).name == "limit"


def test_the_map_needs_a_viewport():
    with pytest.raises(InputError) as caught:
        inputs.read(inputs.MapSchema(), MultiDict())
    assert {(one.name, one.code) for one in caught.value.faults} == {("bbox", "missing"), ("zoom", "missing")}


def test_equal_questions_have_one_query():
    one = criteria([("topic", "school"), ("topic", "bullying"), ("kind", "helpline"), ("bbox", "1.0,2,3,4")])
    other = criteria([("bbox", "1,2,3,4"), ("kind", "helpline"), ("topic", "bullying"), ("topic", "school")])
    assert inputs.criteria_query(one) == inputs.criteria_query(other)
    assert inputs.criteria_query(one) == "kind=helpline&topic=bullying&topic=school&bbox=1,2,3,4"
    assert inputs.criteria_query(Criteria()) == ""


VALUES = {
    "q": st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "Zs"]), min_size=1, max_size=40),
    "kind": st.sampled_from(["helpline", "youth_led"]),
    "country": st.sampled_from(["MA", "FR", "XK"]),
    "at": st.tuples(st.integers(-18000, 18000), st.integers(-9000, 9000)).map(lambda p: f"{p[0] / 100},{p[1] / 100}"),
    "age": st.integers(0, 120).map(str),
    "open_now": st.just("true"),
    "checked_since": st.dates(date(1000, 1, 1)).map(str),
    "language": st.sampled_from(["en", "fil", "zh-Hant", "pt-BR", "es-419", "ber"]),
    "sort": st.sampled_from(["relevance", "name", "updated"]),
}


@given(st.fixed_dictionaries({}, optional=VALUES))
def test_a_query_written_and_read_again_is_the_same_question(query):
    found = criteria(list(query.items()))
    assert criteria([tuple(p) for p in _pairs(inputs.criteria_query(found))]) == found


def _pairs(query):
    from urllib.parse import parse_qsl  # noqa: PLC0415

    return parse_qsl(query, strict_parsing=bool(query), keep_blank_values=True)


NAMES = st.sampled_from([*inputs.ListSchema().fields, "x", "bbox", "zoom", ""]) | st.text(max_size=5)


@settings(max_examples=600)
@given(st.lists(st.tuples(NAMES, st.text(max_size=30) | st.from_regex(r"-?[0-9.,_eE+]{0,20}")), max_size=6))
def test_whatever_comes_is_read_or_refused(query):
    try:
        found = inputs.parse_list(MultiDict(query))
    except InputError:
        return
    assert 1 <= found.limit <= 100


@given(st.text(max_size=60))
def test_text_is_kept_or_refused_never_cut(text):
    try:
        kept = inputs.clean_text(text)
    except ValueError:
        return
    assert kept == kept.strip()
    assert inputs.clean_text(kept) == kept


def test_a_body_is_one_json_object():
    assert inputs.json_object(b'{"a": [1, {"b": null}]}') == {"a": [1, {"b": None}]}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"1",
        b"{",
        b"[" * 100_000,
        b'{"a":' * 17 + b"1" + b"}" * 17,
        b'{"a": NaN}',
        b'{"a": 1_0}',
        b'"\\ud800"',
        b'{"a": "\xff"}',
        b'{"a": "\\ud800"}',
        b"\xef\xbb\xbf{}",
        b'{"a": 1,}',
        b"{'a': 1}",
        b'{"a": \xd9\xa1}',
    ],
)
def test_anything_else_is_no_body(body):
    with pytest.raises(InputError):
        inputs.json_object(body)
