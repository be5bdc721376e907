"""Versions of the data set: frozen, dated, with checksums, to be cited, compared and fetched again years later.

``freezing`` makes them, ``shelf`` finds them and knows which may be given out, ``citation`` says how they are cited.
What the formats look like is the business of ``exports``; who asks, that of the doors.
"""

from popmap.dataset_versions.freezing import freeze, media_type, reissue
from popmap.dataset_versions.manifest import CODES, FrozenFile, Manifest, is_about
from popmap.dataset_versions.shelf import Difference, Shelf
from popmap.dataset_versions.upkeep import held_back, keep_up

__all__ = [
    "CODES",
    "Difference",
    "FrozenFile",
    "Manifest",
    "Shelf",
    "freeze",
    "held_back",
    "is_about",
    "keep_up",
    "media_type",
    "reissue",
]
