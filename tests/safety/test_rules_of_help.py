"""Rules 1, 4, 7, 8, 10, 11 and 18: no guess is told as a fact, and what must stand beside each way to help."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from make import make_channel, make_service, strike_out_services
from popmap import gazetteer
from popmap.web import find_cards

COUNTRIES = ("CN", "GB", "GQ", "IN", "MA", "US")
WRITTEN = {"sms", "whatsapp", "other_messenger", "webchat", "chatbot", "email", "app"}
NO_CALL, NO_WRITE = "we know no number to call here", "we know no way to write to someone here"
TRACE = "What you write stays on your phone."
BILL = ("number shows on the phone bill", "number does not show on the phone bill")
COST = ("Free", "May cost money", "Cost not known")
OLD = "xx-rules-old"


def cards(page):
    """The cards of an answer by id, each as its HTML."""
    found = re.split(r'(?=<li class="card answer" data-service=")', page)[1:]
    return {re.search(r'data-service="([^"]+)"', card)[1]: card for card in found}


@pytest.fixture(scope="module")
def answers(app):
    """An answer for each of some countries, and the public records in it, by id."""
    client = app.test_client()
    pages = {code: client.post("/en/", data={"country": code}).text for code in COUNTRIES}
    ids = {one for page in pages.values() for one in cards(page)}
    return pages, {one: client.get(f"/api/v1/services/{one}").json for one in ids}


def told_as_a_fact(client):
    """Words that are no known place, or several, and yet make the strip at the top name a number to call."""
    words = ("Netherlands Antilles", "New Foo", "Georgia", "San José", "Moroco", "San")
    pages = {one: client.post("/en/", data={"where": one}).text for one in words}
    return {
        one for one, page in pages.items() if "tel:" in page.partition('class="danger"')[2].partition("</aside>")[0]
    }


def test_the_emergency_number_of_a_guess_is_no_fact(client):
    assert told_as_a_fact(client) == set()


@pytest.mark.mutant
def test_mutant_a_form_that_takes_the_likeliest_place_for_sure_is_found(client, monkeypatch):
    meaning = gazetteer.meaning

    def surely(*args, **kwargs):
        found = meaning(*args, **kwargs)
        return replace(found, sure=True) if isinstance(found, gazetteer.Meaning) else found

    monkeypatch.setattr(gazetteer, "meaning", surely)
    assert told_as_a_fact(client) == {"Georgia", "San José", "Moroco", "San"}


def unspoken(answers):
    """Countries whose answer has no number to call, or no way to write, and does not say so; or says so wrongly."""
    pages, records = answers
    wrong = set()
    for code, page in pages.items():
        channels = [(one, channel) for one in cards(page) for channel in records[one]["channels"]]
        calls = any(channel["type"] == "phone" for _, channel in channels)
        writes = any(
            channel["type"] in WRITTEN
            or (channel["type"] in {"web_form", "reporting_portal"} and channel["value"] != records[one]["website"])
            or channel["type"] == "reporting_portal"
            for one, channel in channels
        )
        if (calls, writes) != (NO_CALL not in page, NO_WRITE not in page):
            wrong.add(code)
    return wrong


def test_who_cannot_call_or_cannot_write_is_told_whether_there_is_another_way(answers):
    assert unspoken(answers) == set()


def test_what_is_written_is_said_to_stay_on_the_phone(answers):
    pages, _ = answers
    told = 0
    for page in pages.values():
        for card in cards(page).values():
            acts = card.partition('class="acts"')[2].partition("</div>")[0]
            written = re.search(r'href="(?:sms:|mailto:|https://wa\.me)', acts) or "Chat online" in acts
            assert not written or TRACE in card, card[:200]
            told += bool(written)
    assert told > 10


def test_beside_each_number_stand_its_cost_and_what_shows_on_the_bill(answers):
    pages, _ = answers
    seen = 0
    for page in pages.values():
        for card in cards(page).values():
            for way in re.findall(r"<li>\s*<p><b>Phone:</b>.*?</li>", card, re.DOTALL):
                assert any(words in way for words in BILL), way
                assert any(words in way for words in COST), way
                seen += 1
    assert seen > 20


def test_unknown_hours_are_said_to_be_unknown_and_never_open(answers):
    pages, records = answers
    unknown = 0
    for page in pages.values():
        for one, card in cards(page).items():
            if not any(channel["hours"] for channel in records[one]["channels"]):
                assert not re.search(r'class="state (?:open|closed)"', card), one
                unknown += 'class="state unknown"' in card and "We do not know if it is open now." in card
    assert unknown > 10


def test_every_card_says_how_it_was_checked(answers):
    pages, _ = answers
    for page in pages.values():
        for one, card in cards(page).items():
            assert re.search(r"Checked |Collected on |Not checked yet", card), one


@pytest.fixture
def old(seeded):
    """A line in Bouvet Island that should have been looked at three days ago, and states to be always open."""
    with seeded.transaction() as session:
        due = datetime.now(UTC).date() - timedelta(days=3)
        always = make_channel(hours="24/7", timezone="UTC")
        make_service(session, id=OLD, covers=("BV",), channels=[always], next_check_due=due)
    yield OLD
    with seeded.transaction() as session:
        strike_out_services(session, OLD)


def of_bouvet(client):
    return cards(client.post("/en/", data={"country": "BV"}).text)[OLD]


def test_what_may_be_out_of_date_says_so_and_is_not_called_open(client, old):
    card = of_bouvet(client)
    assert "This may be out of date. Try another below as well." in card
    assert 'class="state open"' not in card
    assert card.partition('class="or-ways"')[2].count("<a ") >= 2


def test_the_area_of_the_device_is_asked_for_on_a_press_beside_an_equal_list(client):
    form = client.get("/en/").text.partition('id="find"')[2].partition("</form>")[0]
    pair = form.partition('class="pair"')[2].partition("</div>")[0]
    assert ("Use my area" in pair, "Choose from a list" in pair) == (True, True)
    assert "We do not keep it." in form
    shown = client.post("/en/", data={"at": "-6.84,34.02"}).text
    assert "We use your phone" in shown  # the sign, and the way to forget it, as long as it is used
    assert 'name="forget"' in shown


@pytest.mark.mutant
def test_mutant_an_answer_that_never_says_what_is_missing_is_found(app, monkeypatch):
    monkeypatch.setattr(find_cards, "can_call", lambda _: True)
    client = app.test_client()
    page = client.post("/en/", data={"country": "GQ"}).text
    records = {one: client.get(f"/api/v1/services/{one}").json for one in cards(page)}
    assert unspoken(({"GQ": page}, records)) == {"GQ"}


@pytest.mark.mutant
def test_mutant_an_answer_blind_to_what_is_overdue_is_found(app, client, old, monkeypatch):
    assert "This may be out of date." in of_bouvet(client)
    monkeypatch.setitem(app.jinja_env.globals, "is_overdue", lambda _: False)
    assert "This may be out of date." not in of_bouvet(client)
