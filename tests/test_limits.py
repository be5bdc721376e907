"""How often something may be tried: exactly so often, also at the same moment, and again after the time is over."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from sqlalchemy import text

from popmap import limits

KEY, OTHER = b"k" * 32, b"o" * 32
MINUTES = timedelta(minutes=5)


def allowed(session, key=KEY, most=3):
    return limits.allow(session, key, most=most, within=MINUTES)


def grow_older(session, by):
    session.execute(text("UPDATE attempt SET at = at - cast(:by AS interval)"), {"by": by})


def test_so_many_and_no_more(session):
    assert [allowed(session) for _ in range(5)] == [True, True, True, False, False]


def test_one_key_says_nothing_about_another(session):
    assert [allowed(session) for _ in range(4)][-1] is False
    assert allowed(session, OTHER)


def test_what_is_refused_does_not_count(session):
    assert [allowed(session) for _ in range(9)][-1] is False
    grow_older(session, MINUTES)
    assert [allowed(session) for _ in range(4)] == [True, True, True, False]


def test_old_tries_are_forgotten(session):
    allowed(session)
    limits.forget(session)
    assert session.scalar(text("SELECT count(*) FROM attempt")) == 1
    grow_older(session, limits.LONGEST)
    limits.forget(session)
    assert session.scalar(text("SELECT count(*) FROM attempt")) == 0


def test_one_key_can_be_forgiven(session):
    assert [allowed(session, key) for key in (KEY, KEY, KEY, OTHER)] == [True] * 4
    limits.forget(session, KEY)
    assert allowed(session)


def test_tries_at_the_same_moment_are_counted_one_by_one(database):
    def one(_):
        with database.transaction() as session:
            return allowed(session, b"c" * 32, most=5)

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(one, range(24))) == 5
    with database.transaction() as session:
        limits.forget(session, b"c" * 32)
