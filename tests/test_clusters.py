"""What a viewport shows: never too much, never anything lost, the same whichever way it is counted."""

import random

import pytest
from sqlalchemy import event, text

from popmap import catalogue, clusters
from popmap.catalogue import Criteria
from popmap.geo import BBox

WORLD = BBox(-180, -85.05, 180, 85.05)


def total(view):
    return sum(feature["properties"].get("count", 1) for feature in view["features"])


def by_position(view):
    return sorted(view["features"], key=lambda feature: feature["geometry"]["coordinates"])


def marked(session):
    statement = "SELECT count(point), count(*) - count(point) FROM public_service"
    return session.execute(text(statement)).one()


@pytest.mark.parametrize("zoom", range(11))
def test_the_world_shows_every_marked_service_once(reading, zoom):
    view = clusters.viewport(reading, WORLD, zoom, Criteria())
    assert len(view["features"]) <= 300
    assert (total(view), view["everywhere"]) == tuple(marked(reading))


VIEWS = {
    "Europe": BBox(-20, 30, 50, 70),
    "over 180 degrees": BBox(160, -50, -160, 40),
    "nearly once round": BBox(10.5, 20, 10.1, 60),
    "long and thin": BBox(-180, 48, 180, 49),
}


@pytest.mark.parametrize("zoom", [0, 2, 5, 8, 10])
@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("kinds", [(), ("official_service", "youth_led")])
def test_kept_and_counted_clusters_are_the_same(reading, zoom, view, kinds):
    every_cost = ("charged", "free", "unknown")  # a filter that narrows nothing, but is not in the pyramid
    kept = clusters.viewport(reading, VIEWS[view], zoom, Criteria(kind=kinds))
    counted = clusters.viewport(reading, VIEWS[view], zoom, Criteria(kind=kinds, cost=every_cost))
    assert [feature["properties"] for feature in by_position(kept)] == [
        feature["properties"] for feature in by_position(counted)
    ]
    # the middle of four is often half way between two fifth digits: either is right
    for one, other in zip(by_position(kept), by_position(counted), strict=True):
        assert one["geometry"]["coordinates"] == pytest.approx(other["geometry"]["coordinates"], abs=1.1e-5)


def test_what_was_seen_once_is_put_together_without_a_question_until_something_changes(seeded_session):
    asked = []
    event.listen(seeded_session.connection(), "before_cursor_execute", lambda *given: asked.append(given[2]))
    first = clusters.viewport(seeded_session, VIEWS["Europe"], 5, Criteria())
    asked.clear()
    assert clusters.viewport(seeded_session, VIEWS["Europe"], 5, Criteria()) == first
    assert all("FROM catalogue_revision" in statement for statement in asked)
    gone = next(feature["properties"]["id"] for feature in first["features"] if "id" in feature["properties"])
    seeded_session.execute(text("UPDATE service SET status = 'paused' WHERE id = :id"), {"id": gone})
    after = clusters.viewport(seeded_session, VIEWS["Europe"], 5, Criteria())
    assert total(after) == total(first) - 1
    assert gone not in {feature["properties"].get("id") for feature in after["features"]}


@pytest.mark.parametrize("criteria", [Criteria(), Criteria(kind=("youth_led",)), Criteria(country=("IE",))])
def test_marks_and_those_without_one_are_all_that_the_list_finds(reading, criteria):
    view = clusters.viewport(reading, WORLD, 2, criteria)
    assert total(view) + view["everywhere"] == catalogue.search(reading, criteria).total


def test_a_filter_shows_what_the_list_finds(reading):
    criteria = Criteria(country=("US",), channel=("sms",))
    view = clusters.viewport(reading, WORLD, 3, criteria)
    assert 0 < total(view) + view["everywhere"] <= catalogue.search(reading, criteria).total


def test_a_cluster_says_how_many_of_which_kind_where(reading):
    view = clusters.viewport(reading, WORLD, 2, Criteria(), lang="ar")
    cluster = max((feature["properties"] for feature in view["features"]), key=lambda found: found.get("count", 0))
    west, south, east, north = cluster["bbox"]
    assert cluster["count"] == sum(cluster["kinds"].values())
    assert west <= east
    assert south <= north
    assert any("\u0600" <= letter <= "\u06ff" for letter in cluster["near"])


def test_a_single_mark_says_which_service_it_is(reading):
    view = clusters.viewport(reading, BBox(-25, 63, -13, 67), 9, Criteria())
    singles = [feature["properties"] for feature in view["features"] if "id" in feature["properties"]]
    for single in singles:
        found = catalogue.get(reading, single["id"])
        assert {name: found[name] for name in ("id", "kind", "name", "visitable")} == single


@pytest.mark.parametrize("zoom", [10, 12, 18, 22])
def test_services_in_one_spot_stay_one_cluster(reading, zoom):
    statement = """SELECT ST_X(point), ST_Y(point), count(*) FROM public_service
        WHERE point IS NOT NULL GROUP BY point ORDER BY 3 DESC LIMIT 1"""
    lon, lat, count = reading.execute(text(statement)).one()
    view = clusters.viewport(reading, BBox(lon - 0.001, lat - 0.001, lon + 0.001, lat + 0.001), zoom, Criteria())
    found = max((feature["properties"] for feature in view["features"]), key=lambda one: one.get("count", 0))
    assert found["count"] >= count > 1
    if zoom > 10:
        assert found["bbox"] == pytest.approx([lon, lat, lon, lat], abs=1e-5)


def test_a_view_over_180_degrees_shows_both_sides(reading):
    view = clusters.viewport(reading, BBox(160, -50, -160, 0), 4, Criteria())
    lons = [feature["geometry"]["coordinates"][0] for feature in view["features"]]
    assert min(lons) < -170
    assert max(lons) > 170
    assert all(abs(lon) >= 155 for lon in lons)


def test_close_views_are_one_question():
    assert clusters.grid(BBox(2.31, 48.8, 2.4, 48.9), 12) == clusters.grid(BBox(2.312, 48.801, 2.401, 48.901), 12)
    assert clusters.grid(BBox(2.31, 48.8, 2.4, 48.9), 12) != clusters.grid(BBox(3.31, 48.8, 3.4, 48.9), 12)


@pytest.mark.parametrize(
    "bbox", [BBox(0, 0, 0, 0), BBox(180, -90, 180, 90), BBox(-180, 90, -180, 90), BBox(179.99, -90, -179.99, 90)]
)
@pytest.mark.parametrize("zoom", [0, 11, 22])
def test_odd_views_are_answered(reading, bbox, zoom):
    assert len(clusters.viewport(reading, bbox, zoom, Criteria())["features"]) <= 300


def cells(session):
    statement = """SELECT zoom, cx, cy, kind, n, round(sum_x::numeric, 8), sum_key, round(min_x::numeric, 10),
        round(max_y::numeric, 10), population FROM cell ORDER BY 1, 2, 3, 4"""
    return session.execute(text(statement)).all()


REBUILT = """
INSERT INTO cell (zoom, cx, cy, kind, n, sum_x, sum_y, sum_key, min_x, min_y, max_x, max_y, place_id, population)
SELECT zoom, floor(x * 4 * 2 ^ zoom)::integer, floor(y * 4 * 2 ^ zoom)::integer, kind, count(*),
  sum(x), sum(y), sum(key), min(x), min(y), max(x), max(y),
  (array_agg(place_id ORDER BY population DESC, place_id))[1], max(population)
FROM (SELECT l.*, coalesce(p.population, -1) AS population, mercator_x(l.point) AS x, mercator_y(l.point) AS y
  FROM listing l LEFT JOIN place p ON p.id = l.place_id WHERE l.point IS NOT NULL) s, generate_series(0, 10) AS zoom
GROUP BY 1, 2, 3, 4"""


def test_the_pyramid_is_right_after_any_changes(seeded_session):
    draw = random.Random(5)
    keys = seeded_session.execute(text("SELECT key FROM listing ORDER BY key")).scalars().all()
    for _ in range(6):
        some = draw.sample(keys, 40)
        moved = "UPDATE listing SET point = ST_Point(ST_X(point) / 2, ST_Y(point) / 2, 4326) WHERE key = ANY (:keys)"
        seeded_session.execute(text(moved), {"keys": some[:20]})
        seeded_session.execute(text("DELETE FROM listing WHERE key = ANY (:keys)"), {"keys": some[20:]})
        seeded_session.execute(text("SELECT refresh_listing(:keys)"), {"keys": some[20:30]})
    kept = cells(seeded_session)
    seeded_session.execute(text("DELETE FROM cell"))
    seeded_session.execute(text(REBUILT))
    assert kept == cells(seeded_session)
