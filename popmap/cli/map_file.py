"""What ``popmap export html`` writes: the same file as ``/api/v1/map.html``, made by the app without a server."""

from popmap.app import create_app
from popmap.catalogue import Criteria
from popmap.config import Settings
from popmap.db import Database
from popmap.web import folium_map


def map_file(database: Database, criteria: Criteria, *, language: str) -> bytes:
    """Return the stand-alone map of these services in one of the six languages."""
    app = create_app(Settings.from_environment(), database)
    with app.test_request_context(f"/{language}/"):
        return folium_map.made(criteria, language)
