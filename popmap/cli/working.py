"""``popmap work``: what has to be done again and again: forget, ask links, freeze versions, remind operators.

Of several processes on one data folder one at a time does it, so that nobody gets the same mail twice.
"""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import click

from popmap import checks, dataset_versions, mail, submissions
from popmap.checks import Checker, due, letters, links
from popmap.cli.lines import keep_lines
from popmap.config import Settings, writable_folder
from popmap.db import Database, open_database
from popmap.errors import UnavailableError

PAUSE_S: Final = 600
BETWEEN_LINKS_S: Final = 0.5
"""Nobody's server is asked faster than that."""


@click.command()
@click.option("--once", is_flag=True, help="Do what is due now and end.")
def work(once: bool) -> None:
    """Forget what is to be forgotten, ask links (POPMAP_LINK_CHECKS=on), remind operators of checks that are due,
    and make this month's version of the data set. `popmap serve` runs this beside itself (POPMAP_WORKER=on).
    """
    settings = Settings.from_environment()
    database = open_database(settings)
    try:
        while True:
            with turn(settings.data) as is_ours:
                if is_ours:
                    round_of_work(settings, database)
                else:
                    click.echo("another process is at it")
            if once:
                return
            time.sleep(PAUSE_S)
    finally:
        database.dispose()


@contextmanager
def turn(data: Path) -> Iterator[bool]:
    """Whether it is this process's turn, until the block ends: no other one works on this folder."""
    lock = os.open(writable_folder(data) / "work.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield True
    except BlockingIOError:
        yield False
    finally:
        os.close(lock)


def round_of_work(settings: Settings, database: Database, checker: Checker | None = None) -> None:
    """One round, told line by line."""
    with database.transaction() as session:
        forgotten = submissions.forget_due(session, datetime.now(UTC).date())
    click.echo(f"forgotten: {forgotten} contacts and texts")
    keep_lines(database)
    if settings.link_checks == "on":
        click.echo(f"links: {_ask_links(database, checker or Checker())}")
    click.echo(f"reminders: {_remind(settings, database)}")
    click.echo(f"versions: {_keep_versions(settings, database)}")
    with database.transaction() as session:
        click.echo(f"due: {len(due.due(session, datetime.now(UTC).date()))} services wait for a check")


def _keep_versions(settings: Settings, database: Database) -> str:
    """This month's version of the data set, and those in the place of what must not be given out any more."""
    try:
        with database.reading() as session:
            made = dataset_versions.keep_up(
                session,
                dataset_versions.Shelf(settings.data),
                withdrawn=database.withdrawn.ids(),
                today=datetime.now(UTC).date(),
                address=settings.public_address,
            )
    except OSError as error:  # a full disk costs the versions, not the mails
        return f"not made: {error.strerror}"
    return f"{', '.join(one.id for one in made)} made" if made else "nothing to make"


def _ask_links(database: Database, checker: Checker) -> str:
    """No transaction is open while somebody else's server takes its time."""
    with database.transaction() as session:
        links.forget_unused(session)
        wanted = links.due(session, datetime.now(UTC))
    counts = dict.fromkeys(checks.KINDS, 0)
    for number, link in enumerate(wanted):
        if number:
            time.sleep(BETWEEN_LINKS_S)
        answer = checker.check(link.url)
        counts[answer.kind] += 1
        with database.transaction() as session:
            links.keep(session, link, answer, datetime.now(UTC))
    return ", ".join(f"{count} {kind}" for kind, count in counts.items())


def _remind(settings: Settings, database: Database) -> str:
    """One mail at a time, noted as soon as it is handed over: a broken server costs the rest, not the noted ones."""
    with database.transaction() as session:
        wanted = due.to_remind(session, datetime.now(UTC).date())
    sent = 0
    for one in wanted:
        secret = letters.token(settings.secret_key, one.id, one.due)
        subject, words = letters.letter(one, f"{settings.public_address}/{one.language}/confirm/{secret}")
        try:
            mail.send(settings, mail.Mail(one.mailbox or "", subject, words))
        except UnavailableError as error:
            return f"{sent} sent, then: {error}"
        with database.transaction() as session:
            due.reminded(session, one)
        sent += 1
    return f"{sent} sent"
