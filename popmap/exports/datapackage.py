"""The dictionary for programs: a Frictionless data package of the flat tables and their code lists.

Columns come from ``columns``, codes from ``code_lists``. Files are named relative to the description, as they lie in a
version of the data set, or by their addresses.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from popmap.exports.code_lists import LISTS
from popmap.exports.columns import SERVICE_ID, TABLES, Column

LICENCE: Final = {
    "name": "CC-BY-4.0",
    "path": "https://creativecommons.org/licenses/by/4.0/",
    "title": "Creative Commons Attribution 4.0 International",
}
_TYPES: Final = {"list": "string", "object": "string"}
_LON_LAT: Final[Mapping[str, tuple[int, int]]] = {"lat": (-90, 90), "lon": (-180, 180)}


def describe(path_of: Callable[[str], str]) -> dict[str, Any]:
    """The description; ``path_of`` says where a file lies: "services.csv" is a table, "codes/kind.csv" a code list."""
    return {
        "profile": "tabular-data-package",
        "name": "popmap",
        "title": "PoP Map: services that help children, and where each of them can be reached",
        "licenses": [LICENCE],
        "resources": [
            *(_table(name, path_of(f"{name}.csv"), columns) for name, columns in TABLES.items()),
            *(_code_list(name, path_of(f"codes/{name}.csv")) for name in LISTS),
        ],
    }


def _table(name: str, path: str, columns: Sequence[Column]) -> dict[str, Any]:
    fields = [_field(one) for one in columns]
    return {**_file(name, path), "schema": {"fields": fields, "missingValues": [""], **_keys(columns)}}


def _keys(columns: Sequence[Column]) -> dict[str, Any]:
    """What tells rows apart, or which service they belong to."""
    if columns[0] is not SERVICE_ID:
        return {"primaryKey": [columns[0].name]}
    return {"foreignKeys": [{"fields": SERVICE_ID.name, "reference": {"resource": "services", "fields": "id"}}]}


def _code_list(name: str, path: str) -> dict[str, Any]:
    labels = ["code", "label", "category"] if name == "topic" else ["code", "label"]
    fields = [{"name": one, "type": "string"} for one in labels]
    return {**_file(f"codes-{name.replace('_', '-')}", path), "schema": {"fields": fields, "primaryKey": ["code"]}}


def _file(name: str, path: str) -> dict[str, Any]:
    return {
        "name": name,
        "path": path,
        "profile": "tabular-data-resource",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
    }


def _field(column: Column) -> dict[str, Any]:
    told = {"unit": column.unit, "separator": column.separator, "codes": column.codes, "missing": column.missing}
    return {
        "name": column.name,
        "type": _TYPES.get(column.type, column.type),
        "description": column.description,
        "constraints": _constraints(column),
        **{name: value for name, value in told.items() if value},
    }


def _constraints(column: Column) -> dict[str, Any]:
    found: dict[str, Any] = {"required": True} if column.is_required else {}
    if column.codes in LISTS and column.type == "list":
        one = "|".join(LISTS[column.codes])
        found["pattern"] = f"({one})({column.separator}({one}))*"
    elif column.codes in LISTS:
        found["enum"] = list(LISTS[column.codes])
    if column.name in _LON_LAT:
        found["minimum"], found["maximum"] = _LON_LAT[column.name]
    return found
