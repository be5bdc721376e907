"""What the scripts add for those who take data away: progress and a whole file, copied words, a picture to paste."""

import pytest
from playwright.sync_api import expect

PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def visitor(browser):
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    yield context.new_page()
    context.close()


def test_a_download_says_how_far_it_is_and_a_citation_is_copied(live_server, visitor):
    visitor.goto(f"{live_server}/en/data?kind=youth_led")
    line = visitor.locator(".formats li", has_text="GeoParquet")
    with visitor.expect_download() as saved:
        line.locator("a").click()
    assert saved.value.path().read_bytes()[:4] == b"PAR1"
    assert saved.value.suggested_filename.endswith(".parquet")
    expect(line.locator("output")).to_contain_text("Saved:")
    copy = visitor.locator(".copyable", has=visitor.locator(".cite")).first
    copy.get_by_role("button").click()
    expect(copy.get_by_role("button")).to_have_text("Copied")
    assert visitor.evaluate("navigator.clipboard.readText()") == copy.locator(".cite").inner_text()


def test_a_download_that_breaks_saves_nothing_and_says_so(live_server, visitor):
    visitor.goto(f"{live_server}/en/data")
    visitor.route("**/api/v1/export.csv", lambda route: route.abort("connectionreset"))
    line = visitor.locator(".formats li").first
    line.locator("a").click()
    expect(line.locator("output")).to_have_text("The connection broke. Nothing was saved. Try again.")


def test_the_atlas_gives_its_picture_as_png(live_server, visitor):
    visitor.goto(f"{live_server}/en/atlas?by=channel&value=webchat")
    with visitor.expect_download() as saved:
        visitor.get_by_role("button", name="PNG").click()
    assert saved.value.suggested_filename == "popmap-atlas-channel-webchat.png"
    content = saved.value.path().read_bytes()
    assert content.startswith(PNG)
    assert int.from_bytes(content[16:20]) == 2000
