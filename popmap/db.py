"""Engines, sessions, and the two ways into the database: ``transaction()`` as owner, ``reading()`` as the public.

Only doors (web, cli) open them; rules take the session and never commit. What stands in the database is the business of
``models`` and ``migrating``; running PostgreSQL itself is that of ``postgres``.
"""

import contextlib
import time
from collections.abc import Callable, Iterator
from typing import Final, TypeVar

import psycopg
from sqlalchemy import URL, Engine, create_engine, exc, make_url, text
from sqlalchemy.orm import Session

from popmap import kill_list
from popmap.config import Settings
from popmap.errors import SetupError, UnavailableError, UnreachableError
from popmap.glance import StandBy
from popmap.kill_list import KillList
from popmap.postgres import Cluster

CATALOGUE: Final = "popmap"
"""Name of the catalogue's database in the private cluster."""

PUBLIC_ROLE: Final = "popmap_public"
"""The role that reads for visitors; the migrations make it and grant it public things only."""

FILE_STATEMENT_S: Final = 120
"""So long may a statement of a whole file take, which finds and sorts before its first record. Few work at once."""
PUBLIC_LIMITS: Final = "-c default_transaction_read_only=on -c statement_timeout=2s"
POOL_SIZE: Final = 8
REACHED_WITHIN_S: Final = 2
"""The least that PostgreSQL's library takes for making a connection."""
TRIED_AGAIN_AFTER_S: Final = 1.0

_NO_ROLE: Final = f'role "{PUBLIC_ROLE}" does not exist'
_OUT_OF_REACH: Final = "The database cannot be reached just now."
_NO_ROOM: Final = "The disk of the database is full; nothing was saved."
_CUT_BEFORE: Final = "8s2b"
"""SQLAlchemy's word for a session whose connection was lost with an earlier statement."""
_NO_CONNECTION: Final = "08000"
_AWAY: Final = ("08", "53", "57P")
"""Classes of SQLSTATE: no connection, no room for one, shut down or starting."""

Found = TypeVar("Found")


class Breaker:
    """Remembers that the database is away, so that not every request waits for it in vain: one tries, once a second."""

    def __init__(self) -> None:
        """All is well."""
        self.is_open = False
        self._try_at = 0.0

    def check(self) -> None:
        """Nothing, or ``UnreachableError`` while it is known to be away and somebody has just tried."""
        if not self.is_open:
            return
        if time.monotonic() < self._try_at:
            raise UnreachableError(_OUT_OF_REACH)
        self._try_at = time.monotonic() + TRIED_AGAIN_AFTER_S  # this one tries; others go by what it finds

    def trip(self) -> None:
        """It was not reached."""
        self.is_open, self._try_at = True, time.monotonic() + TRIED_AGAIN_AFTER_S

    def reset(self) -> None:
        """It answers."""
        self.is_open = False


class Database:
    """One catalogue: an engine as owner for changes, one as the public role for reads. Dispose of it when done."""

    def __init__(self, owner_url: str, public_url: str, *, withdrawn: KillList | None = None) -> None:
        """No connection is made before the first use; ``withdrawn`` is the kill list of the data folder."""
        self.owner_url = owner_url
        self.withdrawn = withdrawn or KillList()
        self._breaker = Breaker()
        in_time = {"connect_timeout": REACHED_WITHIN_S}
        self._owner = create_engine(owner_url, connect_args=in_time, pool_pre_ping=True, pool_size=POOL_SIZE)
        url = make_url(public_url)
        options = f"{url.query.get('options', '')} {PUBLIC_LIMITS}".strip()
        # one snapshot for all queries of a page: its total, items and counts agree
        self._public = create_engine(
            url.difference_update_query(["options"]),
            connect_args={"options": options, **in_time},
            isolation_level="REPEATABLE READ",
            pool_pre_ping=True,
            pool_size=POOL_SIZE,
        )
        self._glances = create_engine(
            self._public.url,
            connect_args={"options": options, "prepare_threshold": 2, **in_time},
            isolation_level="AUTOCOMMIT",
            pool_size=POOL_SIZE,
            pool_reset_on_return=None,  # nothing is ever begun that would have to be rolled back
        )
        self._standby = StandBy(self._glances)

    @property
    def is_away(self) -> bool:
        """Whether it could not be reached when last asked."""
        return self._breaker.is_open

    @contextlib.contextmanager
    def _door(self) -> Iterator[None]:
        self._breaker.check()
        try:
            with in_our_words():
                yield
        except UnreachableError:
            self._breaker.trip()
            self.dispose()  # what is in the pools was cut as well: nobody has to find out one by one
            raise
        self._breaker.reset()

    @contextlib.contextmanager
    def transaction(self) -> Iterator[Session]:
        """A session that may write: committed at the end, rolled back on any error.

        Raises ``UnavailableError`` when the database cannot be reached or has no room; then nothing was kept.
        """
        with self._door(), _session(self._owner) as session, session.begin():
            yield session
            self.withdrawn.follow(session.info)

    @contextlib.contextmanager
    def reading(self, *, statement_s: int | None = None) -> Iterator[Session]:
        """A session of the public role: reads only, one snapshot, two seconds a statement unless told otherwise.

        Raises ``UnavailableError`` when the database cannot be reached or a statement takes longer.
        """
        with self._door():
            session = _session(self._public)
            session.info[kill_list.HIDDEN] = self.withdrawn.recent()
            try:
                if statement_s is not None:
                    session.execute(text(f"SET LOCAL statement_timeout = '{statement_s}s'"))
                yield session
            finally:
                with contextlib.suppress(exc.DBAPIError):  # it died after the last answer: what was read was read
                    session.close()

    def glance(self, work: Callable[[Session], Found]) -> Found:
        """What ``work`` makes of a public session without a transaction: each statement sees the latest state.

        Saves three trips to the server, so for answers of the API; a connection that was cut is noticed by its failing,
        then ``work`` is done once more on another. Raises ``UnavailableError`` like ``reading``.
        """
        with self._door():
            try:
                return self._glanced(work)
            except exc.DBAPIError as error:
                if not error.connection_invalidated:
                    raise
            self._standby.dismiss()
            self._glances.dispose()  # whatever cut one may have cut them all
            return self._glanced(work)

    def _glanced(self, work: Callable[[Session], Found]) -> Found:
        return self._standby.use(work, {kill_list.HIDDEN: self.withdrawn.recent()})

    def identity(self) -> str:
        """A name that no other database has, whatever address leads to it: the server's number and the database's."""
        query = text(
            "SELECT c.system_identifier || '-' || d.oid FROM pg_control_system() c, pg_database d "
            "WHERE d.datname = current_database()"
        )
        with self.transaction() as session:
            return str(session.scalar(query))

    def dispose(self) -> None:
        """Close all connections. The object may be used again: it connects anew."""
        self._standby.dismiss()
        self._owner.dispose()
        self._public.dispose()
        self._glances.dispose()

    def forget_connections(self) -> None:
        """To be called in a forked child: leave the parent's connections to the parent."""
        self._standby = StandBy(self._glances)
        self._owner.dispose(close=False)
        self._public.dispose(close=False)
        self._glances.dispose(close=False)


def open_database(settings: Settings) -> Database:
    """The catalogue these settings name; starts the private cluster and makes an empty database where needed.

    Raises ``SetupError`` when the private cluster cannot be run.
    """
    withdrawn = KillList(settings.data / kill_list.FILE)
    if settings.database_url:
        owner = _with_driver(settings.database_url)
        public = _with_driver(settings.replica_url or settings.database_url)
        public = public.update_query_dict({"options": f"-c role={PUBLIC_ROLE}"})
        return Database(_text(owner), _text(public), withdrawn=withdrawn)
    cluster = private_cluster(settings)
    cluster.start()
    cluster.create_database(CATALOGUE)
    public_url = settings.replica_url or cluster.url(CATALOGUE, PUBLIC_ROLE)
    return Database(cluster.url(CATALOGUE), public_url, withdrawn=withdrawn)


def private_cluster(settings: Settings) -> Cluster:
    """The cluster that belongs to the data folder of these settings, running or not."""
    return Cluster(settings.data / "postgres", settings=settings)


def _session(engine: Engine) -> Session:
    return Session(engine, expire_on_commit=False)


@contextlib.contextmanager
def in_our_words() -> Iterator[None]:
    """Tell what the driver raises within as an ``UnavailableError`` where it is one; the rest goes through."""
    try:
        yield
    except psycopg.errors.DiskFull as error:  # while rows were copied in, past SQLAlchemy
        raise UnavailableError(_NO_ROOM) from error
    except psycopg.OperationalError as error:  # a glance's connection could not be made
        raise UnreachableError(_OUT_OF_REACH) from error
    except exc.TimeoutError as error:
        raise UnreachableError("All database connections are busy; try again in a moment.") from error
    except exc.PendingRollbackError as error:
        if error.code != _CUT_BEFORE:
            raise
        raise UnreachableError(_OUT_OF_REACH) from error
    except exc.DBAPIError as error:
        told = _told(error)
        if told is None:
            raise
        raise told from error


def _told(error: exc.DBAPIError) -> UnavailableError | None:
    """What the driver's error means for whoever asked; None where it is a mistake of ours."""
    if isinstance(error.orig, psycopg.errors.UndefinedTable) or _NO_ROLE in str(error.orig):
        return UnavailableError("This database was never set up; run script/server once, or popmap db prepare.")
    if isinstance(error.orig, psycopg.errors.DiskFull):
        return UnavailableError(_NO_ROOM)
    if isinstance(error.orig, psycopg.errors.QueryCanceled):
        return UnavailableError("The answer took too long; ask for less at once.")
    state = getattr(error.orig, "sqlstate", None) or _NO_CONNECTION
    if error.connection_invalidated or state.startswith(_AWAY):
        return UnreachableError(_OUT_OF_REACH)
    if isinstance(error.orig, psycopg.OperationalError):
        return UnavailableError("The database could not do this just now; try again in a moment.")
    return None


def _with_driver(address: str) -> URL:
    """The address with our driver's name, however its owner wrote it (postgres://, postgresql://)."""
    try:
        url = make_url(address)
    except exc.ArgumentError as error:
        raise SetupError("POPMAP_DATABASE_URL is no address like postgresql://user:password@host/database.") from error
    if url.drivername.partition("+")[0] not in {"postgres", "postgresql"}:
        raise SetupError(f"POPMAP_DATABASE_URL names {url.drivername!r}; only PostgreSQL with PostGIS will do.")
    return url.set(drivername="postgresql+psycopg")


def _text(url: URL) -> str:
    return url.render_as_string(hide_password=False)
