"""Copies what the browser needs of the npm packages into a folder that the web storey serves: nothing is vendored."""

import filecmp
import shutil
from pathlib import Path
from typing import Final

from popmap.errors import SetupError

_FILES: Final = {
    "leaflet/leaflet.js": "leaflet/dist/leaflet.js",
    "leaflet/leaflet.css": "leaflet/dist/leaflet.css",
    "leaflet/LICENSE": "leaflet/LICENSE",
    "protomaps-leaflet/protomaps-leaflet.js": "protomaps-leaflet/dist/protomaps-leaflet.js",
    "protomaps-leaflet/LICENSE": "protomaps-leaflet/LICENSE",
}
"""Path below the target: path below node_modules. Licences travel with the code they allow."""


def copy_browser_files(target: Path, *, packages: Path) -> list[Path]:
    """Bring ``target`` up to date with ``packages`` (a node_modules folder) and return what it had to copy.

    Raises ``SetupError`` when a package is missing.
    """
    copied = []
    for name, origin in _FILES.items():
        source, copy = packages / origin, target / name
        if not source.is_file():
            raise SetupError(
                f"The npm package {origin.split('/', 1)[0]} is missing; run npm ci --ignore-scripts in static/."
            )
        if not (copy.is_file() and filecmp.cmp(source, copy, shallow=False)):
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, copy)
            copied.append(copy)
    return copied
