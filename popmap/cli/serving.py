"""``popmap serve``: prepare the database, then become gunicorn. What was started here is stopped, and nothing else."""

import errno
import fcntl
import os
import socket
import subprocess
import sys
from typing import Final

import click

from popmap.cli.marks import is_prepared
from popmap.config import PROJECT, Settings, writable_folder
from popmap.db import open_database, private_cluster
from popmap.errors import SetupError, UnavailableError

REASONS: Final = {
    errno.EADDRINUSE: "is taken; stop what uses it, or set POPMAP_PORT to another port",
    errno.EACCES: "may not be used by this user; set POPMAP_PORT to one above 1023",
    errno.EADDRNOTAVAIL: "is not of this machine; set POPMAP_HOST to an address it has",
}


@click.command()
def serve() -> None:
    """Prepare the database where needed, then serve until Ctrl-C."""
    settings = Settings.from_environment()
    check_port(settings.host, settings.port)
    os.environ["POPMAP_DATA"] = str(writable_folder(settings.data))
    started = not settings.database_url and _start_cluster(settings)
    try:
        _prepare_where_needed(settings)
        os.environ["POPMAP_STOP_DATABASE"] = "1" if started else ""
        os.environ["POPMAP_WORK_BESIDE"] = "1" if settings.worker == "on" else ""
        os.chdir(PROJECT)
        command = [sys.executable, "-m", "gunicorn", "--config", "gunicorn.conf.py", "wsgi:app"]
        os.execv(sys.executable, command)  # noqa: S606 - no shell is wanted
    except BaseException:
        if started:
            private_cluster(settings).stop()
        raise


def _prepare_where_needed(settings: Settings) -> None:
    """In a process of its own, which needs much that serving does not; it says itself what went wrong."""
    database = open_database(settings)
    try:
        if is_prepared(settings, database):
            return
    except UnavailableError as error:
        raise SetupError(_unreachable(settings)) from error
    finally:
        database.dispose()
    status = subprocess.call([sys.executable, "-m", "popmap.cli", "db", "prepare"])
    if status:
        sys.exit(status)


def _unreachable(settings: Settings) -> str:
    if settings.database_url:
        return "The database that POPMAP_DATABASE_URL names cannot be reached: start it, or mend the address."
    return f"The private database does not answer; its log is {private_cluster(settings).directory / 'log'}."


def check_port(host: str, port: int) -> None:
    """Nothing when the server may listen there; else ``SetupError`` that says why not."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except socket.gaierror as error:
        raise SetupError(f"POPMAP_HOST is {host!r}, which is no address of this machine ({error.strerror}).") from error
    with socket.socket(family, kind, protocol) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except OSError as error:
            reason = REASONS.get(error.errno or 0, f"cannot be used ({error.strerror})")
            raise SetupError(f"Port {port} on {host} {reason}.") from error


def _start_cluster(settings: Settings) -> bool:
    """Whether the database is ours to stop: started now, or left running by a server of ours that was killed.

    The lock is held by the serving process for life, through ``exec``; the file says whether it owns the database.
    """
    lock = os.open(settings.data / "server.lock", os.O_RDWR | os.O_CREAT, 0o600)
    os.set_inheritable(lock, True)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:  # a second server on the same data: the first one's end is the database's
        private_cluster(settings).start()
        return False
    left_behind = os.read(lock, 5) == b"owner"
    started = private_cluster(settings).start() or left_behind
    os.ftruncate(lock, 0)
    os.pwrite(lock, b"owner" if started else b"", 0)
    return started
