"""T1 over every address there is: no page and no answer for programs makes the browser ask anybody else.

The addresses are those of the application itself, so that a new page cannot be forgotten.
"""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from visits import DESKTOP

pytestmark = pytest.mark.browser

LANGUAGES = ("en", "ar", "zh")
SAMPLES = {"iso2": "MA", "id": "gb-childline", "format": "csv", "filename": "js/find.js"}
"""A real value for each part of an address; others get one that is nobody's: then the page that says so is seen."""
LEADS_AWAY = {"doors.leave", "doors.traces"}
"""The way out opens another site: that is what it is for. Moderators' pages are behind a door and not a visitor's."""


def addresses(app) -> list[str]:
    """Every address that can be opened, pages in three languages."""
    found = []
    for rule in app.url_map.iter_rules():
        for_visitors = rule.endpoint not in LEADS_AWAY and not rule.rule.startswith("/moderate")
        if "GET" in rule.methods and for_visitors:
            values = {name: SAMPLES.get(name, "1") for name in rule.arguments}
            languages = LANGUAGES if "lang" in rule.arguments else LANGUAGES[:1]
            found += [filled(rule, {**values, "lang": lang}) for lang in languages]
    return found


def filled(rule, values) -> str:
    _, path = rule.build({name: values[name] for name in rule.arguments}, append_unknown=False)
    return path


@pytest.fixture
def browsing(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(**DESKTOP)
    yield context.new_page()
    context.close()


def strangers(page: Page, home: str, paths: list[str]) -> tuple[set[str], list[str]]:
    """Whom the browser asked besides us, and what its security policy refused."""
    asked: set[str] = set()
    refused: list[str] = []
    page.on("request", lambda request: asked.add(request.url))
    page.on("websocket", lambda socket: asked.add(socket.url))
    page.on("console", lambda said: refused.append(said.text) if "Content Security" in said.text else None)
    for path in paths:
        if page.request.head(home + path).headers.get("content-type", "").startswith("text/html"):
            page.goto(home + path, wait_until="load")
            page.wait_for_timeout(100)
            asked |= set(page.evaluate("performance.getEntriesByType('resource').map((entry) => entry.name)"))
    return {address for address in asked if not address.startswith((home, "data:", "blob:", "about:"))}, refused


def test_every_address_stays_at_home(app, browsing: Page, live_server: str):
    paths = addresses(app)
    assert len(paths) >= 40
    assert strangers(browsing, live_server, paths) == (set(), [])
    assert browsing.context.cookies() == []


def test_what_is_for_programs_sets_nothing_either(app, client):
    for path in addresses(app):
        reply = client.get(path)
        assert "Set-Cookie" not in reply.headers, path
        assert reply.status_code < 500, path
        reply.close()


@pytest.mark.mutant
def test_mutant_a_page_with_a_foreign_font_is_found(browsing: Page, live_server: str):
    def spoiled(route):
        body = (
            route.fetch().text().replace("</head>", '<link rel="stylesheet" href="https://fonts.invalid/x.css"></head>')
        )
        route.fulfill(status=200, content_type="text/html", body=body)

    browsing.route("**/en/about", spoiled)
    assert strangers(browsing, live_server, ["/en/about"])[0] == {"https://fonts.invalid/x.css"}
