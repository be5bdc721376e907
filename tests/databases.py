"""The databases tests run in: one private PostGIS for all runs on this machine, templates and copies per process.

A template is made once per fingerprint of what goes into it (migrations, gazetteer, seed), under a lock, and copied
for each test process; several runs at the same time do not see one another. The cluster stops with
the last run that uses it.
"""

import contextlib
import fcntl
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

from popmap import db, gazetteer, loading
from popmap.cli.marks import MADE_FROM, fingerprint
from popmap.cli.preparing import FIRST_DATA
from popmap.config import PROJECT, Settings
from popmap.migrating import migrate
from popmap.postgres import Cluster

DATA = Path(os.environ.get("POPMAP_TEST_DATA") or PROJECT / "var")
COPY_PREFIX = "test_copy_"
TEMPLATE_PREFIX = "test_template_"
ASSETS = PROJECT / "static" / "node_modules"

EMPTY_SOURCES = (*MADE_FROM["tables"], *MADE_FROM["gazetteer"])
SEEDED_SOURCES = (
    *EMPTY_SOURCES,
    *MADE_FROM["look-alikes"],
    "popmap/loading/*.py",
    "popmap/records.py",
    "popmap/versions.py",
    "popmap/vocabulary.py",
    "seed/*.csv",
)


def lend_postgis(folder: Path) -> Path:
    """The folder, made when missing, with the PostGIS that ``script/packages`` unpacked where there is no root."""
    folder.mkdir(parents=True, exist_ok=True)
    unpacked, link = DATA / "system", folder / "system"
    if unpacked.exists() and not link.exists():
        link.symlink_to(unpacked)
    return folder


class TestDatabases:
    """The test cluster, held running while this object is open; ``copy_of`` gives databases to test in."""

    __test__ = False

    def __init__(self) -> None:
        settings = Settings(data=DATA)
        self.cluster = Cluster(DATA / "test-cluster", settings=settings, fleeting=True)
        DATA.mkdir(parents=True, exist_ok=True)
        self._users = (DATA / "test-cluster.users").open("a")
        fcntl.flock(self._users, fcntl.LOCK_SH)
        self.cluster.start()
        self._copies: list[str] = []
        self._drop_orphans()

    def close(self) -> None:
        """Drop the copies made here; stop the cluster unless another run uses it."""
        for name in self._copies:
            self.cluster.drop_database(name)
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(self._users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self.cluster.stop()
        self._users.close()

    def copy_of(self, kind: str, label: str = "") -> db.Database:
        """A database of this process alone: ``empty`` (migrated, gazetteer) or ``seeded`` (the seed loaded as well)."""
        name = f"{COPY_PREFIX}{label or kind}_{os.getpid()}"
        with self._template_lock():
            self.cluster.drop_database(name)
            self.cluster.create_database(name, template=self._template(kind))
        self._copies.append(name)
        return self.open(name)

    def make_templates(self) -> None:
        """Have at hand what every test process copies, so that none waits for it."""
        with self._template_lock():
            self._template("seeded")

    def open(self, name: str) -> db.Database:
        """Both ways into a database of the test cluster."""
        return db.Database(self.cluster.url(name), self.cluster.url(name, db.PUBLIC_ROLE))

    def _template(self, kind: str) -> str:
        sources = EMPTY_SOURCES if kind == "empty" else SEEDED_SOURCES
        name = f"{TEMPLATE_PREFIX}{kind}_{fingerprint(sources)}"
        present = self.cluster.databases()
        if name not in present:
            for outdated in present:
                if outdated.startswith((f"{TEMPLATE_PREFIX}{kind}_", f"draft_{kind}")):
                    self.cluster.drop_database(outdated)
            self._make(kind, f"draft_{kind}")
            self.cluster.rename_database(f"draft_{kind}", name)
        return name

    def _make(self, kind: str, name: str) -> None:
        self.cluster.create_database(name, template="template0" if kind == "empty" else self._template("empty"))
        database = self.open(name)
        try:
            _fill(database, kind)
        finally:
            database.dispose()

    def _drop_orphans(self) -> None:
        """Remove the copies of killed runs."""
        for name in self.cluster.databases():
            if name.startswith(COPY_PREFIX) and not Path(f"/proc/{name.rpartition('_')[2]}").exists():
                self.cluster.drop_database(name)

    @contextlib.contextmanager
    def _template_lock(self) -> Iterator[None]:
        with (DATA / "test-cluster.templates").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


def _fill(database: db.Database, kind: str) -> None:
    if kind == "empty":
        migrate(database.owner_url)
    with database.transaction() as session:
        if kind == "empty":
            gazetteer.load(session, assets=ASSETS, progress=lambda _: None)
            return
        for name in FIRST_DATA:
            loading.load_file(session, PROJECT / "seed" / name)


if __name__ == "__main__":  # script/test makes the templates while the checks that need no database run
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    with contextlib.closing(TestDatabases()) as opened:
        opened.make_templates()
