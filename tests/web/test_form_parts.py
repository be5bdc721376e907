"""What is kept of the form is what everybody sees: the page is the same as one made anew, and nobody's words stay."""

import re

import pytest

from popmap.web import form_parts

FORM = "/ar/submit"
TYPED = (
    {"act": "parts"},
    {"act": "add"},
    {"act": "place", "city": "Rabat"},
    {"kind": "ai_driven", "ai.role": "talks"},
    {"kind": "youth_led", "languages": ["en", "ar"], "countries": ["MA", "FR"], "subdivisions": "MA-01"},
    {"name": "A", "website": "http://example.org", "topics": "family", "contact": "nobody@"},
    {"channels.0.type": "phone", "ai.role": "nonsense", "youth.run_by": "nonsense", "lat": "x"},
)


def plain(page):
    """A page without what differs each time."""
    return re.sub(r'nonce="[^"]+"|name="token" value="[^"]+"|\s+', " ", page)


@pytest.mark.parametrize("typed", TYPED, ids=" ".join)
def test_a_page_of_kept_parts_is_the_page_made_anew(app, client, monkeypatch, typed):
    kept = [plain(client.post(FORM, data=typed).text) for _ in range(2)]
    monkeypatch.setattr(app.jinja_env, "auto_reload", True)
    assert kept == [plain(client.post(FORM, data=typed).text)] * 2


def words_that_stay(client):
    """Where the words of one partner stand on the page of the next."""
    words = {"name": "Kanari", "words": "Kanari", "city": "Kanari", "ai.role.source": "Kanari", "min_age": "Kanari"}
    assert client.post(FORM, data=words).text.count("Kanari") >= len(words)
    return client.get(FORM).text.count("Kanari")


def test_nobodys_words_are_kept(client, monkeypatch):
    monkeypatch.setattr(form_parts, "_kept", {})
    assert words_that_stay(client) == 0


@pytest.mark.mutant
def test_mutant_parts_that_are_kept_as_they_come_show_anothers_words(client, monkeypatch):
    monkeypatch.setattr(form_parts, "_kept", {})
    monkeypatch.setattr(form_parts, "touched", lambda _filled: frozenset())
    assert words_that_stay(client) > 0
