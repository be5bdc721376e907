"""The page of one table: one line of the queue, its rows with what they resemble, decided on together."""

import re

import pytest
from sqlalchemy import text

from make import make_moderator, sign_in, strike_out, strike_out_services, table
from popmap import moderation
from popmap.web import api_submissions

ROWS = (
    {"id": "ma-batch-a", "name": "Batch ear of Atlas", "email": "one@atlas.example"},
    {"id": "ma-batch-b", "name": "Batch night voice", "email": "two@voice.example", "topics": "sexual_abuse"},
    {
        "id": "ma-batch-c",
        "name": "Batch ear of Atlas",
        "email": "one@atlas.example",
        "website": "https://atlas.example/",
    },
    {"id": "ma-batch-d", "name": "Chi1dline", "email": "four@batch.example"},
)
PLAIN = {"kind": "official_service"}  # a helpline would need two, like what is acute
EAR, VOICE = "Batch ear of Atlas", "Batch night voice"
CHECKED = list(moderation.CHECKLIST)


@pytest.fixture
def desk(app, seeded, client, monkeypatch):
    """A moderator, signed in, and a table of four rows that waits."""
    monkeypatch.setattr(api_submissions.submissions, "count_intake", lambda *_, **__: None)
    with seeded.transaction() as session:
        person = make_moderator(session, "tables@example.org")
    signed_in = app.test_client()
    token = sign_in(seeded, signed_in, person)
    rows = table(*(PLAIN | row for row in ROWS))
    sent = client.post("/api/v1/submissions/csv", data=rows, headers={"Idempotency-Key": "a-table-for-the-desk"})
    assert sent.status_code == 201
    with seeded.transaction() as session:
        key = session.scalar(text("SELECT max(key) FROM batch"))
    yield signed_in, token, f"/moderate/tables/{key}"
    with seeded.transaction() as session:
        strike_out(session)
        strike_out_services(session, "ma-batch-%")


def decide(desk, page, names, **more):
    client, token, path = desk
    keys = [found for found, name in zip(rows_of(page), names_of(page), strict=True) if name in names]
    digests = dict(re.findall(r'name="(digest\.\d+)" value="([0-9a-f]{64})"', page))
    return client.post(path, data={"csrf": token, "row": keys, "checked": CHECKED, "act": "approve"} | digests | more)


def rows_of(page):
    return re.findall(r'name="row" value="(\d+)"', page)


def names_of(page):
    return re.findall(r'href="/moderate/submissions/\d+"><bdi>([^<]+)</bdi></a> <span class="quiet">Row', page)


def states(seeded):
    with seeded.transaction() as session:
        query = "SELECT body ->> 'name', state FROM submission WHERE batch_key IS NOT NULL ORDER BY batch_row"
        return [tuple(row) for row in session.execute(text(query))]


def test_a_table_is_one_line_of_the_queue(desk):
    client, _, path = desk
    page = client.get("/moderate/").text
    assert page.count(f'href="{path}"') == 1
    assert VOICE not in page


def test_a_table_with_an_acute_row_is_found_among_the_acute(desk):
    client, _, path = desk
    page = client.get("/moderate/?acute=true").text
    assert page.count(f'href="{path}"') == 1
    assert "child in danger" in page.partition("</ol>")[0]
    assert f'href="{path}"' not in client.get("/moderate/?kind=change").text


def test_each_row_says_what_it_resembles(desk):
    client, _, path = desk
    page = client.get(path).text
    one, two, three, four = re.split(r'class="pick"', page)[1:]
    assert "Sent in twice?" in one
    assert "Sent in twice?" in three
    assert "remarks" not in two
    assert "needs two people" in two
    assert "Looks like a known name" in four
    ticked = client.get(f"{path}?tick=plain").text
    assert re.findall(r'value="\d+" checked aria-label="Row (\d)"', ticked) == ["3"]


def test_what_is_ticked_is_decided_and_the_acute_one_waits_for_a_second(desk, seeded):
    client, _, path = desk
    reply = decide(desk, client.get(path).text, (EAR, VOICE))
    assert "2 rows are decided." in reply.text
    assert "1 has your yes and waits for a second person." in reply.text
    assert [state for _, state in states(seeded)] == ["approved", "pending", "approved", "pending"]


def test_one_refused_row_leaves_the_others_decided(desk, seeded):
    client, _, path = desk
    page = client.get(path).text
    stale = {re.findall(r"digest\.\d+", page)[3]: "0" * 64}
    reply = decide(desk, page, (EAR, "Chi1dline"), **stale)
    assert "The submission was edited while you looked at it." in reply.text
    assert [state for _, state in states(seeded)] == ["approved", "pending", "approved", "pending"]


@pytest.mark.parametrize(
    ("more", "status"),
    [({"row": []}, 422), ({"checked": CHECKED[:1]}, 422), ({"act": "reject"}, 422), ({"row": ["1"]}, 404)],
)
def test_what_is_not_decided_is_said_and_changes_nothing(desk, seeded, more, status):
    client, _, path = desk
    assert decide(desk, client.get(path).text, (EAR,), **more).status_code == status
    assert {state for _, state in states(seeded)} == {"pending"}


def test_rows_are_rejected_with_one_reason(desk, seeded):
    client, _, path = desk
    reply = decide(desk, client.get(path).text, ("Chi1dline",), act="reject", reason="unsafe")
    assert reply.status_code == 200
    assert states(seeded)[3][1] == "rejected"
