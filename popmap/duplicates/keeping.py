"""Writes the keys of services into the table they are looked up in, in the transaction that changes a service."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from popmap.duplicates import keys
from popmap.duplicates.keys import WORLD, Entry

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
    INSERT INTO match_key (service_key, type, value, countries)
    SELECT service_key, type, value, CASE type WHEN 'name' THEN string_to_array(countries, ' ') END
    FROM unnest(cast(:service_keys AS bigint[]), cast(:types AS text[]), cast(:values AS text[]),
      cast(:countries AS text[]))
      AS given (service_key, type, value, countries)
    ON CONFLICT DO NOTHING
    """)
_COPY: Final = "COPY match_key (service_key, type, value, countries) FROM STDIN"
_INDEXES: Final = text("""
    SELECT i.indexrelid::regclass::text AS name, pg_get_indexdef(i.indexrelid) AS definition
    FROM pg_index i WHERE i.indrelid = 'match_key'::regclass AND NOT i.indisprimary
    """)


def keep(session: Session, service_keys: Sequence[int] | None = None) -> None:
    """Bring the keys of these services (all when None) up to date; to be called after the listing was."""
    if service_keys is None:
        _keep_all(session)
        return
    for start in range(0, len(service_keys), BATCH):
        batch = list(service_keys[start : start + BATCH])
        session.execute(
            text("DELETE FROM match_key WHERE service_key = ANY (cast(:keys AS bigint[]))"), {"keys": batch}
        )
        rows = _read(session, batch)
        columns: Mapping[str, list[Any]] = {
            name: [row[place] for row in rows]
            for place, name in enumerate(("service_keys", "types", "values", "countries"))
        }
        session.execute(_WRITE, columns)


def _keep_all(session: Session) -> None:
    """Write the keys of every service; where there were none at all, indexes come after the rows."""
    service_keys = session.execute(text("SELECT key FROM service ORDER BY key")).scalars().all()
    first = not session.execute(text("SELECT EXISTS (SELECT FROM match_key)")).scalar_one()
    definitions = _without_indexes(session) if first and len(service_keys) > BATCH else []
    session.execute(text("DELETE FROM match_key"))
    for start in range(0, len(service_keys), BATCH):
        rows = _read(session, service_keys[start : start + BATCH])
        with session.connection().connection.cursor().copy(_COPY) as copy:
            for service_key, type_, value, countries in rows:
                copy.write_row((service_key, type_, value, countries.split(" ") if type_ == "name" else None))
    for definition in definitions:
        session.execute(text(definition))


def _without_indexes(session: Session) -> list[str]:
    """Drop the indexes that only serve questions; how to make them again."""
    found = session.execute(_INDEXES).all()
    for index in found:
        session.execute(text(f"DROP INDEX {index.name}"))
    return [index.definition for index in found]


def _read(session: Session, service_keys: Sequence[int]) -> list[tuple[int, str, str, str]]:
    return [line for row in session.execute(_READ, {"keys": list(service_keys)}) for line in _lines(row)]


def _lines(row: Row[Any]) -> Iterator[tuple[int, str, str, str]]:
    names = [name for name in (row.name, row.name_en, *row.translated) if name]
    channels = [(type_, value) for type_, value in row.channels]
    found = keys.of(Entry(names, row.organization, row.countries, channels, row.website or ""))
    where = " ".join(row.countries) or WORLD
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
    return ((row.key, type_, value, where) for type_, values in by_type.items() for value in sorted(values))
