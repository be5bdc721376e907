"""The catalogue as files: one writer per format, each turning public records into bytes piece by piece.

Which records these are is the business of ``catalogue.stream``; a writer only writes. ``writer`` says what a format is
to those who use it: ``WRITERS[name].pieces(records)`` gives bytes, ``WRITERS[name].save(records, path)`` a file.
"""

from collections.abc import Mapping
from typing import Final

from popmap.exports import csv, geofiles, geojson, hsds, jsonl, xlsx
from popmap.exports.writer import Writer

__all__ = ["WRITERS", "Writer"]

WRITERS: Final[Mapping[str, Writer]] = {
    one.name: one
    for one in (
        Writer("csv", "text/csv; charset=utf-8", csv.write),
        Writer("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", make=xlsx.make),
        Writer("geojson", "application/geo+json", geojson.write),
        Writer("gpkg", "application/geopackage+sqlite3", make=geofiles.make_geopackage),
        Writer("fgb", "application/flatgeobuf", make=geofiles.make_flatgeobuf),
        Writer("parquet", "application/vnd.apache.parquet", make=geofiles.make_geoparquet),
        Writer("hsds.json", "application/json", hsds.write),
        Writer("jsonl", "application/x-ndjson", jsonl.write),
    )
}
"""Every format by its name, which is also what its files end in."""
