"""Files made once and given out again while nothing has changed: a bounded folder, by state of the catalogue.

A file bears its state in its name and gets that name when it is whole; what belongs to another state is thrown away
with the next look, so a service that was taken down is in no file that anybody gets. Which questions may be kept is up
to those who ask; what a state is as well.
"""

import contextlib
import os
import shutil
import tempfile
import threading
import time
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from hashlib import blake2b
from io import FileIO
from pathlib import Path
from typing import BinaryIO, Final

from popmap.exports import apart
from popmap.exports.writer import Writer

MOST_BYTES: Final = 12_000_000_000
"""All files together; the least recently used go first. A million services as JSON Lines are 1.4 GB."""
MOST_OF_ONE: Final = 6_000_000_000
"""A file larger than this is not kept."""
_LEFT_FREE: Final = 4
"""Nor one that would take more than one part in so many of what is free on the disk."""
PIECE_BYTES: Final = 64 * 1024

_DRAFT: Final = "draft-"
_AT_WORK_S: Final = 6 * 3600
"""No file takes longer to make."""


def _code() -> bytes:
    """What the writers are: a file of an older program is not given out by a newer one."""
    here = Path(__file__).parent
    writing = (here, here.parent / "loading", here.parent)
    return b"".join(path.read_bytes() for folder in writing for path in sorted(folder.glob("*.py")))


_MADE_BY: Final = blake2b(_code(), digest_size=8).hexdigest()


@dataclass(frozen=True, slots=True)
class Place:
    """Where the file of a question in one state of the catalogue stands."""

    state: str
    name: str

    @classmethod
    def of(cls, state: object, question: object, writer: Writer) -> "Place":
        """The place of what ``writer`` makes of this question in this state."""
        asked = blake2b(repr(question).encode(), digest_size=12).hexdigest()
        known = blake2b(f"{_MADE_BY} {state!r}".encode(), digest_size=12).hexdigest()
        return cls(known, f"{known}-{asked}.{writer.name}")


class Shelf:
    """The folder; made when something is first put there. Several processes may use it at once."""

    def __init__(self, folder: Path, *, most_bytes: int = MOST_BYTES, most_of_one: int = MOST_OF_ONE) -> None:
        """Touch nothing yet."""
        self._folder, self._most, self._most_of_one = folder, most_bytes, most_of_one

    def find(self, place: Place) -> BinaryIO | None:
        """The file that is kept there, opened; None if there is none. Files of other states go."""
        self._forget_others(place.state)
        try:
            file = (self._folder / place.name).open("rb")
        except FileNotFoundError:
            return None
        with contextlib.suppress(OSError):  # somebody threw it away meanwhile: what is open can be read all the same
            os.utime(self._folder / place.name)
        return file

    def keep(self, place: Place, pieces: Iterator[bytes]) -> Generator[bytes]:
        """The same pieces, kept on their way; only when the last one has come is there a file."""
        with self._draft(place) as draft:
            with draft.open("wb", buffering=0) as file:
                copy = Copy(file, self._most_now())
                for piece in pieces:
                    copy.add(piece)
                    yield piece
            if copy.is_whole:
                self._put(draft, place)

    def make(self, place: Place, writer: Writer, records: Iterator[str], *, may_stay: bool) -> BinaryIO:
        """The file made now, opened; it stays only if it may and is not too large. Most are made ``apart``."""
        with self._draft(place) as draft:
            if writer.is_made_first:
                apart.save_draft(writer, records, draft)
            else:
                writer.save_draft(records, draft)
            file = draft.open("rb")
            if may_stay and draft.stat().st_size <= self._most_now():
                self._put(draft, place)
            return file

    @contextlib.contextmanager
    def _draft(self, place: Place) -> Iterator[Path]:
        self._folder.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=_DRAFT, dir=self._folder))
        draft = folder / place.name
        try:
            yield draft
        finally:
            shutil.rmtree(folder, ignore_errors=True)  # with what a library keeps beside its file while at work

    def _most_now(self) -> int:
        return min(self._most_of_one, self._most, shutil.disk_usage(self._folder).free // _LEFT_FREE)

    def _put(self, draft: Path, place: Place) -> None:
        self._make_room(draft.stat().st_size)
        draft.replace(self._folder / place.name)

    def _forget_others(self, state: str) -> None:
        for path in self._kept():
            if not path.name.startswith(state):
                path.unlink(missing_ok=True)
        self._sweep()

    def _sweep(self) -> None:
        """What a killed process had begun."""
        before = time.time() - _AT_WORK_S
        with contextlib.suppress(FileNotFoundError):
            for path in self._folder.iterdir():
                if path.name.startswith(_DRAFT) and path.stat().st_mtime < before:
                    shutil.rmtree(path, ignore_errors=True)

    def _make_room(self, wanted: int) -> None:
        kept = sorted(((path.stat(), path) for path in self._kept()), key=lambda one: one[0].st_mtime)
        too_much = sum(status.st_size for status, _ in kept) + wanted - self._most
        for status, path in kept:
            if too_much <= 0:
                return
            path.unlink(missing_ok=True)
            too_much -= status.st_size

    def _kept(self) -> list[Path]:
        with contextlib.suppress(FileNotFoundError):
            return [path for path in self._folder.iterdir() if not path.name.startswith(_DRAFT)]
        return []


class Copy:
    """What is given out, written along. Where there is no room for it that is given up, not the giving out."""

    def __init__(self, file: FileIO, most_bytes: int) -> None:
        """Into this file, so much at most."""
        self._file, self._left = file, most_bytes
        self.is_whole = True

    def add(self, piece: bytes) -> None:
        """Write one piece more, unless one before it is missing."""
        self._left -= len(piece)
        try:
            self.is_whole = self.is_whole and self._left >= 0 and self._file.write(piece) == len(piece)
        except OSError:  # the disk is full
            self.is_whole = False
        if not self.is_whole:
            with contextlib.suppress(OSError):
                self._file.truncate(0)


class Makers:
    """So many files are made at once in one process: a visitor never waits behind those who take it all away."""

    def __init__(self, most: int) -> None:
        """At most ``most``."""
        self._free = threading.BoundedSemaphore(most)

    def come_in(self, *, within_s: float) -> bool:
        """Whether there was room within that time; then ``leave`` when done."""
        return self._free.acquire(timeout=within_s)

    def leave(self) -> None:
        """Make room for another."""
        self._free.release()
