"""Filters in CQL2's text form: what they mean, and that nothing else gets through."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import DBAPIError

from popmap.catalogue import Selection, features
from popmap.catalogue.expressions import LONGEST, QUERYABLES, compiled
from popmap.errors import InputError

COMPARED = {
    "text": "'child'",
    "texts": "'child'",
    "number": "12",
    "boolean": "TRUE",
    "day": "DATE('2026-01-31')",
    "moment": "TIMESTAMP('2026-01-31T12:00:00Z')",
}


def found(session, text):
    return {row[0] for row in features(session, Selection(filter=text), limit=1_000).rows}


def literal(one):
    return f"'{one.codes[0]}'" if one.codes else COMPARED[one.type]


def test_every_name_can_be_compared(reading):
    for name, one in QUERYABLES.items():
        is_it, is_not = (found(reading, f"{name} {sign} {literal(one)}") for sign in ("=", "<>"))
        assert not is_it & is_not, name


def test_and_or_not_are_those_of_sets(reading):
    helplines, free = found(reading, "kind = 'helpline'"), found(reading, "cost = 'free'")
    assert found(reading, "kind = 'helpline' AND cost = 'free'") == helplines & free
    assert found(reading, "kind = 'helpline' OR cost = 'free'") == helplines | free
    assert found(reading, "NOT (kind = 'helpline') AND cost = 'free'") == free - helplines
    assert found(reading, "kind = 'ai_driven' OR (kind = 'helpline' AND cost = 'free')") >= helplines & free


def test_the_words_of_the_standard(reading):
    named = found(reading, "CASEI(name_en) LIKE 'child%'")
    assert "gb-childline" in named
    assert named >= found(reading, "name_en LIKE 'Child%'")
    assert found(reading, "name_en LIKE 'Child_ine'") >= {"gb-childline"}
    assert "gb-childline" in found(reading, "max_age BETWEEN 17 AND 19")
    assert "gb-childline" not in found(reading, "max_age IS NULL")
    assert found(reading, "'helpline' = kind") == found(reading, "kind = 'helpline'")
    assert found(reading, "18 <= max_age") == found(reading, "max_age >= 18")


@pytest.mark.parametrize(
    "text",
    [
        "colour = 'red'",
        "document LIKE '%x%'",
        "kind = 'hotline'",
        "kind = cost",
        "kind = 1",
        "min_age = 'ten'",
        "min_age = 99999999999999",
        "min_age + 1 = 2",
        "pg_sleep(5) = 1",
        "lower(kind, name) = 'x'",
        "topic < 'x'",
        "topic IS NULL",
        "name LIKE 'x\\'",
        "kind = 'helpline' OR cost = 'free' AND visitable = TRUE",
        "S_INTERSECTS(geometry, POLYGON((0 0,1 0,1 1,0 0)))",
        "BBOX(geometry, 0, 50, 10, 40)",
        "BBOX(name, 0, 0, 1, 1)",
        "INCLUDE",
        "1 = 1",
        "TRUE",
        "'x'",
        "",
        "kind = 'helpline'; DROP TABLE service",
        "verified_on = DATE('2026-19-39')",
        "updated_at > TIMESTAMP('2026-01-01T29:00:00Z')",
        "(" * 300 + "kind = 'helpline'" + ")" * 300,
        " OR ".join(["visitable = TRUE"] * 50),
        "name = '" + "x" * LONGEST + "'",
    ],
)
def test_what_is_not_offered_is_refused(text):
    with pytest.raises(InputError) as refused:
        compiled(text)
    assert refused.value.faults[0].name == "filter"


SIGNS = "= <> < > ( ) ' \" , AND OR NOT IN LIKE BETWEEN IS NULL CASEI BBOX geometry 'child' 12 -- ; :kind '%s' 1e400"
LITERALS = ("'helpline'", "DATE('2026-01-01')", "%(x)s", "\\", "-")
WORDS = st.sampled_from([*QUERYABLES, *SIGNS.split(), *LITERALS])


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])  # it only reads
@given(st.lists(WORDS, max_size=9))
def test_any_text_is_answered_or_refused(reading, words):
    try:
        found(reading, " ".join(words))
    except InputError:
        pass
    except DBAPIError as error:
        pytest.fail(f"{words} was taken and is no question: {error}")
