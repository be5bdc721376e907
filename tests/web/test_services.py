"""One service's page over HTTP: what can be pressed, what is said, and what must not be shown."""

import re
from html import unescape

import orjson
import pytest

from popmap import catalogue
from popmap.catalogue import Criteria


@pytest.fixture
def service(client):
    """The HTML of one service's page."""

    def fetch(service_id, lang="en"):
        reply = client.get(f"/{lang}/services/{service_id}")
        assert reply.status_code == 200
        return unescape(reply.text)

    return fetch


def test_the_number_is_a_link_and_a_text(service):
    html = service("gb-childline")
    assert 'href="tel:08001111"' in html
    assert '<bdi dir="ltr">0800 1111</bdi>' in html


def test_every_link_that_leaves_takes_nothing_along(service):
    leaving = re.findall(r'<a [^>]*href="https?://[^"]*"[^>]*>', service("gb-childline"))
    assert leaving
    assert all('rel="noreferrer noopener' in link for link in leaving)


def test_the_name_stands_in_its_own_language_with_the_other_beside(service):
    html = service("ae-116111-moi-cpc")
    assert "<h1><bdi>مركز وزارة الداخلية لحماية الطفل</bdi></h1>" in html
    assert "UAE Ministry of Interior Child Protection Centre" in html


def test_its_country_gives_the_emergency_numbers(service):
    assert 'href="tel:' in service("gb-childline").partition('class="bar"')[0]


def test_at_least_two_other_ways_are_offered(service):
    others = service("gb-childline").partition('id="others"')[2]
    assert others.count('class="card row"') >= 2
    assert "gb-childline" not in others


def test_how_it_is_known_is_a_sentence_with_its_source(service):
    known = service("gb-childline").partition('id="known"')[2]
    assert "Collected on" in known
    assert "Checked" not in known
    assert 'rel="noreferrer noopener nofollow"' in known


def test_evidence_phrases_are_not_shown_to_visitors(service, reading):
    phrases = [source["seen"] for source in catalogue.get(reading, "gb-childline")["sources"] if source["seen"]]
    assert phrases
    html = service("gb-childline")
    assert not [phrase for phrase in phrases if phrase in html]


def test_a_computer_says_that_it_is_none_of_us(service, reading):
    computers = catalogue.search(reading, Criteria(kind=("ai_driven",)), limit=100).items
    chatbot = next(record for record in computers if "ai" in {way["answered_by"] for way in record["channels"]})
    html = service(chatbot["id"])
    assert "This is a computer, not a person." in html
    assert "Says that it is a computer" in html


@pytest.mark.parametrize("service_id", ["no-such-service", "..", "a" * 300, "%00", "gb-childline%20"])
def test_what_does_not_exist_is_not_found(client, service_id):
    assert client.get(f"/en/services/{service_id}").status_code in {400, 404}


def test_what_is_not_public_looks_like_what_does_not_exist(client, seeded_session):
    hidden = seeded_session.connection().exec_driver_sql(
        "SELECT id FROM service WHERE status NOT IN ('published', 'update_pending') LIMIT 1"
    )
    assert client.get(f"/en/services/{hidden.scalar_one()}").status_code == 404


def test_every_seventh_public_service_has_a_page_in_arabic(client, reading):
    ids = [orjson.loads(text)["id"] for text in catalogue.stream(reading, Criteria())]
    assert len(ids) > 400
    assert [id_ for id_ in ids[::7] if client.get(f"/ar/services/{id_}").status_code != 200] == []
