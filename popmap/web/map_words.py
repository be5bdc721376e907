"""Every sentence of the map, in the reader's language, for the ``data-messages`` attribute that the map reads.

The browser counts, so a message with a number comes in each plural form the language has (``cluster_one``,
``cluster_few`` … by CLDR's categories, as ``Intl.PluralRules`` names them). Which one is shown is the script's.
"""

from collections.abc import Mapping
from typing import Final

from flask_babel import get_locale, gettext, ngettext

from popmap.vocabulary import KINDS, N_

_SENTENCES: Final[Mapping[str, str]] = {
    "map": N_("Map of services"),
    "keys": N_("Arrow keys move between marks, Enter opens one, Escape goes back to the map."),
    "loading": N_("Loading the map"),
    "failed": N_("The map could not be loaded. The list has every service."),
    "marks_failed": N_("The marks could not be loaded. The list has every service."),
    "area_failed": N_("The area this service helps in could not be loaded."),
    "retry": N_("Try again"),
    "zoom_in": N_("Zoom in"),
    "zoom_out": N_("Zoom out"),
    "whole_world": N_("Show the whole world"),
    "search_as_i_move": N_("Search as I move"),
    "legend": N_("What the marks mean"),
    "visitable": N_("filled: one can go there"),
    "seat_only": N_("hollow: seat only, helps from afar"),
    "nothing_here": N_("No services with a place in this part of the map."),
    "none_fit": N_("No service fits all of these choices"),
    "show_every": N_("Show every service"),
    "not_asked": N_("Nothing was searched: one of the choices was not understood."),
    "mark": N_("{name}, {kind}, {way}"),
    "can_visit": N_("One can go there"),
    "from_afar": N_("Seat only, helps from afar"),
    "area": N_("The shaded area is where {name} helps."),
    "area_world": N_("{name} helps everywhere."),
    "details": N_("Details"),
    "close": N_("Close"),
    "show_in_list": N_("Show it in the list"),
    "you_asked": N_("You asked about here"),
    "see_list": N_("The list has all of them."),
    "notice": N_("Boundaries and names shown imply no opinion on the legal status of any territory. Dashed: disputed."),
    "sources": N_("Map: Natural Earth, visionscarto, GeoNames (CC BY 4.0)"),
}


def messages() -> dict[str, str]:
    """The map's messages by key; those with a number once per plural form."""
    words = {key: gettext(sentence) for key, sentence in _SENTENCES.items()}
    words |= {f"kind_{kind}": gettext(label) for kind, label in KINDS.items()}
    for category, sample in _plural_samples().items():
        words |= {f"{key}_{category}": text for key, text in _counted(sample).items()}
    return words


def _counted(n: int) -> dict[str, str]:
    """The messages with a number, as the language puts them for ``n``; ``{count}`` is filled in by the browser."""
    return {
        "helpline": ngettext("{count} helpline", "{count} helplines", n),
        "official_service": ngettext("{count} official service", "{count} official services", n),
        "youth_led": ngettext("{count} youth-led service", "{count} youth-led services", n),
        "ai_driven": ngettext("{count} AI-driven service", "{count} AI-driven services", n),
        "cluster": ngettext(
            "{count} service near {place}: {kinds}; show", "{count} services near {place}: {kinds}; show", n
        ),
        "cluster_here": ngettext("{count} service here: {kinds}; show", "{count} services here: {kinds}; show", n),
        "at_place": ngettext("{count} service at this place", "{count} services at this place", n),
        "in_view": ngettext("{count} service on this part of the map", "{count} services on this part of the map", n),
        "everywhere": ngettext(
            "{count} more is not on the map: see the list", "{count} more are not on the map: see the list", n
        ),
    }


def _plural_samples() -> dict[str, int]:
    """A number for each plural category of the page's language."""
    locale = get_locale()
    samples: dict[str, int] = {}
    for n in (*range(121), 1_000_000):
        samples.setdefault(locale.plural_form(n), n)
    return samples
