"""The stand-alone map over HTTP: the services the criteria find, in six languages, and nothing from elsewhere."""

import base64
import hashlib
import re

import pytest

from popmap import catalogue
from popmap.catalogue import Criteria
from popmap.errors import SetupError
from popmap.vocabulary import LANGUAGES
from popmap.web import folium_map

ADDRESS = "/api/v1/map.html"
BIGGEST_WITHOUT_DATA = 1_000_000


def names_in(html):
    return re.findall(r'<li id="s\d+">\s*<article>\s*<h3><bdi>(.*?)</bdi>', html)


def test_the_file_holds_exactly_what_the_criteria_find(client, reading):
    reply = client.get(f"{ADDRESS}?country=NL&kind=youth_led")
    found = catalogue.search(reading, Criteria(kind=("youth_led",), country=("NL",)), limit=100)
    assert reply.status_code == 200
    assert len(names_in(reply.text)) == found.total > 0
    assert "Kind: <bdi>Youth-led</bdi>" in reply.text
    assert "Country: <bdi>Netherlands</bdi>" in reply.text


def test_without_data_it_weighs_less_than_a_megabyte(client):
    reply = client.get(f"{ADDRESS}?q=zzzzqqqqxxxx")
    assert names_in(reply.text) == []
    assert len(reply.data) < BIGGEST_WITHOUT_DATA


@pytest.mark.parametrize("code", LANGUAGES)
def test_it_says_its_language_and_may_be_enlarged(client, code):
    html = client.get(f"{ADDRESS}?country=MA&lang={code}").text
    assert f'<html lang="{code}" dir="{"rtl" if code == "ar" else "ltr"}">' in html
    assert "user-scalable" not in html
    assert "maximum-scale" not in html


def test_its_policy_names_every_script_and_style_and_nothing_else(client):
    reply = client.get(f"{ADDRESS}?country=MA")
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', reply.text)[1].replace("&#39;", "'")
    assert reply.headers["Content-Security-Policy"] == f"{policy}; frame-ancestors 'none'"
    written = re.findall(r"<(?:script|style)>(.*?)</(?:script|style)>", reply.text, re.DOTALL)
    assert len(written) == policy.count("sha256-") >= 6
    for text in written:
        assert base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() in policy
    assert "'self'" not in policy
    assert "http" not in policy


def test_the_same_question_gives_the_same_bytes(client):
    assert client.get(f"{ADDRESS}?country=MA").data == client.get(f"{ADDRESS}?country=MA").data


@pytest.mark.parametrize("query", ["kind=shop", "colour=red", "lang=tlh", "place=town:999999999999"])
def test_what_is_not_understood_is_refused(client, query):
    reply = client.get(f"{ADDRESS}?{query}")
    assert reply.status_code == 422
    assert reply.json["errors"][0]["name"] == query.partition("=")[0]


def test_more_than_a_file_should_hold_is_refused(client, monkeypatch):
    monkeypatch.setattr(folium_map, "MOST_SERVICES", 3)
    reply = client.get(ADDRESS)
    assert reply.status_code == 422
    assert reply.json["errors"][0]["code"] == "too_many"


@pytest.mark.parametrize(
    "spoiled",
    ['<script src="https://cdn.invalid/x.js">', "<link href=//cdn.invalid/x.css>", "@import 'x'", "url(https://x)"],
)
def test_anything_from_elsewhere_is_found(spoiled):
    with pytest.raises(SetupError):
        folium_map._refuse_foreign(f"<html>{spoiled}</html>", [])


@pytest.mark.mutant
def test_mutant_folium_as_it_comes_would_be_refused(monkeypatch, app):
    import folium  # noqa: PLC0415 - only here is it wanted as it comes

    with app.test_request_context("/en/"):
        plain = folium.Map(tiles=None).get_root().render()
    with pytest.raises(SetupError):
        folium_map._refuse_foreign(plain, [])
