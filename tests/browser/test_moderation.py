"""A moderator's day in a real browser: invited, signed in with two factors, two decide, restore, take down."""

import re
from urllib.parse import urlsplit

import pyotp
import pytest
from sqlalchemy import text

from make import PASSWORD, draft, make_channel, make_service, make_submission, strike_out, strike_out_services
from popmap import accounts, moderation, submissions
from popmap.inputs import checked_proposal
from popmap.submissions import Sending
from visits import PHONE

pytestmark = pytest.mark.browser

BODY = {
    "kind": "helpline",
    "name": "Journey Line",
    "name_en": "",
    "languages": ["en"],
    "audiences": ["child"],
    "summary": "First words.",
    "coverage": {"worldwide": False, "countries": ["MA"], "subdivisions": [], "area": None},
    "channels": [{"type": "phone", "value": "0800 1234", "linkable": True}],
    "sources": [{"url": "https://example.org/", "seen": "number", "seen_on": ""}],
}


@pytest.fixture
def key(seeded):
    """An acute submission that waits; afterwards nothing of it and of the moderators is left."""
    with seeded.transaction() as session:
        made = make_submission(session, topics=["sexual_abuse"], body=BODY).key
    yield made
    with seeded.transaction() as session:
        strike_out(session)


def press(button):
    """Press what leads to another page, and have that page whole: a click is over when its first bytes are there."""
    button.click()
    button.page.wait_for_load_state()


def begin_account(page, seeded, home, email):
    """Take up an invitation and sign in, as a person does; without JavaScript."""
    with seeded.transaction() as session:
        token = accounts.invite(session, email, "moderator")
    page.goto(f"{home}/moderate/welcome/{token}")
    page.locator("summary").click()
    factor = pyotp.TOTP("".join(page.locator(".secret bdi").inner_text().split()))
    page.locator("#password").fill(PASSWORD)
    page.locator("#again").fill(PASSWORD)
    page.locator("#code").fill(factor.now())
    press(page.get_by_role("button", name="Begin"))
    assert page.locator(".codes li").count() == accounts.RECOVERY_CODES
    recovery = page.locator(".codes code").first.inner_text()
    press(page.get_by_role("link", name=re.compile("Sign in")))
    page.locator("#email").fill(email)
    page.locator("#password").fill(PASSWORD)
    page.locator("#code").fill(recovery)
    press(page.get_by_role("button", name="Sign in"))
    assert urlsplit(page.url).path == "/moderate/"


def sent_table(session):
    """The key of a table of two rows that waits."""
    body = checked_proposal(draft(name="Journey table line")).record
    rows = [Sending("new", f"axe {number}", f"axe {number}", "en", "csv", body=body) for number in range(2)]
    submissions.submit_batch(session, rows, file_name="", sent_by="")
    return session.scalar(text("SELECT max(key) FROM batch"))


def say_yes(page, name):
    press(page.get_by_role("link", name=name).first)
    for box in page.locator('input[name="checked"]').all():
        box.check()
    press(page.locator(".yes button"))


def restore_first_version(page):
    page.locator("summary", has_text="Restore version 1").click()
    for box in page.locator('.sheet input[name="checked"]').all():
        box.check()
    press(page.get_by_role("button", name="Make it the newest version"))


def test_two_moderators_decide_restore_and_take_down(browser, live_server, seeded, key):
    desks = [browser.new_context(java_script_enabled=False, viewport={"width": 1280, "height": 900}) for _ in range(2)]
    first, second = (desk.new_page() for desk in desks)
    for page, email in ((first, "first@example.org"), (second, "second@example.org")):
        begin_account(page, seeded, live_server, email)
    say_yes(first, "Journey Line")
    assert "somebody else has to look" in first.content()
    say_yes(second, "Journey Line")
    assert "Approved" in second.locator(".subject .tags").inner_text()
    with seeded.transaction() as session:
        service_id = moderation.load(session, key)[0].service_id
    assert first.goto(f"{live_server}/en/services/{service_id}").status == 200
    first.goto(f"{live_server}/moderate/records/{service_id}")
    first.locator("summary", has_text="Pause").click()
    first.locator("#pause-reason").fill("somebody was not answered")
    press(first.get_by_role("button", name="Pause"))
    assert first.goto(f"{live_server}/en/services/{service_id}").status == 404
    first.goto(f"{live_server}/moderate/records/{service_id}?from=1&to=2")
    restore_first_version(first)
    second.goto(f"{live_server}/moderate/")
    say_yes(second, "Journey Line")
    assert second.goto(f"{live_server}/en/services/{service_id}").status == 200
    second.goto(f"{live_server}/moderate/records/{service_id}")
    second.locator("summary", has_text="Take down").click()
    second.locator("#withdraw-reason").fill("end of the journey")
    press(second.get_by_role("button", name="Take down"))
    assert second.goto(f"{live_server}/en/services/{service_id}").status == 404
    for desk in desks:
        desk.close()


@pytest.fixture
def service(seeded):
    """A public service of the test's own."""
    channels = [make_channel("phone", "0522 202020"), make_channel("email", "line@journey.example")]
    with seeded.transaction() as session:
        make_service(
            session, id="ma-journey-change", kind="official_service", name="Journey Change Line", channels=channels
        )
    yield "ma-journey-change"
    with seeded.transaction() as session:
        strike_out(session)
        strike_out_services(session, "ma-journey-change")


def test_a_partner_changes_a_number_a_moderator_decides_compares_and_restores(browser, live_server, seeded, service):
    phone = browser.new_context(java_script_enabled=False, **PHONE).new_page()
    phone.goto(f"{live_server}/en/services/{service}/suggest")
    phone.fill("[name='channels.0.value']", "0522 202021")
    press(phone.get_by_role("button", name="Send", exact=True).last)
    assert "/en/submissions/" in phone.url
    desk = browser.new_context(java_script_enabled=False, viewport={"width": 1280, "height": 900}).new_page()
    begin_account(desk, seeded, live_server, "changes@example.org")
    press(desk.get_by_role("link", name="Journey Change Line").first)
    assert desk.locator(".fields .is ins").all_inner_texts() == ["1"]
    assert desk.locator(".fields dt").all_inner_texts() == ["Way to reach it 1", "Number or address"]
    assert "0522 202020" in phone.request.get(f"{live_server}/en/services/{service}").text()
    for box in desk.locator('input[name="checked"]').all():
        box.check()
    press(desk.locator(".yes button"))
    assert "0522 202021" in phone.request.get(f"{live_server}/en/services/{service}").text()
    desk.goto(f"{live_server}/moderate/records/{service}")
    assert desk.locator("#compared + .sheet ins").all_inner_texts() == ["1"]
    restore_first_version(desk)
    assert "0522 202020" in phone.request.get(f"{live_server}/en/services/{service}").text()
    phone.reload()
    assert "Accepted" in phone.inner_text("main")
    for page in (phone, desk):
        page.context.close()


@pytest.mark.parametrize("screen", [{"width": 360, "height": 760}, {"width": 1280, "height": 900}], ids=["360", "1280"])
def test_the_desk_passes_axe_and_fits(visit, live_server, seeded, key, screen):
    there = visit(viewport=screen)
    begin_account(there.page, seeded, live_server, "axe@example.org")
    with seeded.transaction() as session:
        batch = sent_table(session)
    paths = ("/moderate/", f"/moderate/submissions/{key}", "/moderate/records/?status=published")
    paths += (f"/moderate/tables/{batch}", "/moderate/checks/", "/moderate/records/gb-childline")
    for path in paths:
        there.page.goto(live_server + path)
        assert there.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        assert there.axe() == {}, path
