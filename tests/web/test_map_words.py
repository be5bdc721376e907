"""The map's words: every message the script asks for is there, in every plural form of every language."""

import re

import flask_babel
import pytest
from babel import Locale
from flask import Flask

from popmap.config import PROJECT
from popmap.vocabulary import KINDS, LANGUAGES
from popmap.web import map_words

SCRIPTS = sorted((PROJECT / "static" / "js").glob("map*.js")) + [
    PROJECT / "static" / "js" / name for name in ("marks.js", "clusters.js")
]
COUNTED = ("cluster", "cluster_here", "at_place", "in_view", "everywhere", *KINDS)


@pytest.fixture
def messages_in():
    app = Flask(__name__)
    flask_babel.Babel(app, default_translation_directories=str(PROJECT / "popmap" / "translations"))

    def messages(language: str) -> dict[str, str]:
        with app.test_request_context(), flask_babel.force_locale(language):
            return map_words.messages()

    return messages


def asked_for() -> set[str]:
    """Keys in ``say("…")`` and in ``say(test ? "…" : "…")``, those of kinds made up from parts left out."""
    said = " ".join(match for path in SCRIPTS for match in re.findall(r"say\(([^`\n]*?)[,)]", path.read_text()))
    return set(re.findall(r'"(\w+)"', said))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_message_the_script_asks_for_is_there(messages_in, language):
    there = {re.sub(r"_(zero|one|two|few|many|other)$", "", key) for key in messages_in(language)}
    assert len(asked_for()) > 20
    assert asked_for() - there == set()
    assert {f"kind_{kind}" for kind in KINDS} <= there


@pytest.mark.parametrize("language", LANGUAGES)
def test_counted_messages_have_the_plural_forms_whole_numbers_need(messages_in, language):
    messages = messages_in(language)
    locale = Locale.parse(language)
    forms = {locale.plural_form(n) for n in (*range(200), 1_000_000)}
    assert {f"{key}_{form}" for key in COUNTED for form in forms} <= set(messages)


@pytest.mark.parametrize("language", LANGUAGES)
def test_placeholders_survive_translation(messages_in, language):
    """A form may leave the number out ("one service"), never the place or the kinds."""
    english, messages = messages_in("en"), messages_in(language)
    for key, message in messages.items():
        wanted = set(re.findall(r"\{\w+\}", english.get(key) or english[re.sub(r"_[a-z]+$", "_other", key)]))
        assert wanted - {"{count}"} <= set(re.findall(r"\{\w+\}", message)), (key, message)
