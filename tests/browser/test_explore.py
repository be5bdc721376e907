"""Journeys through the explorer: mouse, keyboard only, phone, without JavaScript, Arabic, without a network."""

import re

import pytest
from playwright.sync_api import expect

from visits import PHONE

pytestmark = pytest.mark.browser

HEARD = """
window.heard = [];
for (const name of ["hover", "choose", "criteria"]) {
  document.addEventListener(`popmap:${name}`, ({ detail }) => detail.source === "map" || heard.push([name, detail]));
}
"""


def test_a_filter_goes_to_the_address_and_back_undoes_it(visit):
    there = visit()
    page = there.open("/en/explore")
    every = there.count()
    there.settled(lambda: page.check("input[name=kind][value=helpline]"))
    assert page.url.endswith("/en/explore?kind=helpline")
    some = there.count()
    assert 0 < some < every
    there.settled(lambda: page.check("input[name=topic][value=family]"))
    assert there.count() < some
    there.settled(page.go_back)
    assert there.count() == some
    there.settled(page.go_back)
    assert (there.count(), page.url.rpartition("/")[2]) == (every, "explore")
    assert there.complaints == []


def test_the_address_alone_gives_the_same_list(visit):
    there = visit()
    page = there.open("/en/explore")
    there.settled(lambda: page.check("input[name=kind][value=youth_led]"))
    names = page.locator(".card h3").all_inner_texts()
    again = visit()
    assert again.open(page.url.removeprefix(there.base)).locator(".card h3").all_inner_texts() == names


def test_chips_take_filters_away_one_by_one(visit):
    there = visit()
    page = there.open("/en/explore?kind=helpline&topic=family&cost=free")
    there.settled(lambda: page.get_by_role("link", name="Take away: Helpline").click())
    assert "kind" not in page.url
    expect(page.locator("input[name=kind][value=helpline]")).not_to_be_checked()
    expect(page.locator("#count")).to_be_focused()
    there.settled(lambda: page.get_by_role("link", name="Clear all").click())
    assert page.url.endswith("/en/explore")


def test_typing_searches_without_losing_a_letter_and_is_one_step_back(visit):
    there = visit()
    page = there.open("/en/explore")
    there.settled(lambda: page.locator("#q").press_sequentially("childline", delay=30))
    expect(page).to_have_url(re.compile(r"\?q=childline$"))
    expect(page.locator("#q")).to_be_focused()
    assert page.input_value("#q") == "childline"
    there.settled(page.go_back)
    assert page.url.endswith("/en/explore")


def test_pointing_at_a_card_lights_its_mark_and_choosing_shades_its_area(visit):
    there = visit()
    page = there.open("/en/explore?country=MA")
    page.wait_for_selector("#map[data-state=ready]")
    page.wait_for_selector(".map-mark, .map-cluster")
    page.evaluate(HEARD)
    card = page.locator(".card[data-lon]").first
    card.hover()
    page.wait_for_selector(".map-mark.is-lit, .map-cluster.is-lit")
    card.locator(".area").click()
    page.wait_for_selector("path.map-coverage")
    expect(card).to_have_class(re.compile(r"\bon\b"))
    heard = page.evaluate("heard")
    assert ["choose", {"id": card.get_attribute("data-service")}] in heard
    assert there.complaints == []


def test_moving_the_map_narrows_the_list(visit):
    there = visit()
    page = there.open("/en/explore")
    page.wait_for_selector("#map[data-state=ready]")
    every = there.count()
    there.settled(lambda: [page.locator(".map-zoom").first.click() for _ in range(3)])
    page.wait_for_url(re.compile(r"bbox="))
    assert there.count() < every
    expect(page.get_by_role("link", name="This part of the map")).to_be_visible()


def test_a_place_is_suggested_while_typing_and_chosen_by_keyboard(visit):
    there = visit()
    page = there.open("/en/explore")
    page.locator("#where").press_sequentially("Morocco", delay=20)
    page.wait_for_selector(".suggestions [role=option]")
    page.keyboard.press("ArrowDown")
    there.settled(lambda: page.keyboard.press("Enter"))
    assert "place=country:MA" in page.url
    expect(page.get_by_role("link", name="Take away: Serves Morocco")).to_be_visible()


def test_keyboard_alone_reaches_filters_list_and_a_service(visit):
    there = visit()
    page = there.open("/en/explore")
    page.locator("#q").focus()
    page.keyboard.press("Tab")
    expect(page.locator("#where")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator("input[name=open_now]")).to_be_focused()
    page.locator("input[name=kind]").first.focus()
    there.settled(lambda: page.keyboard.press("Space"))
    expect(page.locator("input[name=kind]").first).to_be_focused()
    page.locator(".card h3 a").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/services/**")
    assert page.locator("h1").count() == 1


def test_without_javascript_the_form_sends_and_links_lead_on(visit):
    there = visit(java_script_enabled=False)
    page = there.open("/en/explore")
    page.check("input[name=kind][value=official_service]")
    page.click(".sheet-foot button")
    assert "kind=official_service" in page.url
    page.click("a[rel='next nofollow']")
    assert "cursor=" in page.url
    page.click(".active .chip")
    assert page.url.endswith("/en/explore")
    page.fill("#where", "Morocco")
    page.click(".sheet-foot button")
    assert "place=country:MA" in page.url


def test_a_phone_has_the_list_first_and_filters_and_map_at_hand(visit):
    there = visit(**PHONE)
    page = there.open("/en/explore")
    expect(page.locator(".card").first).to_be_visible()
    expect(page.locator("#map")).to_be_hidden()
    page.get_by_role("link", name="Filters").click()
    there.settled(lambda: page.check("input[name=kind][value=helpline]"))
    expect(page.locator(".sheet-foot button")).to_contain_text("services")
    there.settled(lambda: page.locator(".sheet-foot button").click())
    expect(page.locator(".card").first).to_be_visible()
    page.get_by_role("button", name="Map", exact=True).click()
    page.wait_for_selector("#map[data-state=ready]")
    expect(page.locator(".card").first).to_be_hidden()
    assert there.overflow() <= 0


def test_a_phone_without_javascript_opens_the_filters_by_a_link(visit):
    page = visit(**PHONE, java_script_enabled=False).open("/en/explore")
    expect(page.locator("#q")).to_be_hidden()
    page.get_by_role("link", name="Filters").click()
    expect(page.locator("#q")).to_be_visible()
    page.get_by_role("link", name="Close").click()
    expect(page.locator("#q")).to_be_hidden()
    expect(page.locator("#switch")).to_be_hidden()


def test_without_a_network_the_last_answer_stays_and_says_so(visit):
    there = visit()
    page = there.open("/en/explore?kind=helpline&topic=family")
    before = there.count()
    there.context.set_offline(True)
    page.locator(".active .chip").first.click()
    expect(page.locator("#notices [role=alert]")).to_contain_text("No connection")
    assert there.count() == before
    there.context.set_offline(False)
    there.settled(lambda: page.locator("#notices button").click())
    assert "kind" not in page.url


def test_a_choice_that_is_not_understood_is_shown_in_place_too(visit):
    there = visit()
    page = there.open("/en/explore?cost=free")
    page.fill("#age", "abc") if page.locator("#age").is_visible() else None
    there.settled(lambda: page.locator("#age").press("Enter"))
    expect(page.locator("#fault-age")).to_contain_text("0 to 120")
    assert page.input_value("#age") == "abc"


def test_arabic_reads_from_right_to_left_with_numbers_in_order(visit):
    page = visit().open("/ar/explore?country=MA")
    assert page.locator("html").get_attribute("dir") == "rtl"
    filters, results = page.locator("#filters").bounding_box(), page.locator("#results").bounding_box()
    assert filters["x"] > results["x"]
    assert page.locator(".btn.call bdi[dir=ltr]").count() > 0
