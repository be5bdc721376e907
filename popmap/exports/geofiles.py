"""Public services as files that map programs open: GeoPackage and FlatGeobuf (GDAL), GeoParquet 1.1 (Arrow).

Each is made in batches, so that memory does not grow with the catalogue. A service without a public place is in them as
well, without a point: that is why a FlatGeobuf has no spatial index, which knows points only.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio

from popmap.exports.arrow import GEOMETRY, batches, reader, schema

LAYER: Final = "services"
ROWS_IN_A_GROUP: Final = 5_000
# a GeoPackage notes when it was written, which would make two files of the same services differ
pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": "2000-01-01T00:00:00.000Z"})
_GEO: Final = {"version": "1.1.0", "primary_column": GEOMETRY}


def make_geopackage(records: Iterable[str], path: Path) -> None:
    """Write a GeoPackage with one layer; nested things are JSON texts."""
    _write(records, path, "GPKG", {"SPATIAL_INDEX": "YES"})


def make_flatgeobuf(records: Iterable[str], path: Path) -> None:
    """Write the same as FlatGeobuf."""
    _write(records, path, "FlatGeobuf", {"SPATIAL_INDEX": "NO"})


def make_geoparquet(records: Iterable[str], path: Path) -> None:
    """Write GeoParquet; lists and tables within a cell are whole. Longitude, latitude on WGS 84 (OGC:CRS84)."""
    geo = _GEO | {"columns": {GEOMETRY: {"encoding": "WKB", "geometry_types": ["Point"]}}}
    columns = schema(flat=False).with_metadata({"geo": orjson.dumps(geo)})
    with pq.ParquetWriter(path, columns, compression="zstd") as file:
        waiting: list[pa.RecordBatch] = []
        for batch in batches(records, flat=False):
            waiting.append(batch)
            if sum(one.num_rows for one in waiting) >= ROWS_IN_A_GROUP:
                file.write_table(pa.Table.from_batches(waiting, columns))
                waiting.clear()
        file.write_table(pa.Table.from_batches(waiting, columns))


def _write(records: Iterable[str], path: Path, driver: str, options: dict[str, str]) -> None:
    errors: list[Exception] = []
    try:
        pyogrio.write_arrow(
            reader(_noted(records, errors), flat=True),
            path,
            layer=LAYER,
            driver=driver,
            geometry_name=GEOMETRY,
            geometry_type="Point",
            crs="EPSG:4326",
            layer_options=options,
        )
    except RuntimeError:
        if errors:  # the stream between Arrow and GDAL passes on that there was an error, not which
            raise errors[0] from None
        raise


def _noted(records: Iterable[str], errors: list[Exception]) -> Iterator[str]:
    try:
        yield from records
    except Exception as error:
        errors.append(error)
        raise
