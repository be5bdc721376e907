"""Deciding: every way there is and no other, different people, exact texts, records that moved on, taking down."""

import itertools

import pytest
from sqlalchemy import select, text

import make
from make import make_channel, make_moderator, make_submission
from popmap import catalogue, moderation, records, submissions, versions
from popmap.errors import ConflictError, ForbiddenError, NotFoundError
from popmap.models import Service
from popmap.moderation import Verdict, approvals, decisions, states
from popmap.submissions import By

ALL = frozenset(moderation.CHECKLIST)
BODY = {
    "kind": "youth_led",
    "name": "Ligne Écoute",
    "name_en": "",
    "languages": ["fr"],
    "audiences": ["child"],
    "coverage": {"worldwide": False, "countries": ["MA"], "subdivisions": [], "area": None},
    "channels": [{"type": "phone", "value": "0800 1234", "linkable": True}],
    "sources": [{"url": "https://example.org/ecoute", "seen": "number", "seen_on": ""}],
}


@pytest.fixture
def people(session):
    """Three moderators and a lead."""
    return [make_moderator(session, f"m{number}@example.org") for number in range(3)] + [
        make_moderator(session, "lead@example.org", "lead")
    ]


def make_service(session, **columns):
    """One that a single yes is enough for, unless its topics ask for two."""
    return make.make_service(session, **({"kind": "official_service"} | columns))


def proposal(session, *, topics=("family",), **columns):
    return make_submission(session, topics=topics, body=BODY, **columns)


def change_of(session, service, **changed):
    body = {name: one for name, one in records.read(session, service.id).items() if name in records.PROPOSED}
    version = records.version_number(session, service.id)
    return make_submission(
        session, kind="change", topics=body["topics"], body=body | changed, service_id=service.id, base_version=version
    )


def yes(session, submission, by, *, rule="acute", ticked=ALL, digest=None):
    digest = digest or approvals.digest(session, submission.key)
    return moderation.approve(session, submission.key, Verdict(by, digest, rule, ticked))


def finish(session):
    session.flush()
    session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))


def public(session, service_id):
    try:
        return catalogue.get(session, service_id)
    except NotFoundError:
        return None


def digits(record):
    return [channel["value"] for channel in record["channels"]]


ONE_STEP = {
    "approve": lambda session, one, by: yes(session, one, by, rule="off"),
    "send_back": lambda session, one, by: moderation.send_back(session, one.key, by=by, words="Who runs it?"),
    "reject": lambda session, one, by: moderation.reject(session, one.key, by=by, words="No service"),
    "merge": lambda session, one, by: moderation.merge(session, one.key, by=by, into="xx-live"),
    "bring_up_to_date": lambda session, one, by: moderation.bring_up_to_date(session, one.key, by=by),
}
STATES = ("pending", "sent_back", "approved", "rejected", "merged", "withdrawn")


@pytest.mark.parametrize(
    ("kind", "state", "action"), list(itertools.product(("new", "change", "report"), STATES, moderation.ACTIONS))
)
def test_every_way_is_in_the_table_and_no_other(session, people, kind, state, action):
    service = make_service(session, id="xx-live")
    if kind == "change":
        submission = change_of(session, service, summary="Better words")
    elif kind == "report":
        submission = make_submission(session, kind="report", service_id=service.id)
    else:
        submission = proposal(session)
    if state != "pending":
        bring_to(session, submission, state, people[0])
    follows = states.TRANSITIONS[kind].get((state, action))
    assert (action in moderation.actions_for(kind, state)) is (follows is not None)
    if follows is None:
        with pytest.raises(ConflictError):
            ONE_STEP[action](session, submission, people[1])
        assert submission.state == state
    else:
        ONE_STEP[action](session, submission, people[1])
        assert submission.state == follows
    finish(session)


def bring_to(session, submission, state, by):
    if state == "approved":
        yes(session, submission, by, rule="off")
    else:
        submission_step = {
            "sent_back": "sent_back",
            "rejected": "rejected",
            "merged": "merged",
            "withdrawn": "withdrawn",
        }
        submissions.step(session, submission, submission_step[state], state, By("moderator", "", by.key))


@pytest.mark.parametrize(
    ("topics", "rule", "needed"),
    [
        (["family"], "acute", 1),
        (["family"], "all", 2),
        (["family"], "off", 1),
        (["family", "sexual_abuse"], "acute", 2),
        (["suicide_self_harm"], "all", 2),
        (["suicide_self_harm"], "off", 1),
    ],
)
def test_so_many_people_must_say_yes(session, people, topics, rule, needed):
    says_so(session, people, proposal(session, topics=topics), rule, needed)


@pytest.mark.parametrize(("rule", "needed"), [("acute", 2), ("off", 1)])
def test_a_helpline_needs_two_whatever_topics_its_sender_chose(session, people, rule, needed):
    says_so(session, people, make_submission(session, body=BODY | {"kind": "helpline"}), rule, needed)


@pytest.mark.parametrize("live", [{"kind": "helpline"}, {"topics": ["trafficking"]}])
@pytest.mark.parametrize("changed", [{"channels": BODY["channels"]}, {"kind": "youth_led", "topics": ["family"]}])
def test_a_change_of_what_needs_two_needs_two_whatever_it_makes_of_it(session, people, live, changed):
    service = make_service(session, **live)
    submission = change_of(session, service, **changed)
    assert yes(session, submission, people[0]) == "pending"
    assert records.read(session, service.id)["kind"] == service.kind
    assert yes(session, submission, people[1]) == "approved"


@pytest.mark.parametrize("live", [{"kind": "helpline"}, {"topics": ["sexual_abuse"]}])
def test_what_is_likely_a_service_that_needs_two_needs_two_under_another_name_for_it(session, people, live):
    make_service(session, name=BODY["name"], channels=[make_channel(value="0800 1234")], **live)
    submission = proposal(session)
    assert approvals.of(session, submission.key, rule="off").needed == 1
    assert yes(session, submission, people[0]) == "pending"
    assert approvals.of(session, submission.key, rule="acute").needed == 2


def says_so(session, people, submission, rule, needed):
    before = approvals.of(session, submission.key, rule=rule)
    assert (before.needed, before.are_enough) == (needed, False)
    seen = [yes(session, submission, person, rule=rule) for person in people[:needed]]
    assert seen == ["pending"] * (needed - 1) + ["approved"]
    finish(session)
    assert public(session, submission.service_id)["name"] == BODY["name"]


def test_nobody_says_yes_twice(session, people):
    submission = proposal(session, topics=["trafficking"])
    yes(session, submission, people[0])
    with pytest.raises(ForbiddenError):
        yes(session, submission, people[0])
    assert submission.state == "pending"


@pytest.mark.parametrize("contact", ["M1@example.org", "m1+line@Example.org"])
def test_nobody_approves_what_he_sent_himself(session, people, contact):
    submission = proposal(session, contact=contact)
    with pytest.raises(ForbiddenError, match="own"):
        yes(session, submission, people[1])
    assert yes(session, submission, people[0]) == "approved"


@pytest.mark.parametrize("missing", moderation.CHECKLIST)
def test_everything_on_the_list_must_have_been_checked(session, people, missing):
    submission = proposal(session)
    with pytest.raises(ForbiddenError, match="checklist"):
        yes(session, submission, people[0], ticked=ALL - {missing})


def test_two_sources_are_claimed_only_by_whoever_saw_both(session, people):
    pages = [{"url": f"https://example.org/{page}", "seen": "", "seen_on": ""} for page in ("a", "b")]
    levels = []
    for ticked in (ALL, ALL | {moderation.TWO_SOURCES}):
        submission = make_submission(session, topics=["family"], body=BODY | {"sources": pages})
        yes(session, submission, people[0], ticked=ticked)
        levels.append(records.read(session, submission.service_id)["checks"][0]["level"])
    assert levels == [1, 2]


def test_a_yes_is_to_an_exact_text(session, people):
    submission = proposal(session, topics=["sexual_abuse"])
    seen = approvals.digest(session, submission.key)
    yes(session, submission, people[0])
    submission.body = submission.body | {"channels": [{"type": "phone", "value": "0900 666", "linkable": True}]}
    submissions.step(session, submission, "edited", "pending", By("submitter"))
    assert approvals.of(session, submission.key, rule="acute").by == []
    with pytest.raises(ConflictError, match="edited"):
        yes(session, submission, people[1], digest=seen)
    assert yes(session, submission, people[1]) == "pending"
    assert yes(session, submission, people[0]) == "approved"


def test_a_name_that_looks_like_a_known_one_needs_a_lead(session, people):
    make_service(session, id="xx-known", name="Childline")
    submission = make_submission(session, body=BODY | {"name": "Сhi1dline"})
    assert yes(session, submission, people[0]) == "pending"
    assert yes(session, submission, people[1]) == "pending"
    assert yes(session, submission, people[3]) == "approved"
    finish(session)


def test_an_approval_is_a_version_a_check_and_a_log(session, people):
    submission = proposal(session)
    yes(session, submission, people[0])
    finish(session)
    (version,) = versions.all_of(session, "service", submission.service_id)
    assert (version.by_role, version.source) == ("moderator", "https://example.org/ecoute")
    (check,) = version.body["checks"]
    assert (check["level"], check["method"], check["by_role"]) == (1, "source_seen", "moderator")
    _, log = moderation.load(session, submission.key)
    assert [(step.action, step.to_state) for step in log] == [("submitted", "pending"), ("approved", "approved")]
    assert log[-1].moderator_key == people[0].key


def test_a_number_stays_until_enough_people_have_said_yes(session, people):
    service = make_service(session, topics=["sexual_abuse"], channels=[make_channel(value="116 111")])
    wanted = [records.read(session, service.id)["channels"][0] | {"value": "0900 666"}]
    submission = change_of(session, service, channels=wanted)
    assert digits(public(session, service.id)) == ["116 111"]
    assert yes(session, submission, people[0]) == "pending"
    assert digits(public(session, service.id)) == ["116 111"]
    assert yes(session, submission, people[1]) == "approved"
    finish(session)
    assert digits(public(session, service.id)) == ["0900 666"]


def test_a_change_of_a_record_that_moved_on_is_brought_up_to_date_first(session, people):
    service = make_service(session, summary="Old words", city="Rabat")
    submission = change_of(session, service, summary="New words")
    service.city = "Casablanca"
    records.decide(session, records.Decision("reopen", "moderator", "moved", service.id, people[0].key))
    session.flush()
    versions.record(session, "service", {service.id: ""}, by_role="moderator", reason="moved")
    with pytest.raises(ConflictError, match="moved on"):
        yes(session, submission, people[0])
    moderation.bring_up_to_date(session, submission.key, by=people[0])
    assert (submission.body["summary"], submission.body["city"]) == ("New words", "Casablanca")
    assert yes(session, submission, people[0]) == "approved"
    finish(session)


def held_at_the_look(database, session, patch, step):
    """Whether a record is held each time when it is asked, for a decision about its change, which version stands."""
    service = session.scalars(select(Service).where(Service.id == "gb-childline")).one()
    submission = change_of(session, service, summary="New words")
    by, look, held = make_moderator(session), records.version_number, []
    is_free = text("SELECT id FROM service WHERE id = 'gb-childline' FOR NO KEY UPDATE SKIP LOCKED")

    def looked(*given):
        with database.transaction() as other:
            held.append(other.scalar(is_free) is None)
        return look(*given)

    patch.setattr(records, "version_number", looked)
    ONE_STEP[step](session, submission, by)
    return held


@pytest.mark.parametrize("step", ["approve", "bring_up_to_date"])
def test_while_a_change_is_decided_nobody_takes_down_or_changes_its_record(seeded, seeded_session, monkeypatch, step):
    held = held_at_the_look(seeded, seeded_session, monkeypatch, step)
    assert held
    assert all(held)


@pytest.mark.mutant
def test_mutant_a_record_that_is_not_held_may_be_taken_down_in_between(seeded, seeded_session, monkeypatch):
    monkeypatch.setattr(decisions, "_hold_record", lambda _session, _key: None)
    assert not any(held_at_the_look(seeded, seeded_session, monkeypatch, "bring_up_to_date"))


def test_what_is_brought_up_to_date_bears_no_address_that_is_withheld_by_now(session, people):
    service = make_service(session, channels=[make_channel()], at=(-6.8, 34.0))
    submission = change_of(session, service, summary="New words")
    withheld = {"id": service.id, "location": None, "location_precision": "none", "address_confidential": True}
    records.decide(session, records.Decision("reopen", "moderator", "a shelter", service.id, people[0].key))
    records.write(session, withheld, by_role="moderator", reason="a shelter", source="")
    session.refresh(submission)
    street = {**submission.body["channels"][0], "type": "in_person", "value": "5 Canary Street", "linkable": False}
    point = {"type": "Point", "coordinates": [-6.5, 34.5]}
    submission.body |= {"channels": [*submission.body["channels"], street], "location": point, "visitable": True}
    moderation.bring_up_to_date(session, submission.key, by=people[0])
    assert "Canary" not in str(submission.body)
    assert (submission.body["location"], submission.body["visitable"]) == (None, False)
    assert yes(session, submission, people[0], rule="off") == "approved"


def test_a_change_of_what_was_taken_down_leaves_it_down(session, people):
    service = make_service(session)
    submission = change_of(session, service, summary="Better words")
    moderation.pause(session, service.id, by=people[0], reason="somebody was hurt")
    moderation.bring_up_to_date(session, submission.key, by=people[0])
    yes(session, submission, people[0])
    assert public(session, service.id) is None
    assert records.read(session, service.id)["summary"] == "Better words"


def test_an_old_version_becomes_a_new_one(session, people):
    service = make_service(session, summary="First words")
    yes(session, change_of(session, service, summary="Second words"), people[0])
    with pytest.raises(ForbiddenError, match="checklist"), session.begin_nested():
        moderation.restore(session, service.id, 1, Verdict(people[0], "", "acute"))
    _, state = moderation.restore(session, service.id, 1, Verdict(people[0], "", "acute", ALL))
    finish(session)
    assert state == "approved"
    newest = moderation.past(session, service.id)[0]
    assert (newest.number, newest.body["summary"]) == (3, "First words")


def test_restoring_what_is_acute_takes_two(session, people):
    service = make_service(session, topics=["sexual_abuse"], summary="First words")
    change = change_of(session, service, summary="Second words")
    yes(session, change, people[0])
    yes(session, change, people[1])
    key, state = moderation.restore(session, service.id, 1, Verdict(people[0], "", "acute", ALL))
    assert state == "pending"
    with pytest.raises(ConflictError, match="waits"):
        moderation.restore(session, service.id, 1, Verdict(people[1], "", "acute", ALL))
    restored, _ = moderation.load(session, key)
    assert yes(session, restored, people[1]) == "approved"
    assert public(session, service.id)["summary"] == "First words"
    assert moderation.past(session, service.id)[0].reason == "version 1 restored"
    finish(session)


def test_a_withheld_address_does_not_come_back_with_an_old_version(session, people):
    street = make_channel("in_person", "5 Canary Street", linkable=False)
    service = make_service(session, channels=[make_channel(), street], at=(-6.8, 34.0))
    withheld = {"id": service.id, "location": None, "location_precision": "none", "address_confidential": True}
    records.decide(session, records.Decision("reopen", "moderator", "a shelter", service.id, people[0].key))
    records.write(session, withheld, by_role="moderator", reason="a shelter", source="")
    moderation.restore(session, service.id, 1, Verdict(people[0], "", "off", ALL))
    now = records.read(session, service.id)
    assert (now["location"], now["address_confidential"]) == (None, True)
    assert "Canary" not in str(now["channels"])


def test_what_is_paused_comes_back_with_as_many_yeses_as_it_takes(session, people):
    service = make_service(session, topics=["sexual_abuse"])
    moderation.pause(session, service.id, by=people[0], reason="reported")
    assert public(session, service.id) is None
    key, state = moderation.restore(session, service.id, 2, Verdict(people[0], "", "acute", ALL))
    assert (state, public(session, service.id)) == ("pending", None)
    second = Verdict(people[2], approvals.digest(session, key), "acute", ALL, note="It answers again")
    moderation.approve(session, key, second)
    finish(session)
    assert public(session, service.id) is not None
    assert moderation.past(session, service.id)[0].reason == "version 2 restored; It answers again"


def test_what_a_partner_writes_to_the_moderators_is_no_reason_in_the_history(session, people):
    service = make_service(session, summary="First words")
    change = change_of(session, service, summary="Second words")
    change.words = "Kanarienvogel"
    yes(session, change, people[0])
    assert moderation.past(session, service.id)[0].reason == "change approved"


def test_the_history_says_that_a_pause_has_ended(session, people):
    service = make_service(session, topics=["sexual_abuse"])
    moderation.pause(session, service.id, by=people[0], reason="reported")
    key = moderation.open_review(session, service.id, by=people[0])
    states_after = [yes(session, moderation.load(session, key)[0], one) for one in people[:2]]
    assert states_after == ["pending", "approved"]
    assert moderation.past(session, service.id)[0].reason == "public again after a pause"


def test_first_data_that_nobody_has_seen_goes_through_review(session, people):
    service = make_service(session, status="in_review")
    key = moderation.open_review(session, service.id, by=people[0])
    submission, _ = moderation.load(session, key)
    assert yes(session, submission, people[0]) == "approved"
    finish(session)
    assert public(session, service.id) is not None
    with pytest.raises(ConflictError):
        moderation.open_review(session, service.id, by=people[0])


def test_a_record_that_is_another_points_there(session, people):
    make_service(session, id="xx-one")
    make_service(session, id="xx-other")
    moderation.merge_records(session, "xx-one", into="xx-other", by=people[3])
    finish(session)
    assert public(session, "xx-one") is None
    assert records.read(session, "xx-one")["merged_into"] == "xx-other"
    with pytest.raises(ConflictError):
        moderation.merge_records(session, "xx-other", into="xx-other", by=people[3])
    session.execute(text("SET CONSTRAINTS ALL DEFERRED"))
    moderation.restore(session, "xx-one", 1, Verdict(people[0], "", "off", ALL))
    finish(session)
    assert (public(session, "xx-one") is None, records.read(session, "xx-one")["merged_into"]) == (False, None)


def test_withdrawn_is_gone(session, people):
    service = make_service(session)
    moderation.withdraw(session, service.id, by=people[0], reason="it was not what it said")
    assert public(session, service.id) is None
    with pytest.raises(NotFoundError):
        moderation.withdraw(session, service.id, by=people[0], reason="again")


def test_the_database_itself_counts(session, people, monkeypatch):
    """The rule above forgets to count: the transaction is refused all the same."""
    submission = proposal(session, topics=["sexual_abuse"])
    monkeypatch.setattr(approvals.Approvals, "are_enough", True)
    with pytest.raises(Exception, match="needs the yes of more people"):
        yes(session, submission, people[0])


def told(session, service, *people):
    made = [make_submission(session, kind="report", service_id=service.id, **who) for who in people or ({}, {}, {})]
    return [one.key for one in made]


def test_the_reports_of_one_service_are_one_line(session):
    service, other = make_service(session), make_service(session)
    first, *_ = told(session, service, {"problem": "other"}, {"problem": "unsafe"}, {})
    alone, *_ = told(session, other, {})
    lines, _ = moderation.waiting(session, moderation.Filters(kind="report"))
    assert [(one.key, one.rows, one.problem) for one in lines] == [(first, 3, "unsafe"), (alone, 1, "other")]


@pytest.mark.parametrize(("action", "state"), [("approve", "approved"), ("reject", "rejected")])
def test_what_was_seen_of_a_service_is_closed_together(session, people, action, state):
    service, other = make_service(session), make_service(session)
    keys_of = told(session, service, {"language": "fr"}, {"contact": "m0@example.org"}, {}, {})
    told(session, other, {})
    close = {"by": people[0], "up_to": keys_of[2], "answer": "In {}".format, "action": action}
    closed = moderation.close_reports(session, keys_of[0], **close)
    finish(session)
    states_now = [moderation.load(session, key)[0].state for key in keys_of]
    own = "pending" if action == "approve" else state  # nobody decides about what he sent himself
    assert (states_now, closed) == ([state, own, state, "pending"], states_now.count(state))
    assert moderation.load(session, keys_of[0])[1][-1].words == "In fr"
    with pytest.raises(ConflictError):
        moderation.close_reports(session, keys_of[0], **close)


def test_only_reports_are_closed_so(session, people):
    with pytest.raises(ConflictError):
        moderation.close_reports(session, proposal(session).key, by=people[0], up_to=0, answer=str, action="approve")


def keys(found):
    return [entry.key for entry in found[0]]


def test_the_queue_shows_what_waits_oldest_first(session, people):
    made = [proposal(session) for _ in range(3)]
    for days, one in zip((1, 9, 3), made, strict=True):
        session.execute(
            text("UPDATE submission SET submitted_at = now() - make_interval(days => :days) WHERE key = :key"),
            {"days": days, "key": one.key},
        )
    moderation.reject(session, made[2].key, by=people[0], words="spam")
    assert keys(moderation.waiting(session, moderation.Filters())) == [made[1].key, made[0].key]
    assert keys(moderation.waiting(session, moderation.Filters(older_than_days=7))) == [made[1].key]
    assert keys(moderation.waiting(session, moderation.Filters(state="rejected"))) == [made[2].key]


def test_the_queue_is_narrowed(session, people):
    service = make_service(session, topics=["trafficking"], covers=["KE"])
    plain, acute = proposal(session), proposal(session, topics=["sexual_abuse"])
    report = make_submission(session, kind="report", service_id=service.id)
    change = change_of(session, service, summary="x")
    assert keys(moderation.waiting(session, moderation.Filters(kind="report"))) == [report.key]
    assert keys(moderation.waiting(session, moderation.Filters(acute=True))) == [acute.key, report.key, change.key]
    assert keys(moderation.waiting(session, moderation.Filters(country="KE"))) == [report.key, change.key]
    assert keys(moderation.waiting(session, moderation.Filters(country="MA"))) == [plain.key, acute.key]
    assert moderation.counts(session) | {"unseen": 0} == {"new": 2, "report": 1, "change": 1, "unseen": 0}


def test_the_queue_goes_on_page_by_page(session):
    made = [proposal(session).key for _ in range(70)]
    found, after = [], None
    while True:
        entries, after = moderation.waiting(session, moderation.Filters(), after=after)
        found += [entry.key for entry in entries]
        if after is None:
            break
    assert found == made


def test_digits_that_differ_are_told_one_by_one():
    before, after = decisions.differences.segments("0800 1234", "0800 1934")
    assert [(one.text, one.differs) for one in before] == [("0800 1", False), ("2", True), ("34", False)]
    assert [(one.text, one.differs) for one in after] == [("0800 1", False), ("9", True), ("34", False)]


def test_digits_stand_beside_digits_and_words_beside_words():
    before, after = decisions.differences.segments("0800 1111", "0800 7111")
    assert [one.text for one in before + after if one.differs] == ["1", "7"]
    assert before[1].text == "1"  # the first of the four, not the last
    before, after = decisions.differences.segments("By phone for those under 19.", "By chat for all under 19.")
    assert [one.text for one in before if one.differs] == ["phone", "those"]
    assert [one.text for one in after if one.differs] == ["chat", "all"]


def test_the_order_of_what_is_ticked_is_no_difference():
    two = {"topics": ["family", "bullying"], "languages": ["ar", "fr"]}
    turned = {name: codes[::-1] for name, codes in two.items()}
    assert moderation.between(BODY | two, BODY | turned) == []


def test_differences_are_named_by_field():
    old = BODY | {"name": "Ligne Écoute"}
    changed = BODY["channels"][0] | {"value": "0800 9999"}
    added = {"type": "webchat", "value": "https://example.org/chat"}
    found = moderation.between(old, BODY | {"name": "Ligne", "channels": [changed, added]})
    paths = [one.path for one in found]
    assert paths == [
        ("name",),
        ("channels", "0", "value"),
        ("channels", "1", "type"),
        ("channels", "1", "value"),
    ]
    assert moderation.between(BODY, BODY) == []


def test_three_ways_say_what_collides():
    base, live, draft = ({"name": name, "city": city} for name, city in (("A", "X"), ("B", "Y"), ("C", "X")))
    (one,) = moderation.three_way(base, live, draft)
    assert (one.before, one.after, one.meanwhile, one.collides) == ("A", "C", "B", True)
    assert moderation.up_to_date(base, live, draft) == {"name": "C", "city": "Y"}
