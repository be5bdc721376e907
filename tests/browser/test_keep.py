"""A country kept on the phone: only when asked, opened without a network, gone without a rest."""

import json
import time

import pytest
from playwright.sync_api import Page, Route

from visits import PHONE

pytestmark = pytest.mark.browser

PATH = "/en/countries/MA"
OPENED_WITHIN_S = 1.0
AGED = """async ([path, days]) => {
  const cache = await caches.open("kept:" + path);
  const kept = await cache.match(path);
  const headers = new Headers(kept.headers);
  headers.set("Popmap-Made-At", new Date(Date.now() - days * 86400000).toISOString());
  await cache.put(path, new Response(await kept.text(), { headers }));
}"""
ACTIVE = """async () => {
  const path = document.querySelector("[data-keep]").dataset.keep;
  const worker = await navigator.serviceWorker.getRegistration(path);
  while (!worker.active) await new Promise((done) => setTimeout(done, 20));
}"""
FRESH = """async (path) => {
  const kept = await caches.match(path);
  return Date.now() - Date.parse(kept.headers.get("Popmap-Made-At")) < 60000;
}"""
WORKERS = "navigator.serviceWorker.getRegistrations().then((all) => all.map((one) => new URL(one.scope).pathname))"
CACHES = "caches.keys()"


@pytest.fixture
def phone(visit):
    return visit(**PHONE)


@pytest.fixture
def kept(phone):
    keep(phone.open(PATH))
    return phone


def keep(page: Page) -> None:
    page.click('[data-keep] [data-act="keep"]')
    page.wait_for_selector('[data-keep] [data-act="remove"]:not([disabled])')
    page.evaluate(ACTIVE)


def left(visit) -> dict[str, int]:
    """Bytes of each kind of storage that the browser keeps for the site."""
    session = visit.context.new_cdp_session(visit.page)
    used = session.send("Storage.getUsageAndQuota", {"origin": visit.base})
    return {part["storageType"]: part["usage"] for part in used["usageBreakdown"] if part["usage"]}


def reopened(visit, path=PATH) -> float:
    began = time.monotonic()
    visit.page.goto(visit.base + path, wait_until="domcontentloaded")
    return time.monotonic() - began


def test_before_anybody_asks_nothing_is_kept(phone):
    page = phone.open(PATH)
    page.wait_for_selector("[data-keep]:not([hidden])")
    assert "Someone else could find it." in page.inner_text("[data-keep]")
    assert page.is_disabled('[data-act="remove"]')
    assert (page.evaluate(WORKERS), page.evaluate(CACHES), left(phone)) == ([], [], {})


def test_it_opens_in_a_second_with_the_network_off(kept):
    kept.context.set_offline(True)
    took_s = reopened(kept)
    page = kept.page
    assert took_s < OPENED_WITHIN_S
    assert page.title() == "PoP Map"
    assert "It may be out of date" in page.inner_text("main")
    assert page.locator('a[href="tel:19"]').count() >= 1
    assert page.locator('a[href^="tel:"]').count() >= 5
    assert kept.overflow() <= 0


def test_only_that_one_page_has_a_worker(kept):
    assert kept.page.evaluate(WORKERS) == [PATH]
    for path in ("/en/", "/en/countries", "/en/countries/MR"):
        assert kept.open(path).evaluate("navigator.serviceWorker.controller") is None


@pytest.mark.parametrize("offline", [False, True], ids=["online", "offline"])
def test_remove_leaves_not_a_byte(kept, offline):
    kept.context.set_offline(offline)
    reopened(kept)
    assert left(kept) != {}
    kept.page.click('[data-act="remove"]')
    kept.page.wait_for_function("() => document.querySelector('[data-keep] [role=status]').textContent")
    kept.context.set_offline(False)
    page = kept.open("/en/about")
    assert (page.evaluate(WORKERS), page.evaluate(CACHES)) == ([], [])
    assert until_empty(kept) == {}


def until_empty(visit):
    for _ in range(20):
        if not left(visit):
            break
        visit.page.wait_for_timeout(100)
    return left(visit)


def test_after_seven_days_it_is_not_shown_and_not_there(kept):
    kept.page.evaluate(AGED, [PATH, 7.01])
    kept.context.set_offline(True)
    with pytest.raises(Exception, match="ERR_"):
        reopened(kept)
    kept.context.set_offline(False)
    page = kept.open("/en/about")
    assert (page.evaluate(WORKERS), page.evaluate(CACHES)) == ([], [])


def test_what_is_a_day_old_is_fetched_anew_with_the_next_visit_and_no_sooner(kept):
    asked = []
    kept.context.on("request", lambda request: asked.append(request.url.removeprefix(kept.base)))
    reopened(kept)
    kept.page.wait_for_timeout(300)
    assert f"{PATH}/kept" not in asked
    kept.page.evaluate(AGED, [PATH, 1.01])
    reopened(kept)
    kept.page.wait_for_function(FRESH, arg=PATH)


def test_what_was_taken_down_is_dropped_though_the_page_cannot_be_had(kept):
    def only_the_list(route: Route) -> None:
        item = {"id": "ma-2511-onde", "withdrawn_at": "2026-11-22T02:41:00Z"}
        route.fulfill(status=200, content_type="application/json", body=json.dumps({"items": [item]}))

    kept.context.route("**/api/v1/withdrawn", only_the_list)
    kept.context.route(f"**{PATH}/kept", lambda route: route.fulfill(status=503, body="away"))
    kept.page.evaluate(AGED, [PATH, 1.01])
    reopened(kept)
    kept.page.wait_for_function("async () => (await caches.keys()).length === 0")


def test_find_help_offers_it_once_the_country_is_known(phone):
    page = phone.open("/fr/")
    assert page.locator("[data-keep]").count() == 0
    page.click("details.from-list > summary")
    page.select_option("#country", "MA")
    page.click("#find button[type=submit].main")
    page.wait_for_selector("[data-keep]:not([hidden])")
    assert (page.evaluate(WORKERS), page.evaluate(CACHES)) == ([], [])
    keep(page)
    assert page.evaluate(WORKERS) == ["/fr/countries/MA"]
    assert page.evaluate("history.length") <= 2
    phone.context.set_offline(True)
    reopened(phone, "/fr/countries/MA")
    assert "Gardé sur ce téléphone" in page.inner_text("main")


@pytest.mark.parametrize("language", ["en", "ar", "zh"])
def test_the_kept_page_is_sound(visit, language):
    seen = visit(**PHONE)
    seen.open(f"/{language}/countries/MA/kept")
    assert seen.axe() == {}
    assert seen.overflow() <= 0
    assert seen.complaints == []


@pytest.mark.mutant
def test_mutant_a_remove_that_leaves_the_cache_is_noticed(kept):
    kept.page.evaluate("CacheStorage.prototype.delete = async () => true")
    kept.page.click('[data-act="remove"]')
    kept.page.wait_for_function("() => document.querySelector('[data-keep] [role=status]').textContent")
    kept.open("/en/about")
    assert until_empty(kept) != {}
