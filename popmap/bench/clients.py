"""Clients that ask as fast as they are answered: wrk and pgbench where there are any, else small loops of our own."""

import http.client
import json
import re
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import psycopg
from sqlalchemy import make_url

CONNECTIONS: Final = 16
FRESH: Final = "Cache-Control: no-cache"
_WARM_UP_S: Final = 1

_ROTATE: Final = """
local paths = {%s}
local n = 0
request = function()
  n = n + 1
  return wrk.format("GET", paths[(n - 1) %% #paths + 1])
end
"""


@dataclass(frozen=True, slots=True)
class Rate:
    """Answers a second, the times of the middle and of the slowest hundredth, and how many were no success."""

    per_s: float
    p50_ms: float
    p99_ms: float
    failed: int = 0


def warm_up(base: str, paths: Sequence[str]) -> None:
    """Let the server, its database and its connections get used to these paths."""
    http_rate(base, paths, seconds=_WARM_UP_S, fresh=True)


def http_rate(base: str, paths: Sequence[str], *, seconds: float, fresh: bool = False) -> Rate:
    """Return how fast these paths are answered in turn on 16 connections; ``fresh`` asks for answers made anew."""
    measure = _wrk if shutil.which("wrk") else _loop
    return measure(base, paths, seconds, [FRESH] if fresh else [])


def sql_rate(database_url: str, statements: Sequence[str], seconds: float, bindir: Path | None) -> Rate:
    """Return how fast these statements are answered in turn on as many connections."""
    pgbench = bindir / "pgbench" if bindir else None
    if pgbench is not None and pgbench.exists():
        return _pgbench(pgbench, database_url, statements, seconds)
    with psycopg.connect(plain(database_url), autocommit=True) as connection:
        return _timed(lambda sql: connection.execute(sql.encode()).fetchall(), statements, seconds)


def plain(database_url: str) -> str:
    """Return the address without SQLAlchemy's name of the driver."""
    return database_url.replace("postgresql+psycopg:", "postgresql:", 1)


def _wrk(base: str, paths: Sequence[str], seconds: float, header: Sequence[str]) -> Rate:
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(_ROTATE % ", ".join(json.dumps(path) for path in paths))
        script.flush()
        command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{max(1, round(seconds))}s", "--latency", "-s", script.name]
        for line in header:
            command += ["-H", line]
        said = subprocess.run([*command, base], capture_output=True, text=True, check=True).stdout
    failed = re.search(r"Non-2xx or 3xx responses: (\d+)", said)
    return Rate(
        float(_found(r"Requests/sec:\s+([\d.]+)", said)),
        _ms(_found(r"(?m)^\s+50%\s+([\d.]+[a-z]+)", said)),
        _ms(_found(r"(?m)^\s+99%\s+([\d.]+[a-z]+)", said)),
        int(failed[1]) if failed else 0,
    )


def _found(pattern: str, said: str) -> str:
    match = re.search(pattern, said)
    return match[1] if match else "0"


def _ms(text: str) -> float:
    number = float(re.sub(r"[a-z]+", "", text) or 0)
    return number / 1000 if text.endswith("us") else number if text.endswith("ms") else number * 1000


def _loop(base: str, paths: Sequence[str], seconds: float, header: Sequence[str]) -> Rate:
    headers = dict(line.split(": ", 1) for line in header)
    rates: list[Rate] = []

    def ask(first: int) -> None:
        connection = http.client.HTTPConnection(urlsplit(base).netloc, timeout=30)

        def one(path: str) -> bool:
            connection.request("GET", path, headers=headers)
            reply = connection.getresponse()
            reply.read()
            return reply.status < 400

        turned = [*paths[first % len(paths) :], *paths[: first % len(paths)]]
        rates.append(_timed(one, turned, seconds))
        connection.close()

    threads = [threading.Thread(target=ask, args=(first,)) for first in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    middle = sorted(rates, key=lambda rate: rate.p50_ms)[len(rates) // 2]
    slowest = max(rate.p99_ms for rate in rates)
    return Rate(sum(r.per_s for r in rates), middle.p50_ms, slowest, sum(r.failed for r in rates))


def _timed(one: object, items: Sequence[str], seconds: float) -> Rate:
    took: list[float] = []
    failed = 0
    began = time.perf_counter()
    for item in cycle(items):
        start = time.perf_counter()
        failed += one(item) is False  # type: ignore[operator]
        took.append(time.perf_counter() - start)
        if start - began > seconds:
            break
    took.sort()
    total = time.perf_counter() - began
    return Rate(len(took) / total, took[len(took) // 2] * 1000, took[int(len(took) * 0.99)] * 1000, failed)


def _pgbench(pgbench: Path, database_url: str, statements: Sequence[str], seconds: float) -> Rate:
    url = make_url(database_url)
    host = url.query.get("host") or url.host or ""
    with tempfile.TemporaryDirectory() as folder:
        scripts = []
        for i, statement in enumerate(islice(statements, 100)):
            path = Path(folder) / f"{i}.sql"
            path.write_text(re.sub(r"\s+", " ", statement).strip() + ";\n")
            scripts += ["-f", str(path)]
        options = ["-n", "-M", "simple", f"-c{CONNECTIONS}", "-j1", f"-T{max(1, round(seconds))}"]
        where = ["-h", str(host), "-p", str(url.query.get("port") or url.port or 5432), "-U", str(url.username)]
        command = [str(pgbench), *options, *where, *scripts, str(url.database)]
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    latency = float(_found(r"latency average = ([\d.]+) ms", said))
    return Rate(float(_found(r"tps = ([\d.]+)", said)), latency, latency, 0)
