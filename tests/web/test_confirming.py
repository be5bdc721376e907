"""The page behind the link of a reminder: looking changes nothing, one press confirms."""

from datetime import date

import pytest
from sqlalchemy import text

from popmap.checks import letters

SERVICE = "gb-childline"


@pytest.fixture
def address(settings, seeded):
    with seeded.transaction() as session:
        due = session.scalar(text("SELECT next_check_due FROM service WHERE id = :id"), {"id": SERVICE})
    return f"/en/confirm/{letters.token(settings.secret_key, SERVICE, due)}"


def verified_on(seeded):
    with seeded.transaction() as session:
        return session.scalar(text("SELECT verified_on FROM service WHERE id = :id"), {"id": SERVICE})


def test_looking_shows_the_entry_and_changes_nothing(client, address, seeded):
    before = verified_on(seeded)
    reply = client.get(address)
    assert reply.status_code == 200
    assert "0800 1111" in reply.get_data(as_text=True)
    assert "Yes, all of this is right" in reply.get_data(as_text=True)
    assert reply.headers["Cache-Control"] == "no-store"
    assert verified_on(seeded) == before


def test_a_link_that_was_used_says_so_and_changes_nothing(client, settings, seeded):
    used = f"/en/confirm/{letters.token(settings.secret_key, SERVICE, date(2020, 1, 1))}"
    before = verified_on(seeded)
    for reply in (client.get(used), client.post(used)):
        page = reply.get_data(as_text=True)
        assert "This has been done already." in page
        assert "it is confirmed" not in page
        assert "Yes, all of this is right" not in page
    assert verified_on(seeded) == before


@pytest.mark.parametrize("token", ["x", "a.b.c", "x" * 500])
def test_a_link_that_is_not_ours_is_nowhere(client, token):
    assert client.get(f"/en/confirm/{token}").status_code == 404
    assert client.post(f"/en/confirm/{token}").status_code == 404


def test_another_site_cannot_press_for_one(client, address):
    assert client.post(address, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403


def test_a_scanner_that_looks_cannot_press(client, address, seeded):
    before = verified_on(seeded)
    client.head(address)
    client.options(address)
    assert verified_on(seeded) == before
    assert before < date(2100, 1, 1)
