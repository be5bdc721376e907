"""A public record as sentences: whom and where it serves, when it answers, how it was checked. For pages of any kind.

The facts come from the record as they are; what is not known is said to be not known. How a channel is pressed is the
business of ``contacts``.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any, Final

from babel.dates import format_date, format_skeleton, format_time, get_timezone_location
from flask import Flask
from flask_babel import get_locale, gettext, ngettext
from markupsafe import Markup

from popmap import gazetteer, hours
from popmap.vocabulary import AI_QUESTIONS, LIVE_CHANNELS, N_
from popmap.web import contacts, database, language

NAMED: Final = 3
"""How many countries or languages a card names before it counts the rest."""

METHODS: Final[Mapping[str, str]] = {
    "operator_page": N_("on the operator's own page"),
    "source_seen": N_("in a source that names it"),
    "two_sources": N_("in two independent sources"),
    "operator_confirmed": N_("by asking the operator"),
    "channel_tried": N_("by trying it, with the operator's consent"),
}
_BY_LEVEL: Final = ("", "source_seen", "two_sources", "operator_confirmed", "channel_tried")


def plug_into(app: Flask) -> None:
    """Give templates these words."""
    app.jinja_env.globals.update(
        coverage_words=coverage,
        checked_words=checked,
        is_overdue=is_overdue,
        languages_words=languages,
        ages_words=ages,
        state_words=state,
        other_name=other_name,
        summary_of=summary,
        is_answered_by_computer=is_answered_by_computer,
        leads_to_helplines=leads_to_helplines,
        who_answers=who_answers,
        channel_facts=channel_facts,
        ai_answers=ai_answers,
        zone_place=zone_place,
        host_of=contacts.host,
    )


def coverage(record: Mapping[str, Any], *, named: int = NAMED) -> str:
    """Where the service helps: "Helps in all of Morocco", "Helps everywhere"; at most ``named`` countries by name."""
    served = record["coverage"]
    if served["worldwide"]:
        return gettext("Helps everywhere")
    places = [_subdivision(code) for code in served["subdivisions"]]
    in_order = partial(gazetteer.sort_key, language=language.current())
    countries = sorted(map(language.country_name, served["countries"]), key=in_order)
    if served["has_area"] and not (places or countries):
        return gettext("Helps in the area on the map")
    if len(countries) == 1 and not places:
        return gettext("Helps in all of %(place)s", place=language.in_country(served["countries"][0]))
    return gettext("Helps in %(places)s", places=_some(countries + places, named))


def _subdivision(code: str) -> str:
    name = gazetteer.subdivision_name(database.reading(), code, language.current())
    return f"{name} ({language.country_name(code.partition('-')[0])})"


def _some(names: Sequence[str], named: int) -> str:
    left = len(names) - named
    if left <= 1:
        return comma().join(names)
    more = ngettext("and %(num)s more", "and %(num)s more", left)
    return f"{comma().join(names[:named])} {more}"


def comma() -> str:
    """What stands between two things of a list, as the language writes it."""
    return {"ar": "، ", "zh": "、"}.get(language.current(), ", ")


def languages(record: Mapping[str, Any], *, named: int = NAMED) -> str:
    """The languages spoken, by their names in the reader's language, the reader's own first; empty when not known."""
    codes = sorted(record["languages"], key=lambda code: code.partition("-")[0] != language.current())
    return _some([language.language_name(code) for code in codes], named)


def ages(record: Mapping[str, Any]) -> str:
    """Which ages it is for ("Ages 12 to 25", "From age 13", "Up to age 18"); empty when nothing is said."""
    low, high = record["min_age"], record["max_age"]
    if low is not None and high is not None:
        return gettext("Ages %(low)s to %(high)s", low=low, high=high)
    if low is not None:
        return gettext("From age %(low)s", low=low)
    return gettext("Up to age %(high)s", high=high) if high is not None else ""


def other_name(record: Mapping[str, Any]) -> str:
    """The name to set beside its own: in the reader's language, else in English; empty when it is the same."""
    translated = record["translations"].get(language.current(), {}).get("name") or record["name_en"]
    return translated if translated and translated.casefold() != record["name"].casefold() else ""


def summary(record: Mapping[str, Any]) -> tuple[str, str]:
    """The summary and the language it is written in: the reader's if there is one, else English."""
    translated = record["translations"].get(language.current(), {}).get("summary")
    return (translated, language.current()) if translated else (record["summary"], "en")


def leads_to_helplines(record: Mapping[str, Any]) -> bool:
    """Whether it is no helpline itself: a network for the whole world, of which only a site or an address is known."""
    live = LIVE_CHANNELS & {channel["type"] for channel in record["channels"]}
    return record["kind"] == "helpline" and record["coverage"]["worldwide"] and not live


def is_answered_by_computer(record: Mapping[str, Any]) -> bool:
    """Whether a computer talks where one expects a person and no channel has a person: this must be said first."""
    answered = {channel["answered_by"] for channel in record["channels"]}
    if answered == {"ai"}:
        return True
    is_driven = record["kind"] == "ai_driven" and not answered & {"human", "both"}
    return is_driven and (_talks(record["ai"] or {}) or "ai" in answered)


def _talks(ai: Mapping[str, Any]) -> bool:
    talks = ai.get("talks_to_child")
    return (talks.get("answer") if isinstance(talks, Mapping) else talks) == "yes"


def checked(record: Mapping[str, Any]) -> str:
    """How we know: "Checked 3 months ago in two independent sources"; or that nobody has checked yet.

    The first data bears one day for all: that of its compilation, on which nobody tried anything. It is called so.
    """
    check = record["check"]
    if check is None or check["level"] == 0:
        return gettext("Not checked yet")
    method = METHODS.get(check["method"]) or METHODS[_BY_LEVEL[check["level"]]]
    if check["by_role"] == "seed":
        return gettext("Collected on %(day)s, seen %(how)s", day=language.date_words(check["on"]), how=gettext(method))
    return gettext("Checked %(ago)s %(how)s", ago=language.ago(check["on"]), how=gettext(method))


def is_overdue(record: Mapping[str, Any]) -> bool:
    """Whether the day of the next check has passed."""
    due = record["next_check_due"]
    return bool(due) and date.fromisoformat(due) < datetime.now(UTC).date()


def state(now: hours.State | None) -> Markup:
    """What is known about this moment, with times in the service's own zone: "Open now, until 18:00"."""
    if now is None or now.status == "unknown":
        return Markup("{}").format(gettext("Hours not known"))
    if now.status == "open":
        if now.until is None:
            return Markup("{}").format(gettext("Open day and night"))
        return _with_moment(gettext("Open now, until %(moment)s", moment="%(moment)s"), now.until)
    if now.opens_at is None:
        return Markup("{}").format(gettext("Closed now"))
    return _with_moment(gettext("Closed now, opens %(moment)s", moment="%(moment)s"), now.opens_at)


def zone_place(now: hours.State | None) -> str:
    """The place whose clock the times of a state follow ("Paris"); empty when it names no time."""
    moment = now and (now.until or now.opens_at)
    return get_timezone_location(moment.tzinfo, locale=get_locale(), return_city=True) if moment else ""


def _with_moment(sentence: str, moment: datetime) -> Markup:
    words = Markup('<time datetime="{}">{}</time>').format(moment.isoformat(timespec="minutes"), _moment(moment))
    before, _, after = sentence.partition("%(moment)s")
    return Markup("{}{}{}").format(before, words, after)


def _moment(moment: datetime) -> str:
    """The time alone today, with the weekday within a week, with the date beyond."""
    locale, here = get_locale(), datetime.now(UTC).astimezone(moment.tzinfo)
    time = format_time(moment, "short", tzinfo=moment.tzinfo, locale=locale)
    if moment.date() == here.date() or moment - here < timedelta(hours=12):
        return time
    if moment - here < timedelta(days=6):
        return f"{format_date(moment.date(), 'EEEE', locale=locale)} {time}"
    return f"{format_skeleton('MMMd', moment, tzinfo=moment.tzinfo, locale=locale)} {time}"


# ── one service's own page ──────────────────────────────────────────────────────────────────────────────────────────


def who_answers(record: Mapping[str, Any]) -> str:
    """Who is at the other end, over all channels: a person, a computer, both, or not known."""
    answered = {channel["answered_by"] for channel in record["channels"]} - {"unknown"}
    one = answered.pop() if len(answered) == 1 else "both" if answered else "unknown"
    return language.label("answered_by", one)


def channel_facts(record: Mapping[str, Any], channel: Mapping[str, Any]) -> list[str]:
    """What pressing this costs and shows on the bill, and what else is known of it; its languages if its own."""
    found = [_cost(record, channel)]
    if channel["type"] in {"phone", "sms"}:
        words = _ON_THE_BILL[channel["on_phone_bill"]]
        found.append(gettext(words))
    found += [gettext(words) for name, words in _IF_KNOWN if channel[name[0]] == name[1]]
    if channel["languages"]:
        found.append(languages(channel, named=10))
    return found


def _cost(record: Mapping[str, Any], channel: Mapping[str, Any]) -> str:
    by_channel = {"yes": "free", "no": "charged"}.get(channel["free"])
    return language.label("cost", by_channel or record["cost"])


_ON_THE_BILL: Final[Mapping[str, str]] = {
    "yes": N_("The number shows on the phone bill"),
    "no": N_("The number does not show on the phone bill"),
    "unknown": N_("Not known if the number shows on the phone bill"),
}
_IF_KNOWN: Final = (
    (("account_needed", "yes"), N_("You need an account")),
    (("account_needed", "no"), N_("No account needed")),
    (("works_from_abroad", "yes"), N_("Works from abroad")),
    (("works_from_abroad", "no"), N_("Works in this country only")),
    (("answered_by", "human"), N_("A person answers")),
    (("answered_by", "ai"), N_("A computer answers, not a person")),
    (("answered_by", "both"), N_("A computer and people answer")),
)


def ai_answers(record: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Every transparency question with its answer in words; what the record leaves out is not stated."""
    given = record["ai"] or {}
    return [(question, _answer(question, given.get(question))) for question in AI_QUESTIONS]


def _answer(question: str, given: Any) -> str:
    said = given.get("answer") if isinstance(given, Mapping) else given
    words = {"role": "ai_role", "human_handover": "ai_handover"}.get(question, "ai_answer")
    values = said if isinstance(said, list) else [said or "not_stated"]
    return comma().join(language.label(words, value) for value in values)
