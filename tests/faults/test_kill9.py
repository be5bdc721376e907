"""T13: what was acknowledged is there after kill -9 of the server and of PostgreSQL, once each; and the settings that
no killing of processes could prove.

Writers send submissions over the API and repeat each until it is acknowledged, as a browser's person would. The
negative control runs on a database that answers before its log is on disk: it must lose some.
"""

import contextlib
import hashlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
import uuid
from pathlib import Path

import psycopg
import pytest

from make import draft
from popmap.config import PROJECT
from popmap.migrating import migrate

WRITERS = 4
BETWEEN_KILLS_S = 1.2
DURABLE = ("fsync", "full_page_writes", "synchronous_commit", "data_checksums")


class Site:
    """A server on a private cluster of its own; both can be killed and come back."""

    def __init__(self, cluster, folder: Path, options: str = "") -> None:
        self.cluster = cluster
        cluster.start()
        cluster.create_database("popmap")
        self.url = cluster.url("popmap")
        migrate(self.url)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        address = f"{self.url}{'&' if '?' in self.url else '?'}options={options}" if options else self.url
        self.environment = os.environ | {
            "POPMAP_DATA": str(folder),
            "POPMAP_DATABASE_URL": address,
            "POPMAP_PORT": str(self.port),
            "POPMAP_SUBMISSIONS_PER_HOUR": "999999",
        }
        self.server = None
        self.serve()

    def serve(self) -> None:
        command = [sys.executable, "-m", "gunicorn", "--config", "gunicorn.conf.py", "--workers", "1", "wsgi:app"]
        quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self.server = subprocess.Popen(command, cwd=PROJECT, env=self.environment, start_new_session=True, **quiet)
        for _ in range(300):
            with contextlib.suppress(OSError), urllib.request.urlopen(self.address("/healthz"), timeout=2):  # noqa: S310
                return
            time.sleep(0.1)
        pytest.fail("the server did not come back")

    def address(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def kill_server(self) -> None:
        os.killpg(self.server.pid, signal.SIGKILL)
        self.server.wait()
        self.serve()

    def kill_database(self) -> None:
        os.kill(int((self.cluster.directory / "cluster" / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
        time.sleep(0.3)
        self.cluster.start()

    def close(self) -> None:
        os.killpg(self.server.pid, signal.SIGKILL)
        self.server.wait()

    def ask(self, statement: str):
        with psycopg.connect(self.url.replace("+psycopg", "")) as connection:
            return connection.execute(statement).fetchall()


class Writer(threading.Thread):
    """Sends one submission after the other; ``acknowledged`` are the tokens that came back with 201 or 200."""

    def __init__(self, site: Site, *, patient: bool = True) -> None:
        super().__init__(daemon=True)
        self.site, self.patient = site, patient
        self.acknowledged: list[str] = []
        self.stopping = threading.Event()

    def run(self) -> None:
        while not self.stopping.is_set():
            key = uuid.uuid4().hex
            while not self.sent(key) and self.patient and not self.stopping.is_set():
                time.sleep(0.1)

    def sent(self, key: str) -> bool:
        body = json.dumps({"service": draft(name=key)}).encode()
        headers = {"Idempotency-Key": key, "Content-Type": "application/json"}
        request = urllib.request.Request(self.site.address("/api/v1/submissions"), body, headers)  # noqa: S310
        try:
            with urllib.request.urlopen(request, timeout=20) as reply:  # noqa: S310 - our own server
                link = json.load(reply)["links"][0]
        except (OSError, http.client.HTTPException, ValueError):
            return False
        self.acknowledged.append(link.rpartition("/")[2])
        return True


def written_through(site: Site, kills: int, *, only_database: bool = False, patient: bool = True) -> list[str]:
    writers = [Writer(site, patient=patient) for _ in range(WRITERS)]
    for writer in writers:
        writer.start()
    for number in range(kills):
        time.sleep(BETWEEN_KILLS_S)
        site.kill_database() if only_database or number % 2 else site.kill_server()
    time.sleep(0 if only_database else BETWEEN_KILLS_S)
    for writer in writers:
        writer.stopping.set()
    for writer in writers:
        writer.join(timeout=30)
    return [token for writer in writers for token in writer.acknowledged]


def lost(site: Site, acknowledged: list[str]) -> list[str]:
    stored = {bytes(row[0]) for row in site.ask("SELECT token_hash FROM submission")}
    return [token for token in acknowledged if hashlib.sha256(token.encode()).digest() not in stored]


@pytest.fixture
def site_in(private_cluster_in, tmp_path):
    made = []

    def make(options: str = "") -> Site:
        made.append(Site(private_cluster_in(tmp_path, fleeting=False), tmp_path, options))
        return made[-1]

    yield make
    for site in made:
        site.close()


@pytest.mark.parametrize("kills", [10, pytest.param(100, marks=pytest.mark.long)])
def test_nothing_acknowledged_is_lost_or_doubled(site_in, kills):
    site = site_in()
    assert [site.ask(f"SHOW {name}")[0][0] for name in DURABLE] == ["on"] * len(DURABLE)
    acknowledged = written_through(site, kills)
    doubled = site.ask("SELECT body ->> 'name' FROM submission GROUP BY 1 HAVING count(*) > 1")
    unlogged = site.ask(
        "SELECT key FROM submission s WHERE NOT EXISTS (SELECT FROM submission_event e WHERE e.submission_key = s.key)"
    )
    print(f"{len(acknowledged)} acknowledged in {kills} kills")
    assert len(acknowledged) > kills
    assert (lost(site, acknowledged), doubled, unlogged) == ([], [], [])


@pytest.mark.mutant
def test_a_database_that_answers_before_its_log_is_on_disk_loses_some(site_in):
    site = site_in("-c%20synchronous_commit=off")
    with psycopg.connect(site.url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET wal_writer_delay = '10s'")
        connection.execute("ALTER SYSTEM SET wal_writer_flush_after = '1GB'")
        connection.execute("SELECT pg_reload_conf()")
    acknowledged = written_through(site, 3, only_database=True, patient=False)
    print(f"{len(lost(site, acknowledged))} of {len(acknowledged)} acknowledged were lost")
    assert lost(site, acknowledged)
