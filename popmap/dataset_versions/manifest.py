"""What a version says of itself: its day, its revision, its files with their checksums, and what it was made from."""

from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

import orjson

NAME: Final = "manifest.json"
SUMS: Final = "SHA256SUMS"
CODES: Final = "codes-"
"""How the files of code lists begin."""
_ABOUT: Final = frozenset({NAME, SUMS, "CITATION.cff", "datacite.json", "datapackage.json"})


def is_about(name: str) -> bool:
    """Whether a file describes a version and holds nothing of a service: such files are given out always."""
    return name in _ABOUT or name.startswith(CODES)


@dataclass(frozen=True, slots=True)
class FrozenFile:
    """One file of a version."""

    name: str
    media_type: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """A version: ``id`` is its day (``2026-11-22``), with ``.1`` and so on for one made again without some services.

    ``made_from`` is the id of the version it was made from, empty for one made from the catalogue; ``without`` are the
    ids of the services that were left out then; ``revision`` is the catalogue's.
    """

    id: str
    day: date
    revision: int
    services: int
    citation: str
    files: tuple[FrozenFile, ...]
    made_from: str = ""
    without: tuple[str, ...] = ()

    def file(self, name: str) -> FrozenFile | None:
        """The file of this name, if the version has it."""
        return next((file for file in self.files if file.name == name), None)

    def as_json(self) -> bytes:
        """The manifest as it is kept: the same version gives the same bytes."""
        return orjson.dumps(asdict(self), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def read(path: Path) -> Manifest:
    """The manifest in a file."""
    values: dict[str, Any] = orjson.loads(path.read_bytes())
    files = tuple(FrozenFile(**file) for file in values.pop("files"))
    without = tuple(values.pop("without"))
    return Manifest(**values | {"day": date.fromisoformat(values["day"])}, files=files, without=without)
