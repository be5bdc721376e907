"""The list of what was taken down: every process sees a new line at once, and nothing torn hides what came after it."""

from datetime import UTC, datetime, timedelta

import pytest

from popmap import kill_list
from popmap.errors import UnavailableError
from popmap.kill_list import KillList


@pytest.fixture
def path(tmp_path):
    return tmp_path / "data" / "withdrawn.jsonl"


def test_what_one_process_writes_another_sees_at_its_next_look(path):
    writer, reader = KillList(path), KillList(path)
    assert reader.ids() == frozenset()
    writer.add(["xx-a", "xx-b"])
    assert reader.ids() == {"xx-a", "xx-b"}
    writer.remove(["xx-a"])
    assert reader.ids() == {"xx-b"}


def test_the_state_differs_whenever_the_list_does(path):
    both = [KillList(path), KillList()]
    for withdrawn in both:
        states = [withdrawn.state()]
        withdrawn.add(["xx-a"])
        states.append(withdrawn.state())
        withdrawn.remove(["xx-a"])
        states.append(withdrawn.state())
        assert len(set(states)) == 3


def test_a_torn_line_is_left_out_and_the_next_one_counts(path):
    withdrawn = KillList(path)
    withdrawn.add(["xx-a"])
    with path.open("ab") as file:
        file.write(b'\n{"id":"xx-to')
    withdrawn.add(["xx-b"])
    assert withdrawn.ids() == {"xx-a", "xx-b"}


def test_only_the_last_hour_is_recent(path):
    withdrawn = KillList(path)
    withdrawn.add(["xx-old"], at=datetime.now(UTC) - timedelta(hours=2))
    withdrawn.add(["xx-new"])
    assert withdrawn.recent() == {"xx-new"}
    assert [one.id for one in withdrawn.withdrawals()] == ["xx-new", "xx-old"]


def test_what_is_taken_down_and_published_again_in_one_transaction_is_not_listed(path):
    withdrawn, info = KillList(path), {}
    kill_list.hide(info, ["xx-a", "xx-b"])
    kill_list.show_again(info, ["xx-a"])
    withdrawn.follow(info)
    assert withdrawn.ids() == {"xx-b"}
    assert withdrawn.follow(info) is None
    assert withdrawn.ids() == {"xx-b"}


def test_a_disk_that_does_not_take_it_is_told(tmp_path):
    (tmp_path / "data").write_text("a file where the folder should be")
    with pytest.raises(UnavailableError, match="cannot be written"):
        KillList(tmp_path / "data" / "withdrawn.jsonl").add(["xx-a"])


def test_a_list_that_was_taken_away_is_empty(path):
    withdrawn = KillList(path)
    withdrawn.add(["xx-a"])
    assert withdrawn.ids() == {"xx-a"}
    path.unlink()
    assert withdrawn.ids() == frozenset()
