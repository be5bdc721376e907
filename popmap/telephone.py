"""How telephone numbers are written, as far as both the loading and the showing of them must know.

Light on purpose: the library of numbers takes a while to load, and is needed only where numbers come in (``dialling``).
"""

import re
from typing import Final

_TRUNK_PREFIX: Final = re.compile(r"\+[^(]*\(\s*0")


def has_trunk_prefix(value: str) -> bool:
    """Whether a nought stands in brackets behind a country's code, as in ``+41 (0)58``.

    It is dialled at home only; with the country's code in front it reaches nobody, or a stranger.
    """
    return _TRUNK_PREFIX.match(value) is not None
