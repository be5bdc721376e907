"""Find help: one page for a child or a carer, its state in the request's body, never in the address.

A plain form that answers on its own address; ``static/js/find.js`` sends the same form and puts the answer in place, so
that a visit leaves one entry in the history. Reading the form is ``find_form``'s, cards are ``find_cards``', who helps
is the catalogue's answer.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from popmap import catalogue, gazetteer, submissions
from popmap.catalogue import Criteria, Helping
from popmap.errors import Fault, InputError, UnavailableError
from popmap.web import database, emergency, errors, find_cards, find_form, find_map, find_ways, language, security
from popmap.web.emergency import Emergency
from popmap.web.find_cards import Way
from popmap.web.find_form import Form, Where

blueprint = Blueprint("find", __name__)

PART = "Popmap-Part"
"""The header by which the page's own script asks for what changes, without the frame around it."""

MOST_EMERGENCIES: Final = 8
"""Of so many countries the numbers stand below places to choose from; of more they come with the choice."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the page shows below its form; ``zone`` is the visitor's, where the place tells it.

    ``sides``: near a border, or where it ``is_disputed`` who governs, the countries of either side, the likelier first.
    ``calling`` and ``writing``: others at the place who can be called, or written to, where nobody in the answer can.
    """

    where: Where
    groups: list[find_cards.CardGroup]
    sides: tuple[str, ...]
    is_disputed: bool
    zone: str | None
    view: find_map.View
    calling: Sequence[Way] = ()
    writing: Sequence[Way] = ()

    @property
    def count(self) -> int:
        """How many services there are."""
        return sum(len(group.cards) for group in self.groups)

    @property
    def emergencies(self) -> list[Emergency]:
        """The numbers of each country that it may be, when the emergency card cannot tell whose hold."""
        return [] if self.where.sure else [emergency.of(code) for code in self.where.countries]

    @property
    def place(self) -> str:
        """The place in words, as it stands after "in"."""
        is_country = self.where.criteria.country or self.where.criteria.at
        return language.in_country(self.where.countries[0]) if is_country else self.where.words

    @property
    def places(self) -> str:
        """The countries of either side of a border by name; nothing where there is none."""
        return " · ".join(language.country_name(code) for code in self.sides)

    @property
    def can_call(self) -> bool:
        """Whether anybody can be called."""
        return find_cards.can_call(self.groups)

    @property
    def can_write(self) -> bool:
        """Whether anybody can be written to."""
        return find_cards.can_write(self.groups)


@blueprint.get("/")
def page() -> str:
    """The empty form; asks nothing of the database."""
    return _shown(Form())


@blueprint.post("/")
def answer() -> ResponseReturnValue:
    """The form as it was sent, and who helps there."""
    if find_form.is_old(request.form) and PART not in request.headers:
        # without a script the tab keeps what was sent: whoever goes back in it later must not be shown the answer
        return _shown(Form().with_fault(Fault("", "old"))), 422
    form = find_form.read(request.form, security.unreadable(request.get_data()))
    if form.faults:
        return _refused(form), 422
    try:
        found = _answered(form)
    except InputError as error:
        return _refused(form.refused(error)), 422
    return _shown(form, found)


@blueprint.errorhandler(Exception)
def not_now(error: Exception) -> ResponseReturnValue:
    """While the database is away the form comes back as it was typed; other errors are everybody's."""
    told = database.in_our_words(error)
    if not isinstance(told, UnavailableError) or request.method != "POST":
        return errors.reply_to_unknown(told)
    form, found = _answered_from_the_copy(find_form.read(request.form))
    form = form.with_fault(Fault("", "unavailable"))
    return _shown(form, found) if found or not database.saved() else _refused(form), 503


def _answered_from_the_copy(form: Form) -> tuple[Form, Answer | None]:
    """The numbers that were saved, if the form says where; nothing is said to be unknown that is only not saved."""
    try:
        return form, _answered(form) if database.fall_back() and form.is_understood else None
    except UnavailableError:
        return form, None
    except InputError as error:
        return find_form.not_saved(form, error), None


def _refused(form: Form) -> str:
    """The form with what is wrong in it: who is in danger needs the numbers all the same, if a country is told."""
    if country := find_form.country_told(form):
        emergency.know(country)
    codes = list(dict.fromkeys(hit.country for hit in form.offer))
    return _shown(form, emergencies=[emergency.of(code) for code in codes] if len(codes) <= MOST_EMERGENCIES else ())


def first() -> ResponseReturnValue:
    """``/`` leads to the first page in the reader's language."""
    reply = redirect(url_for(language.FIRST_PAGE), code=302)
    reply.vary.add("Accept-Language")
    return reply


def _answered(form: Form) -> Answer:
    session, lang, now = database.reading(), language.current(), datetime.now(UTC)
    where = find_form.place_of(session, form, lang=lang)
    found = catalogue.help_for(session, where.criteria, helping=Helping(lang, now))
    located = located_at(session, where.criteria)
    where, is_disputed = _with_all_sides(where, located)
    if where.sure and where.countries:
        emergency.know(where.countries[0])
    reported = submissions.being_checked(session, [record["id"] for record in found.records])
    groups = find_cards.grouped(found, now, reported)
    if g.get("emergency"):
        find_ways.with_danger(groups, g.emergency)
    by = partial(find_ways.by, session, where.criteria, Helping(lang, now))
    return Answer(
        where,
        groups,
        sides=where.countries if is_disputed else _sides(located) if found.near_border else (),
        is_disputed=is_disputed,
        zone=located.timezone if located else None,
        view=find_map.view(session, where.criteria),
        calling=() if find_cards.can_call(groups) else by(find_cards.CALLED),
        writing=() if find_cards.can_write(groups) else by(find_cards.WRITTEN),
    )


def _with_all_sides(where: Where, located: gazetteer.Located | None) -> tuple[Where, bool]:
    """The place with every country whose numbers may be the ones that ring, and whether it is disputed who governs."""
    if located:
        sure = where.sure and not (located.near_border or located.disputed)
        others = () if where.sure else where.countries
        countries = tuple(dict.fromkeys((*located.countries, *others)))
        return replace(where, countries=countries, sure=sure), located.disputed
    area = (where.criteria.place or "").partition(":")[2] or "".join(where.criteria.country)
    if governs := gazetteer.governed_from(area):
        return replace(where, countries=(*where.countries, governs), sure=False), True
    return where, False


def _sides(located: gazetteer.Located | None) -> tuple[str, ...]:
    return located.countries if located and located.countries[1:] else ()


def located_at(session: Any, criteria: Criteria) -> gazetteer.Located | None:
    """What is known about the spot that criteria name; None for a whole country or a part of one."""
    if criteria.at:
        return gazetteer.locate(session, criteria.at.lon, criteria.at.lat)
    hit = gazetteer.resolve(session, criteria.place) if criteria.place else None
    if hit is None or hit.kind != "town" or hit.lon is None or hit.lat is None:
        return None
    return gazetteer.locate(session, hit.lon, hit.lat)


def _shown(form: Form, found: Answer | None = None, emergencies: Sequence[Emergency] = ()) -> str:
    security.let_workers_in()  # the country of an answer may be kept on the phone (``keeping``)
    return render_template(
        "find/page.html",
        frame="find/_part.html" if PART in request.headers else "base.html",
        form=form,
        answer=found,
        emergencies=found.emergencies if found else emergencies,
        asked=_asked(form, found) if found else "",
        made=find_form.minute(),
        tiles=find_form.TILES,
        more_topics=find_form.MORE_TOPICS,
        how={code: words for code, (words, _) in find_form.HOW.items()},
        spoken=sorted(find_form.SPOKEN, key=language.language_name),
        countries=gazetteer.countries_in_order(language.current()),
        chosen_country=_country(form, found),
        clock_elsewhere=find_cards.clock_elsewhere,
        mark_of=find_map.mark,
    )


def _asked(form: Form, found: Answer) -> str:
    """What was asked, in one line above its answer; the place alone where nothing else was chosen."""
    topic = form.typed.topic
    words = [language.label("topic_words", topic)] if topic else []
    words += [gettext(find_form.HOW[code][0]) for code in form.typed.how if code in find_form.HOW]
    return " · ".join(words) or found.where.words


def _country(form: Form, found: Answer | None) -> str:
    """The country that the list shows as chosen: the one the answer is for, else what was sent."""
    if found is None:
        return form.typed.country
    return found.where.countries[0] if found.where.criteria.country else ""
