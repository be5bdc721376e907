"""``popmap work-beside``: what a server runs beside itself: ``popmap work --once`` now and then, until the server ends.

This process imports next to nothing, and between two rounds it sleeps. A round is a process of its own that gives way
to everything else; what it forgets, asks and mails is told in ``working``.
"""

import os
import select
import subprocess
import sys
from collections.abc import Sequence
from typing import Any, Final

import click

FIRST_AFTER_S: Final = 60.0
"""Whoever has just started the server wants pages first."""
EVERY_S: Final = 1800.0
LOOK_EVERY_S: Final = 0.5
WORK: Final = (sys.executable, "-m", "popmap.cli", "work", "--once")


@click.command(hidden=True)
def work_beside() -> None:
    """Do what is due every half hour, until standard input ends; the server runs this."""
    os.nice(19)
    keep_working(WORK, sys.stdin)


def keep_working(
    command: Sequence[str], until: Any, *, first_after_s: float = FIRST_AFTER_S, every_s: float = EVERY_S
) -> None:
    """Run a command again and again until the stream ``until`` ends; then a round that is under way is stopped."""
    pause_s = first_after_s
    while not _ended(until, pause_s):
        work = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        while work.poll() is None:
            if _ended(until, LOOK_EVERY_S):
                work.terminate()
                work.wait()
                return
        pause_s = every_s


def _ended(stream: Any, within_s: float) -> bool:
    ready, _, _ = select.select([stream], [], [], within_s)
    return bool(ready) and not stream.readline()
