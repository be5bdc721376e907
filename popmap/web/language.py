"""The language of a request: its prefix, direction and words, for every page and every error.

Codes come from ``vocabulary``, wording from the ``.po`` files, names of languages from Babel and of countries from the
gazetteer. What a page says is up to its template.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from functools import cache, lru_cache, partial
from typing import Any, Final

import flask_babel
from babel import Locale, UnknownLocaleError
from babel.core import get_global
from babel.support import NullTranslations, Translations
from flask import Flask, current_app, g, has_request_context, request, url_for
from markupsafe import Markup
from werkzeug.routing import BaseConverter

from popmap import gazetteer, vocabulary
from popmap.config import PROJECT

LANGUAGES: Final = vocabulary.LANGUAGES
FIRST_PAGE: Final = "find.page"
TRANSLATIONS: Final = PROJECT / "popmap" / "translations"

EMERGENCY_SERVICES: Final = {
    "all": vocabulary.N_("All emergencies"),
    "police": vocabulary.N_("Police"),
    "ambulance": vocabulary.N_("Ambulance"),
    "fire": vocabulary.N_("Fire brigade"),
    "child_protection": vocabulary.N_("Child protection"),
}
CAVEATS: Final = {
    "landline": vocabulary.N_("only from a landline"),
    "not_everywhere": vocabulary.N_("not everywhere"),
    "not_always": vocabulary.N_("not at all hours"),
    "in_doubt": vocabulary.N_("some say another number"),
}

_LISTS: Final[Mapping[str, Mapping[Any, str]]] = {
    "kind": vocabulary.KINDS,
    "channel": vocabulary.CHANNELS,
    "audience": vocabulary.AUDIENCES,
    "cost": vocabulary.COSTS,
    "privacy": vocabulary.PRIVACIES,
    "yes_no": vocabulary.YES_NO_UNKNOWN,
    "emergency": EMERGENCY_SERVICES,
    "caveat": CAVEATS,
    "answered_by": vocabulary.ANSWERED_BY,
    "operator": vocabulary.OPERATOR_TYPES,
    "check": vocabulary.CHECK_LEVELS,
    "role": vocabulary.ROLE_LABELS,
    "youth": vocabulary.YOUTH_QUESTIONS,
    "problem": vocabulary.PROBLEMS,
    "submission_state": vocabulary.SUBMISSION_STATES,
    "ai_role": vocabulary.AI_ROLES,
    "ai_handover": vocabulary.AI_HANDOVERS,
    "ai_answer": vocabulary.AI_ANSWERS,
    "ai_question": vocabulary.AI_QUESTIONS,
    "topic": {code: topic.label for code, topic in vocabulary.TOPICS.items()},
    "topic_words": {code: topic.words for code, topic in vocabulary.TOPICS.items()},
}


class LanguageConverter(BaseConverter):
    """The first part of a page's address: one of the six languages, anything else is no such page."""

    regex = f"(?:{'|'.join(LANGUAGES)})"


def plug_into(app: Flask) -> None:
    """Give the app its language prefix, translations and template words."""
    app.url_map.converters["language"] = LanguageConverter
    flask_babel.Babel(app, locale_selector=current, default_translation_directories=str(TRANSLATIONS))
    app.before_request(_remember)
    app.url_value_preprocessor(_take_prefix)
    app.url_defaults(partial(_fill_prefix, app))
    app.context_processor(_template_words)
    app.jinja_env.globals.update(_GLOBALS)
    app.jinja_env.globals.update(_=_words, gettext=_words, ngettext=_counted)
    app.jinja_env.globals.update({f"{name}_label": partial(label, name) for name in _LISTS})
    app.jinja_env.globals["emergency_labels"] = partial(labels, "emergency")
    app.jinja_env.filters.update(ltr=ltr, dialled=dialled)


@cache
def _catalogue(language: str) -> NullTranslations:
    return Translations.load(TRANSLATIONS, [language])


def _words(text: str, /, **values: Any) -> Markup:
    """A template's text in the reader's language. A page has hundreds: Flask-Babel looks up where it is for each."""
    found = Markup(_catalogue(current()).gettext(text))  # noqa: S704 - our own texts; values are escaped when put in
    return found % values if values or "%" in found else found


def _counted(one: str, many: str, num: int, /, **values: Any) -> Markup:
    """The same for so many of something, which ``%(num)s`` stands for."""
    found = Markup(_catalogue(current()).ngettext(one, many, num))  # noqa: S704 - as above
    return found % {"num": num, **values}


def of_request() -> str:
    """The prefix of the address, else the best of Accept-Language, else English."""
    first = request.path.split("/", 2)[1] if request.path.startswith("/") else ""
    if first in LANGUAGES:
        return first
    return request.accept_languages.best_match(LANGUAGES, default=LANGUAGES[0])


def current() -> str:
    """The language of the reply being made; English outside a request."""
    if not has_request_context():
        return LANGUAGES[0]
    if "language" not in g:
        g.language = of_request()
    return g.language


def direction(language: str) -> str:
    """``rtl`` or ``ltr``, as HTML's ``dir`` wants it."""
    return "rtl" if language in vocabulary.RIGHT_TO_LEFT else "ltr"


def alternates() -> list[dict[str, str]]:
    """This page in every language, with its query; ``name`` in the language's own script, ``here`` if it is this one.

    The query is passed on as the bytes that came, never as arguments of ``url_for``: ``_external`` and ``_scheme``
    are ordinary words in an address.
    """
    endpoint, values, query = _this_page()
    return [
        {
            "code": code,
            "name": vocabulary.LANGUAGE_NAMES[code],
            "url": url_for(endpoint, **{**values, "lang": code}) + (f"?{query}" if query else ""),
            "here": "yes" if code == current() else "",
        }
        for code in LANGUAGES
    ]


def label(list_name: str, code: Any) -> str:
    """A code's words in the reader's language; an unknown code is shown as it is."""
    words = _LISTS[list_name].get(code)
    return flask_babel.gettext(words) if words else str(code)


def labels(list_name: str, codes: Iterable[Any]) -> str:
    """The words of several codes in one line."""
    return ", ".join(label(list_name, code) for code in codes)


def language_name(code: str) -> str:
    """A language's name in the reader's language (CLDR); the code where CLDR has no name for it."""
    return _language_name(code, current())


@lru_cache(maxsize=4_000)
def _language_name(code: str, reader: str) -> str:
    try:
        return Locale.parse(code, sep="-").get_display_name(reader) or code
    except (UnknownLocaleError, ValueError):
        return code


def day_names() -> list[str]:
    """The days of the week from Monday on, short, as the language has them."""
    names = Locale.parse(current()).days["stand-alone"]["abbreviated"]
    return [names[day] for day in range(7)]


def zones_of(country: str) -> list[str]:
    """The IANA time zones of a country, by the CLDR."""
    return list(get_global("territory_zones").get(country, ()))


def country_name(code: str) -> str:
    """A country's name in the reader's language."""
    return gazetteer.country_name(code, current())


def in_country(code: str) -> str:
    """A country's name as it stands after "in": some take an article in English."""
    name = country_name(code)
    return f"the {name}" if current() == "en" and code in _WITH_ARTICLE else name


def date_words(value: date | str) -> str:
    """A day in words, as the language writes it ("3 May 2026")."""
    return flask_babel.format_date(_day(value), "long")


def moment_words(moment: datetime) -> str:
    """A past moment as a clock in Universal Time shows it, with the day if it was another, and how long ago it was."""
    clock = flask_babel.format_time(moment, "HH:mm", rebase=False) + " UTC"
    day = f"{date_words(moment.date())}, " if moment.date() != today() else ""
    passed = flask_babel.format_timedelta(moment - datetime.now(UTC), granularity="minute", add_direction=True)
    return f"{day}{clock} ({passed})"


def ago(value: date | str) -> str:
    """How long ago a day was, in the largest unit that fits ("3 months ago")."""
    distance = _day(value) - today()
    if not distance:
        return flask_babel.gettext("today")
    return flask_babel.format_timedelta(distance, granularity="day", threshold=1.2, add_direction=True)


def today() -> date:
    """The day in Universal Time; checks are dated by it."""
    return datetime.now(UTC).date()


def number(value: float) -> Markup:
    """A number as the language groups it, kept left to right in any text."""
    return ltr(flask_babel.format_decimal(value))


def file_size(size_bytes: int) -> Markup:
    """A file's size in the reader's figures: kilobytes or megabytes of a thousand."""
    unit, size = ("MB", size_bytes / 1e6) if size_bytes >= 1e6 else ("kB", size_bytes / 1e3)
    return ltr(f"{flask_babel.format_decimal(round(size, 1 if size < 10 else 0))} {unit}")


def ltr(value: object) -> Markup:
    """Something that must keep its left-to-right order in Arabic text, such as a telephone number."""
    return Markup('<bdi dir="ltr">{}</bdi>').format(value)


def dialled(value: str) -> str:
    """The digits of a number as a ``tel:`` link takes them, with a leading plus if there is one."""
    return re.sub(r"[^0-9]", "", value) if not value.startswith("+") else "+" + re.sub(r"[^0-9]", "", value)


def _day(value: date | str) -> date:
    return date.fromisoformat(value[:10]) if isinstance(value, str) else value


def _remember() -> None:
    g.language = of_request()


def _take_prefix(_endpoint: str | None, values: dict[str, Any] | None) -> None:
    if values:
        values.pop("lang", None)


def _fill_prefix(app: Flask, endpoint: str, values: dict[str, Any]) -> None:
    if "lang" not in values and app.url_map.is_endpoint_expecting(endpoint, "lang"):
        values["lang"] = current()


def _this_page() -> tuple[str, dict[str, Any], str]:
    """Endpoint, arguments and query of the page asked for; the first page where there is no such page."""
    endpoint = request.endpoint
    if endpoint and current_app.url_map.is_endpoint_expecting(endpoint, "lang"):
        return endpoint, request.view_args or {}, request.query_string.decode("latin-1")
    return FIRST_PAGE, {}, ""


def _template_words() -> dict[str, Any]:
    language = current()
    return {"lang": language, "direction": direction(language)}


_WITH_ARTICLE: Final = frozenset(
    "AE AX BS CC CD CF CK DO FK FO GB GM IM IO KM KY MH MP MV NL PH PS SB SC TC UM US VA VG VI".split()
)
_GLOBALS: Final = {
    "alternates": alternates,
    "language_names": vocabulary.LANGUAGE_NAMES,
    "country_name": country_name,
    "in_country": in_country,
    "language_name": language_name,
    "date_words": date_words,
    "file_size": file_size,
    "ago": ago,
    "moment_words": moment_words,
    "number": number,
}
