"""``popmap db``: run the private database, and bring the tables of any database up to date."""

import click

from popmap.cli.commands import Commands
from popmap.config import Settings
from popmap.db import migrate, open_database, private_cluster
from popmap.errors import SetupError


@click.group(cls=Commands, where={"prepare": ("preparing", "prepare_all")})
def db() -> None:
    """Run the private database: start, stop, status, migrate, prepare."""


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


@db.command("migrate")
def migrate_tables() -> None:
    """Bring the tables to the newest revision."""
    database = open_database(Settings.from_environment())
    try:
        migrate(database.owner_url)
    finally:
        database.dispose()
    click.echo("the tables are at the newest revision")


def private_settings() -> Settings:
    """The settings, for commands that are about the private cluster; ``SetupError`` where that is not used."""
    settings = Settings.from_environment()
    if settings.database_url:
        raise SetupError("POPMAP_DATABASE_URL names an outside database; the private one is not used.")
    return settings
