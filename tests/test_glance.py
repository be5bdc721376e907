"""The short way to the driver: values by name, rows by name, and errors as from any session."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import exc, text

from popmap.glance import ask


@pytest.mark.parametrize("settled", [None, False, True])
def test_values_are_named_and_nothing_else_is_taken_for_a_name(seeded, reading, settled):
    sql = "SELECT CAST(:n AS int) AS n, 1::int AS one, 'a%s' LIKE 'a%' AS fits, CAST(:words AS text[]) AS words"
    values = {"n": 7, "words": ["a'b", ":n"]}
    quick = seeded.glance(lambda session: ask(session, sql, values, settled=settled))
    assert quick == ask(reading, sql, values) == [(7, 1, True, ["a'b", ":n"])]
    assert quick.one().words == ["a'b", ":n"]


def test_rows_are_one_or_none_or_too_many(seeded):
    def rows(number):
        return seeded.glance(lambda session: ask(session, "SELECT generate_series(1, :n) AS n", {"n": number}))

    assert rows(0).first() is rows(0).one_or_none() is None
    assert rows(1).one().n == rows(1).scalar_one() == 1
    assert list(rows(3).scalars()) == [1, 2, 3]
    with pytest.raises(ValueError, match="unpack"):
        rows(2).one()


def test_plans_are_made_once_only_for_what_is_settled(seeded):
    def modes(session):
        wanted = (True, None, False, True, True)
        return [ask(session, "SHOW plan_cache_mode", {}, settled=settled).scalar_one() for settled in wanted]

    once = "force_generic_plan"
    assert seeded.glance(modes) == [once, "auto", "force_custom_plan", once, once]


def test_an_error_is_the_same_as_from_any_session(seeded):
    with pytest.raises(exc.DBAPIError, match="read-only") as told:
        seeded.glance(lambda session: ask(session, "DELETE FROM listing WHERE id = :id", {"id": "secret"}))
    assert "secret" not in str(told.value)


def test_a_cut_connection_is_replaced(seeded):
    def pid(session):
        return ask(session, "SELECT pg_backend_pid()", {}).scalar_one()

    mine = seeded.glance(pid)
    with seeded.transaction() as session:
        assert ask(session, "SELECT pg_terminate_backend(:pid)", {"pid": mine}).scalar_one()
    assert seeded.glance(pid) != mine


def test_one_that_stands_by_keeps_its_connection_and_nothing_else(seeded):
    def pid(session):
        return ask(session, "SELECT pg_backend_pid()", {}).scalar_one()

    def note(session):
        session.info["told"] = "something"
        assert session.scalar(text("SELECT 1")) == 1  # the usual way begins a transaction
        return pid(session)

    mine = seeded.glance(note)
    assert seeded.glance(lambda session: ("told" in session.info, session.in_transaction())) == (False, False)
    assert seeded.glance(pid) == mine


def test_all_connections_may_be_cut_at_once(seeded):
    def pid(session):
        return ask(session, "SELECT pg_backend_pid()", {}).scalar_one()

    with ThreadPoolExecutor(3) as pool:
        together = Barrier(3)
        cut = set(pool.map(lambda _: seeded.glance(lambda session: (together.wait(), pid(session))[1]), range(3)))
    assert len(cut) == 3
    with seeded.transaction() as session:
        for mine in cut:
            assert ask(session, "SELECT pg_terminate_backend(:pid)", {"pid": mine}).scalar_one()
    assert not any(seeded.glance(pid) in cut for _ in range(4))
