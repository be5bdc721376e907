"""What holds for every visitor of the explorer and a service's page: access for all, no trace, light pages."""

import pytest

from visits import DESKTOP, PHONE

pytestmark = pytest.mark.browser

EXPLORE, SERVICE = "/{}/explore?country=MA", "/{}/services/gb-childline"
FAULTY, EMPTY = "/{}/explore?kind=shop&age=x", "/{}/explore?q=zzzzqqqqxxxx&country=FR"
DARK = {"color_scheme": "dark"}
KIB = 1024


@pytest.mark.parametrize("lang", ["en", "ar", "zh"])
@pytest.mark.parametrize(
    "screen", [DESKTOP, PHONE, {**DESKTOP, **DARK}, {**PHONE, **DARK}], ids=["desk", "phone", "desk-dark", "phone-dark"]
)
@pytest.mark.parametrize("path", [EXPLORE, SERVICE], ids=["explore", "service"])
def test_axe_finds_nothing(visit, path, screen, lang):
    there = visit(**screen)
    page = there.open(path.format(lang))
    page.wait_for_timeout(900)
    assert there.axe() == {}
    assert there.overflow() <= 0
    assert there.complaints == []


@pytest.mark.parametrize("path", [FAULTY, EMPTY], ids=["not understood", "nothing found"])
def test_axe_finds_nothing_on_states(visit, path):
    there = visit(**PHONE)
    there.open(path.format("en"))
    assert there.axe() == {}


def test_axe_finds_nothing_in_the_open_filters(visit):
    there = visit(**PHONE)
    page = there.open("/en/explore?more=country")
    page.get_by_role("link", name="Filters").click()
    closed = page.locator(".facet:not([open]) > summary")
    while closed.count():
        closed.first.click()
    assert there.axe() == {}


@pytest.mark.parametrize("path", [EXPLORE, SERVICE], ids=["explore", "service"])
@pytest.mark.parametrize("width", [320, 360, 768, 1024, 1100, 1920])
def test_nothing_is_wider_than_the_screen(visit, path, width):
    there = visit(viewport={"width": width, "height": 800})
    there.open(path.format("ru"))
    assert there.overflow() <= 0


def test_a_visit_leaves_nothing_and_asks_nobody_else(visit):
    there = visit()
    page = there.open("/en/explore")
    page.wait_for_selector("#map[data-state=ready]")
    there.settled(lambda: page.check("input[name=kind][value=helpline]"))
    page.locator(".card .area").first.click()
    page.wait_for_timeout(500)
    there.open("/en/services/gb-childline")
    page.wait_for_selector("#area-map[data-state=ready]")
    assert there.foreign == []
    assert there.complaints == []
    assert there.traces() == {"cookies": 0, "local": 0, "session": 0}


def test_targets_are_large_enough(visit):
    page = visit(**PHONE).open("/en/services/gb-childline")
    for button in page.locator(".channel .btn, #leave").all():
        assert button.bounding_box()["height"] >= 44
    small = page.evaluate(
        "[...document.querySelectorAll('a,button,input,select,summary')].filter((e) => {"
        " const r = e.getBoundingClientRect();"
        " return r.width && (r.height < 24 || r.width < 24) && getComputedStyle(e).display != 'inline'"
        " && !e.closest('.visually-hidden') }).map((e) => e.outerHTML.slice(0, 100))"
    )
    assert small == []


def test_the_map_comes_after_the_list_and_within_its_weight(visit):
    there = visit()
    taken: list[tuple[str, int]] = []
    there.page.on("requestfinished", lambda request: taken.append((request.url, request.sizes()["responseBodySize"])))
    page = there.open("/en/explore")
    page.wait_for_selector("#map[data-state=ready]")
    page.wait_for_timeout(1500)
    document, rest = taken[0][1], sum(size for _, size in taken[1:])
    assert document <= 14 * KIB
    assert rest <= 200 * KIB, sorted(taken, key=lambda one: -one[1])[:8]


def test_the_list_needs_one_request(visit):
    there = visit(java_script_enabled=False)
    asked: list[str] = []
    there.page.on("request", lambda request: asked.append(request.resource_type))
    there.open("/en/explore")
    assert asked.count("document") == 1
    assert set(asked) <= {"document", "image", "stylesheet"}
