"""The ``popmap`` command: one group, one module per family of commands, one place that turns errors into exit statuses.

Commands parse what is given, open the transaction and show the outcome; what happens in between is a rule module's.
"""

import errno
import sys
from typing import Final

import click

from popmap.cli.commands import Commands
from popmap.errors import Fault, InputError, PopMapError

WHERE: Final = {
    "db": ("database", "db"),
    "assets": ("preparing", "assets"),
    "load": ("records", "load"),
    "export": ("records", "export"),
    "moderator": ("moderators", "moderator"),
    "backup": ("backing_up", "backup"),
    "restore": ("backing_up", "restore"),
    "withdraw": ("withdrawing", "withdraw"),
    "version": ("versioning", "version"),
    "work": ("working", "work"),
    "work-beside": ("beside", "work_beside"),
    "serve": ("serving", "serve"),
    "fake": ("synthetic", "fake"),
    "bench": ("measuring", "bench"),
}


@click.group(cls=Commands, where=WHERE, context_settings={"help_option_names": ["-h", "--help"]})
def popmap() -> None:
    """PoP Map: a public catalogue and map of services that help children."""


def main() -> None:
    """Run the command line; exit status 0 only on success, every error on standard error in one sentence."""
    try:
        popmap.main(prog_name="popmap", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)
    except InputError as error:
        for fault in error.faults:
            click.echo(_sentence(fault), err=True)
        sys.exit(f"popmap: refused, nothing was changed ({len(error.faults)} faults).")
    except PopMapError as error:
        sys.exit(f"popmap: {error}")
    except OSError as error:
        told = _told_by_the_system(error)
        if told is None:
            raise
        sys.exit(f"popmap: {told}.")


def _told_by_the_system(error: OSError) -> str | None:
    """A full disk, or what is wrong with a file, in words; None where neither is known."""
    if error.errno == errno.ENOSPC:
        return f"the disk is full ({error.filename or 'no space left'}); make room and try again"
    return f"{error.filename}: {error.strerror}" if error.filename is not None else None


def _sentence(fault: Fault) -> str:
    place = f"row {fault.row}, {fault.name}" if fault.row else fault.name
    value = f" ({fault.value})" if fault.value else ""
    allowed = f"; allowed: {', '.join(fault.allowed)}" if fault.allowed else ""
    return f"{place}: {fault.code}{value}{allowed}"
