"""``popmap load`` and ``popmap export``: the catalogue in and out of files."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from importlib import import_module
from itertools import chain, islice
from pathlib import Path
from typing import IO, Final

import click
from sqlalchemy import exc

from popmap import catalogue, loading
from popmap.catalogue import Criteria
from popmap.cli.lines import keep_lines
from popmap.config import Settings
from popmap.db import FILE_STATEMENT_S, Database, open_database
from popmap.errors import PopMapError
from popmap.exports import WRITERS, Writer
from popmap.inputs import parse_criteria
from popmap.vocabulary import LANGUAGES

MAP_FILE: Final = "html"
"""Not a table but a map of its own: made by the web storey, which is imported for it alone."""

TOLD_EVERY: Final = 10_000


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Show every error with row and column; change nothing.")
@click.option("--overwrite", is_flag=True, help="Change also what moderators decided on since it was loaded.")
def load(file: Path, *, dry_run: bool, overwrite: bool) -> None:
    """Load FILE (CSV with the columns of seed/services.csv): all of it or, on any error, nothing.

    What was taken down stays down, whatever FILE says.
    """
    try:
        with _opened() as database, database.transaction() as session:
            outcome = loading.load_file(
                session, file, dry_run=dry_run, progress=_to_standard_error, overwrite=overwrite
            )
    except (exc.IntegrityError, exc.DataError) as error:  # the last resort: the reader should have named row and column
        reason = str(error.orig).partition("\n")[0]
        raise PopMapError(f"the database refused {file.name}, nothing was changed: {reason}") from error
    click.echo(outcome)
    if not dry_run:
        with _opened() as database:
            keep_lines(database)


@click.command()
@click.argument("format", type=click.Choice(sorted((*WRITERS, MAP_FILE))))
@click.option(
    "--filter", "filters", multiple=True, metavar="KEY=VALUE", help="A criterion, as in the pages' addresses."
)
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="The file; standard output otherwise.")
@click.option("--language", type=click.Choice(LANGUAGES), default="en", help="Of the words in an html map.")
def export(format: str, filters: Sequence[str], output: Path | None, language: str) -> None:  # noqa: A002 - the word on the command line
    """Write the public services as FORMAT; a file appears complete or not at all."""
    criteria = parse_criteria(Filters(filters))
    with _opened() as database, database.reading(statement_s=FILE_STATEMENT_S) as session, ExitStack() as ended:
        writer = WRITERS.get(format) or _map_file(database, criteria, language)
        found = ended.enter_context(closing(catalogue.stream(session, criteria, made_by=writer.made_by)))
        # the first record before the first byte: what cannot be read leaves no header that looks like a file
        first = list(islice(found, 1))
        records = _told(chain(first, found))
        if output is None:
            _write(writer.pieces(records), sys.stdout.buffer)
        else:
            writer.save(records, output)


def _map_file(database: Database, criteria: Criteria, language: str) -> Writer:
    """The map as a format; it looks for its services itself."""
    make = import_module("popmap.cli.map_file").map_file
    return Writer(MAP_FILE, "text/html", lambda _: iter([make(database, criteria, language=language)]))


def _told(records: Iterable[str]) -> Iterator[str]:
    """The same records; how many there were so far is told on standard error, for those who wait."""
    number = 0
    for number, record in enumerate(records, start=1):
        if number % TOLD_EVERY == 0:
            _to_standard_error(f"{number:,} services")
        yield record
    _to_standard_error(f"{number:,} services, that is all")


class Filters:
    """``KEY=VALUE`` words in the form in which criteria are read from an address."""

    def __init__(self, words: Sequence[str]) -> None:
        self._pairs = [word.partition("=") for word in words]
        if any(not sign for _, sign, _ in self._pairs):
            raise click.UsageError("--filter takes KEY=VALUE, such as --filter country=FR")

    def keys(self) -> Iterable[str]:
        """Return the names given, each once."""
        return dict.fromkeys(name for name, _, _ in self._pairs)

    def getlist(self, key: str, /) -> Sequence[str]:
        """Return the values given for a name."""
        return [value for name, _, value in self._pairs if name == key]


@contextmanager
def _opened() -> Iterator[Database]:
    database = open_database(Settings.from_environment())
    try:
        yield database
    finally:
        database.dispose()


def _write(pieces: Iterable[bytes], file: IO[bytes]) -> None:
    for piece in pieces:
        file.write(piece)
    file.flush()


def _to_standard_error(line: str) -> None:
    click.echo(line, err=True)
