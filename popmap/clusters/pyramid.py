"""The pyramid's cells as texts, in blocks that are asked for once per state of the catalogue.

Whoever moves a map sees mostly cells that somebody has just seen: a block of 16 by 16 cells is read from the database
once, then only put together with its neighbours. A block tells nothing of who looked at it.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from typing import Any, Final

from sqlalchemy.orm import Session

from popmap.catalogue import stamp
from popmap.catalogue.fragments import Fragment, run
from popmap.catalogue.memory import Memory
from popmap.clusters.features import EACH, MAX_FEATURES, together
from popmap.clusters.grids import Grid

_SIDE: Final = 16
"""A block is so many cells wide and high: four tiles by four."""
_MOST_BLOCKS: Final = 25
"""A view of more is long and thin, and asked for by nobody who looks at a map: it is not remembered."""
_BLOCKS: Final = Memory(500)
_KINDS: Final = "c.kind = ANY (:kinds)"
_KEPT: Final = """
SELECT c.* FROM cell c WHERE c.zoom = :zoom AND ({columns}) AND c.cy BETWEEN :top AND :bottom AND {kinds}"""
_KEPT_IN_BLOCKS: Final = """
SELECT c.* FROM unnest(CAST(:lefts AS integer[]), CAST(:tops AS integer[])) AS block (x, y)
JOIN cell c ON c.zoom = :zoom AND c.cx BETWEEN block.x AND block.x + {last}
  AND c.cy BETWEEN block.y AND block.y + {last} AND {kinds}"""

Place = tuple[int, int]
Block = dict[int, tuple[list[int], list[str]]]
"""For each row of cells with anything in it: the columns in their order, and their features' texts."""


def features(session: Session, at: Grid, kinds: Sequence[str], *, lang: str) -> str | None:
    """Return the features of a grid's cells from north-west to south-east; None when there are too many.

    ``kinds``: of the services to be shown; all where none is named.
    """
    columns = _ranges(at)
    across = [(x, first, last) for first, last in columns for x in range(first // _SIDE, last // _SIDE + 1)]
    down = range(at.rows[0] // _SIDE, at.rows[1] // _SIDE + 1)
    if len(across) * len(down) > _MOST_BLOCKS:
        return together(session, kept_cells(at, kinds), {"lang": lang}, settled=True)
    blocks = _blocks(session, [(x, y) for y in down for x, _, _ in across], (at.zoom, tuple(kinds), lang))
    found: list[str] = []
    for cy in range(at.rows[0], at.rows[1] + 1):
        for x, first, last in across:
            if cy in (block := blocks[x, cy // _SIDE]):
                cells, texts = block[cy]
                found += texts[bisect_left(cells, first) : bisect_right(cells, last)]
        if len(found) > MAX_FEATURES:
            return None
    return ",".join(found)


def _ranges(at: Grid) -> list[Place]:
    """Return the columns of a grid from west to east, none of them twice."""
    (first, last), *others = sorted(at.columns)
    for start, end in others:
        if start > last + 1:
            return [(first, last), (start, end)]
        last = max(last, end)
    return [(first, last)]


def _blocks(session: Session, places: Sequence[Place], of: tuple[int, tuple[str, ...], str]) -> dict[Place, Block]:
    """Return the blocks at these places, those nobody has asked for yet from the database in one question."""
    state = stamp(session)
    blocks = {place: _BLOCKS.get((*of, place, state)) for place in places}
    if missing := [place for place, block in blocks.items() if block is None]:
        for place, block in _read(session, missing, *of):
            blocks[place] = block
            _BLOCKS.put((*of, place, state), block)
    return blocks


def _read(
    session: Session, places: Sequence[Place], zoom: int, kinds: Sequence[str], lang: str
) -> Iterator[tuple[Place, Block]]:
    cells = _KEPT_IN_BLOCKS.format(last=_SIDE - 1, kinds=_KINDS if kinds else "true")
    corners = {"lefts": [x * _SIDE for x, _ in places], "tops": [y * _SIDE for _, y in places]}
    values = {"zoom": zoom, "kinds": list(kinds), "lang": lang, "most": len(places) * _SIDE**2}
    found: dict[Place, Block] = {place: {} for place in places}
    for cx, cy, text in sorted(run(session, EACH.replace("{cells}", cells), corners, values, settled=True)):
        columns, texts = found[cx // _SIDE, cy // _SIDE].setdefault(cy, ([], []))
        columns.append(cx)
        texts.append(text)
    yield from found.items()


def kept_cells(at: Grid, kinds: Sequence[str]) -> Fragment:
    """Return the query for the pyramid's rows in a grid, one per cell and kind."""
    ranges = list(enumerate(at.columns))
    values: dict[str, Any] = {"zoom": at.zoom, "top": at.rows[0], "bottom": at.rows[1], "kinds": list(kinds)}
    values |= {name: value for i, (first, last) in ranges for name, value in ((f"first{i}", first), (f"last{i}", last))}
    columns = " OR ".join(f"c.cx BETWEEN :first{i} AND :last{i}" for i, _ in ranges)
    return Fragment(_KEPT.format(columns=columns, kinds=_KINDS if kinds else "true"), values)
