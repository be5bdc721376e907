"""The pages that only speak, the way out, the signs of life, and what every page has in the same order."""

import re

import pytest

from popmap.vocabulary import LANGUAGES

SPEAKING = ("about", "privacy", "accessibility")


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("name", SPEAKING)
def test_a_speaking_page_has_one_heading_and_a_title(visitor, code, name):
    page = visitor.get(f"/{code}/{name}").text
    assert page.count("<h1>") == 1
    assert re.search(r"<title>.+ · PoP Map</title>", page)


@pytest.mark.parametrize("path", [*(f"/en/{name}" for name in SPEAKING), "/en/nowhere", "/en/?q=%00"])
def test_emergency_comes_first_then_the_way_out_then_the_page(visitor, path):
    page = visitor.get(path).text
    emergency, leave, main = (page.index(mark) for mark in ('class="danger"', 'id="leave"', "<main"))
    assert emergency < leave < main
    assert 'href="/exit"' in page
    first_link = re.search(r"<a [^>]*>", page[page.index("<body") :]).group()
    assert 'href="#main"' in first_link


def test_without_a_country_no_number_is_guessed(visitor):
    strip = re.search(r'<aside class="danger".*?</aside>', visitor.get("/en/about").text, re.DOTALL).group()
    assert "tel:" not in strip
    assert not re.search(r">[^<]*\d{2,}", strip)
    assert 'href="/en/countries"' in strip


@pytest.mark.parametrize("code", LANGUAGES)
def test_privacy_says_what_leaving_cannot_erase(visitor, code):
    page = visitor.get(f"/{code}/privacy").text
    told = page[page.index('id="traces"') :]
    assert told.count("<li>") >= 6


def test_about_says_that_boundaries_are_no_opinion(visitor):
    assert "do not imply any opinion on the legal status" in visitor.get("/en/about").text


def test_exit_is_blank_and_leads_away(visitor):
    reply = visitor.get("/exit")
    assert reply.headers["Refresh"] == "0; url=https://www.wikipedia.org/"
    assert "<title>www.wikipedia.org</title>" in reply.text
    body = re.sub(r"<[^>]+>", "", reply.text[reply.text.index("<body") :])
    assert body.strip() == ""
    assert visitor.get("/exit/traces").headers["Clear-Site-Data"] == '"cache"'


def test_signs_of_life(visitor):
    assert visitor.get("/healthz").data == b"ok\n"
    unready = visitor.get("/readyz")
    assert (unready.status_code, unready.mimetype) == (503, "application/problem+json")
    assert b"Disallow: /exit" in visitor.get("/robots.txt").data
    with visitor.get("/favicon.ico") as icon:
        assert icon.mimetype == "image/svg+xml"


def static_address(visitor, path: str) -> str:
    icon = re.search(r'<link rel="icon" href="([^"]+)"', visitor.get("/en/about").text).group(1)
    return icon.replace("img/icon.svg", path)


def test_pages_are_not_stored_and_files_are(visitor):
    assert visitor.get("/en/about").headers["Cache-Control"] == "no-store"
    with visitor.get(static_address(visitor, "img/icon.svg")) as icon:
        assert "immutable" in icon.headers["Cache-Control"]


def test_files_come_compressed(visitor):
    with visitor.get(static_address(visitor, "js/map.js"), headers={"Accept-Encoding": "br"}) as script:
        assert script.headers["Content-Encoding"] == "br"


@pytest.mark.parametrize("path", ["node_modules/leaflet/package.json", "js/../../pyproject.toml", "package.json"])
def test_other_files_do_not_come(visitor, path):
    assert visitor.get(static_address(visitor, path)).status_code == 404


def test_the_basemap_comes_in_ranges(frame, tmp_path):
    archive = frame.extensions["settings"].data / "basemap" / "world.pmtiles"
    archive.parent.mkdir(exist_ok=True)
    archive.write_bytes(bytes(range(256)) * 100)
    try:
        with frame.test_client().get("/basemap/world.pmtiles", headers={"Range": "bytes=10-19"}) as reply:
            assert reply.status_code == 206
            assert reply.data == bytes(range(10, 20))
            assert "Content-Encoding" not in reply.headers
    finally:
        archive.unlink()


def test_the_first_page_is_light(visitor):
    reply = visitor.get("/en/about", headers={"Accept-Encoding": "br"})
    assert len(reply.data) <= 14 * 1024
