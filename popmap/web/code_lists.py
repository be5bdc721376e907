"""Every code list with its words in one language, for programs; the lists themselves are ``vocabulary``'s."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from flask_babel import force_locale, gettext

from popmap import gazetteer, vocabulary
from popmap.catalogue import AI_CRITERIA

LISTS: Final[Mapping[str, Mapping[Any, str]]] = {
    "kind": vocabulary.KINDS,
    "channel": vocabulary.CHANNELS,
    "audience": vocabulary.AUDIENCES,
    "cost": vocabulary.COSTS,
    "privacy": vocabulary.PRIVACIES,
    "ai": {code: vocabulary.AI_QUESTIONS[code] for code in AI_CRITERIA},
    "yes_no_unknown": vocabulary.YES_NO_UNKNOWN,
    "answered_by": vocabulary.ANSWERED_BY,
    "operator_type": vocabulary.OPERATOR_TYPES,
    "check_level": vocabulary.CHECK_LEVELS,
    "ai_question": vocabulary.AI_QUESTIONS,
    "ai_role": vocabulary.AI_ROLES,
    "ai_handover": vocabulary.AI_HANDOVERS,
    "ai_answer": vocabulary.AI_ANSWERS,
}


def in_language(code: str) -> dict[str, Any]:
    """Return all lists with labels in this language: topics with a child's words and their international category."""
    with force_locale(code):
        lists = {name: _coded(words.items()) for name, words in LISTS.items()}
        lists["topic"] = [
            {"code": topic, "label": gettext(t.label), "words": gettext(t.words), "chi_category": t.chi_category}
            for topic, t in vocabulary.TOPICS.items()
        ]
    lists["country"] = [
        {"code": country, "label": gazetteer.country_name(country, code)} for country in gazetteer.COUNTRIES
    ]
    lists["lang"] = [{"code": code, "label": name} for code, name in vocabulary.LANGUAGE_NAMES.items()]
    lists["sort"] = [{"code": sort, "label": sort} for sort in vocabulary.SORTS]
    return {"lang": code, "lists": lists}


def _coded(pairs: Iterable[tuple[Any, str]]) -> list[dict[str, Any]]:
    return [{"code": str(code), "label": gettext(label)} for code, label in pairs]
