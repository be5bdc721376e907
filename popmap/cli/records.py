"""``popmap load`` and ``popmap export``: the catalogue in and out of files."""

from pathlib import Path

import click

from popmap import loading
from popmap.config import Settings
from popmap.db import open_database


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Show every error with row and column; change nothing.")
def load(file: Path, *, dry_run: bool) -> None:
    """Load FILE (CSV with the columns of seed/services.csv): all of it or, on any error, nothing."""
    database = open_database(Settings.from_environment())
    try:
        with database.transaction() as session:
            outcome = loading.load_file(session, file, dry_run=dry_run)
    finally:
        database.dispose()
    click.echo(outcome)
