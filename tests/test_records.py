"""Records: one way in, one way out; what is left out stays, what is there already gives no version."""

import pytest
from sqlalchemy import text

from make import draft, make_channel, make_service
from popmap import records, versions
from popmap.errors import NotFoundError
from popmap.inputs import checked_proposal
from popmap.models import ServiceCheck

SQUARE = {"type": "MultiPolygon", "coordinates": [[[[-7, 33], [-6, 33], [-6, 34], [-7, 33]]]]}


def write(session, record, **more):
    return records.write(
        session, record, **({"by_role": "moderator", "reason": "a test", "source": "https://example.org/"} | more)
    )


def coverage(**more):
    return {"worldwide": False, "countries": [], "subdivisions": [], "area": None} | more


@pytest.fixture
def service(session):
    channels = [make_channel("phone", "116 111", position=0), make_channel("email", "a@example.org", position=1)]
    return make_service(session, id="ma-line", covers=["MA", "DZ-16"], channels=channels, summary="Listens")


def test_a_record_written_as_it_was_read_gives_no_new_version(session, service):
    before = records.read(session, "ma-line")
    assert write(session, before) == 1
    assert records.read(session, "ma-line") == before


def test_what_the_record_leaves_out_stays(session, service):
    assert write(session, {"id": "ma-line", "name": "Another name"}) == 2
    after = records.read(session, "ma-line")
    assert (after["name"], after["summary"], len(after["channels"])) == ("Another name", "Listens", 2)


def test_a_change_shows_at_once_and_says_who_why_and_from_where(session, service):
    write(session, {"id": "ma-line", "name": "Another name"}, by_role="lead", reason="why")
    newest = versions.history(session, "service", "ma-line")[0]
    assert (newest.by_role, newest.reason, newest.source) == ("lead", "why", "https://example.org/")
    assert session.scalar(text("SELECT name FROM listing WHERE id = 'ma-line'")) == "Another name"


def test_a_channel_that_stays_keeps_its_checks(session, service):
    kept = service.channels[1].key
    session.add(
        ServiceCheck(
            service_key=service.key,
            channel_key=kept,
            level=3,
            method="operator",
            checked_on=service.checks[0].checked_on,
            by_role="operator",
        )
    )
    session.flush()
    channels = records.read(session, "ma-line")["channels"]
    write(session, {"id": "ma-line", "channels": [channels[1] | {"label": "at night"}]})
    rows = session.execute(text("SELECT key, label FROM channel WHERE service_key = :k"), {"k": service.key}).all()
    assert rows == [(kept, "at night")]
    assert session.scalar(text("SELECT count(*) FROM service_check WHERE channel_key = :k"), {"k": kept}) == 1


def test_checks_are_added_never_taken_away(session, service):
    check = {"level": 2, "method": "two_sources", "on": "2026-11-22", "by_role": "moderator", "next_due": None}
    write(session, {"id": "ma-line", "checks": [check | {"evidence_url": None}]})
    assert [one["level"] for one in records.read(session, "ma-line")["checks"]] == [2, 1]


def test_coverage_changes_in_place_and_may_be_drawn(session, service):
    write(session, {"id": "ma-line", "coverage": coverage(countries=["MA", "TN"], area=SQUARE)})
    after = records.read(session, "ma-line")["coverage"]
    assert (after["countries"], after["subdivisions"], after["area"]) == (["MA", "TN"], [], SQUARE)


def test_a_restored_version_is_a_new_one(session, service):
    old = records.read(session, "ma-line")
    write(session, {"id": "ma-line", "name": "Another name", "channels": old["channels"][:1]})
    assert write(session, old) == 3
    assert records.read(session, "ma-line") == old


def test_a_new_record_becomes_a_service(session):
    channel = {"type": "phone", "value": "112", "linkable": True}
    record = {"id": "tn-new", "kind": "helpline", "name": "New", "topics": ["family"], "status": "published"}
    location = {"type": "Point", "coordinates": [10.18, 36.8]}
    whole = record | {"coverage": coverage(countries=["TN"]), "channels": [channel], "sources": []}
    assert write(session, whole | {"location": location, "location_precision": "city"}) == 1
    assert records.read(session, "tn-new")["location"] == location


def test_no_service_has_no_record(session):
    with pytest.raises(NotFoundError):
        records.read(session, "xx-none")


@pytest.mark.parametrize(
    ("names", "covers", "expected"),
    [
        (("Ligne d’écoute", ""), coverage(countries=["MA"]), "ma-ligne-decoute"),
        (("خط نجدة الطفل", ""), coverage(countries=["JO"]), "jo-helpline"),
        (("خط نجدة", "Child line"), coverage(subdivisions=["JO-AM"]), "jo-child-line"),
        (("Everywhere", ""), coverage(worldwide=True), "int-everywhere"),
    ],
)
def test_an_id_says_where_and_what(session, names, covers, expected):
    record = {"name": names[0], "name_en": names[1], "kind": "helpline", "coverage": covers}
    assert records.new_id(session, record) == expected


def test_an_id_is_never_used_again(session, service):
    record = {"name": "Line", "name_en": "", "kind": "helpline", "coverage": coverage(countries=["MA"])}
    assert records.new_id(session, record) == "ma-line-2"


def test_a_proposal_becomes_the_record_it_says(session):
    channels = [
        {"type": "phone", "value": "+212 522 202020", "hours": "Mo-Fr 09:00-17:00", "timezone": "Africa/Casablanca"}
    ]
    area = {"type": "Polygon", "coordinates": [[[-7, 33], [-6, 33], [-6, 34], [-7, 33]]]}
    given = draft(
        kind="ai_driven",
        channels=channels,
        coverage={"countries": ["MA"], "subdivisions": ["DZ-16"], "area": area},
        location={"coordinates": [-6.8, 34.0]},
        ai={"role": {"answer": ["talks"], "source": "https://example.org/ai"}},
        youth={"run_by": "yes"},
        sources=[{"url": "https://example.org/"}],
        website="https://example.org/",
    )
    body = checked_proposal(given).record
    assert set(body) == set(records.PROPOSED) - {"id"}
    write(session, {**body, "id": records.new_id(session, body), "status": "published"})
    written = records.read(session, "int-child-line")
    assert {name: written[name] for name in body} == body
