"""The researchers' page: the same services as the screen shows in every format, and examples that run as they stand."""

import html
import re
import subprocess
import sys

import pytest

from popmap.exports import WRITERS, code_lists
from popmap.web.data_examples import examples
from popmap.web.data_page import FORMATS, TABLES

EXPORT = re.compile(r'href="(/api/v1/export\.[^"?]+)(\?[^"]*)?"')


def test_every_format_is_offered_and_each_link_leads_to_a_file(client):
    assert {name for name, _, _ in FORMATS} == set(WRITERS)
    links = EXPORT.findall(client.get("/en/data?country=MA").text)
    assert len(links) == len(WRITERS)
    for path, query in links:
        with client.get(path + query) as reply:
            assert (reply.status_code, bool(reply.data)) == (200, True)


def test_the_filters_are_carried_over_to_every_format_and_said(client):
    page = client.get("/en/data?country=MA&kind=helpline").text
    assert {html.unescape(query) for _, query in EXPORT.findall(page)} == {"?kind=helpline&country=MA"}
    assert "Country: <bdi>Morocco</bdi>" in page
    total = client.get("/api/v1/services?country=MA&kind=helpline&limit=1").json["total"]
    assert f"{total} services" in page


def test_criteria_that_are_not_understood_are_refused(client):
    assert client.get("/en/data?country=XX").status_code == 422
    assert client.get("/en/data?colour=red").status_code == 422


@pytest.mark.parametrize("lang", ["en", "fr", "ar", "es", "ru", "zh"])
def test_every_column_and_code_is_explained_in_the_language_of_the_page(client, lang):
    page = html.unescape(client.get(f"/{lang}/data/dictionary").text)
    for name, _, columns in TABLES:
        assert all(f'id="{name}-{column.name}"' in page for column in columns)
    words = {column.description for _, _, columns in TABLES for column in columns}
    words |= {column.missing for _, _, columns in TABLES for column in columns}
    assert {one for one in words if one in page} == (words if lang == "en" else set())
    assert all(f'href="/api/v1/codes/{name}.csv"' in page for name in code_lists.LISTS)


def test_explore_leads_here_with_its_filters(client):
    assert 'href="/en/data?kind=helpline"' in client.get("/en/explore?kind=helpline").text


@pytest.mark.parametrize("name", ["curl", "Python"])
def test_an_example_runs_as_it_stands(name, live_server, tmp_path):
    text = dict(examples(live_server))[name]
    command = ["sh", "-e", "-c", text] if name == "curl" else [sys.executable, "-c", text]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=True)
    assert ("helplines" in ran.stdout) if name == "Python" else '"items"' in ran.stdout
    if name == "curl":
        [file] = tmp_path.iterdir()
        assert file.read_bytes().startswith(b"id,kind,name")
