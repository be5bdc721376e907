"""A stand-alone map of any filtered set as one HTML file that needs no network: the only file that imports Folium.

Folium makes the map and puts land and borders on it; what it would load from other hosts is left out, Leaflet and our
own marks are written into the file instead. Its popups, markers and icons are not used: they put values into HTML as
they are, and need jQuery. Names and numbers come through the template, which escapes them; a policy with the hash of
every script and style stands in the file, so that nothing else could run.
"""

import base64
import hashlib
import re
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final
from urllib.parse import urlsplit

import folium
import orjson
from flask import g, render_template
from markupsafe import Markup

from popmap import catalogue
from popmap.basemap import shapes
from popmap.catalogue import Criteria
from popmap.config import PROJECT
from popmap.dataset_versions import citation
from popmap.errors import Fault, InputError, SetupError
from popmap.inputs import criteria_query
from popmap.vocabulary import KINDS
from popmap.web import assets, contacts, database, filters, language, map_words, pages
from popmap.web.contacts import Contact

MOST_SERVICES: Final = 5_000
"""A file of more would be slow to open; a narrower question, or another format, is better for both."""
TOLERANCE_DEG: Final = 0.05
DECIMALS: Final = 2
LAST_ZOOM: Final = 9

_LEAFLET: Final = PROJECT / "static" / "vendor" / "leaflet"
_OUR_STYLES: Final = ("tokens", "map-file", "map-file-marks")
_PICTURES: Final = re.compile(r"url\((?!data:|#)[^)]*\)")
_ELSEWHERE: Final = r"""(?:"(?!data:|#)|'(?!data:|#)|(?!["']|data:|#))"""
_LOADS: Final = re.compile(
    rf"<(?:script|link|img|iframe|source|object|embed|video|audio)\b[^>]*?\b(?:src|href|data)\s*=\s*{_ELSEWHERE}[^>]+"
    rf"|@import|\burl\({_ELSEWHERE}",
    re.IGNORECASE,
)


class Basemap(folium.Map):
    """Folium's map with nothing from elsewhere: its scripts, styles and controls are ours."""

    default_js: list[tuple[str, str]] = []
    default_css: list[tuple[str, str]] = []

    def __init__(self) -> None:
        """A map of the world with our own land and borders."""
        super().__init__(location=[20, 10], zoom_start=2, tiles=None, zoom_control=False, attributionControl=False)
        self._id = "popmap"
        self.options |= {"minZoom": 1, "maxZoom": LAST_ZOOM, "maxBounds": [[-85, -200], [85, 200]]}
        for name, geometry in shapes.background(TOLERANCE_DEG, decimals=DECIMALS).items():
            layer = folium.GeoJson(geometry, name=name, embed=True, class_name=name, interactive=False, overlay=False)
            layer._id = name  # noqa: SLF001 - Folium draws a new one each time; the same question gives the same file
            layer.add_to(self)


@dataclass(frozen=True, slots=True)
class Entry:
    """One service as the file has it: nothing that moves with the clock."""

    record: dict[str, Any]
    contacts: Sequence[Contact]
    website: str | None
    sources: Sequence[tuple[str, str]]


def made(criteria: Criteria, lang: str) -> bytes:
    """The whole file. To be called within the app; ``InputError`` when more services match than a file should hold."""
    g.language = lang
    entries = [_entry(record) for record in _records(criteria)]
    basemap = Basemap()
    figure: Any = basemap.get_root()
    figure.render()
    marks = orjson.dumps(list(_marks(entries))).decode()
    scripts = [
        *(_script(path) for path in ("js/map-file-policy.js", "vendor/leaflet/leaflet.js", "js/map-file.js")),
        f"{figure.script.render()}\npopmapMarks({basemap.get_name()}, {marks});",
    ]
    styles = [_PICTURES.sub("none", (_LEAFLET / "leaflet.css").read_text()), *map(assets.sheet, _OUR_STYLES)]
    g.map_file_policy = _policy(scripts, styles)
    html = render_template(
        "map_file/page.html",
        policy=g.map_file_policy,
        scripts=[_closed(script) for script in scripts],
        styles=[_closed(style) for style in styles],
        map_html=Markup(figure.html.render()),  # noqa: S704 - Folium's own element, which holds only its name
        **_words(criteria, entries),
    )
    _refuse_foreign(html, scripts)
    return html.encode()


def _records(criteria: Criteria) -> list[dict[str, Any]]:
    with closing(catalogue.stream(database.reading(), criteria)) as found:
        texts = list(islice(found, MOST_SERVICES + 1))
    if len(texts) > MOST_SERVICES:
        raise InputError([Fault("criteria", "too_many", "", [f"criteria that find at most {MOST_SERVICES} services"])])
    return [orjson.loads(text) for text in texts]


def _entry(record: dict[str, Any]) -> Entry:
    addresses = dict.fromkeys(source["url"] for source in record["sources"])
    sources = [(address, contacts.host(address)) for address in addresses if contacts.web_address(address)]
    return Entry(record, contacts.of(record, None), contacts.website(record), sources)


def _marks(entries: Iterable[Entry]) -> Iterable[list[Any]]:
    """For each service with a place: longitude, latitude, number of its kind, whether one can go there, its number.

    What serves the whole world is never pinned to its seat: the list has it.
    """
    kinds = tuple(KINDS)
    for index, entry in enumerate(entries):
        if entry.record["location"] and not entry.record["coverage"]["worldwide"]:
            lon, lat = entry.record["location"]["coordinates"]
            yield [lon, lat, kinds.index(entry.record["kind"]), int(entry.record["visitable"]), index]


def _words(criteria: Criteria, entries: Sequence[Entry]) -> dict[str, Any]:
    home = pages.settings().public_address
    query, today = criteria_query(criteria), language.today()
    state = f"Revision {catalogue.revision(database.reading())}"
    what = f"{state}, services that match {query}" if query else f"{state}, all services"
    messages = map_words.messages()
    return {
        "cards": entries,
        "filters": filters.in_words(criteria),
        "today": today,
        "citation": citation.sentence(today, what=what, address=home),
        "home": home,
        "home_host": urlsplit(home).netloc,
        "kinds": tuple(KINDS),
        "messages": messages,
        # within a script element only "</" and "<!--" mean anything
        "words": Markup(orjson.dumps(messages).decode().replace("<", "\\u003c")),  # noqa: S704
    }


def _script(name: str) -> str:
    return (PROJECT / "static" / name).read_text(encoding="utf-8").replace("\r\n", "\n")


def _policy(scripts: Iterable[str], styles: Iterable[str]) -> str:
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src {' '.join(map(_hash, scripts))}",
            f"style-src {' '.join(map(_hash, styles))}",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types default",
        )
    )


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _closed(text: str) -> Markup:
    """A script or style as it is, once it is sure that it cannot end its element early."""
    if re.search(r"</(?:script|style)|<!--", text, re.IGNORECASE):
        raise SetupError("A script of the stand-alone map would end its own element.")
    return Markup(text)  # noqa: S704 - our own files and Folium's script, whose values are JSON without "<"


def _refuse_foreign(html: str, scripts: Iterable[str]) -> None:
    """``SetupError`` when anything in the file would be loaded from somewhere: a new Folium may bring that."""
    rest = html
    for script in scripts:
        rest = rest.replace(script, "")
    if found := _LOADS.search(rest):
        raise SetupError(f"The stand-alone map would load something from elsewhere: {found[0][:80]}.")
