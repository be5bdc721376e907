"""The moderators' pages, thinly: what they show, what a form does, what is refused and how that is said."""

import re

import pytest
from sqlalchemy import text

from make import make_moderator, make_submission, sign_in, strike_out
from popmap import moderation, records

BODY = {
    "kind": "helpline",
    "name": "Ligne <b>Écoute</b>",
    "name_en": "",
    "languages": ["fr"],
    "audiences": ["child"],
    "coverage": {"worldwide": False, "countries": ["MA"], "subdivisions": [], "area": None},
    "channels": [{"type": "phone", "value": "0800 1234", "linkable": True}],
    "sources": [{"url": "https://example.org/ecoute", "seen": "number", "seen_on": ""}],
}
CHECKED = list(moderation.CHECKLIST)


@pytest.fixture
def desk(app, seeded):
    """A signed-in client of each of two moderators and a lead, with the tokens; all traces are taken away."""
    with seeded.transaction() as session:
        people = [make_moderator(session, f"desk-{role}@example.org", role) for role in ("moderator", "lead")]
        people.append(make_moderator(session, "desk-second@example.org"))
    found = []
    for person in people:
        client = app.test_client()
        found.append((client, sign_in(seeded, client, person)))
    yield found
    with seeded.transaction() as session:
        strike_out(session)


def made(seeded, **given):
    with seeded.transaction() as session:
        return make_submission(session, body=BODY, **given).key


def digest_on(page):
    return re.search(r'name="digest" value="([0-9a-f]+)"', page)[1]


def post(desk, who, path, **form):
    client, token = desk[who]
    return client.post(path, data={"csrf": token} | form)


def say_yes(desk, who, key):
    client, _ = desk[who]
    page = client.get(f"/moderate/submissions/{key}").text
    return post(desk, who, f"/moderate/submissions/{key}/approve", digest=digest_on(page), checked=CHECKED)


def state(seeded, key):
    with seeded.transaction() as session:
        return moderation.load(session, key)[0].state


def test_nobody_else_sees_the_desk(client):
    reply = client.get("/moderate/")
    assert (reply.status_code, reply.headers["Location"]) == (303, "/moderate/sign-in?then=/moderate/")


def test_the_queue_leads_to_the_submission(desk, seeded):
    key = made(seeded, topics=["sexual_abuse"])
    reply = desk[0][0].get("/moderate/")
    assert reply.status_code == 200
    assert f'href="/moderate/submissions/{key}"' in reply.text
    assert "child in danger" in reply.text
    assert reply.headers["Cache-Control"] == "no-store"
    assert "noindex" in reply.headers["X-Robots-Tag"]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("kind=new&state=pending&country=MA&older_than_days=7&acute=true", 200),
        ("batch=7", 200),
        ("kind=x", 422),
        ("country=QQ", 422),
        ("older_than_days=3", 422),
        ("after=2026-01-01T00:00:00%2B00:00_7", 200),
        ("after=2026-01-01_7", 422),
        ("after=x_7", 422),
        ("after=2026-01-01T00:00:00%2B00:00_-7", 422),
    ],
)
def test_the_queues_filters(desk, query, status):
    assert desk[0][0].get(f"/moderate/?{query}").status_code == status


def test_what_was_sent_is_shown_as_text(desk, seeded):
    page = desk[0][0].get(f"/moderate/submissions/{made(seeded)}").text
    assert "Ligne &lt;b&gt;Écoute&lt;/b&gt;" in page
    assert "<b>Écoute</b>" not in page
    assert "0800 1234" in page


def test_two_people_make_an_acute_one_public(desk, seeded, client):
    key = made(seeded, topics=["sexual_abuse"])
    assert say_yes(desk, 0, key).status_code == 303
    assert state(seeded, key) == "pending"
    assert say_yes(desk, 2, key).status_code == 303
    assert state(seeded, key) == "approved"
    with seeded.transaction() as session:
        service_id = moderation.load(session, key)[0].service_id
    assert client.get(f"/en/services/{service_id}").status_code == 200
    reply = post(desk, 0, f"/moderate/records/{service_id}/withdraw", reason="made for a test")
    assert reply.status_code == 303
    assert client.get(f"/en/services/{service_id}").status_code == 404


def test_without_the_checklist_nothing_is_approved(desk, seeded):
    key = made(seeded)
    page = desk[0][0].get(f"/moderate/submissions/{key}").text
    path = f"/moderate/submissions/{key}/approve"
    reply = post(desk, 0, path, digest=digest_on(page), checked=CHECKED[:2])
    assert reply.status_code == 403
    assert "Something on the checklist" in reply.text
    assert state(seeded, key) == "pending"


def test_another_text_than_the_one_seen_is_not_approved(desk, seeded):
    key = made(seeded)
    reply = post(desk, 0, f"/moderate/submissions/{key}/approve", digest="0" * 64, checked=CHECKED)
    assert reply.status_code == 409
    assert "was edited while you looked" in reply.text


def test_a_rejection_is_worded_in_the_senders_language(desk, seeded):
    key = made(seeded, language="fr")
    assert post(desk, 0, f"/moderate/submissions/{key}/reject").status_code == 422
    assert post(desk, 0, f"/moderate/submissions/{key}/reject", reason="known", words="Merci").status_code == 303
    with seeded.transaction() as session:
        assert moderation.load(session, key)[1][-1].words == "Ce service figure déjà dans le catalogue. Merci"


def test_a_question_goes_back(desk, seeded):
    key = made(seeded)
    assert post(desk, 0, f"/moderate/submissions/{key}/send-back").status_code == 422
    assert post(desk, 0, f"/moderate/submissions/{key}/send-back", words="Who runs it?").status_code == 303
    assert state(seeded, key) == "sent_back"


def test_joining_needs_a_public_service(desk, seeded):
    key = made(seeded)
    assert post(desk, 0, f"/moderate/submissions/{key}/merge", into="nothing-here").status_code == 422
    with seeded.transaction() as session:
        known = session.scalar(text("SELECT min(id) FROM listing"))
    assert post(desk, 0, f"/moderate/submissions/{key}/merge", into=known).status_code == 303
    assert state(seeded, key) == "merged"


def test_a_change_shows_each_digit_that_differs(desk, seeded):
    with seeded.transaction() as session:
        service_id = session.scalar(
            text("SELECT min(s.id) FROM listing s JOIN channel c ON c.service_key = s.key AND c.type = 'phone'")
        )
        record = records.read(session, service_id)
        channels = [dict(channel) for channel in record["channels"]]
        place = next(n for n, channel in enumerate(channels) if channel["type"] == "phone")
        before = channels[place]["value"]
        channels[place]["value"] = before[:-1] + str((int(before[-1]) + 1) % 10)
        proposed = {name: record[name] for name in records.PROPOSED} | {"channels": channels}
        version = records.version_number(session, service_id)
        given = {"kind": "change", "service_id": service_id, "base_version": version}
        key = make_submission(session, topics=record["topics"], body=proposed, **given).key
    page = desk[0][0].get(f"/moderate/submissions/{key}").text
    assert f"{before[:-1]}<del>{before[-1]}</del>" in page
    assert f"{before[:-1]}<ins>{channels[place]['value'][-1]}</ins>" in page


def test_records_are_found_with_their_history(desk, seeded):
    client = desk[0][0]
    with seeded.transaction() as session:
        service_id, name = session.execute(text("SELECT id, name FROM listing ORDER BY id LIMIT 1")).one()
    assert service_id in client.get("/moderate/records/", query_string={"q": name}).text
    assert client.get("/moderate/records/?status=in_review").status_code == 200
    assert client.get("/moderate/records/?status=x").status_code == 422
    page = client.get(f"/moderate/records/{service_id}")
    assert page.status_code == 200
    assert client.get(f"/moderate/records/{service_id}?from=1&to=77").status_code == 404
    assert client.get("/moderate/records/nothing-here").status_code == 404
    for room in ("submissions", "tables"):
        assert client.get(f"/moderate/{room}/{10**30}").status_code == 404


def test_only_a_lead_joins_records(desk, seeded):
    path = "/moderate/records/nothing-here/join"
    assert post(desk, 0, path, into="x").status_code == 403
    assert post(desk, 1, path, into="x").status_code == 404


@pytest.mark.parametrize("language", ["fr", "ar", "es", "ru", "zh"])
def test_the_desk_speaks_the_moderators_language(desk, language):
    page = desk[0][0].get("/moderate/", headers={"Accept-Language": language}).text
    assert f'<html lang="{language}"' in page
    assert "What waits for a decision" not in page
