"""The stand-alone map opened from the disk without a network: it asks for nothing, and nothing in it runs."""

import orjson
import pytest
from playwright.sync_api import expect

from popmap import catalogue
from popmap.catalogue import Criteria
from popmap.web import folium_map
from visits import PHONE

pytestmark = pytest.mark.browser

HOSTILE = (
    "<img src=x onerror=window.hit=1>",
    "</script><script>window.hit=1</script>",
    '"><svg onload=window.hit=1>',
    "'-window.hit=1-'${window.hit=1}{{7*7}}",
    "--><style>*{color:red}</style>",
    "javascript:window.hit=1",
    "\u2028window.hit=1\u2029</title></style>",
)


@pytest.fixture(scope="module")
def written(app, tmp_path_factory):
    """Writes a file for some records, or for what criteria find; its address on the disk."""
    folder = tmp_path_factory.mktemp("map")

    def write(criteria, lang="en", records=None):
        with pytest.MonkeyPatch.context() as patch, app.test_request_context(f"/{lang}/"):
            if records is not None:
                patch.setattr(folium_map, "_records", lambda _: records)
            path = folder / f"{len(list(folder.iterdir()))}.html"
            path.write_bytes(folium_map.made(criteria, lang))
        return path

    return write


@pytest.fixture
def opened(browser):
    """Opens a file with the network off; its page, what was asked for and what the browser complained of."""
    context = browser.new_context(offline=True, **PHONE)

    def open_(path):
        page, asked, said = context.new_page(), [], []
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto(path.as_uri())
        page.wait_for_selector(".folium-map[data-state=ready]")
        return page, asked, said

    yield open_
    context.close()


@pytest.fixture
def youthline(reading):
    """A record as the catalogue has it, with a place of its own."""
    found = [orjson.loads(text) for text in catalogue.stream(reading, Criteria(country=("NZ",)))]
    return next(record for record in found if record["id"] == "nz-youthline")


def hostile(record, words):
    """The record with these words in every free text and address."""
    free = {"name", "name_en", "organization", "city", "summary", "website"}
    channels = [{**one, "value": words, "label": words, "hours": words} for one in record["channels"]]
    sources = [{**one, "url": words, "seen": words} for one in record["sources"]]
    return record | dict.fromkeys(free, words) | {"channels": channels, "sources": sources, "languages": [words]}


def test_a_mark_opens_by_keyboard_and_nothing_is_asked_for(written, opened, youthline):
    page, asked, said = opened(written(Criteria(country=("NZ",)), "ar", records=[youthline]))
    page.locator(".mark").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".leaflet-popup a[href^='tel:']").first).to_be_visible()
    expect(page.locator(".close")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(".mark")).to_be_focused()
    assert len(asked) == 1
    assert said == []
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_what_lies_on_one_spot_opens_as_a_list_of_names(written, opened, youthline):
    page, _, said = opened(written(Criteria(), records=[youthline | {"location": spot(1)}] * 3))
    page.locator(".cluster").click()
    page.locator(".leaflet-popup .name").nth(2).click()
    expect(page.locator(".leaflet-popup article").last).to_be_visible()
    assert said == []


def test_hostile_words_do_nothing(written, opened, youthline):
    records = [hostile(youthline | {"location": spot(1)}, words) for words in HOSTILE]
    page, asked, said = opened(written(Criteria(q=HOSTILE[0]), records=records))
    for i in range(len(HOSTILE)):
        page.locator(".cluster").dispatch_event("click")
        page.locator(".leaflet-popup .name").nth(i).dispatch_event("click")
        expect(page.locator(".leaflet-popup article").last).to_be_visible()
    assert page.locator("li h3 bdi").all_text_contents() == list(HOSTILE)
    assert page.evaluate("window.hit") is None
    assert page.locator("a[href^='javascript']").count() == 0
    assert said == []
    assert len(asked) == 1


@pytest.mark.mutant
def test_mutant_without_escaping_the_policy_complains(written, opened, youthline):
    path = written(Criteria(), records=[hostile(youthline, HOSTILE[0])])
    path.write_text(path.read_text().replace("&lt;img", "<img").replace("window.hit=1&gt;", "window.hit=1>"))
    assert any("Content Security" in words for words in opened(path)[2])


def spot(i):
    return {"type": "Point", "coordinates": [-60 + 20 * i, 10]}
