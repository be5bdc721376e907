"""While somebody describes a service, those that are likely the same appear, each with the way to suggest a change."""

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


def test_a_service_that_is_there_already_is_shown_while_its_name_is_typed(page: Page, live_server):
    page.goto(f"{live_server}/en/submit")
    shown = page.locator(".likely")
    expect(shown).to_be_hidden()
    page.get_by_label("Name", exact=True).fill("Childline")
    # on a phone nobody would look for it anywhere else than below what is being typed
    expect(page.locator(".field:has(#f-name) + .likely-live .likely")).to_be_visible()
    page.get_by_label("Website").fill("http://childline.org.uk/contact")
    expect(shown).to_be_visible()
    best = shown.get_by_role("listitem").first
    expect(best).to_contain_text("Childline")
    expect(best).to_contain_text("the same website · a similar name")
    same = best.get_by_role("link", name="It is this one: suggest a change")
    expect(same).to_have_attribute("href", "/en/services/gb-childline/suggest")
    page.get_by_label("Name", exact=True).fill("Quite another thing")
    page.get_by_label("Website").fill("")
    expect(shown).to_be_hidden()
