"""Files that are kept: whole or not there, of this state only, never more than fits."""

from pathlib import Path

import pytest

from popmap.exports import WRITERS
from popmap.exports.shelf import Copy, Place, Shelf

JSONL = WRITERS["jsonl"]


def place(state, question=""):
    return Place.of(state, question, JSONL)


def files(folder):
    return sorted(path.name for path in folder.iterdir())


def test_what_was_given_out_once_is_given_out_again(tmp_path):
    shelf = Shelf(tmp_path)
    assert shelf.find(place(1)) is None
    assert b"".join(shelf.keep(place(1), iter([b"a", b"b"]))) == b"ab"
    with shelf.find(place(1)) as file:
        assert file.read() == b"ab"


def test_another_state_throws_the_old_files_away(tmp_path):
    shelf = Shelf(tmp_path)
    list(shelf.keep(place(1), iter([b"withdrawn service"])))
    assert shelf.find(place(2)) is None
    assert files(tmp_path) == []


def test_what_nobody_wanted_to_the_end_is_not_kept(tmp_path):
    pieces = Shelf(tmp_path).keep(place(1), iter([b"a", b"b"]))
    next(pieces)
    pieces.close()
    assert files(tmp_path) == []


def test_what_broke_is_not_kept(tmp_path):
    def broken():
        yield "{}"
        raise OSError("away")

    with pytest.raises(OSError, match="away"):
        list(Shelf(tmp_path).keep(place(1), JSONL.pieces(broken())))
    with pytest.raises(OSError, match="away"):
        Shelf(tmp_path).make(place(1), JSONL, broken(), may_stay=True)
    assert files(tmp_path) == []


def test_what_may_not_stay_is_gone_while_it_is_read(tmp_path):
    with Shelf(tmp_path).make(place(1), JSONL, iter(["{}"]), may_stay=False) as file:
        assert files(tmp_path) == []
        assert file.read() == b"{}\n"


def test_a_full_disk_breaks_no_download(tmp_path):
    with Path("/dev/full").open("wb", buffering=0) as full:
        copy = Copy(full, 100)
        copy.add(b"a")
    assert not copy.is_whole


def test_the_folder_never_holds_more_than_it_may(tmp_path):
    shelf = Shelf(tmp_path, most_bytes=10, most_of_one=6)
    for question in range(5):
        list(shelf.keep(place(1, question), iter([b"1234"])))
    list(shelf.keep(place(1, "large"), iter([b"1234567"])))
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) == 8
