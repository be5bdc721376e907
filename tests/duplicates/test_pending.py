"""What waits is found again when it is sent in twice, and forgotten with its decision."""

import pytest
from sqlalchemy import text

from make import draft, make_service
from popmap import duplicates, submissions
from popmap.inputs import checked_proposal
from popmap.models import Submission
from popmap.submissions import By, Sending

NUMBERED = {"channels": [{"type": "phone", "value": "+212 522 202020"}]}


def sent(session, number, **fields):
    body = checked_proposal(draft(**fields)).record
    sending = Sending("new", f"token {number}", f"key {number}", "en", "form", body=body)
    submissions.submit(session, sending)
    return session.query(Submission).filter_by(token_hash=submissions.hashed(f"token {number}")).one()


def found(session, submission):
    entry = duplicates.entry_of(submission.body)
    return duplicates.likely_pending(session, entry, leaving_out=submission.key, service_id=submission.service_id)


@pytest.mark.parametrize(
    ("first", "second", "matches"),
    [
        (NUMBERED, {"channels": [{"type": "phone", "value": "0522-202020"}], "name": "Another"}, "phone"),
        ({"name": "Ligne d’écoute enfance Casa"}, {"name": "LIGNE D'ECOUTE ENFANCE, CASA"}, "name"),
        ({"name": "Голос ребёнка Касабланка"}, {"name": "Golos rebenka Kasablanka"}, "name"),
    ],
)
def test_the_same_thing_sent_twice_is_seen(session, first, second, matches):
    one, other = sent(session, 1, **first), sent(session, 2, **second)
    (seen,) = found(session, other)
    assert (seen.key, matches in seen.matches) == (one.key, True)


def test_another_thing_is_not(session):
    sent(session, 1, name="Football club", channels=[{"type": "email", "value": "ball@club.example"}])
    assert found(session, sent(session, 2, **NUMBERED)) == []


def test_an_edit_is_looked_up_as_it_reads_now(session):
    one, other = sent(session, 1, name="Quite another"), sent(session, 2, **NUMBERED)
    edited = Sending("new", "token 1", "key 1", "en", "form", body=checked_proposal(draft(**NUMBERED)).record)
    submissions.edit(session, "token 1", edited)
    assert [seen.key for seen in found(session, other)] == [one.key]


def test_what_is_decided_leaves_no_keys(session):
    one, other = sent(session, 1, **NUMBERED), sent(session, 2, **NUMBERED)
    submissions.step(session, one, "rejected", "rejected", By("moderator", "", 1))
    assert found(session, other) == []
    kept = session.scalars(text("SELECT DISTINCT submission_key FROM pending_key")).all()
    assert kept == [other.key]


def test_two_changes_of_one_record_are_told_whatever_they_say(session):
    service = make_service(session, id="ma-live")
    make = {"kind": "change", "service_id": service.id, "language": "en", "via": "form"}
    for number, name in enumerate(("One name", "Entirely different")):
        body = checked_proposal(draft(name=name, channels=[{"type": "email", "value": f"{number}@a.example"}])).record
        submissions.submit(session, Sending(token=f"t{number}", idempotency_key=f"k{number}", body=body, **make))
    rows = session.query(Submission).order_by(Submission.key).all()
    (seen,) = found(session, rows[1])
    assert (seen.key, seen.of_the_same) == (rows[0].key, True)
