"""The frame without a catalogue: what every page has in common needs no database to be shown."""

import pytest

from popmap.app import create_app
from popmap.config import Settings
from popmap.errors import UnavailableError
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
