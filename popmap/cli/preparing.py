"""Bring a database to where the program needs it, and make the map's assets: what set-up and ``popmap serve`` ask for.

Preparing takes steps (tables, gazetteer, look-alikes, first data) that leave a mark in the data folder, named after the
database. A step is done again when what it is made from has changed; the first data is loaded once.
"""

import time
from collections.abc import Callable
from typing import Final

import click

from popmap import duplicates, gazetteer, loading
from popmap.basemap import build_world, copy_browser_files
from popmap.cli.lines import keep_lines
from popmap.cli.marks import FIRST_DATA_MARK, MADE_FROM, fingerprint, marks_of
from popmap.config import PROJECT, Settings, writable_folder
from popmap.db import Database, open_database, private_cluster
from popmap.errors import SetupError, UnavailableError
from popmap.migrating import migrate

NPM_PACKAGES: Final = PROJECT / "static" / "node_modules"
SEED: Final = PROJECT / "seed"
FIRST_DATA: Final = ("services.csv", "country_facts.csv", "emergency_numbers.csv", "harmonised_numbers.csv")


@click.command("prepare")
def prepare_all() -> None:
    """Do all that serving needs: tables, gazetteer, first data. `popmap serve` does the same."""
    settings = Settings.from_environment()
    try:
        prepare(settings)
    except UnavailableError as error:
        told = "" if settings.database_url else private_cluster(settings).ran_out_of_room()
        if told:  # a server that cannot write its log of changes ends at once, and can say so only in its own log
            raise SetupError(told) from error
        raise


@click.command("migrate")
def migrate_tables() -> None:
    """Bring the tables to the newest revision."""
    database = open_database(Settings.from_environment())
    try:
        migrate(database.owner_url)
    finally:
        database.dispose()
    click.echo("the tables are at the newest revision")


@click.command()
def assets() -> None:
    """Build the basemap and copy the browser's files from the npm packages."""
    settings = Settings.from_environment()
    writable_folder(settings.data)
    copy_browser_files(PROJECT / "static" / "vendor", packages=NPM_PACKAGES)
    build_world(settings.data / "basemap" / "world.pmtiles", packages=NPM_PACKAGES, report=click.echo)


def prepare(settings: Settings) -> None:
    """Bring the catalogue of these settings to where the program needs it, showing each step that takes time."""
    database = open_database(settings)
    try:
        prepare_tables(settings, database)
        with marks_of(settings, database) as marks:
            if FIRST_DATA_MARK not in marks:
                click.echo("Setting up: first data")
                _load_first_data(database)
                marks[FIRST_DATA_MARK] = time.strftime("%Y-%m-%d")
    finally:
        database.dispose()


def prepare_tables(settings: Settings, database: Database) -> None:
    """Bring a database to the newest tables and gazetteer; what is up to date is left alone."""
    with marks_of(settings, database) as marks:
        _step(marks, "tables", lambda: migrate(database.owner_url))
        _step(marks, "gazetteer", lambda: _load_gazetteer(database))
        _step(marks, "look-alikes", lambda: _keep_match_keys(database))


def _step(marks: dict[str, str], name: str, run: Callable[[], None]) -> None:
    wanted = fingerprint(MADE_FROM[name])
    if marks.get(name) == wanted:
        return
    began = time.monotonic()
    click.echo(f"Setting up: {name}")
    run()
    marks[name] = wanted
    click.echo(f"Setting up: {name} done in {time.monotonic() - began:.0f} s")


def _load_gazetteer(database: Database) -> None:
    with database.transaction() as session:
        gazetteer.load(session, assets=NPM_PACKAGES, progress=lambda line: click.echo(f"  {line}"))


def _keep_match_keys(database: Database) -> None:
    with database.transaction() as session:
        duplicates.keep(session)


def _load_first_data(database: Database) -> None:
    with database.transaction() as session:
        for name in FIRST_DATA:
            click.echo(f"  {loading.load_file(session, SEED / name)}")
    keep_lines(database)
