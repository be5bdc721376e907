"""What holds for every visitor of the explorer and a service's page: access for all, no trace, light pages."""

import pytest

from visits import DESKTOP, PHONE

pytestmark = pytest.mark.browser

EXPLORE, SERVICE = "/{}/explore?country=MA", "/{}/services/gb-childline"
FAULTY, EMPTY = "/{}/explore?kind=shop&age=x", "/{}/explore?q=zzzzqqqqxxxx&country=FR"
COUNTRIES, COUNTRY, ABOUT, NOWHERE = "/{}/countries", "/{}/countries/MA", "/{}/about", "/{}/nowhere"
EVERY = {
    "explore": EXPLORE,
    "service": SERVICE,
    "countries": COUNTRIES,
    "country": COUNTRY,
    "about": ABOUT,
    "atlas": "/{}/atlas",
    "data": "/{}/data",
    "dictionary": "/{}/data/dictionary",
    "versions": "/{}/data/versions",
    "privacy": "/{}/privacy",
    "accessibility": "/{}/accessibility",
    "find": "/{}/",
    "not here": NOWHERE,
    "not understood": FAULTY,
}
DARK = {"color_scheme": "dark"}
KIB = 1024


SCREENS = {
    "desk": DESKTOP,
    "phone": PHONE,
    "desk-dark": {**DESKTOP, **DARK},
    "phone-dark": {**PHONE, **DARK},
}


@pytest.mark.parametrize(
    ("screen", "lang"),
    [
        *((screen, "en") for screen in SCREENS),
        ("desk-dark", "ar"),
        ("phone", "ar"),
        ("desk", "zh"),
        ("phone-dark", "zh"),
    ],
)
@pytest.mark.parametrize("path", [EXPLORE, SERVICE], ids=["explore", "service"])
def test_axe_finds_nothing(visit, path, screen, lang):
    """Every screen in English; the other scripts on a wide and a narrow, a light and a dark one."""
    there = visit(**SCREENS[screen])
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


@pytest.mark.parametrize("path", EVERY.values(), ids=EVERY)
def test_nothing_is_wider_than_the_screen(visit, path):
    there = visit()
    page = there.open(path.format("ru"))
    for width in (320, 360, 559, 768, 1024, 1100, 1920):  # 320: 1280 at 400 %
        page.set_viewport_size({"width": width, "height": 640})
        assert there.overflow() <= 0, width


@pytest.mark.parametrize(
    "path", [EXPLORE, SERVICE, COUNTRIES, COUNTRY], ids=["explore", "service", "countries", "country"]
)
def test_forced_colours_keep_signs_focus_and_ticks(visit, path):
    there = visit(forced_colors="active")
    page = there.open(path.format("en"))
    paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
    for sign in page.locator("main svg.glyph:visible").all()[:6]:
        assert sign.evaluate("e => getComputedStyle(e).fill") != paper
    page.locator("#leave").focus()
    page.keyboard.press("Tab")
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline != "none"
    assert there.axe() == {}


@pytest.mark.parametrize("path", [EXPLORE, SERVICE, COUNTRY], ids=["explore", "service", "country"])
def test_on_paper_there_is_ink_on_white_and_no_bar(visit, path):
    page = visit().open(path.format("en"))
    page.emulate_media(media="print", color_scheme="light")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") in {
        "rgb(255, 255, 255)",
        "rgba(0, 0, 0, 0)",
    }
    assert page.locator(".bar").is_hidden()
    assert page.locator("main :is(.card, .paper)").first.is_visible()
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_the_card_of_a_country_has_its_code_on_paper_and_on_a_wide_screen_only(visit):
    page = visit(**PHONE).open(COUNTRY.format("en"))
    assert page.locator(".code").is_hidden()
    page.emulate_media(media="print")
    assert page.locator(".code").is_visible()


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


@pytest.mark.parametrize("screen", [PHONE, DESKTOP], ids=["phone", "desk"])
@pytest.mark.parametrize("path", EVERY.values(), ids=EVERY)
def test_targets_are_large_enough(visit, path, screen):
    page = visit(**screen).open(path.format("en"))
    for button in page.locator(".btn.call:visible, .dialled[href]:visible, .dial:visible, #leave").all()[:20]:
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
