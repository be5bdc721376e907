"""The coverage atlas: what exists in each country, as a picture, as a table that sorts by plain links, and in words.

Numbers are counts of services, never rates: there is no sourced number of children per country in the project. The same
numbers can be taken away as CSV and JSON, the picture as SVG. What counts is ``catalogue.tallies``'s business, the
countries' outlines are ``basemap.picture``'s.
"""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import orjson
from flask import Blueprint, Response, render_template, request
from flask_babel import gettext

from popmap import catalogue, gazetteer
from popmap.basemap.picture import WIDTH, Outline, Spot, picture
from popmap.catalogue import ACCESS, EVERYWHERE, MEASURES, Tally
from popmap.errors import Fault, InputError
from popmap.vocabulary import CHANNELS, KINDS, LANGUAGES, N_, TOPICS
from popmap.web import database, language, map_words, replies

blueprint = Blueprint("atlas", __name__)

doors = Blueprint("atlas_data", __name__)
"""Without a language."""

TITLES: Final[Mapping[str, str]] = {
    "kind": N_("Kind"),
    "topic": N_("Topic"),
    "channel": N_("Way to reach it"),
    "language": N_("Language"),
    "access": N_("Open, free, up to date"),
}
ACCESS_WORDS: Final[Mapping[str, str]] = {
    "always_open": N_("Open day and night"),
    "free": N_("Free"),
    "checked": N_("Collected or checked in the last year"),
}
CLASSES: Final = ((0, 0), (1, 1), (2, 3), (4, 7), (8, 15), (16, None))
"""Numbers of services that share a shade, as first and last."""
MOST_LANGUAGES: Final = 14
NAME, ALL = "country", "all"

_DIGIT_PX, _LINE_PX = 8, 13
Shaded = tuple[Outline, int, int]
"""A country of the picture, its number, and the shade for it."""
_FILLS: Final = ("#ffffff", "#cfe6e4", "#93c9c6", "#4fa3a3", "#0f7378", "#053f45")


@dataclass(frozen=True, slots=True)
class Question:
    """What the address asks: by which measure, for which of its values (empty: all services), in which order."""

    by: str
    value: str
    sort: str

    def pairs(self, **other: str) -> dict[str, str]:
        """The arguments of an address with something else in their place; what is usual is left out."""
        values = {"by": self.by, "value": self.value, "sort": self.sort} | other
        return {name: value for name, value in values.items() if value and (name, value) not in _USUAL}


_USUAL: Final = {("by", "kind"), ("sort", NAME)}


@dataclass(frozen=True, slots=True)
class Row:
    """One country in the table."""

    code: str
    name: str
    services: int
    counts: Sequence[int]


@blueprint.get("/atlas")
def index() -> str:
    """The atlas by one measure."""
    found = catalogue.tally(database.reading(), request.args.get("by") or "kind") if _is_known() else None
    question, tally = read(found)
    rows = _rows(question, tally)
    return render_template(
        "atlas/index.html",
        question=question,
        tally=tally,
        rows=rows,
        values=_values(question.by, tally),
        label=partial(label, question.by),
        measures=TITLES,
        missing=[row.name for row in sorted(rows, key=_by_name) if not tally.count(row.code, question.value)],
        countries=len(rows),
        **_drawn(question, tally),
    )


@blueprint.get("/atlas.svg")
def drawing() -> Response:
    """The picture alone, to be taken away."""
    tally = catalogue.tally(database.reading(), request.args.get("by") or "kind") if _is_known() else None
    question, tally = read(tally)
    words = {"label": partial(label, question.by), "today": language.today()}
    svg = render_template("atlas/_map.svg", alone=True, question=question, **words, **_drawn(question, tally))
    reply = Response(svg, mimetype="image/svg+xml")
    reply.headers["Content-Disposition"] = f'attachment; filename="popmap-atlas-{question.by}.svg"'
    return reply


@doors.get("/api/v1/atlas.json")
def as_json() -> Response:
    """The counts of one measure by country."""
    _refuse_unknown(("by",))

    def make(session: Any) -> bytes:
        tally = catalogue.tally(session, _measure())
        return orjson.dumps(
            {
                "by": _measure(),
                "revision": catalogue.revision(session),
                "everywhere": {"services": tally.everywhere, "values": tally.everywhere_by_value},
                "countries": {
                    code: {"services": tally.count(code), "values": tally.by_value.get(code, {})}
                    for code in sorted(gazetteer.COUNTRIES)
                },
            }
        )

    return _open(replies.keep((_measure(), language.today(), "json"), make))


@doors.get("/api/v1/atlas.csv")
def as_csv() -> Response:
    """The same as a table: one line for each country and value, with the nothing there is as 0."""
    _refuse_unknown(("by",))
    reply = replies.keep((_measure(), language.today(), "csv"), _table, mimetype="text/csv")
    reply.headers["Content-Disposition"] = f'attachment; filename="popmap-atlas-{_measure()}.csv"'
    return _open(reply)


def _table(session: Any) -> bytes:
    tally, by = catalogue.tally(session, _measure()), _measure()
    values = _values(by, tally, every=True)
    file = io.StringIO()
    lines = csv.writer(file, lineterminator="\r\n")
    lines.writerow(("country", "country_name", "by", "value", "services"))
    for code in sorted(gazetteer.COUNTRIES):
        name = gazetteer.country_name(code, "en")
        lines.writerow((code, name, by, "", tally.count(code)))
        lines.writerows((code, name, by, value, tally.count(code, value)) for value in values)
    lines.writerow((EVERYWHERE, "(the whole world)", by, "", tally.everywhere))
    lines.writerows((EVERYWHERE, "(the whole world)", by, one, tally.everywhere_by_value.get(one, 0)) for one in values)
    return file.getvalue().encode()


def _open(reply: Response) -> Response:
    reply.headers["Access-Control-Allow-Origin"] = "*"
    reply.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return reply


# ── reading ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _is_known() -> bool:
    return (request.args.get("by") or "kind") in MEASURES


def _measure() -> str:
    by = request.args.get("by") or "kind"
    if by not in MEASURES:
        raise InputError([Fault("by", "unknown_value", by[:40], MEASURES)])
    return by


def _refuse_unknown(names: Sequence[str]) -> None:
    if faults := [Fault(one[:40], "unknown_name", "", names) for one in request.args if one not in names]:
        raise InputError(faults)


def read(tally: Tally | None) -> tuple[Question, Tally]:
    """The question in the address with its counts; ``InputError`` for what there is not."""
    _refuse_unknown(("by", "value", "sort"))
    by = _measure()
    assert tally is not None  # noqa: S101 - the measure is known here
    values = _values(by, tally, every=True)
    value, sort = request.args.get("value", ""), request.args.get("sort") or NAME
    if value and value not in values:
        raise InputError([Fault("value", "unknown_value", value[:40], values)])
    if sort not in (NAME, ALL, *values):
        raise InputError([Fault("sort", "unknown_value", sort[:40], [NAME, ALL, *values])])
    return Question(by, value, sort), tally


def _values(by: str, tally: Tally, *, every: bool = False) -> list[str]:
    """The values of a measure in the order of the columns; of languages the ones most spoken here, or every one."""
    known = {"kind": KINDS, "topic": TOPICS, "channel": CHANNELS, "access": ACCESS}
    if by in known:
        return list(known[by])
    spoken = {one for counts in (*tally.by_value.values(), tally.everywhere_by_value) for one in counts}
    ranked = sorted(spoken - {*LANGUAGES}, key=lambda one: (-tally.total(one), one))
    return [*LANGUAGES, *(sorted(ranked) if every else ranked[: MOST_LANGUAGES - len(LANGUAGES)])]


def label(by: str, value: str) -> str:
    """What a value of a measure is called."""
    if by == "access":
        return gettext(ACCESS_WORDS[value])
    return language.language_name(value) if by == "language" else language.label(by, value)


# ── what is shown ───────────────────────────────────────────────────────────────────────────────────────────────────


def _rows(question: Question, tally: Tally) -> list[Row]:
    values = _values(question.by, tally)
    rows = [
        Row(code, language.country_name(code), tally.count(code), [tally.count(code, value) for value in values])
        for code in gazetteer.countries_in_order(language.current())
    ]
    if question.sort != NAME:  # the order of names stays within equal numbers
        value = "" if question.sort == ALL else question.sort
        rows.sort(key=lambda row: -tally.count(row.code, value))
    return rows


def _by_name(row: Row) -> str:
    return gazetteer.sort_key(row.name, language.current())


def _drawn(question: Question, tally: Tally) -> dict[str, Any]:
    """The picture with a shade for each country, and what the shades mean."""
    shaded = [
        (one, count, shade(count)) for one in picture().countries for count in [tally.count(one.code, question.value)]
    ]
    return {
        "picture": picture(),
        "width": WIDTH,
        "shaded": shaded,
        "numbers": _numbers(shaded),
        "classes": list(enumerate(CLASSES)),
        "fills": _FILLS,
        "messages": map_words.messages(),
    }


def _numbers(shaded: Iterable[Shaded]) -> list[tuple[float, float, int, int]]:
    """Where a number is written, with its shade: the larger first, none over another. The table has them all."""
    written: list[tuple[float, float, int, int]] = []
    for one, count, depth in sorted(shaded, key=lambda shown: -shown[1]):
        if one.label and count and all(_is_free(one.label, count, other) for other in written):
            written.append((*one.label, count, depth))
    return written


def _is_free(at: Spot, count: int, other: tuple[float, float, int, int]) -> bool:
    room = _DIGIT_PX * (len(str(count)) + len(str(other[2]))) / 2 + 2
    return abs(at[0] - other[0]) > room or abs(at[1] - other[1]) > _LINE_PX


def shade(count: int) -> int:
    """Which of ``CLASSES`` a number of services is in."""
    return next(i for i, (_, last) in enumerate(CLASSES) if last is None or count <= last)
