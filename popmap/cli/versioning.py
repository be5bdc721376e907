"""``popmap version``: freeze the data set as it is today, and show what versions there are."""

from datetime import UTC, datetime

import click

from popmap.config import Settings
from popmap.dataset_versions import Shelf, freeze, reissue
from popmap.db import open_database


@click.group()
def version() -> None:
    """Freeze the data set, list what was frozen: create, list, reissue."""


@version.command()
def create() -> None:
    """Make today's version: every format with its checksum, never to be written again."""
    settings = Settings.from_environment()
    database = open_database(settings)
    try:
        with database.reading() as session:
            shelf = Shelf(settings.data)
            day = datetime.now(UTC).date()
            made = freeze(session, shelf.folder, day=day, address=settings.public_address)
    finally:
        database.dispose()
    click.echo(f"{made.id}: {made.services} services, {len(made.files)} files in {shelf.folder / made.id}")


@version.command("list")
def list_all() -> None:
    """Show the versions, the latest first."""
    for one in Shelf(Settings.from_environment().data).all():
        size = sum(file.bytes for file in one.files)
        made = f", from {one.made_from} without {len(one.without)}" if one.made_from else ""
        click.echo(f"{one.id}\trevision {one.revision}\t{one.services} services\t{size} bytes{made}")


@version.command("reissue")
@click.argument("version_id", metavar="ID")
@click.option("--without", multiple=True, required=True, metavar="SERVICE", help="A service to leave out.")
def make_again(version_id: str, without: tuple[str, ...]) -> None:
    """Make the version ID again without some services. `popmap work` does so by itself for what was taken down."""
    settings = Settings.from_environment()
    shelf = Shelf(settings.data)
    made = reissue(shelf.folder, shelf.get(version_id), without=without, address=settings.public_address)
    click.echo(f"{made.id}: {made.services} services, without {len(made.without)}")
