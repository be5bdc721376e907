"""The area a service serves as GeoJSON (RFC 7946): outlines of countries and subdivisions, thinned for small maps.

Outlines are the gazetteer's; they change only when it is loaded anew, so each is thinned once and kept.
"""

from collections.abc import Sequence
from typing import Any, Final

import orjson
from sqlalchemy.orm import Session

from popmap.catalogue.fragments import run
from popmap.catalogue.memory import Memory

_OUTLINES: Final = Memory(6_000)
_THINNED: Final = """
SELECT a.code,
  ST_AsGeoJSON(ST_SimplifyPreserveTopology(a.shape, least((ST_XMax(a.shape) - ST_XMin(a.shape)) / 400, 0.05)), 2)
    AS outline
FROM area a WHERE a.code = ANY (:codes)"""
"""An outline keeps what is larger than a four-hundredth of its width or a twentieth of a degree, at two decimals."""


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


def without_own(session: Session, codes: Sequence[str]) -> frozenset[str]:
    """Those of these codes of which nobody has an outline: ``collection`` has that of the country in its place."""
    asked = "SELECT code FROM area WHERE NOT has_own_shape AND parent IS NOT NULL AND code = ANY (:codes)"
    return frozenset(row.code for row in run(session, asked, {"codes": list(codes)}))


def _outlines(session: Session, codes: Sequence[str]) -> dict[str, orjson.Fragment]:
    known = {code: _OUTLINES.get(code) for code in codes}
    if missing := [code for code, outline in known.items() if outline is None]:
        for row in run(session, _THINNED, {"codes": missing}):
            known[row.code] = orjson.Fragment(row.outline or "null")
            _OUTLINES.put(row.code, known[row.code])
    return {code: outline for code, outline in known.items() if outline is not None}
