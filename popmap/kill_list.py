"""Which services were taken down, on local disk: what every copy of the catalogue is held against before it is shown.

A copy that keeps help alive while the database is away would keep a predator's number alive as well. So whoever takes a
service down notes it in the session (``hide``), and ``db`` writes the note here just before the commit; every process
sees it with its next look at the file. The database stays the truth while it answers; what a copy holds is ``saved``'s
business, who may take a service down that of the rules.
"""

import os
from collections.abc import Iterable, Mapping, MutableMapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Lock
from typing import Any, Final

import orjson

from popmap.errors import UnavailableError

FILE: Final = "withdrawn.jsonl"
HIDDEN: Final = "hidden_services"
"""In a session that reads: ids that must not be shown although the database may still have them."""
RECENT: Final = timedelta(hours=1)
"""So long a replica may lag behind the database that knows of a withdrawal."""

_HIDE: Final = "services_to_hide"
_SHOW: Final = "services_to_show"


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """A service that was taken down, and when (UTC)."""

    id: str
    at: datetime


def hide(info: MutableMapping[Any, Any], ids: Iterable[str]) -> None:
    """Note in a session's ``info`` that its transaction takes these services down."""
    info.setdefault(_HIDE, set()).update(ids)
    info.setdefault(_SHOW, set()).difference_update(ids)


def show_again(info: MutableMapping[Any, Any], ids: Iterable[str]) -> None:
    """Note in a session's ``info`` that its transaction publishes these services."""
    info.setdefault(_SHOW, set()).update(ids)
    info.setdefault(_HIDE, set()).difference_update(ids)


class KillList:
    """The file of what was taken down; lines are only ever added, so that a killed process leaves no half of it."""

    def __init__(self, path: Path | None = None) -> None:
        """Look at nothing yet; without a path the list is this process's own."""
        self._path = path
        self._own = b""
        self._read_as: tuple[int, int] = (0, 0)
        self._withdrawn: Mapping[str, Withdrawal] = {}
        self._ids: frozenset[str] = frozenset()
        self._lock = Lock()

    def state(self) -> tuple[int, int]:
        """A value that differs whenever the list does."""
        if self._path is None:
            return len(self._own), 0
        try:
            status = self._path.stat()
        except FileNotFoundError:
            return 0, 0
        return status.st_mtime_ns, status.st_size

    def withdrawals(self) -> list[Withdrawal]:
        """Everything on the list, the latest first."""
        self._look()
        return sorted(self._withdrawn.values(), key=lambda one: (one.at, one.id), reverse=True)

    def ids(self) -> frozenset[str]:
        """The ids on the list."""
        self._look()
        return self._ids

    def recent(self) -> frozenset[str]:
        """The ids of those taken down in the last hour."""
        if not self.ids():
            return frozenset()
        since = datetime.now(UTC) - RECENT
        return frozenset(one.id for one in self._withdrawn.values() if one.at >= since)

    def follow(self, info: MutableMapping[Any, Any]) -> None:
        """Write down what was noted in a session's ``info``. To be called just before its commit.

        A service is hidden before the database says so: the other way round a copy would show it in between.
        Raises ``UnavailableError`` when the disk does not take it: then nothing was kept.
        """
        self.add(info.pop(_HIDE, set()) - self.ids())
        self.remove(info.pop(_SHOW, set()))

    def add(self, ids: Iterable[str], *, at: datetime | None = None) -> None:
        """Put services on the list, as taken down at this moment unless given."""
        moment = (at or datetime.now(UTC)).isoformat(timespec="seconds")
        self._append({"id": one, "at": moment} for one in sorted(ids))

    def remove(self, ids: Iterable[str]) -> None:
        """Take services off the list that are public again."""
        self._append({"id": one, "at": None} for one in sorted(self.ids().intersection(ids)))

    def _append(self, entries: Iterable[Mapping[str, Any]]) -> None:
        # a line begins with its own line break: what a torn line before it said is lost, not this one
        lines = b"".join(b"\n" + orjson.dumps(entry) for entry in entries)
        if not lines:
            return
        if self._path is None:
            self._own += lines
            return
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._path.open("ab", buffering=0) as file:
                file.write(lines)
                os.fsync(file.fileno())
        except OSError as error:
            raise UnavailableError(f"The list of withdrawn services cannot be written ({error.strerror}).") from error

    def _look(self) -> None:
        state = self.state()
        if state == self._read_as:
            return
        with self._lock:
            content = self._own if self._path is None else _content(self._path)
            self._withdrawn = _read(content)
            self._ids = frozenset(self._withdrawn)
            self._read_as = state


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""


def _read(content: bytes) -> dict[str, Withdrawal]:
    found: dict[str, Withdrawal] = {}
    for line in content.splitlines():
        try:
            entry = orjson.loads(line)
        except orjson.JSONDecodeError:  # empty, or torn by a full disk: its transaction was refused
            continue
        found.pop(entry["id"], None)
        if entry["at"]:
            found[entry["id"]] = Withdrawal(entry["id"], datetime.fromisoformat(entry["at"]))
    return found
