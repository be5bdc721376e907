"""Which numbers may become links: those that can be dialled as they stand and cost nobody extra.

The library of numbers does not know helpline numbers such as 116 111, so it never refuses one on its own; it is only
asked whether a number is surely a premium-rate or shared-cost one.
"""

import re
from collections.abc import Iterable
from typing import Final

import phonenumbers
from phonenumbers import PhoneNumberType

_DIALLED: Final = re.compile(r"\+?[0-9(][0-9 ().-]*")
_TRUNK_PREFIX: Final = re.compile(r"\+[^(]*\(\s*0")
"""+41 (0)58: the nought is dialled at home only; with the country's code in front it reaches nobody, or a stranger."""
_COSTLY: Final = frozenset({PhoneNumberType.PREMIUM_RATE, PhoneNumberType.SHARED_COST})


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


def _is_dialled(value: str) -> bool:
    """Whether all its digits, in their order, are what one dials; no country's code begins with 0."""
    return bool(_DIALLED.fullmatch(value)) and not _TRUNK_PREFIX.match(value) and not re.match(r"\+[ (.-]*0", value)


def _is_costly(value: str, country: str) -> bool:
    try:
        number = phonenumbers.parse(value, country)
    except phonenumbers.NumberParseException:
        return False
    return phonenumbers.number_type(number) in _COSTLY
