"""T5: the site a visitor goes to does not learn where from, and cannot reach back."""

import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from playwright.sync_api import Page, Route

pytestmark = pytest.mark.browser

LIST = "/en/explore?channel=reporting_portal"


class Elsewhere(BaseHTTPRequestHandler):
    """A helpline's own site; remembers what it was told."""

    told: list[dict[str, str]]

    def do_GET(self) -> None:
        self.told.append({name.lower(): value for name, value in self.headers.items()})
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<title>elsewhere</title>")

    def log_message(self, *_: Any) -> None:
        """Quiet."""


@pytest.fixture
def elsewhere() -> Iterator[tuple[str, list[dict[str, str]]]]:
    told: list[dict[str, str]] = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (Elsewhere,), {"told": told}))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/", told
    server.shutdown()
    server.server_close()


def lead_elsewhere(page: Page, address: str, *, pages: str = "**/en/explore?*", spoil: bool = False) -> None:
    """Every outbound link of these pages leads to the stub; ``spoil`` also takes their protection away."""

    def changed(route: Route) -> None:
        reply = route.fetch()
        body = re.sub(r'href="https://[^"]+"', f'href="{address}"', reply.text())
        headers = dict(reply.headers)
        headers.pop("content-encoding", None)
        if spoil:
            body = body.replace('rel="noreferrer noopener"', "")
            headers["referrer-policy"] = "unsafe-url"
        route.fulfill(status=200, headers=headers, body=body)

    page.route(pages, changed)


def follow(page: Page, home: str, address: str, count: int) -> int:
    """Click the first outbound links one after the other; the number of those that were there."""
    page.goto(home + LIST)
    there = min(count, page.locator(f'a[href="{address}"]:visible').count())
    for number in range(there):
        page.goto(home + LIST)
        page.locator(f'a[href="{address}"]:visible').nth(number).click()
        page.wait_for_url(address)
        assert page.evaluate("window.opener") is None
    return there


def test_the_other_site_is_not_told_where_from(page: Page, live_server: str, elsewhere):
    address, told = elsewhere
    lead_elsewhere(page, address)
    followed = follow(page, live_server, address, 5)
    assert followed == 5
    visits = [headers for headers in told if headers.get("sec-fetch-dest") == "document"]
    assert len(visits) == followed
    assert not [headers for headers in visits if "referer" in headers or "origin" in headers]


def ask(page: Page, home: str) -> None:
    page.goto(f"{home}/en/")
    page.click("details.from-list > summary")
    page.select_option("#country", "GB")
    page.click("form.find button.main")
    page.wait_for_selector("#found")


def follow_from_find_help(page: Page, home: str, address: str, number: int) -> None:
    """Ask, and press that outbound link of the answer."""
    ask(page, home)
    page.locator(f'.answer a[href="{address}"]:visible').nth(number).click()
    page.wait_for_url(address)


def test_nor_is_it_told_that_somebody_asked_for_help(page: Page, live_server: str, elsewhere):
    """A chat, a website, and another way beside a number; what opened them cannot be reached, and no tab is new."""
    address, told = elsewhere
    lead_elsewhere(page, address, pages="**/en/")
    for number in range(4):
        follow_from_find_help(page, live_server, address, number)
        assert page.evaluate("[window.opener, document.referrer]") == [None, ""]
    visits = [headers for headers in told if headers.get("sec-fetch-dest") == "document"]
    assert len(visits) == 4
    assert not [headers for headers in visits if "referer" in headers or "origin" in headers]
    assert len(page.context.pages) == 1


def test_every_outbound_link_of_an_answer_is_marked(page: Page, live_server: str):
    ask(page, live_server)
    rels = page.eval_on_selector_all('main a[href^="http"]', "links => links.map((link) => link.rel)")
    assert len(rels) > 20
    assert all({"noreferrer", "noopener"} <= set(rel.split()) for rel in rels)


def test_every_outbound_link_is_marked(page: Page, live_server: str):
    page.goto(live_server + LIST)
    rels = page.eval_on_selector_all('a[href^="http"]', "links => links.map((link) => link.rel)")
    assert rels
    assert all({"noreferrer", "noopener"} <= set(rel.split()) for rel in rels)


@pytest.mark.mutant
def test_mutant_links_without_protection_tell(page: Page, live_server: str, elsewhere):
    address, told = elsewhere
    lead_elsewhere(page, address, spoil=True)
    follow(page, live_server, address, 1)
    assert any("explore" in headers.get("referer", "") for headers in told)


@pytest.mark.mutant
def test_mutant_an_answer_without_protection_tells(page: Page, live_server: str, elsewhere):
    address, told = elsewhere
    lead_elsewhere(page, address, pages="**/en/", spoil=True)
    follow_from_find_help(page, live_server, address, 0)
    assert any("/en/" in headers.get("referer", "") for headers in told)
