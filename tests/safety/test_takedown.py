"""T11: a bad listing is withdrawn, and PostgreSQL dies the same moment. It is gone from everything within five seconds.

Both workers have shown it, remember answers with it, and have a copy on disk with it; the visitor has its ETags. What
is asked is asked often enough for every worker to have answered.
"""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from doomed import until
from popmap import records, withdrawals
from popmap.config import PROJECT

pytestmark = pytest.mark.xdist_group("doomed")

BAD = "nz-youthline"
NUMBER = "0800 376 633"
WORKERS = 2
SHOW_IT = (
    *(f"/{lang}/services/{BAD}" for lang in ("en", "ar", "zh")),
    *(f"/{lang}/countries/NZ" for lang in ("en", "fr", "ru")),
    *("/en/countries/NZ/kept", "/es/countries/NZ/kept"),
    *("/en/explore?country=NZ", "/en/explore?q=youthline", "/ar/explore?country=NZ&kind=helpline&sort=name"),
    *("/api/v1/services?country=NZ", "/api/v1/services?country=NZ&facets=true", "/api/v1/services?q=youthline"),
    *("/api/v1/services?place=country:NZ&limit=100", f"/api/v1/services/{BAD}", f"/api/v1/services/{BAD}/versions"),
    *("/api/v1/help?country=NZ", "/api/v1/export.csv?country=NZ"),
    *("/api/v1/map.html?country=NZ", "/embed?country=NZ&kind=helpline"),
    *("/ogc/collections/services/items?country=NZ&limit=1000", f"/ogc/collections/services/items/{BAD}"),
    "/hsds/services?search=youthline&full=true",
)
COUNT_IT = ("/api/v1/services?country=NZ&facets=true", "/api/v1/map?bbox=165,-50,180,-30&zoom=3&kind=helpline")


@pytest.fixture
def withdrawn(doomed):
    """The service withdrawn by the command, the database killed at once; both are put right afterwards."""
    copy = doomed.settings.data / "saved.jsonl"
    old = shutil.copy2(copy, copy.with_suffix(".old"))
    withdraw(doomed)
    doomed.kill()
    Path(old).replace(copy)  # as if the machine had died before the next copy
    yield doomed
    doomed.heal()
    bring_back(doomed)


def withdraw(site):
    settings = site.settings
    subprocess.run(
        [sys.executable, "-m", "popmap.cli", "withdraw", BAD, "--reason", "the number belongs to somebody else"],
        cwd=PROJECT,
        env={**os.environ, "POPMAP_DATA": str(settings.data), "POPMAP_DATABASE_URL": settings.database_url},
        check=True,
        capture_output=True,
    )


def bring_back(site):
    """As it was before: published again by the operator's own hand, and off the list."""
    database = site.database()
    try:
        with database.transaction() as session:
            record = records.read(session, BAD)
            records.decide(session, records.Decision("load", by_role="system", reason="the test is over"))
            record["status"] = "published"
            records.write(session, record, by_role="system", reason="the test is over", source="")
            withdrawals.published(session, [BAD])
    finally:
        database.dispose()
    until(lambda: alive(site, SHOW_IT[:1]) == list(SHOW_IT[:1]), 20)


def alive(site, paths=SHOW_IT, tags=None):
    """The addresses at which some worker still shows it, or confirms an answer in which it was."""
    found = []
    for path in paths:
        headers = {"If-None-Match": tags[path]} if tags and tags.get(path) else {}
        replies = [site.get(path, **headers) for _ in range(3 * WORKERS)]
        if any(shows(reply.text) or reply.status_code == 304 for reply in replies):
            found.append(path)
    return found


def shows(text):
    return BAD in text.replace(f"/en/services/{BAD}", "").replace(f'services/{BAD}"', "") or NUMBER in text


def tags_of(site):
    return {
        path: site.get(path).headers.get("ETag") for path in SHOW_IT if path.startswith(("/api/", "/ogc/", "/hsds/"))
    }


def counted(site, path):
    answer = site.get(path).json()
    if "features" in answer:
        return sum(feature["properties"].get("count", 1) for feature in answer["features"])
    return answer["total"], sum(value["count"] for value in answer["facets"]["kind"])


def listed(site):
    """What is on the list: other tests of the same site may have left ids of their own."""
    return sorted(one["id"] for one in site.get("/api/v1/withdrawn").json()["items"])


def test_a_withdrawn_service_is_gone_everywhere_though_the_database_died(doomed, request):
    assert alive(doomed) == list(SHOW_IT)
    tags, before = tags_of(doomed), {path: counted(doomed, path) for path in COUNT_IT}
    others = listed(doomed)
    request.getfixturevalue("withdrawn")
    began = time.monotonic()
    until(lambda: not alive(doomed, tags=tags), 5)
    print(f"gone after {time.monotonic() - began:.1f} s, {len(SHOW_IT)} addresses")
    assert doomed.get(f"/en/services/{BAD}").status_code == 404
    assert NUMBER not in doomed.post("/en/", {"country": "NZ"}).text
    total, kinds = before[COUNT_IT[0]]
    assert counted(doomed, COUNT_IT[0]) == (total - 1, kinds - 1)
    assert counted(doomed, COUNT_IT[1]) == before[COUNT_IT[1]] - 1
    assert listed(doomed) == sorted([BAD, *others])


def test_it_stays_gone_when_the_database_is_back(doomed):
    others = listed(doomed)
    withdraw(doomed)
    try:
        until(lambda: not alive(doomed), 5)
        time.sleep(2)
        assert alive(doomed) == []
        assert listed(doomed) == sorted([BAD, *others])
    finally:
        bring_back(doomed)
    assert listed(doomed) == others


@pytest.mark.mutant
def test_mutant_without_the_list_on_disk_the_copy_shows_it(withdrawn):
    listed = withdrawn.settings.data / "withdrawn.jsonl"
    listed.rename(listed.with_suffix(".hidden"))
    try:
        assert alive(withdrawn, SHOW_IT[:4]) == list(SHOW_IT[:4])
    finally:
        listed.with_suffix(".hidden").rename(listed)
