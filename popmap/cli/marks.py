"""What has been done to a database, kept as marks in the data folder, so that a start need not look or load again.

Light on purpose: a start reads the marks and loads nothing else. The work itself is that of ``preparing``.
"""

import contextlib
import fcntl
import hashlib
import json
from collections.abc import Iterable, Iterator
from typing import Final

from popmap.config import PROJECT, Settings, writable_folder
from popmap.db import Database

MADE_FROM: Final = {
    "tables": ("popmap/migrations/**/*.py", "popmap/migrations/**/*.sql"),
    "gazetteer": (
        "popmap/gazetteer/**/*.py",
        "popmap/gazetteer/*.csv",
        "popmap/geo.py",
        "static/package-lock.json",
    ),
    "look-alikes": ("popmap/migrations/sql/0024.sql", "popmap/duplicates/keys.py", "popmap/duplicates/keeping.py"),
}
ONLY_ASK: Final = frozenset(
    f"popmap/gazetteer/{name}"
    for name in (
        *("alphabet.py", "finding.py", "locating.py", "meaning.py", "misspelt.py"),
        *("no_one_place.py", "no_one_place.csv"),
    )
)
"""A change of these changes no table."""

FIRST_DATA_MARK: Final = "first data"


def is_prepared(settings: Settings, database: Database) -> bool:
    """Whether every step was done to this database with the files as they are now."""
    with marks_of(settings, database) as marks:
        up_to_date = all(marks.get(name) == fingerprint(files) for name, files in MADE_FROM.items())
        return up_to_date and FIRST_DATA_MARK in marks


@contextlib.contextmanager
def marks_of(settings: Settings, database: Database) -> Iterator[dict[str, str]]:
    """What was done to this database, kept as a file; one process at a time prepares."""
    folder = writable_folder(settings.data / "setup")
    path = folder / f"database-{database.identity()}.json"
    with (folder / "database.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        marks = json.loads(path.read_text()) if path.exists() else {}
        try:
            yield marks
        finally:
            path.write_text(json.dumps(marks, indent=1))


def fingerprint(patterns: Iterable[str]) -> str:
    """A word that changes when one of these files of the project does, comes or goes."""
    whole = hashlib.sha256()
    for path in sorted({path for pattern in patterns for path in PROJECT.glob(pattern)}):
        name = str(path.relative_to(PROJECT))
        if path.is_file() and name not in ONLY_ASK:
            whole.update(name.encode() + path.read_bytes())
    return whole.hexdigest()[:16]
