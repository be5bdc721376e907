"""Journeys on the map: mouse, keyboard, list and map as one answer, one spot, 180 degrees, and what can fail."""

import re

import pytest
from playwright.sync_api import Page, expect

from visits import DESKTOP, PHONE

pytestmark = pytest.mark.browser

READY = "#map[data-state=ready]"
NAME = re.compile(r"^[\d,]+ services (near .+|here): .+; show$")
HEARD = """
window.heard = [];
for (const name of ["moved", "open"]) {
  document.addEventListener(`popmap:${name}`, ({ detail }) => heard.push([name, detail]));
}
"""

WIDE_SHADE = "() => document.querySelector('.map-coverage')?.getBoundingClientRect().width >= 40"
IN_VIEW = """() => {
  const map = document.querySelector(".map-canvas").getBoundingClientRect();
  const inside = (button) => {
    const { x, y, width, height } = button.getBoundingClientRect();
    const [column, row] = [x + width / 2, y + height / 2];
    return column > map.left && column < map.right && row > map.top && row < map.bottom;
  };
  const buttons = [...document.querySelectorAll(".leaflet-marker-pane button")];
  return buttons.filter(inside).map((button) => button.getAttribute("aria-label"));
}"""


def opened(there, path: str = "/en/explore") -> Page:
    """The page once its map has marks."""
    page = there.open(path)
    page.wait_for_selector(f"{READY} :is(.map-mark, .map-cluster)")
    return page


def marks_after(page: Page, act) -> None:
    """Returns when the marks are those of the view that `act` leads to: until then the old ones may still be seen."""
    with page.expect_response("**/api/v1/map*") as answer:
        act()
    answer.value.finished()
    page.wait_for_timeout(500)  # the zoom's animation


def active_name(page: Page) -> str:
    return page.evaluate("document.activeElement.getAttribute('aria-label') || document.activeElement.textContent")


def until_heard(page: Page, name: str) -> dict:
    page.wait_for_function("name => heard.some(([told]) => told === name)", arg=name)
    return page.evaluate("name => heard.findLast(([told]) => told === name)[1]", name)


def test_every_mark_and_cluster_is_a_button_with_a_name(visit):
    page = opened(visit())
    clusters = page.locator(".map-cluster")
    assert clusters.count() > 5
    for cluster in clusters.all():
        assert NAME.match(cluster.get_attribute("aria-label"))
        assert cluster.evaluate("e => e.tagName") == "BUTTON"
        box = cluster.bounding_box()
        assert 34 <= round(box["width"]) <= 56


def test_a_cluster_shows_the_share_of_each_kind(visit):
    page = opened(visit())
    big = page.locator(".map-cluster").first
    kinds = big.get_attribute("aria-label").partition(": ")[2].count(",") + 1
    assert big.locator("path").count() == kinds
    shown = int(big.locator("text").text_content())
    assert big.get_attribute("aria-label").startswith(f"{shown} services")


def test_the_keyboard_walks_between_marks_and_opens_them(visit):
    page = opened(visit())
    assert page.locator(".leaflet-marker-pane [tabindex='0']").count() == 1
    page.focus(".map-canvas")
    page.keyboard.press("Tab")
    first = active_name(page)
    page.keyboard.press("ArrowRight")
    second = active_name(page)
    assert first != second
    assert page.locator(".leaflet-marker-pane [tabindex='0']").count() == 1
    page.keyboard.press("Escape")
    expect(page.locator(".map-canvas")).to_be_focused()
    page.keyboard.press("Tab")
    assert active_name(page) == second  # the way back leads to the same mark


def test_page_down_reaches_every_mark_in_view(visit):
    page = opened(visit())
    page.focus(".map-canvas")
    page.keyboard.press("Tab")
    page.keyboard.press("Home")
    seen = set()
    while (name := active_name(page)) not in seen:
        seen.add(name)
        page.keyboard.press("PageDown")
    assert set(page.evaluate(IN_VIEW)) <= seen


def test_enter_on_a_cluster_zooms_in_and_keeps_the_focus_on_the_map(visit):
    there = visit()
    page = opened(there)
    page.evaluate(HEARD)
    page.focus(".map-canvas")
    page.keyboard.press("Tab")
    page.locator(".map-cluster").first.focus()
    page.keyboard.press("Enter")
    moved = until_heard(page, "moved")
    assert moved["searchAsIMove"] is True
    assert moved["zoom"] > 2
    page.wait_for_timeout(800)
    assert page.evaluate("document.activeElement.closest('.map-canvas') !== null")
    assert there.complaints == []


def test_zooming_in_narrows_the_list_to_what_the_map_shows(visit):
    there = visit()
    page = opened(there)
    every = there.count()
    there.settled(page.locator(".map-cluster").first.click)
    assert 0 < there.count() < every
    assert "bbox=" in page.url


def biggest_cluster(page: Page):
    counts = [int(cluster.text_content()) for cluster in page.locator(".map-cluster").all()]
    return page.locator(".map-cluster").nth(counts.index(max(counts)))


def test_back_undoes_each_pressed_cluster_and_all_moving_at_once(visit):
    there = visit()
    page = opened(there)
    seen = [(page.url, there.count())]
    for _ in range(2):
        there.settled(lambda: marks_after(page, biggest_cluster(page).click))
        seen.append((page.url, there.count()))
    assert len(set(seen)) == 3
    page.focus(".map-canvas")
    for key in ("ArrowRight", "ArrowDown"):
        there.settled(lambda key=key: page.keyboard.press(key))
    assert page.url != seen[-1][0]
    for url, count in seen[-2::-1]:
        there.settled(page.go_back)
        assert (page.url, there.count()) == (url, count)
    page.wait_for_function("() => document.querySelector('.map-zoom:last-child').ariaDisabled === 'true'")
    there.settled(page.go_forward)
    assert (page.url, there.count()) == seen[1]


def test_where_the_map_goes_to_show_an_area_the_list_of_this_part_follows(visit):
    there = visit()
    page = opened(there, "/en/explore?bbox=-150,-60,150,75&kind=helpline&country=LU")
    part, found = page.url, there.count()
    card = page.locator(".card[data-lon]").first
    name = card.get_attribute("data-service")
    there.settled(card.locator(".area").click)  # too small to be seen from so far
    assert page.url != part
    assert "bbox=" in page.url
    expect(page.locator(f"#s-{name}.on")).to_be_visible()
    there.settled(page.go_back)
    assert (page.url, there.count()) == (part, found)


def test_without_search_as_i_move_the_list_stays(visit):
    there = visit()
    page = opened(there)
    every = there.count()
    page.get_by_label("Search as I move").uncheck()
    page.locator(".map-cluster").first.click()
    page.wait_for_timeout(900)
    assert there.count() == every
    assert "bbox=" not in page.url


WHOLE_WORLD = re.compile(r"/en/explore$")
OUT_OF_SIGHT = """() => {
  const frame = document.querySelector('.map-canvas').getBoundingClientRect();
  return [...document.querySelectorAll('.leaflet-marker-pane button')].filter((button) => {
    const {left, right, top, bottom} = button.getBoundingClientRect();
    const [x, y] = [(left + right) / 2, (top + bottom) / 2];
    return x < frame.left || x > frame.right || y < frame.top || y > frame.bottom;
  }).length;
}"""


@pytest.mark.parametrize("size", [(1280, 860), (1920, 1000), (360, 740)])
def test_the_first_view_of_the_world_leaves_no_mark_out(visit, size):
    there = visit()
    there.page.set_viewport_size({"width": size[0], "height": size[1]})
    page = there.open("/en/explore")
    if size[0] < 760:
        page.locator("[data-view=map][aria-pressed]").click()
    page.wait_for_selector(f"{READY} :is(.map-mark, .map-cluster)")
    assert marks_in_view(page) > 5
    assert page.evaluate(OUT_OF_SIGHT) == 0


def test_the_whole_world_is_no_restriction(visit):
    there = visit()
    page = opened(there)
    every = there.count()
    there.settled(page.locator(".map-zoom").first.click)
    assert "bbox=" in page.url
    there.settled(page.locator(".map-zoom").last.click)
    expect(page).to_have_url(WHOLE_WORLD)
    assert there.count() == every


def marks_in_view(page: Page) -> int:
    return len(page.evaluate(IN_VIEW))


def test_choosing_a_country_takes_the_map_there_and_back_returns(visit):
    there = visit()
    page = opened(there)
    page.evaluate(HEARD)
    of_the_world = marks_in_view(page)
    there.settled(page.locator("input[name=country]").first.check)
    page.wait_for_function("() => document.querySelector('#map').dataset.area !== ''")
    expect(page.locator(".leaflet-marker-pane button")).not_to_have_count(of_the_world)
    assert "bbox=" not in page.url
    assert page.evaluate("heard") == []  # no person moved it
    there.settled(page.go_back)
    expect(page).to_have_url(WHOLE_WORLD)
    page.wait_for_function(f"() => ({IN_VIEW})().length === {of_the_world}")


def test_choosing_a_country_forgets_where_the_map_was_moved_before(visit):
    there = visit()
    page = opened(there, "/en/explore?bbox=60,-40,180,10")
    there.settled(page.locator("input[name=country]").first.check)
    assert "bbox=" not in page.url
    assert there.count() > 0
    page.wait_for_function(f"() => ({IN_VIEW})().length > 0")


def test_a_choice_that_is_not_understood_takes_the_marks_away(visit):
    page = visit().open("/en/explore?age=x&kind=helpline")
    page.wait_for_selector(READY)
    expect(page.locator(".map-status")).to_contain_text("Nothing was searched")
    expect(page.locator(".leaflet-marker-pane button")).to_have_count(0)
    page.get_by_role("link", name="Search without it").click()
    page.wait_for_selector(".map-cluster")
    expect(page.locator(".map-status")).not_to_contain_text("Nothing was searched")


def test_list_and_map_say_the_same_where_nothing_is_found(visit):
    there = visit()
    page = there.open("/en/explore?q=zzzzqqqq")
    words = page.locator("#results .note h2").inner_text()
    expect(page.locator(".map-status span")).to_have_text(words)
    there.settled(page.locator(".map-status").get_by_role("button", name="Show every service").click)
    assert there.count() > 100
    page.wait_for_selector(".map-cluster")


def test_pressing_a_mark_with_the_mouse_opens_it_and_shades_where_it_helps(visit):
    there = visit()
    page = opened(there, "/en/explore?kind=helpline&country=ZA")  # two cities
    marks_after(page, page.locator(".map-zoom").last.click)  # no longer the view that was given
    for _ in range(12):
        if page.locator(".map-mark").count():
            break
        marks_after(page, page.locator(".map-cluster").first.click)
    mark = page.locator(".map-mark").first
    name = mark.get_attribute("title")
    mark.click()
    expect(page.get_by_role("dialog", name=name)).to_be_visible()
    page.wait_for_selector(".map-coverage", state="attached")
    box, frame = page.locator(".map-coverage").first.bounding_box(), page.locator(".map-canvas").bounding_box()
    assert box["x"] < frame["x"] + frame["width"]
    assert frame["x"] < box["x"] + box["width"]
    assert there.complaints == []


def test_with_forced_colours_marks_and_focus_are_seen(visit):
    page = opened(visit(forced_colors="active"), "/en/explore?kind=youth_led")
    mark = page.locator(":is(.mark-shape, .donut path)").first
    paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert mark.evaluate("e => getComputedStyle(e).fill") != paper
    page.locator(".leaflet-marker-pane button").first.focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    style = page.evaluate(
        "(({outlineStyle, outlineWidth}) => [outlineStyle, outlineWidth])(getComputedStyle(document.activeElement))"
    )
    assert style == ["solid", "3px"]


def test_a_filter_changes_the_marks(visit):
    there = visit()
    page = opened(there)
    page.wait_for_selector(".map-cluster .donut-helpline")
    there.settled(lambda: page.check("input[name=kind][value=youth_led]"))
    expect(page.locator(".donut-helpline")).to_have_count(0)
    assert page.locator(".donut-youth_led, .mark-youth_led").count() > 1


def test_a_mark_opens_its_card_and_closing_gives_the_focus_back(visit):
    there = visit()
    page = opened(there, "/en/explore?kind=youth_led")
    page.evaluate(HEARD)
    mark = page.locator(".map-mark").first
    name = mark.get_attribute("title")
    mark.focus()
    page.keyboard.press("Enter")
    card = page.get_by_role("dialog", name=name)
    expect(card.get_by_role("link", name="Details")).to_be_focused()
    assert until_heard(page, "open")["id"] in card.get_by_role("link").get_attribute("href")
    page.keyboard.press("Escape")
    expect(card).to_be_hidden()
    expect(page.locator(f".map-mark[title='{name}']")).to_be_focused()
    assert there.complaints == []


def test_choosing_a_card_shades_where_the_service_helps(visit):
    there = visit()
    page = opened(there, "/en/explore?country=MA&kind=helpline")
    expect(page.locator(".map-coverage")).to_have_count(0)
    page.locator(".card .area").first.click()
    page.wait_for_function(WIDE_SHADE)  # it is drawn anew when the map comes to rest
    page.locator(".card .area").first.click()
    page.mouse.move(1, 1)  # a card that is pointed at is shaded as well
    expect(page.locator(".map-coverage")).to_have_count(0)
    assert there.complaints == []


def test_on_a_phone_a_card_chosen_before_there_is_a_map_is_shaded_on_it(visit):
    page = visit(**PHONE).open("/en/explore?country=MA&kind=helpline")
    page.locator(".card .area").first.click()
    page.wait_for_selector(f"{READY} .map-coverage", state="attached")


def test_pressing_a_mark_or_choosing_a_card_leaves_the_page_where_it_is(visit):
    page = opened(visit(), "/en/explore?kind=youth_led")
    page.locator(".map-mark").first.focus()
    page.keyboard.press("Enter")
    page.locator(".card").last.locator(".area").click()
    page.wait_for_timeout(300)
    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight && scrollY === 0")


def test_pointing_at_a_card_lights_its_mark_or_the_cluster_that_holds_it(visit):
    page = opened(visit(), "/en/explore?country=MA&kind=helpline")
    page.locator(".card[data-lon]").first.hover()
    expect(page.locator(":is(.map-mark, .map-cluster).is-lit")).to_have_count(1)


def test_services_of_one_spot_are_listed_where_zooming_cannot_part_them(visit):
    there = visit()
    page = opened(there, "/en/explore?bbox=36.7,-1.4,36.95,-1.2")
    cluster = page.locator(".map-cluster")
    for _ in range(10):
        if page.locator(".map-panel").is_visible():
            break
        cluster.first.click()
        page.wait_for_timeout(600)
    heading = page.locator(".map-panel-title").inner_text()
    assert re.match(r"^\d+ services at this place$", heading)
    links = page.locator(".map-panel-list a")
    assert links.count() == int(heading.split()[0])
    assert all(re.match(r"^/en/services/", link.get_attribute("href")) for link in links.all())
    assert there.complaints == []


def test_a_view_across_180_degrees_shows_both_sides(visit):
    page = opened(visit(), "/en/explore?bbox=172,-22,-168,-12")
    names = " ".join(button.get_attribute("aria-label") for button in page.locator(".leaflet-marker-pane button").all())
    assert re.search(r"Suva|Fiji|1325", names)  # west of 180
    assert re.search(r"Apia|Samoa|Faataua", names)  # east of it


@pytest.mark.parametrize("lang", ["en", "fr", "ar", "es", "ru", "zh"])
def test_the_notice_on_boundaries_is_always_visible(visit, lang):
    page = opened(visit(), f"/{lang}/explore")
    notice = page.locator(".map-notice")
    expect(notice).to_be_in_viewport()
    assert len(notice.inner_text()) > 40
    assert page.locator(".map-canvas").evaluate("e => getComputedStyle(e).direction") == "ltr"


def test_the_map_is_drawn_in_the_colours_of_the_scheme(visit):
    page = opened(visit())
    page.wait_for_timeout(600)
    light = middle_pixel(page)
    page.emulate_media(color_scheme="dark")
    page.wait_for_timeout(900)
    dark = middle_pixel(page)
    assert sum(light) > 600
    assert sum(dark) < 300


def middle_pixel(page: Page) -> list[int]:
    """Red, green and blue somewhere on a drawn tile."""
    return page.evaluate(
        "() => { const tile = document.querySelector('canvas.leaflet-tile-loaded');"
        " return [...tile.getContext('2d').getImageData(tile.width / 2, tile.height / 2, 1, 1).data].slice(0, 3) }"
    )


def test_on_a_phone_the_map_waits_behind_its_switch(visit):
    there = visit(**PHONE)
    page = there.open("/en/explore")
    page.wait_for_timeout(900)
    assert page.locator("script[src*=leaflet]").count() == 0
    page.get_by_role("button", name="Map", exact=True).click()
    page.wait_for_selector(f"{READY} .map-cluster")
    expect(page.locator(".map-notice")).to_be_in_viewport(ratio=1)
    legend, switch = (page.locator(part).bounding_box() for part in (".map-legend", "#switch"))
    assert legend["y"] + legend["height"] <= switch["y"]
    assert there.overflow() <= 0
    assert there.complaints == []


@pytest.mark.parametrize("part", ["**/leaflet.js", "**/world.pmtiles"])
def test_what_does_not_come_is_said_and_can_be_tried_again(visit, part):
    there = visit()
    there.page.route(part, lambda route: route.abort())
    page = there.open("/en/explore")
    expect(page.locator("#map [role=alert]")).to_contain_text("could not be loaded")
    assert there.count() > 100  # the list is not touched
    there.page.unroute(part)
    page.locator("#map").get_by_role("button", name="Try again").click()
    page.wait_for_selector(f"{READY} .map-cluster")


def test_marks_that_do_not_come_are_said_and_can_be_tried_again(visit):
    there = visit()
    asked = []
    there.page.route("**/api/v1/map*", lambda route: (asked.append(1), route.fulfill(status=503, body="{}")))
    page = there.open("/en/explore")
    expect(page.locator(".map-status")).to_contain_text("marks could not be loaded")
    before = 0
    while before != len(asked):  # the frame may still find its size and ask by itself, and then nobody needs the button
        before = len(asked)
        page.wait_for_timeout(1_000)
    there.page.unroute("**/api/v1/map*")
    page.locator(".map-status").get_by_role("button", name="Try again").click()
    page.wait_for_selector(".map-cluster")


def test_a_service_name_is_text_never_markup(visit):
    there = visit()
    name = "<img src=x onerror=alert(1)>"
    mark = {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [10, 25]},
        "properties": {"cluster": False, "id": "x", "kind": "helpline", "name": name, "visitable": True},
    }
    answer = {"type": "FeatureCollection", "features": [mark], "everywhere": 0, "revision": 1}
    there.page.route("**/api/v1/map*", lambda route: route.fulfill(json=answer))
    page = opened(there)
    page.locator(".map-mark").click()
    expect(page.locator(".map-panel-title")).to_have_text(name)
    assert page.locator("#map img").count() == 0


def test_the_small_map_shows_the_area_of_its_service(visit):
    there = visit()
    page = there.open("/en/services/gb-childline")
    page.wait_for_selector("#area-map[data-state=ready] .map-coverage", state="attached")
    box = page.locator("#area-map .map-coverage").first.bounding_box()
    assert box["height"] > 60
    expect(page.locator("#area-map .map-notice")).to_be_attached()
    assert page.locator("#area-map .map-follow").count() == 0
    assert there.complaints == []


@pytest.mark.parametrize("screen", [DESKTOP, PHONE], ids=["desk", "phone"])
def test_opening_the_map_asks_once_and_searches_nothing(visit, screen):
    there = visit(**screen)
    asked = []
    there.page.on("request", lambda request: asked.append(request.url))
    there.page.add_init_script(HEARD)
    page = there.open("/en/explore")
    if screen is PHONE:
        page.get_by_role("button", name="Map", exact=True).click()
    page.wait_for_selector(f"{READY} .map-cluster")
    page.wait_for_timeout(1200)
    assert len([url for url in asked if "/api/v1/map?" in url]) == 1
    assert page.evaluate("heard") == []
