"""``popmap fake N``: N made-up services in a database of their own, for load tests. The same N gives the same services.

They scatter round real towns, the larger ones more often; 70 % serve their country, 20 % a circle of 5 to 200 km round
their seat, 10 % the world. Nothing here is a real service, and nothing here ever enters the catalogue.
"""

import math
import random
import time
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Any, Final

import click
from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from popmap import duplicates
from popmap.cli.database import private_settings
from popmap.cli.lines import keep_lines
from popmap.cli.preparing import prepare_tables
from popmap.db import PUBLIC_ROLE, Database, private_cluster
from popmap.vocabulary import TOPICS

FAKE: Final = "popmap_fake"
BASE: Final = "popmap_fake_base"
"""The same without services: made once, copied for each ``popmap fake``."""

KINDS: Final = {"helpline": 50, "official_service": 25, "youth_led": 15, "ai_driven": 10}
WORDS: Final = (
    *("help line child youth care safe harbour open door bridge listening friend circle hope voice trust".split()),
    *("support family school legal advice crisis chat centre community rights health shelter peer online".split()),
    *("protection counsel free calm light tree river garden window lantern compass anchor shore path".split()),
)

COLUMNS: Final = (
    "number integer, kind text, name text, summary text, topics text[], country text, subdivision text, city text, "
    "lon float8, lat float8, reach text, radius_m integer, verified_on date"
)

FILL: Final = (
    "ANALYZE draft",
    # nobody decided on these, and what each belongs to was just written: neither is asked 400,000 times
    "SET LOCAL session_replication_role = replica",
    "INSERT INTO decision (action, by_role, reason) VALUES ('load', 'system', 'made up for load tests')",
    """
    INSERT INTO service (id, kind, name, name_en, organization, summary, website, languages, topics, audiences, cost,
      privacy, location, location_precision, city, visitable, status, verified_on, next_check_due)
    SELECT 'fake-' || number, kind, name, name, 'Made-up ' || city, summary, 'https://service.invalid/' || number,
      '{en}', topics, '{child}', CASE number % 3 WHEN 0 THEN 'free' ELSE 'unknown' END,
      CASE number % 4 WHEN 0 THEN 'anonymous' ELSE 'unknown' END, ST_Point(lon, lat, 4326), 'city', city,
      number % 5 = 0, 'published', verified_on, verified_on + 365
    FROM draft ORDER BY number
    """,
    """
    INSERT INTO coverage (service_key, type, code, shape)
    SELECT s.key, d.reach, CASE d.reach WHEN 'country' THEN d.country END,
      CASE d.reach WHEN 'area' THEN  -- one that reaches over 180 degrees crosses itself
        ST_Multi(ST_CollectionExtract(ST_MakeValid(ST_Buffer(s.location::geography, d.radius_m, 8)::geometry), 3)) END
    FROM draft d JOIN service s ON s.id = 'fake-' || d.number
    """,
    """
    INSERT INTO channel (service_key, position, type, value, hours, timezone)
    SELECT s.key, 0, 'phone', '116 111', CASE d.number % 2 WHEN 0 THEN '24/7' END, NULL
    FROM draft d JOIN service s ON s.id = 'fake-' || d.number
    UNION ALL
    SELECT s.key, 1, 'webchat', s.website || '/chat', 'Mo-Fr 09:00-17:00', 'Etc/UTC'
    FROM draft d JOIN service s ON s.id = 'fake-' || d.number WHERE d.number % 3 = 0
    """,
    """
    INSERT INTO source (service_key, url, seen, seen_on)
    SELECT s.key, s.website, 'made up', '2026-01-01' FROM draft d JOIN service s ON s.id = 'fake-' || d.number
    """,
    "SET LOCAL session_replication_role = origin",
    "ANALYZE service, channel, coverage, source",
    "SELECT refresh_listing()",
    "ANALYZE listing, cell, catalogue_revision",
    "SET LOCAL session_replication_role = replica",
)


@click.command()
@click.argument("number", type=click.IntRange(1, 2_000_000))
def fake(number: int) -> None:
    """Make NUMBER synthetic services in the database popmap_fake of the private cluster (made anew each time)."""
    settings = private_settings()
    cluster = private_cluster(settings)
    cluster.start()
    cluster.create_database(BASE)
    base = Database(cluster.url(BASE), cluster.url(BASE, PUBLIC_ROLE))
    prepare_tables(settings, base)
    base.dispose()
    cluster.drop_database(FAKE)
    cluster.create_database(FAKE, template=BASE)
    database = Database(cluster.url(FAKE), cluster.url(FAKE, PUBLIC_ROLE))
    began = time.monotonic()
    try:
        with database.transaction() as session:
            _fill(session, number)
        keep_lines(database)
    finally:
        database.dispose()
    click.echo(f"{number} synthetic services in {FAKE} after {time.monotonic() - began:.0f} s")


def _fill(session: Session, number: int) -> None:
    session.execute(text(f"CREATE TEMPORARY TABLE draft ({COLUMNS}) ON COMMIT DROP"))
    query = "SELECT country, subdivision, name, ST_X(point), ST_Y(point), population FROM place ORDER BY id"
    towns = session.execute(text(query)).all()  # whole, before the copying: one connection does one thing at a time
    cursor = session.connection().connection.cursor()
    with cursor.copy("COPY draft FROM STDIN") as copy:
        for row in _rows(towns, number):
            copy.write_row(row)
    for statement in FILL:
        session.execute(text(statement))
    duplicates.keep(session)
    # the last of it: the role of the session ends with the transaction
    session.execute(text("ANALYZE match_key, match_word, match_spelling"))


def _rows(towns: Sequence[Row[Any]], number: int) -> Iterator[tuple[object, ...]]:
    draw = random.Random(7)  # noqa: S311 - the same services every time; no secret
    weights = list(accumulate(max(town.population, 1000) ** 0.7 for town in towns))
    kinds, shares = list(KINDS), list(KINDS.values())
    topics = list(TOPICS)
    for n, town in enumerate(draw.choices(towns, cum_weights=weights, k=number), start=1):
        country, subdivision, city, lon, lat, _ = tuple(town)
        spread = 0.4 if draw.random() < 0.15 else 0.06
        lat = max(-84.0, min(84.0, lat + draw.gauss(0, spread)))
        lon = (lon + draw.gauss(0, spread) / math.cos(math.radians(lat)) + 180) % 360 - 180
        words = draw.choices(WORDS, k=24)
        reach = draw.choices(("country", "area", "worldwide"), (70, 20, 10))[0]
        yield (
            n,
            draw.choices(kinds, shares)[0],
            f"{city} {words[0]} {words[1]}".title()[:200],
            " ".join(words)[:280],
            draw.sample(topics, draw.randint(1, 4)),
            country,
            subdivision,
            city[:200],
            lon,
            lat,
            reach,
            round(math.exp(draw.uniform(math.log(5000), math.log(200_000)))),
            f"2026-{draw.randint(1, 11):02}-{draw.randint(1, 28):02}",
        )
