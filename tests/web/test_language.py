"""The language of a request: prefix, direction, menu, and words that are there in all six."""

import io
import re
from datetime import date, timedelta

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

from popmap.config import PROJECT
from popmap.vocabulary import LANGUAGE_NAMES, LANGUAGES
from popmap.web import language

OTHERS = [code for code in LANGUAGES if code != "en"]


@pytest.mark.parametrize(
    ("wished", "given"),
    [
        ("fr", "fr"),
        ("ar-MA,ar;q=0.9,fr;q=0.8", "ar"),
        ("zh-TW,zh;q=0.9", "zh"),
        ("es-419", "es"),
        ("de,ru;q=0.5", "ru"),
        ("de", "en"),
        ("", "en"),
        ("*;q=0.1, \x7f", "en"),
    ],
)
def test_the_root_leads_to_the_readers_language(visitor, wished, given):
    reply = visitor.get("/", headers={"Accept-Language": wished})
    assert (reply.status_code, reply.headers["Location"]) == (302, f"/{given}/")
    assert "Accept-Language" in reply.headers["Vary"]


@pytest.mark.parametrize("path", ["/de/", "/EN/", "/enx/about", "/en-GB/"])
def test_an_unknown_language_is_no_such_page(visitor, path):
    assert visitor.get(path).status_code == 404


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_page_says_its_language_and_direction(visitor, code):
    page = visitor.get(f"/{code}/about").text
    assert f'<html lang="{code}" dir="{"rtl" if code == "ar" else "ltr"}"' in page


def test_the_menu_keeps_the_page_and_its_query(visitor):
    page = visitor.get("/en/about?topic=a&topic=b&q=%D8%B4").text
    for code in LANGUAGES:
        assert f'href="/{code}/about?topic=a&amp;topic=b&amp;q=%D8%B4"' in page
        assert f">{LANGUAGE_NAMES[code]}</a>" in page


def test_the_menu_is_not_led_astray_by_words_of_the_framework(visitor):
    page = visitor.get("/en/about?_external=1&_scheme=evil&_anchor=x&lang=zz&endpoint=y").text
    assert "evil:" not in page
    assert 'href="/fr/about?_external=1&amp;_scheme=evil' in page


def test_the_menu_works_without_javascript(visitor):
    page = visitor.get("/en/about").text
    assert re.search(r"<details class=\"menu\">\s*<summary>", page)


@pytest.mark.parametrize("code", LANGUAGES)
def test_labels_are_in_the_readers_language(frame, code):
    with frame.test_request_context(f"/{code}/"):
        words = {language.label("kind", "helpline"), language.label("topic", "bullying"), language.label("check", 1)}
        assert len(words) == 3
        if code != "en":
            assert not words & {"Helpline", "Bullying", "One source seen"}


def test_an_unknown_code_is_shown_as_it_is(frame):
    with frame.test_request_context("/fr/"):
        assert language.label("kind", "spaceship") == "spaceship"
        assert language.label("kind", "") == ""
        assert language.language_name("qqq") == "qqq"


def test_numbers_and_telephone_numbers_keep_their_direction(frame):
    with frame.test_request_context("/ar/"):
        assert language.number(1234) == '<bdi dir="ltr">1,234</bdi>'
        assert language.ltr("<b>") == '<bdi dir="ltr">&lt;b&gt;</bdi>'


@pytest.mark.parametrize(("text", "link"), [("116 111", "116111"), ("+212 5-37", "+212537"), ("19", "19")])
def test_a_dial_link_has_digits_only(text, link):
    assert language.dialled(text) == link


def test_dates_are_words_of_the_language(frame):
    with frame.test_request_context("/fr/"):
        assert language.date_words("2026-05-03") == "3 mai 2026"
        today = language.today()
        assert language.ago(today - timedelta(days=92)) == "il y a 3 mois"
        assert language.ago(date(today.year - 2, today.month, 1)) == "il y a 2 ans"


def sources() -> Catalog:
    """Every message in code and templates, as ``script/texts`` finds them."""
    catalog = Catalog()
    with (PROJECT / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)
    found = extract_from_dir(
        str(PROJECT), methods, options, keywords=KEYWORDS, directory_filter=lambda path: "node_modules" not in path
    )
    for filename, line, message, _comments, context in found:
        catalog.add(message, locations=[(filename, line)], context=context)
    return catalog


KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "N_": None, "NN_": (1, 2)}


@pytest.fixture(scope="module")
def wanted() -> Catalog:
    catalog = sources()
    assert len(catalog) > 100
    return catalog


def translated(code: str) -> Catalog:
    path = language.TRANSLATIONS / code / "LC_MESSAGES" / "messages.po"
    return read_po(io.BytesIO(path.read_bytes()), locale=code)


def missing(wanted: Catalog, given: Catalog) -> list[str]:
    return [str(message.id) for message in wanted if message.id and not complete(given.get(message.id), given)]


def complete(message: Message | None, catalog: Catalog) -> bool:
    if message is None or message.fuzzy:
        return False
    forms = message.string if isinstance(message.string, tuple) else (message.string,)
    return all(forms) and (not message.pluralizable or len(forms) == catalog.num_plurals)


@pytest.mark.parametrize("code", OTHERS)
def test_every_text_is_translated(wanted, code):
    assert missing(wanted, translated(code)) == []


@pytest.mark.parametrize("code", OTHERS)
def test_translations_keep_their_placeholders(wanted, code):
    given = translated(code)
    assert [message.id for message in given if message.id and not keeps_placeholders(message)] == []


def keeps_placeholders(message: Message) -> bool:
    """The same names in each form; a number may be left out where the form itself says it (one, two)."""
    ids = message.id if isinstance(message.id, (tuple, list)) else (message.id,)
    forms = message.string if isinstance(message.string, tuple) else (message.string,)
    names = set().union(*(placeholders(text) for text in ids))
    return all(placeholders(form) <= names and names - placeholders(form) <= {"%(num)s", "{count}"} for form in forms)


def placeholders(text: str) -> set[str]:
    return set(re.findall(r"%\(\w+\)[sd]|%s|\{\w*\}", text))


def test_english_is_the_source_and_has_no_file_of_its_own():
    assert not (language.TRANSLATIONS / "en").exists()


@pytest.mark.mutant
def test_mutant_a_missing_a_fuzzy_or_an_incomplete_translation_is_found():
    wanted, given = Catalog(), Catalog(locale="ru")
    for text in ("gone", "fuzzy", "fine"):
        wanted.add(text)
    wanted.add(("%(num)s service", "%(num)s services"))
    given.add("fuzzy", "почти", flags=["fuzzy"])
    given.add("fine", "хорошо")
    given.add(("%(num)s service", "%(num)s services"), ("%(num)s служба", "", ""))
    assert missing(wanted, given) == ["gone", "fuzzy", "('%(num)s service', '%(num)s services')"]
    assert not keeps_placeholders(Message("Call %(country)s", "Звоните"))
