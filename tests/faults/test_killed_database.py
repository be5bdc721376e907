"""The private database is killed while the server serves: it comes back by itself, and only then."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from popmap.config import PROJECT

APPLICATION = """
from popmap.db import Database, private_cluster
from popmap.config import Settings
from popmap.errors import UnavailableError
from sqlalchemy import text

URL = private_cluster(Settings.from_environment()).url("postgres")
DATABASE = Database(URL, URL)

def app(environ, start):
    try:
        with DATABASE.transaction() as session:
            body = str(session.scalar(text("SELECT pg_postmaster_start_time()"))).encode()
    except UnavailableError:
        start("503 Service Unavailable", [])
        return [b""]
    start("200 OK", [])
    return [body]
"""
WITHIN_S = 10


@pytest.fixture
def cluster(private_cluster_in, tmp_path):
    made = private_cluster_in(tmp_path, fleeting=False)
    made.start()
    return made


@pytest.fixture
def server(cluster, tmp_path):
    """gunicorn as the project sets it up, on an application that reads from the private database; gives its address."""
    (tmp_path / "reader.py").write_text(APPLICATION)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "--config", "gunicorn.conf.py", "--workers", "2"]
    ours = {"POPMAP_DATA": str(tmp_path), "POPMAP_PORT": str(port), "POPMAP_STOP_DATABASE": "1"}
    with subprocess.Popen(
        [*command, "--pythonpath", str(tmp_path), "reader:app"],
        cwd=PROJECT,
        env={**os.environ, **ours},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert "http://127.0.0.1:" in process.stdout.readline()
        process.address = f"http://127.0.0.1:{port}/"
        yield process
        process.send_signal(signal.SIGINT)
        process.wait(timeout=20)


def postmaster(cluster):
    return int((cluster.directory / "cluster" / "postmaster.pid").read_text().split()[0])


def read(server):
    """What a read gives; None while there is no database."""
    try:
        with urllib.request.urlopen(server.address, timeout=5) as answer:  # noqa: S310 - our own server
            return answer.read()
    except urllib.error.HTTPError as error:
        if error.code != 503:
            raise
        return None


def seconds_until(found, limit_s):
    began = time.monotonic()
    while not found():
        if time.monotonic() - began > limit_s:
            pytest.fail(f"not within {limit_s} s")
        time.sleep(0.1)
    return time.monotonic() - began


def test_a_killed_database_is_back_within_ten_seconds_and_again(cluster, server):
    for _ in range(2):
        heard = []  # each process finds out by itself that it is back
        seconds_until(lambda said=heard: said.append(read(server)) or said[-1] is not None, WITHIN_S)
        before = heard[-1]
        os.kill(postmaster(cluster), signal.SIGKILL)
        assert seconds_until(lambda known=before: read(server) not in (None, known), WITHIN_S) < WITHIN_S
    server.send_signal(signal.SIGINT)
    assert server.wait(timeout=20) == 0
    assert cluster.status() == "stopped"


def test_a_database_that_was_stopped_in_order_stays_stopped(cluster, server):
    assert read(server) is not None
    assert cluster.stop() is True
    time.sleep(3)
    assert cluster.status() == "stopped"
    assert read(server) is None


def test_who_looks_after_the_database_ends_with_the_server_however_that_ends(cluster, server):
    keeper = next(pid for pid in children(server.pid) if "keep" in command_of(pid))
    os.kill(server.pid, signal.SIGKILL)
    seconds_until(lambda: not Path(f"/proc/{keeper}").exists(), WITHIN_S)
    assert cluster.status() == "running"


def children(pid):
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def command_of(pid):
    return Path(f"/proc/{pid}/cmdline").read_text().split("\0")
