"""What ``popmap work`` does for the versions: one a month, and those made again that hold what was taken down since."""

from collections.abc import Collection
from datetime import date

from sqlalchemy.orm import Session

from popmap import catalogue
from popmap.catalogue.memory import MEMORY
from popmap.dataset_versions.freezing import freeze, reissue
from popmap.dataset_versions.manifest import Manifest
from popmap.dataset_versions.shelf import Shelf


def keep_up(session: Session, shelf: Shelf, *, withdrawn: Collection[str], today: date, address: str) -> list[Manifest]:
    """Return the versions that were made: this month's, if there was none yet, and those to be had in old ones' place.

    ``session`` reads as the public does; ``withdrawn`` are the ids on the kill list.
    """
    made = []
    if not any(one.day.replace(day=1) == today.replace(day=1) for one in shelf.all()):
        made.append(freeze(session, shelf.folder, day=today, address=address))
    for first in [one for one in shelf.all() if not one.made_from]:
        latest = next(iter(shelf.made_again(first.id)), first)
        out = held_back(session, shelf, latest.id, withdrawn=withdrawn)
        if out:
            made.append(reissue(shelf.folder, latest, without=out, address=address))
    return made


def held_back(session: Session, shelf: Shelf, version_id: str, *, withdrawn: Collection[str]) -> list[str]:
    """Return the ids for which a version's data is not given out at present."""

    def look() -> list[str]:
        index = shelf.index(version_id)
        placeless = catalogue.without_place(session, sorted(index.with_place))
        return shelf.held_back(version_id, withdrawn=withdrawn, placeless=placeless)

    state = (str(shelf.folder), version_id, frozenset(withdrawn), catalogue.stamp(session))
    return MEMORY.recall(("held back", state), look)
