"""T8, T9: no path leads to the public without a decision, and none to an acute one without two different people.

The database itself refuses, whatever code asks it: each test writes past the rules, straight into the tables.
"""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from make import make_service, make_submission
from popmap import records
from popmap.models import Approval, Channel, Coverage, Service, SubmissionEvent
from popmap.records import Decision

UNDO = "DROP TRIGGER {trigger} ON {table}"


def finish(session):
    session.flush()
    session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))


def refused(session, by):
    """The name of the constraint by which the transaction is refused."""

    def whole():
        with session.begin_nested():
            by()
            finish(session)

    with pytest.raises(DBAPIError) as error:
        whole()
    return error.value.orig.diag.constraint_name


def published(service_id):
    service = Service(id=service_id, kind="helpline", name="Straight in", topics=["family"], status="published")
    service.channels, service.coverage = [Channel(type="phone", value="112")], [Coverage(type="worldwide")]
    service.sources, service.checks = [], []
    return service


def approve(session, submission, moderators, *, two_person="acute"):
    digest = session.scalar(text("SELECT body_digest(body) FROM submission WHERE key = :k"), {"k": submission.key})
    for moderator in moderators:
        session.add(Approval(submission_key=submission.key, moderator_key=moderator, body_digest=digest))
    session.flush()
    decision = Decision(
        "approve", "moderator", "checked", "xx-new", moderators[-1], submission.key, two_person=two_person
    )
    records.decide(session, decision)


def test_a_published_service_needs_a_decision(session):
    assert refused(session, lambda: session.add(published("xx-straight"))) == "service_change_is_decided"


def test_a_decision_about_another_service_is_none(session):
    def by():
        reopen = Decision("reopen", "moderator", "it works again", "xx-other", moderator_key=1)
        records.decide(session, reopen)
        session.add(published("xx-straight"))

    assert refused(session, by) == "service_change_is_decided"


OLD = """
    INSERT INTO decision (at, action, by_role, moderator_key, service_id, reason)
    VALUES (now() - interval '1 day', 'reopen', 'moderator', 1, 'xx-straight', 'in another life of the database')"""


def test_a_decision_of_an_older_transaction_with_the_same_number_is_none(session):
    """After a restore the numbers of transactions begin anew: one of them may be that of an old decision."""

    def by():
        session.execute(text(OLD))
        session.add(published("xx-straight"))

    assert refused(session, by) == "service_change_is_decided"


@pytest.mark.mutant
def test_by_its_number_alone_it_would_pass(session):
    source = session.scalar(text("SELECT pg_get_functiondef('refuse_undecided_change'::regproc)"))
    assert "AND d.at = now()" in source
    session.execute(text(source.replace("AND d.at = now()", "").replace(":", r"\:")))
    session.execute(text(OLD))
    session.add(published("xx-straight"))
    finish(session)


ACUTE = {"topics": ["suicide_self_harm"]}
PLAIN = {"topics": ["family"]}
LINE = {"topics": ["family"], "body": {"kind": "helpline"}}


@pytest.mark.parametrize(
    ("body", "rule", "people", "enough"),
    [
        (ACUTE, "acute", [1], False),
        (ACUTE, "acute", [1, 2], True),
        (PLAIN, "acute", [1], True),
        (LINE, "acute", [1], False),
        (LINE, "acute", [1, 2], True),
        (LINE, "off", [1], True),
        (PLAIN, "all", [1], False),
        (PLAIN, "all", [1, 2], True),
        (ACUTE, "off", [1], True),
    ],
)
def test_an_approval_needs_as_many_people_as_the_rule_says(session, body, rule, people, enough):
    submission = make_submission(session, **body)
    if enough:
        approve(session, submission, people, two_person=rule)
        assert session.scalar(text("SELECT count(*) FROM decision WHERE submission_key = :k"), {"k": submission.key})
    else:
        found = refused(session, lambda: approve(session, submission, people, two_person=rule))
        assert found == "decision_has_approvals"


def test_one_moderator_twice_is_one(session):
    submission = make_submission(session, **ACUTE)
    assert refused(session, lambda: approve(session, submission, [1, 1])) == "approval_of_a_moderator_is_unique"


def test_an_approval_of_an_earlier_text_does_not_count(session):
    submission = make_submission(session, **ACUTE)
    digest = "0" * 64
    session.add(Approval(submission_key=submission.key, moderator_key=1, body_digest=digest))
    assert refused(session, lambda: approve(session, submission, [2])) == "decision_has_approvals"


def test_a_change_of_an_acute_service_needs_two_whatever_it_proposes(session):
    make_service(session, id="xx-acute", topics=["trafficking"])
    submission = make_submission(session, kind="change", service_id="xx-acute", **PLAIN)
    assert refused(session, lambda: approve(session, submission, [1])) == "decision_has_approvals"


def test_no_state_without_its_line_in_the_log(session):
    submission = make_submission(session)
    session.execute(text("SET CONSTRAINTS ALL DEFERRED"))

    def by():
        set_state(session, submission, "rejected")

    assert refused(session, by) == "submission_state_is_logged"


def test_no_approved_submission_without_a_decision(session):
    submission = make_submission(session)

    def by():
        set_state(session, submission, "approved")
        log(session, submission, "approved")

    assert refused(session, by) == "submission_approval_is_decided"


@pytest.mark.parametrize("later", ["pending", "approved", "sent_back", "withdrawn"])
def test_what_is_decided_stays_decided(session, later):
    submission = make_submission(session)
    set_state(session, submission, "rejected")
    log(session, submission, "rejected")

    def by():
        set_state(session, submission, later)
        log(session, submission, later)

    assert refused(session, by) == "submission_state_follows"


@pytest.mark.parametrize("table", ["submission_event", "approval", "decision"])
def test_the_log_is_only_added_to(session, table):
    make_submission(session)
    for statement in (f"UPDATE {table} SET at = now()", f"DELETE FROM {table}", f"TRUNCATE {table}"):
        with pytest.raises(DBAPIError, match="append-only"), session.begin_nested():
            session.execute(text(statement))


@pytest.mark.mutant
@pytest.mark.parametrize(
    ("trigger", "table", "act"),
    [
        ("service_change_is_decided", "service", lambda session: session.add(published("xx-straight"))),
        ("decision_has_approvals", "decision", lambda session: approve(session, make_submission(session), [1])),
    ],
)
def test_without_its_trigger_it_would_pass(session, trigger, table, act):
    session.execute(text(UNDO.format(trigger=trigger, table=table)))
    for part in ("channel", "coverage"):
        session.execute(text(f"DROP TRIGGER {part}_change_is_decided ON {part}"))
    act(session)
    finish(session)
    assert session.scalar(text("SELECT count(*) FROM service WHERE id = 'xx-straight'")) == (table == "service")


def set_state(session, submission, state):
    open_states = ("pending", "sent_back")
    statement = (
        "UPDATE submission SET state = :state, decided_at = CASE WHEN :open THEN NULL ELSE now() END WHERE key = :k"
    )
    session.execute(text(statement), {"state": state, "open": state in open_states, "k": submission.key})


def log(session, submission, state):
    number = session.scalar(
        text("SELECT max(number) FROM submission_event WHERE submission_key = :k"), {"k": submission.key}
    )
    step = {"action": "decided", "from_state": "pending", "to_state": state, "by_role": "moderator"}
    session.add(SubmissionEvent(submission_key=submission.key, number=number + 1, **step))
    session.flush()
