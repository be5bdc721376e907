"""The last good copy of what is public, in one file that outlives the database, and a session that looks at it instead.

A file is written whole or not at all (``saving``), read once per process and change, and held against the kill list at
every look. Rules that can answer from it are registered for ``Saved`` beside their SQL; every other one finds that a
``Saved`` runs no statement, and says so. What is in the file came through the public role: nothing else can be in it.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import Any, Final, NoReturn

import orjson
from sqlalchemy.orm import Session

from popmap.errors import UnavailableError

FILE: Final = "saved.jsonl"
FORMAT: Final = 1
PLACE_UNKNOWN: Final = "place_unknown"
"""A note in a look's ``info``: where something is could not be told, so only what serves the whole world was found."""


@dataclass(frozen=True, slots=True)
class SavedService:
    """A public service: its text as stored, and the columns it is found and sorted by. Days are ISO texts."""

    id: str
    kind: str
    sort_name: str
    name_en: str
    search_text: str
    topics: Sequence[str]
    languages: Sequence[str]
    audiences: Sequence[str]
    channel_types: Sequence[str]
    coverage_codes: Sequence[str]
    country_codes: Sequence[str]
    specificity: int
    has_area: bool
    min_age: int | None
    max_age: int | None
    cost: str
    privacy: str
    visitable: bool
    lon: float | None
    lat: float | None
    check_level: int
    verified_on: str | None
    next_check_due: str | None
    updated_at: str
    hours_keys: Sequence[str]
    ai: Mapping[str, Any] | None
    document: str
    checks: Sequence[Mapping[str, Any]] | None


@dataclass(frozen=True, slots=True)
class SavedPlace:
    """A country, a subdivision or a large town; ``folded`` are its names as they are compared."""

    id: str
    kind: str
    name: str
    names: Mapping[str, str]
    region_names: Mapping[str, str]
    country: str
    subdivision: str | None
    lon: float | None
    lat: float | None
    bbox: Sequence[float] | None
    weight: float
    folded: Sequence[str]


@dataclass(frozen=True, slots=True)
class SavedCountry:
    """What is known of a country, as rows in the order of ``countries``' dataclasses."""

    iso2: str
    emergency: Sequence[Sequence[Any]]
    harmonised: Sequence[Sequence[Any]]
    facts: Sequence[Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Head:
    """Which state of the catalogue a copy holds, and how many services that state has: perhaps more than are kept."""

    number: int
    writer: str
    total: int
    format: int = FORMAT


@dataclass(frozen=True, slots=True)
class Copy:
    """The whole copy, as one file holds it."""

    head: Head
    services: tuple[SavedService, ...] = ()
    places: Mapping[str, SavedPlace] = field(default_factory=dict)
    countries: Mapping[str, SavedCountry] = field(default_factory=dict)


class Saved(Session):
    """A session that looks at a copy and runs no statement; what was taken down is not in it.

    ``at`` is when the copy was last seen to be the catalogue (UTC).
    """

    def __init__(self, copy: Copy, *, at: datetime, hidden: Collection[str] = ()) -> None:
        """``hidden`` are the ids on the kill list."""
        super().__init__()
        self.copy, self.at = copy, at
        self.services = [one for one in copy.services if one.id not in hidden]

    @property
    def is_whole(self) -> bool:
        """Whether every service is in the copy."""
        return len(self.copy.services) >= self.copy.head.total

    def get_bind(self, *_: Any, **__: Any) -> NoReturn:
        """Not here: ``UnavailableError``, for every statement of a rule that cannot answer from a copy."""
        raise UnavailableError("This cannot be told from the saved copy; the database is away.")


class SavedFile:
    """The file of the copy in the data folder."""

    def __init__(self, path: Path) -> None:
        """Read nothing yet."""
        self.path = path
        self._lock = Lock()
        self._read_as: tuple[int, int] | None = None
        self._copy: Copy | None = None

    def look(self, hidden: Collection[str]) -> Saved | None:
        """The copy without what is on the kill list; None where there is no copy, or none of this format."""
        try:
            status = self.path.stat()
        except FileNotFoundError:
            return None
        with self._lock:  # the inode tells one file from the next: its time moves on while nothing changes
            if self._read_as != (status.st_ino, status.st_size):
                self._copy = _read(self.path)
                self._read_as = (status.st_ino, status.st_size)
            copy = self._copy
        return Saved(copy, at=datetime.fromtimestamp(status.st_mtime, UTC), hidden=hidden) if copy else None

    def head(self) -> Head | None:
        """Which state the file holds; None where there is no file, or none of this format."""
        try:
            with self.path.open("rb") as file:
                return _head(file.readline())
        except FileNotFoundError:
            return None


def lines_of(head: Head, parts: Iterable[SavedService | SavedPlace | SavedCountry]) -> Iterator[bytes]:
    """A copy as lines: its head, its parts, and a last line that says how many there were."""
    yield orjson.dumps(astuple(head), option=orjson.OPT_APPEND_NEWLINE)
    count = 0
    for part in parts:
        values = [getattr(part, name) for name in part.__slots__]
        yield orjson.dumps([type(part).__name__, *values], option=orjson.OPT_APPEND_NEWLINE)
        count += 1
    yield orjson.dumps(["end", count], option=orjson.OPT_APPEND_NEWLINE)


_PARTS: Final[Mapping[str, Callable[..., Any]]] = {
    kind.__name__: kind for kind in (SavedService, SavedPlace, SavedCountry)
}


def _read(path: Path) -> Copy | None:
    lines = path.read_bytes().splitlines()
    if len(lines) < 2 or lines[-1] != orjson.dumps(["end", len(lines) - 2]):
        return None
    head, lines = _head(lines[0]), lines[1:]
    if head is None:
        return None
    found: dict[str, list[Any]] = {name: [] for name in _PARTS}
    for line in lines[:-1]:
        name, *values = orjson.loads(line)
        found[name].append(_PARTS[name](*values))
    return Copy(
        head,
        tuple(found["SavedService"]),
        {place.id: place for place in found["SavedPlace"]},
        {country.iso2: country for country in found["SavedCountry"]},
    )


def _head(line: bytes) -> Head | None:
    number, writer, total, version = orjson.loads(line)
    return Head(number, writer, total) if version == FORMAT else None
