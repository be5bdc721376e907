"""The built-in basemap: one PMTiles archive made at set-up from registry data, and the browser files of the map.

Land, lakes and rivers, borders and names in the interface languages come out as vector tiles with the layer names of
the Protomaps scheme (``earth``, ``water``, ``boundaries``, ``places``), so that an operator's own archive of that
scheme is drawn by the same rules. Colours and text are the browser's business (``static/js/map-tiles.js``), serving the
file the web storey's. Which country a point is in is the gazetteer's; nothing here is asked at run time.
"""

from popmap.basemap.browser_files import copy_browser_files
from popmap.basemap.build import build_world

__all__ = ["build_world", "copy_browser_files"]
