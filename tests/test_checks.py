"""Links that are asked again, services whose check is due, and what an operator's one press changes."""

from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes, policy

import pytest
from sqlalchemy import text

from make import make_channel, make_service, make_submission, strike_out, strike_out_services
from popmap import mail, records, submissions, versions
from popmap.checks import Answer, due, letters, links
from popmap.cli.working import round_of_work
from popmap.config import Settings
from popmap.errors import NotFoundError, SetupError
from popmap.submissions import By

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
TODAY = NOW.date()
SECRET = "a secret for tests only, long enough"


def with_links(session):
    channels = [
        make_channel(),
        make_channel("webchat", "https://chat.example.org/"),
        make_channel("email", "a@b.example"),
    ]
    return make_service(session, id="ma-linked", website="https://example.org/", channels=channels)


def kept(session, service, url, *kinds):
    for day, kind in enumerate(kinds):
        links.keep(session, links.Link(service.key, url), Answer(kind, 200), NOW + timedelta(days=3 * day))


def of(session, service, at=NOW):
    return [link.url for link in links.due(session, at) if link.service_key == service.key]


def test_every_address_of_a_public_service_is_asked(session):
    service = with_links(session)
    assert of(session, service) == ["https://chat.example.org/", "https://example.org/"]


def test_what_answered_is_asked_again_after_a_month_what_did_not_after_two_days(session):
    service = with_links(session)
    kept(session, service, "https://example.org/", "ok")
    kept(session, service, "https://chat.example.org/", "unreachable")
    assert of(session, service, NOW + timedelta(days=1)) == []
    assert of(session, service, NOW + timedelta(days=2)) == ["https://chat.example.org/"]
    assert len(of(session, service, NOW + timedelta(days=30))) == 2


@pytest.mark.parametrize(
    ("kinds", "told"),
    [
        (["unreachable"], False),
        (["gone", "unreachable", "gone"], True),
        (["gone", "gone", "ok", "gone"], False),
        (["refused"] * 5, False),
        (["not_checked"] * 5, False),
        (["moved"], True),
    ],
)
def test_moderators_hear_of_what_is_dead_for_good(session, kinds, told):
    service = with_links(session)
    kept(session, service, "https://example.org/", *kinds)
    assert [one.url for one in links.dead(session)] == ["https://example.org/"] * told


def test_what_no_service_gives_any_more_is_forgotten(session):
    service = with_links(session)
    kept(session, service, "https://old.example/", "gone")
    assert links.forget_unused(session) == 1


def make_due(session, day, **columns):
    channels = [make_channel(), make_channel("email", "us@line.example")]
    return make_service(session, id="ma-due", channels=channels, next_check_due=day, **columns)


def ids(found):
    return [one.id for one in found]


def test_a_service_is_due_on_its_day_and_not_before(session):
    make_due(session, TODAY)
    assert ids(due.due(session, TODAY)) == ["ma-due"]
    assert ids(due.due(session, TODAY - timedelta(days=1))) == []


def test_its_operator_is_asked_once_two_weeks_before(session):
    make_due(session, TODAY + timedelta(days=14), languages=["fr-MA"])
    (one,) = due.to_remind(session, TODAY)
    assert (one.mailbox, one.language) == ("us@line.example", "fr")
    due.reminded(session, one)
    assert due.to_remind(session, TODAY) == []


def test_nobody_is_asked_where_no_mailbox_is_public(session):
    make_service(session, id="ma-due", next_check_due=TODAY)
    assert due.to_remind(session, TODAY) == []


@pytest.mark.parametrize(
    ("types", "topics", "days"),
    [(["phone"], ["suicide_self_harm"], 180), (["email"], ["abuse_violence"], 180), (["web_form"], ["school"], 365)],
)
def test_acute_topics_are_due_in_180_days_others_in_a_year(types, topics, days):
    assert due.next_after(TODAY, types, topics) == TODAY + timedelta(days=days)


def test_a_confirmation_is_a_check_a_version_and_a_later_day(session):
    make_due(session, TODAY, topics=["trafficking"])
    before = records.version_number(session, "ma-due")
    assert due.confirm(session, "ma-due", due_on=TODAY, on=TODAY)
    newest = versions.history(session, "service", "ma-due")[0]
    assert (newest.number, newest.by_role) == (before + 1, "operator")
    shown = session.execute(text("SELECT check_level, verified_on FROM listing WHERE id = 'ma-due'")).one()
    assert tuple(shown) == (3, TODAY)


def test_a_second_press_changes_nothing(session):
    make_due(session, TODAY)
    assert due.confirm(session, "ma-due", due_on=TODAY, on=TODAY)
    number = records.version_number(session, "ma-due")
    assert not due.confirm(session, "ma-due", due_on=TODAY, on=TODAY + timedelta(days=30))
    assert records.version_number(session, "ma-due") == number


def test_what_is_not_public_is_not_confirmed(session):
    service = make_due(session, TODAY)
    service.status = "paused"
    session.flush()
    with pytest.raises(NotFoundError):
        due.confirm(session, "ma-due", due_on=TODAY, on=TODAY)


def test_a_link_is_good_for_its_service_only():
    given = letters.token(SECRET, "ma-due", TODAY)
    assert letters.read_token(SECRET, given) == ("ma-due", TODAY)
    for wrong in ("", "x", given[:-2], given + "A", letters.token(SECRET + "!", "ma-due", TODAY)):
        with pytest.raises(NotFoundError):
            letters.read_token(SECRET, wrong)


@pytest.mark.parametrize("language", ["en", "fr", "ar", "es", "ru", "zh"])
def test_the_letter_says_all_in_the_language_of_the_service(language):
    one = due.Due(1, "ma-due", "Line\r\nBcc: all@example.org", language, date(2026, 12, 1), "us@line.example")
    subject, words = letters.letter(one, "https://help.example/confirm/x")
    assert "\n" not in subject
    assert "\r" not in subject
    assert "https://help.example/confirm/x" in words
    assert "2026-12-01" in words


def test_a_mail_without_a_server_is_a_file_for_the_operator_alone(tmp_path):
    mail.send(Settings(data=tmp_path), mail.Mail("us@line.example", "Is this still right? خط", "Bonjour é\n"))
    (path,) = (tmp_path / "mails").iterdir()
    found = message_from_bytes(path.read_bytes(), policy=policy.default)
    assert found["To"] == "us@line.example"
    assert found["Subject"].endswith("خط")
    assert found.get_content() == "Bonjour é\n"
    assert path.stat().st_mode & 0o777 == 0o600


def test_an_address_that_is_none_is_told(tmp_path):
    with pytest.raises(SetupError, match="POPMAP_SMTP_URL"):
        mail.send(Settings(data=tmp_path, smtp_url="gopher://x"), mail.Mail("us@line.example", "a", "b"))


class Asked:
    """A checker that notes what it was asked."""

    def __init__(self):
        self.urls = []

    def check(self, url):
        self.urls.append(url)
        return Answer("ok", 200)


@pytest.mark.parametrize(("switch", "asks"), [("off", False), ("on", True)])
def test_a_round_of_work_asks_links_only_if_switched_on(database, tmp_path, monkeypatch, capsys, switch, asks):
    monkeypatch.setattr("popmap.cli.working.BETWEEN_LINKS_S", 0)
    checker = Asked()
    with database.transaction() as session:
        with_links(session)
        make_due(session, datetime.now(UTC).date())
    try:
        settings = Settings(data=tmp_path, given_secret_key=SECRET, link_checks=switch)
        round_of_work(settings, database, checker)
        round_of_work(settings, database, checker)
    finally:
        with database.transaction() as session:
            strike_out_services(session, "%")
    assert len(checker.urls) == 2 * asks
    assert len(list((tmp_path / "mails").iterdir())) == 1
    assert "reminders: 1 sent" in capsys.readouterr().out


class Later(datetime):
    """A clock that is ``days`` ahead."""

    days = 0

    @classmethod
    def now(cls, tz=None):
        return datetime.now(tz) + timedelta(days=cls.days)


def test_popmap_work_forgets_rejected_texts_after_30_days_and_contacts_after_12_months(database, tmp_path, monkeypatch):
    monkeypatch.setattr("popmap.cli.working.datetime", Later)
    body = {"name": "A line", "topics": ["family"], "summary": "tell-tale words"}
    with database.transaction() as session:
        sent = {"contact": "tell-tale@example.org", "words": "tell-tale letter"}
        rejected = make_submission(session, body=body, **sent)
        submissions.step(session, rejected, "rejected", "rejected", By("moderator", "", 1))
        seen = make_submission(session, body=body, kind="report", service_id=make_service(session).id, **sent)
        submissions.step(session, seen, "approved", "approved", By("moderator", "", 1))
    left = {}
    try:
        for Later.days in (29, 30, 364, 365):
            round_of_work(Settings(data=tmp_path, given_secret_key=SECRET), database)
            with database.transaction() as session:
                query = "SELECT string_agg(s::text, ' ') FROM submission s"
                left[Later.days] = session.scalar(text(query)).count("tell-tale")
    finally:
        with database.transaction() as session:
            strike_out(session)
            strike_out_services(session, "xx-made-%")
    # text, letter and contact of the rejected one; letter and contact of the other
    assert left == {29: 5, 30: 3, 364: 3, 365: 0}
