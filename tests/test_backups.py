"""A backup is whole or not there, comes back row for row, and brings nothing back that was withdrawn since."""

import pytest
from sqlalchemy import text

from popmap import backups, db
from popmap.config import Settings
from popmap.errors import SetupError
from popmap.kill_list import KillList

WITHDRAWN = "ma-emc-helpline"
TABLES = text("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
PUBLIC = text("SELECT count(*) FROM public_service WHERE id = :id")


@pytest.fixture(scope="module")
def full(databases):
    """The catalogue of the seed without its million names of towns: they are rows like any other, but many."""
    database = databases.copy_of("seeded", "backup")
    with database.transaction() as session:
        session.execute(text("TRUNCATE place, place_name, area_part"))
    yield database
    database.dispose()


@pytest.fixture(scope="module")
def settings():
    return Settings()


@pytest.fixture(scope="module")
def file(full, settings, tmp_path_factory):
    path = tmp_path_factory.mktemp("backup") / "catalogue.backup"
    assert backups.backup(full, path, settings=settings) == path.stat().st_size > 100_000
    return path


@pytest.fixture
def fresh(private_cluster_in, tmp_path):
    """An empty database of a cluster that knows neither our role nor our extensions."""
    cluster = private_cluster_in(tmp_path)
    cluster.start()
    cluster.create_database("fresh")
    database = db.Database(cluster.url("fresh"), cluster.url("fresh", db.PUBLIC_ROLE))
    yield database
    database.dispose()


def rows(database: db.Database) -> dict[str, str]:
    """Each table with a sum over all its rows."""
    summed = "SELECT md5(string_agg(md5(t::text), '' ORDER BY md5(t::text))) FROM"
    with database.transaction() as session:
        return {name: session.scalar(text(f'{summed} "{name}" t')) for name in session.scalars(TABLES).all()}


def test_every_row_comes_back_and_only_public_things_are_public(full, file, fresh, settings):
    assert backups.restore(fresh, file, settings=settings, withdrawn=KillList()) == []
    expected = rows(full)
    assert len(expected) > 15
    assert rows(fresh) == expected
    with fresh.reading() as session:
        assert session.scalar(PUBLIC, {"id": WITHDRAWN}) == 1
        with pytest.raises(Exception, match="permission denied"):
            session.execute(text("SELECT * FROM service"))
    with pytest.raises(SetupError, match="not empty"):
        backups.restore(fresh, file, settings=settings, withdrawn=KillList())


def test_what_was_withdrawn_since_the_backup_stays_withdrawn(file, fresh, settings):
    withdrawn = KillList()
    withdrawn.add([WITHDRAWN, "nobody-knows-this"])
    assert backups.restore(fresh, file, settings=settings, withdrawn=withdrawn) == [WITHDRAWN]
    with fresh.reading() as session:
        assert session.scalar(PUBLIC, {"id": WITHDRAWN}) == 0


def test_a_backup_that_was_cut_short_is_refused(file, fresh, settings, tmp_path):
    short = tmp_path / "short.backup"
    short.write_bytes(file.read_bytes()[:50])
    with pytest.raises(SetupError, match="pg_restore"):
        backups.restore(fresh, short, settings=settings, withdrawn=KillList())


def test_only_the_owner_may_read_it_and_a_failure_leaves_the_one_before(file, settings):
    assert file.stat().st_mode & 0o777 == 0o600
    before = file.read_bytes()
    nowhere = db.Database(
        "postgresql+psycopg://nobody@/none?host=/nowhere", "postgresql+psycopg://nobody@/none?host=/nowhere"
    )
    with pytest.raises(SetupError, match="pg_dump"):
        backups.backup(nowhere, file, settings=settings)
    assert file.read_bytes() == before
    assert [path.name for path in file.parent.iterdir()] == [file.name]
