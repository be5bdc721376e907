"""Countries, subdivisions and towns: their names, shapes, and which of them a point is in.

``load`` fills the tables at set-up; ``find``, ``resolve`` and ``locate`` answer from them. Who serves a place is the
catalogue's business, drawing it that of the basemap.
"""

from popmap.gazetteer.alphabet import countries_in_order, country_letters, sort_key
from popmap.gazetteer.extent import is_too_large
from popmap.gazetteer.filling import load
from popmap.gazetteer.finding import PlaceHit, find, resolve, subdivision_name, subdivision_names
from popmap.gazetteer.folding import folded
from popmap.gazetteer.locating import Besides, Located, governed_from, locate, locate_and_ask, served_from
from popmap.gazetteer.meaning import Meaning, Unclear, meaning
from popmap.gazetteer.names import COUNTRIES, country_name, country_names

__all__ = [
    "COUNTRIES",
    "Besides",
    "Located",
    "Meaning",
    "PlaceHit",
    "Unclear",
    "countries_in_order",
    "country_letters",
    "country_name",
    "country_names",
    "find",
    "folded",
    "governed_from",
    "is_too_large",
    "load",
    "locate",
    "locate_and_ask",
    "meaning",
    "resolve",
    "served_from",
    "sort_key",
    "subdivision_name",
    "subdivision_names",
]
