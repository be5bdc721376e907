"""The production entrance: ``gunicorn wsgi:app``."""

from popmap import saved
from popmap.app import create_app
from popmap.config import Settings
from popmap.db import open_database
from popmap.saved import SavedFile
from popmap.saving import Keeper

settings = Settings.from_environment()
database = open_database(settings)
app = create_app(settings, database)
Keeper(database, SavedFile(settings.data / saved.FILE)).start()
