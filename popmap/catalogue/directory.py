"""Who operates what: every public id and the operator's name, for interfaces whose ids are made of them.

Read once for each state of the catalogue and kept, some hundred bytes for each service.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy.orm import Session

from popmap.catalogue.features import MAX_FEATURES, Selection, features
from popmap.catalogue.memory import MEMORY, stamp
from popmap.kill_list import HIDDEN


@dataclass(frozen=True, slots=True)
class Directory:
    """All public ids in their order, and those of each operator, by name."""

    ids: tuple[str, ...]
    operators: Mapping[str, tuple[str, ...]]


def directory(session: Session) -> Directory:
    """Return the directory of the state that this session sees."""
    return MEMORY.recall(("directory", stamp(session), frozenset(session.info.get(HIDDEN, ()))), lambda: _read(session))


def every(session: Session, selection: Selection) -> Iterator[dict[str, Any]]:
    """Yield every record that is meant as a value, page by page, in the order of the id."""
    cursor: str | None = None
    while True:
        page = features(session, selection, limit=MAX_FEATURES, cursor=cursor)
        yield from (orjson.loads(record) for _, record in page.rows)
        cursor = page.next_cursor
        if cursor is None:
            return


def _read(session: Session) -> Directory:
    ids: list[str] = []
    operators: defaultdict[str, list[str]] = defaultdict(list)
    for record in every(session, Selection()):
        ids.append(record["id"])
        if record["organization"]:
            operators[record["organization"]].append(record["id"])
    return Directory(tuple(ids), {name: tuple(operators[name]) for name in sorted(operators)})
