"""The map on find help: an extra that comes when somebody asks for it, and leaves no trace in any address."""

import pytest

from visits import PHONE

pytestmark = pytest.mark.browser

READY = "#found-map[data-state=ready]"


def answered(there, lang="en", **fields):
    page = there.open(f"/{lang}/")
    for name, value in fields.items():
        page.fill(f"#{name}", value)
    page.click("form.find button.main")
    page.wait_for_selector("#found")
    return page


def entries(there):
    kept = there.context.new_cdp_session(there.page).send("Page.getNavigationHistory")["entries"]
    return [(entry["url"], entry["title"]) for entry in kept if entry["url"] != "about:blank"]


def test_nothing_of_the_map_is_fetched_before_somebody_asks(visit):
    there = visit(**PHONE)
    asked = []
    there.page.on("request", lambda request: asked.append(request.url))
    page = answered(there, where="Rabat")
    page.wait_for_timeout(500)
    assert not [url for url in asked if "leaflet" in url or "map" in url.rpartition("/")[2]]
    assert not page.locator("#found-map").is_visible()


def test_the_map_shows_the_marks_of_the_cards_and_changes_no_address(visit):
    there = visit(**PHONE)
    asked = []
    page = answered(there, where="Rabat")
    there.page.on("request", lambda request: asked.append(request.url))
    page.get_by_role("button", name="Map").click()
    page.wait_for_selector(READY)
    page.wait_for_selector(".map-mark, .map-cluster")
    marks = page.locator("#answers .answer[data-mark]").count()
    on_map = page.locator(".map-mark, .map-cluster").evaluate_all(
        "all => all.reduce((sum, one) => sum + Number(one.textContent || 1), 0)"
    )
    assert on_map == marks > 3
    assert not [url for url in asked if "Rabat" in url or "34.0" in url or "?" in url.replace("?raw", "")]
    assert entries(there) == [(f"{there.base}/en/", "PoP Map")]
    assert there.traces() == {"cookies": 0, "local": 0, "session": 0}
    assert (there.foreign, there.complaints, there.axe()) == ([], [], {})
    page.get_by_role("button", name="Map").click()
    assert not page.locator("#found-map").is_visible()


@pytest.mark.parametrize("lang", ["en", "ar"])
def test_a_mark_leads_to_its_card_by_keyboard(visit, lang):
    there = visit(**PHONE)
    page = answered(there, lang, where="Rabat")
    page.locator("[data-map-switch]").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(READY)
    page.locator(".map-mark").first.focus()
    page.keyboard.press("Enter")
    button = page.locator(".map-status .map-button")
    button.wait_for()
    button.focus()
    page.keyboard.press("Enter")
    card = page.locator(".answer.pointed-at")
    assert card.count() == 1
    assert page.evaluate("document.activeElement.closest('.pointed-at') !== null")
    assert page.url == f"{there.base}/{lang}/"


@pytest.mark.parametrize("country", ["FJ", "US", "GQ"])
def test_the_map_stands_for_wide_countries_and_those_without_marks(visit, country):
    there = visit()
    page = there.open("/en/")
    page.locator(".from-list summary").click()
    page.select_option("#country", country)
    page.click("form.find button.main")
    page.wait_for_selector("#found")
    page.get_by_role("button", name="Map").click()
    page.wait_for_selector(READY)
    assert there.complaints == []


def test_without_a_network_the_list_stays_and_the_map_says_so(visit):
    there = visit(**PHONE)
    page = answered(there, where="Rabat")
    there.context.set_offline(True)
    page.get_by_role("button", name="Map").click()
    page.wait_for_timeout(700)
    assert page.locator(".answer").count() > 3
    assert page.locator("[data-map-switch]").get_attribute("aria-expanded") == "false"
    there.context.set_offline(False)
    page.get_by_role("button", name="Map").click()
    page.wait_for_selector(READY)


def test_without_a_script_there_is_no_button_that_does_nothing(visit):
    there = visit(**PHONE, java_script_enabled=False)
    page = answered(there, where="Rabat")
    assert page.locator("[data-map-switch]").count() == 1
    assert not page.locator("[data-map-switch]").is_visible()
