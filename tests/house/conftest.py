"""The files that the house's rules are about: those git tracks, so that nothing set-up made is judged."""

import subprocess

import pytest

from popmap.config import PROJECT


@pytest.fixture(scope="session")
def tracked():
    """All files of the project, tracked or about to be, that are there."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listing = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True).stdout
    return [PROJECT / name for name in listing.split("\0") if name and (PROJECT / name).is_file()]


@pytest.fixture(scope="session")
def modules(tracked):
    """The package's Python files."""
    return [path for path in tracked if path.suffix == ".py" and path.is_relative_to(PROJECT / "popmap")]
