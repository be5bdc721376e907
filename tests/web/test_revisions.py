"""Every public answer bears an ETag of the catalogue's state and the request; a 304 asks nothing but the revision."""

from contextlib import contextmanager

import psycopg
import pytest

from popmap import hsds
from popmap.bench.clients import plain
from popmap.web import access, revisions

SAMPLES = {
    "lang": "en",
    "iso2": "MA",
    "id": "gb-childline",
    "service_id": "gb-childline",
    "format_": "csv",
    "format": "csv",
    "tileMatrix": 3,
    "tileRow": 3,
    "tileCol": 4,
    "z": 3,
    "x": 4,
    "y": 3,
}
UUIDS = {
    "data.codes": "kind",
    "hsds.service": hsds.identify("service", "gb-childline"),
    "hsds.place": hsds.place_id("gb-childline"),
    "hsds.organization": hsds.organization("NSPCC")["id"],
    "hsds.taxonomy": hsds.taxonomy("topic")["id"],
    "hsds.term": hsds.term("topic", "bullying")["id"],
}
QUERIES = {
    "api.places": "q=morocco",
    "api.marks": "bbox=-20,-40,60,40&zoom=3",
    "api_help.help_at": "country=MA",
    "api_versions.change_feed": "since=0",
}
"""What an address cannot be asked without."""


def public(app):
    """Every address that anyone may read, with a real value in each of its parts."""
    for rule in app.url_map.iter_rules():
        stated = access.rule_of(rule.endpoint)
        if "GET" in rule.methods and stated and stated.who == access.ANYONE:
            values = {name: SAMPLES.get(name, UUIDS.get(rule.endpoint, "1")) for name in rule.arguments}
            _, path = rule.build(values, append_unknown=False)
            query = QUERIES.get(rule.endpoint)
            yield rule.endpoint, f"{path}?{query}" if query else path


def path_parts(app, endpoint):
    return {name for rule in app.url_map.iter_rules(endpoint) for name in rule.arguments}


def test_every_public_address_bears_a_mark_and_is_confirmed_unread(app, client, statements, monkeypatch):
    """Missing here? An answer that cannot bear one stands in ``revisions.UNMARKED`` with the reason."""
    monkeypatch.setattr("popmap.web.replies.TRUSTED_FOR_S", 0.0)
    monkeypatch.setattr("popmap.web.revisions.time.time", lambda: 1_800_000_000)
    monkeypatch.setattr("popmap.web.replies.time.time", lambda: 1_800_000_000)
    marked = 0
    for endpoint, path in public(app):
        first = client.get(path)
        first.close()
        if endpoint in revisions.SHELVED and "version_id" in path_parts(app, endpoint):
            continue  # there is no version here; see test_dataset_versions
        if endpoint in revisions.UNMARKED or first.status_code in {302, 303, 308}:
            continue
        assert first.status_code == 200, path
        assert first.headers.get("ETag", "").startswith("W/"), path
        statements.clear()
        again = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b""), path
        assert all("FROM catalogue_revision" in statement for statement in statements), (path, statements)
        marked += 1
    assert marked > 30


@pytest.fixture
def locked(seeded):
    """Every table but that of the revision, out of everybody's reach: whoever asks one waits and is then refused."""
    names = "SELECT oid::regclass::text FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"

    @contextmanager
    def lock():
        with psycopg.connect(plain(seeded.owner_url)) as connection:
            tables = {name for (name,) in connection.execute(names)} - {"catalogue_revision"}
            assert "listing" in tables
            connection.execute(f"LOCK TABLE {', '.join(sorted(tables))} IN ACCESS EXCLUSIVE MODE")
            yield
            connection.rollback()

    return lock


def test_a_confirmation_costs_no_query_on_tables(client, locked, monkeypatch):
    """Not what our own hooks see of it, but what the database would not have let through."""
    monkeypatch.setattr("popmap.web.replies.TRUSTED_FOR_S", 0.0)
    paths = (
        "/en/explore?kind=helpline",
        "/ar/atlas",
        "/en/data",
        "/api/v1/services?country=FR",
        "/api/v1/map?bbox=-20,-40,60,40&zoom=3",
        "/api/v1/export.csv?kind=helpline",
        "/api/v1/map.html?country=FR",
        "/ogc/collections/services/items?limit=100",
        "/hsds/services",
        "/tiles/3/4/3.mvt",
    )
    marks = {path: client.get(path).headers["ETag"] for path in paths}
    with locked():
        confirmed = [client.get(path, headers={"If-None-Match": mark}).status_code for path, mark in marks.items()]
        assert client.get("/api/v1/services?country=BE").status_code == 503  # the lock does hold
    assert confirmed == [304] * len(paths)


def test_what_bears_no_mark_says_why(app):
    assert revisions.UNMARKED.keys() <= {rule.endpoint for rule in app.url_map.iter_rules()}
    assert all(reason for reason in revisions.UNMARKED.values())


def test_finding_help_bears_no_mark(client):
    reply = client.get("/en/")
    assert "ETag" not in reply.headers
    assert reply.headers["Cache-Control"] == "no-store"


def test_another_request_has_another_mark(client):
    paths = ("/en/about", "/fr/about", "/en/explore", "/en/explore?kind=helpline", "/ogc/?f=html", "/ogc/?f=json")
    assert len({client.get(path).headers["ETag"] for path in paths}) == len(paths)


def test_another_state_has_another_mark(app, client, seeded):
    path = "/en/countries/MA"
    before = client.get(path).headers["ETag"]
    app.extensions["popmap_database"].withdrawn.add(["xx-nobody"])
    try:
        assert client.get(path, headers={"If-None-Match": before}).status_code == 200
    finally:
        app.extensions["popmap_database"].withdrawn.remove(["xx-nobody"])


def test_a_refusal_bears_none(client):
    assert "ETag" not in client.get("/en/explore?kind=hotline").headers
    assert "ETag" not in client.get("/ogc/collections/services/items/nobody").headers
