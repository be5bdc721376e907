"""History: written with every change, read by the public as far as the record was public, never changed."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from make import make_channel, make_service, publish
from popmap import versions
from popmap.versions import Change


def record_again(session, service):
    sources = {service.id: "https://example.org/"}
    return versions.record(session, "service", sources, by_role="moderator", reason="again")


def test_a_record_that_is_as_it_was_gets_no_second_version(session):
    service = make_service(session)
    assert record_again(session, service) == 0


def test_a_change_gets_the_next_number_with_who_why_and_from_where(session):
    service = make_service(session)
    service.channels[0].value = "116 000"
    session.flush()
    assert record_again(session, service) == 1
    newest, oldest = versions.history(session, "service", service.id)
    assert (newest.number, newest.by_role, newest.reason, newest.source) == (
        2,
        "moderator",
        "again",
        "https://example.org/",
    )
    assert [version.body["channels"][0]["value"] for version in (oldest, newest)] == ["116 111", "116 000"]


def test_versions_of_several_records_are_written_at_once(session):
    services = [make_service(session), make_service(session)]
    for service in services:
        service.summary = "Another"
    session.flush()
    sources = {service.id: "" for service in services}
    assert versions.record(session, "service", sources, by_role="system", reason="both") == 2


@pytest.mark.parametrize("statement", ["UPDATE record_version SET reason = 'x'", "DELETE FROM record_version"])
def test_history_cannot_be_changed(session, statement):
    make_service(session)
    with pytest.raises(DBAPIError, match="append-only"):
        session.execute(text(statement))


def test_what_was_not_public_then_is_not_public_now(session):
    service = make_service(session, status="in_review", summary="not yet")
    service.status, service.summary = "published", "now"
    publish(session, service)
    assert [version.body["summary"] for version in versions.history(session, "service", service.id)] == ["now"]


def test_history_of_a_service_that_is_no_longer_public_is_hidden(session):
    service = make_service(session)
    service.status = "paused"
    session.flush()
    assert versions.history(session, "service", service.id) == []


def test_what_a_role_last_said_stays_known_after_others_changed_it(session):
    service = make_service(session, summary="as loaded")
    versions.record(session, "service", {service.id: ""}, by_role="seed", reason="none written: nothing changed")
    assert versions.latest_by(session, "service", [service.id], role="seed") == {}
    assert versions.latest_by(session, "service", [service.id], role="moderator")[service.id]["summary"] == "as loaded"


def test_compare_names_each_field_that_differs():
    older = {"name": "A", "channels": [{"value": "1"}], "ai": None}
    newer = {"name": "A", "channels": [{"value": "2"}, {"value": "3"}], "ai": None}
    assert versions.compare(older, newer) == [
        Change("channels.0.value", "1", "2"),
        Change("channels.1.value", None, "3"),
    ]


def test_compare_of_the_same_is_empty():
    body = {"topics": [], "coverage": {"countries": ["MA"]}}
    assert versions.compare(body, dict(body)) == []


def test_bodies_leave_out_what_does_not_exist(session):
    service = make_service(session, channels=[make_channel("sms", "50808")])
    found = versions.bodies(session, "service", [service.id, "xx-nobody"])
    assert {name: body["channels"][0]["type"] for name, body in found.items()} == {service.id: "sms"}


STANDING = {
    "listing": "SELECT * FROM listing ORDER BY key",
    # sums of the same numbers in another order differ in the sixteenth digit
    "cell": """SELECT zoom, cx, cy, kind, n, round(sum_x::numeric, 9), round(sum_y::numeric, 9), sum_key,
        min_x, min_y, max_x, max_y, place_id, population FROM cell ORDER BY zoom, cx, cy, kind""",
    "indexes": "SELECT indexdef FROM pg_indexes WHERE tablename = 'listing' ORDER BY 1",
}


def standing(session):
    return {name: session.execute(text(statement)).all() for name, statement in STANDING.items()}


def test_many_at_once_leave_what_one_by_one_leaves(seeded_session):
    keys = seeded_session.scalars(text("SELECT key FROM service WHERE status = 'published' ORDER BY key DESC")).all()
    assert len(keys) > 400
    seeded_session.execute(text("DELETE FROM listing"))
    assert standing(seeded_session)["cell"] == []
    assert versions.refresh(seeded_session) == len(keys)
    all_at_once = standing(seeded_session)
    assert len(all_at_once["listing"]) == len(keys)
    seeded_session.execute(text("DELETE FROM listing"))
    assert all(versions.refresh(seeded_session, [key]) == 1 for key in keys)
    assert standing(seeded_session) == all_at_once


def test_of_many_only_what_changed_is_written(seeded_session):
    before = standing(seeded_session)
    keys = seeded_session.scalars(text("SELECT key FROM listing ORDER BY key")).all()
    revision = seeded_session.scalar(text("SELECT number FROM catalogue_revision"))
    assert versions.refresh(seeded_session) == versions.refresh(seeded_session, keys) == 0
    assert seeded_session.scalar(text("SELECT number FROM catalogue_revision")) == revision
    seeded_session.execute(text("UPDATE listing SET name = 'Of another time' WHERE key = ANY (:k)"), {"k": keys[:250]})
    seeded_session.execute(text("DELETE FROM listing WHERE key = ANY (:k)"), {"k": keys[300:305]})
    seeded_session.execute(text("UPDATE service SET status = 'paused' WHERE key = ANY (:k)"), {"k": keys[310:312]})
    assert versions.refresh(seeded_session, keys) == 255
    seeded_session.execute(text("UPDATE service SET status = 'published' WHERE key = ANY (:k)"), {"k": keys[310:312]})
    assert versions.refresh(seeded_session) == 2
    assert standing(seeded_session) == before
