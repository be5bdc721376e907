"""T1 and T2: nobody else learns of a visit, and nothing of it stays on the device."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, Page, Response, Route

pytestmark = pytest.mark.browser

PATHS = (
    "",
    "explore",
    "explore?topic=suicide_self_harm&country=MA",
    "explore?q=child",
    "services/gb-childline",
    "countries",
    "countries/MA",
    "atlas",
    "data",
    "data/dictionary",
    "data/versions",
    "about",
    "privacy",
    "accessibility",
)
LANGUAGES = ("en", "ar", "zh")
KEPT = """async () => ({
  cookies: document.cookie,
  local: localStorage.length,
  session: sessionStorage.length,
  databases: (await indexedDB.databases()).length,
  caches: (await caches.keys()).length,
  workers: (await navigator.serviceWorker.getRegistrations()).length,
  resources: performance.getEntriesByType("resource").map((entry) => entry.name),
})"""
NOTHING = {"cookies": "", "local": 0, "session": 0, "databases": 0, "caches": 0, "workers": 0}


@dataclass
class Traces:
    """What a visit told others, what it kept, and what it was refused."""

    home: str
    strangers: set[str] = field(default_factory=set)
    storable: set[str] = field(default_factory=set)
    refused: list[str] = field(default_factory=list)
    kept: list[dict[str, object]] = field(default_factory=list)

    def watch(self, page: Page) -> None:
        page.on("request", lambda request: self._asked(request.url))
        page.on("websocket", lambda socket: self._asked(socket.url))
        page.on("response", self._answered)
        page.on("console", lambda told: self.refused.append(told.text) if "Content Security" in told.text else None)

    def look(self, page: Page) -> None:
        found = page.evaluate(KEPT)
        for address in found.pop("resources"):
            self._asked(address)
        self.kept.append(found)

    def _asked(self, address: str) -> None:
        if not address.startswith((self.home, "data:", "about:")):
            self.strangers.add(address)

    def _answered(self, response: Response) -> None:
        if "/static/" not in response.url and "no-store" not in (response.header_value("cache-control") or ""):
            self.storable.add(response.url)


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 860})
    yield context.new_page()
    context.close()


def visit(page: Page, home: str, paths: list[str]) -> Traces:
    traces = Traces(home)
    traces.watch(page)
    for path in paths:
        page.goto(f"{home}/{path}", wait_until="load")
        page.wait_for_timeout(250)
        traces.look(page)
    return traces


def test_a_visit_of_thirty_pages_tells_nobody_and_leaves_nothing(page: Page, live_server: str):
    traces = visit(page, live_server, [f"{language}/{path}" for language in LANGUAGES for path in PATHS])
    assert len(traces.kept) == len(LANGUAGES) * len(PATHS) >= 30
    assert traces.strangers == set()
    assert traces.refused == []
    assert traces.storable == set()
    assert all(found == NOTHING for found in traces.kept)
    assert page.context.cookies() == []


@pytest.mark.mutant
def test_mutant_a_foreign_picture_and_a_stored_word_are_noticed(page: Page, live_server: str):
    def spoiled(route: Route) -> None:
        reply = route.fetch()
        body = reply.text().replace(
            "</body>", '<img src="https://stranger.invalid/x.gif"><script>localStorage.x = 1</script></body>'
        )
        kept = {"content-type": "text/html", "cache-control": "max-age=60"}
        route.fulfill(status=200, headers=kept, body=body)

    page.route("**/en/about", spoiled)
    traces = visit(page, live_server, ["en/about"])
    assert traces.strangers == {"https://stranger.invalid/x.gif"}
    assert traces.storable == {f"{live_server}/en/about"}
    assert traces.kept[0]["local"] == 1
