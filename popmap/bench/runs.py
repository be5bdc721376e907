"""Runs the workloads against a server started for it, and against its database, and sets them side by side."""

import contextlib
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import psycopg
from psycopg.rows import dict_row

from popmap.bench.clients import Load, Question, Rate, http_rate, plain, sql_rate, warm_up
from popmap.bench.workloads import PARAMETERS, TRIVIAL, WORKLOADS, Workload
from popmap.config import PROJECT
from popmap.errors import SetupError

_ROUND_S: Final = 1
_START_S: Final = 180
_STOP_S: Final = 20


@dataclass(frozen=True, slots=True)
class Result:
    """One workload measured: requests a second of the server, of its trivial page, and of the floor."""

    workload: Workload
    rate: Rate
    trivial: Rate
    floor: Rate

    @property
    def of_h(self) -> float:
        """Its share of the trivial page's rate."""
        return self.rate.per_s / self.trivial.per_s if self.trivial.per_s else 0.0

    @property
    def of_floor(self) -> float:
        """Its share of the floor's rate."""
        return self.rate.per_s / self.floor.per_s if self.floor.per_s else 0.0

    @property
    def kept(self) -> bool:
        """Whether what is promised holds."""
        in_time = not self.workload.within_ms or self.rate.p50_ms <= self.workload.within_ms
        return self.of_h >= self.workload.of_h and self.of_floor >= self.workload.of_floor and in_time


def run(database_url: str, *, seconds: float, only: Sequence[str] = (), bindir: Path | None) -> Iterator[Result]:
    """Yield the results of all workloads (or ``only`` those named) on one database, ``seconds`` for each measurement.

    Each is asked in turn for a second at a time, and the best second of each counts: what a neighbour on the machine
    takes away only ever slows, and it takes from one second and not from the next.

    Raises ``SetupError`` when the server does not start.
    """
    nothing = Question(TRIVIAL)
    parameters = {name: _drawn(database_url, sql) for name, sql in PARAMETERS.items()}
    with server(database_url) as served:
        base = served.base
        for workload in WORKLOADS:
            if only and workload.name not in only:
                continue
            sets = parameters[workload.parameters]
            questions = [Question(workload.address.format(**some), workload.body.format(**some)) for some in sets]
            statements = [workload.sql.format(**some) for some in sets]
            warm_up(base, [nothing, *questions])
            load = Load(_ROUND_S, workload.at_once, fresh=not workload.hot)
            trivial, rate, floor = [], [], []
            for _ in range(max(1, round(seconds / _ROUND_S))):
                trivial.append(http_rate(base, [nothing], replace(load, fresh=False)))
                rate.append(http_rate(base, questions, load))
                floor.append(sql_rate(database_url, statements, load, bindir))
            yield Result(workload, _best(rate), _best(trivial), _best(floor))


def _best(rates: Sequence[Rate]) -> Rate:
    return max(rates, key=lambda rate: rate.per_s)


def _drawn(database_url: str, sql: str) -> list[dict[str, object]]:
    with psycopg.connect(plain(database_url), row_factory=dict_row) as connection:
        connection.execute("SELECT setseed(0.5)")
        rows = connection.execute(sql.encode()).fetchall()
    for row in rows:
        if words := row.get("words"):
            row["q"] = "+".join(words)
            row["words"] = " & ".join(f"{word}:*" for word in words)
    return rows


@dataclass(frozen=True, slots=True)
class Server:
    """A server started to be measured: its address, its first process, its data folder."""

    base: str
    pid: int
    data: Path

    def forget_files(self) -> None:
        """Have every file made anew that is kept."""
        shutil.rmtree(self.data / "exports", ignore_errors=True)


@contextlib.contextmanager
def server(database_url: str) -> Iterator[Server]:
    """A server of its own on this database, gone afterwards. Raises ``SetupError`` when it does not start."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory() as data:
        environment = {"POPMAP_DATABASE_URL": database_url, "POPMAP_PORT": str(port), "POPMAP_DATA": data}
        command = [sys.executable, "-m", "gunicorn", "--config", "gunicorn.conf.py", "wsgi:app"]
        log = Path(data) / "log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                command, cwd=PROJECT, env=os.environ | environment, stdout=output, stderr=subprocess.STDOUT
            )
        try:
            _wait(f"http://127.0.0.1:{port}{TRIVIAL}", process, log)
            yield Server(f"http://127.0.0.1:{port}", process.pid, Path(data))
        finally:
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=_STOP_S)
            process.kill()


def _wait(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    give_up = time.monotonic() + _START_S
    while process.poll() is None and time.monotonic() < give_up:
        with contextlib.suppress(OSError), urllib.request.urlopen(address, timeout=2):  # noqa: S310 - our own server
            return
        time.sleep(0.2)
    last = re.sub(r"\s+", " ", log.read_text(errors="replace")[-300:])
    raise SetupError(f"The server to be measured did not start: {last}")
