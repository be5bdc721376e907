"""Numbers and facts of a country: what is shown, in which order, and what never is."""

import pytest
from sqlalchemy import text

from make import make_moderator, make_submission
from popmap import countries, moderation, records
from popmap.models import CountryFact, EmergencyNumber, HarmonisedNumber
from popmap.moderation import Verdict, approvals


@pytest.fixture
def add(session):
    def added(*rows):
        session.add_all(rows)
        session.flush()
        return session

    return added


def emergency(number, service="police", confidence="medium", **columns):
    row = {"id": f"qq-{service}-{number}", "country": "QQ", "source_url": "https://example.org/"}
    return EmergencyNumber(**(row | {"number": number, "service": service, "confidence": confidence} | columns))


def harmonised(id, **columns):  # noqa: A002
    row = {"id": id, "number": "116111", "purpose": "child helpline", "country": "QQ", "status": "active"}
    return HarmonisedNumber(**(row | {"source_url": "https://example.org/", "confidence": "high"} | columns))


def test_low_confidence_is_not_shown(add):
    session = add(emergency("911", confidence="low"), emergency("17"))
    assert [found.number for found in countries.emergency_numbers(session, "QQ")] == ["17"]


def test_the_better_founded_comes_first(add):
    session = add(emergency("17"), emergency("19", confidence="high"))
    assert [found.number for found in countries.emergency_numbers(session, "QQ")] == ["19", "17"]


def test_the_number_for_everything_comes_first_and_is_said_once(add):
    session = add(emergency("112"), emergency("112", "all"), emergency("15", "ambulance"), emergency("15", "fire"))
    found = [(number.service, number.number) for number in countries.emergency_numbers(session, "QQ")]
    assert found == [("all", "112"), ("ambulance", "15"), ("fire", "15")]


def test_an_unknown_country_has_no_numbers(session):
    assert countries.emergency_numbers(session, "ZZ") == ()


def test_of_two_claims_on_a_harmonised_number_the_better_founded_stands(add):
    session = add(harmonised("a", status="not_used", confidence="medium"), harmonised("b"))
    assert [found.status for found in countries.harmonised_numbers(session, "QQ")] == ["active"]


@pytest.mark.parametrize(("types", "served"), [(["phone"], ["MA"]), (["phone", "webchat"], ["MA", "QQ"])])
def test_what_is_published_is_not_offered_where_its_only_number_does_not_work(add, types, served):
    session = add(harmonised("a", status="not_used"), harmonised("b", country="MA"))
    values = {"phone": "116 111", "webchat": "https://example.org/chat"}
    channels = [{"type": type_, "value": values[type_], "linkable": True} for type_ in types]
    coverage = {"worldwide": False, "countries": ["MA", "QQ"], "subdivisions": [], "area": None}
    body = {"kind": "official_service", "name": "Line", "name_en": "", "sources": []}
    body |= {"coverage": coverage, "channels": channels}
    one = make_submission(session, topics=("family",), body=body)
    seen = approvals.digest(session, one.key)
    by = make_moderator(session, "m@example.org")
    moderation.approve(session, one.key, Verdict(by, seen, "off", frozenset(moderation.CHECKLIST)))
    assert records.read(session, one.service_id)["coverage"]["countries"] == served
    assert one.body["coverage"]["countries"] == ["MA", "QQ"]


def test_low_confidence_on_a_harmonised_number_is_not_shown(add):
    session = add(harmonised("a", confidence="low"))
    assert countries.harmonised_numbers(session, "QQ") == ()


def test_facts_are_those_of_the_country_latest_first(add):
    row = {"country": "QQ", "type": "law", "title": "A law", "source": "A report"}
    session = add(
        CountryFact(**row, id="older", date_from="2018"),
        CountryFact(**row, id="newer", date_from="2020-05"),
        CountryFact(**row | {"country": "QR"}, id="other"),
    )
    assert [fact.id for fact in countries.facts(session, "QQ")] == ["newer", "older"]


def test_every_country_of_the_seed_with_a_sure_number_has_one_to_show(reading):
    known = reading.scalars(text("SELECT DISTINCT country FROM public_emergency_number")).all()
    assert len(known) > 200
    assert all(countries.emergency_numbers(reading, country) for country in known)
