"""The versions that there are: found, listed, compared, and held back where they hold what was taken down since.

A file that was frozen is never changed, so that its checksum stays true. What is withdrawn is withdrawn from it all the
same: as long as a version holds a service that was taken down, or a place that the catalogue no longer shows, its data
is not given out; what it was made again as, without those, is.
"""

import csv
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from popmap.catalogue.memory import Memory
from popmap.dataset_versions.freezing import RECORDS
from popmap.dataset_versions.manifest import NAME, SUMS, Manifest, read
from popmap.errors import NotFoundError

FOLDER: Final = "versions"
_ID: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:\.[1-9][0-9]{0,3})?")
_MANIFESTS: Final = Memory(200)
_INDEXES: Final = Memory(8)


@dataclass(frozen=True, slots=True)
class Index:
    """The services in a version: id → SHA-256 of the record, and which of them say where they are."""

    records: dict[str, str]
    with_place: frozenset[str]


@dataclass(frozen=True, slots=True)
class Difference:
    """What one version has that another has not, by id in alphabetical order."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]


class Shelf:
    """The versions in one data folder."""

    def __init__(self, data: Path) -> None:
        """Look at nothing yet."""
        self.folder = data / FOLDER

    def state(self) -> int:
        """A value that differs whenever a version was added or taken away; 0 while there is none."""
        try:
            return self.folder.stat().st_mtime_ns
        except FileNotFoundError:
            return 0

    def all(self) -> list[Manifest]:
        """Every version, the latest first, those that were made again before what they were made from."""
        found = [path.name for path in self.folder.glob("*") if _ID.fullmatch(path.name)]
        return [self.get(name) for name in sorted(found, key=_order, reverse=True)]

    def get(self, version_id: str) -> Manifest:
        """One version. Raises ``NotFoundError``."""
        path = self.folder / version_id / NAME
        if not (_ID.fullmatch(version_id) and path.is_file()):
            raise NotFoundError(f"There is no version {version_id[:40]!r} of the data set.")
        manifest: Manifest = _MANIFESTS.recall(path, lambda: read(path))
        return manifest

    def path(self, version_id: str, name: str) -> Path:
        """One file of a version. Raises ``NotFoundError``."""
        manifest = self.get(version_id)
        if manifest.file(name) is None and name not in {NAME, SUMS}:
            raise NotFoundError(f"Version {version_id} has no file {name[:40]!r}.")
        return self.folder / version_id / name

    def index(self, version_id: str) -> Index:
        """The services in a version. Raises ``NotFoundError``."""
        path = self.path(version_id, RECORDS)
        found: Index = _INDEXES.recall(path, lambda: _read_index(path))
        return found

    def held_back(self, version_id: str, *, withdrawn: Collection[str], placeless: Collection[str] = ()) -> list[str]:
        """The ids for which the data of a version is not given out, in alphabetical order; empty: it is.

        ``withdrawn`` were taken down; ``placeless`` are those of which the catalogue shows no place at present.
        """
        index = self.index(version_id)
        gone = {one for one in withdrawn if one in index.records}
        return sorted(gone | index.with_place.intersection(placeless))

    def made_again(self, version_id: str) -> list[Manifest]:
        """The versions made from this one without some services, the latest first."""
        return [one for one in self.all() if one.made_from == version_id]

    def compare(self, older: str, newer: str) -> Difference:
        """What differs between two versions. Raises ``NotFoundError``."""
        before, after = self.index(older).records, self.index(newer).records
        return Difference(
            added=tuple(sorted(after.keys() - before.keys())),
            changed=tuple(sorted(one for one in before.keys() & after.keys() if before[one] != after[one])),
            removed=tuple(sorted(before.keys() - after.keys())),
        )


def _order(name: str) -> tuple[str, int]:
    day, _, number = name.partition(".")
    return day, int(number or 0)


def _read_index(path: Path) -> Index:
    rows = list(_rows(path))
    return Index(
        {row["id"]: row["sha256"] for row in rows}, frozenset(r["id"] for r in rows if r["has_place"] == "yes")
    )


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)
