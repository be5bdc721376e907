"""What a format is to those who use it: a name, a media type, and two ways to the same bytes, in pieces or as a file.

Some formats can be written as the records come in; others need a file that one can go back in (``is_made_first``).
Either way nothing looks whole that is not: a file has its name when it is complete, and pieces stop with an error.
"""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

PIECE_BYTES: Final = 64 * 1024

Stream = Callable[[Iterable[str]], Iterator[bytes]]
"""The JSON texts of public records → the bytes of the file, piece by piece."""
Make = Callable[[Iterable[str], Path], None]
"""The same into a file of this path, which does not exist yet."""


@dataclass(frozen=True, slots=True)
class Writer:
    """One format. ``name`` is its word in addresses and on the command line, and what its files end in.

    ``file`` is what its file is called where nobody gives it another name; empty: ``services.`` and the ending.
    ``ready`` says who makes the lines that it takes in the place of records (``catalogue.keep_lines``), if it does.
    """

    name: str
    media_type: str
    stream: Stream | None = None
    make: Make | None = None
    file: str = ""
    ready: Callable[[], str] | None = None

    @property
    def made_by(self) -> str:
        """Who makes its lines; empty: it only takes records."""
        return self.ready() if self.ready else ""

    @property
    def file_name(self) -> str:
        """What its file is called in a version of the data set."""
        return self.file or f"services.{self.name}"

    @property
    def is_made_first(self) -> bool:
        """Whether no byte can be given before all records are in."""
        return self.stream is None

    def pieces(self, records: Iterable[str]) -> Iterator[bytes]:
        """The file in pieces; ``records`` are public records as JSON texts (``catalogue.stream``)."""
        return self.stream(records) if self.stream else self._made(records)

    def save(self, records: Iterable[str], path: Path) -> None:
        """The file under this path, whole or not at all: it is made under another name beside it."""
        draft = path.with_name(f".{path.name}.{os.getpid()}.{self.name}")
        try:
            self.save_draft(records, draft)
            draft.replace(path)
        except OSError as error:
            if error.filename == str(draft):  # nobody knows that name
                error.filename = str(path)
            raise
        finally:
            draft.unlink(missing_ok=True)

    def save_draft(self, records: Iterable[str], path: Path) -> None:
        """The same straight into the path, for those who rename it themselves: after an error it is not whole."""
        if self.make:
            self.make(records, path)
            return
        with path.open("wb") as file:
            for piece in self.pieces(records):
                file.write(piece)

    def _made(self, records: Iterable[str]) -> Iterator[bytes]:
        folder = Path(tempfile.mkdtemp(prefix="popmap-export-"))
        try:
            path = folder / self.file_name
            self.save_draft(records, path)
            with path.open("rb") as file:
                while piece := file.read(PIECE_BYTES):
                    yield piece
        finally:
            shutil.rmtree(folder, ignore_errors=True)
