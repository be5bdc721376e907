"""The two ways into the database: what each may do, and how its failures are told."""

import pytest
from sqlalchemy import exc, text

from popmap.config import Settings
from popmap.db import FILE_STATEMENT_S, Breaker, Database, open_database
from popmap.errors import SetupError, UnavailableError, UnreachableError


def scalar(session, query):
    return session.scalar(text(query))


def test_reading_is_done_by_the_public_role_in_one_read_only_snapshot(database):
    with database.reading() as session:
        assert scalar(session, "SELECT current_user") == "popmap_public"
        assert scalar(session, "SHOW transaction_read_only") == "on"
        assert scalar(session, "SHOW transaction_isolation") == "repeatable read"


def test_an_outside_database_is_read_by_the_same_role(database):
    address = database.owner_url.replace("postgresql+psycopg", "postgres")
    outside = open_database(Settings(database_url=address))
    try:
        with outside.reading() as session:
            assert scalar(session, "SELECT current_user") == "popmap_public"
            assert scalar(session, "SHOW transaction_read_only") == "on"
    finally:
        outside.dispose()


def test_a_reader_cannot_write(database):
    with pytest.raises(exc.DBAPIError), database.reading() as session:
        session.execute(text("CREATE TABLE note (word text)"))


def test_a_file_may_search_longer_than_a_page_and_only_it(database):
    limit = text("SELECT current_setting('statement_timeout'), current_setting('transaction_read_only')")
    with database.reading(statement_s=FILE_STATEMENT_S) as session:
        assert tuple(session.execute(limit).one()) == ("2min", "on")
    with database.reading() as session:
        assert tuple(session.execute(limit).one()) == ("2s", "on")


def test_a_statement_that_takes_too_long_is_ended_and_told(database):
    with pytest.raises(UnavailableError, match="too long"), database.reading() as session:
        session.execute(text("SELECT pg_sleep(5)"))


def test_a_transaction_that_fails_leaves_nothing(database):
    with pytest.raises(exc.DBAPIError), database.transaction() as session:
        session.execute(text("CREATE TABLE note (word text); SELECT 1 / 0"))
    with database.transaction() as session:
        assert scalar(session, "SELECT to_regclass('note')") is None


def test_a_database_that_is_not_there_is_told_in_our_words(tmp_path):
    nowhere = Database(
        f"postgresql+psycopg://popmap@/popmap?host={tmp_path}", f"postgresql+psycopg://x@/y?host={tmp_path}"
    )
    for door in (nowhere.transaction, nowhere.reading):
        with pytest.raises(UnavailableError, match="cannot be reached"), door() as session:
            session.execute(text("SELECT 1"))


def test_connections_cut_by_the_server_do_not_fail_the_next_request(database):
    with database.reading() as session:
        mine = scalar(session, "SELECT pg_backend_pid()")
    with database.transaction() as session:
        assert scalar(session, f"SELECT pg_terminate_backend({mine})")
    with database.reading() as session:
        assert scalar(session, "SELECT pg_backend_pid()") != mine


@pytest.mark.parametrize("address", ["mysql://u@h/d", "sqlite:///x.db", "not an address"])
def test_an_address_of_something_else_is_refused(address):
    with pytest.raises(SetupError, match="POPMAP_DATABASE_URL"):
        open_database(Settings(database_url=address))


def test_a_database_is_known_by_itself_not_by_its_address(database, seeded):
    same = Database(database.owner_url + "&connect_timeout=5", database.owner_url)
    assert database.identity() == same.identity()
    assert database.identity() != seeded.identity()
    same.dispose()


def test_a_glance_reads_without_a_transaction_and_outlives_a_cut_connection(database):
    mine = database.glance(lambda session: scalar(session, "SELECT pg_backend_pid()"))
    assert database.glance(
        lambda session: scalar(
            session, "SELECT xact_start = statement_timestamp() FROM pg_stat_activity WHERE pid = pg_backend_pid()"
        )
    )
    with database.transaction() as session:
        assert scalar(session, f"SELECT pg_terminate_backend({mine})")
    assert database.glance(lambda session: scalar(session, "SELECT pg_backend_pid()")) != mine


def test_a_glance_cannot_write(database):
    with pytest.raises(exc.DBAPIError, match="read-only"):
        database.glance(lambda session: session.execute(text("CREATE TABLE x ()")))


def test_while_it_is_away_one_tries_and_the_others_are_told_at_once():
    breaker = Breaker()
    breaker.check()
    breaker.trip()
    with pytest.raises(UnreachableError):
        breaker.check()
    breaker._try_at = 0.0  # a second later
    breaker.check()
    with pytest.raises(UnreachableError):
        breaker.check()
    breaker.reset()
    breaker.check()


def test_a_database_that_is_not_there_is_known_to_be_away_until_it_answers(database, tmp_path):
    nowhere = Database(f"postgresql+psycopg://popmap@/popmap?host={tmp_path}", database.owner_url)
    with pytest.raises(UnreachableError), nowhere.transaction() as session:
        scalar(session, "SELECT 1")
    assert nowhere.is_away
    nowhere._breaker._try_at = 0.0
    assert nowhere.glance(lambda session: scalar(session, "SELECT 1")) == 1
    assert not nowhere.is_away
    nowhere.dispose()


def wait_in_vain_for_a_lock(database):
    with database.transaction() as holder, database.transaction() as waiting:
        scalar(holder, "SELECT pg_advisory_xact_lock(1)")
        waiting.execute(text("SET LOCAL lock_timeout = '50ms'"))
        scalar(waiting, "SELECT pg_advisory_xact_lock(1)")


def test_what_the_database_refuses_for_a_moment_does_not_count_as_away(database):
    with pytest.raises(UnavailableError) as told:
        wait_in_vain_for_a_lock(database)
    assert not isinstance(told.value, UnreachableError)
    assert not database.is_away
