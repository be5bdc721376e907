"""Files made in a process of their own: the same bytes, no library in the server, what is wrong told as it is."""

import errno
import subprocess
import sys

import pytest

from popmap.exports import WRITERS, apart
from popmap.exports.writer import Writer

RECORDS = ['{"id":"a"}', '{"id":"b","name":"ü\\n"}']
LARGE = "pyarrow", "pyogrio", "xlsxwriter", "folium", "alembic", "confusable_homoglyphs"
"""What takes long to be read and is not needed to serve a page."""


def test_the_file_is_the_one_that_is_made_here(tmp_path, reading):
    from_here, from_there = tmp_path / "here.jsonl", tmp_path / "there.jsonl"
    WRITERS["jsonl"].save_draft(RECORDS, from_here)
    apart.save_draft(WRITERS["jsonl"], iter(RECORDS), from_there)
    assert from_there.read_bytes() == from_here.read_bytes() == "\n".join([*RECORDS, ""]).encode()


def test_what_is_wrong_with_a_record_is_raised_and_no_process_stays(tmp_path):
    def broken():
        yield from RECORDS
        raise LookupError("the database went away")

    with pytest.raises(LookupError, match="went away"):
        apart.save_draft(WRITERS["parquet"], broken(), tmp_path / "s.parquet")


def test_a_record_that_a_format_cannot_hold_is_told_in_its_words(tmp_path):
    with pytest.raises(RuntimeError, match="KeyError"):
        apart.save_draft(WRITERS["parquet"], iter(RECORDS), tmp_path / "s.parquet")


def test_an_error_of_the_system_stays_what_it_is(tmp_path):
    with pytest.raises(FileNotFoundError) as found:
        apart.save_draft(WRITERS["jsonl"], iter(RECORDS), tmp_path / "nowhere" / "s.jsonl")
    assert found.value.errno == errno.ENOENT
    assert apart.status_of(OSError(errno.ENOSPC, "full")) == 100 + errno.ENOSPC
    assert apart.status_of(OSError()) == 1


def test_a_server_starts_without_the_large_libraries():
    code = "import sys, popmap.app; print(sorted({name.partition('.')[0] for name in sys.modules}))"
    loaded = subprocess.check_output([sys.executable, "-c", code], text=True)
    assert [name for name in LARGE if f"'{name}'" in loaded] == []
    assert isinstance(WRITERS["gpkg"], Writer)
