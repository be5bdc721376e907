"""A whole site that may be killed: a cluster of its own with the seed, and a real gunicorn with two workers on it.

The cluster holds all but the towns (they are half a gigabyte of indexes, and no test of a dead database needs them).
"""

import http.client
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from popmap.config import PROJECT, Settings
from popmap.db import CATALOGUE, Database, open_database
from popmap.postgres import Cluster, find_installation

LEFT_OUT = ("place", "place_name")
BANNER = "Information saved at"


@dataclass(frozen=True)
class Reply:
    """What came back."""

    status_code: int
    headers: Mapping[str, str]
    text: str

    def json(self) -> Any:
        return json.loads(self.text)


@dataclass
class DoomedSite:
    """A server at ``address`` and the cluster it reads from. ``environment`` is more of it for the server."""

    cluster: Cluster
    settings: Settings
    environment: Mapping[str, str] = field(default_factory=dict)
    server: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.settings.port}"

    def serve(self) -> None:
        """Start the server and wait until it has saved its copy."""
        ours = {
            "POPMAP_DATA": str(self.settings.data),
            "POPMAP_DATABASE_URL": self.settings.database_url,
            "POPMAP_SECRET_KEY": self.settings.given_secret_key,
            "POPMAP_PORT": str(self.settings.port),
        }
        with (self.settings.data / "server.log").open("a") as log:
            self.server = subprocess.Popen(
                [sys.executable, "-m", "gunicorn", "--config", "gunicorn.conf.py", "--workers", "2", "wsgi:app"],
                cwd=PROJECT,
                env={**os.environ, **ours, **self.environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        until(self._is_ready, 60)

    def _is_ready(self) -> bool:
        assert self.server is not None
        assert self.server.poll() is None, (self.settings.data / "server.log").read_text()
        return self.get("/healthz").status_code == 200 and (self.settings.data / "saved.jsonl").exists()

    def stop(self) -> None:
        """Stop the server."""
        if self.server is not None:
            self.server.terminate()
            self.server.wait(timeout=20)
            self.server = None

    def kill(self) -> None:
        """Kill PostgreSQL as a broken machine would; its other processes end themselves."""
        os.kill(self.postmaster(), signal.SIGKILL)

    def revive(self) -> None:
        """Start PostgreSQL again."""
        self.cluster.start()

    def heal(self) -> None:
        """Start PostgreSQL again and wait until no worker speaks of saved information: each finds out for itself."""
        self.revive()
        until(lambda: self.get("/readyz").status_code == 200, 20)
        until(lambda: not any(BANNER in self.get("/en/countries/MA").text for _ in range(12)), 20)

    def postmaster(self) -> int:
        """The process id of PostgreSQL."""
        return int((self.cluster.directory / "cluster" / "postmaster.pid").read_text().split()[0])

    def database(self) -> Database:
        """The site's database, as a command would open it: with the kill list of its data folder."""
        return open_database(self.settings)

    def get(self, path: str, **headers: str) -> Reply:
        """One reply on a connection of its own, so that any worker may be the one; 599 where none comes whole."""
        return _asked(self.address + path, headers)

    def post(self, path: str, data: Mapping[str, str]) -> Reply:
        """The reply to a form."""
        body = urllib.parse.urlencode(data).encode()
        return _asked(self.address + path, {"Origin": self.address}, body)


def _asked(url: str, headers: Mapping[str, str], body: bytes | None = None) -> Reply:
    request = urllib.request.Request(url, data=body, headers=dict(headers))  # noqa: S310 - our own server
    try:
        with urllib.request.urlopen(request, timeout=20) as reply:  # noqa: S310 - our own server
            return Reply(reply.status, reply.headers, reply.read().decode())
    except urllib.error.HTTPError as error:
        return Reply(error.code, error.headers, error.read().decode())
    except (OSError, http.client.HTTPException) as error:  # nobody listens, or the answer was cut off
        return Reply(599, {}, str(error))


def until(holds, seconds: float) -> float:
    """Wait until something holds; how many seconds that took. Fails when it takes longer."""
    began = time.monotonic()
    while not holds():
        if time.monotonic() - began > seconds:
            raise AssertionError(f"not within {seconds} s")
        time.sleep(0.05)
    return time.monotonic() - began


def fill(cluster: Cluster, source: str, *, settings: Settings) -> None:
    """Bring the database at a libpq address into the cluster, without the towns."""
    cluster.create_database(CATALOGUE)
    target = plain(cluster.url(CATALOGUE))
    with psycopg.connect(target) as connection:
        connection.execute("CREATE ROLE popmap_public LOGIN NOINHERIT")
    bindir = find_installation(settings).bindir
    without = [f"--exclude-table-data={name}" for name in LEFT_OUT]
    with subprocess.Popen([bindir / "pg_dump", "-Fc", "-Z0", *without, plain(source)], stdout=subprocess.PIPE) as dump:
        subprocess.run([bindir / "pg_restore", "--dbname", target, "--exit-on-error"], stdin=dump.stdout, check=True)
    assert dump.returncode == 0


def plain(url: str) -> str:
    """The address without SQLAlchemy's driver in it."""
    return url.replace("postgresql+psycopg://", "postgresql://")


def settings_for(cluster: Cluster, data: Path, port: int) -> Settings:
    """Settings of a site whose database is this cluster, as an outside one: nobody but the test starts it again."""
    return Settings(
        data=data,
        port=port,
        database_url=plain(cluster.url(CATALOGUE)),
        given_secret_key="a secret for tests only, long enough to pass",
    )
