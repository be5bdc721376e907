"""The production entrance: ``gunicorn wsgi:app``."""

from popmap.app import create_app
from popmap.config import Settings

app = create_app(Settings.from_environment())
