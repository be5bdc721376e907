"""What a map shows of a viewport: clusters with the share of each kind, and single marks; at most 300 features.

A cluster is a cell of 64 pixels at the map's zoom (``grids``). Without filters, or with kinds only, cells come from the
pyramid that the database keeps for the zooms 0 to 10 (``pyramid``); other criteria are counted on the fly over the same
grid, so both look alike (``features``). Closer than that each spot is a mark of its own. What is in one spot stays one
cluster at every zoom. Which services match is the catalogue's business.
"""

from popmap.clusters import saved_views
from popmap.clusters.features import MAX_FEATURES, counted_cells, spots_in
from popmap.clusters.grids import CELLS_PER_TILE, Grid, grid
from popmap.clusters.pyramid import kept_cells
from popmap.clusters.views import PYRAMID_ZOOM, viewport, viewport_json

__all__ = [
    "CELLS_PER_TILE",
    "MAX_FEATURES",
    "PYRAMID_ZOOM",
    "Grid",
    "counted_cells",
    "grid",
    "kept_cells",
    "saved_views",
    "spots_in",
    "viewport",
    "viewport_json",
]
