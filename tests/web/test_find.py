"""The find help page over HTTP: whom it shows, what it says, what it keeps, and what it never puts in an address."""

import re

import pytest

from popmap.config import PROJECT
from popmap.errors import Fault, InputError, UnavailableError
from popmap.vocabulary import LANGUAGES
from popmap.web import database, find, find_form

PART = {"Popmap-Part": "main"}


def ids(page):
    return re.findall(r'data-service="([^"]+)"', page)


def ask(client, lang="en", **fields):
    return client.post(f"/{lang}/", data=fields)


@pytest.fixture
def morocco(client):
    return ask(client, country="MA").text


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_empty_form_needs_no_database_and_shows_eight_tiles(visitor, code):
    reply = visitor.get(f"/{code}/")
    assert reply.status_code == 200
    before_more = reply.text[: reply.text.index('class="more"')]
    assert before_more.count('name="topic"') == 8
    assert reply.text.count('name="topic"') == 26  # all 25, and "anything else"
    assert "<title>PoP Map</title>" in reply.text


def test_a_country_from_the_list_is_answered_on_the_same_address(client, morocco):
    assert {"ma-2511-onde", "ma-emc-helpline", "global-befrienders-worldwide"} <= set(ids(morocco))
    assert "dz-1111-onppe" not in ids(morocco)
    assert "ways to get help in Morocco" in morocco
    assert 'href="tel:19"' in re.search(r'<aside class="danger".*?</aside>', morocco, re.DOTALL).group()


@pytest.mark.parametrize("text", ["Rabat", "الرباط", "Рабат"])
def test_a_typed_place_is_found_in_any_script(client, text):
    assert "ma-2511-onde" in ids(ask(client, where=text).text)


def test_a_name_of_several_countries_shows_no_emergency_number_as_a_fact(client):
    page = ask(client, where="San José").text
    assert "Which place do you mean?" in page
    assert "tel:" not in re.search(r'<aside class="danger".*?</aside>', page, re.DOTALL).group()


@pytest.mark.parametrize(
    ("text", "countries"),
    [("Georgia", ["Georgia", "the United States"]), ("Congo", ["the Democratic Republic of the Congo", "Congo"])],
)
def test_a_country_that_shares_its_name_is_no_fact_either(client, text, countries):
    page = ask(client, where=text).text
    assert "tel:" not in danger(page)
    assert re.findall(r"Call in ([^:<]+):", page) == countries
    assert 'name="place"' in page


@pytest.mark.parametrize(
    ("text", "words", "offered"),
    [
        ("New Foo", "We do not know a place called “New Foo”. Try a bigger town", []),
        ("home", "We do not know a place called “home”. Try a bigger town", []),
        ("Casabl", "Do you mean one of these?", ["town:2553604"]),
        ("Netherlands Antilles", "is not a country any more", ["country:BQ", "country:CW", "country:SX"]),
        ("Kashmir", "is in more than one country", ["country:IN", "country:PK", "country:CN"]),
        ("Europe", "is too big for us", []),
    ],
)
def test_what_is_no_places_name_is_told_no_help_but_keeps_the_form_and_offers_places(client, text, words, offered):
    reply = ask(client, where=text, topic="bullying", how="chat")
    assert (reply.status_code, ids(reply.text)) == (422, [])
    assert words in reply.text
    assert f'value="{text}"' in reply.text
    assert re.findall(r'form="choices" name="place" value="([^"]+)"', reply.text) == offered
    choices = reply.text.partition('id="choices"')[2].partition("</form>")[0]
    assert not offered or ('value="bullying"' in choices and 'name="how" value="chat"' in choices)
    assert "tel:" not in danger(reply.text)


def test_whatever_else_is_wrong_the_numbers_for_danger_are_there_as_far_as_a_country_is_told(client):
    assert 'href="tel:112"' in danger(ask(client, country="DE", age="old").text)
    assert "tel:" not in danger(ask(client, country="DE", where="Lima", age="old").text)
    offered = ask(client, where="Kashmir").text
    assert re.findall(r"Call in ([^:<]+):", offered) == ["India", "Pakistan", "China"]


def test_a_slip_in_a_citys_name_is_said_to_be_a_guess(client):
    page = ask(client, where="Casablnca").text
    assert "We are not sure about “Casablnca”" in page
    assert "tel:" not in danger(page)


def test_a_place_that_is_not_saved_is_not_called_unknown_while_the_database_is_away(app, monkeypatch):
    errors = iter([UnavailableError("away"), InputError([Fault("where", "not_found", "Kleinstadt")])])

    def neither_there_nor_saved(_form):
        raise next(errors)

    monkeypatch.setattr(find, "_answered", neither_there_nor_saved)
    monkeypatch.setattr(database, "fall_back", lambda: True)
    reply = app.test_client().post("/en/", data={"where": "Kleinstadt", "topic": "bullying"})
    assert reply.status_code == 503
    assert "We cannot look up “Kleinstadt” just now. Choose your country from the list" in reply.text
    assert 'value="Kleinstadt"' in reply.text
    assert '<details class="from-list" open>' in reply.text


def test_of_an_address_it_is_said_what_was_looked_for(client):
    page = ask(client, where="12 Rue de Rivoli, Paris").text
    assert "We looked for “Paris” only." in page
    assert 'href="tel:112"' in danger(page)


@pytest.mark.parametrize(
    ("place", "others"), [({"where": "Crimea"}, "Ukraine · Russia"), ({"country": "EH"}, "Morocco")]
)
def test_a_disputed_area_is_told_the_numbers_of_both_sides_and_why(client, place, others):
    page = ask(client, **place).text
    assert re.search(f"Who governs here is disputed. We show help from each side: [^<]*{others}", page)
    assert "tel:" not in danger(page)


@pytest.mark.parametrize("code", ["GB", "MA", "US"])
def test_that_nobody_can_be_written_to_is_said_only_of_the_place(client, code):
    pages = [ask(client, country=code, topic=topic).text for topic in ("missing_runaway", "trafficking", "basic_needs")]
    assert [page for page in pages if "we know no way to write to someone here" in page] == []


@pytest.mark.parametrize(("text", "number"), [("U.K.", "999"), ("U. S. A.", "911")])
def test_short_and_usual_names_are_known(client, text, number):
    page = ask(client, where=text).text
    assert f'href="tel:{number}"' in danger(page)
    assert "We are not sure" not in page


@pytest.mark.parametrize("text", ["عمان", "عمّان", "Austr", "Slov", "ind"])
def test_a_city_of_the_same_name_or_the_beginning_of_one_is_no_fact(client, text):
    page = client.post("/en/", data={"where": text}).text
    assert "tel:" not in danger(page)
    if "م" in text:
        assert {"Oman", "Jordan"} <= set(re.findall(r"Call in ([^:<]+):", page))


@pytest.mark.parametrize(
    ("text", "number"),
    [("Puerto Rico", "911"), ("Guadeloupe", "18"), ("Aruba", "911"), ("Macao", "999"), ("Mexico", "911")],
)
def test_a_territory_is_not_mistaken_for_itself_nor_a_country_for_its_capital(client, text, number):
    assert f'href="tel:{number}"' in danger(ask(client, where=text).text)


@pytest.mark.parametrize(
    ("lang", "text", "number"),
    [
        ("en", "Cairo", "122"),
        ("zh", "中國", "110"),
        ("ru", "Голландия", "112"),
        ("ar", "مغرب", "19"),
        ("es", "EE.UU.", "911"),
    ],
)
def test_a_great_city_and_the_usual_name_of_a_country_are_taken_as_said(client, lang, text, number):
    assert f'href="tel:{number}"' in danger(ask(client, lang, where=text).text)


@pytest.mark.parametrize(("text", "country"), [("Moroco", "MA"), ("Lybia", "LY"), ("Columbia", "CO")])
def test_a_country_nearly_typed_is_offered_to_be_confirmed(client, text, country):
    page = ask(client, where=text).text
    assert "tel:" not in danger(page)
    assert f'name="place" value="country:{country}"' in page


def test_each_rescuer_stands_in_the_strip_before_anybodys_second_number(client):
    strip = danger(ask(client, country="CI").text)
    assert [one in strip for one in ("tel:185", "tel:180")] == [True, True]
    assert strip.count("Police") == 1


@pytest.mark.parametrize(("country", "said"), [("CD", "Police, Ambulance"), ("GM", "Police"), ("AF", "Ambulance")])
def test_whose_number_is_not_known_is_said_beside_the_others(client, country, said):
    assert f"No number known here: {said}." in danger(ask(client, country=country).text)
    assert (
        f"No number known here: {said}."
        in client.get(f"/en/countries/{country}").text.partition('class="card paper"')[2]
    )


@pytest.mark.parametrize(
    ("country", "said"), [("DZ", "17: only from a landline."), ("MA", "19, 150, 15: some say another number.")]
)
def test_what_must_be_known_of_a_number_stands_beside_it(client, country, said):
    assert said in re.sub(r"<[^>]+>", "", danger(ask(client, country=country).text))


def test_a_sign_that_no_keyboard_sends_costs_nothing_else_that_was_typed(client):
    reply = ask(client, where="Rab\0at", topic="bullying")
    assert reply.status_code == 422
    assert 'value="Rabat"' in reply.text
    assert "We could not read that place." in reply.text
    assert re.search(r'value="bullying" checked', reply.text)


def test_two_countries_at_once_are_asked_about_and_not_answered(client):
    reply = client.post("/en/", data={"country": ["MA", "FR"]})
    assert reply.status_code == 422
    assert "Please choose only one." in reply.text


def test_where_nobody_helps_with_it_that_is_said_before_what_helps_everywhere(client):
    page = ask(client, country="GQ", topic="suicide_self_harm").text
    assert page.index("We know nobody here just for this.") < page.index('data-service="global-')


def test_a_network_that_answers_nobody_is_not_called_a_helpline(client):
    card = client.post("/en/", data={"country": "GQ"}).text.partition("global-child-helpline-international")[2][:900]
    assert "Leads to helplines" in card


def danger(page):
    return re.search(r'<aside class="danger".*?</aside>', page, re.DOTALL).group()


@pytest.mark.parametrize("age", ["١٢", "۱۲", "１２", " 12 "])
def test_an_age_may_be_written_as_the_keyboard_writes_it(client, age):
    reply = ask(client, country="MA", age=age)
    assert reply.status_code == 200
    assert f'value="{age}"' in reply.text


def test_the_devices_area_is_answered_and_can_be_forgotten(client):
    page = ask(client, at="-6.84,34.02").text
    assert "ma-2511-onde" in ids(page)
    assert "We use your phone" in page
    forgotten = ask(client, at="-6.84,34.02", forget="1")
    assert forgotten.status_code == 422
    assert "-6.84" not in forgotten.text


def test_near_a_border_both_sides_are_shown_and_named(client):
    page = ask(client, at="-5.35,36.14").text
    assert {"gi-8008-childline", "es-anar-telefono"} <= set(ids(page))
    assert "You are near a border" in page
    answer = page[page.index('id="found"') :]
    assert "Call in Gibraltar:" in answer
    assert "Call in Spain:" in answer


def test_acute_topics_put_people_first_and_computers_under_a_warning(client):
    page = ask(client, country="US", topic="suicide_self_harm").text
    shown = ids(page)
    late = ids(page[page.index("Not for emergencies") :])
    assert shown[0] in {"us-988-lifeline", "us-crisis-text-line", "us-trevor-project", "us-boys-town"}
    assert {one for one in shown if one in {"global-koko", "us-alongside", "us-notok-app"}} <= set(late)


def test_a_computer_is_called_a_computer(client):
    page = ask(client, country="US").text
    cards = re.findall(r'<li class="card answer".*?</details>', page, re.DOTALL)
    driven = [card for card in cards if "k-ai_driven" in card]
    assert driven
    assert all("This is a computer, not a person." in card for card in driven)


def test_where_nothing_fits_exactly_others_are_offered_with_words(client):
    page = ask(client, country="MA", topic="child_labour").text
    assert "These people listen to any worry" in page or "You can also ask these here" in page
    assert len(ids(page)) >= 3


def test_nobody_is_sent_to_an_office_for_something_else(client):
    page = ask(client, country="GQ", topic="suicide_self_harm").text
    assert {"global-befrienders-worldwide", "global-child-helpline-international"} <= set(ids(page))
    assert "global-europol-trace-an-object" not in ids(page)


def test_a_training_for_schools_is_no_other_way_than_a_helpline(client):
    page = ask(client, country="GB", topic="bullying").text
    others = " ".join(re.findall(r'<ul class="or-ways">(.*?)</ul>', page, re.DOTALL))
    assert "gb-childnet-digital-leaders" in ids(page)
    assert "Digital Leaders" not in others
    assert len(ids(page)) > 3


def test_a_computer_is_the_last_to_be_named_when_nobody_answers(client):
    page = ask(client, country="GE").text
    (line,) = [
        card for card in page.split('<li class="card answer"')[1:] if 'data-service="ge-111-child-hotline"' in card
    ]
    beside = line.partition('class="or-ways"')[2].partition("</ul>")[0]
    assert "Child Helpline International" in beside
    assert "Befrienders Worldwide" in beside


def test_a_site_of_which_no_more_is_known_is_a_website_once(client):
    page = ask(client, country="GB", topic="bullying").text
    card = page[page.index('data-service="gb-childnet-digital-leaders"') :].partition("<details>")[0]
    assert "Write online" not in card
    assert card.partition('class="or"')[0].count("Website") == 1


def test_a_number_that_is_no_link_is_known_all_the_same(client):
    page = ask(client, country="CN", topic="bullying").text
    assert ids(page)[0] == "cn-hope24"
    assert "cn-12110-sms-police" in ids(page)
    assert "we know no way to write" not in page
    assert "we know no number to call" not in page


def test_a_country_without_a_service_gets_those_that_help_everywhere(client):
    page = ask(client, country="GQ", topic="suicide_self_harm", how="text").text
    assert "These help in every country" in page
    assert len(ids(page)) >= 3


@pytest.mark.parametrize("country", ["MA", "US", "AD", "TV", "GQ", "JP"])
def test_beside_every_number_stand_two_other_ways(client, country):
    page = ask(client, country=country, topic="abuse_violence").text
    for card in page.split('<li class="card answer"')[1:]:
        if 'href="tel:' in card:
            others = re.search(r'<ul class="or-ways">(.*?)</ul>', card, re.DOTALL)
            assert others, card[:200]
            assert others.group(1).count("<a ") >= 2, card[:200]


@pytest.mark.parametrize(
    ("country", "said"),
    [
        ("GB", "Many lines keep to themselves what you say."),
        ("MA", "An office may have to act on what you tell it."),
        ("US", "What you type may be kept. If you are in danger, call a person."),
    ],
)
def test_every_card_says_what_happens_when_one_gets_in_touch(client, country, said):
    """Rule 24: who answers, whom they may tell, and that one can hang up."""
    cards = ask(client, country=country).text.split('<li class="card answer"')[1:]
    assert any(said in card for card in cards)
    for card in cards:
        told = re.search(r'<ul class="happens">(.*?)</ul>', card, re.DOTALL).group(1)
        assert 3 <= told.count("<li>") <= 4
        assert "answer" in told[:80]  # "Not known who answers" too
        assert re.search(r"whom they (may )?tell|keep to themselves what you tell", told)
        assert "You can stop or hang up at any time." in told


def test_an_answer_keeps_its_question_in_one_line_and_opens_it_when_something_is_wrong(client):
    page = ask(client, country="MA", topic="bullying").text
    assert re.search(r'<details class="card asked">\s*<summary><span>People are mean to me', page)
    assert "asked" not in ask(client, where="Zzyzxqwv").text.partition("<main")[2]


def test_no_card_leads_a_child_to_another_page_of_ours(morocco):
    cards = "".join(re.findall(r'<li class="card answer".*?</details>', morocco, re.DOTALL))
    assert not re.findall(r'<a [^>]*href="[/#?]', cards)


def test_the_answer_has_no_state_in_any_address(client):
    page = ask(client, where="Rabat", topic="bullying", age="12").text
    addresses = re.findall(r'(?:href|action|src)="([^"]*)"', page)
    assert not [one for one in addresses if one.startswith("/") and ("bullying" in one or "Rabat" in one or "?" in one)]
    assert 'value="12"' in page
    assert "checked" in page[page.index('value="bullying"') :][:40]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"where": "Zzyzxqwv"}, "We do not know a place called"),
        ({"country": "ZZ"}, "We do not know this country"),
        ({"country": "MA", "age": "-4"}, "Please write your age as a number"),
        ({"country": "MA", "age": "1000"}, "Please write your age as a number"),
        ({"at": "-6.8412,34.0209"}, "We could not use that area"),
        ({"at": "200,95"}, "We could not use that area"),
        ({"topic": "bullying"}, "Please tell us where you are"),
        ({"country": "MA", "topic": "sadness"}, "We did not understand one of the choices"),
        ({"country": "MA", "how": "fly"}, "We did not understand one of the choices"),
        ({"country": "MA", "open_now": "maybe"}, "We did not understand one of the choices"),
        ({"country": "MA", "q": "x"}, "We did not understand one of the choices"),
        ({"place": "town:999999999999", "where": ""}, "We do not know a place called"),
    ],
)
def test_bad_input_is_told_in_words_and_the_form_is_kept(client, fields, words):
    reply = ask(client, **fields)
    assert reply.status_code == 422
    assert words in reply.text
    typed = fields.get("where") or fields.get("age")
    assert not typed or f'value="{typed}"' in reply.text


def test_without_the_database_the_form_comes_back_as_it_was_typed(app, monkeypatch):
    def away():
        raise UnavailableError("away")

    monkeypatch.setattr(database, "reading", away)
    reply = app.test_client().post("/en/", data={"where": "Rabat", "topic": "family", "age": "11"})
    assert reply.status_code == 503
    assert "What you chose is still here" in reply.text
    assert 'value="Rabat"' in reply.text
    assert 'value="11"' in reply.text


def test_what_is_sent_again_much_later_is_asked_anew(client):
    """Without a script the tab keeps what was sent: "send again", an hour later, may be somebody else's press."""
    made = int(re.search(r'name="made" value="(\d+)"', client.get("/en/").text).group(1))
    assert ask(client, country="MA", topic="bullying", made=str(made)).status_code == 200
    late = ask(client, country="MA", topic="bullying", made=str(made - find_form.OPEN_FOR_MINUTES - 2))
    assert "This page was open for a long time" in late.text
    assert ids(late.text) == []
    assert "selected" not in late.text.replace('value="" selected', "")
    assert not re.search(r'value="bullying"[^>]* checked', late.text)
    # the page's own script leaves nothing in the tab: there a form may stay open for as long as one likes
    scripted = client.post("/en/", data={"country": "MA", "made": "1"}, headers=PART)
    assert "ma-2511-onde" in ids(scripted.text)


def test_the_pages_script_gets_the_part_that_changes(client):
    part = client.post("/en/", data={"country": "MA"}, headers=PART).text
    assert "<html" not in part
    assert 'class="danger"' in part
    assert "ma-2511-onde" in ids(part)


def test_the_first_screen_is_light(client):
    for code in LANGUAGES:
        reply = client.get(f"/{code}/", headers={"Accept-Encoding": "br"})
        assert len(reply.data) <= 14 * 1024, code


def test_an_answer_is_light_too(client):
    reply = client.post("/en/", data={"country": "US"}, headers={"Accept-Encoding": "br"})
    assert len(reply.data) <= 60 * 1024


def syllables(word):
    groups = len(re.findall(r"[aeiouy]+", word.lower()))
    return max(groups - (word.lower().endswith("e") and not word.lower().endswith(("le", "ee"))), 1)


def reading_grade(sentences):
    """The Flesch-Kincaid grade; grade 4 is an age of about nine."""
    words = [word for sentence in sentences for word in re.findall(r"[A-Za-z']+", sentence)]
    return 0.39 * len(words) / len(sentences) + 11.8 * sum(map(syllables, words)) / len(words) - 15.59


def test_the_page_reads_at_the_age_of_nine():
    sources = "".join(path.read_text() for path in sorted((PROJECT / "templates" / "find").glob("*.html")))
    texts = re.findall(r'\b(?:_|ngettext)\("([^"]+)"', sources)
    sentences = [one for text in texts for one in re.split(r"(?<=[.!?:])\s+", text) if one.count(" ") >= 2]
    assert len(sentences) > 40
    assert reading_grade(sentences) <= 4
    assert [one for one in sentences if one.count(" ") > 6 and reading_grade([one]) > 7] == []


@pytest.mark.parametrize(
    ("country", "topic", "own", "of_the_state"),
    [
        ("PR", "abuse_violence", "pr-linea-maltrato", "us-childhelp"),
        ("GU", "suicide_self_harm", "gu-988-gbhwc", "us-988-lifeline"),
        ("RE", "bullying", "fr-3018-e-enfance", "fr-3018-e-enfance"),
    ],
)
def test_a_territory_chosen_from_the_list_is_served_by_its_state_too(client, country, topic, own, of_the_state):
    found = ids(ask(client, country=country, topic=topic).text)
    assert {own, of_the_state} <= set(found)
    assert "us-teen-lifeline-arizona" not in found


@pytest.mark.parametrize("words", ["Kehl", "Gaza"])
def test_a_border_has_two_sides_and_not_all_that_are_called_so(client, words):
    answer = client.post("/en/", data={"where": words}).text
    (said,) = re.findall(r"help from both sides: ([^<]*)\.</p>", answer)
    assert said == {"Kehl": "Germany · France", "Gaza": "State of Palestine · Israel"}[words]
    for country in said.split(" · "):
        assert re.search(rf"Call in (the )?{country}", answer), country
