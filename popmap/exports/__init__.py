"""The catalogue as files: one writer per format, each turning public records into bytes piece by piece.

Which records these are is the business of ``catalogue.stream``; a writer only writes. ``writer`` says what a format is
to those who use it: ``WRITERS[name].pieces(records)`` gives bytes, ``WRITERS[name].save(records, path)`` a file. A
format's module is brought in when the format is first written: libraries of some are large, and most processes never
need them. A server has such files made ``apart``.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from pkgutil import resolve_name
from typing import Any, Final

from popmap.exports.writer import Make, Stream, Writer

__all__ = ["WRITERS", "Writer"]

CSV: Final = "text/csv; charset=utf-8"
_XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _function(name: str) -> Any:
    return resolve_name(f"{__name__}.{name}")


def _streamed(name: str) -> Stream:
    def stream(records: Iterable[str]) -> Iterator[bytes]:
        return iter(_function(name)(records))

    return stream


def _made(name: str) -> Make:
    def make(records: Iterable[str], path: Path) -> None:
        _function(name)(records, path)

    return make


@cache
def _lines_made_by() -> str:
    return str(_function("csv:made_by")())


WRITERS: Final[Mapping[str, Writer]] = {
    one.name: one
    for one in (
        Writer("csv", CSV, _streamed("csv:write"), ready=_lines_made_by),
        Writer("channels.csv", CSV, _streamed("csv:write_channels"), file="channels.csv"),
        Writer("coverage.csv", CSV, _streamed("csv:write_coverage"), file="coverage.csv"),
        Writer("xlsx", _XLSX, make=_made("xlsx:make")),
        Writer("geojson", "application/geo+json", _streamed("geojson:write")),
        Writer("gpkg", "application/geopackage+sqlite3", make=_made("geofiles:make_geopackage")),
        Writer("fgb", "application/flatgeobuf", make=_made("geofiles:make_flatgeobuf")),
        Writer("parquet", "application/vnd.apache.parquet", make=_made("geofiles:make_geoparquet")),
        Writer("hsds.json", "application/json", _streamed("hsds:write")),
        Writer("jsonl", "application/x-ndjson", _streamed("jsonl:write")),
    )
}
"""Every format by its name, which is also what its files end in."""
