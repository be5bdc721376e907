"""``python -m popmap.exports FORMAT PATH``: records, one a line, from standard input into a file. See ``apart``.

It gives way to everything else on the machine. An error of the system is told by its number in the exit status.
"""

import os
import sys
from pathlib import Path

from popmap.exports import WRITERS
from popmap.exports.apart import NICENESS, status_of


def main(name: str, path: str) -> None:
    """Write the file; to be called once, in a process of its own."""
    os.nice(NICENESS)
    with open(0, encoding="utf-8", newline="\n") as lines:
        try:
            WRITERS[name].save_draft((line.rstrip("\n") for line in lines), Path(path))
        except OSError as error:
            sys.exit(status_of(error))


if __name__ == "__main__":
    main(*sys.argv[1:])
