"""What tests stand on: a PostGIS of their own, sessions that leave no trace, the app, a real server, a real browser."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import hypothesis
import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from databases import DATA, TestDatabases, lend_postgis
from doomed import DoomedSite, fill, settings_for
from popmap import db
from popmap.config import PROJECT, Settings
from popmap.postgres import Cluster

# Chromium without its windows: the same engine, in half the time, since no tab strip is drawn for each page
CHROMIUM = next(
    (
        path
        for name in ("chromium-headless-shell", "chromium")
        for path in (f"/usr/bin/{name}", str(DATA / "system" / name))
        if Path(path).exists()
    ),
    "chromium",
)
CHROMIUM_FLAGS = [
    "--no-sandbox",  # Chromium's own sandbox refuses root, and pages here are ours
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

# how long one example takes is the machine's business: speed is shown by `popmap bench`, beside a floor
hypothesis.settings.register_profile("project", deadline=None)
hypothesis.settings.load_profile("project")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="also run the tests that take minutes")
    parser.addoption("--mutants", action="store_true", help="also prove that the safety tests can fail")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Long tests and mutants are left out unless asked for; the summary says how many."""
    unwanted = {mark for mark, option in (("long", "--long"), ("mutant", "--mutants")) if not config.getoption(option)}
    left_out = [item for item in items if unwanted & {mark.name for mark in item.iter_markers()}]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


@pytest.fixture(scope="session", autouse=True)
def one_seal() -> Iterator[None]:
    """A site is one application, and its pages are remembered with their cursors; here several live in one process.
    Were each to seal with a secret of its own, a page remembered by one would bear a cursor that the next refuses.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("popmap.app.seal_cursors_with", lambda _secret: None)
        yield


@pytest.fixture(scope="session")
def databases() -> Iterator[TestDatabases]:
    """The test cluster; asks for nothing to be running."""
    opened = TestDatabases()
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def database(databases: TestDatabases) -> Iterator[db.Database]:
    """A migrated database with the gazetteer, no services, of this process alone; ``session`` leaves no trace in it."""
    copy = databases.copy_of("empty")
    yield copy
    copy.dispose()


@pytest.fixture(scope="session")
def seeded(databases: TestDatabases) -> Iterator[db.Database]:
    """A database with the seed loaded, of this process alone: what pages, the API and browsers are tested on."""
    copy = databases.copy_of("seeded")
    yield copy
    copy.dispose()


@pytest.fixture
def session(database: db.Database) -> Iterator[Session]:
    """An owner's session in an outer transaction: whatever a test commits in it is rolled back."""
    yield from _rolled_back(database)


@pytest.fixture
def seeded_session(seeded: db.Database) -> Iterator[Session]:
    """The same on the database with the seed."""
    yield from _rolled_back(seeded)


@pytest.fixture
def reading(seeded: db.Database) -> Iterator[Session]:
    """A session of the public role on the database with the seed: what a visitor's request may read."""
    with seeded.reading() as opened:
        yield opened


@pytest.fixture
def private_cluster_in() -> Iterator[Callable[[Path], Cluster]]:
    """Clusters like that of a running program, stopped and removed afterwards wherever they had to go."""
    made: list[Cluster] = []

    def make(folder: Path, *, fleeting: bool = True) -> Cluster:
        settings = Settings(data=lend_postgis(folder))
        made.append(Cluster(folder / "postgres", settings=settings, fleeting=fleeting))
        return made[-1]

    yield make
    for cluster in made:
        cluster.stop()
        shutil.rmtree(cluster.directory, ignore_errors=True)


def _rolled_back(database: db.Database) -> Iterator[Session]:
    engine = create_engine(database.owner_url)
    with engine.connect() as connection:
        outer = connection.begin()
        with Session(connection, join_transaction_mode="create_savepoint", expire_on_commit=False) as opened:
            yield opened
        outer.rollback()
    engine.dispose()


@pytest.fixture(scope="session")
def settings(seeded: db.Database, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings that lead to the database with the seed, as an outside database, and to a data folder of their own."""
    data = tmp_path_factory.mktemp("data")
    (data / "basemap").symlink_to(DATA / "basemap")  # built by script/setup; pages only read it
    return Settings(
        data=data,
        database_url=seeded.owner_url,
        given_secret_key="a secret for tests only, long enough to pass",
        port=_free_port(),
    )


@pytest.fixture(scope="session")
def app(settings: Settings, seeded: db.Database):
    """The whole application on the database with the seed."""
    from popmap.app import create_app  # noqa: PLC0415 - rule tests must not need the web storey

    made = create_app(settings, seeded)
    made.testing = True
    return made


@pytest.fixture
def client(app):
    """Flask's test client."""
    return app.test_client()


@pytest.fixture(scope="session")
def live_server(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a real gunicorn on the database with the seed."""
    log = tmp_path_factory.mktemp("server") / "log"
    address = f"http://127.0.0.1:{settings.port}"
    with log.open("w") as output:
        server = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "--config", "gunicorn.conf.py", "--workers", "1", "wsgi:app"],
            cwd=PROJECT,
            env=os.environ | _environment(settings),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            _wait_until_it_answers(f"{address}/healthz", server, log)
            yield address
        finally:
            server.terminate()
            server.wait(timeout=20)


@pytest.fixture(scope="session")
def doomed(seeded: db.Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DoomedSite]:
    """A site of two workers whose database may be killed; whoever does it brings it back."""
    data = tmp_path_factory.mktemp("doomed")
    cluster = Cluster(data / "postgres", settings=Settings(data=data), fleeting=True)
    try:
        cluster.start()
        fill(cluster, seeded.owner_url, settings=Settings(data=data))
        site = DoomedSite(cluster, settings_for(cluster, data, _free_port()))
        site.serve()
        yield site
        site.stop()
    finally:
        cluster.stop()
        shutil.rmtree(cluster.directory, ignore_errors=True)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium."""
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_FLAGS)
        yield launched
        launched.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page in a fresh profile at desktop size; for others ask ``browser`` for a context."""
    context = browser.new_context(viewport={"width": 1280, "height": 860})
    yield context.new_page()
    context.close()


def _environment(settings: Settings) -> dict[str, str]:
    return {
        "POPMAP_DATA": str(settings.data),
        "POPMAP_DATABASE_URL": settings.database_url,
        "POPMAP_SECRET_KEY": settings.given_secret_key,
        "POPMAP_PORT": str(settings.port),
    }


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait_until_it_answers(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(300):
        if server.poll() is not None:
            break
        try:
            with urllib.request.urlopen(address, timeout=2):  # noqa: S310 - our own server
                return
        except OSError:
            time.sleep(0.1)
    pytest.fail(f"the server did not answer at {address}:\n{log.read_text()[-3000:]}")
