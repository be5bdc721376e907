"""The one question: which published services match these criteria? Map, list, API and exports are windows on it.

A query is a value (``Criteria``); one small function per criterion turns it into SQL over the public view; pages,
counts, streams and clusters are made from the same conditions. Only this package and ``clusters`` read services for the
public, through ``public_service``. Checking text from outside is the business of ``inputs``, naming fields that of
``outputs``.
"""

from popmap.catalogue import saved_answers
from popmap.catalogue.answers import EXACT_TO, MAX_LIMIT, Page, get, record, search, stream, without_place
from popmap.catalogue.counts import FACETS, FacetValue, facets
from popmap.catalogue.coverage import Helping
from popmap.catalogue.covering_countries import kinds_by_country
from popmap.catalogue.covering_help import NOT_FOR_EMERGENCIES, PEOPLE, Group, Help, covering, help_for
from popmap.catalogue.criteria import AI_CRITERIA, Criteria
from popmap.catalogue.directory import every, operator_known_as, operators, service_known_as
from popmap.catalogue.expressions import QUERYABLES, Queryable
from popmap.catalogue.features import MAX_FEATURES, MAX_OFFSET, Features, Selection, features
from popmap.catalogue.lines import keep_lines
from popmap.catalogue.memory import Stamp, pin, revision, stamp
from popmap.catalogue.tallies import ACCESS, EVERYWHERE, MEASURES, Tally, tally

__all__ = [
    "ACCESS",
    "AI_CRITERIA",
    "EVERYWHERE",
    "EXACT_TO",
    "FACETS",
    "MAX_FEATURES",
    "MAX_LIMIT",
    "MAX_OFFSET",
    "MEASURES",
    "NOT_FOR_EMERGENCIES",
    "PEOPLE",
    "QUERYABLES",
    "Criteria",
    "FacetValue",
    "Features",
    "Group",
    "Help",
    "Helping",
    "Page",
    "Queryable",
    "Selection",
    "Stamp",
    "Tally",
    "covering",
    "every",
    "facets",
    "features",
    "get",
    "help_for",
    "keep_lines",
    "kinds_by_country",
    "operator_known_as",
    "operators",
    "pin",
    "record",
    "revision",
    "saved_answers",
    "search",
    "service_known_as",
    "stamp",
    "stream",
    "tally",
    "without_place",
]
