"""Opaque cursors: where a page ended, bound to the criteria it belongs to.

A cursor is no secret and opens nothing: its values only say where to go on in an order anyone may read. The seal is
there so that a cursor of another question, or a damaged one, is refused instead of silently giving a wrong page.
"""

import base64
import binascii
import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import orjson

from popmap.catalogue.criteria import Criteria
from popmap.errors import Fault, InputError

_SEAL_BYTES: Final = 9

Value = int | str | datetime


@dataclass(frozen=True, slots=True)
class Position:
    """The sort values of the last service seen, and the total counted with the first page (None: not counted)."""

    values: tuple[Value, ...]
    total: int | None = None
    total_is_exact: bool = True


def write(position: Position, criteria: Criteria) -> str:
    """Return the cursor of this position in the answer to these criteria."""
    body = orjson.dumps([*position.values, position.total, position.total_is_exact])
    return base64.urlsafe_b64encode(_seal(body, criteria) + body).decode().rstrip("=")


def read(cursor: str, criteria: Criteria, types: tuple[type[Value], ...]) -> Position:
    """Return the position of a cursor; ``InputError`` when it was changed or belongs to other criteria."""
    try:
        data = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise _refused() from error
    body = data[_SEAL_BYTES:]
    # the text is compared too: base64 lets the last character vary without changing the bytes
    if data[:_SEAL_BYTES] != _seal(body, criteria) or base64.urlsafe_b64encode(data).decode().rstrip("=") != cursor:
        raise _refused()
    try:
        *values, total, exact = orjson.loads(body)
        return Position(_typed(values, types), total, exact)
    except (TypeError, ValueError) as error:
        raise _refused() from error


def _typed(values: list[Any], types: tuple[type[Value], ...]) -> tuple[Value, ...]:
    pairs = zip(values, types, strict=True)
    return tuple(datetime.fromisoformat(value) if kind is datetime else _plain(value, kind) for value, kind in pairs)


def _plain(value: object, kind: type[Value]) -> Value:
    if not isinstance(value, int | str) or not isinstance(value, kind):
        raise TypeError(value)
    return value


def _seal(body: bytes, criteria: Criteria) -> bytes:
    return hashlib.blake2b(body + repr(criteria).encode(), digest_size=_SEAL_BYTES, person=b"popmap cursor").digest()


def _refused() -> InputError:
    return InputError(
        [Fault("cursor", "malformed", allowed=["the cursor of the answer before, with the same criteria"])]
    )
