"""What the form of a service lets one choose from, in the reader's language."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import pycountry
from flask_babel import gettext

from popmap import gazetteer, vocabulary
from popmap.web import database, find_form, language, pages
from popmap.web.draft_form import DAYS, Filled
from popmap.web.fault_words import summary_of, words_of

MOST_PARTS: Final = 4
"""Of so many countries at once the parts are listed."""


@dataclass(frozen=True, slots=True)
class Choices:
    """The lists of the form. Everything is code → words, in the order in which it is shown."""

    countries: Mapping[str, str]
    languages: Mapping[str, str]
    parts: Mapping[str, Mapping[str, str]]
    ways: Mapping[str, str]
    days: Mapping[str, str]
    faults: Mapping[str, str]
    summary: Mapping[str, str]
    zones: tuple[str, ...]
    kinds: Mapping[str, str]
    operators: Mapping[str, str]
    topics: Mapping[str, str]
    audiences: Mapping[str, str]
    costs: Mapping[str, str]
    privacies: Mapping[str, str]
    answered_by: Mapping[str, str]
    ai_answers: Mapping[str, str]
    ai_handovers: Mapping[str, str]
    ai_questions: tuple[str, ...] = tuple(vocabulary.AI_QUESTIONS)
    ai_roles: tuple[str, ...] = tuple(vocabulary.AI_ROLES)
    youth: tuple[str, ...] = tuple(vocabulary.YOUTH_QUESTIONS)


def of(filled: Filled) -> Choices:
    """The lists as this form needs them: parts only of the countries that are chosen."""
    chosen = filled.typed.getlist("countries")
    divided = {code[:2] for code in filled.typed.getlist("subdivisions")}
    wanted = [code for code in dict.fromkeys((*sorted(divided), *chosen)) if code in gazetteer.COUNTRIES][:MOST_PARTS]
    return Choices(
        countries=_countries(language.current()),
        languages=_languages(language.current()),
        parts={code: _parts(code, away=filled.notice == "unavailable") for code in wanted},
        kinds={code: gettext(words) for code, words in pages.KIND_WORDS},
        operators=_words("operator", ("unknown", *vocabulary.OPERATOR_TYPES)),
        topics=_words("topic", vocabulary.TOPICS),
        audiences=_words("audience", vocabulary.AUDIENCES),
        costs=_words("cost", ("unknown", *vocabulary.COSTS)),
        privacies=_words("privacy", ("unknown", *vocabulary.PRIVACIES)),
        answered_by=_words("answered_by", ("unknown", *vocabulary.ANSWERED_BY)),
        ai_answers=_words("ai_answer", vocabulary.AI_ANSWERS),
        ai_handovers=_words("ai_handover", vocabulary.AI_HANDOVERS),
        ways=_words("channel", vocabulary.CHANNELS),
        days=dict(zip(DAYS, language.day_names(), strict=True)),
        faults={name: words_of(name, fault) for name, fault in filled.faults.items()},
        summary={name: summary_of(name, fault) for name, fault in filled.faults.items()},
        zones=_zones(wanted),
    )


def _zones(countries: list[str]) -> tuple[str, ...]:
    """The time zones of these countries, as suggestions."""
    zones: list[str] = []
    for code in countries:
        zones += language.zones_of(code)
    return tuple(dict.fromkeys(zones))


@lru_cache(maxsize=len(vocabulary.LANGUAGES))
def _countries(reader: str) -> dict[str, str]:
    return {code: gazetteer.country_name(code, reader) for code in gazetteer.countries_in_order(reader)}


@lru_cache(maxsize=len(vocabulary.LANGUAGES))
def _languages(_reader: str) -> dict[str, str]:
    return _sorted({code: language.language_name(code) for code in find_form.SPOKEN})


def _words(name: str, codes: Iterable[str]) -> dict[str, str]:
    """The words of a list's codes; one that is named first comes first."""
    return _labels(language.current(), name, tuple(codes))


@lru_cache(maxsize=20 * len(vocabulary.LANGUAGES))
def _labels(_reader: str, name: str, codes: tuple[str, ...]) -> dict[str, str]:
    return {code: language.label(name, code) for code in codes}


def _parts(country: str, *, away: bool) -> dict[str, str]:
    divisions: Any = pycountry.subdivisions.get(country_code=country) or []  # type: ignore[no-untyped-call]
    named = {division.code: division.name for division in divisions if division.parent_code is None}
    names = {} if away else gazetteer.subdivision_names(database.reading(), list(named), language.current())
    return _sorted({code: names.get(code) or name for code, name in named.items()})


def _sorted(words: Mapping[str, str]) -> dict[str, str]:
    return dict(sorted(words.items(), key=lambda item: gazetteer.sort_key(item[1], language.current())))
