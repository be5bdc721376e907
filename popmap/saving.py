"""Keeps the copy of what is public (``saved``) and the kill list in step with the database, while there is one.

Every serving process has a keeper that looks once a second; one of them, whoever has the lock, writes. Looking also
tells the process whether the database answers, so that visitors do not have to find out. Beyond ``MOST_SERVICES`` the
copy keeps what serves the whole world and the most local of the rest, and pages say that it is not everything.
"""

import fcntl
import os
import threading
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import orjson
import structlog
from sqlalchemy import text
from sqlalchemy.orm import Session

from popmap import catalogue, countries, gazetteer, submissions, withdrawals
from popmap.db import Database
from popmap.errors import UnavailableError, UnreachableError
from popmap.kill_list import KillList
from popmap.saved import Head, SavedCountry, SavedFile, SavedPlace, SavedService, lines_of

MOST_SERVICES: Final = 10_000
MOST_EVERYWHERE: Final = 1_000
LEAST_PEOPLE: Final = 100_000
"""Towns of so many people are found while the database is away."""
EVERY_S: Final = 1.0
AFTER_FAILURE_S: Final = 60.0
REST: Final = 10
"""So many times as long as a copy took nothing is copied after it: where much changes, visitors come first."""
SETTLED: Final = timedelta(minutes=1)
"""A withdrawal is on the list before its transaction is over: for so long the database is not asked about it."""

log = structlog.get_logger()


class Keeper:
    """Looks after the copy of one data folder; ``start`` leaves a thread behind, ``look`` is one look."""

    def __init__(self, database: Database, file: SavedFile) -> None:
        """Do nothing yet."""
        self._database, self._file = database, file
        self._synced: catalogue.Stamp | None = None
        self._reported: dict[str, str] | None = None
        self._stop = threading.Event()
        self._lock: int | None = None
        self._rest_until = 0.0

    def start(self) -> None:
        """Look every second from now on, until ``stop`` or the end of the process."""
        threading.Thread(target=self._run, name="saving", daemon=True).start()

    def stop(self) -> None:
        """Look no more, and let another process be the one that writes."""
        self._stop.set()
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def look(self) -> None:
        """Bring copy and kill list up to date where this process is the one to do it.

        Raises ``UnavailableError`` while the database is away, ``OSError`` when the disk does not take the copy.
        """
        stamp = self._database.glance(catalogue.stamp)
        if not self._is_the_one():
            return
        if self._synced != stamp:
            with self._database.transaction() as session:
                sync(session, self._database.withdrawn)
            self._synced = stamp
        self._keep_reported()
        head = self._file.head()
        if head is not None and (head.number, head.writer) == (stamp.number, stamp.writer):
            os.utime(self._file.path)
        elif (began := time.monotonic()) >= self._rest_until:
            with self._database.reading() as session:
                save(session, self._file.path)
            self._rest_until = time.monotonic() + REST * (time.monotonic() - began)

    def _keep_reported(self) -> None:
        """What visitors say may be wrong: the warning outlives the database as the numbers do."""
        reported = {id_: str(since) for id_, since in self._database.glance(submissions.all_being_checked).items()}
        if self._reported != reported:
            write_whole(self._file.reported_path, [orjson.dumps(reported)])
            self._reported = reported

    def _is_the_one(self) -> bool:
        """Whether this process is the one that writes: it holds the lock until it ends."""
        if self._lock is None:
            path = self._file.path.with_suffix(".lock")
            path.parent.mkdir(parents=True, exist_ok=True)
            lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(lock)
                return False
            self._lock = lock
        return True

    def _run(self) -> None:
        wait_s = EVERY_S
        while not self._stop.wait(wait_s):
            wait_s = EVERY_S
            try:
                self.look()
            except UnreachableError:
                continue  # visitors get the copy as it is
            except (UnavailableError, OSError) as error:
                wait_s = AFTER_FAILURE_S
                log.error("the copy for hard times was not made", kind=type(error).__name__)  # noqa: TRY400 - no values


def sync(session: Session, withdrawn: KillList) -> None:
    """Let the kill list hold what the database knows to be taken down, whoever did it and on whatever machine."""
    missing = {id_: at for id_, at in withdrawals.taken_down(session).items() if id_ not in withdrawn.ids()}
    for id_, at in missing.items():
        withdrawn.add([id_], at=datetime.fromisoformat(at))
    before = datetime.now(UTC) - SETTLED
    settled = [one.id for one in withdrawn.withdrawals() if one.at < before]
    withdrawn.remove(session.scalars(_STILL_PUBLIC, {"ids": settled}).all() if settled else ())


def save(session: Session, path: Path) -> None:
    """Write the copy of what a public session sees; the file before is there until this one is whole."""
    session.execute(_WITH_PATIENCE)
    write_whole(path, lines_of(_head(session), _parts(session)))


def write_whole(path: Path, lines: Iterable[bytes]) -> None:
    """Write a file whole or not at all."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with draft.open("wb") as file:
            file.writelines(lines)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def _head(session: Session) -> Head:
    stamp = catalogue.stamp(session)
    return Head(stamp.number, stamp.writer, session.execute(_COUNTED, {"most": MOST_SERVICES + 1}).scalar_one())


def _parts(session: Session) -> Iterator[SavedService | SavedPlace | SavedCountry]:
    for condition, limit in (("= 4", MOST_EVERYWHERE), ("< 4", MOST_SERVICES - MOST_EVERYWHERE)):
        statement = text(_SERVICES.format(condition=condition)).execution_options(yield_per=500)
        for row in session.execute(statement, {"limit": limit}):
            yield SavedService(*row)
    for code in gazetteer.COUNTRIES:
        yield _country(session, code)
    for row in session.execute(_TOWNS, {"least": LEAST_PEOPLE}):
        yield SavedPlace(*row)
    for row in session.execute(_AREAS):
        yield SavedPlace(*row)


def _country(session: Session, code: str) -> SavedCountry:
    return SavedCountry(
        code,
        _rows(countries.emergency_numbers(session, code)),
        _rows(countries.harmonised_numbers(session, code)),
        _rows(countries.facts(session, code)),
    )


def _rows(known: Iterable[Any]) -> list[list[Any]]:
    return [[getattr(one, name) for name in one.__slots__] for one in known]


_WITH_PATIENCE: Final = text("SET LOCAL statement_timeout = '60s'")
"""Nobody waits for a copy, and on a busy machine its longest statement takes more than a visitor's may."""
_COUNTED: Final = text("SELECT count(*) FROM (SELECT FROM public_service LIMIT :most) counted")
_STILL_PUBLIC: Final = text("SELECT id FROM listing WHERE id = ANY (:ids)")
_SERVICES: Final = """
SELECT s.id, s.kind, s.sort_name, fold(s.name_en), s.search_text, s.topics, s.languages, s.audiences, s.channel_types,
  s.coverage_codes, s.country_codes, s.specificity, s.has_area, s.min_age, s.max_age, s.cost, s.privacy, s.visitable,
  ST_X(s.point), ST_Y(s.point), s.check_level, s.verified_on::text, s.next_check_due::text, s.updated_at,
  s.hours_keys, s.ai, s.document,
  (SELECT json_agg(json_build_object('level', k.level, 'method', k.method, 'on', k.checked_on, 'by_role', k.by_role,
      'next_due', k.next_due, 'evidence_url', k.evidence_url) ORDER BY k.checked_on DESC, k.level DESC)
    FROM public_check k WHERE k.service_key = s.key)
FROM public_service s WHERE s.specificity {condition}
ORDER BY s.specificity, s.check_level DESC, s.sort_name, s.id LIMIT :limit"""
_TOWNS: Final = text("""
SELECT 'town:' || p.id, 'town', p.name, p.names, coalesce(a.names, '{}'), trim(p.country), p.subdivision,
  ST_X(p.point), ST_Y(p.point), NULL::float8[], named.weight, named.folded
FROM place p LEFT JOIN area a ON a.code = p.subdivision
CROSS JOIN LATERAL (SELECT max(n.weight) AS weight, array_agg(DISTINCT n.folded) AS folded FROM place_name n
  WHERE n.place_id = p.id) named
WHERE p.population >= :least AND named.folded IS NOT NULL""")
_AREAS: Final = text("""
SELECT a.kind || ':' || a.code, a.kind, coalesce(a.names ->> 'en', a.code), a.names, '{}'::jsonb, left(a.code, 2),
  CASE a.kind WHEN 'subdivision' THEN a.code END, ST_X(a.label_point), ST_Y(a.label_point),
  ARRAY[ST_XMin(a.shape), ST_YMin(a.shape), ST_XMax(a.shape), ST_YMax(a.shape)], named.weight, named.folded
FROM (SELECT area_code, max(weight) AS weight, array_agg(DISTINCT folded) AS folded FROM place_name
  WHERE area_code IS NOT NULL GROUP BY 1) named
JOIN area a ON a.code = named.area_code""")
