"""The form of the find help page: what was pressed and typed, checked, and the place that it means.

Everything comes in the request's body and goes back into the form as it was typed, also when something in it is wrong.
Who helps there is the catalogue's answer; how it looks is ``find``'s.
"""

import time
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from werkzeug.datastructures import MultiDict

from popmap import gazetteer
from popmap.catalogue import Criteria
from popmap.errors import Fault, InputError
from popmap.inputs import clean_text, parse_criteria
from popmap.vocabulary import N_, TOPICS

TILES: Final = (
    "abuse_violence",
    "online_sexual_exploitation",
    "image_removal",
    "bullying",
    "mental_health",
    "suicide_self_harm",
    "family",
    "general_support",
)
"""What a visitor sees first; the other topics are under "more"."""
MORE_TOPICS: Final = tuple(code for code in TOPICS if code not in TILES)

HOW: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "call": (N_("Call"), ("phone",)),
    "text": (N_("Text"), ("sms", "whatsapp", "other_messenger")),
    "chat": (N_("Chat"), ("webchat", "whatsapp", "other_messenger")),
    "go": (N_("Go there"), ("in_person",)),
}
"""What one can do, in a child's words, and the channels that it means."""

SPOKEN: Final = (
    *("en", "fr", "ar", "es", "ru", "zh", "am", "bg", "bn", "cs", "da", "de", "el", "et", "fa"),
    *("fi", "fil", "he", "hi", "hr", "hu", "hy", "id", "is", "it", "ja", "ka", "kk", "km", "ko"),
    *("ky", "lo", "lt", "lv", "mn", "ms", "my", "ne", "nl", "no", "pl", "ps", "pt", "ro", "rw"),
    *("si", "sk", "sl", "so", "sq", "sr", "sv", "sw", "ta", "te", "tg", "th", "tr", "uk", "ur"),
    *("uz", "vi", "zu"),
)
"""Languages one can ask for: known without the database, so that the empty page needs none."""

MADE: Final = "made"
"""The field that says in which minute the form was made."""
OPEN_FOR_MINUTES: Final = 30

_SINGLE: Final = ("where", "known_as", "place", "country", "at", "topic", "open_now", "language", "age")
_CHECKED: Final = ("topic", "open_now", "language", "age")
_UNREADABLE: Final = dict.fromkeys(map(ord, "\x00\ufffd"))
"""What no keyboard sends; the field comes back without it, so that the rest need not be typed again."""
_ONLY_NOT_SAVED: Final = {"not_found": "not_saved"}
_UNCLEAR: Final = {"closed": "closed", "many": "several", "wide": "too_wide"}
"""What a fault is called by why no place can be told; otherwise it is not found."""
FOR_VISITORS: Final = ("child", "young_person", "carer")
"""Tools for professionals are on the explorer; a child can do nothing with them."""


@dataclass(frozen=True, slots=True)
class Typed:
    """The fields as they were sent; ``known_as`` is the text that ``place`` stood for in the answer before."""

    where: str = ""
    known_as: str = ""
    place: str = ""
    country: str = ""
    at: str = ""
    topic: str = ""
    open_now: str = ""
    language: str = ""
    age: str = ""
    how: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Where:
    """The place that the form means: the criteria that name it, and its words.

    ``others``: what the text may mean too, and where it is not ``sure`` the place itself, to be confirmed.
    ``part``: the words that were looked for, where the text says more, as an address does.
    ``sure`` is False when the text has the same name in several countries (``countries``, the likeliest first), or is
    no name that is known, only like one (``guessed``).
    """

    criteria: Criteria
    words: str = ""
    countries: tuple[str, ...] = ()
    sure: bool = True
    others: Sequence[Any] = ()
    guessed: bool = False
    part: str = ""


class UnclearError(InputError):
    """No place can be told from what was typed; ``offer`` are some to choose from."""

    def __init__(self, fault: Fault, offer: Sequence[Any]) -> None:
        """Keep the places."""
        super().__init__([fault])
        self.offer = offer


@dataclass(frozen=True, slots=True)
class Form:
    """The checked form: what was typed, the criteria apart from the place, and what is wrong by field.

    ``offer``: places to choose from, where none can be told from what was typed.
    """

    typed: Typed = field(default_factory=Typed)
    criteria: Criteria = field(default_factory=Criteria)
    faults: Mapping[str, Fault] = field(default_factory=dict)
    offer: Sequence[Any] = ()

    @property
    def more_topics_open(self) -> bool:
        """Whether the chosen topic is not one of the tiles."""
        return self.typed.topic in MORE_TOPICS

    @property
    def choices_open(self) -> bool:
        """Whether any of the finer choices is made, or is wrong."""
        typed = self.typed
        return bool(typed.how or typed.open_now or typed.language or typed.age)

    @property
    def is_understood(self) -> bool:
        """Whether nothing that was typed is wrong: a fault without a field's name is ours."""
        return not any(self.faults)

    def with_fault(self, fault: Fault) -> "Form":
        """The same with one more thing wrong."""
        return replace(self, faults={**self.faults, fault.name: fault})

    def refused(self, error: InputError) -> "Form":
        """The same with all that an error says is wrong, and what to choose instead."""
        faults = {fault.name: fault for fault in error.faults}
        return replace(self, faults={**self.faults, **faults}, offer=getattr(error, "offer", ()))


def read(sent: MultiDict[str, str], unreadable: Sequence[Fault] = ()) -> Form:
    """The form from a request's body; faults are kept beside what was typed, nothing is dropped or guessed.

    ``unreadable`` are the faults of values that are no text.
    """
    values = {name: sent.get(name, "").translate(_UNREADABLE) for name in _SINGLE}
    typed = Typed(**values, how=tuple(dict.fromkeys(sent.getlist("how"))))
    if sent.get("forget"):
        typed = replace(typed, at="")
    faults = [Fault(name[:80], "unknown_name") for name in sent if name not in {*_SINGLE, "how", "forget", MADE}]
    faults += unreadable
    faults += [Fault(name, "duplicate") for name in _SINGLE if len(set(sent.getlist(name))) > 1]
    faults += [Fault("how", "unknown_value", one[:80], list(HOW)) for one in typed.how if one not in HOW]
    checked = MultiDict((name, getattr(typed, name)) for name in _CHECKED)
    checked["age"] = _in_western_digits(typed.age.strip())
    for channel in {channel for one in typed.how if one in HOW for channel in HOW[one][1]}:
        checked.add("channel", channel)
    for audience in FOR_VISITORS:
        checked.add("audience", audience)
    try:
        criteria = parse_criteria(checked)
    except InputError as error:
        criteria, faults = Criteria(), [*faults, *error.faults]
    return Form(typed, criteria, {fault.name: fault for fault in faults})


def country_told(form: Form) -> str:
    """The country that was chosen from the list, whatever else is wrong; nothing where a place was typed as well."""
    typed = form.typed
    is_told = typed.country in gazetteer.COUNTRIES and not {"country", "where"} & form.faults.keys()
    return typed.country if is_told and typed.where in {"", typed.known_as} else ""


def not_saved(form: Form, error: InputError) -> Form:
    """The form while only the saved copy can be asked: a place that is not in it may exist all the same."""
    refused = form.refused(error)
    faults = {name: replace(one, code=_ONLY_NOT_SAVED.get(one.code, one.code)) for name, one in refused.faults.items()}
    return replace(refused, faults=faults)


def minute() -> int:
    """This minute, counted from 1970."""
    return int(time.time() // 60)


def is_old(sent: MultiDict[str, str]) -> bool:
    """Whether the form was open for so long that somebody else may be sending it again."""
    made = sent.get(MADE, "")
    return made.isascii() and made.isdigit() and len(made) < 16 and int(made) < minute() - OPEN_FOR_MINUTES


def _in_western_digits(age: str) -> str:
    """A number as the keyboards of other scripts write it; what is no number stays as it is."""
    return "".join(str(unicodedata.decimal(letter, letter)) for letter in age)


def place_of(session: Any, form: Form, *, lang: str) -> Where:
    """The place that the form means. Raises ``InputError`` (``where``, ``country``, ``at``) when there is none."""
    typed = form.typed
    if typed.where.strip() and typed.where != typed.known_as:
        return _by_text(session, form, lang)
    if typed.country:
        return _by_country(form, lang)
    if typed.at:
        return _by_device(session, form, lang)
    if typed.place:
        return _by_id(session, form, typed.place, lang)
    raise InputError([Fault("where", "missing")])


def _by_country(form: Form, lang: str) -> Where:
    code = form.typed.country
    if code not in gazetteer.COUNTRIES:
        raise InputError([Fault("country", "unknown_value", code[:80])])
    return Where(replace(form.criteria, country=(code,)), gazetteer.country_name(code, lang), (code,))


def _by_device(session: Any, form: Form, lang: str) -> Where:
    point = parse_criteria(MultiDict([("at", form.typed.at)])).at
    if point is None:
        raise InputError([Fault("at", "missing")])
    located = gazetteer.locate(session, point.lon, point.lat)
    words = gazetteer.country_name(located.countries[0], lang) if len(located.countries) == 1 else ""
    return Where(replace(form.criteria, at=point), words, located.countries)


def _by_id(session: Any, form: Form, place: str, lang: str) -> Where:
    checked = parse_criteria(MultiDict([("place", place)])).place
    hit = gazetteer.resolve(session, checked) if checked else None
    if hit is None:
        raise InputError([Fault("where", "not_found", form.typed.where[:80])])
    return _where(form, hit, lang)


def _by_text(session: Any, form: Form, lang: str) -> Where:
    try:
        text = clean_text(form.typed.where)
    except ValueError as error:
        raise InputError([Fault("where", str(error), form.typed.where[:80])]) from error
    meant = gazetteer.meaning(session, text, lang=lang)
    if isinstance(meant, gazetteer.Unclear):
        raise UnclearError(Fault("where", _UNCLEAR.get(meant.why, "not_found"), text[:80]), meant.offer)
    return replace(
        _where(form, meant.best, lang),
        others=meant.others if meant.sure else (meant.best, *meant.others),
        sure=meant.sure,
        guessed=meant.guessed,
        part=meant.part,
        countries=meant.countries,
    )


def _where(form: Form, hit: Any, lang: str) -> Where:
    if hit.kind == "country":
        criteria = replace(form.criteria, country=(hit.country,))
        return Where(criteria, gazetteer.country_name(hit.country, lang), (hit.country,))
    return Where(replace(form.criteria, place=hit.id), hit.label, (hit.country,))
