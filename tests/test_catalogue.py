"""The one question on the seed: what each criterion finds, in which order, and that counts keep their promise."""

from dataclasses import fields, replace
from datetime import UTC, date, datetime

import pytest

from make import make_service
from popmap import catalogue, gazetteer, versions
from popmap.catalogue import Criteria
from popmap.catalogue.conditions import BY_NAME
from popmap.errors import InputError, NotFoundError
from popmap.geo import BBox, Point
from popmap.kill_list import HIDDEN
from popmap.vocabulary import TOPICS


def ids(page):
    return [item["id"] for item in page.items]


def everything(session, criteria, limit=100):
    """Every page of an answer, one after the other."""
    found, cursor = [], None
    while True:
        page = catalogue.search(session, criteria, limit=limit, cursor=cursor)
        found += page.items
        cursor = page.next_cursor
        if cursor is None:
            return found


def test_of_two_countries_at_a_border_the_likelier_ones_services_come_first_on_every_page(seeded_session):
    san_marino = Criteria(at=Point(12.45, 43.94))
    whole = [one["id"] for one in catalogue.search(seeded_session, san_marino, limit=100).items]
    pages, cursor = [], None
    while cursor or not pages:
        page = catalogue.search(seeded_session, san_marino, limit=3, cursor=cursor)
        pages += [one["id"] for one in page.items]
        cursor = page.next_cursor
    prefixes = list(dict.fromkeys(one.partition("-")[0] for one in whole))
    assert pages == whole
    assert prefixes == ["sm", "it", "global"]
    by_words = catalogue.search(seeded_session, replace(san_marino, topic=tuple(sorted(TOPICS))), limit=100)
    assert [one["id"] for one in by_words.items] == whole


def test_every_criterion_has_a_meaning():
    assert set(BY_NAME) == {one.name for one in fields(Criteria)} - {"sort"}


def test_without_criteria_everything_public_is_found_once(reading):
    found = [item["id"] for item in everything(reading, Criteria())]
    assert len(found) == len(set(found)) == catalogue.search(reading, Criteria()).total > 500


@pytest.mark.parametrize("sort", ["relevance", "name", "updated", "distance"])
@pytest.mark.parametrize("limit", [7, 100])
def test_pages_together_are_the_whole_answer(reading, sort, limit):
    criteria = (
        Criteria(sort=sort, at=Point(2.35, 48.85)) if sort == "distance" else Criteria(sort=sort, country=("FR",))
    )
    found = [item["id"] for item in everything(reading, criteria, limit)]
    assert len(found) == len(set(found)) == catalogue.search(reading, criteria).total


@pytest.mark.parametrize("at", [Point(2.35, 48.85), Point(77.21, 28.64), Point(-150.0, -40.0)])
def test_the_total_is_the_same_whether_counted_or_seen_on_the_first_page(reading, at):
    totals = {limit: catalogue.search(reading, Criteria(at=at), limit=limit).total for limit in (1, 5, 25, 60, 100)}
    assert set(totals.values()) == {len(everything(reading, Criteria(at=at)))}
    few = Criteria(at=at, kind=("youth_led",))
    assert catalogue.search(reading, few).total == catalogue.search(reading, few, limit=1).total


def test_the_total_is_told_on_every_page(reading):
    first = catalogue.search(reading, Criteria(kind=("helpline",)), limit=5)
    second = catalogue.search(reading, Criteria(kind=("helpline",)), limit=5, cursor=first.next_cursor)
    assert second.total == first.total > 100
    assert not set(ids(first)) & set(ids(second))


def test_a_cursor_of_another_question_is_refused(reading):
    cursor = catalogue.search(reading, Criteria(kind=("helpline",)), limit=5).next_cursor
    with pytest.raises(InputError):
        catalogue.search(reading, Criteria(kind=("youth_led",)), limit=5, cursor=cursor)


@pytest.mark.parametrize("place", [0, 5, 20, -1])
def test_a_changed_cursor_is_refused(reading, place):
    cursor = catalogue.search(reading, Criteria(), limit=5).next_cursor
    letters = list(cursor)
    letters[place] = "A" if letters[place] != "A" else "B"
    with pytest.raises(InputError):
        catalogue.search(reading, Criteria(), limit=5, cursor="".join(letters))


@pytest.mark.parametrize("cursor", ["", "x", "-", "A" * 900, "bnVsbA"])
def test_an_invented_cursor_is_refused(reading, cursor):
    if cursor:
        with pytest.raises(InputError):
            catalogue.search(reading, Criteria(), limit=5, cursor=cursor)


@pytest.mark.parametrize(
    ("criteria", "holds"),
    [
        (Criteria(kind=("youth_led",)), lambda s: s["kind"] == "youth_led"),
        (Criteria(topic=("bullying",)), lambda s: "bullying" in s["topics"]),
        (Criteria(channel=("whatsapp",)), lambda s: any(c["type"] == "whatsapp" for c in s["channels"])),
        (Criteria(audience=("carer",)), lambda s: "carer" in s["audiences"]),
        (Criteria(cost=("free",)), lambda s: s["cost"] == "free"),
        (Criteria(privacy=("anonymous",)), lambda s: s["privacy"] == "anonymous"),
        (Criteria(language=("fr",)), lambda s: any(tag.split("-")[0] == "fr" for tag in s["languages"])),
        (Criteria(age=15), lambda s: (s["min_age"] or 0) <= 15 <= (s["max_age"] or 120)),
        (Criteria(checked_since=date(2026, 6, 1)), lambda s: s["verified_on"] >= "2026-06-01"),
    ],
)
def test_a_criterion_finds_all_that_have_it_and_nothing_else(reading, criteria, holds):
    found = {item["id"] for item in everything(reading, criteria)}
    expected = {item["id"] for item in everything(reading, Criteria()) if holds(item)}
    assert found == expected


def test_values_of_one_name_widen_and_names_narrow(reading):
    wide = catalogue.search(reading, Criteria(kind=("helpline", "youth_led"))).total
    parts = [catalogue.search(reading, Criteria(kind=(kind,))).total for kind in ("helpline", "youth_led")]
    assert wide == sum(parts)
    assert catalogue.search(reading, Criteria(kind=("helpline",), topic=("bullying",))).total < parts[0]


def test_a_language_finds_its_more_exact_forms(reading):
    wide = {item["id"] for item in everything(reading, Criteria(language=("zh",)))}
    narrow = {item["id"] for item in everything(reading, Criteria(language=("zh-Hant",)))}
    assert narrow
    assert narrow < wide


def test_a_country_finds_who_serves_it_and_the_world_last(reading):
    found = everything(reading, Criteria(country=("MA",)))
    local = [item for item in found if "MA" in item["coverage"]["countries"]]
    assert local
    assert all("MA" in item["coverage"]["countries"] or item["coverage"]["worldwide"] for item in found)
    assert [item["coverage"]["worldwide"] for item in found] == sorted(item["coverage"]["worldwide"] for item in found)


def test_a_subdivision_finds_its_own_its_countrys_and_the_worlds(reading):
    arizona = {item["id"] for item in everything(reading, Criteria(subdivision=("US-AZ",)))}
    washington = {item["id"] for item in everything(reading, Criteria(subdivision=("US-WA",)))}
    own = {item["id"] for item in everything(reading, Criteria()) if "US-AZ" in item["coverage"]["subdivisions"]}
    assert own
    assert own <= arizona
    assert not own & washington
    assert washington & arizona


def test_a_point_finds_whom_it_is_served_by_most_local_first(reading):
    found = everything(reading, Criteria(at=Point(-112.07, 33.45)))
    specific = [_specificity(item) for item in found]
    assert specific == sorted(specific)
    assert specific[0] == 1
    assert not any(item["coverage"]["countries"] == ["MX"] for item in found)


def _specificity(item):
    covered = item["coverage"]
    if covered["worldwide"]:
        return 4
    if covered["countries"]:
        return 2 if len(covered["countries"]) == 1 else 3
    return 1 if covered["subdivisions"] else 0


def test_a_place_finds_the_same_as_its_point(reading):
    (hit, *_) = gazetteer.find(reading, "Phoenix", lang="en", limit=1)
    by_place = everything(reading, Criteria(place=hit.id))
    by_point = everything(reading, Criteria(at=Point(round(hit.lon, 2), round(hit.lat, 2))))
    assert [item["id"] for item in by_place] == [item["id"] for item in by_point]


def test_a_country_as_place_leaves_out_who_serves_only_a_part(reading):
    found = everything(reading, Criteria(place="country:US"))
    assert found
    assert all(_specificity(item) >= 2 for item in found)


@pytest.mark.parametrize("place", ["town:999999999", "country:ZZ", "subdivision:US-ZZZ"])
def test_a_place_that_is_not_there_is_refused(reading, place):
    with pytest.raises(InputError) as caught:
        catalogue.search(reading, Criteria(place=place))
    assert caught.value.faults[0].name == "place"


def test_a_box_over_180_degrees_finds_both_sides(reading):
    found = everything(reading, Criteria(bbox=BBox(170, -50, -170, 0)))
    countries = {code for item in found for code in item["coverage"]["countries"]}
    assert {"FJ", "NZ"} <= countries
    assert "FR" not in countries


def test_distance_is_told_when_asked_nearest_first_unmarked_last(reading):
    found = everything(reading, Criteria(at=Point(2.35, 48.85), sort="distance"))
    metres = [item["distance_m"] for item in found]
    known = [distance for distance in metres if distance is not None]
    assert known == sorted(known)
    assert metres[: len(known)] == known
    assert "distance_m" not in catalogue.search(reading, Criteria(at=Point(2.35, 48.85))).items[0]


def test_services_past_their_due_check_are_never_open_now(seeded_session):
    from sqlalchemy import text  # noqa: PLC0415 - this test alone writes

    before = catalogue.search(seeded_session, Criteria(open_now=True)).total
    seeded_session.execute(text("UPDATE service SET next_check_due = '2020-01-01', verified_on = '2019-01-01'"))
    seeded_session.execute(text("SELECT refresh_listing()"))
    assert before > 100
    assert catalogue.search(seeded_session, Criteria(open_now=True)).total == 0


@pytest.mark.parametrize(
    ("q", "id_"),
    [
        ("childline uk", "gb-childline"),
        ("childine", "gb-childline"),
        ("チャイルド", "jp-childline"),
        ("детск", "ru-"),
        ("allo enfance", "fr-119-allo-enfance-en-danger"),
        ("ALLÔ  ENFANCE", "fr-119-allo-enfance-en-danger"),
    ],
)
def test_a_text_finds_in_any_script_and_with_a_slip(reading, q, id_):
    found = ids(catalogue.search(reading, Criteria(q=q), limit=25))
    assert any(one.startswith(id_) for one in found), found


@pytest.mark.parametrize(("q", "meant"), [("childine", "gb-childline"), ("chidline", "gb-childline")])
def test_a_slip_finds_what_was_meant_and_not_half_of_everything(reading, q, meant):
    page = catalogue.search(reading, Criteria(q=q))
    assert meant in ids(page)[:3]
    assert page.total < 100


def test_another_sign_in_a_long_word_finds_what_was_meant(reading):
    found, meant = (catalogue.search(reading, Criteria(q=q), limit=100) for q in ("suiside", "suicide"))
    assert len(set(ids(found)) & set(ids(meant))) > 30
    assert found.total < 100
    assert catalogue.search(reading, Criteria(q="refrigerator")).total == 0


def test_a_slip_in_a_frequent_word_finds_that_word(reading):
    assert catalogue.search(reading, Criteria(q="helpine")).total > 100


def test_a_name_carried_over_into_arabic_is_found_by_another_spelling(session):
    made = [make_service(session, id=f"xx-{i}", name=name) for i, name in enumerate(["تشايلد لاين", "شايلد لاين"])]
    make_service(session, id="xx-other", name="خط النجدة")
    versions.refresh(session, [service.key for service in made])
    assert sorted(ids(catalogue.search(session, Criteria(q="شيلد")))) == ["xx-0", "xx-1"]


@pytest.mark.parametrize("q", ["شيلد", "شايلد", "чайлд"])
def test_a_name_is_found_as_it_sounds_in_another_script(reading, q):
    found = catalogue.search(reading, Criteria(q=q), limit=5).items
    assert found
    assert all("child" in f"{item['name']} {item['name_en']}".lower() for item in found)


def test_names_come_before_summaries(reading):
    found = catalogue.search(reading, Criteria(q="childline"), limit=100).items
    in_name = ["childline" in f"{item['name']} {item['name_en']}".lower() for item in found]
    assert in_name == sorted(in_name, reverse=True)
    assert in_name[0]


@pytest.mark.parametrize("q", ["%", "_", "\\", "(((", "<->", "''", "{}", "--", "\u200d", "\\' OR 1=1 --"])
def test_signs_alone_find_hardly_anything(reading, q):
    assert catalogue.search(reading, Criteria(q=q)).total < 20


@pytest.mark.parametrize(
    ("q", "same"),
    [("child & !line | help:*", "child line help"), (":*A", "A"), ("%s", "s"), ("((childline))", "childline")],
)
def test_signs_of_query_languages_are_no_operators(reading, q, same):
    assert catalogue.search(reading, Criteria(q=q)).total == catalogue.search(reading, Criteria(q=same)).total


@pytest.mark.parametrize(
    "criteria",
    [
        Criteria(),
        Criteria(kind=("helpline",)),
        Criteria(country=("MA",), kind=("official_service", "ai_driven")),
        Criteria(language=("zh",), topic=("bullying",)),
        Criteria(q="child", cost=("free",)),
        Criteria(at=Point(2.35, 48.85), channel=("webchat",)),
        Criteria(country=("AE",), subdivision=("AE-DU",)),
        Criteria(country=("MA", "US"), kind=("helpline", "ai_driven")),
    ],
)
def test_every_count_is_what_choosing_the_value_finds(reading, criteria):
    for name, values in catalogue.facets(reading, criteria).items():
        for value in values[:6] + values[-2:]:
            assert catalogue.search(reading, _choose(criteria, name, value.value)).total == value.count, (name, value)


def test_regions_are_counted_once_their_country_is_chosen(reading):
    assert catalogue.facets(reading, Criteria())["subdivision"] == []
    found = {one.value for one in catalogue.facets(reading, Criteria(country=("AE",)))["subdivision"]}
    assert found >= {"AE-DU", "AE-SH"}
    assert all(code.startswith("AE-") for code in found)


def _choose(criteria, name, value):
    chosen = {"open_now": True, "checked_since": value}.get(name, (value,))
    return replace(criteria, **{name: date.fromisoformat(chosen) if name == "checked_since" else chosen})


def test_ai_answers_are_found_by_question(reading):
    found = everything(reading, Criteria(ai=("says_it_is_ai",)))
    assert found
    assert all(item["ai"] for item in found)


def test_a_record_has_all_checks_and_its_coverage_as_geojson(reading):
    found = catalogue.get(reading, "fr-119-allo-enfance-en-danger")
    (feature,) = found["coverage"]["geojson"]["features"]
    assert feature["properties"] == {"type": "country", "code": "FR"}
    assert feature["geometry"]["type"] == "MultiPolygon"
    assert found["checks"][0]["on"] == found["verified_on"]


@pytest.mark.parametrize("id_", ["", "nobody", "FR-119-ALLO-ENFANCE-EN-DANGER", "'", "x" * 5000])
def test_what_is_not_public_is_not_found(reading, id_):
    with pytest.raises(NotFoundError):
        catalogue.get(reading, id_)


def test_a_withdrawn_service_is_gone_from_every_answer_at_once(seeded_session):
    from sqlalchemy import text  # noqa: PLC0415 - this test alone writes

    id_ = "fr-119-allo-enfance-en-danger"
    before = catalogue.search(seeded_session, Criteria(country=("FR",)))
    count = catalogue.facets(seeded_session, Criteria(country=("FR",)))["kind"]
    seeded_session.execute(text("UPDATE service SET status = 'paused' WHERE id = :id"), {"id": id_})
    after = catalogue.search(seeded_session, Criteria(country=("FR",)))
    assert after.total == before.total - 1
    assert after.revision > before.revision
    assert catalogue.facets(seeded_session, Criteria(country=("FR",)))["kind"] != count
    with pytest.raises(NotFoundError):
        catalogue.get(seeded_session, id_)


def test_a_remembered_page_hides_what_was_taken_down(seeded):
    criteria = Criteria(kind=("helpline",), country=("FR",))

    def page(session):
        return catalogue.search(session, criteria, limit=5)

    first = seeded.glance(page)
    assert seeded.glance(page) == first
    one = first.items[0]["id"]

    def without_one(session):
        session.info[HIDDEN] = frozenset({one})
        return page(session)

    shown = [item["id"] for item in seeded.glance(without_one).items]
    assert one not in shown
    assert shown[:4] == [item["id"] for item in first.items[1:]]


def test_the_stream_is_the_whole_answer(reading):
    criteria = Criteria(country=("FR",))
    streamed = list(catalogue.stream(reading, criteria))
    assert len(streamed) == catalogue.search(reading, criteria).total


def test_open_now_moves_with_the_clock_only(reading):
    assert catalogue.search(reading, Criteria(open_now=True)).total >= _round_the_clock(reading)


def _round_the_clock(reading):
    now = datetime.now(UTC).date().isoformat()
    return sum(
        any(c["hours"] == "24/7" for c in item["channels"]) and (item["next_check_due"] or now) >= now
        for item in everything(reading, Criteria())
    )
