"""A file made in a process of its own, which is gone afterwards with all that it needed.

What takes minutes (a workbook) or large libraries (files for map programs) neither holds up who is asking for help in
the same server nor makes it grow. The records go through a pipe; whoever stops on the way leaves no process behind.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import IO, Final

from popmap.config import PROJECT
from popmap.exports.jsonl import write
from popmap.exports.writer import Writer

NICENESS: Final = 10
_SYSTEM: Final = 100
"""An exit status beyond this is an error of the system, with its number on top."""
_HIGHEST_STATUS: Final = 255
_TOLD_BYTES: Final = 1_000


def save_draft(writer: Writer, records: Iterable[str], path: Path) -> None:
    """Make the file under this path; after an error it is not whole. What is wrong with a record is raised as it is.

    Raises ``OSError`` when the disk is full and the like, ``RuntimeError`` with its last words when the process failed.
    """
    command = [sys.executable, "-m", __package__, writer.name, str(path.absolute())]
    with tempfile.TemporaryFile() as told:
        with subprocess.Popen(command, cwd=PROJECT, stdin=subprocess.PIPE, stdout=told, stderr=told) as process:
            try:
                _feed(process, records)
            except BaseException:
                process.kill()
                raise
        if process.returncode:
            raise _error(process.returncode, told, path)


def status_of(error: OSError) -> int:
    """The exit status that says which error of the system it was."""
    number = _SYSTEM + (error.errno or 0)
    return number if _SYSTEM < number <= _HIGHEST_STATUS else 1


def _feed(process: subprocess.Popen[bytes], records: Iterable[str]) -> None:
    assert process.stdin is not None  # noqa: S101 - it is a pipe
    try:
        for piece in write(records):
            process.stdin.write(piece)
        process.stdin.close()
    except BrokenPipeError:  # it has ended before its time: its status says why
        process.stdin = None


def _error(status: int, told: IO[bytes], path: Path) -> Exception:
    if _SYSTEM < status <= _HIGHEST_STATUS:
        return OSError(status - _SYSTEM, os.strerror(status - _SYSTEM), str(path))
    told.seek(max(0, told.seek(0, os.SEEK_END) - _TOLD_BYTES))
    words = told.read().decode(errors="replace").strip().rpartition("\n")[2]
    return RuntimeError(f"The file could not be made ({status}): {words}")
