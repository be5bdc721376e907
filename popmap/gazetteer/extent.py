"""How large a drawn area may be: no larger than the countries it lies in, give or take its coast.

Who helps in more than that chooses countries, or the world; a shape over half the Earth is a mistake, or an attack.
"""

from collections.abc import Mapping
from typing import Any, Final

import orjson
from sqlalchemy import text
from sqlalchemy.orm import Session

from popmap import geo

ROOM: Final = 1.25
"""Coasts are drawn roughly: so much larger than its countries an area may be."""
ISLANDS_KM2: Final = 1_500_000
"""The sea between the islands of a small state, which no outline counts: a box around Fiji or Kiribati fits in."""

_TOUCHED: Final = text("""
    SELECT a.code, ST_AsGeoJSON(a.shape, 3) AS outline FROM area a
    WHERE a.kind = 'country' AND a.code IN (
      SELECT left(p.code, 2) FROM area_part p
      WHERE ST_Intersects(p.shape, ST_SetSRID(ST_GeomFromGeoJSON(:area), 4326)))""")
_sizes: dict[str, float] = {}


def is_too_large(session: Session, area: Mapping[str, Any]) -> bool:
    """Whether a drawn area (a checked GeoJSON MultiPolygon) is larger than the countries that it touches together."""
    size_km2 = geo.size_km2(area)
    if size_km2 <= ISLANDS_KM2:
        return False
    touched = session.execute(_TOUCHED, {"area": orjson.dumps(area).decode()}).all()
    for row in touched:
        if row.code not in _sizes:
            _sizes[row.code] = geo.size_km2(orjson.loads(row.outline)) if row.outline else 0.0
    return size_km2 > ROOM * sum(_sizes[row.code] for row in touched) + ISLANDS_KM2
