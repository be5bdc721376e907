"""What is sent in: taken once, shown to its sender only, edited and withdrawn while open, forgotten in time."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, text

from make import draft, make_service
from popmap import submissions
from popmap.errors import ConflictError, InputError, NotFoundError, TooManyError
from popmap.inputs import checked_proposal
from popmap.models import Submission
from popmap.submissions import By, Sending


def sending(number=1, **more):
    values = {"kind": "new", "language": "en", "via": "form", "body": checked_proposal(draft()).record}
    return Sending(**({"token": f"token {number}", "idempotency_key": f"key {number}"} | values | more))


def row(session, number=1):
    hashed = submissions.hashed(f"token {number}")
    return session.scalar(select(Submission).where(Submission.token_hash == hashed))


def finished(session):
    """As at the end of a transaction: every deferred rule is asked."""
    session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))


def test_a_submission_waits_and_is_logged(session):
    assert submissions.submit(session, sending())
    finished(session)
    letter = submissions.by_token(session, "token 1")
    assert (letter.state, [step.action for step in letter.steps]) == ("pending", ["submitted"])


def test_the_same_sending_twice_is_one(session):
    assert submissions.submit(session, sending())
    assert not submissions.submit(session, sending())
    assert session.scalar(text("SELECT count(*) FROM submission")) == 1


def test_a_key_used_for_something_else_is_refused(session):
    submissions.submit(session, sending())
    with pytest.raises(ConflictError):
        submissions.submit(session, sending(2, idempotency_key="key 1"))


def test_no_token_and_no_key_is_stored_as_it_is(session):
    submissions.submit(session, sending(token="tell-tale-token", idempotency_key="tell-tale-key"))
    assert "tell-tale" not in session.scalar(text("SELECT string_agg(s::text, '') FROM submission s"))


def test_nobody_reads_it_without_the_link(session):
    submissions.submit(session, sending())
    with pytest.raises(NotFoundError):
        submissions.by_token(session, "token 2")


def test_a_change_is_drafted_against_the_live_record_which_stays(session):
    make_service(session, id="ma-live", name="Live")
    submissions.submit(session, sending(kind="change", service_id="ma-live"))
    assert row(session).base_version == 1
    assert session.scalar(text("SELECT name FROM service WHERE id = 'ma-live'")) == "Live"


@pytest.mark.parametrize("status", ["in_review", "paused", None])
def test_nothing_is_suggested_for_what_is_not_public(session, status):
    if status:
        make_service(session, id="ma-hidden", status=status)
    with pytest.raises(NotFoundError):
        submissions.submit(session, sending(kind="change", service_id="ma-hidden"))


def test_an_edit_replaces_it_and_is_logged(session):
    submissions.submit(session, sending())
    changed = checked_proposal(draft(name="Another")).record
    submissions.edit(session, "token 1", sending(body=changed, words="mended"))
    finished(session)
    letter = submissions.by_token(session, "token 1")
    assert (letter.body["name"], letter.words, row(session).revision) == ("Another", "mended", 2)
    assert [step.action for step in letter.steps] == ["submitted", "edited"]


def test_what_was_sent_back_waits_again_after_an_edit(session):
    submissions.submit(session, sending())
    submissions.step(session, row(session), "sent_back", "sent_back", By("moderator", "which town?", 1))
    assert submissions.by_token(session, "token 1").steps[-1].words == "which town?"
    submissions.edit(session, "token 1", sending())
    finished(session)
    assert row(session).state == "pending"


@pytest.mark.parametrize("act", ["edit", "withdraw"])
def test_what_is_decided_is_closed(session, act):
    submissions.submit(session, sending())
    submissions.withdraw(session, "token 1")
    with pytest.raises(ConflictError):
        submissions.edit(session, "token 1", sending()) if act == "edit" else submissions.withdraw(session, "token 1")


def test_a_rejected_text_goes_after_30_days_and_a_contact_after_12_months(session):
    submissions.submit(session, sending(contact="partner@example.org", words="please"))
    submissions.step(session, row(session), "rejected", "rejected", By("moderator", "", 1))
    finished(session)
    today = datetime.now(UTC).date()
    assert submissions.forget_due(session, today + timedelta(days=29)) == 0
    assert submissions.forget_due(session, today + timedelta(days=30)) == 1
    session.expire_all()
    assert (row(session).body, row(session).words, row(session).contact) == (None, "", "partner@example.org")
    assert submissions.forget_due(session, today + timedelta(days=365)) == 1
    assert "partner@" not in session.scalar(text("SELECT string_agg(s::text, '') FROM submission s"))


def test_what_was_joined_with_another_goes_like_what_was_rejected(session):
    submissions.submit(session, sending())
    submissions.step(session, row(session), "merged", "merged", By("moderator", "", 1))
    submissions.forget_due(session, datetime.now(UTC).date() + timedelta(days=30))
    session.expire_all()
    assert row(session).body is None


@pytest.mark.parametrize("state", ["pending", "sent_back"])
def test_a_contact_goes_after_12_months_also_where_nobody_decides(session, state):
    submissions.submit(session, sending(contact="partner@example.org", words="please"))
    today = datetime.now(UTC).date()
    if state == "sent_back":
        submissions.step(session, row(session), "sent_back", "sent_back", By("moderator", "which town?", 1))
    assert submissions.forget_due(session, today + timedelta(days=179)) == 0
    submissions.forget_due(session, today + timedelta(days=365))
    session.expire_all()
    assert (row(session).contact, row(session).words) == (None, "")
    assert bool(row(session).body) is (state == "pending")


def test_what_its_sender_never_answers_counts_as_taken_back(session):
    submissions.submit(session, sending())
    submissions.step(session, row(session), "sent_back", "sent_back", By("moderator", "which town?", 1))
    submissions.forget_due(session, datetime.now(UTC).date() + timedelta(days=180))
    finished(session)
    last = submissions.by_token(session, "token 1").steps[-1]
    assert (row(session).state, last.action, last.by_role) == ("withdrawn", "unanswered", "system")
    assert row(session).body is None  # its 30 days, counted by the real clock, are over as well


def test_one_submission_is_edited_so_often_an_hour_and_no_more(session, monkeypatch):
    monkeypatch.setattr(submissions, "EDITS_PER_HOUR", 2)
    submissions.submit(session, sending())
    submissions.submit(session, sending(2))
    for _ in range(2):
        submissions.edit(session, "token 1", sending())
    with pytest.raises(TooManyError):
        submissions.edit(session, "token 1", sending())
    submissions.edit(session, "token 2", sending(2))


def reports(session, *, of, networks, ago=timedelta()):
    """Reports that the number is wrong, each from its network."""
    for network in networks:
        number = session.scalar(text("SELECT count(*) FROM submission")) + 1
        told = sending(number, kind="report", body=None, problem="wrong_number", service_id=of)
        submissions.submit(session, told)
        submissions.weigh(session, told, network)
        change = text("UPDATE submission SET submitted_at = now() - cast(:ago AS interval) WHERE key = :key")
        session.execute(change, {"ago": ago, "key": row(session, number).key})


def looked_at(session, id_):
    """A moderator closes all that is reported of a service."""
    for one in session.scalars(select(Submission).where(Submission.service_id == id_)):
        submissions.step(session, one, "rejected", "rejected", By("moderator", "", 1))


HOME, WORK, TOWN = "192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24"
DAYS = timedelta(days=1)


@pytest.mark.parametrize(
    ("networks", "ago", "marked"),
    [
        ([HOME], 6 * DAYS, True),  # rule 13: one is enough
        ([HOME], 8 * DAYS, False),  # and fades when nobody else says so
        ([HOME, WORK], 8 * DAYS, True),
        ([HOME, WORK], 31 * DAYS, False),
        ([HOME, HOME, HOME], 8 * DAYS, False),  # saying it again is no second voice
    ],
)
def test_a_report_marks_for_a_while(session, networks, ago, marked):
    make_service(session, id="xx-told")
    reports(session, of="xx-told", networks=networks, ago=ago)
    assert set(submissions.all_being_checked(session)) == ({"xx-told"} if marked else set())


def test_one_voice_marks_one_service_in_a_country_and_never_all_of_it(session):
    for id_, code in (("ma-a", "MA"), ("ma-b", "MA"), ("ke-a", "KE")):
        make_service(session, id=id_, covers=[code])
        reports(session, of=id_, networks=[HOME])
    assert set(submissions.all_being_checked(session)) == {"ma-a", "ke-a"}
    reports(session, of="ma-b", networks=[WORK])
    assert set(submissions.all_being_checked(session)) == {"ma-a", "ma-b", "ke-a"}


def test_a_network_lends_its_voice_to_three_services_a_day(session):
    for number, code in enumerate(("MA", "KE", "FR", "GB")):
        make_service(session, id=f"xx-{number}", covers=[code])
        reports(session, of=f"xx-{number}", networks=[HOME])
    assert set(submissions.all_being_checked(session)) == {"xx-0", "xx-1", "xx-2"}


def test_what_a_moderator_has_looked_at_is_marked_again_by_two(session):
    make_service(session, id="xx-told")
    reports(session, of="xx-told", networks=[HOME])
    looked_at(session, "xx-told")
    reports(session, of="xx-told", networks=[WORK])
    assert submissions.all_being_checked(session) == {}
    reports(session, of="xx-told", networks=[TOWN])
    assert set(submissions.all_being_checked(session)) == {"xx-told"}


def test_of_who_has_reported_nothing_is_left_after_the_day(session):
    make_service(session, id="xx-told")
    reports(session, of="xx-told", networks=[HOME])
    session.execute(text("UPDATE intake_voice SET day = day - 1"))
    submissions.forget_due(session, datetime.now(UTC).date())
    assert session.scalar(text("SELECT count(*) FROM intake_voice")) == 0


@pytest.mark.mutant
def test_mutant_every_report_is_a_voice_lets_one_network_mark_a_country(session, monkeypatch):
    monkeypatch.setattr(submissions, "weigh", lambda *_: None)
    for id_ in ("ma-a", "ma-b"):
        make_service(session, id=id_)
        reports(session, of=id_, networks=[HOME, HOME])
    assert set(submissions.all_being_checked(session)) == {"ma-a", "ma-b"}


def test_the_sixth_of_an_hour_from_one_network_is_too_many(session):
    for _ in range(5):
        submissions.count_intake(session, "192.0.2.0/24", most=5)
    submissions.count_intake(session, "198.51.100.0/24", most=5)
    with pytest.raises(TooManyError):
        submissions.count_intake(session, "192.0.2.0/24", most=5)


def test_who_sent_is_forgotten_with_the_hour_and_the_salt_with_the_day(session):
    submissions.count_intake(session, "192.0.2.0/24", most=5)
    session.execute(text("UPDATE intake_count SET hour = hour - interval '1 hour'"))
    session.execute(text("UPDATE intake_salt SET day = day - 1"))
    submissions.forget_due(session, datetime.now(UTC).date())
    left = session.execute(text("SELECT (SELECT count(*) FROM intake_count), (SELECT count(*) FROM intake_salt)"))
    assert tuple(left.one()) == (0, 0)


def test_that_an_address_was_dropped_is_known_and_the_address_is_not(session):
    proposal = checked_proposal(draft(address_confidential=True, location={"coordinates": [12.345678, 34.5]}))
    submissions.submit(session, sending(body=proposal.record, dropped=proposal.dropped))
    assert session.scalar(text("SELECT dropped FROM confidential_place")) == ["location"]
    assert "12.345678" not in session.scalar(text("SELECT string_agg(s::text, '') FROM submission s"))


def test_a_file_is_one_batch_and_sent_twice_one_still(session):
    rows = [sending(1, via="csv"), sending(2, via="csv")]
    assert submissions.submit_batch(session, rows, file_name="ours.csv", sent_by="An NGO")
    assert not submissions.submit_batch(session, rows, file_name="ours.csv", sent_by="An NGO")
    found = session.execute(text("SELECT batch_row FROM submission WHERE batch_key IS NOT NULL ORDER BY 1"))
    assert [one.batch_row for one in found] == [2, 3]
    finished(session)


def ring(west, south, east, north):
    """A box whose upper and lower edges go in steps, so that none spans half the Earth."""
    steps = range(west, east, 60)
    corners = [[lon, south] for lon in (*steps, east)] + [[lon, north] for lon in (east, *reversed(steps))]
    return {"type": "Polygon", "coordinates": [[*corners, corners[0]]]}


@pytest.mark.parametrize(
    ("box", "fits"),
    [
        ((-13, 28, -1, 36), True),  # Morocco and its waters
        ((176, -20, 184, -15), True),  # Fiji, over 180 degrees
        ((-150, -70, 150, 80), False),  # most of the Earth
        ((-60, -40, 0, 40), False),  # an ocean with two coasts
    ],
)
def test_an_area_is_no_larger_than_the_countries_it_lies_in(session, box, fits):
    body = checked_proposal(draft(coverage={"countries": [], "area": ring(*box)})).record
    if fits:
        assert submissions.submit(session, sending(body=body))
    else:
        with pytest.raises(InputError, match="too_large"):
            submissions.submit(session, sending(body=body))
