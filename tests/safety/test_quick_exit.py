"""T3: whoever walks in sees nothing. Blank at once, also while the neutral page hangs; Back shows nothing of ours."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Error
from werkzeug.serving import make_server

from popmap.app import create_app
from popmap.config import PROJECT, Settings
from popmap.errors import UnreachableError
from popmap.kill_list import KillList
from popmap.web import assets
from visits import WHOLE_CHROMIUM

pytestmark = pytest.mark.browser

OURS = ("about", "privacy", "accessibility")
WATCHER = """
let told = "";
(function look() {
  const root = document.documentElement, style = root && getComputedStyle(root);
  const text = document.querySelector("h1")?.textContent ?? document.body?.textContent.trim().slice(0, 60) ?? "";
  const visible = style && style.display !== "none" && style.visibility !== "hidden" ? text : "";
  const now = [location.href, visible, document.title, window.pressed].join();
  if (now !== told) window.frame?.(location.port, visible, document.title, performance.now() - (window.pressed ?? NaN));
  told = now;
  requestAnimationFrame(look);
})();
addEventListener("pointerdown", (event) => { window.pressed = event.timeStamp; }, true);
addEventListener("pageshow", () => { told = ""; });
"""
"""Looks at every frame and tells when something changed: whose page, what can be read, its title, time since the press.

It tells by itself, because nobody can ask a page while its next page is on the way.
"""


@dataclass
class Site:
    """Our pages, and a neutral place that either answers or never does."""

    address: str
    neutral: str
    answering: threading.Event

    @property
    def neutral_port(self) -> str:
        return self.neutral.rstrip("/").rpartition(":")[2]

    def page(self, number: int) -> str:
        return f"{self.address}/en/{OURS[number % len(OURS)]}"


class Neutral(BaseHTTPRequestHandler):
    """Somebody else's page; hangs while it is told to."""

    answering: threading.Event
    closing: threading.Event

    def do_GET(self) -> None:
        while not self.answering.is_set():
            if self.closing.wait(0.05):
                return
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<title>neutral</title><body>neutral</body>")

    def log_message(self, *_: Any) -> None:
        """Quiet."""


class Away:
    """A database that is away: these pages need none."""

    withdrawn = KillList(Path("/nowhere"))

    def glance(self, _work: Any) -> Any:
        raise UnreachableError("away")


@contextmanager
def served(data: Path) -> Iterator[Site]:
    """A site in ``data``; to make one takes seconds, so that all but those with a fault share one."""
    answering, closing = threading.Event(), threading.Event()
    handler = type("Handler", (Neutral,), {"answering": answering, "closing": closing})
    neutral = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    elsewhere = f"http://127.0.0.1:{neutral.server_port}/"
    app = create_app(Settings(data=data, exit_url=elsewhere), Away())
    ours = make_server("127.0.0.1", 0, app, threaded=True)
    for server in (neutral, ours):
        threading.Thread(target=server.serve_forever, daemon=True).start()
    yield Site(f"http://127.0.0.1:{ours.server_port}", elsewhere, answering)
    closing.set()
    for server in (neutral, ours):
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="module")
def shared_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with served(tmp_path_factory.mktemp("site")) as opened:
        yield opened


@pytest.fixture
def site(shared_site: Site) -> Site:
    """Our pages, and a neutral place that hangs until it is told to answer."""
    shared_site.answering.clear()
    return shared_site


@pytest.fixture
def visitor(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context()
    yield context
    context.close()


@pytest.fixture(params=["with the page cache", "without"])
def any_visitor(request: pytest.FixtureRequest, browser: Browser) -> Iterator[BrowserContext]:
    """A visitor whose browser keeps left pages alive for Back, and one whose browser does not."""
    kept = ["--disable-back-forward-cache"] if request.param == "with the page cache" else []
    other = browser.browser_type.launch(executable_path=WHOLE_CHROMIUM, args=["--no-sandbox"], ignore_default_args=kept)
    yield other.new_context()
    other.close()


@pytest.fixture
def mutated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], Site]]:
    """Our pages with a named fault in the exit script."""
    with ExitStack() as stack:

        def serve(name: str) -> Site:
            source = (PROJECT / "static" / "js" / "exit.js").read_text()
            for right, wrong in MUTANTS[name].items():
                assert right in source
                source = source.replace(right, wrong)
            monkeypatch.setattr(assets, "_js", lambda *_, **__: source)
            return stack.enter_context(served(tmp_path))

        yield serve


@dataclass(frozen=True)
class Frame:
    """What was on the screen for a moment."""

    port: str
    text: str
    title: str
    after_press_ms: float


class Tab:
    """A tab that has seen some of our pages and tells what it shows."""

    def __init__(self, visitor: BrowserContext, site: Site, depth: int) -> None:
        self.site, self.frames, self.page = site, [], visitor.new_page()
        self.page.expose_binding("frame", lambda _, *told: self.frames.append(Frame(*told)))
        self.page.add_init_script(WATCHER)
        for number in range(depth):
            self.page.goto(site.page(number))
            self.page.wait_for_function("() => document.body.textContent.length > 0")

    def wait_for(self, wanted: Callable[[Frame], bool], within_s: float = 5) -> Frame:
        """The first remembered frame that is as wanted."""
        end, seen = time.monotonic() + within_s, 0
        while time.monotonic() < end:
            for frame in self.frames[seen:]:
                if wanted(frame):
                    return frame
            seen = len(self.frames)
            self.page.wait_for_timeout(20)
        pytest.fail(f"no such frame; last: {self.frames[-1:]}")

    def frame_after_press_ms(self) -> float:
        """From a press that does nothing to the next frame: what this machine takes at this moment."""
        self.frames.clear()
        self.page.get_by_role("heading", level=1).click()
        return self.wait_for(lambda frame: frame.after_press_ms is not None, within_s=20).after_press_ms

    def leave(self) -> None:
        self.page.locator("#leave").click(no_wait_after=True)

    def leave_for_good(self) -> None:
        """Press, and wait until the neutral page is there; from then on only its frames are remembered."""
        self.site.answering.set()
        self.leave()
        self.page.wait_for_url(self.site.neutral)
        self.frames.clear()

    def back(self) -> None:
        """Press Back; while a page is already on its way, press again when it has come."""
        for _ in range(50):
            try:
                self.page.evaluate("() => { setTimeout(() => history.back(), 20); }")
                break
            except Error:
                self.page.wait_for_timeout(100)
        self.page.wait_for_timeout(600)

    def ours_shown(self) -> list[Frame]:
        """Frames in which one of our pages could be read."""
        return [frame for frame in self.frames if frame.text and frame.port != self.site.neutral_port]


@pytest.mark.parametrize("depth", [1, 3, 10])
def test_the_screen_is_blank_in_100_ms_while_the_neutral_page_hangs(visitor: BrowserContext, site: Site, depth: int):
    tab = Tab(visitor, site, depth)
    floor_ms = tab.frame_after_press_ms()
    tab.frames.clear()
    tab.leave()
    blank = tab.wait_for(lambda frame: not frame.text, within_s=20)
    assert blank.after_press_ms - floor_ms <= 100, f"{blank.after_press_ms} ms; the floor is {floor_ms} ms"
    assert blank.title == "127.0.0.1"
    tab.frames.clear()
    tab.page.wait_for_timeout(1000)
    assert not tab.ours_shown()


def test_the_press_itself_blanks_the_page_and_waits_for_nothing(visitor: BrowserContext, site: Site):
    tab = Tab(visitor, site, 1)
    told: list[str] = []
    tab.page.expose_binding("told", lambda _, display: told.append(display))
    tab.page.evaluate("addEventListener('click', () => told(getComputedStyle(document.documentElement).display), true)")
    tab.leave()
    tab.page.wait_for_timeout(300)
    assert told == ["none"]


@pytest.mark.parametrize("depth", [1, 3, 10])
def test_back_five_times_shows_nothing_of_ours(any_visitor: BrowserContext, site: Site, depth: int):
    tab = Tab(any_visitor, site, depth)
    tab.leave_for_good()
    for _ in range(5):
        tab.back()
    assert tab.frames
    assert not tab.ours_shown()


def test_back_shows_nothing_while_the_neutral_page_hangs(visitor: BrowserContext, site: Site):
    tab = Tab(visitor, site, 3)
    tab.leave_for_good()
    site.answering.clear()
    tab.back()
    tab.page.wait_for_timeout(1000)
    assert not tab.ours_shown()


def test_ordinary_back_is_unharmed(any_visitor: BrowserContext, site: Site):
    tab = Tab(any_visitor, site, 3)
    tab.frames.clear()
    tab.back()
    assert tab.page.url == site.page(1)
    assert tab.wait_for(lambda frame: "Privacy" in frame.text)


def test_who_comes_back_on_purpose_is_let_in(visitor: BrowserContext, site: Site):
    tab = Tab(visitor, site, 1)
    tab.leave_for_good()
    tab.page.goto(site.page(0))
    assert tab.page.get_by_role("heading", level=1).is_visible()
    assert tab.page.evaluate("sessionStorage.length") == 0


def test_only_the_press_writes_the_flag(visitor: BrowserContext, site: Site):
    tab = Tab(visitor, site, 3)
    assert tab.page.evaluate("[sessionStorage.length, localStorage.length, document.cookie]") == [0, 0, ""]


def test_shift_three_times_leaves(visitor: BrowserContext, site: Site):
    site.answering.set()
    tab = Tab(visitor, site, 1)
    for _ in range(3):
        tab.page.keyboard.press("Shift")
    tab.page.wait_for_url(site.neutral)


def test_typing_capitals_does_not_leave(visitor: BrowserContext, site: Site):
    tab = Tab(visitor, site, 1)
    for letter in "HELP ME":
        tab.page.keyboard.press(f"Shift+{letter}" if letter != " " else "Space")
    tab.page.wait_for_timeout(300)
    assert tab.page.get_by_role("heading", level=1).is_visible()


def test_without_javascript_the_link_blanks_and_leaves(browser: Browser, site: Site):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(site.page(0))
    page.locator("#leave").click()
    page.wait_for_url("**/exit", wait_until="commit")  # the neutral page hangs: ours is gone all the same
    assert 'class="leave"' not in context.request.get(f"{site.address}/exit").text()
    site.answering.set()
    page.wait_for_url(site.neutral)
    context.close()


def test_leave_is_at_least_44_px_and_stays_on_screen(visitor: BrowserContext, site: Site):
    tab = Tab(visitor, site, 2)
    tab.page.set_viewport_size({"width": 360, "height": 500})
    tab.page.evaluate("scrollTo(0, document.body.scrollHeight)")
    box = tab.page.locator("#leave").bounding_box()
    assert box["height"] >= 44
    assert box["width"] >= 44
    assert 0 <= box["y"] <= 500 - box["height"]
    assert 0 <= box["x"] <= 360 - box["width"]


MUTANTS = {
    "no_guard": {"else blank();": "", "FLAG))) blank();": "FLAG))) root.style.visibility = '';"},
    "no_flag": {'storage.setItem(FLAG, "1")': "storage.length"},
    "no_blank": {'root.style.display = "none";': "", "document.body?.replaceChildren();": ""},
}


@pytest.mark.mutant
@pytest.mark.parametrize("mutant", ["no_flag", "no_guard"])
def test_mutant_shows_our_pages_on_back(visitor: BrowserContext, mutated: Callable[[str], Site], mutant: str):
    tab = Tab(visitor, mutated(mutant), 3)
    tab.leave_for_good()
    tab.back()
    assert tab.ours_shown()


@pytest.mark.mutant
def test_mutant_is_not_blank_while_the_neutral_page_hangs(visitor: BrowserContext, mutated: Callable[[str], Site]):
    tab = Tab(visitor, mutated("no_blank"), 1)
    tab.leave()
    tab.page.wait_for_timeout(600)
    assert tab.frames[-1].text
