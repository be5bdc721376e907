"""What a viewport shows, whatever the criteria."""

from collections.abc import Sequence
from dataclasses import replace
from functools import singledispatch
from typing import Any, Final

import orjson
from sqlalchemy.orm import Session

from popmap.catalogue import Criteria, stamp
from popmap.catalogue.conditions import conditions
from popmap.catalogue.fragments import Fragment, all_of, run
from popmap.catalogue.memory import MEMORY
from popmap.clusters import features, pyramid
from popmap.clusters.grids import Grid, grid
from popmap.geo import BBox

PYRAMID_ZOOM: Final = 10
"""The closest zoom the pyramid has; beyond it, spots are shown one by one."""


def viewport(session: Session, bbox: BBox, zoom: int, criteria: Criteria, *, lang: str = "en") -> dict[str, Any]:
    """Return what ``viewport_json`` gives, as values."""
    found: dict[str, Any] = orjson.loads(viewport_json(session, bbox, zoom, criteria, lang=lang))
    return found


@singledispatch
def viewport_json(session: Session, bbox: BBox, zoom: int, criteria: Criteria, *, lang: str = "en") -> bytes:
    """Return a GeoJSON FeatureCollection (RFC 7946) of at most 300 clusters and single marks for a box.

    A cluster has ``count``, ``kinds`` (count by kind), ``bbox`` and ``near`` (the biggest town there, in ``lang``); a
    single mark has ``id``, ``kind``, ``name``, ``visitable``. Beside the features: ``everywhere`` (how many matching
    services have no mark: those for the whole world, and those for several countries without a known seat) and
    ``revision``. A box among the criteria is left out.
    """
    criteria = replace(criteria, bbox=None, sort="relevance")
    where = conditions(session, criteria)
    matching = all_of(where.values())
    shown = features.spots(session, grid(bbox, zoom), matching, lang=lang) if zoom > PYRAMID_ZOOM else None
    if shown is None:
        kept = where.keys() <= {"kind"}
        shown = _cells(session, grid(bbox, zoom), matching, criteria.kind if kept else None, lang=lang)
    everywhere, revision = _everywhere(session, criteria, matching), stamp(session).number
    foot = f'],"everywhere":{everywhere},"revision":{revision}}}'
    return f'{{"type":"FeatureCollection","features":[{shown}{foot}'.encode()


def _cells(session: Session, start: Grid, matching: Fragment, kinds: Sequence[str] | None, *, lang: str) -> str:
    """Return the cells of the finest grid that has no more than 300; ``kinds`` if nothing else narrows, else None."""
    while True:
        if kinds is not None and start.zoom <= PYRAMID_ZOOM:
            found = pyramid.features(session, start, kinds, lang=lang)
        else:
            found = features.counted(session, start, matching, lang=lang)
        if found is not None:
            return found
        start = start.coarser()


def _everywhere(session: Session, criteria: Criteria, matching: Fragment) -> int:
    def count() -> int:
        sql = f"SELECT count(*) FROM public_service s WHERE s.point IS NULL AND ({matching.sql})"  # noqa: S608
        found: int = run(session, sql, matching.values).scalar_one()
        return found

    # "open now" holds for a minute only, and where somebody stands is not remembered
    passing = criteria.open_now or criteria.at is not None
    return count() if passing else MEMORY.recall(("everywhere", criteria, stamp(session)), count)
