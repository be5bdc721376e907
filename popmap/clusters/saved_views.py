"""The same views from a saved copy, while the database is away; what a cluster is near is not told."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import orjson

from popmap.catalogue import Criteria
from popmap.catalogue.saved_matches import matching
from popmap.clusters.features import MAX_FEATURES
from popmap.clusters.grids import Grid, cell_of, grid, lat_of, lon_of, side_of, x_of, y_of
from popmap.clusters.views import PYRAMID_ZOOM, viewport_json
from popmap.geo import BBox
from popmap.saved import Saved, SavedService
from popmap.vocabulary import KINDS


@viewport_json.register
def _viewport_json(saved: Saved, bbox: BBox, zoom: int, criteria: Criteria, *, lang: str = "en") -> bytes:  # noqa: ARG001 - as in the rule
    found = matching(saved, replace(criteria, bbox=None, sort="relevance"))
    at, cells = grid(bbox, zoom), _cells(found, grid(bbox, zoom), by_spot=zoom > PYRAMID_ZOOM)
    while len(cells) > MAX_FEATURES:
        cells = _cells(found, at, by_spot=False)
        at = at.coarser()
    collection = {
        "type": "FeatureCollection",
        "features": [_feature(cell) for cell in cells],
        "everywhere": sum(one.lon is None or one.lat is None for one in found),
        "revision": saved.copy.head.number,
    }
    return orjson.dumps(collection)


def _cells(found: Sequence[SavedService], at: Grid, *, by_spot: bool) -> list[list[SavedService]]:
    """Return the services of each cell of a grid that has any, from north-west to south-east."""
    side, boxes = side_of(at.zoom), at.boxes()
    cells: defaultdict[tuple[float, float], list[SavedService]] = defaultdict(list)
    for one in found:
        if one.lon is None or one.lat is None or not any(box.contains(one.lon, one.lat) for box in boxes):
            continue
        spot = (y_of(one.lat), x_of(one.lon))
        cells[spot if by_spot else (cell_of(spot[0], side), cell_of(spot[1], side))].append(one)
    return [cells[place] for place in sorted(cells)]


def _feature(cell: Sequence[SavedService]) -> dict[str, Any]:
    lons, lats = [float(one.lon or 0) for one in cell], [float(one.lat or 0) for one in cell]
    middle = [sum(x_of(lon) for lon in lons) / len(cell), sum(y_of(lat) for lat in lats) / len(cell)]
    point = {"type": "Point", "coordinates": [round(lon_of(middle[0]), 5), round(lat_of(middle[1]), 5)]}
    one = cell[0]
    if len(cell) == 1:
        name = orjson.loads(one.document)["name"]
        shown: dict[str, Any] = {"id": one.id, "kind": one.kind, "name": name, "visitable": one.visitable}
    else:
        counts = Counter(one.kind for one in cell)
        kinds = {kind: counts[kind] for kind in KINDS if kind in counts}
        box = [min(lons), min(lats), max(lons), max(lats)]
        shown = {"count": len(cell), "kinds": kinds, "bbox": box, "near": None}
    return {"type": "Feature", "geometry": point, "properties": shown}
