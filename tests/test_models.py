"""Tables and migrations: what they refuse, that they go down and up again, and that classes and tables agree."""

import math
import struct
from datetime import date

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from geoalchemy2 import alembic_helpers
from sqlalchemy import create_engine, exc, inspect, text
from sqlalchemy.orm import Session

from make import make_channel, make_service, publish
from popmap import vocabulary
from popmap.config import PROJECT
from popmap.migrating import migrate
from popmap.models import Base, Coverage, Service, ServiceCheck

CODES = {
    "service_kind_is_known": vocabulary.KINDS,
    "service_topics_are_known": vocabulary.TOPICS,
    "service_audiences_are_known": vocabulary.AUDIENCES,
    "service_cost_is_known": vocabulary.COSTS,
    "service_privacy_is_known": vocabulary.PRIVACIES,
    "service_operator_type_is_known": vocabulary.OPERATOR_TYPES,
    "service_location_precision_is_known": vocabulary.LOCATION_PRECISIONS,
    "service_status_is_known": vocabulary.STATUSES,
    "channel_type_is_known": vocabulary.CHANNELS,
    "channel_answered_by_is_known": vocabulary.ANSWERED_BY,
    "channel_free_is_known": vocabulary.YES_NO_UNKNOWN,
    "coverage_type_is_known": vocabulary.COVERAGE_TYPES,
    "service_check_by_role_is_known": vocabulary.ROLES,
    "country_fact_type_is_known": vocabulary.FACT_TYPES,
    "country_fact_status_is_known": vocabulary.FACT_STATUSES,
    "emergency_number_confidence_is_known": vocabulary.CONFIDENCES,
}

INFINITY_AWAY = struct.pack("<BIIdd", 1, 0x20000001, 4326, math.inf, 0.0).hex()
"""A point as EWKB: text cannot say infinity."""


def migrations(url):
    config = Config()
    config.set_main_option("script_location", str(PROJECT / "popmap" / "migrations"))
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return config


def shape_of(url):
    """Every table's columns and every function, view and trigger: what a migration makes."""
    statement = """
        SELECT 'column', table_name || '.' || column_name || ' ' || udt_name FROM information_schema.columns
          WHERE table_schema = 'public'
        UNION ALL SELECT 'constraint', conname FROM pg_constraint WHERE connamespace = 'public'::regnamespace
        UNION ALL SELECT 'index', indexname FROM pg_indexes WHERE schemaname = 'public'
        UNION ALL SELECT 'trigger', tgname FROM pg_trigger WHERE NOT tgisinternal
        UNION ALL SELECT 'function', proname || prosrc FROM pg_proc JOIN pg_language l ON l.oid = prolang
          WHERE pronamespace = 'public'::regnamespace AND l.lanname = 'plpgsql'"""
    engine = create_engine(url)
    with engine.connect() as connection:
        rows = sorted(tuple(row) for row in connection.execute(text(statement)))
    engine.dispose()
    return rows


@pytest.fixture(scope="module")
def fresh(databases):
    """A database with nothing in it but the newest revision."""
    name = "test_copy_migrations_0"
    databases.cluster.drop_database(name)
    databases.cluster.create_database(name)
    url = databases.cluster.url(name)
    migrate(url)
    yield url
    databases.cluster.drop_database(name)


def test_migrations_go_down_and_up_to_the_same(fresh):
    newest = shape_of(fresh)
    command.downgrade(migrations(fresh), "base")
    assert not any(name.startswith(("service", "listing", "fold")) for _, name in shape_of(fresh))
    command.upgrade(migrations(fresh), "head")
    assert shape_of(fresh) == newest


def test_a_step_down_and_up_keeps_the_data(fresh):
    engine = create_engine(fresh)
    with Session(engine) as session, session.begin():
        make_service(session, id="xx-kept", at=(-6.8, 34.0))
    before = _hashes(engine)
    command.downgrade(migrations(fresh), "0005")
    command.upgrade(migrations(fresh), "head")
    with Session(engine) as session, session.begin():
        session.execute(text("SELECT refresh_listing()"))
    assert _hashes(engine) == before
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM service"))
    engine.dispose()


def _hashes(engine):
    names = ("service", "channel", "coverage", "source", "service_check", "record_version", "listing", "cell")
    with engine.connect() as connection:
        return [
            connection.scalar(text(f"SELECT md5(string_agg(t::text, '' ORDER BY t::text)) FROM {name} t"))
            for name in names
        ]


def test_revisions_have_one_head_and_numbers_that_grow(fresh):
    scripts = ScriptDirectory.from_config(migrations(fresh))
    numbers = [script.revision for script in scripts.walk_revisions()][::-1]
    assert len(scripts.get_heads()) == 1
    assert numbers == sorted(set(numbers))  # those of branches made at the same time may leave gaps


def test_classes_and_tables_agree(fresh):
    engine = create_engine(fresh)
    with engine.connect() as connection:
        options = {"include_object": alembic_helpers.include_object}
        found = compare_metadata(MigrationContext.configure(connection, opts=options), Base.metadata)
    engine.dispose()
    assert [difference for difference in found if difference[0] != "remove_index"] == []


@pytest.mark.parametrize("constraint", CODES)
def test_the_database_knows_the_codes_of_the_vocabulary(session, constraint):
    statement = "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = :name"
    definition = session.scalar(text(statement), {"name": constraint})
    assert set(definition.split("'")[1::2]) == set(CODES[constraint])


@pytest.mark.parametrize(
    ("columns", "constraint"),
    [
        ({"id": "Not Kebab"}, "service_id_is_kebab"),
        ({"kind": "shop"}, "service_kind_is_known"),
        ({"name": ""}, "service_name_length"),
        ({"name": " \u00a0\u3000\t"}, "service_name_not_blank"),
        ({"summary": "a" * 281}, "service_summary_length"),
        ({"topics": ["money"]}, "service_topics_are_known"),
        ({"languages": ["Deutsch!"]}, "service_languages_are_bcp_47"),
        ({"website": "javascript:alert(1)"}, "service_website_is_web_address"),
        ({"min_age": 18, "max_age": 12}, "service_ages_in_order"),
        ({"max_age": 121}, "service_max_age_range"),
        ({"at": (181, 0)}, "service_location_is_on_earth"),
        ({"at": (0, 91)}, "service_location_is_on_earth"),
        ({"at": ("NaN", 0)}, "service_location_is_on_earth"),
        ({"location": INFINITY_AWAY, "location_precision": "city"}, "service_location_is_on_earth"),
        ({"location": "SRID=4326;POINT EMPTY", "location_precision": "city"}, "service_location_is_on_earth"),
        ({"at": (0, 0), "location_precision": "none"}, "service_precision_needs_point"),
        ({"visitable": True}, "service_visitable_has_point"),
        ({"status": "merged"}, "service_merged_says_into"),
        ({"status": "gone"}, "service_status_is_known"),
        ({"channels": [make_channel(e164="116111")]}, "channel_e164_is_e164"),
        ({"channels": [make_channel("fax")]}, "channel_type_is_known"),
        ({"channels": [make_channel(timezone="a b")]}, "channel_timezone_is_iana"),
        ({"covers": ["Morocco"]}, "coverage_code_fits_type"),
        ({"area": "MULTIPOLYGON(((0 0,0 200,1 1,0 0)))"}, "coverage_shape_is_on_earth"),
        ({"area": "MULTIPOLYGON(((0 0,NaN 0,2 10,0 0)))"}, "coverage_shape_is_valid"),
        ({"area": "MULTIPOLYGON(((0 0,2 2,2 0,0 2,0 0)))"}, "coverage_shape_is_valid"),
    ],
)
def test_what_cannot_be_is_refused(session, columns, constraint):
    with pytest.raises(exc.DBAPIError, match=constraint):
        make_service(session, **columns)


def test_a_drawn_area_has_at_most_ten_thousand_corners(session):
    corners = ",".join(f"{index / 1000} {index % 2}" for index in range(10_001))
    with pytest.raises(exc.DBAPIError, match="coverage_shape_is_small"):
        make_service(session, area=f"MULTIPOLYGON((({corners},10 5,0 5,0 0)))")


@pytest.mark.parametrize(("empty", "words"), [("channels", "has no channel"), ("covers", "covers nothing")])
def test_a_public_service_one_cannot_reach_is_refused_at_the_end(session, empty, words):
    make_service(session, **{empty: []})
    with pytest.raises(exc.DBAPIError, match=words):
        session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))


def test_the_last_channel_of_a_public_service_cannot_be_taken_away(session):
    service = make_service(session)
    session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
    service.channels = []
    with pytest.raises(exc.DBAPIError, match="has no channel"):
        session.flush()


def test_a_draft_may_be_unfinished(session):
    make_service(session, status="draft", channels=[], covers=[])
    session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))


def test_relationships_raise_rather_than_ask_the_database(session):
    make_service(session, id="xx-lazy")
    session.expunge_all()
    service = session.query(Service).filter_by(id="xx-lazy").one()
    with pytest.raises(exc.InvalidRequestError, match="lazy='raise'"):
        _ = service.channels


def test_an_id_is_never_reused_while_it_stands(session):
    make_service(session, id="xx-once")
    with pytest.raises(exc.IntegrityError, match="service_id_is_unique"):
        make_service(session, id="xx-once")


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("Zürich", "zurich"),
        ("San José", "san jose"),
        ("ÅNGSTRÖM  Straße", "angstrom strasse"),
        ("İstanbul", "istanbul"),
        ("ＡＢＣ", "abc"),
        ("الْقَاهِرَة", "القاهره"),
        ("أإآٱ ى ؤ ئ", "اااا ي و ي"),
        ("کیک", "كيك"),
        ("١١٦", "116"),
        ("Киёв", "киев"),
        ("北京", "北京"),
        ("  a \t b ", "a b"),
        ("", ""),
    ],
)
def test_fold_writes_names_one_way(session, written, folded):
    assert session.scalar(text("SELECT fold(:written)"), {"written": written}) == folded


def listing(session, service, *columns):
    names = ", ".join(columns)
    return tuple(session.execute(text(f"SELECT {names} FROM listing WHERE key = {service.key}")).one())


@pytest.mark.parametrize(
    ("covers", "expected"),
    [
        (["*"], (["*"], [], 4)),
        (["MA"], (["MA"], ["MA"], 2)),
        (["MA", "ES"], (["ES", "MA"], ["ES", "MA"], 3)),
        (["US-AZ"], (["US-AZ"], ["US"], 1)),
        (["CA", "US-AZ"], (["US-AZ", "CA"], ["CA", "US"], 2)),
    ],
)
def test_listing_says_what_is_covered(session, covers, expected):
    service = make_service(session, covers=covers)
    assert listing(session, service, "coverage_codes", "country_codes", "specificity") == expected


def test_a_drawn_area_is_in_the_countries_it_touches(session):
    service = make_service(session, covers=[], area="MULTIPOLYGON(((-6 33,-5 33,-5 34,-6 34,-6 33)))")
    assert listing(session, service, "country_codes", "specificity", "has_area") == (["MA"], 0, True)


def test_a_worldwide_service_is_never_pinned(session):
    service = make_service(session, covers=["*"], at=(-6.8, 34.0))
    assert listing(session, service, "point") == (None,)


def test_a_service_without_a_seat_stands_with_its_country(session):
    service = make_service(session, covers=["MA"])
    assert listing(session, service, "ST_Equals(point, (SELECT label_point FROM area WHERE code = 'MA'))") == (True,)


def test_hours_are_listed_with_zone_and_country_or_not_at_all(session):
    hours = ("24/7", None), ("Mo 09:00-17:00", "Africa/Casablanca"), ("Tu 09:00-17:00", None)
    service = make_service(session, channels=[make_channel(hours=text, timezone=zone) for text, zone in hours])
    assert listing(session, service, "hours_keys") == (["24/7||", "Mo 09:00-17:00|Africa/Casablanca|MA"],)


def test_the_latest_check_counts(session):
    service = make_service(session)
    service.checks.append(ServiceCheck(level=3, method="operator", checked_on=date(2026, 11, 22), by_role="operator"))
    publish(session, service)
    assert listing(session, service, "check_level") == (3,)


def test_an_unchanged_service_is_not_touched_again(session):
    service = make_service(session)
    before = session.scalar(text("SELECT number FROM catalogue_revision"))
    publish(session, service)
    assert session.scalar(text("SELECT number FROM catalogue_revision")) == before


def test_cells_count_what_comes_and_goes(session):
    services = [make_service(session, at=(-6.8, 34.0)) for _ in range(3)]
    count = text("SELECT sum(n) FROM cell WHERE zoom = 5")
    assert session.scalar(count) == 3
    services[0].status = "closed"
    services[1].location = "SRID=4326;POINT(10 50)"
    publish(session, *services)
    assert session.scalar(count) == 2
    session.execute(text("DELETE FROM service"))
    assert session.scalar(text("SELECT count(*) FROM cell")) == 0


def test_coverage_names_each_part_once(session):
    service = make_service(session)
    service.coverage.append(Coverage(type="country", code="MA"))
    with pytest.raises(exc.IntegrityError, match="coverage_once"):
        session.flush()


def test_every_table_has_a_primary_key(database):
    engine = create_engine(database.owner_url)
    tables = inspect(engine)
    names = [name for name in tables.get_table_names() if name not in {"spatial_ref_sys", "alembic_version"}]
    assert [name for name in names if not tables.get_pk_constraint(name)["constrained_columns"]] == []
    engine.dispose()
