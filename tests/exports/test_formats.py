"""Every format as its own readers see it: the same services, nested things whole or flat, nothing acts."""

import io
import json
import re
import subprocess
from itertools import islice, product

import openpyxl
import orjson
import pyarrow.parquet as pq
import pytest
from sqlalchemy import text

from make import make_channel, make_service
from popmap.exports import WRITERS
from popmap.exports.columns import CHANNELS, COVERAGE, SERVICES
from popmap.loading import neutralised
from popmap.loading.table import _NEUTRALISED, _seen

WITHOUT_HSDS = [name for name in WRITERS if name != "hsds.json"]
STARTS = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t=", "\r=", "\n@", " =", "\u200b=", "'=", "''@", "\u00a0+")
ENDS = (
    *("1+1", "cmd|' /C calc'!A0", 'HYPERLINK("https://evil.example","x")', "SUM(A1:A9)", "A1", "2*3", "x(", "DDE()"),
    *("IMPORTXML(1)", "WEBSERVICE(1)", "-1", "@x", "1e9", "rand()", "INDIRECT(1)", "|x", "!x", "é(", "日()", "_a("),
    *("1;2", "1,2", '"', "'", "\\", "\x00", "%0A", "{1}", "[x]x!1", "#REF!", "A1:B2", "R1C1"),
)
PAYLOADS = list(islice((start + end for start, end in product(STARTS, ENDS)), 510))


@pytest.fixture
def hostile(session):
    """A service with everything nested, and texts that want to be something else."""
    make_service(
        session,
        id="xx-hostile",
        at=(-7.62, 33.59),
        covers=("FR", "MA-06"),
        name="=1+1",
        organization="<b>&amp;",
        summary="+1 https://evil.example",
        channels=[
            make_channel("phone", "+376 601 181", e164="+376601181", label="day", hours="24/7", languages=["fr", "ar"]),
            make_channel("email", "help@example.org"),
        ],
    )
    make_service(session, id="xx-world", covers=("*",))
    return session.scalars(text("SELECT document FROM public_service ORDER BY id")).all()


def test_a_workbook_has_the_flat_tables_and_no_cell_that_acts(hostile, tmp_path):
    WRITERS["xlsx"].save(hostile, tmp_path / "s.xlsx")
    book = openpyxl.load_workbook(tmp_path / "s.xlsx")
    sheets = {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book}
    assert list(sheets) == ["services", "channels", "coverage", "dictionary"]
    assert {cell.data_type for sheet in book for row in sheet for cell in row} <= {"s", "n", "b", "inlineStr"}
    service = dict(zip(*sheets["services"][:2], strict=True))
    assert (service["name"], service["organization"]) == ("=1+1", "<b>&amp;")
    assert (service["lat"], service["lon"]) == (33.59, -7.62)
    assert sheets["coverage"][1:] == [
        ("xx-hostile", "country", "FR"),
        ("xx-hostile", "subdivision", "MA-06"),
        ("xx-world", "worldwide", None),
    ]
    assert sheets["channels"][1][:9] == (
        *("xx-hostile", 1, "phone", "+376 601 181", "+376601181", "day", "24/7", None, "fr;ar"),
    )
    assert len(sheets["dictionary"]) == 1 + len(SERVICES) + len(CHANNELS) + len(COVERAGE)


@pytest.mark.parametrize("name", ["gpkg", "fgb"])
def test_map_programs_read_the_point_and_the_whole_record(hostile, tmp_path, name):
    path = tmp_path / f"services.{name}"
    WRITERS[name].save(hostile, path)
    command = ["ogr2ogr", "-f", "GeoJSON", "/vsistdout/", str(path), "services"]
    told = json.loads(subprocess.check_output(command))
    here, world = sorted(told["features"], key=lambda one: one["properties"]["id"])
    assert here["geometry"]["coordinates"] == [-7.62, 33.59]
    assert world["geometry"] is None
    record, properties = orjson.loads(hostile[0]), here["properties"]
    assert properties["name"] == "=1+1"
    channels = properties["channels"]
    assert (orjson.loads(channels) if isinstance(channels, str) else channels) == record["channels"]


def test_geoparquet_has_the_nested_things_whole_and_says_where_its_points_are(hostile, tmp_path):
    WRITERS["parquet"].save(hostile, tmp_path / "s.parquet")
    table = pq.read_table(tmp_path / "s.parquet")
    geo = orjson.loads(table.schema.metadata[b"geo"])
    assert (geo["version"], geo["columns"]["geometry"]["encoding"]) == ("1.1.0", "WKB")
    record, row = orjson.loads(hostile[0]), table.to_pylist()[0]
    for name in ("channels", "coverage", "sources", "check", "topics", "name"):
        assert row[name] == record[name], name


def test_five_hundred_formulas_are_harmless_and_come_back():
    assert len(PAYLOADS) >= 500
    for payload in PAYLOADS:
        written = neutralised(payload)
        acts = _seen(payload)[:1] in tuple("=+-@＝＋－＠") and not re.fullmatch(r"[+-]?[0-9.]+", _seen(payload))
        assert not acts or written == "'" + payload
        assert (written[1:] if _NEUTRALISED.match(written) else written) == payload


@pytest.mark.parametrize("name", WITHOUT_HSDS)
def test_a_file_that_broke_is_not_there(hostile, tmp_path, name):
    def broken():
        yield hostile[0]
        raise OSError("the database went away")

    (tmp_path / f"s.{name}").write_text("the one before")
    with pytest.raises(OSError, match="went away"):
        WRITERS[name].save(broken(), tmp_path / f"s.{name}")
    assert [path.read_text() for path in tmp_path.iterdir()] == ["the one before"]
    with pytest.raises(OSError, match="went away"):
        io.BytesIO().writelines(WRITERS[name].pieces(broken()))
