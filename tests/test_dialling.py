"""T10: of the numbers of every country none that costs a child extra, or commands its telephone, gets in."""

import phonenumbers
import pytest
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from popmap import dialling
from popmap.dialling import DiallingError, checked_number

COSTLY = {PhoneNumberType.PREMIUM_RATE: "premium", PhoneNumberType.SHARED_COST: "shared"}
REGIONS = sorted(phonenumbers.SUPPORTED_REGIONS)


def examples(*kinds):
    """(country, number as dialled there, international form) of each of these kinds, for every country that has one."""
    for region in REGIONS:
        for kind in kinds:
            number = phonenumbers.example_number_for_type(region, kind)
            if number and phonenumbers.number_type(number) == kind:
                forms = PhoneNumberFormat.NATIONAL, PhoneNumberFormat.INTERNATIONAL
                yield region, *(phonenumbers.format_number(number, form) for form in forms)


def refused(value, *countries, **more):
    with pytest.raises(DiallingError) as error:
        checked_number(value, countries, **more)
    return error.value.code


def let_in(numbers):
    """Those of the numbers that are not refused."""
    found = []
    for value, *countries in numbers:
        try:
            found.append(checked_number(value, countries))
        except DiallingError:
            continue
    return found


def test_no_costly_number_of_any_country_gets_in():
    numbers = list(examples(*COSTLY))
    assert len(numbers) > 100
    assert let_in([(there, region) for region, there, _ in numbers]) == []
    assert let_in([(abroad,) for _, _, abroad in numbers]) == []


def test_free_numbers_of_every_country_get_in_and_are_links():
    numbers = [(there, region) for region, there, _ in examples(PhoneNumberType.TOLL_FREE)]
    found = let_in(numbers)
    assert len(found) > 0.97 * len(numbers)
    assert all(number.linkable for number in found)


@pytest.mark.parametrize("code", ["*#06#", "*2767*3855#", "tel:*2767*3855%23", "#31#0800", "**21*0900#", "116111%23"])
def test_a_command_is_no_number(code):
    assert refused(code, "FR") == "command"


@pytest.mark.parametrize(
    "value",
    [
        *(
            "٠٨٠٠١١١",
            "०८००११११",
            "０８００１１１１",
            "+41 (0)58 123",
            "+0 123 4567",
            "12110 + three digits",
            "0800-CHILD",
            "1",
            "",
        ),
        *("1" * 16, "116111;ext=1", "+", "()", "116111\u200b", "\u202e111611"),
    ],
)
def test_what_is_not_dialled_as_it_stands_is_refused(value):
    assert refused(value, "CH") == "malformed"


def test_a_harmonised_number_is_a_link_where_its_country_has_it():
    assert checked_number("116 111", ["FR", "DE", "CZ"]).linkable
    assert not checked_number("116 111", ["US"]).linkable


def test_a_number_for_the_whole_world_must_be_international_to_be_a_link():
    assert not checked_number("0800 1111", []).linkable
    assert checked_number("+44 800 1111", []).linkable


@pytest.mark.mutant
def test_without_the_list_of_costly_kinds_they_get_in(monkeypatch):
    monkeypatch.setattr(dialling, "_COSTLY", frozenset())
    assert let_in([(abroad,) for _, _, abroad in examples(*COSTLY)])
