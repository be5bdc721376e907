"""``popmap moderator``: who may decide about entries."""

from collections.abc import Iterator
from contextlib import contextmanager

import click
from sqlalchemy.orm import Session

from popmap import accounts
from popmap.config import Settings
from popmap.db import open_database


@click.group()
def moderator() -> None:
    """Invite moderators, list them, shut them out."""


@moderator.command()
@click.argument("email")
@click.option("--lead", is_flag=True, help="May decide what only leads may: look-alikes, merging, reopening.")
def add(email: str, *, lead: bool) -> None:
    """Invite EMAIL: prints the link behind which password and second factor are chosen.

    Somebody who is known already loses password, second factor and sessions, and begins anew.
    """
    settings = Settings.from_environment()
    with _session(settings) as session:
        token = accounts.invite(session, email, "lead" if lead else "moderator")
    hours = int(accounts.INVITED_FOR.total_seconds() // 3600)
    click.echo(f"http://{settings.host}:{settings.port}/moderate/welcome/{token}")
    click.echo(f"Hand this link to {email} on a safe way; it works once, for {hours} hours.", err=True)


@moderator.command("list")
def list_all() -> None:
    """List all who are or were moderators."""
    with _session(Settings.from_environment()) as session:
        for account in accounts.listing(session):
            click.echo(f"{account.email}\t{account.role}\t{account.state}\t{account.created_at:%Y-%m-%d}")


@moderator.command()
@click.argument("email")
def disable(email: str) -> None:
    """Shut EMAIL out at once, running sessions included. What was decided stays."""
    with _session(Settings.from_environment()) as session:
        accounts.disable(session, email)
    click.echo(f"{email} is shut out")


@contextmanager
def _session(settings: Settings) -> Iterator[Session]:
    database = open_database(settings)
    try:
        with database.transaction() as session:
            yield session
    finally:
        database.dispose()
