"""Moderators: invitation, password, second factor, recovery codes, sessions, and being shut out."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from make import PASSWORD, SECRET_KEY, code_now, make_moderator
from popmap import accounts
from popmap.errors import InputError, NotFoundError

EMAIL = "noor@example.org"


def check(session, email=EMAIL, password=PASSWORD, code=None):
    code = code_now(session, email, later=1) if code is None else code
    return accounts.check(session, email, password, code=code, secret_key=SECRET_KEY)


def accept(session, token, password=PASSWORD, code=None):
    code = code_now(session, EMAIL) if code is None else code
    return accounts.accept(session, token, password, code=code, secret_key=SECRET_KEY)


@pytest.fixture
def noor(session):
    return make_moderator(session, EMAIL)


def test_an_invitation_becomes_an_account_once(session):
    token = accounts.invite(session, " Noor@Example.org ", "lead")
    invitation = accounts.invitation(session, token, SECRET_KEY)
    assert (invitation.email, invitation.role) == (EMAIL, "lead")
    assert invitation.secret in invitation.address
    codes = accept(session, token)
    assert len(set(codes)) == accounts.RECOVERY_CODES
    with pytest.raises(NotFoundError):
        accounts.invitation(session, token, SECRET_KEY)
    assert [account.state for account in accounts.listing(session)] == ["active"]


def test_an_invitation_ends(session):
    token = accounts.invite(session, EMAIL, "moderator")
    session.execute(text("UPDATE moderator SET invitation_until = now()"))
    with pytest.raises(NotFoundError):
        accept(session, token)


@pytest.mark.parametrize("address", ["", "noor", "noor@", "@example.org", "a b@example.org", "a@b@c"])
def test_only_an_address_is_invited(session, address):
    with pytest.raises(InputError, match="email"):
        accounts.invite(session, address, "moderator")


@pytest.mark.parametrize(
    ("password", "weakness"),
    [
        ("short", "too_short"),
        ("x" * 300, "too_long"),
        ("password1234", "easy_to_guess"),
        ("qwertyuiop123456", "easy_to_guess"),
        ("aaaaaaaaaaaaaaaa", "easy_to_guess"),
        ("noor@example.org", "easy_to_guess"),
        ("moderator123", "easy_to_guess"),
        ("iloveyou2026", "easy_to_guess"),
    ],
)
def test_weak_passwords_are_refused(session, password, weakness):
    token = accounts.invite(session, EMAIL, "moderator")
    with pytest.raises(InputError) as refused:
        accept(session, token, password)
    assert [(fault.name, fault.code) for fault in refused.value.faults] == [("password", weakness)]


def test_every_common_password_is_refused(session):
    from zxcvbn.matching import RANKED_DICTIONARIES  # noqa: PLC0415 - the library's own list, wanted here alone

    common = [word for word in RANKED_DICTIONARIES["passwords"] if len(word) >= accounts.MIN_PASSWORD]
    assert len(common) > 30
    assert [word for word in common if accounts.weaknesses(word, EMAIL) == []] == []


def test_the_second_factor_is_compulsory(session):
    token = accounts.invite(session, EMAIL, "moderator")
    with pytest.raises(InputError, match="code: wrong"):
        accept(session, token, code="000000")
    assert accounts.listing(session)[0].state == "invited"


def test_password_and_code_together_let_in(session, noor):
    assert check(session) == noor


@pytest.mark.parametrize(
    "given",
    [
        {"password": PASSWORD + "x"},
        {"password": ""},
        {"code": ""},
        {"code": "000000"},
        {"code": "١٢٣٤٥٦"},
        {"email": "nobody@example.org", "code": "000000"},
    ],
)
def test_two_of_three_do_not(session, noor, given):
    assert check(session, **given) is None


def test_a_code_works_once(session, noor):
    code = code_now(session, EMAIL, later=1)
    assert check(session, code=code) == noor
    assert check(session, code=code) is None
    assert check(session, code=code_now(session, EMAIL)) is None, "an earlier code than the last used"


def test_a_recovery_code_works_once_however_it_is_typed(session):
    codes = accept(session, accounts.invite(session, EMAIL, "moderator"))
    typed = codes[3].upper().replace("-", " ")
    assert check(session, code=typed) is not None
    assert check(session, code=codes[3]) is None
    assert check(session, code=codes[4]) is not None


def test_nothing_that_opens_a_door_stands_in_the_database(session):
    token = accounts.invite(session, EMAIL, "moderator")
    secret = accounts.invitation(session, token, SECRET_KEY).secret
    codes = accept(session, token)
    id_ = accounts.begin_session(session, make_moderator(session).key)
    rows = "".join(
        str(session.scalar(text(f"SELECT string_agg(t::text, '') FROM {table} t")))
        for table in ("moderator", "recovery_code", "moderator_session")
    )
    assert "$argon2id$" in rows
    assert [word for word in (token, secret, PASSWORD, id_, *codes) if word in rows] == []


def test_a_disabled_moderator_is_out_at_once(session, noor):
    id_ = accounts.begin_session(session, noor.key)
    assert accounts.of_session(session, id_) == noor
    accounts.disable(session, EMAIL)
    assert accounts.of_session(session, id_) is None
    assert check(session) is None
    with pytest.raises(NotFoundError):
        accounts.disable(session, "nobody@example.org")


def test_a_new_invitation_ends_what_was(session, noor):
    id_ = accounts.begin_session(session, noor.key)
    accounts.invite(session, EMAIL, "moderator")
    assert accounts.of_session(session, id_) is None
    assert check(session) is None


@pytest.mark.parametrize(
    ("column", "age", "alive"),
    [
        ("seen_at", accounts.IDLE - timedelta(seconds=5), True),
        ("seen_at", accounts.IDLE, False),
        ("began_at", accounts.ABSOLUTE - timedelta(seconds=5), True),
        ("began_at", accounts.ABSOLUTE, False),
    ],
)
def test_a_session_ends_by_itself(session, noor, column, age, alive):
    id_ = accounts.begin_session(session, noor.key)
    session.execute(text(f"UPDATE moderator_session SET {column} = {column} - cast(:age AS interval)"), {"age": age})
    assert (accounts.of_session(session, id_) is not None) is alive


def test_use_keeps_a_session_alive_and_ended_ones_are_cleared(session, noor):
    id_ = accounts.begin_session(session, noor.key)
    session.execute(text("UPDATE moderator_session SET seen_at = seen_at - interval '20 minutes'"))
    accounts.of_session(session, id_)
    assert session.scalar(text("SELECT seen_at = now() FROM moderator_session"))
    session.execute(text("UPDATE moderator_session SET seen_at = seen_at - interval '1 hour'"))
    accounts.begin_session(session, noor.key)
    assert session.scalar(text("SELECT count(*) FROM moderator_session")) == 1


def test_signing_out_makes_the_id_worthless(session, noor):
    id_ = accounts.begin_session(session, noor.key)
    accounts.end_session(session, id_)
    assert accounts.of_session(session, id_) is None
