"""The frame: the same services as the explorer, no script, and the only page that others may frame."""

import re

import pytest

from popmap import catalogue
from popmap.catalogue import Criteria
from popmap.vocabulary import LANGUAGES


def test_it_shows_what_the_explorer_finds_and_leads_there(client, reading):
    page = client.get("/embed?lang=en&country=NZ&kind=helpline").text
    found = catalogue.search(reading, Criteria(country=("NZ",), kind=("helpline",)), limit=20)
    shown = re.findall(r'<h2><a href="[^"]*/en/services/([^"]+)"', page)
    assert shown == [one["id"] for one in found.items]
    assert "/en/explore?kind=helpline&amp;country=NZ" in page


@pytest.mark.parametrize("code", LANGUAGES)
def test_it_speaks_the_language_asked_for(client, code):
    page = client.get(f"/embed?lang={code}&country=MA").text
    assert f'<html lang="{code}" dir="{"rtl" if code == "ar" else "ltr"}">' in page


def test_only_the_frame_may_be_framed(app, client):
    framed = client.get("/embed")
    assert "frame-ancestors *" in framed.headers["Content-Security-Policy"]
    assert "X-Frame-Options" not in framed.headers
    for path in ("/en/", "/en/explore", "/embed/", "/en/embed", "/api/v1/map.html", "/exit", "/api/docs", "/en/atlas"):
        reply = client.get(path)
        assert "frame-ancestors 'none'" in reply.headers["Content-Security-Policy"], path
        assert reply.headers["X-Frame-Options"] == "DENY", path


def test_it_runs_nothing_keeps_nothing_and_opens_outside(client):
    reply = client.get("/embed?country=GB")
    assert "<script" not in reply.text
    assert "script-src" not in reply.headers["Content-Security-Policy"]
    assert "Set-Cookie" not in reply.headers
    for link in re.findall(r'<a\b[^>]*href="http[^>]*>', reply.text):
        assert 'rel="noreferrer noopener"' in link
        assert 'target="_blank"' in link
    assert "cannot close the page around it" in reply.text


@pytest.mark.parametrize("query", ["kind=shop", "colour=red", "lang=xx", "place=town:999999999999"])
def test_what_is_not_understood_is_said_in_the_frame(client, query):
    reply = client.get(f"/embed?{query}")
    assert reply.status_code == 422
    assert "frame-ancestors *" in reply.headers["Content-Security-Policy"]
    assert 'class="note"' in reply.text


@pytest.mark.mutant
def test_mutant_a_page_that_may_be_framed_by_mistake_is_found(client, monkeypatch):
    monkeypatch.setattr("popmap.web.security.page_policy", lambda *_, **__: "default-src 'none'; frame-ancestors *")
    with pytest.raises(AssertionError):
        test_only_the_frame_may_be_framed(None, client)
