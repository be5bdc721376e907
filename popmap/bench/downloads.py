"""W7: all there is as a file, beside ``COPY`` of the same columns in the same run, and what it costs in memory.

The rate counts services a second over the whole download, from the question to its last byte. Memory is what the
serving process grew by at its highest during the download (Linux tells); files that are made apart have a process of
their own, of which the highest is told too.
"""

import contextlib
import http.client
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import psycopg

from popmap.bench.clients import plain
from popmap.bench.runs import Server, server

NAME: Final = "W7"
PIECE_BYTES: Final = 1 << 16
MOST_GROWTH_MB: Final = 50
_LOOK_EVERY_S: Final = 0.1

_WAYS: Final = """
SELECT service_key, string_agg(value, ' / ' ORDER BY position) FILTER (WHERE type = 'phone') AS phone,
  min(e164) FILTER (WHERE type = 'phone') AS phone_e164,
  string_agg(value, ' / ' ORDER BY position) FILTER (WHERE type = 'sms') AS sms,
  string_agg(value, ' / ' ORDER BY position) FILTER (WHERE type = 'whatsapp') AS whatsapp,
  string_agg(value, ' / ' ORDER BY position) FILTER (WHERE type IN ('webchat', 'chatbot')) AS chat_url,
  string_agg(value, ' / ' ORDER BY position) FILTER (WHERE type = 'email') AS email,
  string_agg(value, ' / ' ORDER BY position) FILTER (WHERE type = 'app') AS app_url,
  min(hours) AS hours, min(timezone) AS timezone
FROM channel GROUP BY service_key"""
_AREAS: Final = """
SELECT service_key, CASE WHEN bool_or(type = 'worldwide') THEN '*'
    ELSE string_agg(DISTINCT left(code, 2), ';') END AS countries,
  string_agg(code, ';') FILTER (WHERE type = 'subdivision') AS subdivisions
FROM coverage GROUP BY service_key"""
_COLUMNS: Final = f"""
SELECT s.id, s.kind, s.name, s.name_en, s.organization, s.summary, a.countries, a.subdivisions, s.city,
  ST_Y(s.location) AS lat, ST_X(s.location) AS lon, s.location_precision, w.phone, w.phone_e164, w.sms, w.whatsapp,
  w.chat_url, w.email, s.website, w.app_url, array_to_string(s.languages, ';') AS languages,
  array_to_string(s.topics, ';') AS topics, array_to_string(s.audiences, ';') AS audiences, s.min_age, s.max_age,
  w.hours, w.timezone, s.cost, s.privacy, o.url AS source_url, o.seen AS source_seen, l.check_level AS confidence,
  s.ai ->> 'role' AS ai_role, s.ai ->> 'handover' AS human_escalation, s.ai ->> 'disclosed' AS ai_disclosed,
  p.url AS second_source_url, p.seen AS second_source_seen, p.seen_on AS second_source_date
FROM public_service l JOIN service s USING (key)
LEFT JOIN ({_WAYS}) w ON w.service_key = s.key LEFT JOIN ({_AREAS}) a ON a.service_key = s.key
LEFT JOIN source o ON o.service_key = s.key AND o.position = 0
LEFT JOIN source p ON p.service_key = s.key AND p.position = 1
ORDER BY s.id"""  # noqa: S608 - constants


@dataclass(frozen=True, slots=True)
class Download:
    """A format of all services, or of those that ``query`` finds; ``sql`` are the same columns as COPY gives them.

    ``of_copy`` of COPY's rate is promised (0: nothing).
    """

    format: str
    sql: str = ""
    of_copy: float = 0.0
    query: str = ""


DOWNLOADS: Final = (
    Download("csv", _COLUMNS, of_copy=0.5),
    Download("jsonl", "SELECT document FROM public_service ORDER BY id", of_copy=0.5),
    *(Download(name) for name in ("geojson", "channels.csv", "coverage.csv", "hsds.json", "parquet", "gpkg", "fgb")),
    Download("xlsx", query="kind=ai_driven"),  # a tenth of the synthetic ones: a workbook takes its time
)


@dataclass(frozen=True, slots=True)
class Taken:
    """What a download took: seconds, until the first byte, bytes, and memory in MB (None: this system does not say)."""

    seconds: float
    first_s: float
    bytes: int
    grown_mb: float | None = None
    apart_mb: float = 0.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """One download beside COPY. ``services``: how many."""

    download: Download
    services: int
    taken: Taken
    copy_s: float

    @property
    def of_copy(self) -> float:
        """Its share of COPY's rate."""
        return self.copy_s / self.taken.seconds

    @property
    def kept(self) -> bool:
        """Whether what is promised holds."""
        return self.of_copy >= self.download.of_copy and (self.taken.grown_mb or 0) <= MOST_GROWTH_MB


def measure(database_url: str, *, rounds: int = 2, only: Sequence[str] = ()) -> Iterator[Outcome]:
    """Yield each download (or ``only`` these formats); those beside COPY are the best of some rounds, turn by turn."""
    with server(database_url) as served:
        for one in DOWNLOADS:
            if only and one.format not in only:
                continue
            services = _number(served, one.query)
            taken, copied = [], []
            for _ in range(rounds if one.sql else 1):
                copied.append(_copy(database_url, one.sql) if one.sql else 0.0)
                served.forget_files()
                taken.append(_downloaded(served, one))
            yield Outcome(one, services, min(taken, key=lambda each: each.seconds), min(copied))


def _number(served: Server, query: str) -> int:
    """How many services a query finds, counted by the lines of the shortest file."""
    _, connection = _asked(served, f"/api/v1/export.jsonl?{query}")
    reply = connection.getresponse()
    lines = 0
    while piece := reply.read(PIECE_BYTES):
        lines += piece.count(b"\n")
    connection.close()
    return lines


def _copy(database_url: str, sql: str) -> float:
    began = time.perf_counter()
    whole = f"COPY ({sql}) TO STDOUT (FORMAT csv)".encode()
    with psycopg.connect(plain(database_url)) as connection, connection.cursor().copy(whole) as copy:
        for _ in copy:
            pass
    return time.perf_counter() - began


def _asked(served: Server, path: str) -> tuple[float, http.client.HTTPConnection]:
    connection = http.client.HTTPConnection(urlsplit(served.base).netloc, timeout=3600)
    began = time.perf_counter()
    connection.request("GET", path.rstrip("?"))
    return began, connection


def _downloaded(served: Server, one: Download) -> Taken:
    with _watched(served.pid) as memory:
        began, connection = _asked(served, f"/api/v1/export.{one.format}?{one.query}")
        reply = connection.getresponse()
        first, read = 0.0, 0
        while piece := reply.read(PIECE_BYTES):
            first = first or time.perf_counter() - began
            read += len(piece)
        seconds = time.perf_counter() - began
        connection.close()
    if reply.status != http.HTTPStatus.OK:
        raise RuntimeError(f"{one.format} was answered with {reply.status}")
    return Taken(seconds, first, read, memory.grown_mb, memory.apart_mb)


# ── memory, as Linux tells it ───────────────────────────────────────────────────────────────────────────────────────


class Memory:
    """What the processes of a server grew by, filled in at the end of the watch."""

    grown_mb: float | None = None
    apart_mb = 0.0


@contextlib.contextmanager
def _watched(pid: int) -> Iterator[Memory]:
    found, over = Memory(), threading.Event()
    workers = _children(pid)
    before = {worker: _megabytes(worker, "VmRSS") for worker in workers}
    for worker in workers:  # the highest is counted anew from here
        Path(f"/proc/{worker}/clear_refs").write_text("5")

    def look() -> None:
        while not over.wait(_LOOK_EVERY_S):
            apart = [_megabytes(child, "VmHWM") for worker in workers for child in _children(worker)]
            found.apart_mb = max(found.apart_mb, *apart, 0.0)

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        yield found
    finally:
        over.set()
        watcher.join()
        if workers:
            found.grown_mb = max(_megabytes(worker, "VmHWM") - before[worker] for worker in workers)


def _children(pid: int) -> list[int]:
    with contextlib.suppress(OSError):
        tasks = Path(f"/proc/{pid}/task").iterdir()
        return [int(child) for task in tasks for child in (task / "children").read_text().split()]
    return []


def _megabytes(pid: int, name: str) -> float:
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith(f"{name}:"):
                return int(line.split()[1]) / 1024
    return 0.0
