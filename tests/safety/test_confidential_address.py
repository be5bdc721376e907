"""T7: an address that must not be known is kept nowhere: not on a page, not in a file, not in any table.

Shelters come in by the API with street, house and coordinates, are approved, and then every way out is looked through,
and every row of every table. A tenth in each run, all 200 in the long one.
"""

import pytest
from sqlalchemy import text

from make import draft, make_moderator, sign_in, strike_out, strike_out_services
from popmap import moderation
from popmap.exports import WRITERS
from popmap.inputs import drafts
from popmap.moderation import Verdict, approvals
from popmap.web import api_submissions

STREET = "Kanarienvogelgasse"
VIEWS = (
    "/en/services/{id}",
    "/ar/services/{id}/suggest",
    "/api/v1/services/{id}",
    "/api/v1/services/{id}/versions",
    "/moderate/records/{id}",
    "/en/explore?q=Haven+{number}",
    "/api/v1/services?q=Haven+{number}",
    "/en/submissions/{link}",
)
FILES = (
    "/en/explore?country=AD",
    "/en/countries/AD",
    "/en/countries/AD/kept",
    "/api/v1/services?country=AD&limit=100&facets=true",
    "/api/v1/map?bbox=1,42,2,43&zoom=14",
    "/api/v1/help?country=AD",
    *(f"/api/v1/export.{name}?country=AD" for name in WRITERS),
    "/api/v1/places?q=kanarien",
    "/moderate/",
)


def marks(number):
    """What must be found nowhere: the street with its number, and the digits of the point."""
    return f"{STREET} {number}", f"1.5{number:03}71", f"42.5{number:03}83"


def shelter(number, *, withheld=True):
    street, lon, lat = marks(number)
    return draft(
        name=f"Haven {number}",
        city="Andorra la Vella",
        visitable=True,
        address_confidential=withheld,
        location={"type": "Point", "coordinates": [float(lon), float(lat)]},
        location_precision="address",
        coverage={"countries": ["AD"]},
        channels=[
            {"type": "in_person", "value": street},
            {"type": "post", "value": f"{street}, AD500"},
            {"type": "email", "value": f"haven{number}@example.org"},
        ],
    )


def sent(client, number, *, withheld=True, **about):
    body = {"kind": "new", "service": shelter(number, withheld=withheld)} | about
    reply = client.post(
        "/api/v1/submissions", json=body, headers={"Idempotency-Key": f"a-shelter-of-canaries-{number}"}
    )
    return reply.get_json()["links"][0].rpartition("/")[2]


def published(seeded, people):
    """Approve all that waits; the ids."""
    with seeded.transaction() as session:
        mine = "SELECT key FROM submission WHERE body ->> 'name' LIKE 'Haven %' ORDER BY key"
        keys = session.scalars(text(mine)).all()
        for key in keys:
            for person in people:
                if moderation.load(session, key)[0].state == "pending":
                    digest = approvals.digest(session, key)
                    moderation.approve(session, key, Verdict(person, digest, "acute", frozenset(moderation.CHECKLIST)))
        query = "SELECT service_id FROM submission WHERE key = ANY (:keys) ORDER BY key"
        return session.scalars(text(query), {"keys": list(keys)}).all()


def stored(seeded):
    """Every row of every table, as text: spatial columns as GeoJSON would show them."""
    with seeded.transaction() as session:
        tables = session.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).all()
        small = [name for name in tables if name not in {"place", "place_name", "area", "area_part", "spatial_ref_sys"}]
        found = [session.scalar(text(f"SELECT string_agg(to_jsonb(t)::text, ' ') FROM {name} t")) for name in small]
    return {name: rows or "" for name, rows in zip(small, found, strict=True)}


def sightings(app, seeded, count):
    """Where a street or a coordinate was seen after ``count`` shelters went all the way."""
    client = app.test_client()
    with seeded.transaction() as session:
        people = [make_moderator(session, "canary-lead@example.org", "lead"), make_moderator(session, "c2@example.org")]
    links = [sent(client, number) for number in range(count)]
    ids = published(seeded, people)
    assert len(ids) == count
    desk = app.test_client()
    sign_in(seeded, desk, people[0])
    paths = [
        view.format(id=id_, number=number, link=link)
        for number, (id_, link) in enumerate(zip(ids, links, strict=True))
        for view in VIEWS
    ]
    texts = {path: answered(desk, path) for path in (*paths, *FILES)} | stored(seeded)
    assert sum("Haven" in words for words in texts.values()) > count * 5
    secret = [mark for number in range(count) for mark in marks(number)]
    return [(where, mark) for where, words in texts.items() for mark in secret if mark in words]


def answered(client, path):
    reply = client.get(path)
    known = {200, 404} if path.endswith("/versions") else {200}  # the history of a withheld address is withheld
    assert reply.status_code in known, path
    found = reply.get_data().decode("utf-8", "replace")
    reply.close()
    return found


@pytest.fixture
def shelters(seeded, monkeypatch):
    monkeypatch.setattr(api_submissions.submissions, "count_intake", lambda *_, **__: None)
    yield
    with seeded.transaction() as session:
        strike_out(session)
        strike_out_services(session, "ad-haven-%")


@pytest.mark.parametrize("count", [20, pytest.param(200, marks=pytest.mark.long)])
def test_a_withheld_address_is_nowhere(app, seeded, shelters, count):
    assert sightings(app, seeded, count) == []


def sightings_when_withheld_later(app, seeded):
    """Where the address of a shelter that was public with it is still kept once it must not be known any more."""
    client = app.test_client()
    with seeded.transaction() as session:
        people = [make_moderator(session, f"canary-{number}@example.org", "lead") for number in range(2)]
    links = [sent(client, 0, withheld=False)]
    (id_,) = published(seeded, people)
    assert "Kanarienvogelgasse 0" in client.get(f"/api/v1/services/{id_}").text
    links.append(sent(client, 0, kind="change", service_id=id_))
    published(seeded, people)
    texts = stored(seeded) | {link: client.get(f"/en/submissions/{link}").text for link in links}
    return {where for where, words in texts.items() for mark in marks(0) if mark in words}


def test_an_address_withheld_later_is_dropped_from_the_past(app, seeded, shelters):
    assert sightings_when_withheld_later(app, seeded) == set()


@pytest.mark.mutant
def test_mutant_a_past_that_is_kept_has_the_address(app, seeded, shelters):
    def turn(way):
        with seeded.transaction() as session:
            session.execute(text(f"ALTER TABLE service {way} TRIGGER service_address_is_dropped"))

    turn("DISABLE")
    try:
        assert {"record_version", "submission"} <= sightings_when_withheld_later(app, seeded)
    finally:
        turn("ENABLE")


@pytest.mark.mutant
def test_mutant_an_address_that_is_kept_is_found(app, seeded, shelters, monkeypatch):
    forgotten = {"address_confidential": False}  # with the tick the database itself would refuse the point
    monkeypatch.setattr(drafts._Check, "_confidential", lambda check: check.draft.update(forgotten))
    seen = {where.partition("?")[0] for where, _ in sightings(app, seeded, 2)}
    assert {"submission", "record_version", "/en/services/ad-haven-0", "/api/v1/export.csv"} <= seen
