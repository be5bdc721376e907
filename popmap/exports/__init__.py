"""The catalogue as files: one writer per format, each turning public records into bytes piece by piece.

Which records these are is the business of ``catalogue.stream``; a writer only writes.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

from popmap.exports import csv

Writer = Callable[[Iterable[str]], Iterator[bytes]]

WRITERS: Final[Mapping[str, Writer]] = {"csv": csv.write}
"""Format → its writer: takes the JSON texts of public records, gives the bytes of the file."""
