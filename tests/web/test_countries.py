"""Country pages: numbers with their sources, services by kind, the framework, what is missing, and the printed card."""

import re

import pytest

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
    assert section.index('href="tel:999"') < section.index("An official source says so.")
    assert "Source:" in section


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
