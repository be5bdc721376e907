"""Writes the keys of services into the table they are looked up in, in the transaction that changes a service."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import TextClause, text
from sqlalchemy.orm import Session

from popmap.duplicates import keys
from popmap.duplicates.keys import WORLD, Entry, Keys

BATCH: Final = 2_000

_READ: Final = text("""
    SELECT s.key, s.name, s.name_en, s.organization, s.website,
      ARRAY(SELECT t.value ->> 'name' FROM jsonb_each(s.translations) t WHERE t.value ->> 'name' <> '') AS translated,
      ARRAY(SELECT ARRAY[c.type, c.value] FROM channel c WHERE c.service_key = s.key ORDER BY c.position) AS channels,
      ARRAY(SELECT CASE c.type WHEN 'worldwide' THEN '*' ELSE left(c.code, 2) END FROM coverage c
        WHERE c.service_key = s.key AND c.type <> 'area' UNION SELECT unnest(l.country_codes) ORDER BY 1) AS countries
    FROM service s LEFT JOIN listing l ON l.key = s.key
    WHERE s.key = ANY (cast(:keys AS bigint[]))
    """)
_WRITE: Final = text("""
    INSERT INTO match_key (service_key, type, value)
    SELECT * FROM unnest(cast(:service_keys AS bigint[]), cast(:types AS text[]), cast(:values AS text[]))
    ON CONFLICT DO NOTHING
    """)
_WRITE_WORDS: Final = text("""
    INSERT INTO match_word (service_key, word, country)
    SELECT * FROM unnest(cast(:service_keys AS bigint[]), cast(:words AS text[]), cast(:countries AS text[]))
    """)
# in order, so that two who write at the same time wait for one another and not each for the other
_WRITE_SPELLINGS: Final = text("""
    INSERT INTO match_spelling (spelling, word)
    SELECT * FROM unnest(cast(:spellings AS text[]), cast(:words AS text[])) AS given (spelling, word) ORDER BY 1, 2
    ON CONFLICT DO NOTHING
    """)
_TABLES: Final = ("match_key", "match_word", "match_spelling")
_INDEXES: Final = text("""
    SELECT i.indexrelid::regclass::text AS name, pg_get_indexdef(i.indexrelid) AS definition
    FROM pg_index i WHERE i.indrelid = ANY (cast(:tables AS regclass[])) AND NOT i.indisprimary
    """)
_MOST_COUNTRIES: Final = 12
"""A service of more countries counts as one of the whole world where its words are looked up."""


@dataclass(frozen=True, slots=True)
class _Lines:
    """The lines of some services for each table."""

    keys: list[tuple[int, str, str]]
    words: list[tuple[int, str, str]]
    spellings: set[tuple[str, str]]


def keep(session: Session, service_keys: Sequence[int] | None = None) -> None:
    """Bring the keys of these services (all when None) up to date; to be called after the listing was."""
    if service_keys is None:
        _keep_all(session)
        return
    for start in range(0, len(service_keys), BATCH):
        batch = list(service_keys[start : start + BATCH])
        for table in _TABLES[:2]:
            statement = f"DELETE FROM {table} WHERE service_key = ANY (cast(:keys AS bigint[]))"  # noqa: S608 - ours
            session.execute(text(statement), {"keys": batch})
        lines = _read(session, batch)
        _insert(session, _WRITE, lines.keys, ("service_keys", "types", "values"))
        _insert(session, _WRITE_WORDS, lines.words, ("service_keys", "words", "countries"))
        _insert(session, _WRITE_SPELLINGS, sorted(lines.spellings), ("spellings", "words"))


def _insert(session: Session, statement: TextClause, lines: Sequence[tuple[Any, ...]], names: Sequence[str]) -> None:
    session.execute(statement, {name: [line[place] for line in lines] for place, name in enumerate(names)})


def _keep_all(session: Session) -> None:
    """Write the keys of every service; where there were none at all, indexes come after the rows."""
    service_keys = session.execute(text("SELECT key FROM service ORDER BY key")).scalars().all()
    first = not session.execute(text("SELECT EXISTS (SELECT FROM match_key)")).scalar_one()
    definitions = _without_indexes(session) if first and len(service_keys) > BATCH else []
    for table in _TABLES:
        session.execute(text(f"DELETE FROM {table}"))  # noqa: S608 - ours
    spelt: set[tuple[str, str]] = set()
    for start in range(0, len(service_keys), BATCH):
        lines = _read(session, service_keys[start : start + BATCH])
        _copy(session, "match_key (service_key, type, value)", lines.keys)
        _copy(session, "match_word (service_key, word, country)", lines.words)
        _copy(session, "match_spelling (spelling, word)", lines.spellings - spelt)
        spelt |= lines.spellings
    for definition in definitions:
        session.execute(text(definition))


def _copy(session: Session, into: str, lines: Iterable[tuple[Any, ...]]) -> None:
    with session.connection().connection.cursor().copy(f"COPY {into} FROM STDIN") as copy:
        for line in lines:
            copy.write_row(line)


def _without_indexes(session: Session) -> list[str]:
    """Drop the indexes that only serve questions; how to make them again."""
    found = session.execute(_INDEXES, {"tables": list(_TABLES)}).all()
    for index in found:
        session.execute(text(f"DROP INDEX {index.name}"))
    return [index.definition for index in found]


def _read(session: Session, service_keys: Sequence[int]) -> _Lines:
    lines = _Lines([], [], set())
    for row in session.execute(_READ, {"keys": list(service_keys)}):
        names = [name for name in (row.name, row.name_en, *row.translated) if name]
        channels = [(type_, value) for type_, value in row.channels]
        found = keys.of(Entry(names, row.organization, row.countries, channels, row.website or ""))
        lines.keys.extend((row.key, type_, value) for type_, value in _typed(found))
        where = row.countries if 0 < len(row.countries) <= _MOST_COUNTRIES else [WORLD]
        lines.words.extend((row.key, word, country) for word in sorted(found.words) for country in where)
        lines.spellings.update(found.spellings)
    return lines


def _typed(found: Keys) -> Iterator[tuple[str, str]]:
    by_type = {
        "phone": found.phone,
        "text": found.text,
        "web": found.web,
        "email": found.email,
        "initials": found.initials,
        "name": found.names,
        "organization": [found.organization] if found.organization else [],
        "number_in_name": found.numbers_in_names,
    }
    return ((type_, value) for type_, values in by_type.items() for value in sorted(values))
