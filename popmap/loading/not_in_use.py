"""Numbers that are the same in many countries, and do not work in some: there a service is not offered by them.

``harmonised_numbers.csv`` says where 116 111 is not in use; a network's row in the ``services.csv`` beside it may name
that country all the same. Who calls a dead number when in need is worse off than who was told of another.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from popmap.countries import where_it_works
from popmap.loading.table import read_table

FILE: Final = "harmonised_numbers.csv"
BESIDE: Final = "services.csv"


def beside(path: Path) -> Mapping[str, Collection[str]]:
    """The numbers that the file beside a ``services.csv`` says are not in use, by country; nothing where there is none.

    Raises ``InputError`` with every fault of a file that is no table.
    """
    file = path.with_name(FILE)
    if path.name != BESIDE or not file.is_file():
        return {}
    found: dict[str, set[str]] = defaultdict(set)
    for row in read_table(file).rows:
        if row.cells["status"] == "not_used" and row.cells["confidence"] != "low" and row.cells["country"]:
            found[row.cells["country"]].add(row.cells["number"])
    return found


def leave_out(records: Iterable[dict[str, Any]], unused: Mapping[str, Collection[str]]) -> None:
    """Take out of each service's countries those in which none of its numbers works, if it has no other way."""
    for record in records:
        record["coverage"]["countries"] = where_it_works(record, unused)
