"""Stated hours as words: "Mo-Fr 08:00-22:00; Sa off" as "Mon–Fri 8:00–22:00 · Sat closed", in the reader's language.

What a text of hours means at a moment is ``hours``' question; here it is only read aloud. What is not made of days and
times alone (months, weeks of a year, "by appointment") is shown as its service wrote it: half a sentence would mislead.
"""

import re
from datetime import time
from typing import Final

from babel.dates import format_time, get_timezone_location
from flask import Flask
from flask_babel import get_locale, gettext
from markupsafe import Markup

from popmap.web import language
from popmap.web.service_words import comma

_DAYS: Final = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
_DAY: Final = rf"(?:{'|'.join(_DAYS)})"
_RULE: Final = re.compile(
    rf"(?:(?P<days>(?:{_DAY}(?:-{_DAY})?|PH)(?:,(?:{_DAY}(?:-{_DAY})?|PH))*) )?"
    r"(?P<times>off|\d\d:\d\d-\d\d:\d\d(?:,\d\d:\d\d-\d\d:\d\d)*)"
)
_EVERY_DAY: Final = "Mo-Su"


def plug_into(app: Flask) -> None:
    """Give templates ``hours_words`` and ``clock_place``."""
    app.jinja_env.globals.update(hours_words=spoken, clock_place=clock_place)


def clock_place(timezone: str) -> str:
    """The place whose clock stated hours follow ("Paris"), by the IANA name of its zone."""
    return get_timezone_location(timezone, locale=get_locale(), return_city=True)


def spoken(hours: str | None) -> Markup:
    """The stated hours for reading; "Hours not known" where none are stated."""
    if not hours:
        return Markup("{}").format(gettext("Hours not known"))
    if hours == "24/7":
        return Markup("{}").format(gettext("day and night"))
    rules = [_RULE.fullmatch(rule.strip()) for rule in hours.split(";")]
    said = [_rule(rule["days"], rule["times"]) for rule in rules if rule is not None]
    return Markup(" · ").join(said) if len(said) == len(rules) else language.ltr(hours)


def _rule(days: str | None, times: str) -> Markup:
    when = gettext("closed") if times == "off" else comma().join(_spell(one) for one in times.split(","))
    return Markup("{} {}").format(comma().join(_run(one) for one in (days or _EVERY_DAY).split(",")), when)


def _run(days: str) -> str:
    if days == "PH":
        return gettext("public holidays")
    if days == _EVERY_DAY:
        return gettext("every day")
    names = dict(zip(_DAYS, language.day_names(), strict=True))
    return "–".join(names[day] for day in days.split("-"))


def _spell(times: str) -> str:
    return "–".join(_clock(one) for one in times.split("-"))


def _clock(words: str) -> str:
    hour, _, minute = words.partition(":")
    return format_time(time(int(hour) % 24, int(minute)), "short", locale=get_locale())
