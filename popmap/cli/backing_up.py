"""``popmap backup`` and ``popmap restore``: the whole database as one file, and back again."""

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import click

from popmap import backups, kill_list
from popmap.cli.marks import FIRST_DATA_MARK, marks_of
from popmap.config import Settings, writable_folder
from popmap.db import CATALOGUE, PUBLIC_ROLE, Database, open_database, private_cluster
from popmap.errors import SetupError
from popmap.kill_list import KillList
from popmap.postgres import Cluster

DRAFT: Final = f"{CATALOGUE}_restoring"
REPLACED: Final = f"{CATALOGUE}_replaced"


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def backup(file: Path) -> None:
    """Write everything the database holds to FILE, whole or not at all; it holds what is not public too."""
    settings = Settings.from_environment()
    database = open_database(settings)
    click.echo("Backing up: a minute or so for the gazetteer's million names", err=True)
    try:
        size = backups.backup(database, file.absolute(), settings=settings)
    finally:
        database.dispose()
    click.echo(f"{file}: {size / 1e6:.0f} MB")


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def restore(file: Path) -> None:
    """Put the catalogue of FILE in the place of the present one, which is kept as popmap_replaced.

    The server must be stopped. What was withdrawn since the backup stays withdrawn. An outside database
    (POPMAP_DATABASE_URL) must be empty.
    """
    settings = Settings.from_environment()
    click.echo("Restoring: a minute or two for the gazetteer's million names", err=True)
    if settings.database_url:
        taken_down = _fill(open_database(settings), file, settings)
    else:
        with _nobody_serving(settings):
            taken_down = _put_in_place(private_cluster(settings), file, settings)
    click.echo(f"{file} is restored; start the server again.")
    for service_id in taken_down:
        click.echo(f"{service_id} was withdrawn since and stays so.")


def _put_in_place(cluster: Cluster, file: Path, settings: Settings) -> list[str]:
    """Restore beside the present catalogue, then change places: a restore that fails leaves all as it was."""
    cluster.start()
    cluster.drop_database(DRAFT)
    cluster.create_database(DRAFT)
    draft = Database(cluster.url(DRAFT), cluster.url(DRAFT, PUBLIC_ROLE))
    try:
        taken_down = _fill(draft, file, settings)
    except BaseException:
        cluster.drop_database(DRAFT)
        raise
    if CATALOGUE in cluster.databases():
        cluster.drop_database(REPLACED)
        cluster.rename_database(CATALOGUE, REPLACED)
    cluster.rename_database(DRAFT, CATALOGUE)
    return taken_down


def _fill(database: Database, file: Path, settings: Settings) -> list[str]:
    withdrawn = KillList(settings.data / kill_list.FILE)
    try:
        taken_down = list(backups.restore(database, file.absolute(), settings=settings, withdrawn=withdrawn))
        with marks_of(settings, database) as marks:
            marks[FIRST_DATA_MARK] = time.strftime("%Y-%m-%d")  # the next start must not load the seed over it
    finally:
        database.dispose()
    return taken_down


@contextmanager
def _nobody_serving(settings: Settings) -> Iterator[None]:
    with (writable_folder(settings.data) / "server.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SetupError("The server is running; stop it (Ctrl-C), then restore.") from None
        yield
