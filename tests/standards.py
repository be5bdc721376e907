"""The standards' own schemas, read where they lie beside the project (``../shared``): a stranger's clone has none."""

import json
from pathlib import Path

import pytest
import yaml
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from popmap.config import PROJECT

FOLDER = PROJECT.parent / "shared" / "standards"
MISSING = f"the standards' schemas are not at {FOLDER}"


def needed(name):
    """The folder of one standard; the test is skipped, with the reason, where there is none."""
    folder = FOLDER / name
    if not folder.is_dir():
        pytest.skip(MISSING)
    return folder


def load(path: Path):
    text = path.read_text(encoding="utf-8")
    return json.loads(text) if path.suffix == ".json" else yaml.safe_load(text)


def registry(folder: Path) -> Registry:
    """All schemas of a folder under their file names, as they name one another."""
    found = [(path.name, Resource(_right(load(path)), DRAFT202012)) for path in sorted(folder.glob("*.yaml"))]
    return Registry().with_resources(found)


def _right(schema):
    """YAML reads ``type: null`` as no value at all; the schemas mean the type of that name."""
    if isinstance(schema, dict):
        return {key: "null" if key == "type" and value is None else _right(value) for key, value in schema.items()}
    if isinstance(schema, list):
        return ["null" if one is None else _right(one) for one in schema]
    return schema
