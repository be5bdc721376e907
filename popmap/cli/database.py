"""``popmap db``: run the private database, and bring the tables of any database up to date."""

import select
import sys
from typing import Final

import click

from popmap.cli.commands import Commands
from popmap.config import Settings
from popmap.db import private_cluster
from popmap.errors import SetupError

LOOK_EVERY_S: Final = 1.0
TRY_AGAIN_AFTER_S: Final = 5.0
"""After a start that failed: what it said stands in the terminal, and not once a second."""


@click.group(cls=Commands, where={"prepare": ("preparing", "prepare_all"), "migrate": ("preparing", "migrate_tables")})
def db() -> None:
    """Run the private database: start, stop, keep, status, migrate, prepare."""


@db.command()
def start() -> None:
    """Start the private database and leave it running."""
    settings = private_settings()
    cluster = private_cluster(settings)
    click.echo(f"started in {cluster.directory}" if cluster.start() else "was running already")


@db.command()
def stop() -> None:
    """Stop the private database; open transactions are rolled back."""
    click.echo("stopped" if private_cluster(private_settings()).stop() else "was not running")


@db.command()
def keep() -> None:
    """Start the private database again whenever it is killed, until standard input ends; the server runs this."""
    cluster = private_cluster(private_settings())
    pause_s = LOOK_EVERY_S
    while not _input_ended(pause_s):
        pause_s = LOOK_EVERY_S
        try:
            if cluster.revive():
                click.echo("popmap: the database had been killed; it runs again", err=True)
        except SetupError as error:
            click.echo(f"popmap: {error}", err=True)
            pause_s = TRY_AGAIN_AFTER_S


@db.command()
def status() -> None:
    """Say where the database is and whether it runs."""
    settings = Settings.from_environment()
    if settings.database_url:
        click.echo("an outside database (POPMAP_DATABASE_URL)")
        return
    cluster = private_cluster(settings)
    click.echo(f"{cluster.status()}: {cluster.directory}")
    if cluster.status() == "running":
        click.echo(f"psql -h {cluster.socket_directory} -U popmap popmap")


def private_settings() -> Settings:
    """The settings, for commands that are about the private cluster; ``SetupError`` where that is not used."""
    settings = Settings.from_environment()
    if settings.database_url:
        raise SetupError("POPMAP_DATABASE_URL names an outside database; the private one is not used.")
    return settings


def _input_ended(within_s: float) -> bool:
    ready, _, _ = select.select([sys.stdin], [], [], within_s)
    return bool(ready) and not sys.stdin.readline()
