"""The emergency card of every page: whose numbers it shows. A country is known or it is not; it is never guessed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Flask, g

from popmap import countries
from popmap.web import database


@dataclass(frozen=True, slots=True)
class Emergency:
    """A country and the numbers to call there in danger, most general first."""

    country: str
    numbers: Sequence[Any]


def plug_into(app: Flask) -> None:
    """Give every template ``emergency``: an ``Emergency``, or None."""
    app.context_processor(lambda: {"emergency": g.get("emergency")})


def know(country: str) -> None:
    """The card of this reply shows this country's numbers. Call it once the visitor has chosen a country."""
    g.emergency = of(country)


def of(country: str) -> Emergency:
    """A country with its numbers; without any where none is known well enough."""
    return Emergency(country, countries.emergency_numbers(database.reading(), country))
