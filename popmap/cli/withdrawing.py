"""``popmap withdraw``: take a service down from the command line, when the moderators' pages cannot be waited for."""

import click

from popmap import withdrawals
from popmap.config import Settings
from popmap.db import open_database


@click.command()
@click.argument("service_id", metavar="ID")
@click.option("--reason", required=True, help="Why, as the history of the record will say.")
def withdraw(service_id: str, reason: str) -> None:
    """Take the service ID down, now and everywhere: pages, map, API, exports, saved copies and phones."""
    database = open_database(Settings.from_environment())
    try:
        with database.transaction() as session:
            withdrawals.withdraw(session, service_id, by_role="lead", reason=reason)
    finally:
        database.dispose()
    click.echo(f"{service_id} is withdrawn; phones that keep a copy hear of it within a day.")
