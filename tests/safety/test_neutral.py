"""T4: whoever looks at the tab, the history or the address reads nothing of what a visit to find help was about."""

import re
import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from urllib.parse import unquote

import pytest
from playwright.sync_api import Browser, Error, Page

from visits import DESKTOP, PHONE, WHOLE_CHROMIUM

pytestmark = pytest.mark.browser

LINES = Path(__file__).with_name("sensitive_words.txt").read_text(encoding="utf-8").splitlines()
WORDS = {word.strip().casefold() for line in LINES if line[:1] != "#" for word in line.partition(":")[2].split(",")}
SCRIPTED = pytest.mark.parametrize("scripted", [True, False], ids=["with JavaScript", "without"])
TOPICS = ("suicide_self_harm", "abuse_violence", "online_sexual_exploitation")


def tells(text: str) -> set[str]:
    """The sensitive words that a text has in it."""
    plain = unquote(text).casefold()
    return {word for word in WORDS if re.search(rf"(?<![a-zа-яё]){re.escape(word)}", plain)}


def visible_from_outside(page: Page) -> list[str]:
    """Title, address and all that a share preview, a home screen or a tab would show; files as their text too."""
    told = page.evaluate(
        """() => [document.title, location.href, document.referrer,
            ...[...document.querySelectorAll('meta[property], meta[name]')].map((one) => one.content),
            ...[...document.querySelectorAll('link:is([rel~=icon], [rel=manifest], [rel=canonical], [rel=alternate])')]
              .map((one) => one.href)]"""
    )
    files = [link for link in told if re.search(r"icon|manifest", link) and link.startswith("http")]
    return [*told, *(page.request.get(link).text() for link in files)]


def journey(page: Page, home: str, lang: str) -> list[str]:
    """What is seen from outside at every step of three questions in a row, and of one that is not understood."""
    page.goto(f"{home}/{lang}/")
    seen = visible_from_outside(page)
    for topic in TOPICS:
        page.evaluate("document.querySelectorAll('#main details').forEach((one) => { one.open = true; })")
        page.select_option("#country", "MA")
        page.check(f"input[value={topic}]", force=True)
        press(page)
        page.wait_for_selector("#found")
        page.locator(".answer details summary").first.click()
        seen += visible_from_outside(page)
    page.evaluate("document.querySelectorAll('#main details').forEach((one) => { one.open = true; })")
    page.select_option("#country", "")
    page.fill("#where", "Zzyzxqwv")
    press(page)
    page.wait_for_selector("#fault-where")
    return seen + visible_from_outside(page)


def press(page: Page) -> None:
    with page.expect_response(lambda reply: reply.request.method == "POST"):
        page.click("form.find button.main")


def history(page: Page) -> list[dict[str, str]]:
    kept = page.context.new_cdp_session(page).send("Page.getNavigationHistory")["entries"]
    return [entry for entry in kept if entry["url"] != "about:blank"]


def test_the_list_is_long_enough():
    assert len(WORDS) >= 200
    assert tells("Report abuse")
    assert tells("/en/%D8%A7%D9%86%D8%AA%D8%AD%D8%A7%D8%B1")
    assert not tells("PoP Map")


@SCRIPTED
@pytest.mark.parametrize("lang", ["en", "ar", "zh"])
def test_nothing_is_told_to_who_looks_at_the_tab_or_the_history(
    browser: Browser, live_server: str, lang: str, scripted: bool
):
    context = browser.new_context(**PHONE, java_script_enabled=scripted)
    page = context.new_page()
    seen = journey(page, live_server, lang)
    assert {text: tells(text) for text in seen if tells(text)} == {}
    kept = history(page)
    # without a script every answer is one more line in the Back list, with the same address and the same name
    assert {(entry["url"], entry["title"]) for entry in kept} == {(f"{live_server}/{lang}/", "PoP Map")}
    assert len(kept) == 1 if scripted else len(kept) <= 1 + len(TOPICS) + 1
    context.close()


QUESTIONS = (
    ("suicide_self_harm", "MA"),
    ("abuse_violence", "GB"),
    ("online_sexual_exploitation", "FR"),
    ("bullying", "US"),
    ("family", "ES"),
)


def ask_again_and_again(page: Page, home: str) -> None:
    """Five questions in a row, each answered."""
    page.goto(f"{home}/en/")
    for topic, country in QUESTIONS:
        if page.locator(".asked").count():
            page.click(".asked > summary")
        if not page.locator(".from-list[open]").count():
            page.click(".from-list > summary")
        page.select_option("#country", country)
        page.check(f"input[value={topic}]", force=True)
        press(page)
        page.wait_for_selector(f"#country option[value={country}][selected]", state="attached")


def kept_in(profile: Path) -> tuple[list[tuple[str, str]], set[str]]:
    """The history that a real profile keeps on the disk, and which of the harms stand in any of its files."""
    with closing(sqlite3.connect(profile / "Default" / "History")) as file:
        history = file.execute("SELECT url, title FROM urls").fetchall()
    files = [path.read_bytes() for path in profile.rglob("*") if path.is_file()]
    return history, {topic for topic in TOPICS if any(topic.encode() in held for held in files)}


@SCRIPTED
def test_the_history_on_the_disk_has_one_line_however_many_questions(
    browser: Browser, live_server: str, tmp_path: Path, scripted: bool
):
    context = browser.browser_type.launch_persistent_context(
        tmp_path / "profile",
        executable_path=WHOLE_CHROMIUM,
        args=["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"],
        java_script_enabled=scripted,
    )
    ask_again_and_again(context.pages[0], live_server)
    context.close()
    history, told = kept_in(tmp_path / "profile")
    assert history == [(f"{live_server}/en/", "PoP Map")]
    # without a script the browser keeps what was sent, to send it again: no page can forbid it that (see ``is_old``)
    assert told == set() or not scripted


def test_without_a_script_back_shows_nothing_of_an_earlier_question(browser: Browser, live_server: str):
    context = browser.new_context(**PHONE, java_script_enabled=False)
    page = context.new_page()
    ask_again_and_again(page, live_server)
    seen = set()
    for _ in range(len(QUESTIONS) + 3):  # a page that is not sent again may take two presses to be left
        with suppress(Error):  # "send again?", which nobody here says yes to
            page.go_back()
        page.wait_for_load_state()
        assert page.locator("#found, .asked, input[name=topic]:checked").count() == 0
        seen.add(page.url)
    assert f"{live_server}/en/" in seen
    context.close()


def test_the_browser_is_asked_to_remember_no_field(page: Page, live_server: str):
    page.goto(f"{live_server}/en/")
    assert page.locator("form.find").get_attribute("autocomplete") == "off"
    assert page.locator("form.find :is(input, select)[autocomplete]:not([autocomplete=off])").count() == 0


@pytest.mark.mutant
def test_mutant_a_title_that_tells_is_found(browser: Browser, live_server: str):
    context = browser.new_context(**DESKTOP)
    page = context.new_page()
    page.goto(f"{live_server}/en/")
    page.evaluate("document.title = 'Help after abuse'; history.replaceState(null, '', '?topic=suicide_self_harm')")
    assert {word for text in visible_from_outside(page) for word in tells(text)} >= {"abuse", "suicide"}
    context.close()
