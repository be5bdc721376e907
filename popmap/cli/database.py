"""``popmap db``: run the private database, and bring any database to where the program needs it.

Preparing takes steps (tables, gazetteer, first data) that leave a mark in the data folder, named after the database.
A step is done again when what it is made from has changed; the first data is loaded once and then left to people.
"""

import contextlib
import fcntl
import hashlib
import json
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Final

import click

from popmap import gazetteer, loading
from popmap.basemap import build_world, copy_browser_files
from popmap.config import PROJECT, Settings, writable_folder
from popmap.db import Database, migrate, open_database, private_cluster
from popmap.errors import SetupError

NPM_PACKAGES: Final = PROJECT / "static" / "node_modules"
SEED: Final = PROJECT / "seed"
FIRST_DATA: Final = ("services.csv", "country_facts.csv", "emergency_numbers.csv", "harmonised_numbers.csv")
MADE_FROM: Final = {
    "tables": ("popmap/migrations/**/*.py", "popmap/migrations/**/*.sql"),
    "gazetteer": ("popmap/gazetteer/**/*.py", "popmap/geo.py", "static/package-lock.json"),
}
ONLY_ASK: Final = frozenset({"popmap/gazetteer/finding.py", "popmap/gazetteer/locating.py"})
"""A change of these changes no table."""


@click.group()
def db() -> None:
    """Run the private database: start, stop, status, migrate."""


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


@db.command("prepare")
def prepare_all() -> None:
    """Do all that serving needs: tables, gazetteer, first data. `popmap serve` does the same."""
    prepare(Settings.from_environment())


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
        with _marks(settings, database) as marks:
            if "first data" not in marks:
                click.echo("Setting up: first data")
                _load_first_data(database)
                marks["first data"] = time.strftime("%Y-%m-%d")
    finally:
        database.dispose()


def prepare_tables(settings: Settings, database: Database) -> None:
    """Bring a database to the newest tables and gazetteer; what is up to date is left alone."""
    with _marks(settings, database) as marks:
        _step(marks, "tables", lambda: migrate(database.owner_url))
        _step(marks, "gazetteer", lambda: _load_gazetteer(database))


@contextlib.contextmanager
def _marks(settings: Settings, database: Database) -> Iterator[dict[str, str]]:
    """What was done to this database, kept as a file; one process at a time prepares."""
    folder = writable_folder(settings.data / "setup")
    path = folder / f"database-{database.identity()}.json"
    with (folder / "database.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        marks = json.loads(path.read_text()) if path.exists() else {}
        try:
            yield marks
        finally:
            path.write_text(json.dumps(marks, indent=1))


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


def _load_first_data(database: Database) -> None:
    with database.transaction() as session:
        for name in FIRST_DATA:
            click.echo(f"  {loading.load_file(session, SEED / name)}")


def fingerprint(patterns: Iterable[str]) -> str:
    """A word that changes when one of these files of the project does, comes or goes."""
    whole = hashlib.sha256()
    for path in sorted({path for pattern in patterns for path in PROJECT.glob(pattern)}):
        name = str(path.relative_to(PROJECT))
        if path.is_file() and name not in ONLY_ASK:
            whole.update(name.encode() + path.read_bytes())
    return whole.hexdigest()[:16]


def private_settings() -> Settings:
    """The settings, for commands that are about the private cluster; ``SetupError`` where that is not used."""
    settings = Settings.from_environment()
    if settings.database_url:
        raise SetupError("POPMAP_DATABASE_URL names an outside database; the private one is not used.")
    return settings
