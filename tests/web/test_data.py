"""Files over HTTP: exactly what the criteria find, or a plain no before the first byte."""

import csv
import io

import orjson
import pytest
from werkzeug.test import EnvironBuilder

from popmap import catalogue
from popmap.catalogue import Criteria
from popmap.exports import WRITERS


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
    reply.close()


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


@pytest.mark.parametrize("name", sorted(WRITERS))
def test_every_format_is_made_once_and_then_sent_with_its_length(client, name):
    address = f"/api/v1/export.{name}?kind=youth_led"
    first = client.get(address).data  # to its end: what nobody wants to the end is not kept
    again = client.get(address)
    assert again.status_code == 200
    assert first == again.data != b""
    assert again.content_length == len(again.data)
    assert again.content_type == WRITERS[name].media_type
    confirmed = client.get(address, headers={"If-None-Match": again.headers["ETag"]})
    assert (confirmed.status_code, confirmed.data) == (304, b"")


def test_a_withdrawn_service_is_in_no_file_that_was_kept(app, client, seeded):
    before = client.get("/api/v1/export.jsonl?kind=youth_led").text
    (one, *_) = [orjson.loads(line)["id"] for line in before.splitlines()]
    seeded.withdrawn.add([one])
    try:
        assert one not in client.get("/api/v1/export.jsonl?kind=youth_led").text
    finally:
        seeded.withdrawn.remove([one])


@pytest.mark.parametrize("query", ["at=2.35,48.85", "q=help", "open_now=true"])
def test_where_somebody_stands_and_what_he_types_is_not_kept(app, client, query):
    for name in ("jsonl", "parquet"):
        assert client.get(f"/api/v1/export.{name}?{query}&kind=helpline").data
    folder = app.extensions["settings"].data / "exports"
    before = set(folder.iterdir())
    client.get(f"/api/v1/export.csv?{query}&kind=helpline").close()
    assert set(folder.iterdir()) == before


@pytest.mark.parametrize("name", ["csv", "jsonl", "geojson"])
def test_an_answer_that_breaks_never_ends_like_a_whole_one(app, monkeypatch, name):
    def broken(_session, _criteria):
        yield from ['{"id":"a","kind":"helpline"}'] * (0 if name == "csv" else 500)
        raise OSError("the database went away")

    monkeypatch.setattr("popmap.web.data.catalogue.stream", broken)
    begun = []

    def start(status, headers, _error=None):
        begun.append((status, dict(headers)))
        return lambda _: None

    environ = EnvironBuilder(path=f"/api/v1/export.{name}", query_string="cost=charged").get_environ()
    pieces = app.wsgi_app(environ, start)
    if begun[0][0].startswith("200"):
        assert "Content-Length" not in begun[0][1]
        with pytest.raises(OSError, match="went away"):
            list(pieces)
    else:
        assert begun[0][0].startswith("500")
    pieces.close()


def test_who_cannot_tell_the_end_from_a_cut_gets_the_length_first(client):
    """HTTP/1.0, which proxies still speak, has no chunks: an answer without length is whole whenever it stops."""
    address = "/api/v1/export.csv?kind=youth_led&cost=free"
    reply = client.get(address, environ_overrides={"SERVER_PROTOCOL": "HTTP/1.0"})
    assert reply.content_length == len(reply.data) > 1_000
    assert client.get(address).data == reply.data


def test_so_many_files_are_made_at_once_and_the_next_is_told(app, client, monkeypatch):
    monkeypatch.setattr("popmap.web.data.ROOM_WITHIN_S", 0)
    makers = app.extensions["popmap_makers"]
    assert makers.come_in(within_s=0)
    assert makers.come_in(within_s=0)
    reply = client.get("/api/v1/export.csv?q=anything")
    makers.leave()
    makers.leave()
    assert (reply.status_code, reply.headers["Retry-After"]) == (503, "60")
    assert client.get("/api/v1/export.csv?q=anything").status_code == 200


def test_the_dictionary_names_addresses_that_answer(app, client):
    described = client.get("/api/v1/datapackage.json").json
    services, channels, coverage, *lists = described["resources"]
    base = app.extensions["settings"].public_address
    assert services["path"] == f"{base}/api/v1/export.csv"
    assert [one["path"].rpartition("/")[2] for one in (channels, coverage)] == [
        "export.channels.csv",
        "export.coverage.csv",
    ]
    for one in lists:
        reply = client.get(one["path"].removeprefix(base))
        assert (reply.status_code, reply.text.startswith("code,label")) == (200, True)
    assert client.get("/api/v1/codes/nothing.csv").status_code == 404


def test_who_has_the_file_of_this_state_is_told_so(client):
    first = client.get("/api/v1/export.csv?country=FR")
    mark = {"If-None-Match": first.headers["ETag"]}
    again = client.get("/api/v1/export.csv?country=FR", headers=mark)
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", first.headers["ETag"])
    for other in ("export.csv?country=DE", "export.jsonl?country=FR"):
        assert client.get(f"/api/v1/{other}", headers=mark).status_code == 200
