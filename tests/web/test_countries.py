"""Country pages: numbers with their sources, services by kind, the framework, what is missing, and the printed card."""

import re

import pytest
import segno

from popmap import gazetteer
from popmap.vocabulary import LANGUAGES


def test_the_list_names_every_country_and_says_what_is_not_known(client):
    page = client.get("/en/countries").text
    assert len(re.findall(r'<th scope="row">', page)) == len(gazetteer.COUNTRIES)
    row = re.search(r'<tr id="GQ">.*?</tr>', page, re.DOTALL).group()
    assert "not known" in row
    assert "tel:" not in row


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("iso2", ["MA", "GQ", "US", "RE", "XK"])
def test_every_page_of_a_country_stands(client, code, iso2):
    reply = client.get(f"/{code}/countries/{iso2}")
    assert reply.status_code == 200
    assert reply.text.count("<h1>") == 1
    assert 'class="qr"' in reply.text


def test_emergency_numbers_come_with_source_and_sureness(client):
    page = client.get("/en/countries/GB").text
    section = page[page.index('id="danger-numbers"') :]
    assert section.index('href="tel:999"') < section.index("An official source says so, or those who answer there.")
    assert "Source:" in section


def test_what_rests_on_one_source_is_not_said_to_rest_on_two(client):
    section = client.get("/en/countries/KE").text.partition('id="danger-numbers"')[2]
    line = section.partition('href="tel:116"')[2].partition("</li>")[0]
    assert "One source says so." in line
    assert "two sources" not in line


def test_numbers_that_are_not_sure_enough_are_not_shown(client):
    page = client.get("/en/countries/GQ").text
    assert "We know no emergency number of this country that is sure enough" in page
    assert "We know no sure emergency number of Equatorial Guinea." in page[page.index('class="paper-danger"') :]
    assert 'href="/en/countries"' in page[page.index('id="danger-numbers"') :]  # the list of what is known
    assert "tel:" not in page[: page.index("<main")]


def test_harmonised_numbers_say_whether_they_work(client):
    page = client.get("/en/countries/EE").text
    section = page[page.index('id="harmonised"') :]
    assert re.search(r'href="tel:116111".*?works here', section, re.DOTALL)


def test_a_number_that_does_not_work_is_no_link(client):
    for iso2 in ("AT", "BE", "DE", "FR", "IT", "MT"):
        section = client.get(f"/en/countries/{iso2}").text.partition('id="harmonised"')[2]
        for line in re.findall(r"<li>.*?</li>", section, re.DOTALL):
            assert "does not work here" not in line or "<a class=" not in line


def test_the_card_has_each_number_once_and_the_line_for_any_worry_first(client):
    card = client.get("/en/countries/FR").text.partition('class="paper-lines">')[2].partition("</ul>")[0]
    numbers = re.findall(r'href="tel:(\d+)"', card)
    assert numbers[0] == "119"
    assert len(numbers) == len(set(numbers)) == 6


@pytest.mark.parametrize("iso2", ["FR", "IT"])
def test_a_number_that_is_not_in_use_here_is_offered_nowhere(client, iso2):
    page = client.get(f"/en/countries/{iso2}").text + client.post("/en/", data={"country": iso2}).text
    assert "does not work here" in page
    assert 'href="tel:116111"' not in page
    assert "global-116111-child-helplines" not in page


@pytest.mark.parametrize("iso2", ["MA", "CD", "TV"])
def test_of_the_childrens_numbers_that_no_source_names_it_is_said_that_nothing_is_known(client, iso2):
    section = client.get(f"/en/countries/{iso2}").text.partition('id="harmonised"')[2].partition("</section>")[0]
    assert section.count("not known if it works here") == 2


def test_where_a_country_has_no_line_of_its_own_those_for_every_country_stand_on_its_page_and_card(client):
    page = client.get("/en/countries/TV").text
    card = page.partition('class="paper-lines">')[2].partition("</ul>")[0]
    assert card.count("<li>") >= 2
    assert "global-child-helpline-international" in page.partition("These help here too.")[2]
    assert "ma-2511-onde" in client.get("/en/countries/EH").text  # whose network works there


def test_the_framework_says_what_its_source_says(client):
    page = client.get("/en/countries/MA").text
    section = page[page.index('id="framework"') :]
    assert "Law 31-08 on consumer protection" in section
    assert "adopted" in section
    assert "in force" in section


def test_what_is_missing_is_said(client):
    page = client.get("/en/countries/GQ").text
    missing = page[page.index('id="missing"') :]
    assert "a number to call" in missing
    assert "Helpline" in missing


def test_the_card_has_at_most_six_lines_with_numbers(client):
    page = client.get("/en/countries/GB").text
    card = page[page.index('class="paper-lines"') : page.index("</ul>", page.index('class="paper-lines"'))]
    assert 3 <= card.count("<li>") <= 6
    assert card.count('<bdi dir="ltr">') >= card.count("<li>")


def test_the_choice_of_a_country_leads_to_its_page(client):
    reply = client.get("/ar/countries?country=MA")
    assert (reply.status_code, reply.location) == (302, "/ar/countries/MA")
    assert client.get("/en/countries?country=//evil.example/", follow_redirects=True).status_code == 404


def test_the_code_leads_to_the_sites_own_address_whatever_the_request_says(client):
    drawn = [
        re.search(r'<svg[^>]*class="qr".*?</svg>', client.get("/en/countries/MA", headers=headers).text, re.DOTALL)[0]
        for headers in ({}, {"Host": "evil.example"}, {"X-Forwarded-Host": "evil.example"})
    ]
    assert len(set(drawn)) == 1


def test_the_code_is_that_of_the_page_and_the_address_stands_in_letters_too(client):
    page = client.get("/ar/countries/MA").text
    address = re.search(r'class="on-paper" dir="ltr">([^<]+)<', page).group(1)
    assert address.endswith("/ar/countries/MA")
    drawn = re.search(r'<svg[^>]*class="qr".*?</svg>', page, re.DOTALL).group()
    path = segno.make(address, error="m").svg_inline(scale=4, border=2, dark="#000", light="#fff", lineclass=None)
    assert re.findall(r' d="([^"]+)"', drawn) == re.findall(r' d="([^"]+)"', path)


def card_lines(client, iso2, lang="en"):
    page = client.get(f"/{lang}/countries/{iso2}").text
    lines = page.partition('class="paper-lines"')[2].partition("</ul>")[0]
    return re.findall(r"<li>.*?</li>", lines, re.DOTALL)


def test_a_number_for_texts_says_so_and_is_never_called(client):
    (shout,) = [line for line in card_lines(client, "GB") if "85258" in line]
    assert 'href="sms:85258"' in shout
    assert re.search(r"<span>Text message|<span>SMS", shout)


def test_where_few_can_be_dialled_addresses_stand_below(client):
    lines = card_lines(client, "MA")
    assert len(lines) == 3
    assert "tel:" in lines[0]
    assert 'rel="noreferrer noopener"' in lines[2]


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", "Mon–Fri 8:00\u202fAM–10:00\u202fPM · Sat–Sun 9:00\u202fAM–6:00\u202fPM"),
        ("fr", "lun.–ven. 08:00–22:00 · sam.–dim. 09:00–18:00"),
        ("ru", "пн–пт 08:00–22:00 · сб–вс 09:00–18:00"),
        ("zh", "周一–周五 08:00–22:00 · 周六–周日 09:00–18:00"),
    ],
)
def test_the_card_says_its_hours_in_words(client, lang, words):
    (nspcc,) = [line for line in card_lines(client, "GB", lang) if "0808 800 5000" in line]
    assert words in nspcc


def test_every_number_of_the_card_can_be_pressed(client):
    page = client.get("/en/countries/GB").text
    card = page[page.index('class="paper-danger"') : page.index("Numbers can change")]
    assert card.count('class="dialled" href="') >= 5


@pytest.mark.parametrize("iso2", ["ZZ", "ma", "MAR", "%00"])
def test_no_such_country(client, iso2):
    assert client.get(f"/en/countries/{iso2}").status_code in {400, 404}


@pytest.mark.parametrize(("language", "letter", "code"), [("en", "Z", "ZM"), ("fr", "Q", "QA"), ("ru", "Я", "JM")])
def test_a_letter_leads_to_its_first_country(client, language, letter, code):
    page = client.get(f"/{language}/countries").text
    assert f'<a href="#{code}">{letter}</a>' in page
    assert f'<tr id="{code}">' in page
