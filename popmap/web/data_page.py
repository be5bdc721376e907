"""The page for researchers: the catalogue, or what a filter finds of it, in every format, and how to use and cite it.

The files themselves are ``data``'s, versions ``dataset_versions``'s, columns and codes those of ``exports``.
"""

from datetime import UTC, datetime
from typing import Final

from flask import Blueprint, render_template, request

from popmap import catalogue
from popmap.dataset_versions import citation
from popmap.exports import WRITERS, code_lists, columns
from popmap.inputs import criteria_query, parse_criteria
from popmap.loading import COMPILED_ON
from popmap.vocabulary import N_, TOPICS
from popmap.web import database, filters, pages
from popmap.web.data_examples import examples

blueprint = Blueprint("data_page", __name__)

FORMATS: Final = (
    ("csv", "CSV", N_("For spreadsheets and statistics; one row for each service. Can be loaded into PoP Map again.")),
    ("channels.csv", N_("CSV: contacts"), N_("One row for each way to reach a service, with its hours.")),
    ("coverage.csv", N_("CSV: areas"), N_("One row for each area that a service serves.")),
    ("xlsx", "Excel", N_("Sheets for services, ways to reach them, areas they serve, and the dictionary.")),
    ("geojson", "GeoJSON", N_("For maps; every service whole.")),
    ("gpkg", "GeoPackage", N_("For QGIS and other map programs.")),
    ("parquet", "GeoParquet", N_("For large analyses with Python, R or DuckDB.")),
    ("fgb", "FlatGeobuf", N_("For map programs that read from the first service to the last, quickly.")),
    ("jsonl", "JSON Lines", N_("For programs; one whole service on each line.")),
    ("hsds.json", "HSDS", N_("For directories of services that follow Open Referral.")),
)
"""Each format with its name and what it is good for."""
FILES: Final = {WRITERS[name].file_name: title for name, title, _ in FORMATS}
"""What a file of a version is called → the name of its format."""
TABLES: Final = (
    ("services", N_("Services"), columns.SERVICES),
    ("channels", N_("Ways to reach them"), columns.CHANNELS),
    ("coverage", N_("Areas they serve"), columns.COVERAGE),
    ("record", N_("The whole record"), columns.RECORD),
)
"""The tables of the dictionary; the last is what formats hold that can hold more than a table."""
MAP: Final = N_("A map in one file. It opens without a network.")


@blueprint.get("/data")
def index() -> str:
    """All of the data, or with criteria in the address exactly what they find."""
    criteria = parse_criteria(request.args)
    found = catalogue.search(database.reading(), criteria, limit=1)
    query = criteria_query(criteria)
    return render_template(
        "data/index.html",
        total=found.total,
        is_exact=found.total_is_exact,
        filters=filters.in_words(criteria),
        query=f"?{query}" if query else "",
        explore_url=filters.address(criteria),
        formats=[(name, title, words, WRITERS[name].media_type) for name, title, words in FORMATS],
        map_words=MAP,
        cited=citation.sentence(datetime.now(UTC).date(), what="All services", address=pages.absolute("/en/data")),
        site=pages.absolute(""),
        examples=examples(pages.absolute("")),
        collected_on=COMPILED_ON,
    )


@blueprint.get("/data/dictionary")
def dictionary() -> str:
    """Every column and code in words, from the same list that writes the files."""
    categories = {code: topic.chi_category for code, topic in TOPICS.items()}
    return render_template("data/dictionary.html", tables=TABLES, code_lists=code_lists.LISTS, categories=categories)
