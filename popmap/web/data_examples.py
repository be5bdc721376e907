"""Examples for the data page, each complete as it stands; tests run them against the running program."""

from typing import Final

CURL: Final = """\
curl -O -J "{site}/api/v1/export.csv?country=MA"
curl "{site}/api/v1/services?topic=bullying&country=KE&limit=5\""""
PYTHON: Final = """\
import csv, io, urllib.request

with urllib.request.urlopen("{site}/api/v1/export.csv?kind=helpline") as reply:
    text = io.TextIOWrapper(reply, "utf-8", newline="")
    helplines = list(csv.DictReader(text))
print(len(helplines), "helplines")"""
R: Final = """\
helplines <- read.csv("{site}/api/v1/export.csv?kind=helpline", colClasses = "character")
table(helplines$countries)"""
GDAL: Final = """\
ogr2ogr services.gpkg "OAPIF:{site}/ogc/" services
ogrinfo -so services.gpkg services"""

_EXAMPLES: Final = (("curl", CURL), ("Python", PYTHON), ("R", R), ("GDAL, QGIS", GDAL))


def examples(site: str) -> list[tuple[str, str]]:
    """Each example's name and text, for a site at this address."""
    return [(name, text.replace("{site}", site)) for name, text in _EXAMPLES]
