"""What can go wrong, in our words, without HTTP: one table in ``web/errors.py`` turns these into replies."""

from collections.abc import Sequence
from dataclasses import dataclass


class PopMapError(Exception):
    """Root of everything this project raises on purpose; its text may be shown to a person."""


class SetupError(PopMapError):
    """The environment is not as it must be (port, disk, database, asset); the text says what to do, in one sentence."""


class NotFoundError(PopMapError):
    """The named thing does not exist or is not public; both look alike from outside."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with one piece of input.

    ``name`` is the parameter or column, ``value`` what was given (shortened), ``code`` a stable word for programs
    (``unknown_name``, ``unknown_value``, ``malformed``, ``out_of_range``, ...), ``allowed`` what would have been right,
    ``row`` the one-based line of a file where there is one.
    """

    name: str
    code: str
    value: str = ""
    allowed: Sequence[str] = ()
    row: int | None = None


class InputError(PopMapError):
    """Input from outside that is refused, with every fault found; nothing of it was used."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        """Keep the faults; the message names them for logs and the command line."""
        self.faults = tuple(faults)
        super().__init__("; ".join(f"{f'row {f.row}, ' if f.row else ''}{f.name}: {f.code}" for f in self.faults))


class GoneError(PopMapError):
    """This was there and is not given out any more; its text says why, and what to take instead."""


class ConflictError(PopMapError):
    """What is asked does not fit what has happened meanwhile; nothing was changed."""


class TooManyError(PopMapError):
    """More came from one place than one place sends; to be tried again later, nothing was kept."""


class ForbiddenError(PopMapError):
    """This person may not do this, though somebody else may; nothing was changed."""


class UnavailableError(PopMapError):
    """This cannot be done just now, and nothing was kept of it."""


class UnreachableError(UnavailableError):
    """The database cannot be reached just now; reads may go on from the last good copy."""
