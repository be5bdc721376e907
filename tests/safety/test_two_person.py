"""T8, T9: in whatever order things are done, nothing acute is public without two different people's yes to its text."""

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from make import make_moderator, make_submission
from popmap import accounts, moderation, submissions
from popmap.errors import PopMapError
from popmap.moderation import Verdict, approvals
from popmap.submissions import By

ALL = frozenset(moderation.CHECKLIST)
BODY = {
    "kind": "helpline",
    "name": "A line",
    "name_en": "",
    "languages": ["en"],
    "audiences": ["child"],
    "coverage": {"worldwide": True, "countries": [], "subdivisions": [], "area": None},
    "channels": [{"type": "phone", "value": "116 111", "linkable": True}],
    "sources": [{"url": "https://example.org/", "seen": "", "seen_on": ""}],
}
PEOPLE = st.integers(0, 3)
STEPS = 12
DECIDE_BY_HAND = """
    INSERT INTO decision (action, by_role, moderator_key, service_id, submission_key, two_person, reason)
    VALUES ('approve', 'moderator', 1, 'xx-by-hand', :key, 'acute', 'x')"""


class Desk(RuleBasedStateMachine):
    """One acute submission, its sender (who is also the moderator ``m0``), three moderators and a lead."""

    session = None
    people = ()

    def __init__(self):
        super().__init__()
        self.session.execute(text("SET CONSTRAINTS ALL DEFERRED"))
        self.outer = self.session.begin_nested()
        self.one = make_submission(self.session, topics=["sexual_abuse"], body=BODY, contact="m0@example.org")
        self.yes, self.edits, self.closed = set(), 0, False

    def teardown(self):
        self.outer.rollback()

    def attempt(self, step):
        """What is refused changes nothing; whether the step was taken."""
        try:
            with self.session.begin_nested():
                step()
                self.session.flush()
                self.session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
                self.session.execute(text("SET CONSTRAINTS ALL DEFERRED"))
        except (PopMapError, DBAPIError):
            self.session.refresh(self.one)
            return False
        return True

    @rule(who=PEOPLE, ticked=st.sampled_from([ALL, ALL - {"safeguarding"}]), stale=st.booleans())
    def approve(self, who, ticked, stale):
        digest = "0" * 64 if stale else approvals.digest(self.session, self.one.key)
        verdict = Verdict(self.people[who], digest, "acute", ticked)
        if self.attempt(lambda: moderation.approve(self.session, self.one.key, verdict)):
            assert (who, ticked, stale) == (who, ALL, False)
            assert who != 0, "the sender has approved"
            self.yes.add(who)

    @rule(who=PEOPLE)
    def send_back(self, who):
        self.attempt(lambda: moderation.send_back(self.session, self.one.key, by=self.people[who], words="?"))

    @rule(who=PEOPLE)
    @precondition(lambda self: self.edits > 1)
    def reject(self, who):
        self.attempt(lambda: moderation.reject(self.session, self.one.key, by=self.people[who], words="no"))

    @rule()
    def edit(self):
        def step():
            if self.one.state not in {"pending", "sent_back"}:
                raise PopMapError
            number = [{"type": "phone", "value": f"116 {self.edits + 200}", "linkable": True}]
            self.one.body = self.one.body | {"channels": number}
            submissions.step(self.session, self.one, "edited", "pending", By("submitter"))

        if self.attempt(step):
            self.edits += 1
            self.yes = set()

    @rule(
        statement=st.sampled_from(
            [
                "UPDATE submission SET state = 'approved', decided_at = now() WHERE key = :key",
                "INSERT INTO approval (submission_key, moderator_key, body_digest) VALUES (:key, 77, repeat('0', 64))",
                "UPDATE approval SET body_digest = repeat('0', 64) WHERE submission_key = :key",
                "INSERT INTO service (id, kind, name, status) VALUES ('xx-by-hand', 'helpline', 'x', 'published')",
                "UPDATE service SET status = 'published' WHERE id = 'xx-by-hand'",
                DECIDE_BY_HAND,
            ]
        )
    )
    def write_past_the_rules(self, statement):
        needs_key = {"key": self.one.key} if ":key" in statement else {}
        self.attempt(lambda: self.session.execute(text(statement), needs_key))
        self.session.refresh(self.one)

    @invariant()
    def only_two_different_people_make_it_public(self):
        listed = self.session.scalar(text("SELECT count(*) FROM listing WHERE name IN ('A line', 'x')"))
        assert listed == (1 if self.one.state == "approved" else 0)
        assert self.one.state != "approved" or len(self.yes) >= 2


def run(session, examples, steps=STEPS):
    people = [make_moderator(session, f"m{number}@example.org") for number in range(3)]
    people.append(make_moderator(session, "lead@example.org", "lead"))
    machine = type("DeskHere", (Desk,), {"session": session, "people": people})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_no_path_leads_to_the_public_past_two_people(session):
    run(session, 25)


@pytest.mark.long
def test_no_long_path_does_either(session):
    run(session, 400, 30)


def first_yes_and_then_shut_out(session):
    """An acute submission that one moderator has approved, who was disabled afterwards; what the other one may do."""
    stranger, other = make_moderator(session, "stolen@example.org"), make_moderator(session, "other@example.org")
    one = make_submission(session, topics=["sexual_abuse"], body=BODY)
    moderation.approve(session, one.key, Verdict(stranger, approvals.digest(session, one.key), "acute", ALL))
    accounts.disable(session, "stolen@example.org")
    return one, lambda: moderation.approve(
        session, one.key, Verdict(other, approvals.digest(session, one.key), "acute", ALL)
    )


def test_the_yes_of_somebody_who_was_shut_out_no_longer_counts(session):
    one, yes = first_yes_and_then_shut_out(session)
    assert yes() == "pending"
    assert approvals.of(session, one.key, rule="acute").roles == ["moderator"]


@pytest.mark.mutant
def test_mutant_every_yes_counts_for_ever_is_stopped_by_the_database(session, monkeypatch):
    _, yes = first_yes_and_then_shut_out(session)
    monkeypatch.setattr(approvals.Approvals, "are_enough", True)
    with pytest.raises(DBAPIError, match="more people"):
        yes()


@pytest.mark.mutant
def test_mutant_one_person_is_enough_is_noticed(session, monkeypatch):
    monkeypatch.setattr(approvals.Approvals, "are_enough", True)
    session.execute(text("DROP TRIGGER decision_has_approvals ON decision"))
    with pytest.raises(AssertionError):
        run(session, 60)


@pytest.mark.mutant
def test_mutant_only_topics_count_lets_a_helpline_pass_with_one(session):
    source = session.scalar(text("SELECT pg_get_functiondef('approvals_needed'::regproc)"))
    assert source.count("s.body ->> 'kind' = 'helpline'") == 1
    session.execute(text(source.replace("s.body ->> 'kind' = 'helpline'", "false")))
    person, one = make_moderator(session, "m9@example.org"), make_submission(session, topics=["family"], body=BODY)
    verdict = Verdict(person, approvals.digest(session, one.key), "acute", ALL)
    assert moderation.approve(session, one.key, verdict) == "approved"


@pytest.mark.mutant
def test_mutant_the_senders_own_yes_is_noticed(session, monkeypatch):
    monkeypatch.setattr(moderation.decisions, "refuse_own", lambda *_: None)
    with pytest.raises(AssertionError):
        run(session, 60)
