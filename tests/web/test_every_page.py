"""Every page that links lead to keeps the house rules: order, language, nonces, no foreign thing, safe links."""

import re
from collections import deque
from urllib.parse import urldefrag

import pytest

LINK = re.compile(r'<a\b[^>]*?\bhref="([^"]+)"[^>]*>')
PAGES_A_LANGUAGE = 40


@pytest.fixture(scope="module")
def pages(app):
    """Pages by address, found by following links from the first page, in English and in Arabic."""
    return {path: body for start in ("/en/", "/ar/") for path, body in followed(app.test_client(), start)}


def followed(client, start):
    """Addresses and bodies, breadth first; each shape of address (``/en/services/…``) at most five times."""
    seen, waiting, shapes = {start}, deque([start]), {}
    while waiting and len(seen) < 400 and sum(shapes.values()) < PAGES_A_LANGUAGE:
        path = waiting.popleft()
        shape = re.sub(r"(services|countries)/.+", r"\1/…", path.partition("?")[0])
        if shapes.get(shape, 0) >= 5:
            continue
        shapes[shape] = shapes.get(shape, 0) + 1
        reply = client.get(path)
        assert reply.status_code == 200, path
        yield path, reply.text
        for found in LINK.findall(reply.text):
            address = urldefrag(found.replace("&amp;", "&")).url
            if address.startswith(start) and address not in seen:
                seen.add(address)
                waiting.append(address)


def broken(pages, is_right):
    return [path for path, body in pages.items() if not is_right(body)]


def test_enough_pages_are_looked_at(pages):
    assert len(pages) > 30
    assert {path.split("/")[2].partition("?")[0] for path in pages} >= {"", "explore", "services", "countries", "about"}


def test_emergency_comes_first_and_the_way_out_before_the_page(pages):
    def in_order(body):
        places = [body.index(mark) for mark in ('class="skip"', 'class="danger"', 'id="leave"', "<main")]
        return places == sorted(places) and body.count('class="danger"') == 1

    assert broken(pages, in_order) == []


def test_each_page_has_one_heading_and_a_title(pages):
    assert broken(pages, lambda body: len(re.findall(r"<h1\b", body)) == 1 and "PoP Map</title>" in body) == []


def test_each_page_says_its_language(pages):
    for path, body in pages.items():
        code = path.split("/")[1]
        assert f'<html lang="{code}" dir="{"rtl" if code == "ar" else "ltr"}"' in body


def test_each_script_and_style_bears_a_nonce_and_comes_from_here(pages):
    def guarded(body):
        marked = re.findall(r"<(?:script|style)\b([^>]*)>", body)
        loaded = re.findall(r'<(?:script|img|link|iframe|source)\b[^>]*?\b(?:src|href)="([^"]+)"', body)
        return all("nonce=" in part for part in marked) and all(part.startswith(("/", "data:")) for part in loaded)

    assert broken(pages, guarded) == []


def test_links_that_lead_away_are_marked(pages):
    def marked(body):
        away = re.findall(r'<a\b([^>]*?\bhref="https?://[^>]*)>', body)
        return all("noreferrer noopener" in part for part in away)

    assert broken(pages, marked) == []


def test_forms_stay_here(pages):
    actions = {action for body in pages.values() for action in re.findall(r'<form\b[^>]*?\baction="([^"]+)"', body)}
    assert actions
    assert all(action.startswith("/") for action in actions)


def test_dial_links_are_digits_only(pages):
    links = {link for body in pages.values() for link in re.findall(r'href="(?:tel|sms):([^"]*)"', body)}
    assert links
    assert [link for link in links if not re.fullmatch(r"\+?[0-9]{2,15}", link)] == []


def test_telephone_numbers_keep_their_direction_in_arabic(pages):
    for path, body in pages.items():
        if path.startswith("/ar/"):
            for inner in re.findall(r'href="tel:[^"]*"[^>]*>(.*?)</a>', body, re.DOTALL):
                bare = re.sub(r'<bdi dir="ltr">.*?</bdi>', "", inner)
                assert not re.search(r"\d[\d -]{3,}", re.sub(r"<[^>]+>", "", bare)), (path, inner)


def test_no_page_sets_a_cookie_or_may_be_stored(app, pages):
    client = app.test_client()
    for path in list(pages)[:20]:
        reply = client.get(path)
        assert "Set-Cookie" not in reply.headers
        assert reply.headers["Cache-Control"] == "no-store"


@pytest.mark.mutant
def test_mutant_a_page_that_breaks_the_rules_is_found(pages):
    body = next(iter(pages.values())).replace('id="leave"', "").replace("<script nonce=", "<script data-x=")
    with pytest.raises(AssertionError):
        test_each_script_and_style_bears_a_nonce_and_comes_from_here({"/en/": body})
    with pytest.raises(ValueError, match="substring"):
        test_emergency_comes_first_and_the_way_out_before_the_page({"/en/": body})
