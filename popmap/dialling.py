"""Which numbers may be dialled: as they stand, by pressing them, at no extra cost to a child.

The library of numbers does not know every helpline's number, so a number that it has never heard of is no mistake; it
is kept as words, and a person looks. What it surely knows to be costly is refused, and so is whatever a telephone
would take for a command (``*#06#``).
"""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final

import phonenumbers
from phonenumbers import PhoneNumberType, ShortNumberCost

from popmap.telephone import has_trunk_prefix

_DIALLED: Final = re.compile(r"\+?[0-9(][0-9 ().-]*")
_COSTLY: Final = frozenset({PhoneNumberType.PREMIUM_RATE, PhoneNumberType.SHARED_COST})
_COMMAND: Final = re.compile(r"[*#]|%2[0-9A-F]|tel:", re.IGNORECASE)


class DiallingError(ValueError):
    """No number that may stand here.

    ``code``: ``command``, ``malformed``, ``costly``, ``not_international``, ``unknown_number``.
    """

    def __init__(self, code: str) -> None:
        """The code is the message, too."""
        self.code = code
        super().__init__(code)


@dataclass(frozen=True, slots=True)
class Number:
    """A number as given, its E.164 form where it is known, and whether pressing it may dial it."""

    value: str
    e164: str | None
    linkable: bool


def checked_number(value: str, countries: Collection[str], *, international: bool = False) -> Number:
    """The number, to be dialled in these countries (ISO 3166-1; empty: anywhere). Raises ``DiallingError``.

    ``international``: only the form with + and a country's code will do. Refused are commands, premium and shared-cost
    numbers, and + forms that no country gives out. A national number is a link where every country's plan knows it.
    """
    if _COMMAND.search(value):
        raise DiallingError("command")
    digits = re.sub(r"\D", "", value)
    if not _is_dialled(value) or not 2 <= len(digits) <= 15 or not value.isascii():
        raise DiallingError("malformed")
    if value.startswith("+"):
        return _international(value)
    if international:
        raise DiallingError("not_international")
    if any(_is_costly(value, country) or _is_costly_short(digits, country) for country in countries):
        raise DiallingError("costly")
    known = bool(countries) and all(_is_known(value, digits, country) for country in countries)
    return Number(value, None, known)


def international_form(value: str) -> str | None:
    """The E.164 form of a number that is written with its country's code; None for any other."""
    digits = re.sub(r"\D", "", value)
    is_international = _is_dialled(value) and value.startswith("+") and 6 <= len(digits) <= 15
    return f"+{digits}" if is_international else None


def may_be_link(value: str, countries: Iterable[str]) -> bool:
    """Whether pressing this number may dial it: digits only (no code with * or #), and not surely costly."""
    digits = re.sub(r"\D", "", value)
    if not _is_dialled(value) or not 2 <= len(digits) <= 15:
        return False
    return not any(_is_costly(value, country) for country in countries)


def _international(value: str) -> Number:
    e164 = international_form(value)
    try:
        number = phonenumbers.parse(e164 or value)
    except phonenumbers.NumberParseException as error:
        raise DiallingError("malformed") from error
    kind = phonenumbers.number_type(number)
    if kind in _COSTLY:
        raise DiallingError("costly")
    if e164 is None or not phonenumbers.is_valid_number(number) or kind == PhoneNumberType.UNKNOWN:
        raise DiallingError("unknown_number")
    return Number(value, e164, True)


def _is_dialled(value: str) -> bool:
    """Whether all its digits, in their order, are what one dials; no country's code begins with 0."""
    return bool(_DIALLED.fullmatch(value)) and not has_trunk_prefix(value) and not re.match(r"\+[ (.-]*0", value)


def _is_costly(value: str, country: str) -> bool:
    try:
        number = phonenumbers.parse(value, country)
    except phonenumbers.NumberParseException:
        return False
    return phonenumbers.number_type(number) in _COSTLY


def _is_costly_short(digits: str, country: str) -> bool:
    """The library counts 0906 numbers of seven digits, and text services, among the short ones."""
    try:
        number = phonenumbers.parse(digits, country)
    except phonenumbers.NumberParseException:
        return False
    return phonenumbers.expected_cost_for_region(number, country) == ShortNumberCost.PREMIUM_RATE


def _is_known(value: str, digits: str, country: str) -> bool:
    try:
        number, short = phonenumbers.parse(value, country), phonenumbers.parse(digits, country)
    except phonenumbers.NumberParseException:
        return False
    return phonenumbers.is_valid_number_for_region(number, country) or phonenumbers.is_valid_short_number_for_region(
        short, country
    )
