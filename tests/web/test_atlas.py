"""The atlas: what it counts is what the explorer finds, in every form in which it can be taken away."""

import csv
import io
import re

import pytest
from sqlalchemy import text

from popmap import catalogue
from popmap.catalogue import MEASURES, Criteria
from popmap.saved import SavedFile
from popmap.saving import save
from popmap.vocabulary import LANGUAGES

KIB = 1024


def row(page, code):
    found = re.search(rf'<a href="/en/countries/{code}">.*?</a></th>(.*?)</tr>', page, re.DOTALL)[1]
    return [int(n) for n in re.findall(r"<td>(\d+)</td>", found)]


@pytest.mark.parametrize(("by", "value"), [("kind", "helpline"), ("topic", "family"), ("channel", "webchat")])
def test_a_country_has_as_many_as_the_explorer_finds_without_those_for_the_whole_world(reading, by, value):
    tally = catalogue.tally(reading, by)
    for country in ("MA", "FR", "US", "NZ", "GQ"):
        page = catalogue.search(reading, Criteria(country=(country,), **{by: (value,)}), limit=100)
        assert page.total <= 100
        local = [one for one in page.items if not one["coverage"]["worldwide"]]
        assert tally.count(country, value) == len(local)
    everywhere = catalogue.search(reading, Criteria(country=("GQ",)), limit=100).items
    assert tally.everywhere == sum(one["coverage"]["worldwide"] for one in everywhere)


@pytest.mark.parametrize("by", MEASURES)
def test_the_saved_copy_counts_the_same(reading, tmp_path, by):
    save(reading, tmp_path / "saved.jsonl")
    with SavedFile(tmp_path / "saved.jsonl").look(()) as copy:
        assert catalogue.tally(copy, by) == catalogue.tally(reading, by)


def test_the_counts_are_right_after_any_changes(seeded_session):
    def counted():
        return seeded_session.execute(text("SELECT measure, country, value, n FROM atlas_count ORDER BY 1, 2, 3")).all()

    keys = seeded_session.execute(text("SELECT key FROM listing ORDER BY key")).scalars().all()
    changed = (
        "UPDATE listing SET kind = 'youth_led', topics = '{family}', verified_on = '2020-01-01' WHERE key = ANY (:keys)"
    )
    for statement, some in (
        (changed, keys[:30]),
        ("DELETE FROM listing WHERE key = ANY (:keys)", keys[20:60]),
        ("SELECT refresh_listing(:keys)", keys[10:40]),
    ):
        seeded_session.execute(text(statement), {"keys": some})
    kept = counted()
    seeded_session.execute(text("SELECT rebuild_atlas()"))
    assert kept == counted()
    assert {"all", "kind", "topic", "channel", "language", "access", "checked"} == {one.measure for one in kept}


def test_page_csv_and_json_have_the_same_numbers(client):
    page = client.get("/en/atlas?by=channel").text
    table = list(csv.DictReader(io.StringIO(client.get("/api/v1/atlas.csv?by=channel").text)))
    answer = client.get("/api/v1/atlas.json?by=channel").json
    for code in ("NZ", "MA", "GQ"):
        numbers = [int(one["services"]) for one in table if one["country"] == code]
        assert row(page, code) == numbers
        assert answer["countries"][code]["services"] == numbers[0]


def test_the_table_sorts_by_plain_links(client):
    page = client.get("/en/atlas?by=kind&sort=helpline").text
    shown = [row(page, code) for code in re.findall(r'<th scope="row"><a href="/en/countries/(..)"', page)]
    helplines = [numbers[1] for numbers in shown]
    assert helplines == sorted(helplines, reverse=True)
    assert helplines[0] > 0
    assert 'aria-sort="descending"' in page


def test_gaps_are_said_in_words(client):
    page = client.get("/en/atlas?by=channel&value=webchat").text
    assert re.search(r"<b>Web chat</b>: none known in \d+ countries", page)
    missing = re.search(
        r"Web chat: we know of none in these \d+ countries<svg.*?</summary>\s*<p>(.*?)</p>", page, re.DOTALL
    )[1]
    assert "Equatorial Guinea" in missing
    assert "United States" not in missing.replace("United States Outlying Islands", "")
    assert "no sourced number of children" in page


@pytest.mark.parametrize("code", LANGUAGES)
def test_it_speaks_every_language_and_stays_light(client, code):
    reply = client.get(f"/{code}/atlas?by=topic", headers={"Accept-Encoding": "br"})
    assert reply.status_code == 200
    assert len(reply.data) <= 60 * KIB


def test_the_picture_stands_alone_with_its_notice(client):
    reply = client.get("/en/atlas.svg?by=channel&value=webchat")
    assert reply.mimetype == "image/svg+xml"
    assert 'xmlns="http://www.w3.org/2000/svg"' in reply.text
    assert "imply no opinion" in reply.text
    assert "Web chat" in reply.text
    assert reply.text.count("<title>") > 225
    paths = re.findall(r' d="([^"]*)"', reply.text)
    assert [path for path in paths if not re.fullmatch(r"(?:M\d+ \d+(?:l[-\d ]+|v5)z?)+|M0 0v5", path)] == []


@pytest.mark.parametrize("query", ["by=age", "value=shop", "sort=luck", "colour=red", "by=topic&value=helpline"])
@pytest.mark.parametrize("path", ["/en/atlas", "/en/atlas.svg"])
def test_what_is_not_there_is_refused(client, path, query):
    assert client.get(f"{path}?{query}").status_code == 422
