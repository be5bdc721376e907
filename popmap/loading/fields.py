"""The cells of one row as values, with a fault for each that is not what its column asks for. Knows no SQL."""

import re
from collections.abc import Collection, Sequence
from functools import cache
from typing import Final
from zoneinfo import available_timezones

import pycountry

from popmap import hours
from popmap.addresses import is_email, is_web_address
from popmap.errors import Fault
from popmap.gazetteer import COUNTRIES
from popmap.loading.table import Row, shown

_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?(-[a-z0-9]{5,8})*")
_NUMBER: Final = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,12})?")
_KNOWN_COUNTRIES: Final = frozenset(COUNTRIES)
_DATE: Final = re.compile(r"[12][0-9]{3}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?")
_ZONE: Final = re.compile(r"UTC|[A-Za-z]+(/[A-Za-z0-9_+-]+){1,2}")
_LONGEST_KNOWN_COUNTRIES: Final = frozenset(COUNTRIES)


class Fields:
    """Reads one row cell by cell; ``faults`` holds what was wrong so far."""

    def __init__(self, row: Row) -> None:
        """Nothing is read yet."""
        self.row = row
        self.faults: list[Fault] = []

    def fault(self, column: str, code: str, allowed: Sequence[str] = ()) -> None:
        """Note that this column is wrong, unless it was told already that its text cannot be taken."""
        if column in self.row.told:
            return
        self.faults.append(Fault(column, code, shown(self.row.cells[column]), tuple(allowed), self.row.line))

    def text(self, column: str, *, longest: int, required: bool = False) -> str:
        """The cell as it is."""
        value = self.row.cells[column]
        if required and not value:
            self.fault(column, "missing")
        if len(value) > longest:
            self.fault(column, "too_long", (f"at most {longest} characters",))
        return value

    def matching(self, column: str, pattern: str, *, example: str, required: bool = False) -> str | None:
        """The cell when it is of this form, None when it is empty."""
        value = self.text(column, longest=200, required=required)
        if value and not re.fullmatch(pattern, value):
            self.fault(column, "malformed", (example,))
        return value or None

    def code(self, column: str, allowed: Collection[str], *, default: str | None = None) -> str:
        """One of the allowed codes; ``default`` (or a fault) for an empty cell."""
        value = self.row.cells[column]
        if not value and default is not None:
            return default
        if value not in allowed:
            self.fault(column, "unknown_value" if value else "missing", sorted(allowed))
        return value

    def codes(self, column: str, allowed: Collection[str], *, required: bool = False) -> list[str]:
        """The codes separated by ``;``, in their order."""
        values = self.items(column, required=required)
        if not set(values) <= set(allowed):
            self.fault(column, "unknown_value", sorted(allowed))
        return values

    def items(self, column: str, *, required: bool = False) -> list[str]:
        """What stands between the ``;`` of a cell, each once."""
        value = self.row.cells[column]
        values = [item.strip() for item in value.split(";")] if value else []
        if required and not values:
            self.fault(column, "missing")
        if "" in values or len(set(values)) != len(values):
            self.fault(column, "malformed", ("codes separated by ;, each once",))
        return values

    def countries(self, column: str) -> list[str]:
        """ISO 3166-1 alpha-2 codes (and XK)."""
        values = self.items(column)
        if not set(values) <= _KNOWN_COUNTRIES:
            self.fault(column, "unknown_value", ("ISO 3166-1 alpha-2 codes separated by ;",))
        return values

    def country(self, column: str, *, required: bool = False) -> str | None:
        """One ISO 3166-1 alpha-2 code, None for an empty cell."""
        value = self.row.cells[column]
        if (required and not value) or (value and value not in _KNOWN_COUNTRIES):
            self.fault(column, "unknown_value" if value else "missing", ("an ISO 3166-1 alpha-2 code",))
        return value or None

    def subdivisions(self, column: str) -> list[str]:
        """ISO 3166-2 codes."""
        values = self.items(column)
        known = pycountry.subdivisions
        if not all(known.get(code=value) for value in values):  # type: ignore[no-untyped-call]
            self.fault(column, "unknown_value", ("ISO 3166-2 codes separated by ;",))
        return values

    def languages(self, column: str) -> list[str]:
        """BCP 47 tags whose language is an ISO 639 one."""
        values = self.items(column)
        if not all(_LANGUAGE.fullmatch(value) and is_language(value.partition("-")[0]) for value in values):
            self.fault(column, "unknown_value", ("BCP 47 tags separated by ;, like fr;zh-Hant",))
        return values

    def url(self, column: str, *, required: bool = False) -> str | None:
        """An http or https address of a named host, None for an empty cell."""
        value = self.row.cells[column]
        if (required and not value) or (value and not is_web_address(value)):
            self.fault(column, "malformed" if value else "missing", ("https://host/path",))
        return value or None

    def email(self, column: str) -> str | None:
        """A mail address, None for an empty cell."""
        value = self.row.cells[column]
        if value and not is_email(value):
            self.fault(column, "malformed", ("name@host",))
        return value or None

    def number(self, column: str, *, low: float, high: float) -> float | None:
        """A number within the range, rounded to six decimals; None for an empty cell."""
        value = self.row.cells[column]
        if not value:
            return None
        if not _NUMBER.fullmatch(value):
            self.fault(column, "malformed", ("digits with a decimal point",))
            return None
        number = round(float(value), 6)
        if not low <= number <= high:
            self.fault(column, "out_of_range", (f"{low:g} to {high:g}",))
            return None
        return number

    def age(self, column: str) -> int | None:
        """A whole number of years from 0 to 120, None for an empty cell."""
        value = self.row.cells[column]
        if value and not (re.fullmatch("[0-9]{1,3}", value) and int(value) <= 120):
            self.fault(column, "out_of_range", ("0 to 120",))
            return None
        return int(value) if value else None

    def day(self, column: str) -> str:
        """A year, month or day as ISO 8601 writes it, as text; empty for an empty cell."""
        value = self.row.cells[column]
        if value and not _DATE.fullmatch(value):
            self.fault(column, "malformed", ("2024", "2024-05", "2024-05-31"))
        return value

    def opening_hours(self, column: str) -> str | None:
        """Hours in OpenStreetMap's syntax, None for an empty cell."""
        return self.opening_hours_in(column, self.row.cells[column])

    def opening_hours_in(self, column: str, value: str) -> str | None:
        """The same for a part of a cell."""
        if len(value) > hours.MAX_LENGTH:
            self.fault(column, "too_long", (f"at most {hours.MAX_LENGTH} characters",))
        elif value and not hours.is_valid(value):
            self.fault(column, "malformed", ("opening_hours syntax: 24/7", "Mo-Fr 09:00-17:00"))
        return value or None

    def timezone(self, column: str) -> str | None:
        """An IANA time zone of a place (or UTC), None for an empty cell; old names such as EST5EDT are none."""
        return self.timezone_in(column, self.row.cells[column])

    def timezone_in(self, column: str, value: str) -> str | None:
        """The same for a part of a cell."""
        if value and not (_ZONE.fullmatch(value) and value in _time_zones()):
            self.fault(column, "unknown_value", ("an IANA name like Africa/Casablanca, or UTC",))
        return value or None


@cache
def _time_zones() -> frozenset[str]:
    return frozenset(available_timezones())  # walks through a folder of the system


@cache
def is_language(subtag: str) -> bool:
    """Whether this is a language (ISO 639-1, -3) or a group of languages (639-5)."""
    if len(subtag) == 2:
        return pycountry.languages.get(alpha_2=subtag) is not None
    known = pycountry.languages.get(alpha_3=subtag), pycountry.language_families.get(alpha_3=subtag)
    return any(known) or pycountry.languages.get(bibliographic=subtag) is not None
