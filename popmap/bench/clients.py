"""Clients that ask as fast as they are answered: wrk and pgbench where there are any, else small loops of our own."""

import http.client
import json
import re
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import psycopg
from sqlalchemy import make_url

CONNECTIONS: Final = 16
FRESH: Final = "Cache-Control: no-cache"
_WARM_UP_S: Final = 3

_ROTATE: Final = """
local paths = {%s}
local n = 0
request = function()
  n = n + 1
  local one = paths[(n - 1) %% #paths + 1]
  return wrk.format(one[2] == "" and "GET" or "POST", one[1], nil, one[2])
end
"""


@dataclass(frozen=True, slots=True)
class Question:
    """An address, and what is sent to it; empty: it is only fetched."""

    path: str
    body: str = ""


@dataclass(frozen=True, slots=True)
class Rate:
    """Answers a second, the times of the middle and of the slowest hundredth, and how many were no success."""

    per_s: float
    p50_ms: float
    p99_ms: float
    failed: int = 0


@dataclass(frozen=True, slots=True)
class Load:
    """How long is asked, by how many at once, and whether for answers made anew."""

    seconds: float
    connections: int = CONNECTIONS
    fresh: bool = False


def warm_up(base: str, questions: Sequence[Question]) -> None:
    """Let the server, its database and its connections get used to these questions."""
    http_rate(base, questions, Load(_WARM_UP_S, fresh=True))


def http_rate(base: str, questions: Sequence[Question], load: Load) -> Rate:
    """Return how fast these questions are answered in turn."""
    measure = _wrk if shutil.which("wrk") else _loop
    return measure(base, questions, load)


def sql_rate(database_url: str, statements: Sequence[str], load: Load, bindir: Path | None) -> Rate:
    """Return how fast these statements are answered in turn."""
    pgbench = bindir / "pgbench" if bindir else None
    if pgbench is not None and pgbench.exists():
        return _pgbench(pgbench, database_url, statements, load)
    with psycopg.connect(plain(database_url), autocommit=True) as connection:
        return _timed(lambda sql: connection.execute(sql.encode()).fetchall(), statements, load.seconds)


def plain(database_url: str) -> str:
    """Return the address without SQLAlchemy's name of the driver."""
    return database_url.replace("postgresql+psycopg:", "postgresql:", 1)


def _wrk(base: str, questions: Sequence[Question], load: Load) -> Rate:
    with tempfile.NamedTemporaryFile("w", suffix=".lua", encoding="utf-8") as script:
        texts = [[json.dumps(text, ensure_ascii=False) for text in (one.path, one.body)] for one in questions]
        script.write(_ROTATE % ", ".join(f"{{{path}, {body}}}" for path, body in texts))
        script.flush()
        lasting = f"-d{max(1, round(load.seconds))}s"
        command = ["wrk", "-t1", f"-c{load.connections}", lasting, "--latency", "-s", script.name]
        command += ["-H", FRESH] if load.fresh else []
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


def _loop(base: str, questions: Sequence[Question], load: Load) -> Rate:
    headers = dict([FRESH.split(": ", 1)]) if load.fresh else {}
    rates: list[Rate] = []

    def ask(first: int) -> None:
        connection = http.client.HTTPConnection(urlsplit(base).netloc, timeout=30)

        def one(asked: Question) -> bool:
            connection.request("POST" if asked.body else "GET", asked.path, asked.body.encode(), headers)
            reply = connection.getresponse()
            reply.read()
            return reply.status < 400

        turned = [*questions[first % len(questions) :], *questions[: first % len(questions)]]
        rates.append(_timed(one, turned, load.seconds))
        connection.close()

    threads = [threading.Thread(target=ask, args=(first,)) for first in range(load.connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    middle = sorted(rates, key=lambda rate: rate.p50_ms)[len(rates) // 2]
    slowest = max(rate.p99_ms for rate in rates)
    return Rate(sum(r.per_s for r in rates), middle.p50_ms, slowest, sum(r.failed for r in rates))


def _timed(one: Callable[[Any], object], items: Sequence[Any], seconds: float) -> Rate:
    took: list[float] = []
    failed = 0
    began = time.perf_counter()
    for item in cycle(items):
        start = time.perf_counter()
        failed += one(item) is False
        took.append(time.perf_counter() - start)
        if start - began > seconds:
            break
    took.sort()
    total = time.perf_counter() - began
    return Rate(len(took) / total, took[len(took) // 2] * 1000, took[int(len(took) * 0.99)] * 1000, failed)


def _pgbench(pgbench: Path, database_url: str, statements: Sequence[str], load: Load) -> Rate:
    url = make_url(database_url)
    host = url.query.get("host") or url.host or ""
    with tempfile.TemporaryDirectory() as folder:
        scripts = []
        for i, statement in enumerate(islice(statements, 100)):
            path = Path(folder) / f"{i}.sql"
            path.write_text(re.sub(r"\s+", " ", statement).strip() + ";\n")
            scripts += ["-f", str(path)]
        options = ["-n", "-M", "simple", f"-c{load.connections}", "-j1", f"-T{max(1, round(load.seconds))}"]
        where = ["-h", str(host), "-p", str(url.query.get("port") or url.port or 5432), "-U", str(url.username)]
        command = [str(pgbench), *options, *where, *scripts, str(url.database)]
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    latency = float(_found(r"latency average = ([\d.]+) ms", said))
    return Rate(float(_found(r"tps = ([\d.]+)", said)), latency, latency, 0)
