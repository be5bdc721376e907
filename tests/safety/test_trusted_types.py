"""T22: text that reaches a page's script does not become HTML or a script; the map still works."""

import pytest
from playwright.sync_api import Error, Page, Route

pytestmark = pytest.mark.browser

ATTEMPTS = {
    "inner": "document.body.innerHTML = '<img src=x onerror=document.title=1>'",
    "adjacent": "document.body.insertAdjacentHTML('beforeend', '<b>x</b>')",
    "script": "document.head.append(Object.assign(document.createElement('script'), {src: 'https://stranger.invalid/x.js'}))",
    "timer": "setTimeout('document.title = 1')",
}


@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_text_does_not_become_html_or_a_script(page: Page, live_server: str, attempt: str):
    page.goto(f"{live_server}/en/about")
    with pytest.raises(Error, match="Trusted"):
        page.evaluate(ATTEMPTS[attempt])


def test_an_inline_handler_does_not_run(page: Page, live_server: str):
    page.goto(f"{live_server}/en/about")
    page.evaluate(
        """() => {
          const text = '<img src="/none" onerror="document.title = 1">';
          document.body.append(new DOMParser().parseFromString(text, "text/html").body.firstChild);
        }"""
    )
    page.wait_for_timeout(400)
    assert page.title() != "1"


def test_the_map_works_under_the_policy(page: Page, live_server: str):
    complaints = []
    page.on("console", lambda told: complaints.append(told.text) if told.type == "error" else None)
    page.goto(f"{live_server}/en/explore")
    page.wait_for_selector(".leaflet-marker-pane > *", timeout=15_000)
    assert complaints == []


@pytest.mark.mutant
def test_mutant_without_the_policy_text_becomes_html(page: Page, live_server: str):
    def bare(route: Route) -> None:
        reply = route.fetch()
        route.fulfill(status=200, headers={"content-type": "text/html"}, body=reply.text())

    page.route("**/en/about", bare)
    page.goto(f"{live_server}/en/about")
    page.evaluate(ATTEMPTS["adjacent"].replace("<b>x</b>", '<b id="in">x</b>'))
    assert page.locator("#in").count() == 1
