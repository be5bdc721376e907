"""The moderators' page of what is due and of dead links, and how a check is recorded."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from make import make_channel, make_moderator, make_service, sign_in, strike_out, strike_out_services
from popmap.checks import Answer, links

SERVICE = "xx-due-here"


@pytest.fixture
def desk(app, seeded):
    """A moderator, signed in, and a service whose check is overdue and whose link is dead."""
    with seeded.transaction() as session:
        person = make_moderator(session, "checks@example.org")
        channels = [make_channel(), make_channel("webchat", "https://chat.dead.example/")]
        due = datetime.now(UTC).date() - timedelta(days=3)
        service = make_service(
            session, id=SERVICE, channels=channels, next_check_due=due, topics=["trafficking"], verified_on=None
        )
        for _ in range(links.DEAD_AFTER):
            gone = Answer("gone", 404)
            links.keep(session, links.Link(service.key, "https://chat.dead.example/"), gone, datetime.now(UTC))
    client = app.test_client()
    yield client, sign_in(seeded, client, person)
    with seeded.transaction() as session:
        strike_out(session)
        strike_out_services(session, SERVICE)


def record(desk, **given):
    client, token = desk
    return client.post(f"/moderate/records/{SERVICE}/check", data={"csrf": token} | given)


def test_what_is_overdue_and_what_is_dead_is_listed(desk):
    page = desk[0].get("/moderate/checks/").text
    line = page.partition(f"/moderate/records/{SERVICE}#check")[2].partition("</li>")[0]
    assert ("overdue" in line, "child in danger" in line) == (True, True)
    assert "https://chat.dead.example/" in page
    assert "is gone (404)" in page


def test_a_check_makes_it_due_later_and_is_a_version(desk, seeded):
    reply = record(desk, method="source_seen", evidence_url="https://example.org/number")
    assert reply.status_code == 303
    assert SERVICE not in desk[0].get("/moderate/checks/").text.partition('id="dead"')[0]
    with seeded.transaction() as session:
        query = (
            "SELECT by_role, source, body -> 'next_check_due' FROM record_version WHERE record_id = :id AND number = 2"
        )
        role, source, due = session.execute(text(query), {"id": SERVICE}).one()
    assert (role, source) == ("moderator", "https://example.org/number")
    assert due == (datetime.now(UTC).date() + timedelta(days=180)).isoformat()


@pytest.mark.parametrize(
    "given",
    [
        {"method": "guessed"},
        {"method": "source_seen"},
        {"method": "source_seen", "evidence_url": "javascript:alert(1)"},
        {"method": "source_seen", "evidence_url": "https://127.0.0.1/"},
        {"method": "channel_tried"},
    ],
)
def test_a_check_without_its_evidence_is_none(desk, seeded, given):
    assert record(desk, **given).status_code == 422
    with seeded.transaction() as session:
        number = session.scalar(text("SELECT max(number) FROM record_version WHERE record_id = :id"), {"id": SERVICE})
    assert number == 1


def test_a_line_is_tried_with_its_operators_consent(desk):
    assert record(desk, method="channel_tried", agreed="yes").status_code == 303
