"""T6: who asked, what and where from is nowhere to be found afterwards: not in logs, tables, temporary files or WAL."""

import os
import struct
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from sqlalchemy import Connection, create_engine, text

from popmap import db
from popmap.config import PROJECT, Settings

LON, LAT = -6.87, 33.43
COARSE, EXACT = f"{LON},{LAT}", "-6.8713579,33.4297531"
WORDS = "Kanarienplatz Qwzx"
AGENT, ADDRESS = "CanaryBrowser/7.31", "203.0.113.77"
CANARIES = (
    *(COARSE.encode(), EXACT.encode(), b"6.8713579", b"33.4297531", struct.pack("<dd", LON, LAT)),
    *(b"anarienplatz", b"CanaryBrowser", ADDRESS.encode()),
)
SOUGHT_IN_ROWS = r"anarienplatz|anaryBrowser|203\.0\.113\.77|6\.8713579|33\.4297531|-6\.87,33\.43|-6\.87 33\.43"


@dataclass(frozen=True)
class Site:
    """A server of its own, and the folder that holds its log, its data and whatever it writes for a moment."""

    address: str
    folder: Path

    def ask(self, path: str, body: dict[str, str] | str | None = None) -> tuple[int, str]:
        """Status and text of a reply to a visitor who bears canaries; a text body is JSON."""
        data = urllib.parse.urlencode(body) if isinstance(body, dict) else body
        headers = {"User-Agent": AGENT, "X-Forwarded-For": ADDRESS, "Forwarded": f"for={ADDRESS}", "X-Real-IP": ADDRESS}
        if isinstance(body, str):
            headers["Content-Type"] = "application/json"
        asked = urllib.request.Request(self.address + path, data=data and data.encode(), headers=headers)  # noqa: S310
        try:
            with urllib.request.urlopen(asked, timeout=30) as reply:  # noqa: S310 - our own server
                return reply.status, reply.read().decode()
        except urllib.error.HTTPError as refused:
            return refused.code, refused.read().decode()


@contextmanager
def serving(settings: Settings, folder: Path, *options: str) -> Iterator[Site]:
    """gunicorn as it is delivered, with these further options."""
    (folder / "tmp").mkdir()
    own = replace(settings, port=settings.port + 1)
    environment = {
        "POPMAP_DATA": str(own.data),
        "POPMAP_DATABASE_URL": own.database_url,
        "POPMAP_SECRET_KEY": own.given_secret_key,
        "POPMAP_PORT": str(own.port),
        "TMPDIR": str(folder / "tmp"),
    }
    with (folder / "log").open("w") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "-c", "gunicorn.conf.py", "--workers", "1", *options, "wsgi:app"],
            cwd=PROJECT,
            env=os.environ | environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        site = Site(f"http://127.0.0.1:{own.port}", folder)
        try:
            _wait(site)
            yield site
        finally:
            server.terminate()
            server.wait(timeout=20)


def _wait(site: Site) -> None:
    for _ in range(300):
        try:
            if site.ask("/healthz")[0] == 200:
                return
        except OSError:
            time.sleep(0.1)
    pytest.fail(f"no answer: {(site.folder / 'log').read_text()[-2000:]}")


def visit(site: Site) -> None:
    """Everything that takes a place, words or an address, in each form it may have."""
    assert site.ask("/en/", {"at": COARSE, "topic": "suicide_self_harm"})[0] == 200
    status, page = site.ask("/en/", {"at": EXACT, "age": "12", "where": ""})
    assert (status, 'value="12"' in page) == (422, True)
    status, page = site.ask("/en/", {"where": WORDS})
    assert (status, f'value="{WORDS}"' in page) == (422, True)
    words = urllib.parse.quote(WORDS)
    for path in ("/en/explore", "/api/v1/services"):
        assert site.ask(f"{path}?q={words}&at={COARSE}")[0] == 200
        assert site.ask(f"{path}?at={EXACT}")[0] == 422
    assert site.ask(f"/api/v1/help?at={COARSE}")[0] == 200
    assert site.ask(f"/api/v1/help?at={EXACT}")[0] == 422
    assert site.ask("/api/v1/help", f'{{"at": "{COARSE}"}}')[0] == 200
    assert site.ask("/api/v1/help", f'{{"at": "{EXACT}", "q": "{WORDS}"}}')[0] == 422
    assert site.ask(f"/api/v1/places?q={words}")[0] == 200
    assert site.ask(f"/en/nowhere/{words}")[0] == 404
    assert site.ask(f"/api/v1/services/{words}")[0] == 404


def found_in(paths: list[Path], start: dict[Path, int] | None = None) -> dict[str, bytes]:
    """The canaries in the files beneath these paths, by file; ``start``: where in a file to begin to read."""
    found = {}
    for path in (file for one in paths for file in ([one] if one.is_file() else one.rglob("*")) if file.is_file()):
        content = path.read_bytes()[(start or {}).get(path, 0) :]
        found |= {str(path): canary for canary in CANARIES if canary in content}
    return found


@contextmanager
def owner(database: db.Database) -> Iterator[Connection]:
    engine = create_engine(database.owner_url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def transactions_so_far(connection: Connection) -> int:
    return connection.execute(text("SELECT pg_current_xact_id()::text::bigint")).scalar_one()


def found_in_rows(connection: Connection, since: int) -> list[str]:
    """The tables with a canary in a row written since, and the sessions whose last statement has one in it."""
    named = text("SELECT format('%I.%I', schemaname, tablename) FROM pg_tables WHERE schemaname = 'public'")
    found = []
    for table in connection.execute(named).scalars().all():
        is_new = "t.xmin::text::bigint >= :since"
        rows = f"SELECT 1 FROM {table} t WHERE CASE WHEN {is_new} THEN t::text ~ :sought ELSE false END LIMIT 1"
        if connection.execute(text(rows), {"since": since, "sought": SOUGHT_IN_ROWS}).first():
            found.append(table)
    told = text("SELECT query FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND query ~ :sought")
    return found + list(connection.execute(told, {"sought": SOUGHT_IN_ROWS}).scalars())


@pytest.fixture
def logs_of_the_database(databases) -> Callable[[], dict[str, bytes]]:
    """What the database's own log and its write-ahead log have of the canaries since now."""
    home = databases.cluster.directory
    paths = [path for path in home.rglob("*") if path.name in {"log", "pg_wal", "pgsql_tmp", "pg_stat_tmp"}]
    assert {path.name for path in paths} >= {"log", "pg_wal"}
    start = {path: path.stat().st_size for path in paths if path.is_file()}
    return lambda: found_in(paths, start)


def test_nothing_of_a_visit_is_written_anywhere(settings, seeded, logs_of_the_database, tmp_path):
    with owner(seeded) as connection:
        before = transactions_so_far(connection)
        with serving(settings, tmp_path) as site:
            visit(site)
            assert found_in_rows(connection, before) == []
    assert (tmp_path / "log").stat().st_size > 0
    assert found_in([tmp_path, *(path for path in settings.data.iterdir() if path.name != "basemap")]) == {}
    assert logs_of_the_database() == {}


@pytest.mark.mutant
def test_mutant_a_server_that_keeps_an_access_log_is_found(settings, seeded, tmp_path):
    kept = '%(h)s "%(r)s" %(s)s "%(a)s" %({x-forwarded-for}i)s'
    with serving(settings, tmp_path, "--access-logfile", "-", "--access-logformat", kept) as site:
        visit(site)
    assert set(found_in([tmp_path])) == {str(tmp_path / "log")}


@pytest.mark.mutant
def test_mutant_a_table_that_keeps_a_search_is_found(seeded):
    with owner(seeded) as connection:
        before = transactions_so_far(connection)
        connection.execute(text("CREATE UNLOGGED TABLE kept (words text)"))  # unlogged: the next run reads the WAL too
        connection.execute(text("INSERT INTO kept VALUES (:words)"), {"words": WORDS})
        found = found_in_rows(connection, before)
        connection.execute(text("DROP TABLE kept"))
    assert found == ["public.kept"]
