"""The dictionary: what it says of the files is true, by Frictionless' own judgement, and it leaves no column out."""

import orjson
import pytest
from frictionless import validate

from popmap import catalogue
from popmap.catalogue import Criteria
from popmap.exports import WRITERS, code_lists
from popmap.exports.columns import RECORD, SERVICES, TABLES
from popmap.exports.datapackage import describe
from popmap.loading import HEADERS
from popmap.outputs import ServiceSchema
from popmap.vocabulary import TOPICS


@pytest.fixture
def folder(reading, tmp_path):
    """The files that the description names, as they lie in a version of the data set."""
    for name in ("csv", "channels.csv", "coverage.csv"):
        WRITERS[name].save(catalogue.stream(reading, Criteria()), tmp_path / WRITERS[name].file_name)
    (tmp_path / "codes").mkdir()
    for name in code_lists.LISTS:
        (tmp_path / "codes" / f"{name}.csv").write_bytes(code_lists.file_of(name))
    (tmp_path / "datapackage.json").write_bytes(orjson.dumps(describe(str)))
    return tmp_path


def test_frictionless_finds_nothing_wrong_in_any_file(folder):
    report = validate(str(folder / "datapackage.json"))
    assert report.flatten(["path", "rowNumber", "fieldName", "message"])[:5] == []
    assert report.valid
    assert len(report.tasks) == len(TABLES) + len(code_lists.LISTS)


@pytest.mark.parametrize(
    ("name", "good", "bad"), [("services", ",helpline,", ",shop,"), ("channels", "\nad-", "\nnobody-")]
)
def test_frictionless_finds_what_is_wrong(folder, name, good, bad):
    path = folder / f"{name}.csv"
    assert good in path.read_text()
    path.write_text(path.read_text().replace(good, bad, 1))
    assert not validate(str(folder / "datapackage.json")).valid


def test_the_columns_are_those_of_the_files():
    assert tuple(column.name for column in SERVICES) == HEADERS["services"]
    assert {column.name for column in RECORD} == set(ServiceSchema().fields) - {"location"}


def test_every_column_says_what_it_is_and_what_missing_means():
    for column in (*RECORD, *(one for columns in TABLES.values() for one in columns)):
        assert column.description.endswith(".")
        assert column.missing.endswith(".")
        assert column.codes in {"", "country", "language", *code_lists.LISTS}, column


def test_topics_carry_their_international_category():
    rows = code_lists.file_of("topic").decode().splitlines()
    assert rows[1] == "abuse_violence,Abuse and violence,Violence"
    assert len(rows) == 1 + len(TOPICS)
