"""Cursors made by hand: without the key none fits; with it, only what could have been written is taken."""

import base64
from datetime import UTC, datetime

import orjson
import pytest

from popmap.catalogue import Criteria, cursors
from popmap.errors import InputError

CRITERIA = Criteria(kind=("helpline",))
TYPES = (int, datetime, str)
VALUES = [3, "2026-01-02T03:04:05+00:00", "gb-childline"]


def forged(body):
    """A cursor of this JSON text with a seal that fits."""
    return base64.urlsafe_b64encode(cursors._seal(body, CRITERIA) + body).decode().rstrip("=")


def read(*content):
    return cursors.read(forged(orjson.dumps(content)), CRITERIA, TYPES)


def test_what_was_written_is_read():
    position = cursors.Position((3, datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), "gb-childline"), 7, False)
    assert cursors.read(cursors.write(position, CRITERIA), CRITERIA, TYPES) == position == read(*VALUES, 7, False)
    assert read(*VALUES, None, True).total is None


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (0, "3"),
        (0, True),
        (0, 3.5),
        (0, None),
        (1, 3),
        (1, "yesterday"),
        (1, "0001-01-01T00:00:00+10:00"),
        (2, "a\0b"),
        (2, 3),
        (2, ["a"]),
        (3, -1),
        (3, "many"),
        (3, True),
        (3, 1.5),
        (3, {"a": 1}),
        (4, 1),
        (4, None),
        (4, "true"),
    ],
)
def test_a_forged_cursor_is_refused(place, value):
    content = [*VALUES, 7, True]
    content[place] = value
    with pytest.raises(InputError):
        read(*content)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"5",
        b"[]",
        b"{}",
        b"[1]",
        b"\xff",
        b'[3,"2026-01-02T03:04:05+00:00","\\ud800",7,true]',
        b'[3,"2026-01-02T03:04:05+00:00","\xed\xa0\x80",7,true]',
        b'[3,"2026-01-02T03:04:05+00:00","a",7,true,true]',
        b"[" * 5000,
    ],
)
def test_a_forged_cursor_of_another_form_is_refused(body):
    with pytest.raises(InputError):
        cursors.read(forged(body), CRITERIA, TYPES)


def test_every_offset_python_knows_becomes_one_the_database_knows():
    odd = read(3, "2026-01-02T03:04:05+23:59", "a", 7, True).values[1]
    assert odd == datetime.fromisoformat("2026-01-02T03:04:05+23:59")
    assert odd.tzinfo is UTC


def test_a_cursor_of_another_key_is_refused(monkeypatch):
    monkeypatch.setattr(cursors, "_keys", [b""])  # what other tests remember is sealed with the key of this process
    cursors.seal_with("one secret")
    position = cursors.Position((3, datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), "gb-childline"))
    of_one = cursors.write(position, CRITERIA)
    cursors.seal_with("another secret")
    with pytest.raises(InputError):
        cursors.read(of_one, CRITERIA, TYPES)
    cursors.seal_with("one secret")
    assert cursors.read(of_one, CRITERIA, TYPES) == position
