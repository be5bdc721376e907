"""What a file must be before any of it is looked at: encoding, header, cells, formulas."""

import pytest

from popmap.errors import InputError
from popmap.loading import HEADERS, neutralised
from popmap.loading.table import MAX_FAULTS, read_table

HEADER = ",".join(HEADERS["emergency_numbers"])
ROW = "MA,police,19,,https://example.org/,,,medium"


def faults_of(path):
    with pytest.raises(InputError) as refused:
        read_table(path)
    return [(fault.row, fault.name, fault.code) for fault in refused.value.faults]


@pytest.fixture
def raw(tmp_path):
    def written(content):
        path = tmp_path / "file.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return written


@pytest.mark.parametrize("kind", HEADERS)
def test_the_header_says_the_kind_in_any_order(file_of, kind):
    assert read_table(file_of({}, kind=kind, columns=HEADERS[kind][::-1])).kind == kind


def test_a_byte_order_mark_and_windows_line_ends_are_no_fault(raw):
    table = read_table(raw(b"\xef\xbb\xbf" + f"{HEADER}\r\n{ROW}\r\n".encode()))
    assert table.rows[0].cells["number"] == "19"


def test_an_empty_file_is_refused(raw):
    assert faults_of(raw("")) == [(1, "file", "empty")]


def test_wrong_columns_are_named(raw):
    header = HEADER.replace("number", "nummer")
    assert faults_of(raw(f"{header}\n{ROW}\n")) == [(1, "number", "missing_column"), (1, "nummer", "unknown_column")]


def test_a_column_given_twice_is_named(raw):
    assert (1, "note", "column_given_twice") in faults_of(raw(f"{HEADER},note\n{ROW},\n"))


def test_text_that_is_not_utf_8_is_refused_where_it_stands(raw):
    content = f"{HEADER}\n{ROW}\n".encode() + "MA,fire,15,café,".encode("latin-1")
    assert faults_of(raw(content)) == [(3, "note", "wrong_encoding")]


def test_utf_16_is_refused(raw):
    assert faults_of(raw(f"{HEADER}\n".encode("utf-16"))) == [(1, "file", "wrong_encoding")]


def test_a_lone_surrogate_is_refused(raw):
    content = f"{HEADER}\n".encode() + b"MA,police,19,\xed\xa0\x80,https://example.org/,,,medium\n"
    assert faults_of(raw(content)) == [(2, "note", "wrong_encoding")]


def test_a_row_with_too_few_cells_is_refused(raw):
    assert faults_of(raw(f"{HEADER}\n{ROW}\nMA,police\n")) == [(3, "row", "wrong_number_of_cells")]


def test_an_open_quote_is_refused(raw):
    assert faults_of(raw(f'{HEADER}\n{ROW}\nMA,"police\n')) == [(3, "row", "malformed")]


def test_a_cell_of_ten_megabytes_is_refused_with_row_and_column(file_of):
    path = file_of({}, {"note": "a" * 10_000_000}, kind="emergency_numbers")
    assert faults_of(path) == [(3, "note", "too_long")]


@pytest.mark.parametrize("text", ["a\0b", "a\x07b", "a\nb", "a\u202eb", "a\u2066b", "a\ue000b", "a" + "\u0301" * 9])
def test_characters_that_no_writing_needs_are_refused(file_of, text):
    assert faults_of(file_of({"note": text}, kind="emergency_numbers")) == [(2, "note", "bad_characters")]


@pytest.mark.parametrize("text", ["قانون‌ها", "\u200fעברית", "Māori", "हिन्दी", "ภาษาไทย", "👩‍👧"])
def test_what_writing_needs_is_kept(file_of, text):
    assert read_table(file_of({"note": text}, kind="emergency_numbers")).rows[0].cells["note"]


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "=cmd|' /C calc'!A0",
        "@SUM(1+1)",
        "+SUM(A1)",
        "-2+3",
        "+A1",
        "\t=1",
        "\r=1",
        "＝1+1",
        "-cmd|'/C calc'!A0",
    ],
)
def test_a_formula_is_refused_with_row_and_column(file_of, text):
    assert faults_of(file_of({}, {"note": text}, kind="emergency_numbers")) == [(3, "note", "formula")]


@pytest.mark.parametrize("before", [" ", "\u00a0", "\u3000", "\u200b", "\u200f \u2060"])
@pytest.mark.parametrize("text", ["=1+1", "@SUM(1+1)", "＝1+1"])
def test_a_formula_behind_what_nobody_sees_is_still_one(file_of, before, text):
    assert faults_of(file_of({"note": before + text}, kind="emergency_numbers")) == [(2, "note", "formula")]
    assert neutralised(before + text) == "'" + before + text


def test_a_number_behind_a_space_is_a_number(file_of):
    cells = read_table(file_of({"lon": " -6.8326", "phone": "\u00a0+376601181"})).rows[0].cells
    assert (cells["lon"], cells["phone"]) == ("-6.8326", "+376601181")


@pytest.mark.parametrize("text", ["=1", "@ease", "-5", "+abc", "+"])
def test_in_a_column_of_numbers_to_dial_only_a_number_begins_with_plus(file_of, text):
    assert faults_of(file_of({"phone": text})) == [(2, "phone", "formula")]


@pytest.mark.parametrize(
    ("column", "text"),
    [
        ("phone", "+376601181"),
        ("whatsapp", "+54 9 11 2481-1722"),
        ("phone", "*4141"),
        ("lon", "-6.8326"),
        ("name", "@ease"),
        ("source_seen", "+256-392-178-953 and info@example.org for young people (2020)"),
    ],
)
def test_what_only_looks_like_a_formula_is_kept(file_of, column, text):
    assert read_table(file_of({column: text})).rows[0].cells[column] == text


@pytest.mark.parametrize("text", ["=1+1", "@ease", "+256-392", "'=x", "''@y", "-a", "\t=1", "＝1"])
def test_neutralised_text_begins_with_an_apostrophe_and_comes_back(file_of, text):
    safe = neutralised(text)
    assert safe == "'" + text
    if text.isprintable():
        assert read_table(file_of({"note": safe}, kind="emergency_numbers")).rows[0].cells["note"] == text


@pytest.mark.parametrize("text", ["+376601181", "+376 601 181", "-6.8326", "plain", "'tis", "", "12-14"])
def test_what_no_spreadsheet_calculates_stays_as_it_is(text):
    assert neutralised(text) == text


def test_faults_are_counted_up_to_a_limit(file_of):
    path = file_of(*({"note": "=1"} for _ in range(MAX_FAULTS + 50)), kind="emergency_numbers")
    assert len(faults_of(path)) == MAX_FAULTS


def test_a_file_beyond_all_measure_is_refused_unread(raw, monkeypatch):
    monkeypatch.setattr("popmap.loading.table.MAX_FILE_BYTES", 10)
    assert faults_of(raw(HEADER)) == [(None, "file", "too_long")]
