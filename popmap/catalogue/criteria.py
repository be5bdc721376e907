"""The criteria as a value: the same names in an address, a form, the API, an export and the conditions."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from popmap.geo import BBox, Point
from popmap.vocabulary import AI_QUESTIONS

AI_CRITERIA: Final = tuple(question for question in AI_QUESTIONS if question != "role")
"""Values of ``ai``: the transparency questions; asking for one means that its answer is yes."""


@dataclass(frozen=True, slots=True)
class Criteria:
    """Which services, in which order. Several values of one name: any of them; different names narrow.

    Tuples are sorted and without doubles, so that equal questions are equal values.
    """

    q: str | None = None
    kind: tuple[str, ...] = ()
    topic: tuple[str, ...] = ()
    country: tuple[str, ...] = ()
    subdivision: tuple[str, ...] = ()
    at: Point | None = None
    place: str | None = None
    bbox: BBox | None = None
    channel: tuple[str, ...] = ()
    language: tuple[str, ...] = ()
    audience: tuple[str, ...] = ()
    age: int | None = None
    cost: tuple[str, ...] = ()
    privacy: tuple[str, ...] = ()
    open_now: bool = False
    ai: tuple[str, ...] = ()
    checked_since: date | None = None
    sort: str = "relevance"
