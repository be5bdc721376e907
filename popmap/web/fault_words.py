"""What is wrong with a field, in plain words: what to do, never whose fault it is."""

from collections.abc import Mapping
from typing import Final

from flask_babel import gettext

from popmap.errors import Fault
from popmap.vocabulary import N_

_BY_FIELD: Final[Mapping[tuple[str, str], str]] = {
    ("kind", "unknown_value"): N_("Please choose what it is."),
    ("kind", "not_a_helpline"): N_("A helpline is free and a person answers. Please choose another kind."),
    ("name", "missing"): N_("Please write what the service is called."),
    ("topics", "missing"): N_("Please choose at least one topic."),
    ("channels", "missing"): N_("Please give at least one way to reach it."),
    ("coverage", "missing"): N_("Please say where it helps: everywhere, in a country, or in a part of one."),
    ("city", "missing"): N_("Please name the town, since one can go there, and look it up."),
    ("max_age", "out_of_range"): N_("The highest age is below the lowest."),
    ("problem", "unknown_value"): N_("Please choose what is wrong."),
    ("lat", "malformed"): N_("Write two numbers here, like 33.97 and -6.85."),
    ("area", "malformed"): N_("Write one corner a line, as latitude, longitude: at least three."),
    ("contact", "malformed"): N_("This does not look like an e-mail address. You can also leave it empty."),
}
_BY_CODE: Final[Mapping[str, str]] = {
    "missing": N_("Please fill this in."),
    "too_long": N_("This is too long."),
    "bad_characters": N_("There is a sign in this that we cannot take. Please type it again."),
    "malformed": N_("We could not read this. Please look at the example."),
    "unknown_value": N_("Please choose one from the list."),
    "out_of_range": N_("This cannot be."),
    "duplicate": N_("This is here twice."),
    "too_many": N_("These are too many."),
    "command": N_("This is a command for the phone, not a number to call."),
    "costly": N_("This number costs extra. Help for children must not, so we cannot list it."),
    "not_international": N_("WhatsApp needs the number with + and the country's code."),
    "unknown_number": N_("No country has a number like this. Please check the digits."),
    "not_https": N_("The address must begin with https://"),
    "not_public": N_("This address works inside one network only."),
    "mixed_scripts": N_("This address mixes letters of different scripts. False addresses do that."),
    "not_live": N_("Hours belong to phone, text and chat, not to this."),
    "too_many_vertices": N_("The area has too many corners: 500 at most."),
    "invalid": N_("The edges of the area cross. Please draw it again."),
    "too_slow": N_("The area is too intricate. Please draw a simpler one."),
    "too_large": N_("The area is larger than the countries it lies in. Choose the countries instead."),
    "formula": N_("A spreadsheet would calculate this instead of showing it."),
    "wrong_number_of_cells": N_("This row has more or fewer cells than the first line."),
    "wrong_encoding": N_("The table must be in UTF-8."),
    "missing_column": N_("This column is missing."),
    "unknown_column": N_("There is no such column."),
    "column_given_twice": N_("This column is there twice."),
    "unchanged": N_("Every row says what is public already."),
    "empty": N_("There is nothing in it."),
    "not_found": N_("We do not know this place. Try a bigger town nearby."),
}
_CALLED: Final[Mapping[str, str]] = {
    "name": N_("Name"),
    "name_en": N_("Name in English, if it has one"),
    "organization": N_("Who runs it"),
    "operator_type": N_("What kind of organisation is that?"),
    "website": N_("Website"),
    "summary": N_("What it does, in one or two plain sentences"),
    "topics": N_("What it helps with"),
    "audiences": N_("For whom"),
    "min_age": N_("From age"),
    "max_age": N_("To age"),
    "countries": N_("Countries"),
    "area": N_("Corners of the area"),
    "city": N_("Town"),
    "sources": N_("Pages where this can be seen"),
    "words": N_("Anything the moderators should know (not published)"),
    "type": N_("How"),
    "value": N_("Number or address"),
    "hours": N_("When"),
    "timezone": N_("Time zone"),
    "label": N_("Remark"),
    "source": N_("Where is that said?"),
}
"""What a field is called in the form; of a field of a field its last part."""


def words_of(field: str, fault: Fault) -> str:
    """The sentence that stands beside the field."""
    unknown = _BY_CODE["malformed"]
    sentence = _BY_FIELD.get((field, fault.code)) or _BY_CODE.get(fault.code, unknown)
    return gettext(sentence)


def summary_of(field: str, fault: Fault) -> str:
    """The same where it stands away from its field: with the field's name, where the sentence does not tell."""
    words = words_of(field, fault)
    if (field, fault.code) in _BY_FIELD:
        return words
    room, _, rest = field.partition(".")
    way = rest.partition(".")[0]
    named = [gettext("Way %(number)s", number=int(way) + 1)] if room == "channels" and way.isdecimal() else []
    called = _CALLED.get(field.rpartition(".")[2])
    return " – ".join([*named, *([gettext(called)] if called else []), words])
