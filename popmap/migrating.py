"""Bring the tables of a database to the newest revision: a room of its own, since serving does not need its library."""

import psycopg
from alembic import command
from alembic.config import Config
from sqlalchemy import exc

from popmap.config import PROJECT
from popmap.db import in_our_words
from popmap.errors import SetupError


def migrate(owner_url: str) -> None:
    """Bring the tables of this database to the newest revision; ``SetupError`` when its user may not.

    Raises ``UnavailableError`` when it cannot be reached or has no room; then nothing was changed.

    The migration scripts find the address as the main option ``sqlalchemy.url``.
    """
    config = Config()
    config.set_main_option("script_location", str(PROJECT / "popmap" / "migrations"))
    config.set_main_option("sqlalchemy.url", owner_url.replace("%", "%%"))
    try:
        with in_our_words():
            command.upgrade(config, "head")
    except exc.ProgrammingError as error:
        if not isinstance(error.orig, psycopg.errors.InsufficientPrivilege):
            raise
        reason = str(error.orig).partition("\n")[0]
        raise SetupError(
            f"The database user may not set up the catalogue ({reason}); let it create roles and extensions, "
            "or let an administrator create postgis, pg_trgm, unaccent, btree_gin, pgcrypto and the role popmap_public."
        ) from error
