import itertools
import json
import math
import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from popmap import geo
from popmap.geo import BBox, GeoError, Point

ACCEPTED = "-0123456789.,"


def refused(code: str, call, *arguments, **options) -> None:
    with pytest.raises(GeoError) as caught:
        call(*arguments, **options)
    assert caught.value.code == code


def square(west: float, south: float, east: float, north: float) -> list[list[float]]:
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def polygon(*rings: list[list[float]]) -> dict:
    return {"type": "Polygon", "coordinates": list(rings)}


@pytest.mark.parametrize(
    ("lon", "lat"), [(math.nan, 0), (0, math.nan), (math.inf, 0), (0, -math.inf), (180.01, 0), (0, 91)]
)
def test_a_point_off_the_earth_is_refused(lon, lat):
    refused("out_of_range", Point, lon, lat)


@pytest.mark.parametrize(
    "edges", [(0, 1, 1, 0), (math.nan, 0, 1, 1), (0, math.inf, 1, 1), (-181, 0, 1, 1), (0, -91, 1, 1)]
)
def test_an_impossible_box_is_refused(edges):
    refused("out_of_range", BBox, *edges)


def test_a_box_may_cross_180_degrees():
    box = BBox(177, -20, -178, -12)
    assert (box.crosses_180, box.width, box.height) == (True, 5, 8)
    assert box.split() == (BBox(177, -20, 180, -12), BBox(-180, -20, -178, -12))
    assert box.center == Point(179.5, -16)
    assert box.contains(-179.9, -16)
    assert not box.contains(0, -16)


def test_a_box_that_does_not_cross_is_its_own_only_part():
    box = BBox(-10, 40, 5, 50)
    assert box.split() == (box,)
    assert BBox(-180, -90, 180, 90).width == 360


@pytest.mark.parametrize(
    "text",
    [
        "1_0",
        "١٢",
        "１２",
        "nan",
        "inf",
        "1e3",
        "+1",
        "0x1",
        "",
        " 1",
        "1 ",
        "1.",
        ".5",
        "--1",
        "1234",
        "1\n",
        "½",
        "1\x00",
    ],
)
def test_only_plain_ascii_decimals_are_numbers(text):
    refused("malformed", geo.parse_number, text)


def test_a_visitors_point_has_at_most_two_decimals():
    assert geo.parse_point("2.35,48.85") == Point(2.35, 48.85)
    assert geo.parse_point("-7,33.5") == Point(-7.0, 33.5)
    refused("too_precise", geo.parse_point, "2.351,48.85")
    refused("malformed", geo.parse_point, "2.35")
    refused("malformed", geo.parse_point, "2.35,48.85,0")
    refused("out_of_range", geo.parse_point, "48.85,235")


def test_a_box_is_read_west_south_east_north():
    assert geo.parse_bbox("177,-20,-178.5,-12") == BBox(177, -20, -178.5, -12)
    refused("malformed", geo.parse_bbox, "1,2,3")
    refused("out_of_range", geo.parse_bbox, "1,2,3,1")


@given(st.floats(-180, 180).map(lambda x: round(x, 2)), st.floats(-90, 90).map(lambda y: round(y, 2)))
def test_what_is_written_plainly_is_read_back(lon, lat):
    assert geo.parse_point(f"{lon:.2f},{lat:.2f}") == Point(lon, lat)


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text):
    try:
        point = geo.parse_point(text)
    except GeoError:
        return
    assert set(text) <= set(ACCEPTED)
    assert -180 <= point.lon <= 180
    assert -90 <= point.lat <= 90


@given(st.text(alphabet=ACCEPTED, max_size=40))
def test_any_text_of_digits_is_a_box_or_refused(text):
    try:
        box = geo.parse_bbox(text)
    except GeoError:
        return
    assert 0 <= box.width <= 360


def test_a_drawn_area_comes_back_as_a_multipolygon_as_drawn():
    area = geo.checked_area(polygon(square(0, 0, 4, 4), square(1, 1, 2, 2)))
    assert area == {"type": "MultiPolygon", "coordinates": [[square(0, 0, 4, 4), square(1, 1, 2, 2)]]}


def test_a_feature_is_taken_for_its_geometry():
    feature = {"type": "Feature", "properties": {}, "geometry": polygon(square(0, 0, 1, 1))}
    assert geo.checked_area(feature)["coordinates"] == [[square(0, 0, 1, 1)]]


@pytest.mark.parametrize(
    "ring",
    [square(177, -20, -178, -12), square(177, -20, 182, -12), square(-183, -20, -178, -12)],
    ids=["jumps over 180", "goes on beyond 180", "goes on beyond -180"],
)
def test_an_area_over_180_degrees_is_cut_there(ring):
    halves = geo.checked_area(polygon(ring))["coordinates"]
    spans = sorted((min(lon for lon, _ in outer), max(lon for lon, _ in outer)) for (outer,) in halves)
    assert spans == [(-180, -178), (177, 180)]


@pytest.mark.parametrize(
    "rings",
    [
        [[[0, 0], [2, 2], [2, 0], [0, 2], [0, 0]]],
        [square(0, 0, 4, 4), square(3, 3, 6, 6)],
        [square(0, 0, 4, 4), square(5, 5, 6, 6)],
        [[[0, 0], [1, 1], [2, 2], [0, 0]]],
        [square(-180, -90, 180, 90)],
        [[*([turn * 120 % 360 - 180, turn] for turn in range(8)), [-180, 0]]],
    ],
    ids=["bow tie", "hole crosses the edge", "hole outside", "no area", "whole earth", "spiral"],
)
def test_an_invalid_area_is_refused_not_repaired(rings):
    refused("invalid", geo.checked_area, polygon(*rings))


def test_overlapping_parts_are_refused():
    parts = [[square(0, 0, 4, 4)], [square(3, 3, 6, 6)]]
    refused("invalid", geo.checked_area, {"type": "MultiPolygon", "coordinates": parts})


@pytest.mark.parametrize(
    "geojson",
    [
        None,
        [],
        "POLYGON((0 0,1 0,1 1,0 0))",
        {"type": "Point", "coordinates": [0, 0]},
        {"type": "Polygon"},
        polygon(),
        polygon([]),
        polygon([[0, 0], [1, 0], [1, 1], [0, 1]]),
        polygon([[0, 0], [1, 0], [0, 0]]),
        polygon([["0", 0], [1, 0], [1, 1], ["0", 0]]),
        polygon([[True, 0], [1, 0], [1, 1], [True, 0]]),
        polygon([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 0, 0]]),
        {"type": "MultiPolygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]},
        {"type": "Feature", "geometry": {"type": "Feature", "geometry": None}},
        {"type": "GeometryCollection", "geometries": []},
    ],
)
def test_what_is_no_area_is_refused(geojson):
    refused("malformed", geo.checked_area, geojson)


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf, 91, 10**400, -(10**400)])
def test_numbers_off_the_earth_are_refused_in_areas(bad):
    refused("out_of_range", geo.checked_area, polygon([[0, 0], [1, 0], [1, bad], [0, 0]]))


def test_too_many_vertices_are_refused_before_anything_is_computed():
    ring = [[index / 1e6, 0.0] for index in range(1_000_000)]
    started = time.monotonic()
    refused("too_many_vertices", geo.checked_area, polygon(ring))
    assert time.monotonic() - started < 1


def test_the_cap_counts_all_rings():
    circle = [[math.cos(step / 100 * math.tau), math.sin(step / 100 * math.tau)] for step in range(100)]
    circle.append(circle[0])
    far = [[10 * lon, 10 * lat] for lon, lat in circle]
    assert geo.checked_area(polygon(far, circle), max_vertices=202)
    refused("too_many_vertices", geo.checked_area, polygon(far, circle), max_vertices=201)


def test_a_hostile_scribble_of_ten_thousand_vertices_is_answered_in_time():
    draw = random.Random(8)
    ring = [[draw.uniform(0, 10), draw.uniform(0, 10)] for _ in range(geo.IMPORT_VERTICES - 1)]
    started = time.monotonic()
    refused("invalid", geo.checked_area, polygon([*ring, ring[0]]), max_vertices=geo.IMPORT_VERTICES)
    assert time.monotonic() - started < geo.CHECK_TIMEOUT_S


def test_a_library_that_hangs_is_given_up(monkeypatch):
    monkeypatch.setattr(geo, "CHECK_TIMEOUT_S", 0.01)
    refused("too_slow", geo.checked_area, polygon(square(0, 0, 1, 1)))


def test_a_library_that_crashes_takes_only_its_own_process_along(monkeypatch):
    monkeypatch.setattr(geo.sys, "executable", "/bin/false")
    refused("too_slow", geo.checked_area, polygon(square(0, 0, 1, 1)))


def test_a_ring_round_a_pole_is_closed_along_it():
    ring = [(-180.0, -70.0), (-60.0, -70.0), (60.0, -70.0), (180.0, -70.0)]
    (closed,) = geo.unrolled([ring])
    assert [lat for _, lat in closed if lat == -90] == [-90, -90]


@given(st.lists(st.tuples(st.floats(-180, 180), st.floats(-80, 80)), min_size=3, max_size=20))
def test_unrolled_rings_never_jump(points):
    (ring,) = geo.unrolled([[*points, points[0]]])
    steps = [abs(b[0] - a[0]) for a, b in itertools.pairwise(ring) if 90 not in (abs(a[1]), abs(b[1]))]
    assert all(step <= 180.0001 for step in steps)


@given(
    st.recursive(
        st.none() | st.floats() | st.text(max_size=3), lambda inner: st.lists(inner, max_size=4), max_leaves=20
    )
)
def test_any_coordinates_are_an_area_or_refused(coordinates):
    try:
        area = geo.checked_area({"type": "Polygon", "coordinates": coordinates})
    except GeoError:
        return
    assert json.dumps(area)
