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


def lead_elsewhere(page: Page, address: str, *, spoil: bool = False) -> None:
    """Every outbound link of the list leads to the stub; ``spoil`` also takes their protection away."""

    def changed(route: Route) -> None:
        reply = route.fetch()
        body = re.sub(r'href="https://[^"]+"', f'href="{address}"', reply.text())
        headers = dict(reply.headers)
        headers.pop("content-encoding", None)
        if spoil:
            body = body.replace('rel="noreferrer noopener"', "")
            headers["referrer-policy"] = "unsafe-url"
        route.fulfill(status=200, headers=headers, body=body)

    page.route("**/en/explore?*", changed)


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
