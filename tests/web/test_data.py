"""Files over HTTP: exactly what the criteria find, or a plain no before the first byte."""

import csv
import io

import pytest

from popmap import catalogue
from popmap.catalogue import Criteria


def rows(reply):
    return list(csv.DictReader(io.StringIO(reply.text)))


def test_the_file_holds_exactly_what_the_criteria_find(client, reading):
    found = rows(client.get("/api/v1/export.csv?kind=youth_led&country=NL"))
    answer = catalogue.search(reading, Criteria(kind=("youth_led",), country=("NL",)), limit=100)
    assert {row["id"] for row in found} == {record["id"] for record in answer.items}
    assert len(found) == answer.total


def test_nothing_found_is_a_file_with_a_header(client):
    reply = client.get("/api/v1/export.csv?q=zzzzqqqqxxxx")
    assert reply.status_code == 200
    assert reply.text.startswith("id,kind,name")
    assert rows(reply) == []


def test_it_is_a_file_to_keep_and_any_site_may_read_it(client):
    reply = client.get("/api/v1/export.csv?kind=youth_led")
    assert reply.content_type == "text/csv; charset=utf-8"
    assert reply.headers["Content-Disposition"].startswith('attachment; filename="popmap-')
    assert reply.headers["Access-Control-Allow-Origin"] == "*"
    reply.close()


@pytest.mark.parametrize("query", ["kind=shop", "colour=red", "limit=5", "place=town:999999999999"])
def test_a_fault_is_said_before_the_file_begins(client, query):
    reply = client.get(f"/api/v1/export.csv?{query}")
    assert reply.status_code == 422
    assert reply.content_type == "application/problem+json"
    assert reply.json["errors"][0]["name"] == query.partition("=")[0]


@pytest.mark.parametrize("format_", ["xml", "exe", "csv.gz", ""])
def test_a_format_that_does_not_exist_is_not_found(client, format_):
    assert client.get(f"/api/v1/export.{format_}").status_code == 404
