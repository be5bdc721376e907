"""Parts of the form of a service that nobody has touched: rendered once for each language, and kept.

The form is long (all countries, all languages, the questions about a computer) and comes back at every press and every
mistake. What is the same for everybody is taken from here; whatever somebody typed, or did wrong, is rendered anew.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from flask import Flask
from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from popmap.vocabulary import KINDS
from popmap.web import language
from popmap.web.draft_form import Filled

FIELDS: Final[Mapping[str, tuple[str, ...]]] = {
    "what": (
        *("kind", "name", "name_en", "organization", "operator_type", "website", "summary", "translations", "topics"),
    ),
    "ways": ("channels", "countries", "subdivisions"),
    "coverage": ("worldwide", "countries", "subdivisions", "coverage", "area"),
    "place": ("address_confidential", "city", "place", "visitable", "lat", "lon"),
    "who": ("audiences", "min_age", "max_age", "languages", "cost", "privacy", "youth"),
    "computer": ("ai",),
    "end": ("sources", "words", "contact", "homepage", "sure"),
}
"""Part (``templates/submissions/_PART.html``) → the first words of the fields that it shows."""

_kept: dict[tuple[str, ...], Markup] = {}


def plug_into(app: Flask) -> None:
    """Give the form's templates ``part`` and ``boxes``."""
    app.jinja_env.globals.update(part=part, boxes=boxes)


@pass_context
def part(context: Context, name: str) -> Markup:
    """A part of the form as it stands."""
    filled: Filled = context["filled"]
    template = f"submissions/_{name}.html"
    if name in touched(filled):
        return _rendered(context, template)
    kind = filled.of("kind")  # whose questions stand open
    return _once(context, template, context["form"].kind, kind if kind in KINDS else "")


@pass_context
def boxes(context: Context, name: str, words: Mapping[str, str]) -> Markup:
    """A long list of boxes to tick, those ticked that are chosen."""
    html = str(_once(context, "submissions/_boxes.html", name, name=name, words=words))
    for code in words.keys() & set(context["filled"].typed.getlist(name)):
        html = html.replace(f'name="{name}" value="{code}"', f'name="{name}" value="{code}" checked', 1)
    return Markup(html)  # noqa: S704 - rendered by a template; put in is only our own word


def touched(filled: Filled) -> frozenset[str]:
    """The parts that are not as everybody finds them."""
    # a way that was added is there although it is empty
    typed = {
        head
        for name, words in filled.typed.items(multi=True)
        if words or name.startswith("channels.")
        for head in (name.partition(".")[0],)
    }
    heads = typed | {name.partition(".")[0] for name in filled.faults}
    parts = {part for head in heads for part in _parts_of().get(head, ())}
    return frozenset(parts | ({"place"} if filled.places else set()) | ({"end"} if filled.notice else set()))


@cache
def _parts_of() -> Mapping[str, frozenset[str]]:
    heads = {head for fields in FIELDS.values() for head in fields}
    return {head: frozenset(part for part, fields in FIELDS.items() if head in fields) for head in heads}


def _once(context: Context, template: str, *more: str, **values: Any) -> Markup:
    if context.environment.auto_reload:  # somebody is writing the templates
        return _rendered(context, template, **values)
    key = (template, language.current(), *more)
    if key not in _kept:
        _kept[key] = _rendered(context, template, **values)
    return _kept[key]


def _rendered(context: Context, template: str, **values: Any) -> Markup:
    html = context.environment.get_template(template).render(context.get_all() | values)
    return Markup(html)  # noqa: S704 - a template's own output
