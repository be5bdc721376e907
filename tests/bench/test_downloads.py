"""What a download costs the serving process: little, whatever the format; the libraries of files are never in it."""

import sys

import pytest

from popmap.bench import measure
from popmap.bench.downloads import DOWNLOADS, MOST_GROWTH_MB
from popmap.exports import WRITERS


def test_every_format_is_measured():
    assert {one.format for one in DOWNLOADS} == set(WRITERS)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux tells the highest memory of a process")
def test_the_server_hardly_grows_during_a_download(seeded):
    for outcome in measure(seeded.owner_url, rounds=1, only=("csv", "parquet")):
        assert outcome.services > 500
        assert 0 <= outcome.taken.grown_mb <= MOST_GROWTH_MB, outcome
        assert (outcome.taken.apart_mb > 0) == (outcome.download.format == "parquet")
        assert outcome.of_copy > 0 or not outcome.download.sql
