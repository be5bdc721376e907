"""The public record: one list of fields, and the same record from the database's text and from the schema."""

import orjson
import pytest
from sqlalchemy import text

from make import make_service
from popmap import versions
from popmap.outputs import ServiceSchema

DOCUMENTS = "SELECT id, document, updated_at FROM public_service ORDER BY id"


@pytest.fixture(scope="module")
def documents(seeded):
    with seeded.reading() as session:
        return [orjson.loads(row.document) for row in session.execute(text(DOCUMENTS))]


def test_the_stored_text_has_exactly_the_public_fields_in_their_order(documents):
    assert documents
    assert {tuple(document) for document in documents} == {tuple(ServiceSchema().fields)}


def test_schema_and_stored_text_give_the_same_record(seeded_session, documents):
    bodies = versions.bodies(seeded_session, "service", [document["id"] for document in documents])
    for document in documents:
        body = bodies[document["id"]] | {"updated_at": document["updated_at"]}
        assert ServiceSchema().dump(body) == document


def test_every_stored_text_is_valid_by_the_schema(documents):
    assert ServiceSchema(many=True).validate(documents) == {}


def test_schema_refuses_an_unknown_code(documents):
    wrong = documents[0] | {"kind": "shop"}
    assert ServiceSchema().validate(wrong).keys() == {"kind"}


def test_what_only_moderators_see_is_not_in_the_record(session):
    make_service(session, id="xx-withheld", address_confidential=True, status="published")
    document = orjson.loads(session.scalar(text("SELECT document FROM public_service WHERE id = 'xx-withheld'")))
    assert {"address_confidential", "status", "merged_into", "key"}.isdisjoint(document)
