"""The emergency card of every page: whose numbers it shows. A country is known or it is not; it is never guessed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import Flask, g

from popmap import countries
from popmap.countries import EmergencyNumber
from popmap.web import database


@dataclass(frozen=True, slots=True)
class Emergency:
    """A country and the numbers to call there in danger, most general first."""

    country: str
    numbers: Sequence[EmergencyNumber]

    @property
    def shown(self) -> Sequence[EmergencyNumber]:
        """The few that stand in a strip or on a card: each rescuer before anybody's second number."""
        return countries.first_numbers(self.numbers)

    @property
    def unknown(self) -> Sequence[str]:
        """The rescuers of whom no number is known, when that of another is."""
        return countries.rescuers_unknown(self.numbers) if self.numbers else ()

    @property
    def remarks(self) -> Mapping[str, Sequence[str]]:
        """What must be known of the numbers shown before one dials them, and of which."""
        found: dict[str, list[str]] = {}
        for one in self.shown:
            if one.caveat and one.number not in found.setdefault(one.caveat, []):
                found[one.caveat].append(one.number)
        return found


def plug_into(app: Flask) -> None:
    """Give every template ``emergency``: an ``Emergency``, or None."""
    app.context_processor(lambda: {"emergency": g.get("emergency")})


def know(country: str) -> None:
    """The card of this reply shows this country's numbers. Call it once the visitor has chosen a country."""
    g.emergency = of(country)


def of(country: str) -> Emergency:
    """A country with its numbers; without any where none is known well enough."""
    return Emergency(country, countries.emergency_numbers(database.reading(), country))
