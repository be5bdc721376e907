"""What the map of an answer starts from: the spot that was asked about, or the country or part of one.

The marks are the cards' own, and the map is drawn by ``static/js/find-map.js`` when somebody asks for it; nothing of it
is in any address.
"""

from dataclasses import dataclass
from typing import Any

from popmap import gazetteer
from popmap.catalogue import Criteria


@dataclass(frozen=True, slots=True)
class View:
    """``spot`` is ``lon,lat``, ``box`` is ``west,south,east,north`` (may cross 180); both empty if neither is known."""

    spot: str = ""
    box: str = ""


def view(session: Any, criteria: Criteria) -> View:
    """Where the map of an answer to these criteria begins."""
    if criteria.at:
        return View(spot=f"{criteria.at.lon:g},{criteria.at.lat:g}")
    place = criteria.place or f"country:{criteria.country[0]}"
    hit = gazetteer.resolve(session, place)
    if hit and hit.bbox:
        box = hit.bbox
        return View(box=f"{box.west:.2f},{box.south:.2f},{box.east:.2f},{box.north:.2f}")
    return View(spot=f"{hit.lon:.2f},{hit.lat:.2f}") if hit and hit.lon is not None and hit.lat is not None else View()


def mark(record: Any) -> str:
    """The place of a card's mark as ``lon,lat``; empty for what has none or helps everywhere."""
    location = record["location"]
    if location is None or record["coverage"]["worldwide"]:
        return ""
    return ",".join(f"{degrees:.4f}" for degrees in location["coordinates"])
