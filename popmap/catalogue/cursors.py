"""Opaque cursors: where a page ended, bound to the criteria it belongs to.

A cursor is no secret and opens nothing: its values only say where to go on in an order anyone may read. The seal is
there so that a cursor of another question, or one made by hand, is refused instead of silently giving a wrong page. Its
key is the application's (``seal_with``); until one is given, one of this process alone. Keys get known: what a cursor
holds is checked like every other input.
"""

import base64
import binascii
import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import orjson

from popmap.errors import Fault, InputError

_SEAL_BYTES: Final = 9

Value = int | str | datetime

_keys = [secrets.token_bytes(32)]
"""The one key; a list, so that it can be exchanged."""


@dataclass(frozen=True, slots=True)
class Position:
    """The sort values of the last service seen, and the total counted with the first page (None: not counted)."""

    values: tuple[Value, ...]
    total: int | None = None
    total_is_exact: bool = True


def seal_with(secret: str) -> None:
    """Seal and check all cursors from now on with this secret: processes that share it read one another's."""
    _keys[0] = hashlib.blake2b(secret.encode(), digest_size=32, person=b"popmap cursors").digest()


def write(position: Position, question: object) -> str:
    """Return the cursor of this position in the answer to this question: criteria, or a value that holds them."""
    body = orjson.dumps([*position.values, position.total, position.total_is_exact])
    return base64.urlsafe_b64encode(_seal(body, question) + body).decode().rstrip("=")


def read(cursor: str, question: object, types: tuple[type[Value], ...]) -> Position:
    """Return the position of a cursor; ``InputError`` when it was changed or belongs to another question."""
    try:
        data = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise _refused() from error
    body = data[_SEAL_BYTES:]
    # the text is compared too: base64 lets the last character vary without changing the bytes
    if data[:_SEAL_BYTES] != _seal(body, question) or base64.urlsafe_b64encode(data).decode().rstrip("=") != cursor:
        raise _refused()
    try:
        *values, total, exact = orjson.loads(body)
        pairs = zip(values, types, strict=True)
        return Position(tuple(_typed(value, kind) for value, kind in pairs), _total(total), _answer(exact))
    except (TypeError, ValueError, OverflowError) as error:
        raise _refused() from error


def _typed(value: Any, kind: type[Value]) -> Value:
    if kind is datetime:  # in UTC, because the database does not know every offset that Python does
        return datetime.fromisoformat(value).astimezone(UTC)
    if kind is int:
        return _whole(value)
    if not isinstance(value, str) or "\0" in value:  # the database keeps no text with NUL
        raise TypeError(value)
    value.encode()  # nor a lone surrogate, which this refuses
    return value


def _whole(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(value)
    return value


def _total(value: Any) -> int | None:
    if value is not None and _whole(value) < 0:
        raise ValueError(value)
    return None if value is None else int(value)


def _answer(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError(value)
    return value


def _seal(body: bytes, question: object) -> bytes:
    return hashlib.blake2b(body + repr(question).encode(), digest_size=_SEAL_BYTES, key=_keys[0]).digest()


def _refused() -> InputError:
    return InputError(
        [Fault("cursor", "malformed", allowed=["the cursor of the answer before, with the same criteria"])]
    )
