"""The ways into the database for views: one public-role session per request, closed with it, and transactions."""

from collections.abc import Callable
from typing import Any, Final, TypeVar

from flask import Flask, current_app, g

from popmap.db import Database
from popmap.errors import PopMapError
from popmap.kill_list import KillList

_KEY: Final = "popmap_database"

Found = TypeVar("Found")


def plug_into(app: Flask, database: Database) -> None:
    """Let views read from this database."""
    app.extensions[_KEY] = database
    app.teardown_request(_close)


def reading() -> Any:
    """This request's session, of the role that can read only what is public."""
    if "reading" not in g:
        g.reading_door = current_app.extensions[_KEY].reading()
        g.reading = g.reading_door.__enter__()
    return g.reading


def reading_apart() -> Any:
    """A session of the same role, as a context manager: for a reply that is still being written after its request."""
    return current_app.extensions[_KEY].reading()


def withdrawn() -> KillList:
    """What was taken down: never to be shown, from whatever copy."""
    return current_app.extensions[_KEY].withdrawn


def transaction() -> Any:
    """A session that may write, as a context manager: committed at its end. For what needs more than the public may."""
    return current_app.extensions[_KEY].transaction()


def glance(work: Callable[[Any], Found]) -> Found:
    """What ``work`` makes of a session of the same role without a transaction: for answers of the API."""
    found: Found = current_app.extensions[_KEY].glance(work)
    return found


def in_our_words(error: Exception) -> Exception:
    """An error that a view ran into, as the database's door would tell it; unchanged where it is not the database's.

    A view is no ``with`` block, so the door is told of the error here, before the reply is chosen.
    """
    door = g.pop("reading_door", None)
    g.pop("reading", None)
    try:
        if door is not None:
            door.__exit__(type(error), error, error.__traceback__)
    except PopMapError as told:
        return told
    except Exception as same:  # noqa: BLE001 - the door passes on what it does not know
        return same
    return error


def _close(_error: BaseException | None) -> None:
    door = g.pop("reading_door", None)
    g.pop("reading", None)
    if door is not None:
        door.__exit__(None, None, None)
