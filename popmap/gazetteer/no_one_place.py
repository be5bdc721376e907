"""Texts that name no one place: countries that are no more, regions of several countries, continents, and plain words.

Asked where they are, people also type "home" or "Africa". A village somewhere is called so, and whoever is told that
one's numbers is told wrongly. The words stand in ``no_one_place.csv``, written by hand in the six languages.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final, Literal

from popmap.gazetteer.folding import folded

Why = Literal["closed", "many", "wide", "none"]
"""``closed``: a country that is no more · ``many``: a part of several countries · ``wide``: a continent or the world ·
``none``: no place at all, as "here"."""

_FILE: Final = files("popmap.gazetteer") / "no_one_place.csv"


@dataclass(frozen=True, slots=True)
class NoOnePlace:
    """Why a text names no one place, and the ids of the ``places`` that it stands for, if they are few."""

    why: Why
    places: tuple[str, ...]


def no_one_place(name: str) -> NoOnePlace | None:
    """What a folded text is, if it is known to name no one place."""
    return _known().get(name)


@cache
def _known() -> Mapping[str, NoOnePlace]:
    rows = csv.DictReader(_FILE.read_text(encoding="utf-8").splitlines())
    return {folded(row["name"]): NoOnePlace(row["why"], tuple(row["places"].split())) for row in rows}  # type: ignore[arg-type]  # held by a test
