"""The area a service serves as GeoJSON (RFC 7946): outlines of countries and subdivisions, thinned for small maps.

Outlines are the gazetteer's; they change only when it is loaded anew, so each is thinned once and kept.
"""

from collections.abc import Sequence
from typing import Any, Final

import orjson
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from popmap.catalogue.memory import Memory
from popmap.catalogue.rows import area

_OUTLINES: Final = Memory(6_000)
_DECIMALS: Final = 2
_DETAIL: Final = 400
"""An outline keeps what is larger than this fraction of its width."""


def collection(session: Session, covered: Sequence[Sequence[str | None]]) -> dict[str, Any]:
    """Return a FeatureCollection with one feature per code or drawn area; worldwide coverage has none.

    ``covered`` holds (type, code, GeoJSON text of a drawn area). A code without an outline has a null geometry.
    """
    outlines = _outlines(session, [code for kind, code, _ in covered if kind in {"country", "subdivision"} and code])
    features = [
        {
            "type": "Feature",
            "properties": {"type": kind, "code": code},
            "geometry": outlines.get(code or "") if drawn is None else orjson.Fragment(drawn),
        }
        for kind, code, drawn in covered
        if kind != "worldwide"
    ]
    return {"type": "FeatureCollection", "features": features}


def _outlines(session: Session, codes: Sequence[str]) -> dict[str, orjson.Fragment]:
    known = {code: _OUTLINES.get(code) for code in codes}
    if missing := [code for code, outline in known.items() if outline is None]:
        size = func.ST_XMax(area.c.shape) - func.ST_XMin(area.c.shape)
        thin = func.ST_SimplifyPreserveTopology(area.c.shape, func.least(size / _DETAIL, 0.05))
        found = session.execute(select(area.c.code, func.ST_AsGeoJSON(thin, _DECIMALS)).where(area.c.code.in_(missing)))
        for code, text in found:
            known[code] = orjson.Fragment(text or "null")
            _OUTLINES.put(code, known[code])
    return {code: outline for code, outline in known.items() if outline is not None}
