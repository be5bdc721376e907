"""Public services as HSDS 3 JSON (Open Referral): one array of full services, each valid by the standard's schema.

How a record is said in the words of HSDS is the business of ``popmap.hsds``.
"""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final

import orjson

from popmap import hsds

RECORDS_AT_ONCE: Final = 100


def write(records: Iterable[str]) -> Iterator[bytes]:
    """The file in pieces; its bracket is closed at the very end, so that half of it is no JSON."""
    yield b"[\n"
    remaining = iter(records)
    between = b""
    while some := list(islice(remaining, RECORDS_AT_ONCE)):
        yield between + b",\n".join(orjson.dumps(hsds.full_service(orjson.loads(record))) for record in some)
        between = b",\n"
    yield b"\n]\n"
