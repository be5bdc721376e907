"""Thousands of questions nobody should ask: each is answered or refused as a problem, never with an error of ours."""

import random
import string
from urllib.parse import quote, quote_plus

import pytest

from popmap import inputs
from popmap.vocabulary import CHANNELS, KINDS, TOPICS

BATCHES = 8
PER_BATCH = 300
"""Together a tenth of what the long run draws."""

PATHS = ("services", "map", "places", "vocabulary", "services/fr-119-allo-enfance-en-danger", "services/x/versions")
NAMES = (*inputs.ListSchema().fields, "zoom", "lang", "offset", "$where", "kind[]", "KIND", "__class__", "")
GOOD = (
    *KINDS,
    *TOPICS,
    *CHANNELS,
    "MA",
    "US-AZ",
    "2.35,48.85",
    "-180,-85,180,85",
    "true",
    "5",
    "en",
    "2026-01-01",
    "name",
)
BAD = (
    *(
        "\x00",
        "\ufffe",
        "\ud7ff",
        "\U0010ffff",
        "\u202e",
        "%",
        "%00",
        "%ff",
        "%c0%80",
        "%ED%A0%80",
        "\r\nX: y",
        "\\",
        "'",
        '"',
    ),
    *(
        "' OR 1=1 --",
        "'; DROP TABLE service; --",
        "{{7*7}}",
        "${7*7}",
        "<script>",
        "../../etc/passwd",
        "javascript:",
        "*",
        "(",
    ),
    *(
        "NaN",
        "Infinity",
        "-Infinity",
        "1e309",
        "1_0",
        "0x10",
        "١٢",
        "९",
        "1,0",
        "+1",
        " 1",
        "1 ",
        "-0",
        "9" * 400,
        "-",
        ".",
    ),
    *(
        "nan,nan",
        "1,2,3,4,5",
        "180,90,-180,-90",
        "1e2,1",
        "0,0,0",
        ",",
        ",,,",
        "town:0",
        "town:-1",
        "country:",
        "a" * 3000,
    ),
    *(
        "e\u0301" * 90,
        "\u0301" * 40,
        "ﷺ" * 60,
        "👨‍👩‍👧‍👦" * 20,
        "ß",
        "ı",
        "\u00a0",
        "\u200b",
        "null",
        "None",
        "undefined",
        "[]",
        "{}",
    ),
)


def value(draw):
    choice = draw.random()
    if choice < 0.35:
        return draw.choice(GOOD)
    if choice < 0.75:
        return draw.choice(BAD)
    letters = string.printable + "éشдチ\u0000\u2028"
    return "".join(draw.choices(letters, k=draw.randrange(0, 40)))


def address(draw):
    write = draw.choice((quote, quote_plus, lambda text: quote(text, safe="%,:;/?@!$'()*")))
    pairs = [f"{write(draw.choice(NAMES))}={write(value(draw))}" for _ in range(draw.randrange(0, 6))]
    return f"/api/v1/{draw.choice(PATHS)}?{'&'.join(pairs)}"


@pytest.mark.parametrize("batch", range(BATCHES))
def test_nothing_that_is_asked_makes_us_fail(client, batch):
    draw = random.Random(1_000 + batch)
    seen = set()
    for _ in range(PER_BATCH):
        asked = address(draw)
        reply = client.get(asked, headers={"Accept-Encoding": "identity"})
        assert reply.status_code < 500, asked
        if reply.status_code >= 400:
            assert reply.mimetype == "application/problem+json", asked
        seen.add(reply.status_code)
    assert {200, 422} <= seen


@pytest.mark.parametrize(
    "header",
    [
        {"If-None-Match": '"' + "x" * 5000},
        {"If-None-Match": "*"},
        {"Accept-Encoding": "br;q=nan, zstd;q=0, *;q=2"},
        {"Accept": "\x80\xff"},
        {"Range": "bytes=0-1,2-3"},
        {"Cache-Control": "no-cache=" + "y" * 3000},
        {"X-HTTP-Method-Override": "DELETE"},
        {"Content-Length": "0", "Content-Type": "application/json"},
    ],
)
def test_odd_headers_are_survived(client, header):
    assert client.get("/api/v1/services?limit=1", headers=header).status_code in {200, 304, 400}


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("path", PATHS[:4])
def test_nothing_can_be_written(client, method, path):
    reply = client.open(f"/api/v1/{path}", method=method, data=b"[" * 100_000, content_type="application/json")
    assert reply.status_code in {405, 413}
    assert reply.mimetype == "application/problem+json"


def test_a_preflight_is_answered(client):
    reply = client.options("/api/v1/services", headers={"Origin": "https://elsewhere.example"})
    assert reply.status_code == 200
    assert reply.headers["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"
