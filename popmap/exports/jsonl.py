"""Public services as JSON Lines: the records as the API gives them, one a line."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final

RECORDS_AT_ONCE: Final = 200


def write(records: Iterable[str]) -> Iterator[bytes]:
    """The file in pieces; ``records`` are JSON texts without line breaks, as the database writes them."""
    remaining = iter(records)
    while some := list(islice(remaining, RECORDS_AT_ONCE)):
        yield ("\n".join(some) + "\n").encode()
