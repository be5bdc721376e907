"""A partner suggests a service: on a phone without a script, and with one; read by axe, nothing kept in the browser."""

import re

import pytest
from playwright.sync_api import expect

from visits import DESKTOP, PHONE

pytestmark = pytest.mark.browser


def fill(page):
    page.check("input[name=kind][value=helpline]")
    page.fill("[name=name]", "Ligne d’écoute")
    page.check("input[name=topics][value=family]", force=True)
    page.select_option("[name='channels.0.type']", "phone")
    page.fill("[name='channels.0.value']", "+212 522 202020")
    page.check("input[name=countries][value=MA]")


def test_a_phone_without_a_script_suggests_changes_and_takes_back(visit):
    there = visit(**PHONE, java_script_enabled=False)
    page = there.open("/en/submit")
    fill(page)
    page.get_by_role("button", name="One more way to reach it").click()
    expect(page.locator(".way")).to_have_count(2)
    page.select_option("[name='channels.1.type']", "email")
    page.fill("[name='channels.1.value']", "not an address")
    page.get_by_role("button", name="Send", exact=True).last.click()
    expect(page.locator("#summary")).to_contain_text("We could not read this")
    page.fill("[name='channels.1.value']", "help@example.org")
    page.get_by_role("button", name="Send", exact=True).last.click()
    expect(page).to_have_url(re.compile(r"/en/submissions/[\w-]{43}$"))
    page.get_by_role("link", name="Change it").click()
    page.fill("[name=name]", "Ligne d’écoute 2")
    page.get_by_role("button", name="Send", exact=True).last.click()
    expect(page.locator("main")).to_contain_text("Ligne d’écoute 2")
    page.get_by_role("button", name="Take it back").click()
    expect(page.locator("main")).to_contain_text("Withdrawn by you")
    assert there.traces() == {"cookies": 0, "local": 0, "session": 0}


def test_with_a_script_ways_come_in_place_and_faults_get_the_focus(visit):
    there = visit(**DESKTOP)
    page = there.open("/en/submit")
    fill(page)
    page.get_by_role("button", name="One more way to reach it").click()
    page.wait_for_selector(".way >> nth=1")
    assert page.input_value("[name=name]") == "Ligne d’écoute"
    page.select_option("[name='channels.1.type']", "phone")
    page.fill("[name='channels.1.value']", "*#06#")
    page.get_by_role("button", name="Send", exact=True).last.click()
    page.wait_for_selector("#summary")
    expect(page.locator("#summary")).to_be_focused()
    assert "a command for the phone" in page.inner_text("#summary")
    told = [line for line in there.complaints if "status of 422" not in line]  # the browser names every refusal
    assert (there.foreign, told) == ([], [])


def test_without_a_network_nothing_typed_is_lost(visit):
    there = visit(**PHONE)
    page = there.open("/en/submit")
    fill(page)
    there.context.set_offline(True)
    page.get_by_role("button", name="Send", exact=True).last.click()
    page.wait_for_selector(".offline")
    assert page.input_value("[name=name]") == "Ligne d’écoute"


def test_whoever_seems_to_tell_their_own_name_is_asked_before_anything_is_sent(visit):
    there = visit(**PHONE)
    page = there.open("/en/submit")
    fill(page)
    page.fill("[name=words]", "my name is Ann and I am 12")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    page.get_by_role("button", name="Send", exact=True).last.click()
    expect(page.get_by_text("You do not need to tell us who you are")).to_be_visible()
    expect(page.locator("[name=sure]")).to_be_focused()
    assert [address for address in sent if "likely-duplicates" not in address] == []
    page.fill("[name=words]", "The line is run by the city.")
    page.get_by_role("button", name="Send", exact=True).last.click()
    page.wait_for_url("**/en/submissions/*")


def test_a_place_is_pressed_on_the_map(visit):
    there = visit(**DESKTOP)
    page = there.open("/en/submit")
    page.get_by_text("The exact place").click()
    page.locator("#place .map-zooms button").first.click()
    assert page.input_value("[name=lat]") == ""
    page.locator("#place .map.leaflet-container").click(position={"x": 150, "y": 120})
    assert re.fullmatch(r"-?\d+\.\d{5}", page.input_value("[name=lat]"))
    assert (there.foreign, there.complaints) == ([], [])


@pytest.mark.parametrize("lang", ["en", "ar"])
@pytest.mark.parametrize("screen", [DESKTOP, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize(
    "path", ["/{}/submit", "/{}/services/ma-emc-helpline/suggest", "/{}/submit/many"], ids=["new", "change", "many"]
)
def test_axe_finds_nothing(visit, path, screen, lang):
    there = visit(**screen)
    there.open(path.format(lang))
    assert there.axe() == {}
    assert there.overflow() <= 0
