"""Lines of the CSV file kept ready in the database: made here, where the catalogue and its formats meet."""

from popmap import catalogue
from popmap.db import Database
from popmap.exports import WRITERS
from popmap.exports.csv import line_of


def keep_lines(database: Database) -> None:
    """Make those that are missing, some thousand in a transaction: nobody who publishes waits long."""
    after: int | None = 0
    while after is not None:
        with database.transaction() as session:
            after = catalogue.keep_lines(session, WRITERS["csv"].made_by, line_of, after=after)
