"""The explorer over HTTP: a plain GET form that keeps its state in the address and refuses nonsense."""

import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest

FIRST_SCREEN_BYTES = 14 * 1024
WHOLE_PAGE_BYTES = 60 * 1024


@pytest.fixture
def explore(client):
    """The page's HTML at some criteria; asserts the status."""

    def fetch(query="", *, lang="en", status=200):
        reply = client.get(f"/{lang}/explore{query and '?'}{query}")
        assert reply.status_code == status, reply.text[:500]
        return unescape(reply.text)

    return fetch


def total(html):
    return int(re.search(r'<h2 id="count"[^>]*>\s*(\d+)', html)[1])


def links(html, css_class):
    return re.findall(rf'<a class="{css_class}" href="([^"]+)"', html)


def test_everything_is_listed_with_a_count(explore):
    html = explore()
    assert total(html) > 400
    assert html.count('class="card row"') == 15


def test_a_filter_narrows_and_its_count_was_true(explore):
    counted = re.search(r'value="youth_led">.*?<b>(\d+)</b>', explore(), re.DOTALL)[1]
    assert total(explore("kind=youth_led")) == int(counted)


def test_each_active_filter_can_be_taken_away_alone(explore):
    html = explore("kind=helpline&topic=family&country=FR&age=14&q=enfant")
    queries = [parse_qs(urlsplit(url).query) for url in links(html, "chip")]
    assert len(queries) == 5
    assert all(len(query) == 4 for query in queries)
    assert len({tuple(sorted(query)) for query in queries}) == 5


def test_the_form_keeps_what_was_chosen(explore):
    html = explore("kind=helpline&q=enfant&age=14&sort=name&bbox=-10,20,10,50")
    assert re.search(r'name="kind" value="helpline" checked', html)
    for kept in ('value="enfant"', 'name="bbox" value="-10,20,10,50"', 'name="sort" value="name"', 'value="14"'):
        assert kept in html


def test_pages_of_the_list_follow_without_gap_or_double(explore):
    first = explore("kind=official_service")
    second = explore(urlsplit(links(first, "btn main")[-1]).query)
    ids = [set(re.findall(r'data-service="([^"]+)" data-l', html)) for html in (first, second)]
    assert not ids[0] & ids[1]
    assert "First page" in second


def test_worldwide_services_stand_under_everywhere(explore):
    html = explore("country=MC")
    before, _, after = html.partition('<h2 class="everywhere">')
    assert "Helps everywhere" in after
    assert "Helps everywhere" not in before


def test_a_chosen_country_gives_its_emergency_numbers(explore):
    assert 'href="tel:' in explore("country=FR").partition('class="bar"')[0]


@pytest.mark.parametrize(
    ("query", "field", "allowed"),
    [
        ("kind=shop", "kind", "Youth-led"),
        ("topic=fun", "topic", "Bullying"),
        ("country=ZZ", "country", "a country from the list"),
        ("age=abc", "age", "0 to 120"),
        ("age=121", "age", "0 to 120"),
        ("place=town:x", "place", "a place from the list"),
        ("checked_since=yesterday", "checked_since", "2026-05-03"),
        ("language=xx9", "language", "a language from the list"),
        ("q=%00", "q", "200 letters"),
        ("q=a%ff", "q", "200 letters"),
        ("q=a&q=b", "q", "200 letters"),
        ("where=a&where=b", "where", "a town, region or country"),
        ("where=%00", "where", "a town, region or country"),
    ],
)
def test_a_choice_that_is_not_understood_is_refused_beside_its_field(explore, query, field, allowed):
    html = explore(f"{query}&cost=free", status=422)
    beside = re.search(rf'id="fault-{field}">(.*?)</p>', html, re.DOTALL)[1]
    assert allowed in beside
    assert 'class="card row"' not in html
    assert re.search(r'name="cost" value="free" checked', html)


@pytest.mark.parametrize(
    "query",
    ["colour=red", "sort=best", "cursor=nonsense", "more=topic", "at=2.3521,48.8566", "bbox=1,2,3", "sort=distance"],
)
def test_faults_without_a_field_are_named_in_the_list(explore, query):
    html = explore(query, status=422)
    assert "We did not understand one of the choices" in html
    assert query.partition("=")[2] in html


def test_only_an_order_that_can_be_had_is_offered_for_a_wrong_one(explore):
    said = re.search(r"Possible: Best match[^<]*", explore("sort=best", status=422))[0]
    assert "Distance" not in said
    assert "Distance" in re.search(r"Possible: Best match[^<]*", explore("sort=best&place=country:MA", status=422))[0]


@pytest.mark.parametrize(
    ("place", "said", "first", "later"),
    [
        ("town:3168070", "both sides: San Marino, Italy", "sm-0549-994800-antiviolenza", "it-114-emergenza-infanzia"),
        ("at", "in this order: Guam, United States", "gu-988-gbhwc", "us-988-lifeline"),
        ("town:2462881", "disputed", "ma-2511-onde", "global-take-it-down"),
    ],
    ids=["border", "territory", "disputed"],
)
def test_whose_services_stand_here_is_said_and_the_likelier_country_comes_first(explore, place, said, first, later):
    html = explore("at=144.75,13.47" if place == "at" else f"place={place}")
    assert said in html
    ids = re.findall(r'data-service="([^"]+)"', html)
    assert ids.index(first) < (ids.index(later) if later in ids else len(ids))


def test_of_a_place_in_one_country_nothing_is_said(explore):
    html = explore("at=2.35,48.86")
    assert "both sides" not in html
    assert "in this order" not in html


def test_faults_speak_the_readers_language(explore):
    assert "120" in explore("age=abc", lang="ar", status=422)


def test_a_typed_country_leads_to_the_address_that_names_it(client):
    reply = client.get("/en/explore?where=Morocco&kind=helpline")
    assert reply.status_code == 302
    assert parse_qs(urlsplit(reply.location).query) == {"kind": ["helpline"], "place": ["country:MA"]}


def test_a_typed_place_of_many_meanings_offers_choices(explore):
    html = explore("where=San+José")
    choices = re.findall(r'<li><a href="[^"]*place=([^"&]+)"', html.partition('id="choices"')[2])
    assert len(choices) > 1


def test_a_place_nobody_knows_is_said_beside_the_field(explore):
    html = explore("where=Qqxzzyv", status=422)
    assert "We do not know a place of that name" in re.search(r'id="fault-where">(.*?)</p>', html, re.DOTALL)[1]
    assert 'value="Qqxzzyv"' in html


def test_nothing_found_says_what_one_can_do(explore):
    html = explore("q=zzzzqqqqxxxx&country=FR")
    assert "No service fits all of these choices" in html
    assert "Show every service" in html


def test_all_countries_come_when_asked_for(explore):
    few, all_ = explore(), explore("more=country")
    assert few.count('name="country"') < 12
    assert all_.count('name="country"') > 150


def test_regions_are_offered_once_their_country_is_chosen(explore):
    assert 'name="subdivision"' not in explore()
    offered = re.search(r'value="AE-DU"><span>.*?<b>(\d+)</b>', explore("country=AE"), re.DOTALL)[1]
    chosen = explore("country=AE&subdivision=AE-DU")
    assert total(chosen) == int(offered)
    assert 'value="AE-DU" checked' in chosen
    assert 'type="hidden" name="subdivision"' not in chosen


@pytest.mark.parametrize(
    ("query", "words"),
    [("", "Best checked first"), ("country=MA", "Most local first"), ("country=MA&q=enfant", "Best match")],
)
def test_the_order_says_what_it_is(explore, query, words):
    assert re.search(r"<summary><span>Sort:</span> ([^<]+)<svg", explore(query))[1] == words


def test_half_a_question_gets_no_counts_and_no_marks(explore):
    html = explore("kind=shop", status=422)
    assert not re.search(r'class="opt[^>]*>(?:(?!</label>).)*<b>', html, re.DOTALL)
    assert 'data-found=""' in html


def test_the_map_is_told_where_the_chosen_areas_are(explore):
    assert 'data-area=""' in explore()
    west, south, east, north = map(float, re.search(r'data-area="([^";]+)"', explore("country=MA"))[1].split(","))
    assert (-18 < west < -8, -2 < east < 0) == (True, True)
    assert (20 < south < 30, 35 < north < 37) == (True, True)
    assert explore("country=MA&country=FR").partition('data-area="')[2].partition('"')[0].count(";") == 1


def test_the_button_of_the_filters_says_how_many_are_behind_it(explore):
    html = explore("country=MA")
    assert f'data-words="Show {total(html)} services"' in html


@pytest.mark.parametrize("query", ["<script>alert(1)</script>", "%22%3E%3Cimg%20src=x%3E"])
def test_words_are_shown_not_run(client, query):
    page = client.get(f"/en/explore?q={query}").text
    assert "<script>alert" not in page
    assert "<img src=x" not in page


@pytest.mark.parametrize("lang", ["en", "fr", "ar", "es", "ru", "zh"])
def test_the_whole_list_fits_the_first_screens_budget(client, lang):
    reply = client.get(f"/{lang}/explore", headers={"Accept-Encoding": "br"})
    assert reply.content_encoding == "br"
    assert len(reply.data) <= FIRST_SCREEN_BYTES


def test_the_longest_list_fits_the_pages_budget(client):
    reply = client.get("/ru/explore?more=country&more=language", headers={"Accept-Encoding": "br"})
    assert len(reply.data) <= WHOLE_PAGE_BYTES


def test_downloads_hold_exactly_what_is_shown(client, explore):
    html = explore("kind=youth_led")
    offered = re.findall(r'<a href="([^"]+)"[^>]* download>', html)
    assert offered
    for url in offered:
        assert parse_qs(urlsplit(url).query) == {"kind": ["youth_led"]}
        lines = client.get(url).text.splitlines()
        assert len(lines) == 1 + total(html)


@pytest.mark.parametrize("query", ["", "?country=MA", "?q=safety", "?kind=ai_driven", "?language=ar", "?q=report"])
def test_only_what_serves_the_whole_world_stands_under_everywhere(client, query):
    page = client.get(f"/en/explore{query}").text
    _, heading, after = page.partition('class="everywhere"')
    if heading:
        cards = after.partition('class="paging"')[0]
        assert cards.count("Helps everywhere") == cards.count('class="card row"')
    else:
        assert query != "?country=MA"
