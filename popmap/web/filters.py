"""The filter form of the explorer: every criterion as fields with counts, as chips to take away, as addresses.

The address is the state: each choice, chip, order and next page is a plain link or a GET form on one address. Which
values exist is ``vocabulary``'s business, which services match ``catalogue``'s, what may be asked ``inputs``'s.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

from flask import url_for
from flask_babel import format_date, gettext
from werkzeug.datastructures import MultiDict

from popmap import gazetteer, vocabulary
from popmap.catalogue import AI_CRITERIA, Criteria
from popmap.errors import Fault, InputError
from popmap.inputs import clean_text, criteria_query, parse_criteria, shown
from popmap.vocabulary import N_
from popmap.web import database, language
from popmap.web.service_words import comma

ALSO: Final = ("where", "more", "cursor")
"""What the page's address has beside the criteria: a typed place, lists to show whole, where a page starts."""
PERIODS: Final[Mapping[int, str]] = {
    90: N_("in the last 3 months"),
    180: N_("in the last 6 months"),
    365: N_("in the last year"),
}
"""The spans that ``catalogue`` counts, in words."""
SORT_WORDS: Final[Mapping[str, str]] = {
    "relevance": N_("Best match"),
    "name": N_("Name"),
    "updated": N_("Newest change"),
    "distance": N_("Distance"),
}
EXPECTED: Final[Mapping[str, str]] = {
    "q": N_("up to 200 letters, numbers and signs"),
    "country": N_("a country from the list"),
    "subdivision": N_("the code of a region, such as US-AZ"),
    "at": N_("two numbers such as 2.35,48.85"),
    "place": N_("a place from the list that opens as you type"),
    "where": N_("a town, region or country"),
    "bbox": N_("four numbers: west, south, east, north"),
    "language": N_("a language from the list"),
    "age": N_("a number from 0 to 120"),
    "open_now": N_("true, or leave it out"),
    "checked_since": N_("a day such as 2026-05-03"),
    "cursor": N_("the link to the next page, unchanged"),
}
REASONS: Final[Mapping[str, str]] = {
    "unknown_name": N_("There is no such filter here."),
    "unknown_value": N_("This is not one of the choices."),
    "malformed": N_("We cannot read this."),
    "out_of_range": N_("This is out of range."),
    "too_precise": N_("This is more exact than we want to know: two decimals at most."),
    "repeated": N_("This was given too often."),
    "too_long": N_("This is too long."),
    "bad_characters": N_("There are characters in it that no language needs."),
    "needs": N_("To sort by distance, first say where."),
    "not_found": N_("We do not know a place of that name."),
}


@dataclass(frozen=True, slots=True)
class Question:
    """What an address asks: criteria as far as they could be understood, and what could not (``faults``).

    With faults nothing is searched: an answer to half a question looks like an answer.
    """

    criteria: Criteria
    given: MultiDict[str, str]
    where: str = ""
    cursor: str | None = None
    more: frozenset[str] = frozenset()
    faults: tuple[Fault, ...] = ()

    def with_faults(self, faults: Iterable[Fault]) -> "Question":
        """The same with more that could not be understood."""
        return replace(self, faults=(*self.faults, *faults))


@dataclass(frozen=True, slots=True)
class Option:
    """One value of a filter: how many services have it, and that number's part of the greatest, in hundredths.

    ``count`` is None where nothing was searched.
    """

    value: str
    label: str
    count: int | None
    chosen: bool
    share: int = 0


@dataclass(frozen=True, slots=True)
class Facet:
    """One filter with choices: those shown, those folded away, and how many more can be fetched (``more_url``)."""

    name: str
    title: str
    options: Sequence[Option]
    folded: Sequence[Option] = ()
    more_url: str = ""
    more_count: int = 0
    is_whole: bool = False
    opened: bool = False
    faults: Sequence[Fault] = ()

    @property
    def chosen(self) -> int:
        """How many values are chosen."""
        return sum(option.chosen for option in (*self.options, *self.folded))


@dataclass(frozen=True, slots=True)
class Chip:
    """One active filter and the address without it."""

    label: str
    url: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class _Spec:
    name: str
    title: str
    label: Callable[[str], str]
    values: Collection[str] = ()
    """All values, where they are few; otherwise those that occur."""
    top: int = 25
    """How many are shown, the most frequent first; all, in their own order, where there are no more than these."""
    is_fetched: bool = False
    """Whether the rest comes on request instead of folded away: hundreds of countries would cost every visit."""
    opened: bool = False


def _region_name(code: str) -> str:
    return gazetteer.subdivision_name(database.reading(), code, language.current())


SPECS: Final = (
    _Spec("kind", N_("Kind"), partial(language.label, "kind"), vocabulary.KINDS, opened=True),
    _Spec("topic", N_("Topic"), partial(language.label, "topic"), vocabulary.TOPICS, top=6, opened=True),
    _Spec("country", N_("Country"), language.country_name, top=6, is_fetched=True, opened=True),
    _Spec("subdivision", N_("Region"), _region_name, top=8, opened=True),
    _Spec(
        "channel", N_("Way to reach it"), partial(language.label, "channel"), vocabulary.CHANNELS, top=5, opened=True
    ),
    _Spec("language", N_("Language"), language.language_name, top=6, is_fetched=True),
    _Spec("audience", N_("For whom"), partial(language.label, "audience"), vocabulary.AUDIENCES),
    _Spec("cost", N_("Cost"), partial(language.label, "cost"), vocabulary.COSTS),
    _Spec("privacy", N_("Your name"), partial(language.label, "privacy"), vocabulary.PRIVACIES),
    _Spec("ai", N_("AI: answers yes to"), partial(language.label, "ai_question"), AI_CRITERIA, top=11),
)

FETCHED: Final = tuple(spec.name for spec in SPECS if spec.is_fetched)
"""Lists that the argument ``more`` makes whole."""

TITLES: Final[Mapping[str, str]] = {
    **{spec.name: spec.title for spec in SPECS},
    "q": N_("Words"),
    "where": N_("Place"),
    "place": N_("Place"),
    "at": N_("Place"),
    "bbox": N_("Part of the map"),
    "age": N_("Age"),
    "open_now": N_("Open now"),
    "checked_since": N_("Collected or checked"),
    "sort": N_("Sort"),
    "cursor": N_("Page of the list"),
}
"""What the fields are called where a fault names them."""


def read(args: MultiDict[str, str], *, unreadable: Sequence[Fault] = ()) -> Question:
    """What the address asks; never raises: what cannot be understood becomes faults, the rest of the form is kept.

    ``unreadable`` are the values that are no text at all.
    """
    faults = list(unreadable)
    args = MultiDict([(name, value) for name, value in args.items(multi=True) if name not in {f.name for f in faults}])
    try:
        criteria = parse_criteria(args, also=ALSO)
    except InputError as error:
        faults += error.faults
        criteria = _understood(args, {fault.name for fault in error.faults})
    faults += _own_faults(args)
    return Question(
        criteria,
        args,
        where=_typed(args.get("where", ""), faults),
        cursor=args.get("cursor") or None,
        more=frozenset(args.getlist("more")),
        faults=tuple(faults),
    )


def _own_faults(args: MultiDict[str, str]) -> list[Fault]:
    """What is wrong with the arguments that are the page's own: once each, and only lists that can be longer."""
    twice = [name for name in ("where", "cursor") if len([one for one in args.getlist(name) if one]) > 1]
    unknown = [name for name in args.getlist("more") if name not in FETCHED]
    return [
        *(Fault(name, "repeated", allowed=["one value"]) for name in twice),
        *(Fault("more", "unknown_value", shown(name), FETCHED) for name in unknown),
    ]


def _understood(args: MultiDict[str, str], without: Collection[str]) -> Criteria:
    known = {one.name for one in fields(Criteria)} - set(without)
    try:
        return parse_criteria(MultiDict([(name, value) for name, value in args.items(multi=True) if name in known]))
    except InputError:
        return Criteria()


def _typed(where: str, faults: list[Fault]) -> str:
    try:
        return clean_text(where)
    except ValueError as error:
        faults.append(Fault("where", str(error), shown(where)))
        return ""


def address(criteria: Criteria, *, cursor: str | None = None, more: Iterable[str] = ()) -> str:
    """The address of the explorer for these criteria, the same for equal criteria, with the page's own arguments."""
    own = [("cursor", cursor)] if cursor else []
    parts = [criteria_query(criteria), urlencode([*own, *(("more", name) for name in more)])]
    query = "&".join(part for part in parts if part)
    return f"{url_for('explore.index')}?{query}" if query else url_for("explore.index")


def described(fault: Fault, criteria: Criteria) -> dict[str, str]:
    """A fault in the reader's language: ``reason``, and what would have been right in ``allowed``."""
    spec = next((spec for spec in SPECS if spec.name == fault.name and spec.values), None)
    if fault.name == "sort":
        allowed = comma().join(gettext(SORT_WORDS[name]) for name in _possible_sorts(criteria))
    elif spec:
        allowed = comma().join(spec.label(value) for value in spec.values)
    elif fault.code == "unknown_name":
        allowed = ", ".join(one.name for one in fields(Criteria))
    else:
        allowed = gettext(EXPECTED[fault.name]) if fault.name in EXPECTED else ", ".join(fault.allowed)
    reason = gettext(REASONS.get(fault.code, REASONS["malformed"]))
    title = gettext(TITLES[fault.name]) if fault.name in TITLES else fault.name
    return {"name": fault.name, "title": title, "value": fault.value, "reason": reason, "allowed": allowed}


# ── choices with counts ─────────────────────────────────────────────────────────────────────────────────────────────


def facets(question: Question, counts: Mapping[str, Sequence[Any]]) -> list[Facet]:
    """Every filter with choices, in the order of the form; ``counts`` as ``catalogue.facets`` gives them.

    Regions are there once a country is chosen that has some with services of their own.
    """
    found = [_facet(spec, question, counts.get(spec.name)) for spec in SPECS]
    return [facet for facet in found if facet.options or facet.name != "subdivision"]


def _facet(spec: _Spec, question: Question, counted: Sequence[Any] | None) -> Facet:
    chosen = getattr(question.criteria, spec.name)
    counts = {one.value: one.count for one in counted or ()}
    values = list(dict.fromkeys((*spec.values, *counts, *chosen)))
    is_whole = spec.name in question.more
    shown, rest = (values, []) if is_whole else _split(spec, values, counts, chosen)
    # to half a question no number is an answer
    option = partial(_option, spec, counts=None if question.faults else counts, chosen=chosen)
    options = [option(value) for value in shown]
    faults = [fault for fault in question.faults if fault.name == spec.name]
    return Facet(
        spec.name,
        gettext(spec.title),
        sorted(options, key=_by_label) if is_whole else options,
        # what is fetched on request is not even named before: names of hundreds of languages take their time
        folded=() if spec.is_fetched else [option(value) for value in rest],
        more_url=_more_url(question, spec.name) if spec.is_fetched and rest else "",
        more_count=len(values),
        is_whole=is_whole,
        opened=spec.opened or is_whole or bool(chosen or faults),
        faults=faults,
    )


def _split(
    spec: _Spec, values: Sequence[str], counts: Mapping[str, int], chosen: Collection[str]
) -> tuple[list[str], list[str]]:
    """What is shown at once (with whatever is chosen) and the rest; few values keep their own order."""
    if len(values) <= spec.top:
        return list(values), []
    ranked = sorted(values, key=lambda value: (-counts.get(value, 0), value))
    shown = [value for place, value in enumerate(ranked) if place < spec.top or value in chosen]
    return shown, [value for value in ranked if value not in shown]


def _option(spec: _Spec, value: str, *, counts: Mapping[str, int] | None, chosen: Collection[str]) -> Option:
    if counts is None:
        return Option(value, spec.label(value), None, value in chosen)
    count, greatest = counts.get(value, 0), max(counts.values(), default=0)
    return Option(value, spec.label(value), count, value in chosen, round(100 * count / greatest) if greatest else 0)


def _by_label(option: Option) -> str:
    return gazetteer.sort_key(option.label, language.current())


def _more_url(question: Question, name: str) -> str:
    return f"{address(question.criteria, more=sorted({*question.more, name}))}#f-{name}"


# ── other fields ────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Period:
    """One choice of "checked since": its day as the address has it."""

    day: str
    label: str
    count: int | None
    chosen: bool


def periods(criteria: Criteria, counted: Sequence[Any] | None, today: date | None = None) -> list[Period]:
    """The spans to choose from, counted back from today (UTC); a day of its own from the address is among them.

    ``counted`` is None where nothing was searched.
    """
    today = today or datetime.now(UTC).date()
    counts = {str(one.value): one.count for one in counted or ()}
    nothing = None if counted is None else 0
    chosen = criteria.checked_since.isoformat() if criteria.checked_since else ""
    labels = {(today - timedelta(days=days)).isoformat(): gettext(words) for days, words in PERIODS.items()}
    if chosen and chosen not in labels:
        labels[chosen] = gettext("since %(day)s", day=format_date(criteria.checked_since, "long"))
        return [Period(day, label, counts.get(day), day == chosen) for day, label in labels.items()]
    return [Period(day, label, counts.get(day, nothing), day == chosen) for day, label in labels.items()]


def sorts(criteria: Criteria) -> list[tuple[str, str, bool]]:
    """The orders to choose from as (words, address, chosen); by distance only from somewhere."""
    words = {**SORT_WORDS, "relevance": _own_order(criteria)}
    return [
        (gettext(words[name]), address(replace(criteria, sort=name)), criteria.sort == name)
        for name in _possible_sorts(criteria)
    ]


def _possible_sorts(criteria: Criteria) -> list[str]:
    return [name for name in SORT_WORDS if name != "distance" or criteria.at or criteria.place]


def _own_order(criteria: Criteria) -> str:
    """What the catalogue's own order is for these criteria: only words can match better or worse."""
    if criteria.q:
        return SORT_WORDS["relevance"]
    somewhere = criteria.at or criteria.place or criteria.country or criteria.subdivision
    return N_("Most local first") if somewhere else N_("Best checked first")


def carried(criteria: Criteria) -> list[tuple[str, str]]:
    """Criteria without a field of their own that the form must not lose, as names and values."""
    kept = Criteria(
        at=criteria.at,
        place=criteria.place,
        bbox=criteria.bbox,
        sort=criteria.sort,
    )
    return parse_qsl(criteria_query(kept))


# ── chips ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def chips(criteria: Criteria) -> list[Chip]:
    """Every active filter with the address that takes just this one away."""
    found = []
    for one in fields(Criteria):
        value = getattr(criteria, one.name)
        if one.name == "sort" or value == one.default:
            continue
        for single in value if isinstance(value, tuple) else (value,):
            kind = single if one.name == "kind" else ""
            found.append(Chip(_chip_label(one.name, single), address(_less(criteria, one.name, single)), kind))
    return found


def in_words(criteria: Criteria) -> list[tuple[str, str]]:
    """Every active filter as its title and the words of its values: what a file says about what it holds."""
    found = []
    for one in fields(Criteria):
        value = getattr(criteria, one.name)
        if one.name != "sort" and value != one.default:
            values = value if isinstance(value, tuple) else (value,)
            words = comma().join(_chip_label(one.name, single) for single in values)
            found.append((gettext(TITLES[one.name]), words))
    return found


def _less(criteria: Criteria, name: str, value: Any) -> Criteria:
    old = getattr(criteria, name)
    left: Any = tuple(one for one in old if one != value) if isinstance(old, tuple) else getattr(Criteria(), name)
    changed: Criteria = replace(criteria, **{name: left})
    nowhere = not (changed.at or changed.place)
    return replace(changed, sort="relevance") if nowhere and changed.sort == "distance" else changed


def _chip_label(name: str, value: Any) -> str:
    spec = next((spec for spec in SPECS if spec.name == name), None)
    if spec:
        return gettext("AI: %(question)s", question=spec.label(value)) if name == "ai" else spec.label(value)
    return _CHIP_LABELS[name](value)


def _place_label(place: str) -> str:
    hit = gazetteer.resolve(database.reading(), place, lang=language.current())
    return gettext("Serves %(place)s", place=hit.label) if hit else place


_CHIP_LABELS: Final[Mapping[str, Callable[[Any], str]]] = {
    "q": lambda words: f"“{words}”",
    "at": lambda point: gettext("Serves %(place)s", place=f"{point.lat:g}, {point.lon:g}"),
    "place": _place_label,
    "bbox": lambda _: gettext("This part of the map"),
    "age": lambda age: gettext("Age %(age)s", age=age),
    "open_now": lambda _: gettext("Open now"),
    "checked_since": lambda day: gettext("Collected or checked since %(day)s", day=format_date(day, "medium")),
}
