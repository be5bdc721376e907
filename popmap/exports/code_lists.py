"""The code lists as files (CSV): each code with its English words; topics with their international category.

The categories are those of Child Helpline International; a topic without one was added here. Words in other languages
are in ``/api/v1/vocabulary``.
"""

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any, Final

from popmap import vocabulary
from popmap.loading.services import AI_ROLES, AUDIENCES, DISCLOSURES, HANDOVERS
from popmap.vocabulary import N_

LISTS: Final[Mapping[str, Mapping[Any, str]]] = {
    "kind": vocabulary.KINDS,
    "topic": {code: topic.label for code, topic in vocabulary.TOPICS.items()},
    "channel": vocabulary.CHANNELS,
    "audience": vocabulary.AUDIENCES,
    "audience_of_the_table": {word: vocabulary.AUDIENCES[code] for word, code in AUDIENCES.items()},
    "cost": vocabulary.COSTS,
    "privacy": vocabulary.PRIVACIES,
    "yes_no_unknown": vocabulary.YES_NO_UNKNOWN,
    "answered_by": vocabulary.ANSWERED_BY,
    "operator_type": vocabulary.OPERATOR_TYPES,
    "check_level": vocabulary.CHECK_LEVELS,
    "confidence": {
        "high": N_("The operator's own page, or an official one"),
        "medium": N_("A good page of somebody else"),
        "low": N_("A weaker source"),
    },
    "location_precision": {
        "address": N_("The address itself"),
        "city": N_("The town's centre"),
        "country": N_("The country's capital or middle"),
        "none": N_("No point"),
    },
    "coverage_type": {
        "worldwide": N_("The whole world"),
        "country": N_("A country"),
        "subdivision": N_("A part of a country"),
        "area": N_("An area drawn on the map"),
    },
    "ai_question": vocabulary.AI_QUESTIONS,
    "ai_role": vocabulary.AI_ROLES,
    "ai_handover": vocabulary.AI_HANDOVERS,
    "ai_answer": vocabulary.AI_ANSWERS,
    "ai_role_of_the_table": {word: vocabulary.AI_ROLES[code] for word, code in AI_ROLES.items()},
    "handover_of_the_table": {word: vocabulary.AI_HANDOVERS[code] for word, code in HANDOVERS.items()},
}
"""Code list → code → English words. Where the table's words are others than the record's, it has a list of its own."""
assert DISCLOSURES.keys() == vocabulary.YES_NO_UNKNOWN.keys()  # noqa: S101 - the table's column uses that list


def file_of(name: str) -> bytes:
    """One list as CSV; ``KeyError`` when there is none of this name."""
    words = LISTS[name]
    header: Sequence[str] = ("code", "label", "category") if name == "topic" else ("code", "label")
    rows = [[str(code), label] for code, label in words.items()]
    if name == "topic":
        rows = [[*row, vocabulary.TOPICS[row[0]].chi_category or ""] for row in rows]
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\r\n").writerows([header, *rows])
    return buffer.getvalue().encode()
