"""The HSDS API and export against the standard's own schemas, over every record of the seed."""

from uuid import UUID

import orjson
import pytest
from jsonschema_rs import validator_for
from sqlalchemy import text

import standards
from make import make_service
from popmap import catalogue, hsds
from popmap.catalogue import Criteria
from popmap.catalogue.directory import Operators
from popmap.exports import hsds as export
from popmap.kill_list import HIDDEN

HSDS = "/hsds"
PAGE = {"total_items", "total_pages", "page_number", "size", "first_page", "last_page", "empty", "contents"}


@pytest.fixture(scope="module")
def schema():
    folder = standards.needed("hsds-3.0")
    known = {}

    def validator(name):
        if name not in known:
            known[name] = validator_for(standards.load(folder / f"{name}.json"), validate_formats=True)
        return known[name]

    return validator


@pytest.fixture(scope="module")
def records(seeded):
    with seeded.reading() as session:
        return [orjson.loads(text) for text in catalogue.stream(session, Criteria())]


def get(client, path):
    reply = client.get(HSDS + path)
    assert reply.status_code == 200, path
    return reply.get_json(force=True)


def everything(client, path):
    """What stands on all pages together."""
    number, last, found = 0, False, []
    while not last:
        number += 1
        page = get(client, f"{path}{'&' if '?' in path else '?'}per_page=100&page={number}")
        assert page.keys() == PAGE
        assert (page["page_number"], page["size"], page["first_page"]) == (number, len(page["contents"]), number == 1)
        found += page["contents"]
        last = page["last_page"]
    assert page["total_items"] == len(found)
    return found


def errors(validator, things):
    return [(thing["id"], error.message[:200]) for thing in things for error in validator.iter_errors(thing)]


def test_every_service_is_valid_by_the_standard(schema, records):
    assert errors(schema("service_with_definitions"), [hsds.full_service(one) for one in records]) == []
    assert errors(schema("service_list"), [hsds.short_service(one) for one in records]) == []


def test_every_service_at_its_seat_is_valid_by_the_standard(schema, records):
    seated = [one for one in records if one["location"]]
    assert len(seated) > 300
    assert errors(schema("service_at_location"), [hsds.place(one, full=True) for one in seated[::10]]) == []
    assert errors(schema("service_with_definitions"), [hsds.place(one, full=True) for one in seated]) == []
    assert errors(schema("service_at_location_list"), [hsds.place_in_list(one) for one in seated]) == []


def test_a_wrong_answer_would_be_found(schema, records):
    wrong = hsds.full_service(records[0]) | {"status": "open", "id": "gb-childline"}
    assert len(errors(schema("service_with_definitions"), [wrong])) == 2


def test_the_export_is_the_same_services(records):
    texts = (orjson.dumps(one).decode() for one in records)
    assert orjson.loads(b"".join(export.write(texts))) == [hsds.full_service(one) for one in records]
    assert orjson.loads(b"".join(export.write([]))) == []


def test_ids_are_uuids_made_of_ours_and_of_nothing_else(records):
    made = [hsds.identify("service", one["id"]) for one in records]
    assert len(set(made)) == len(records)
    assert {UUID(one).version for one in made} == {5}
    assert hsds.identify("service", "gb-childline") == "fae70223-3d62-565e-a22f-e636ceb67ebc"


def test_the_root_says_version_and_profile(client):
    found = get(client, "/")
    assert found["version"] == "3.0"
    assert found["profile"].startswith("http")
    assert client.get(f"{HSDS}/openapi.json").get_json()["paths"].keys() >= {"/services", "/services/{id}"}


def test_lists_hold_everything_once(client, schema, records):
    found = everything(client, "/services")
    assert [one["id"] for one in found] == [hsds.identify("service", one["id"]) for one in records]
    operators = everything(client, "/organizations")
    assert {one["name"] for one in operators} == {one["organization"] for one in records if one["organization"]}
    assert errors(schema("organization_list"), operators) == []
    assert len(everything(client, "/service_at_locations")) == sum(one["location"] is not None for one in records)
    assert len(everything(client, "/taxonomy_terms")) == len(hsds.terms())
    assert {one["name"] for one in everything(client, "/taxonomies")} == hsds.LISTS.keys()


def test_one_of_each_is_found_by_its_id_and_valid(client, schema):
    childline = hsds.identify("service", "gb-childline")
    service = get(client, f"/services/{childline}")
    assert errors(schema("service"), [service]) == []
    operator = get(client, f"/organizations/{service['organization_id']}?full_service=true")
    assert errors(schema("organization"), [operator]) == []
    assert childline in {one["id"] for one in operator["services"]}
    place = get(client, f"/service_at_locations/{hsds.place_id('gb-childline')}")
    assert errors(schema("service_at_location"), [place]) == []
    assert place["service"]["id"] == childline
    term = service["attributes"][0]["taxonomy_term"]
    assert get(client, f"/taxonomy_terms/{term['id']}")["code"] == term["code"]
    assert get(client, f"/taxonomies/{term['taxonomy_id']}")["name"] == term["taxonomy"]


def test_what_hsds_lacks_stands_in_attributes(client):
    found = get(client, f"/services/{hsds.identify('service', 'gb-childline')}")
    said = {(one["link_type"], one["value"]) for one in found["attributes"]}
    assert {("public_id", "gb-childline"), ("kind", "helpline"), ("topic", "bullying")} <= said
    on_bill = [one for phone in found["phones"] for one in phone["attributes"] if one["link_type"] == "on_phone_bill"]
    assert on_bill


def test_parameters_narrow(client, records):
    bullying = hsds.term("topic", "bullying")["id"]
    named = {hsds.identify("service", one["id"]) for one in records if "bullying" in one["topics"]}
    assert {one["id"] for one in everything(client, f"/services?taxonomy_term_id={bullying}")} == named
    operator = next(one["organization"] for one in records if one["organization"])
    theirs = {hsds.identify("service", one["id"]) for one in records if one["organization"] == operator}
    uuid = hsds.organization(operator)["id"]
    assert {one["id"] for one in everything(client, f"/services?organization_id={uuid}")} == theirs
    assert get(client, "/services?modified_after=2999-01-01")["empty"] is True
    assert get(client, "/services?modified_after=2001-01-01T00:00:00Z")["total_items"] == len(records)
    assert get(client, "/services?search=childline")["total_items"] >= 1
    assert len(get(client, "/services?minimal=true")["contents"]) == len(records)
    assert get(client, "/services?full=true&per_page=1")["contents"][0]["attributes"]


def test_lines_are_all_of_them(client, records):
    reply = client.get(f"{HSDS}/services?format=ndjson")
    assert reply.mimetype == "application/x-ndjson"
    assert len(reply.data.splitlines()) == len(records)


def test_the_database_makes_the_same_uuids(reading, records):
    names = [("service", one["id"]) for one in records] + [("organization", one["organization"]) for one in records]
    names.append(("service_at_location", "\u4e2d\u6587 \\x41 'é'"))
    asked = text("SELECT uuid_of(e, n)::text FROM unnest(cast(:e AS text[]), cast(:n AS text[])) AS given (e, n)")
    given = {"e": [entity for entity, _ in names], "n": [name for _, name in names]}
    assert list(reading.execute(asked, given).scalars()) == [hsds.identify(*one) for one in names]


def test_operators_are_counted_as_services_come_and_go(session):
    counted = text("SELECT name, n FROM operator_count ORDER BY 1")
    for name, operator in (("a", "Zebra"), ("b", "Zebra"), ("c", "Ärzte"), ("d", "")):
        make_service(session, id=f"xx-{name}", organization=operator)
    assert session.execute(counted).all() == [("Zebra", 2), ("Ärzte", 1)]
    assert catalogue.operators(session, "ZE", limit=5) == Operators(("Zebra",), 1)
    session.execute(text("DELETE FROM service WHERE id IN ('xx-a', 'xx-c')"))
    assert session.execute(counted).all() == [("Zebra", 1)]


def test_an_operator_is_not_named_once_all_of_it_is_taken_down(session):
    make_service(session, id="xx-a", organization="Zebra")
    session.info[HIDDEN] = ["xx-a"]
    assert catalogue.operators(session, "", limit=5) == Operators((), 0)
    assert catalogue.operator_known_as(session, hsds.organization("Zebra")["id"], hsds.identify) is None
    assert catalogue.service_known_as(session, hsds.identify("service", "xx-a"), "service", hsds.identify) is None


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("page=0", "page"),
        ("per_page=101", "per_page"),
        ("format=xml", "format"),
        ("modified_after=yesterday", "modified_after"),
        ("taxonomy_term_id=00000000-0000-4000-8000-000000000000", "taxonomy_term_id"),
        ("taxonomy_id=topic", "taxonomy_id"),
        ("full=yes", "full"),
        ("postcode=1000", "postcode"),
    ],
)
def test_a_refusal_is_a_problem_that_names_the_parameter(client, query, name):
    reply = client.get(f"{HSDS}/services?{query}")
    assert (reply.status_code, reply.mimetype) == (422, "application/problem+json")
    assert reply.get_json(force=True)["errors"][0]["name"] == name


@pytest.mark.parametrize("path", ["services", "organizations", "service_at_locations", "taxonomies", "taxonomy_terms"])
def test_what_is_not_there_is_a_problem(client, path):
    for uuid in ("00000000-0000-4000-8000-000000000000", "gb-childline"):
        reply = client.get(f"{HSDS}/{path}/{uuid}")
        assert (reply.status_code, reply.mimetype) == (404, "application/problem+json")
