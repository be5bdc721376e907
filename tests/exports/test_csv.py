"""The CSV file: the seed's columns, in pieces, harmless in a spreadsheet, and everything comes back."""

import csv
import io

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from make import make_channel, make_service
from popmap.exports import WRITERS
from popmap.exports.csv import COLUMNS, ROWS_AT_ONCE, lines
from popmap.loading import HEADERS, all_neutralised, load_file, neutralised

PAYLOADS = (
    "=1+1",
    '=HYPERLINK("https://evil.example","x")',
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-1+1",
    "@SUM(A1:A9)",
    "＝1+1",
    "＋1",
    "－1",
    "＠x",
    "'=1+1",
    "''@x",
)


@pytest.fixture
def rows(session):
    """The rows that come out for what a test made."""

    def written():
        records = session.scalars(text("SELECT document FROM public_service ORDER BY id"))
        content = b"".join(WRITERS["csv"].pieces(records)).decode()
        return list(csv.DictReader(io.StringIO(content, newline="")))

    return written


def test_the_columns_are_those_of_the_seed(rows):
    assert rows() == []
    assert HEADERS["services"] == COLUMNS


def test_the_header_comes_before_the_first_record_is_asked_for():
    def never():
        raise AssertionError("asked too early")
        yield

    assert next(WRITERS["csv"].pieces(never())).decode() == ",".join(COLUMNS) + "\r\n"


def test_the_file_is_written_in_pieces(session):
    make_service(session)
    record = session.scalar(text("SELECT document FROM public_service"))
    pieces = [piece.count(b"\r\n") for piece in WRITERS["csv"].pieces([record] * (ROWS_AT_ONCE + 1))]
    assert pieces == [1, ROWS_AT_ONCE, 1]


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_cell_is_a_formula_and_the_text_comes_back(session, rows, tmp_path, payload):
    make_service(session, id="xx-payload", name=payload, organization=payload, summary=payload, city=payload)
    (row,) = rows()
    assert [row[column] for column in ("name", "organization", "summary", "city")] == ["'" + payload] * 4
    before = session.scalar(text("SELECT document FROM public_service"))
    path = tmp_path / "export.csv"
    path.write_bytes(b"".join(WRITERS["csv"].pieces([before])))
    session.execute(text("DELETE FROM service"))
    load_file(session, path)
    assert orjson.loads(session.scalar(text("SELECT document FROM public_service")))["name"] == payload


def test_numbers_to_dial_keep_their_plus(session, rows):
    make_service(session, channels=[make_channel("phone", "+376 601 181", e164="+376601181")])
    assert (rows()[0]["phone"], rows()[0]["phone_e164"]) == ("+376 601 181", "+376601181")


def test_quotes_commas_and_line_ends_are_quoted(session, rows):
    make_service(session, organization='A "B", C')
    assert rows()[0]["organization"] == 'A "B", C'


CELLS = st.text() | st.sampled_from([*PAYLOADS, "", "-1.5", "+41 22", 'a "b", c', "a\r\nb", "a\rb", ","])


@given(st.lists(st.lists(CELLS, min_size=3, max_size=6), max_size=4))
def test_rows_are_written_as_the_standard_library_writes_them(rows):
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\r\n").writerows(rows)
    assert lines(rows) == buffer.getvalue().encode("utf-8")


@given(st.lists(CELLS))
def test_a_row_is_neutralised_as_its_cells_are(cells):
    assert list(all_neutralised(cells)) == [neutralised(cell) for cell in cells]
