"""Visits in a real browser, each watched for what a visitor must never meet."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Page

from databases import DATA
from popmap.config import PROJECT

# the whole browser, windows included: it keeps left pages for Back, and a history, as people's browsers do
WHOLE_CHROMIUM = next(
    path for path in (Path("/usr/bin/chromium"), DATA / "system" / "chromium", Path("chromium")) if path.exists()
)
AXE = PROJECT / "static" / "node_modules" / "axe-core" / "axe.min.js"
PHONE = {"viewport": {"width": 360, "height": 740}, "is_mobile": True, "has_touch": True}
DESKTOP = {"viewport": {"width": 1280, "height": 860}}


class Visit:
    """A page in a fresh profile, and what happened behind its back."""

    def __init__(self, context: BrowserContext, base: str) -> None:
        self.context, self.base = context, base
        self.page: Page = context.new_page()
        self.foreign: list[str] = []
        self.complaints: list[str] = []
        self.page.on("request", self._look)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)

    def _look(self, request: Any) -> None:
        if not request.url.startswith((self.base, "data:", "blob:")):
            self.foreign.append(request.url)

    def open(self, path: str) -> Page:
        """The page at a path of our site, once it is loaded."""
        self.page.goto(self.base + path, wait_until="load")
        return self.page

    def count(self) -> int:
        """How many services the list says it has."""
        return int("".join(c for c in self.page.inner_text("#count") if c.isdigit()))

    def settled(self, act: Callable[[], Any]) -> None:
        """Does something that changes the list, and waits until the list has changed."""
        self.page.evaluate("document.getElementById('count').dataset.old = 'yes'")
        act()
        self.page.wait_for_selector("#count:not([data-old])", state="attached")
        self.page.wait_for_selector("#results:not([aria-busy])", state="attached")

    def axe(self) -> dict[str, list[str]]:
        """Violations by rule, with the elements."""
        session = self.context.new_cdp_session(self.page)
        session.send("Page.setBypassCSP", {"enabled": True})
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(AXE.read_text())
        found = self.page.evaluate("axe.run(document, {resultTypes: ['violations']}).then((all) => all.violations)")
        return {rule["id"]: [node["html"][:120] for node in rule["nodes"]] for rule in found}

    def traces(self) -> dict[str, int]:
        """What is left in the browser after the visit."""
        kept = self.page.evaluate("[localStorage.length, sessionStorage.length]")
        return {"cookies": len(self.context.cookies()), "local": kept[0], "session": kept[1]}

    def overflow(self) -> int:
        """By how many pixels the page is wider than the screen."""
        return int(self.page.evaluate("document.documentElement.scrollWidth - innerWidth"))
