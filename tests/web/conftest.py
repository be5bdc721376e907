"""The frame without a catalogue: what every page has in common needs no database to be shown."""

import re

import pytest
from sqlalchemy import event

from popmap.app import create_app
from popmap.config import Settings
from popmap.errors import UnavailableError
from popmap.glance import Glance
from popmap.kill_list import KillList


class NoDatabase:
    """A database that cannot be reached."""

    def reading(self):
        raise UnavailableError("The database cannot be reached just now.")

    def glance(self, _work):
        self.reading()

    withdrawn = KillList()


@pytest.fixture(scope="session")
def frame(tmp_path_factory):
    """The application as it stands when the database cannot be reached."""
    app = create_app(Settings(data=tmp_path_factory.mktemp("frame")), NoDatabase())
    app.testing = True
    return app


@pytest.fixture
def visitor(frame):
    """Flask's test client of that application."""
    return frame.test_client()


@pytest.fixture
def statements(app, monkeypatch):
    """SQL sent to the database of the app while a test runs, straight or not."""
    seen = []

    def note(_connection, _cursor, statement, *_):
        seen.append(re.sub(r"\s+", " ", statement))

    def straight(self, sql, values, **options):
        note(None, None, sql)
        return ask(self, sql, values, **options)

    ask = Glance.ask
    monkeypatch.setattr(Glance, "ask", straight)
    database = app.extensions["popmap_database"]
    engines = (database._public, database._glances, database._owner)
    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    yield seen
    for engine in engines:
        event.remove(engine, "before_cursor_execute", note)
