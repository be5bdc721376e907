"""Short questions: texts of SQL that go straight to the driver, which costs a quarter of the usual way.

Rules ask with ``ask`` and cannot tell one session from another; only doors (``db``) make a ``Glance``. It has no
transaction, so each statement sees the latest state. Expressions and objects take the usual way in both. Making one and
taking a connection for it costs as much as a question, so those who are done stand by for the next (``StandBy``).
"""

import re
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any, Final, TypeVar

import psycopg
from psycopg.rows import namedtuple_row
from sqlalchemy import Engine, PoolProxiedConnection, TextClause, exc, text
from sqlalchemy.orm import Session

# a value's name as in SQLAlchemy's texts: after neither a colon (::type) nor a backslash
_NAME: Final = re.compile(r"(?<![:\w\\]):(\w+)(?!:)")
_SETTLED: Final = "popmap_settled"
_KEPT: Final = 8
_PLANS: Final = {None: "auto", True: "force_generic_plan", False: "force_custom_plan"}

Found = TypeVar("Found")


class Rows(list[Any]):
    """The rows of an answer, read to the end; values by position or by name."""

    def all(self) -> "Rows":
        """Return all of them."""
        return self

    def first(self) -> Any:
        """Return the first one, or None."""
        return self[0] if self else None

    def one_or_none(self) -> Any:
        """Return the only one, or None."""
        return self.one() if self else None

    def one(self) -> Any:
        """Return the only one; ``ValueError`` when there is not just one."""
        (row,) = self
        return row

    def scalar_one(self) -> Any:
        """Return the first value of the only one."""
        return self.one()[0]

    def scalars(self) -> Iterator[Any]:
        """Yield the first value of each."""
        return (row[0] for row in self)


class Glance(Session):
    """A session without a transaction. Close it: its connection goes back to the pool."""

    def __init__(self, engine: Engine) -> None:
        """Take no connection before the first question. The engine must be in AUTOCOMMIT."""
        super().__init__(engine, expire_on_commit=False)
        self._engine = engine
        self._taken: PoolProxiedConnection | None = None
        self._cursor: Any = None

    def ask(self, sql: str, values: Mapping[str, Any], *, settled: bool | None = None) -> Rows:
        """Return the rows of a text of SQL (see ``ask`` below); ``DBAPIError`` as from any session when it fails."""
        if self._taken is None:
            self._taken = self._engine.raw_connection()
            # one for all questions: it knows by then how values and rows are read
            self._cursor = self._taken.cursor(row_factory=namedtuple_row)
        driver: Any = self._taken.driver_connection
        try:
            if self._taken.info.get(_SETTLED) is not settled:
                driver.execute(f"SET plan_cache_mode = {_PLANS[settled]}")
                self._taken.info[_SETTLED] = settled
            return Rows(self._cursor.execute(_for_the_driver(sql), values).fetchall())
        except psycopg.Error as error:
            cut = bool(driver.closed)
            if cut:
                self._taken.invalidate()
            told = exc.DBAPIError.instance(sql, None, error, psycopg.Error, connection_invalidated=cut)
            raise told from error

    def close(self) -> None:
        """Give the connection back."""
        if self._taken is not None:
            self._cursor.close()
            self._taken.close()
            self._taken = self._cursor = None
        super().close()

    def forget(self) -> None:
        """Forget what was told and asked, but keep the connection."""
        self.info.clear()
        if self.in_transaction():  # something took the usual way
            super().close()


class StandBy:
    """Glances over one engine that wait with their connections for somebody to ask. Safe to share between threads."""

    def __init__(self, engine: Engine) -> None:
        """Make none before the first is asked for. The engine must be in AUTOCOMMIT."""
        self._engine = engine
        self._waiting: deque[Glance] = deque()

    def use(self, work: Callable[[Session], Found], info: Mapping[Any, Any]) -> Found:
        """Return what ``work`` makes of one that knows this ``info``; one that fails is not used again."""
        try:
            glance = self._waiting.pop()
        except IndexError:
            glance = Glance(self._engine)
        try:
            glance.info.update(info)
            found = work(glance)
            glance.forget()
        except BaseException:
            glance.close()
            raise
        if len(self._waiting) < _KEPT:
            self._waiting.append(glance)
        else:
            glance.close()
        return found

    def dismiss(self) -> None:
        """Give the connections of all that wait back."""
        while self._waiting:
            self._waiting.pop().close()


def ask(session: Session, sql: str, values: Mapping[str, Any], *, settled: bool | None = None) -> Rows:
    """Return the rows of a text of SQL with its named values (``:name``), asked in whatever session it is.

    ``settled``: whether the best plan is the same for all values, so that a glance has it made once, where planning
    costs more than the question itself; or surely another for each (False). Unless told, the database decides.
    """
    if isinstance(session, Glance):
        return session.ask(sql, values, settled=settled)
    return Rows(session.connection().execute(_statement(sql), values).all())


@lru_cache(maxsize=2_000)
def _statement(sql: str) -> TextClause:
    return text(sql)


@lru_cache(maxsize=2_000)
def _for_the_driver(sql: str) -> str:
    return _NAME.sub(r"%(\1)s", sql.replace("%", "%%"))
