"""The OGC API against the standard's own schemas, and what the standard says in words."""

import re
from urllib.parse import parse_qsl, quote, urlsplit

import orjson
import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

import standards
from popmap import geo, inputs
from popmap.catalogue import Criteria, search
from popmap.exports import geojson
from popmap.web.ogc_documents import CONFORMS_TO

OGC = "/ogc"
ITEMS = "/ogc/collections/services/items"
MERCATOR = inputs.EPSG_3857
GREENWICH = inputs.EPSG_4326


@pytest.fixture(scope="module")
def schemas():
    folder = standards.needed("ogcapi-features-1")
    known = standards.registry(folder)
    return lambda name: Draft202012Validator({"$ref": f"{name}.yaml"}, registry=known)


def local(address):
    parts = urlsplit(address)
    return parts.path + (f"?{parts.query}" if parts.query else "")


def walk(client, address):
    """Every page that next links lead to."""
    while address:
        page = client.get(address).get_json(force=True)
        yield page
        address = next((local(link["href"]) for link in page["links"] if link["rel"] == "next"), None)


def ids(client, address):
    return [feature["id"] for page in walk(client, address) for feature in page["features"]]


@pytest.mark.parametrize(
    ("path", "schema"),
    [
        ("/", "landingPage"),
        ("/conformance", "confClasses"),
        ("/collections", "collections"),
        ("/collections/services", "collection"),
        ("/collections/services/items?limit=1000", "featureCollectionGeoJSON"),
        ("/collections/services/items/gb-childline", "featureGeoJSON"),
    ],
)
def test_answers_are_valid_by_the_standard(client, schemas, path, schema):
    reply = client.get(OGC + path)
    assert reply.status_code == 200
    schemas(schema).validate(reply.get_json(force=True))


def test_a_wrong_answer_would_be_found(client, schemas):
    found = client.get(f"{ITEMS}?limit=1").get_json(force=True)
    del found["features"][0]["geometry"]
    assert not schemas("featureCollectionGeoJSON").is_valid(found)


def test_the_description_is_valid_openapi_3_0(client):
    reply = client.get(f"{OGC}/api")
    assert reply.content_type == "application/vnd.oai.openapi+json;version=3.0"
    spec = reply.get_json(force=True)
    validate(spec)
    named = {one["name"] for one in spec["paths"]["/collections/services/items"]["get"]["parameters"]}
    assert named >= {"bbox", "limit", "datetime", "crs", "bbox-crs", "filter", "kind", "topic", "country", "open_now"}


def test_every_link_leads_somewhere_and_is_what_it_says(client):
    seen = set()
    for path in (f"{OGC}/", f"{OGC}/collections", f"{OGC}/collections/services/tiles", f"{ITEMS}?limit=1"):
        found = client.get(path).get_json(force=True)
        for link in [*found["links"], *(link for one in found.get("collections", []) for link in one["links"])]:
            if link["rel"] != "license" and link["href"] not in seen:
                seen.add(link["href"])
                reply = client.get(local(link["href"]), headers={"Accept": link["type"].partition(";")[0]})
                assert reply.status_code == 200, link
                assert reply.mimetype == link["type"].partition(";")[0], link
    assert len(seen) > 12


def test_only_what_holds_is_said_to_hold():
    assert not [one for one in CONFORMS_TO if "/cql2/" in one]


def test_all_pages_together_are_the_whole_catalogue_once(client, reading):
    pages = list(walk(client, f"{ITEMS}?limit=97"))
    found = [feature["id"] for page in pages for feature in page["features"]]
    total = search(reading, Criteria(), limit=1).total
    assert len(found) == len(set(found)) == total
    assert {page["numberMatched"] for page in pages} == {total}
    assert sum(page["numberReturned"] for page in pages) == total


def test_the_next_link_carries_every_parameter(client):
    query = {"kind": "helpline", "limit": "3", "bbox": "-20,-40,60,40", "crs": MERCATOR, "filter": "cost = 'free'"}
    page = client.get(ITEMS, query_string=query).get_json(force=True)
    following = next(link["href"] for link in page["links"] if link["rel"] == "next")
    assert dict(parse_qsl(urlsplit(following).query)).items() >= query.items()


@pytest.mark.parametrize("query", ["kind=youth_led", "country=MA&topic=bullying", "language=fr&cost=free", "q=child"])
def test_criteria_find_here_what_they_find_elsewhere(client, query):
    there, address = [], f"/api/v1/services?{query}&limit=100"
    while address:
        page = client.get(address).get_json()
        there += [item["id"] for item in page["items"]]
        address = page["next"]
    assert sorted(there) == ids(client, f"{ITEMS}?{query}&limit=50")
    assert there


def test_a_page_has_the_features_that_every_export_has(client, reading):
    found = client.get(f"{ITEMS}?limit=1000").get_json(force=True)["features"]
    from popmap import catalogue  # noqa: PLC0415 - only here

    exported = [orjson.loads(geojson.feature(text)) for text in catalogue.stream(reading, Criteria())]
    everywhere = [one for one in exported if one["properties"]["coverage"]["worldwide"]]
    assert any(one["geometry"] for one in everywhere)
    for one in everywhere:  # at no point of a layer: no box finds them
        one["geometry"] = None
    assert found == exported


def test_a_box_over_180_finds_both_sides(client):
    over = set(ids(client, f"{ITEMS}?bbox=170,-50,-170,0&limit=100"))
    halves = [set(ids(client, f"{ITEMS}?bbox={box}&limit=100")) for box in ("170,-50,180,0", "-180,-50,-170,0")]
    assert over == set.union(*halves)
    assert any(one.startswith("nz-") for one in over)
    assert any(one.startswith("fj-") for one in over)


def test_a_box_means_the_same_in_every_reference(client):
    plain = ids(client, f"{ITEMS}?bbox=-5,41,10,51&limit=1000")
    turned = ids(client, f"{ITEMS}?bbox=41,-5,51,10&bbox-crs={GREENWICH}&limit=1000")
    (west, south), (east, north) = geo.to_mercator(-5, 41), geo.to_mercator(10, 51)
    metres = ids(client, f"{ITEMS}?bbox={west:.3f},{south:.3f},{east:.3f},{north:.3f}&bbox-crs={MERCATOR}&limit=1000")
    assert plain == turned == metres
    assert plain


def test_coordinates_in_web_mercator_are_those_of_postgis(client, reading):
    from sqlalchemy import text  # noqa: PLC0415 - only here

    page = client.get(f"{ITEMS}?limit=1000&crs={MERCATOR}")
    assert page.headers["Content-Crs"] == f"<{MERCATOR}>"
    degrees = client.get(f"{ITEMS}?limit=1000").get_json(force=True)["features"]
    pairs = [
        (one["geometry"]["coordinates"], other["geometry"]["coordinates"])
        for one, other in zip(degrees, page.get_json(force=True)["features"], strict=True)
        if one["geometry"]
    ]
    assert len(pairs) > 400
    sql = "SELECT ST_X(p), ST_Y(p) FROM (SELECT ST_Transform(ST_Point(:lon, :lat, 4326), 3857) AS p) x"
    for (lon, lat), metres in pairs[::40]:
        assert reading.execute(text(sql), {"lon": lon, "lat": lat}).one() == pytest.approx(metres, abs=0.01)


def test_epsg_4326_has_latitude_first(client):
    lon, lat = client.get(f"{ITEMS}/gb-childline").get_json(force=True)["geometry"]["coordinates"]
    turned = client.get(f"{ITEMS}/gb-childline?crs={GREENWICH}").get_json(force=True)["geometry"]["coordinates"]
    assert turned == [lat, lon]


def test_what_has_no_seat_has_no_geometry(client):
    everywhere = client.get(f"{ITEMS}?limit=1000").get_json(force=True)["features"]
    without = [one for one in everywhere if one["geometry"] is None]
    assert without
    for one in without:
        said = one["properties"]
        assert said["coverage"]["worldwide"] or said["location_precision"] in {"none", "country"}


def test_a_box_round_the_world_finds_all_that_has_a_geometry(client):
    everything = client.get(f"{ITEMS}?limit=1000").get_json(force=True)["features"]
    assert set(ids(client, f"{ITEMS}?limit=1000&bbox=-180,-90,180,90")) >= {
        one["id"] for one in everything if one["geometry"]
    }


def test_an_interval_is_about_the_last_change(client):
    (changed,) = {
        one["properties"]["updated_at"] for one in client.get(f"{ITEMS}?limit=1").get_json(force=True)["features"]
    }
    assert ids(client, f"{ITEMS}?datetime={changed}/..&limit=1000")
    assert ids(client, f"{ITEMS}?datetime={changed[:10]}&limit=1000")
    assert ids(client, f"{ITEMS}?datetime=../2001-01-01T00:00:00Z") == []


def test_offset_skips_and_links_go_on(client):
    all_of_them = ids(client, f"{ITEMS}?limit=1000&kind=youth_led")
    assert ids(client, f"{ITEMS}?limit=7&offset=5&kind=youth_led") == all_of_them[5:]


def test_a_filter_narrows_like_the_criterion_of_the_same_name(client):
    for expression, query in {
        "kind = 'ai_driven'": "kind=ai_driven",
        "topic IN ('bullying', 'family')": "topic=bullying&topic=family",
        "country = 'FR'": "country=FR",
        "language = 'zh'": "language=zh",
        "channel = 'sms' AND cost = 'free'": "channel=sms&cost=free",
        "BBOX(geometry, 170, -50, -170, 0)": "bbox=170,-50,-170,0",
        "verified_on >= DATE('2026-01-01')": "checked_since=2026-01-01",
    }.items():
        assert ids(client, f"{ITEMS}?filter={quote(expression)}&limit=1000") == ids(
            client, f"{ITEMS}?{query}&limit=1000"
        )


def test_people_get_a_page(client):
    browser = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    for path in ("/", "/conformance", "/collections", "/collections/services", "/collections/services/items?limit=3"):
        reply = client.get(OGC + path, headers=browser)
        assert reply.mimetype == "text/html", path
        assert "Accept" in reply.headers["Vary"]
    assert "gb-childline" in client.get(f"{ITEMS}/gb-childline?f=html").text


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("colour=red", "colour"),
        ("sort=name", "sort"),
        ("limit=0", "limit"),
        ("limit=ten", "limit"),
        ("offset=10000", "offset"),
        ("bbox=0,0,200,10", "bbox"),
        ("bbox=0,50,10,40", "bbox"),
        ("bbox=0,0,nan,10", "bbox"),
        ("bbox=0,0,30000000,10&bbox-crs=" + MERCATOR, "bbox"),
        ("crs=EPSG:9999", "crs"),
        ("datetime=yesterday", "datetime"),
        ("datetime=2026-02-01/2026-01-01", "datetime"),
        ("cursor=abc", "cursor"),
        ("filter=colour%20=%20'red'", "filter"),
        ("filter=kind%20=%20'hotline'", "filter"),
        ("filter=kind%20=", "filter"),
        ("filter-lang=cql2-json&filter=kind%20=%20'helpline'", "filter-lang"),
        ("kind=hotline", "kind"),
        ("f=xml", "f"),
    ],
)
def test_a_refusal_is_a_problem_that_names_the_parameter(client, query, name):
    reply = client.get(f"{ITEMS}?{query}")
    assert (reply.status_code, reply.mimetype) == (422, "application/problem+json")
    assert reply.get_json(force=True)["errors"][0]["name"] == name


def test_a_cursor_of_another_question_is_refused(client):
    page = client.get(f"{ITEMS}?limit=2&kind=helpline").get_json(force=True)
    following = next(link["href"] for link in page["links"] if link["rel"] == "next")
    cursor = re.search(r"cursor=([^&]+)", following)[1]
    assert client.get(f"{ITEMS}?limit=2&kind=helpline&cursor={cursor}").status_code == 200
    assert client.get(f"{ITEMS}?limit=2&kind=youth_led&cursor={cursor}").status_code == 422


def test_what_is_not_there_is_a_problem(client):
    for path in (f"{ITEMS}/nobody", "/ogc/collections/people", "/ogc/nothing"):
        reply = client.get(path)
        assert (reply.status_code, reply.mimetype) == (404, "application/problem+json"), path


def test_any_page_anywhere_may_read(client):
    assert client.get(f"{ITEMS}?limit=1").headers["Access-Control-Allow-Origin"] == "*"
