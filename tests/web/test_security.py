"""Headers on every reply, an access rule for every route, and strict reading of what comes in."""

import random
import re
import urllib.error
import urllib.request

import pytest
from observatory import score

from popmap.web import assets, security

EVERY_KIND_OF_REPLY = [
    ("GET", "/en/about", 200),
    ("GET", "/ar/nowhere", 404),
    ("POST", "/en/about", 405),
    ("GET", "/", 302),
    ("GET", "/en", 308),
    ("GET", "/exit", 200),
    ("GET", "/exit/traces", 204),
    ("GET", "/healthz", 200),
    ("GET", "/readyz", 503),
    ("GET", "/api/v1/nowhere", 404),
    ("GET", "/en/?q=%ff", 422),
    ("GET", "/en/explore", 503),
    ("GET", f"/static/{assets.version()}/js/exit.js", 200),
    ("GET", "/static/gone/js/exit.js", 404),
    ("OPTIONS", "/en/about", 200),
]


@pytest.mark.parametrize(("method", "path", "status"), EVERY_KIND_OF_REPLY)
def test_every_reply_scores_a_plus(visitor, method, path, status):
    reply = visitor.open(path, method=method)
    reply.close()
    assert reply.status_code == status
    assert score(reply.headers) >= 130
    assert "Set-Cookie" not in reply.headers
    assert "geolocation=(self)" in reply.headers["Permissions-Policy"]


@pytest.mark.mutant
@pytest.mark.parametrize("lost", ["Content-Security-Policy", "Referrer-Policy", "Cross-Origin-Resource-Policy"])
def test_mutant_a_lost_header_is_noticed(visitor, monkeypatch, lost):
    kept = {name: value for name, value in security.HEADERS.items() if name != lost}
    monkeypatch.setattr(security, "HEADERS", kept)
    assert score(visitor.get("/healthz").headers) < 130


def test_a_page_lets_in_only_what_bears_its_nonce(visitor):
    first, second = visitor.get("/en/about"), visitor.get("/en/about")
    (nonce,) = set(re.findall(r"'nonce-([^']+)'", first.headers["Content-Security-Policy"]))
    assert f"'nonce-{nonce}'" not in second.headers["Content-Security-Policy"]
    marked = re.findall(r"<(?:script|style)\b([^>]*)>", first.text)
    assert marked
    assert all(f'nonce="{nonce}"' in attributes for attributes in marked)


def test_an_operators_tiles_are_the_only_other_origin():
    assert security.tile_origin("https://tiles.example/{z}/{x}/{y}.png") == "https://tiles.example"
    assert security.tile_origin("/srv/own.pmtiles") == security.tile_origin("") == ""
    policy = security.page_policy("n", "https://tiles.example")
    assert "img-src 'self' data: https://tiles.example;" in policy
    assert "unsafe" not in policy


def test_transport_security_is_promised_over_https_only(visitor):
    assert "Strict-Transport-Security" not in visitor.get("/healthz").headers
    secure = visitor.get("/healthz", base_url="https://localhost/")
    assert "max-age=63072000" in secure.headers["Strict-Transport-Security"]


POISON = [
    {name: value}
    for name in ("Host", "X-Forwarded-Host", "X-Forwarded-For", "X-Forwarded-Server", "X-Host", "X-Original-URL")
    for value in (
        "evil.example",
        "evil.example:80",
        "127.0.0.1@evil.example",
        "evil.example/x?y",
        "localhost\tevil.example",
    )
] + [{"X-Forwarded-Proto": "evil"}, {"Forwarded": "host=evil.example"}, {"X-Rewrite-Url": "/evil.example"}]


@pytest.mark.parametrize("headers", POISON, ids=lambda given: "-".join(*given.items()))
@pytest.mark.parametrize("path", ["/", "/en", "/en/about?x=1", "/en/nowhere", "/api/v1/nowhere", "/exit"])
def test_a_strange_host_is_never_repeated(visitor, headers, path):
    reply = visitor.get(path, headers=headers)
    assert reply.status_code < 500
    assert b"evil" not in reply.data
    assert "evil" not in str(reply.headers)


@pytest.mark.parametrize("value", ["%00", "%ff", "%ed%a0%80", "%c0%af"], ids=["nul", "byte", "surrogate", "overlong"])
def test_a_value_that_is_not_text_is_refused_by_its_name(visitor, value):
    # 422 and not 400: which field it is can be told, and "what was sent cannot be read" helps nobody to mend it
    reply = visitor.get(f"/en/about?kind=helpline&q={value}")
    assert reply.status_code == 422
    assert ">q<" in reply.text
    (fault,) = visitor.get(f"/api/v1/services?kind=helpline&q={value}").json["errors"]
    assert (fault["name"], fault["code"]) == ("q", "bad_characters")
    assert fault["allowed"]


@pytest.mark.parametrize(
    "path",
    [
        "/en/about?%ff=1",
        "/en/%00",
        "/en/%ff%fe",
        "/en/?q=" + "a" * 9000,
        "/en/?" + "a=1&" * 400,
    ],
    ids=["name", "path nul", "path", "long", "many"],
)
def test_what_is_not_text_is_refused_in_the_readers_language(visitor, path):
    reply = visitor.get(path)
    assert reply.status_code in {400, 414}
    assert '<html lang="en"' in reply.text


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"country=%00", "application/x-www-form-urlencoded", 422),
        (b"country=%ff", "application/x-www-form-urlencoded", 422),
        (b"%ff=FR", "application/x-www-form-urlencoded", 400),
        (b"country=" + b"a" * 70_000, "application/x-www-form-urlencoded", 413),
        (
            b"--x\r\nContent-Disposition: form-data; name=f; filename=a\r\n\r\nhi\r\n--x--",
            "multipart/form-data; boundary=x",
            415,
        ),
        (
            b"--x\r\nContent-Disposition: form-data; name=f\r\n\r\n\r\n" * 500 + b"--x--",
            "multipart/form-data; boundary=x",
            413,
        ),
    ],
    ids=["nul", "not utf-8", "name", "too long", "file", "too many parts"],
)
def test_a_form_that_is_not_text_is_refused(visitor, body, kind, status):
    assert visitor.post("/en/", data=body, content_type=kind).status_code == status


def test_2000_made_up_addresses_never_break_anything(visitor):
    draw = random.Random(20261122)
    for _ in range(2000):
        raw = "".join(
            f"%{draw.randrange(256):02x}" if draw.random() < 0.5 else draw.choice("abc/?&=.;:%+[]{}<>'\"\\")
            for _ in range(40)
        )
        reply = visitor.get("/en/" + raw)
        assert reply.status_code in {200, 302, 308, 400, 404, 414, 422, 503}, raw


def test_an_address_of_five_thousand_letters_is_refused_by_us_not_by_the_server_before_us(live_server):
    with pytest.raises(urllib.error.HTTPError) as told:
        urllib.request.urlopen(f"{live_server}/api/v1/services?q={'x' * 5000}")  # noqa: S310 - our own server
    reply = told.value
    assert (reply.code, reply.headers["Content-Type"]) == (422, "application/problem+json")
    assert reply.headers["X-Content-Type-Options"] == "nosniff"
    reply.close()
