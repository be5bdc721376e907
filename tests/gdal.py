"""GDAL's own tools as clients: Debian's, or those that ``script/packages`` unpacked where there is no root."""

import subprocess
from pathlib import Path

import pytest

from databases import DATA


def run(tool, *arguments):
    """What a tool says; the test is skipped, with the reason, where GDAL is not installed."""
    found = next((path for path in (f"/usr/bin/{tool}", str(DATA / "system" / tool)) if Path(path).exists()), None)
    if found is None:
        pytest.skip("gdal-bin is not installed (script/packages, group gdal)")
    done = subprocess.run([found, *map(str, arguments)], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout
