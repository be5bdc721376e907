"""The ways into the database for views: one public-role session per request, closed with it, and transactions.

While the database is away the request goes on with a look at the saved copy in the session's place (``fall_back``);
``notice`` is what its page then has to say about that.
"""

import contextlib
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeVar

from flask import Flask, current_app, g

from popmap.db import Database
from popmap.errors import PopMapError
from popmap.kill_list import KillList
from popmap.saved import PLACE_UNKNOWN, Saved, SavedFile

_KEY: Final = "popmap_database"
_FILE: Final = "popmap_saved_file"

Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Notice:
    """What a page says while the database is away: from when it is (UTC), and what it cannot know."""

    at: datetime
    is_whole: bool
    place_unknown: bool


def plug_into(app: Flask, database: Database, file: SavedFile) -> None:
    """Let views read from this database, and from this file while it is away; templates ask for ``saved_notice()``."""
    app.extensions[_KEY] = database
    app.extensions[_FILE] = file
    app.jinja_env.globals["saved_notice"] = notice
    app.teardown_request(_close)


def reading() -> Any:
    """This request's session, of the role that can read only what is public."""
    if "saved" in g:
        return g.saved
    if "reading" not in g:
        g.reading_door = current_app.extensions[_KEY].reading()
        g.reading = g.reading_door.__enter__()
    return g.reading


def reading_apart(*, statement_s: int | None = None) -> Any:
    """A session of the same role, as a context manager: for a reply that is still being written after its request.

    Who lets its statements take longer than those of a page sees to it that few do at once.
    """
    if "saved" in g:
        return contextlib.nullcontext(g.saved)
    return current_app.extensions[_KEY].reading(statement_s=statement_s)


def withdrawn() -> KillList:
    """What was taken down: never to be shown, from whatever copy."""
    return current_app.extensions[_KEY].withdrawn


def reported() -> Collection[str]:
    """The services of which somebody says that they may be wrong, as they were a second ago: asks no database.

    For long lists; what is about one service or one country asks ``submissions.being_checked``.
    """
    file: SavedFile = current_app.extensions[_FILE]
    return file.reported()


def transaction() -> Any:
    """A session that may write, as a context manager: committed at its end. For what needs more than the public may."""
    return current_app.extensions[_KEY].transaction()


def glance(work: Callable[[Any], Found]) -> Found:
    """What ``work`` makes of a session of the same role without a transaction: for answers of the API."""
    if "saved" in g:
        return work(g.saved)
    found: Found = current_app.extensions[_KEY].glance(work)
    return found


def fall_back() -> bool:
    """Let the rest of this request read from the saved copy; False where it does already, or there is none."""
    copy = None if "saved" in g else _look()
    if copy is not None:
        g.saved = copy
    return copy is not None


def saved() -> Saved | None:
    """The saved copy, if this request reads from it."""
    return g.get("saved")


def notice() -> Notice | None:
    """What this request's page has to say: None while all is well."""
    copy = saved()
    if copy is None and getattr(current_app.extensions[_KEY], "is_away", False):
        copy = _look()
    return Notice(copy.at, copy.is_whole, PLACE_UNKNOWN in copy.info) if copy is not None else None


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


def _look() -> Saved | None:
    file: SavedFile = current_app.extensions[_FILE]
    return file.look(withdrawn().ids())


def _close(_error: BaseException | None) -> None:
    door = g.pop("reading_door", None)
    g.pop("reading", None)
    if door is not None:
        door.__exit__(None, None, None)
