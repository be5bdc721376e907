"""The picture of the house in the README is the one that import-linter holds the code to."""

import re
import tomllib

from popmap.config import PROJECT


def test_the_picture_shows_the_rooms_as_they_are():
    contracts = tomllib.loads((PROJECT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    (layers,) = (contract["layers"] for contract in contracts if contract["type"] == "layers")
    (picture,) = re.findall(
        r"## The house in one picture\n\n```\n(.*?)```", (PROJECT / "README.md").read_text(), re.DOTALL
    )
    assert [" ".join(room.split()) for room in picture.split("→")] == layers
