"""For any criteria: the services on the screen, in the API, in OGC, in HSDS and in every file are the same ones."""

import csv
import html
import io
import re
from contextlib import closing
from datetime import date
from urllib.parse import urlsplit

import openpyxl
import orjson
import pyarrow.parquet as pq
import pyogrio
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from popmap import catalogue, geo, hsds
from popmap.catalogue import Criteria
from popmap.exports import WRITERS
from popmap.inputs import criteria_query
from popmap.vocabulary import AUDIENCES, CHANNELS, COSTS, KINDS, PRIVACIES, TOPICS

CARD = re.compile(r'<li class="card row" id="s-([^"]+)"')
NEXT = re.compile(r'<a[^>]*href="([^"]+)"[^>]*rel="next\b')
MOST = 150
"""Services on pages that are turned one after the other; of more, the first pages are looked at."""


def some(values):
    return st.lists(st.sampled_from(sorted(values)), max_size=2, unique=True).map(lambda found: tuple(sorted(found)))


CRITERIA = st.builds(
    Criteria,
    kind=some(KINDS),
    topic=some(TOPICS),
    country=some({"FR", "MA", "US", "FJ", "CN"}),
    channel=some(CHANNELS),
    audience=some(AUDIENCES),
    cost=some(COSTS),
    privacy=some(PRIVACIES),
    language=some({"en", "fr", "ar"}),
    bbox=st.sampled_from([None, None, geo.BBox(-10, 30, 30, 60), geo.BBox(170, -50, -170, 0)]),
    age=st.none() | st.integers(0, 120),
    checked_since=st.none() | st.just(date(2026, 1, 1)),
    q=st.sampled_from([None, None, None, "help", "enfants"]),
)


def pages(client, address, ids_of, next_of):
    """The ids on all pages from this address on."""
    found = []
    while address and len(found) < MOST:
        reply = client.get(address)
        assert reply.status_code == 200, address
        found += ids_of(reply)
        following = next_of(reply)
        address = following and "?".join(filter(None, urlsplit(following)[2:4]))
    return found


def next_link(reply):
    link = NEXT.search(reply.text.partition("<main")[2])
    return html.unescape(link[1]) if link else None


def linked(reply):
    return next((one["href"] for one in reply.get_json(force=True)["links"] if one["rel"] == "next"), None)


def on_pages(client, query):
    """The ids that people and programs see page by page, by where."""
    items = f"/ogc/collections/services/items?limit=100&{query}".rstrip("&")
    return {
        "screen": pages(client, f"/en/explore?{query}", lambda reply: CARD.findall(reply.text), next_link),
        "api": pages(
            client,
            f"/api/v1/services?limit=100&{query}".rstrip("&"),
            lambda reply: [one["id"] for one in reply.json["items"]],
            lambda reply: reply.json["next"],
        ),
        "ogc": pages(
            client, items, lambda reply: [one["id"] for one in reply.get_json(force=True)["features"]], linked
        ),
    }


def ids_in(name, path):
    """The ids that the format's own reader finds."""
    if name in {"gpkg", "fgb"}:
        return pyogrio.read_arrow(path, columns=["id"])[1]["id"].to_pylist()
    if name == "parquet":
        return pq.read_table(path, columns=["id"])["id"].to_pylist()
    if name == "xlsx":
        with closing(openpyxl.load_workbook(path, read_only=True)) as book:
            return [row[0].value for row in book["services"].iter_rows(min_row=2, max_col=1)]
    return ids_of_text(name, path.read_bytes())


def ids_of_text(name, content):
    """The same of the formats that are texts."""
    if name in {"geojson", "hsds.json"}:
        told = orjson.loads(content)
        return [one["id"] for one in (told["features"] if name == "geojson" else told)]
    if name == "jsonl":
        return [orjson.loads(line)["id"] for line in content.splitlines()]
    rows = list(csv.reader(io.StringIO(content.decode(), newline="")))[1:]
    return sorted({row[0] for row in rows}) if "." in name else [row[0] for row in rows]


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(criteria=Criteria())
@given(criteria=CRITERIA)
def test_the_same_services_everywhere(client, reading, tmp_path, criteria):
    wanted = [orjson.loads(record)["id"] for record in catalogue.stream(reading, criteria)]
    for where, found in on_pages(client, criteria_query(criteria)).items():
        assert len(set(found)) == len(found), where
        assert set(found) <= set(wanted), where
        assert len(found) == len(wanted) or len(found) >= MOST, where
    for name, writer in WRITERS.items():
        path = tmp_path / writer.file_name
        writer.save(catalogue.stream(reading, criteria), path)
        assert list(tmp_path.iterdir()) == [path]
        found = sorted(ids_in(name, path))
        path.unlink()
        if name == "channels.csv":  # a service that is only a website has no row
            assert set(found) <= set(wanted)
        elif name == "hsds.json":
            assert found == sorted(hsds.identify("service", one) for one in wanted)
        else:
            assert found == sorted(wanted), name


def test_the_files_over_http_are_those_of_the_criteria(client, reading):
    query = "kind=helpline&bbox=170,-50,-170,0"
    criteria = Criteria(kind=("helpline",), bbox=geo.BBox(170, -50, -170, 0))
    records = [orjson.loads(record) for record in catalogue.stream(reading, criteria)]
    wanted = {record["id"] for record in records}
    assert wanted
    for name in ("jsonl", "geojson"):
        reply = client.get(f"/api/v1/export.{name}?{query}")
        found = [orjson.loads(line) for line in reply.text.splitlines()] if name == "jsonl" else reply.json["features"]
        assert {one["id"] for one in found} == wanted
    page = html.unescape(client.get(f"/api/v1/map.html?{query}").text)
    assert all(f"<h3><bdi>{record['name']}</bdi></h3>" in page for record in records)
    assert page.count("<h3><bdi>") == len(records)


def test_each_term_of_hsds_finds_what_the_criterion_finds(client, reading):
    for name, code in (("kind", "youth_led"), ("topic", "trafficking"), ("channel", "webchat"), ("cost", "charged")):
        criteria = Criteria(**{name: (code,)})
        wanted = {hsds.identify("service", orjson.loads(one)["id"]) for one in catalogue.stream(reading, criteria)}
        address = f"/hsds/services?per_page=100&taxonomy_term_id={hsds.identify('taxonomy_term', name, code)}"
        found, page, last = [], 1, 1
        while page <= last:
            reply = client.get(f"{address}&page={page}").json
            found += [one["id"] for one in reply["contents"]]
            page, last = page + 1, reply["total_pages"]
        assert len(found) == len(wanted), name
        assert set(found) == wanted
