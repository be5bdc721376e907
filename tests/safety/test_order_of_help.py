"""Rules 5 and 9: people come first where it is urgent, nobody is left alone, and nothing is by chance.

Random questions to the catalogue with the seed; what must hold is worked out here from the records alone.
"""

import random
from datetime import UTC, datetime, timedelta
from itertools import groupby

import pytest
from sqlalchemy import literal

from popmap import catalogue, gazetteer
from popmap.catalogue import Criteria, Helping, coverage, covering_help
from popmap.geo import Point
from popmap.vocabulary import ACUTE_TOPICS, CHANNELS, TOPICS
from popmap.web import contacts, find_cards, find_form

SEED, COUNT, LONG = 20_261_122, 60, 2_000
PEOPLE = {"helpline", "official_service"}
LISTEN_EVERYWHERE = {"global-befrienders-worldwide", "global-child-helpline-international"}
LANGUAGES = ("en", "fr", "ar", "es", "ru", "zh", "sw", "tr")
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
AT_NOON = Helping("en", NOON)


def questions(count, *, acute=None):
    """Random criteria with a random moment of a week and language of the page."""
    chance = random.Random(SEED)
    countries = sorted(gazetteer.COUNTRIES)
    for _ in range(count):
        somewhere = {"country": (chance.choice(countries),)}
        if chance.random() < 0.4:
            somewhere = {"at": Point(round(chance.uniform(-180, 180), 2), round(chance.uniform(-55, 70), 2))}
        topics = sorted(ACUTE_TOPICS) if acute else sorted(TOPICS)
        finer = {
            "topic": (chance.choice(topics),) if acute or chance.random() < 0.7 else (),
            "channel": (chance.choice(sorted(CHANNELS)),) if chance.random() < 0.2 else (),
            "language": (chance.choice(LANGUAGES),) if chance.random() < 0.2 else (),
            "age": chance.choice((None, None, 8, 12, 17)),
            "open_now": chance.random() < 0.15,
        }
        moment = NOON + timedelta(minutes=chance.randrange(7 * 24 * 60))
        yield Criteria(**somewhere, **finer), Helping(chance.choice(LANGUAGES[:6]), moment)


def asked(session, count, **options):
    for criteria, helping in questions(count, **options):
        yield criteria, helping, catalogue.help_for(session, criteria, helping=helping)


def is_acute(criteria):
    return bool(ACUTE_TOPICS.intersection(criteria.topic))


def is_part(record):
    """Whether it helps in some part of a country only."""
    return not record["coverage"]["worldwide"] and not record["coverage"]["countries"]


def usable(record, at, criteria):
    """0 to 5, as the page explains: here and open, here and not known, wide and either, closed here, closed wide."""
    coverage_ = record["coverage"]
    codes = {*coverage_["countries"], *(code[:2] for code in coverage_["subdivisions"])}
    wide = coverage_["worldwide"] or len(codes) > 1 or bool(criteria.country and is_part(record))
    states = [contact.state.status for contact in contacts.of(record, at) if contact.state and contact.channel["hours"]]
    if "open" in states:
        return 2 * wide
    return 4 + wide if states and set(states) == {"closed"} else 2 * wide + 1


def late_people(found):
    """Records of people that come after something that is neither a helpline nor an official service."""
    kinds = [record["kind"] in PEOPLE for record in found.records]
    first_other = kinds.index(False) if False in kinds else len(kinds)
    return [record["id"] for record in found.records[first_other:] if record["kind"] in PEOPLE]


def torn_pairs(found, at, criteria):
    """Operators whose lines of one country are equally usable and yet stand apart within a group."""
    torn = []
    for group in found.groups:
        keys = [pair_key(record, at, criteria) for record in group.records]
        runs = [key for key, _ in groupby(keys)]
        torn += [key for key in set(runs) if key[0] and runs.count(key) > 1]
    return torn


def pair_key(record, at, criteria):
    served = record["coverage"]
    if served["worldwide"] or len(served["countries"]) > 1 or served["has_area"] or not record["organization"]:
        return "", record["id"]
    where = (*served["countries"], *sorted(served["subdivisions"]))
    rank = 0 if record["kind"] in PEOPLE else 1 if record["kind"] == "youth_led" else 2
    return record["organization"].casefold(), where, usable(record, at, criteria), rank


def disordered(found, at, criteria):
    """Groups in which somebody less usable stands before somebody more usable of the same rank of kind."""
    for group in found.groups:
        if group.reason in {"not_for_emergencies", "everywhere"}:
            continue  # several answers one after the other
        # without a topic computers stand behind all people
        records = [record for record in group.records if criteria.topic or record["kind"] != "ai_driven"]
        ranks = [usable(record, at, criteria) for record in records]
        if ranks != sorted(ranks):
            yield group.reason, [(record["id"], rank) for record, rank in zip(records, ranks, strict=True)]


def test_people_come_first_and_a_computer_never_does_when_it_is_urgent(reading):
    for criteria, _, found in asked(reading, COUNT, acute=True):
        assert found.records[0]["kind"] in PEOPLE, criteria
        assert late_people(found) == [], criteria
        assert not any(one["kind"] == "ai_driven" for one in found.records[:1]), criteria


def test_who_names_no_topic_is_shown_people_before_computers(reading):
    for code in ("HK", "IN", "US", "GB"):
        for group in catalogue.help_for(reading, Criteria(country=(code,)), helping=AT_NOON).groups:
            computers = [record["kind"] == "ai_driven" for record in group.records]
            assert computers == sorted(computers), (code, group.reason)


def test_there_are_always_two_other_ways(reading):
    for criteria, _, found in asked(reading, COUNT):
        ways = [one for one in found.records if one["kind"] in PEOPLE or not is_acute(criteria)]
        here = [one for one in ways if not one["coverage"]["worldwide"]]
        # far from everybody there are those who listen in every country, and no office for something else
        assert len(ways) >= 3 or (not here and {one["id"] for one in ways} >= LISTEN_EVERYWHERE), criteria
        assert len({one["id"] for one in found.records}) == len(found.records), criteria


STATES = {
    **dict.fromkeys(("CC", "CX", "NF"), "AU"),
    **dict.fromkeys(("BL", "GF", "GP", "MF", "MQ", "PM", "RE", "YT"), "FR"),
    **dict.fromkeys(("GG", "IM", "JE"), "GB"),
    **dict.fromkeys(("AS", "GU", "MP", "PR", "UM", "VI"), "US"),
    "AX": "FI",
    "SJ": "NO",
}
"""Territories with a code of their own whose people the services of their state serve, as they do at a point there."""


def test_nobody_appears_who_does_not_serve_the_country(reading):
    for criteria, _, found in asked(reading, COUNT):
        for code in criteria.country:
            own = {code, STATES.get(code)}
            for record in found.records:
                served = record["coverage"]
                here = served["worldwide"] or own.intersection(served["countries"]) or served["has_area"]
                assert here or any(one[:2] == code for one in served["subdivisions"]), (criteria, record["id"])


def test_the_same_question_has_the_same_answer(reading):
    for criteria, helping in questions(15):
        first, second = (catalogue.help_for(reading, criteria, helping=helping) for _ in range(2))
        assert [one["id"] for one in first.records] == [one["id"] for one in second.records], criteria


def test_who_can_be_reached_now_comes_before_who_cannot(reading):
    for criteria, helping, found in asked(reading, COUNT):
        assert list(disordered(found, helping.at, criteria)) == [], (criteria, helping)


def test_lines_of_one_operator_in_one_country_stand_together(reading):
    for criteria, helping, found in asked(reading, COUNT):
        assert torn_pairs(found, helping.at, criteria) == [], criteria


def first_for_a_part(reading, codes=("US", "AE", "CO", "IQ")):
    """Countries with lines of their parts for which such a line comes before one for everybody there."""
    found = {code: catalogue.help_for(reading, Criteria(country=(code,)), helping=AT_NOON) for code in codes}
    return {code for code, answer in found.items() if is_part(answer.records[0])}


def test_who_helps_in_a_part_only_is_never_first_where_just_the_country_is_known(reading):
    assert any(is_part(one) for one in catalogue.help_for(reading, Criteria(country=("US",))).records)
    assert first_for_a_part(reading) == set()


@pytest.mark.long
def test_thousands_of_questions(reading):
    for criteria, helping, found in asked(reading, LONG):
        if is_acute(criteria):
            assert late_people(found) == [], criteria
        assert list(disordered(found, helping.at, criteria)) == [], (criteria, helping)
        assert torn_pairs(found, helping.at, criteria) == [], criteria


@pytest.mark.mutant
def test_mutant_an_order_without_kinds_lets_others_before_people(reading, monkeypatch):
    monkeypatch.setattr(covering_help._Answer, "groups", _as_found)
    monkeypatch.setattr(coverage, "_people_first", list)
    assert any(late_people(found) for _, _, found in asked(reading, COUNT, acute=True))


def _as_found(answer, *, acute):
    return [covering_help.Group("matches", tuple(one.record for _, one in answer._found))]


@pytest.mark.mutant
def test_mutant_an_order_blind_to_hours_is_found(reading, monkeypatch):
    monkeypatch.setattr(coverage, "_usable_now", lambda *_: literal(0))
    assert any(list(disordered(found, helping.at, criteria)) for criteria, helping, found in asked(reading, COUNT))


@pytest.mark.mutant
def test_mutant_an_order_that_takes_a_part_for_the_country_is_found(reading, monkeypatch):
    monkeypatch.setattr(coverage, "WHOLE_COUNTRY", 0)
    assert first_for_a_part(reading) != set()


@pytest.mark.mutant
def test_mutant_lines_left_apart_are_found(reading, monkeypatch):
    monkeypatch.setattr(covering_help, "side_by_side", list)
    assert any(torn_pairs(found, helping.at, criteria) for criteria, helping, found in asked(reading, LONG // 10))


@pytest.mark.mutant
def test_mutant_an_answer_that_ends_too_soon_is_found(reading, monkeypatch):
    monkeypatch.setattr(covering_help, "WAYS_NEEDED", 1)
    assert any(len(found.records) < 3 for _, _, found in asked(reading, COUNT))


@pytest.mark.parametrize("first", [0, *(pytest.param(first, marks=pytest.mark.long) for first in range(1, 8))])
def test_beside_every_number_stand_two_other_ways_in_every_country_of_the_world(reading, first):
    topics = sorted(TOPICS)
    alone = set()
    for i, code in enumerate(gazetteer.COUNTRIES[first::8]):
        for topic in ((), (topics[i % len(topics)],)):
            asked_for = Criteria(country=(code,), topic=topic, audience=find_form.FOR_VISITORS)
            groups = find_cards.grouped(catalogue.help_for(reading, asked_for, helping=AT_NOON), NOON)
            for card in (card for group in groups for card in group.cards):
                if any(contact.type == "phone" for contact in card.contacts) and len(card.others) < find_cards.OTHERS:
                    alone.add((code, *topic, card.record["id"]))
    assert alone == set()
