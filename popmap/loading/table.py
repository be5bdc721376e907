"""A CSV file read strictly: UTF-8, one of the known headers, every cell clean. What a row means is left to others."""

import csv
import io
import re
import string
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path
from typing import Final

from popmap.errors import Fault, InputError

MAX_FILE_BYTES: Final = 200_000_000
MAX_CELL_LENGTH: Final = 10_000
MAX_FAULTS: Final = 1_000
SHOWN_LENGTH: Final = 60

HEADERS: Final[Mapping[str, tuple[str, ...]]] = {
    "services": tuple(
        "id kind name name_en organization summary countries subdivisions city lat lon location_precision phone "
        "phone_e164 sms whatsapp chat_url email website app_url languages topics audiences min_age max_age hours "
        "timezone cost anonymous source_url source_seen confidence ai_role human_escalation ai_disclosed "
        "second_source_url second_source_seen second_source_date".split(" ")
    ),
    "country_facts": tuple(
        "country region type title title_local reference_no issuer partners audience date_from date_to date_precision "
        "status quantity quantity_qualifier unit summary source".split(" ")
    ),
    "emergency_numbers": tuple("country service number note source_url source_seen source_date confidence".split(" ")),
    "harmonised_numbers": tuple(
        "number purpose region country status operator since source_url source_seen source_date confidence".split(" ")
    ),
    "channel_hours": tuple("id channel value hours timezone seen source_url seen_on".split(" ")),
}
"""Kind of file → its columns, in the order of the seed; a file may have them in another order, none more, none less."""

NUMBER_COLUMNS: Final = frozenset({"lat", "lon", "quantity", "min_age", "max_age"})
DIALLED_COLUMNS: Final = frozenset({"phone", "phone_e164", "sms", "whatsapp", "number"})

_UNSEEN: Final = (
    r"[\s\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    r"\u200b-\u200f\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0]*"
)
"""Spaces of every width, none included: what stands behind them is what a reader, or a spreadsheet, sees first."""
_NOTHING_SEEN: Final = re.compile(_UNSEEN)
_HARMLESS: Final = frozenset(string.ascii_letters + string.digits)
_FIRST: Final = itemgetter(0)
_FORMULA_START: Final = re.compile(r"[=+\-@\uff1d\uff0b\uff0d\uff20]")
_NEUTRALISED: Final = re.compile(rf"'+{_UNSEEN}[=+\-@\uff1d\uff0b\uff0d\uff20]")
_PLAIN_NUMBER: Final = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")
_DIALLED: Final = re.compile(r"\+[0-9][0-9 ()./-]*( .*)?")
_CALLS: Final = re.compile(r"[A-Za-z_.]\(|[=|!]")
"""A function with its bracket, a comparison, another program or sheet: anywhere behind a + - or @."""
_CALCULATES: Final = re.compile(
    r"\$?[A-Za-z]{1,3}\$?[0-9]+([-+*/^&<>:]|$)|[0-9+*/^%()., -]*[*/^%()+-][0-9+*/^%()., -]*$"
)
"""A cell's address, or nothing but arithmetic: all that stands behind it."""
_REFUSED: Final = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufdd0-\ufdef\ufeff\ufff9-\uffff\ue000-\uf8ff\ud800-\udfff]"
)
_TOWER: Final = re.compile(r"[\u0300-\u036f\u0489\u20d0-\u20ff]{5}")


@dataclass(frozen=True, slots=True)
class Row:
    """One record of a file: the line it stands on (the header is line 1) and its cells by column.

    ``told``: the columns whose text is refused as it is; their cells hold what is left to judge the others by.
    """

    line: int
    cells: Mapping[str, str]
    told: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Table:
    """What a file holds: its kind (a key of ``HEADERS``) and its rows."""

    kind: str
    rows: Sequence[Row]


def read_table(path: Path) -> Table:
    """The file's kind and rows; cells are in NFC, a leading ' that takes a formula's power away is taken off.

    Raises ``InputError`` with every fault found (at most ``MAX_FAULTS``), each with its line and column.
    """
    table, faults = rows_in(path)
    if faults:
        raise InputError(faults)
    return table


def rows_in(path: Path) -> tuple[Table, list[Fault]]:
    """``rows_of`` the file's bytes; one beyond all measure is refused unread."""
    size = path.stat().st_size
    if size > MAX_FILE_BYTES:
        raise InputError([Fault("file", "too_long", f"{size} bytes", (f"at most {MAX_FILE_BYTES} bytes",))])
    return rows_of(path.read_bytes())


def rows_of(raw: bytes) -> tuple[Table, list[Fault]]:
    """The rows, and what is wrong with their text, so that it can be told at once with what is wrong with their values.

    Raises ``InputError`` where the whole is no table of ours: not UTF-8, another header.
    """
    records = _records(_decoded(raw))
    header = next(records, None)
    if header is None:
        raise InputError([Fault("file", "empty", allowed=_kinds(), row=1)])
    columns = header[1]
    kind = _kind(columns)
    faults: list[Fault] = []
    rows: list[Row] = []
    try:
        for line, cells in records:
            if len(cells) != len(columns):
                faults.append(Fault("row", "wrong_number_of_cells", str(len(cells)), (str(len(columns)),), line))
            else:
                rows.append(_checked(line, columns, cells, faults))
            if len(faults) >= MAX_FAULTS:
                break
    except InputError as error:  # from here on it is no CSV; what stood before is told all the same
        faults += error.faults
    return Table(kind, rows), faults


def shown(text: str) -> str:
    """The beginning of a value, safe to print."""
    head = text[:SHOWN_LENGTH]
    return "".join(letter if letter.isprintable() else f"\\x{ord(letter):02x}" for letter in head)


def neutralised(text: str) -> str:
    """The text as it may stand in a file that a spreadsheet opens: what could act as a formula gets a ' in front.

    Plain numbers and numbers to dial (+376 601 181) stay as they are. ``read_table`` takes the ' off again.
    """
    if not text or text[0] in _HARMLESS:  # nearly every cell: looked at no further
        return text
    if _NEUTRALISED.match(text):
        return "'" + text
    seen = _seen(text)
    if not _FORMULA_START.match(seen) or _PLAIN_NUMBER.fullmatch(seen) or re.fullmatch(r"\+[0-9][0-9 ]*", seen):
        return text
    return "'" + text


def all_neutralised(cells: Sequence[str]) -> Sequence[str]:
    """The same for many cells, quickly: hardly any row needs a second look."""
    if _HARMLESS.issuperset(map(_FIRST, filter(None, cells))):
        return cells
    return [text if not text or text[0] in _HARMLESS else neutralised(text) for text in cells]


def _decoded(raw: bytes) -> str:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise InputError([Fault("file", "wrong_encoding", "UTF-16", ("UTF-8",), 1)])
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = list(_records(raw[: error.start].decode("utf-8-sig"), strict=False))
        line, cells = before[-1] if before else (1, [""])
        header = before[0][1] if before else []
        column = header[len(cells) - 1] if line > 1 and len(cells) <= len(header) else "header"
        wrong = raw[error.start : error.start + 1].hex()
        raise InputError([Fault(column, "wrong_encoding", f"byte {wrong}", ("UTF-8",), line)]) from error


def _records(text: str, *, strict: bool = True) -> Iterator[tuple[int, list[str]]]:
    """Line and cells of each record that is not empty; the line is that on which the record starts."""
    usual_limit = csv.field_size_limit(MAX_FILE_BYTES)  # a cell too long is our finding, with its column
    reader = csv.reader(io.StringIO(text, newline=""), strict=strict)
    line = 1
    try:
        for cells in reader:
            if cells:
                yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        raise InputError([Fault("row", "malformed", str(error), ("CSV as in RFC 4180",), line)]) from error
    finally:
        csv.field_size_limit(usual_limit)


def _kinds() -> tuple[str, ...]:
    return tuple(f"{kind}: {','.join(columns)}" for kind, columns in HEADERS.items())


def _kind(columns: Sequence[str]) -> str:
    for kind, expected in HEADERS.items():
        if len(columns) == len(expected) and set(columns) == set(expected):
            return kind
    kind, expected = max(HEADERS.items(), key=lambda item: len(set(item[1]) & set(columns)))
    faults = [Fault(name, "missing_column", allowed=expected, row=1) for name in expected if name not in columns]
    faults += [
        Fault(shown(name), "unknown_column", shown(name), expected, 1)
        for name in columns[: len(expected) + 20]
        if name not in expected
    ]
    faults += [
        Fault(name, "column_given_twice", allowed=expected, row=1) for name in expected if columns.count(name) > 1
    ]
    raise InputError(faults)


def _checked(line: int, columns: Sequence[str], cells: Sequence[str], faults: list[Fault]) -> Row:
    clean: dict[str, str] = {}
    told = []
    for column, text in zip(columns, cells, strict=True):
        code = _wrong(column, text)
        if code:
            faults.append(Fault(column, code, shown(text), row=line))
            told.append(column)
        clean[column] = _cleaned(_REFUSED.sub("", text[:MAX_CELL_LENGTH]) if code else text)
    return Row(line, clean, frozenset(told))


def _cleaned(text: str) -> str:
    normal = unicodedata.normalize("NFC", text).strip()
    if _NEUTRALISED.match(normal):
        return normal[1:].strip()
    return "" if _NOTHING_SEEN.fullmatch(normal) else normal


def _seen(text: str) -> str:
    """The text from its first character that can be seen."""
    return _NOTHING_SEEN.sub("", text, count=1)


def _wrong(column: str, text: str) -> str | None:
    if len(text) > MAX_CELL_LENGTH:
        return "too_long"
    if _is_formula(column, _seen(unicodedata.normalize("NFC", text)).strip()):
        return "formula"
    if _REFUSED.search(text) or _TOWER.search(text):
        return "bad_characters"
    return None


def _is_formula(column: str, text: str) -> bool:
    """Whether a spreadsheet would calculate this cell. A name may begin with @, a longitude with -, a number with +."""
    if not _FORMULA_START.match(text):
        return False
    if column in NUMBER_COLUMNS and _PLAIN_NUMBER.fullmatch(text):
        return False
    if column in DIALLED_COLUMNS:
        return not _DIALLED.fullmatch(text)
    return text[0] not in "+-@" or bool(_CALCULATES.match(text[1:]) or _CALLS.search(text))
