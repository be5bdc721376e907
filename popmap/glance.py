"""Short questions: texts of SQL that go straight to the driver, which costs a quarter of the usual way.

Rules ask with ``ask`` and cannot tell one session from another; only doors (``db``) make a ``Glance``. It has no
transaction, so each statement sees the latest state. Expressions and objects take the usual way in both.
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, Final

import psycopg
from psycopg.rows import namedtuple_row
from sqlalchemy import Engine, PoolProxiedConnection, TextClause, exc, text
from sqlalchemy.orm import Session

# a value's name as in SQLAlchemy's texts: after neither a colon (::type) nor a backslash
_NAME: Final = re.compile(r"(?<![:\w\\]):(\w+)(?!:)")
_SETTLED: Final = "popmap_settled"
_PLANS: Final = {None: "auto", True: "force_generic_plan", False: "force_custom_plan"}


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

    def ask(self, sql: str, values: Mapping[str, Any], *, settled: bool | None = None) -> Rows:
        """Return the rows of a text of SQL (see ``ask`` below); ``DBAPIError`` as from any session when it fails."""
        if self._taken is None:
            self._taken = self._engine.raw_connection()
        driver: Any = self._taken.driver_connection
        try:
            if self._taken.info.get(_SETTLED) is not settled:
                driver.execute(f"SET plan_cache_mode = {_PLANS[settled]}")
                self._taken.info[_SETTLED] = settled
            cursor = driver.cursor(row_factory=namedtuple_row).execute(_for_the_driver(sql), values)
            return Rows(cursor.fetchall())
        except psycopg.Error as error:
            cut = bool(driver.closed)
            if cut:
                self._taken.invalidate()
            told = exc.DBAPIError.instance(sql, None, error, psycopg.Error, connection_invalidated=cut)
            raise told from error

    def close(self) -> None:
        """Give the connection back."""
        if self._taken is not None:
            self._taken.close()
            self._taken = None
        super().close()


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
