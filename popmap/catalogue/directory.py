"""Who operates what, and which service a UUID stands for: for interfaces with ids of their own (``popmap.hsds``).

The database finds both in an index and counts operators when something is published, so that a million services cost no
more than a hundred. How UUIDs are made of our names is ``uuid_of`` there, ``hsds.identify`` here; a test holds both
equal.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import singledispatch
from typing import Any, Final

import orjson
from sqlalchemy.orm import Session

from popmap.catalogue.criteria import Criteria
from popmap.catalogue.features import MAX_FEATURES, Selection, features
from popmap.catalogue.fragments import run
from popmap.catalogue.saved_matches import matching
from popmap.kill_list import HIDDEN
from popmap.saved import Saved

Identify = Callable[[str, str], str]
"""What a thing is (``service``) and its name → its UUID, for copies that have no index."""


@dataclass(frozen=True, slots=True)
class Operators:
    """Some operators' names in alphabetical order, and how many there are of all."""

    names: tuple[str, ...]
    total: int


@singledispatch
def service_known_as(session: Session, uuid: str, entity: str, identify: Identify) -> str | None:  # noqa: ARG001
    """Return the public id of the service that has this UUID as an ``entity``: ``service``, ``service_at_location``."""
    row = run(session, _SERVICE, {"entity": entity, "uuid": uuid}).first()
    return None if row is None or row.id in session.info.get(HIDDEN, ()) else row.id


@singledispatch
def operator_known_as(session: Session, uuid: str, identify: Identify) -> str | None:  # noqa: ARG001
    """Return the name of the operator that has this UUID."""
    return next(iter(run(session, _OPERATOR, {"uuid": uuid, **_hidden(session)}).scalars()), None)


@singledispatch
def operators(session: Session, words: str, *, limit: int, offset: int = 0) -> Operators:
    """Return operators with these words in their names, in whatever case."""
    asked = {"words": words.lower(), **_hidden(session)}
    total: int = run(session, _COUNT, asked).scalar_one()
    names = run(session, _NAMES, asked, {"limit": limit, "offset": offset}).scalars()
    return Operators(tuple(names), total)


def every(session: Session, selection: Selection, *, offset: int = 0) -> Iterator[dict[str, Any]]:
    """Yield every record that is meant as a value, page by page, in the order of the id, after so many others."""
    cursor: str | None = None
    while True:
        page = features(session, selection, limit=MAX_FEATURES, cursor=cursor, offset=offset)
        yield from (orjson.loads(record) for _, record in page.rows)
        cursor, offset = page.next_cursor, 0
        if cursor is None:
            return


# each entity has an index of its own, which is only found by the very words that made it
_SERVICE: Final = """
SELECT s.id FROM public_service s WHERE :entity = 'service' AND uuid_of('service', s.id) = CAST(:uuid AS uuid)
UNION ALL SELECT s.id FROM public_service s
  WHERE :entity = 'service_at_location' AND uuid_of('service_at_location', s.id) = CAST(:uuid AS uuid)"""
# an operator of whom everything was taken down this moment is not named any more
_SHOWN: Final = """
(cardinality(CAST(:hidden AS text[])) = 0 OR o.n > (
  SELECT count(*) FROM public_service s
  WHERE s.id = ANY (CAST(:hidden AS text[])) AND operator_of(s.document) = o.name))"""
_MEANT: Final = f"FROM operator_count o WHERE strpos(lower(o.name), :words) > 0 AND {_SHOWN}"
_NAMES: Final = f"SELECT o.name {_MEANT} ORDER BY o.name LIMIT :limit OFFSET :offset"
_COUNT: Final = f"SELECT count(*) {_MEANT}"
_OPERATOR: Final = f"""
SELECT o.name FROM operator_count o
WHERE uuid_of('organization', o.name) = CAST(:uuid AS uuid) AND {_SHOWN}"""  # noqa: S608 - constants


def _hidden(session: Session) -> dict[str, list[str]]:
    return {"hidden": sorted(session.info.get(HIDDEN, ()))}


# ── from the saved copy, which is small ─────────────────────────────────────────────────────────────────────────────


@service_known_as.register
def _saved_service(saved: Saved, uuid: str, entity: str, identify: Identify) -> str | None:
    return next((one.id for one in saved.services if identify(entity, one.id) == uuid), None)


@operator_known_as.register
def _saved_operator(saved: Saved, uuid: str, identify: Identify) -> str | None:
    return next((name for name in _counted(saved) if identify("organization", name) == uuid), None)


@operators.register
def _saved_operators(saved: Saved, words: str, *, limit: int, offset: int = 0) -> Operators:
    names = sorted(name for name in _counted(saved) if words.lower() in name.lower())
    return Operators(tuple(names[offset : offset + limit]), len(names))


def _counted(saved: Saved) -> Counter[str]:
    found = Counter(orjson.loads(one.document)["organization"] for one in matching(saved, Criteria()))
    del found[""]
    return found
