"""The last good copy of what is public, in files that outlive the database, and a session that looks at it instead.

A file is written whole or not at all (``saving``), read once per process and change, and held against the kill list at
every look. What visitors have reported stands in a small file of its own, because it changes without the catalogue.
Rules that can answer from it are registered for ``Saved`` beside their SQL; every other one finds that a
``Saved`` runs no statement, and says so. What is in the file came through the public role: nothing else can be in it.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from types import MappingProxyType
from typing import Any, Final, Generic, NoReturn, TypeVar

import orjson
from sqlalchemy.orm import Session

from popmap.errors import UnavailableError

FILE: Final = "saved.jsonl"
REPORTED: Final = "being_checked.json"
"""Beside the copy: the services of which somebody says that they may be wrong, and since which day."""
FORMAT: Final = 2
"""Raised when a copy has other columns, or names of places that an older one lacks: those change no service."""
PLACE_UNKNOWN: Final = "place_unknown"
"""A note in a look's ``info``: where something is could not be told, so only what serves the whole world was found."""

Read = TypeVar("Read")


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

    ``at`` is when the copy was last seen to be the catalogue (UTC); ``being_checked`` holds the day (ISO) since when
    somebody says that a service may be wrong, by id.
    """

    def __init__(
        self,
        copy: Copy,
        *,
        at: datetime,
        hidden: Collection[str] = (),
        being_checked: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """``hidden`` are the ids on the kill list."""
        super().__init__()
        self.copy, self.at, self.being_checked = copy, at, being_checked
        self.services = [one for one in copy.services if one.id not in hidden]

    @property
    def is_whole(self) -> bool:
        """Whether every service is in the copy."""
        return len(self.copy.services) >= self.copy.head.total

    def get_bind(self, *_: Any, **__: Any) -> NoReturn:
        """Not here: ``UnavailableError``, for every statement of a rule that cannot answer from a copy."""
        raise UnavailableError("This cannot be told from the saved copy; the database is away.")


class _Remembered(Generic[Read]):
    """What a file says, read again only when it is another file: the inode tells, its time may move on."""

    def __init__(self, path: Path, read: Callable[[bytes], Read]) -> None:
        self.path, self._read = path, read
        self._lock = Lock()
        self._seen: tuple[int, int] | None = None
        self._said: Any = None

    def look(self) -> tuple[Read, datetime] | None:
        """What it says, and when the file was last written or marked (UTC); None where there is no file."""
        try:
            status = self.path.stat()
        except FileNotFoundError:
            return None
        with self._lock:
            if self._seen != (status.st_ino, status.st_size):
                self._said = self._read(self.path.read_bytes())
                self._seen = (status.st_ino, status.st_size)
            return self._said, datetime.fromtimestamp(status.st_mtime, UTC)


class SavedFile:
    """The file of the copy in the data folder, and beside it that of what is being checked."""

    def __init__(self, path: Path) -> None:
        """Read nothing yet."""
        self.path, self.reported_path = path, path.with_name(REPORTED)
        self._copy = _Remembered(self.path, _read)
        self._reported = _Remembered(self.reported_path, _reported)

    def look(self, hidden: Collection[str]) -> Saved | None:
        """The copy without what is on the kill list; None where there is no copy, or none of this format."""
        found = self._copy.look()
        if found is None or found[0] is None:
            return None
        return Saved(found[0], at=found[1], hidden=hidden, being_checked=self.reported())

    def reported(self) -> Mapping[str, str]:
        """Since which day (ISO) a service is being checked, by id, as it was a second ago; asks no database."""
        found = self._reported.look()
        return found[0] if found else {}

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


def _read(content: bytes) -> Copy | None:
    lines = content.splitlines()
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


def _reported(content: bytes) -> dict[str, str]:
    try:
        said: dict[str, str] = orjson.loads(content)
    except orjson.JSONDecodeError:
        return {}  # a broken disk: better the numbers without a warning than no numbers
    return said


def _head(line: bytes) -> Head | None:
    number, writer, total, version = orjson.loads(line)
    return Head(number, writer, total) if version == FORMAT else None
