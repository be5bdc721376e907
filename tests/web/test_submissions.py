"""The form and the private page: taken in once, told what is wrong, and nothing typed is ever lost."""

import re
from math import cos, sin

import pytest
from sqlalchemy import text

from make import make_service, strike_out, strike_out_services
from popmap import submissions, withdrawals
from popmap.errors import UnavailableError
from popmap.models import Submission
from popmap.web import form_tokens
from popmap.web import submissions as door

FORM = "/en/submit"
HELPLINE = "ma-emc-helpline"
GOOD = {
    "kind": "helpline",
    "name": "Ligne d’écoute <b>&",
    "topics": ["family", "bullying"],
    "countries": "MA",
    "channels.0.type": "phone",
    "channels.0.value": "+212 522 202020",
    "channels.0.days": ["Mo", "Tu", "We", "Fr"],
    "channels.0.from": "9:00",
    "channels.0.to": "17:30",
    "channels.0.timezone": "Africa/Casablanca",
    "contact": "partner@example.org",
}


@pytest.fixture(autouse=True)
def no_limit(app, monkeypatch):
    """The limit is tried on its own."""
    monkeypatch.setattr(door.submissions, "count_intake", lambda *_, **__: None)


@pytest.fixture
def rows(seeded):
    def ask(statement="SELECT count(*) FROM submission"):
        with seeded.transaction() as session:
            return session.scalar(text(statement))

    return ask


def token_of(page):
    return re.search(r'name="token" value="([^"]+)"', page)[1]


def send(client, address=FORM, **more):
    values = {"token": token_of(client.get(address).text), "act": "send"} | GOOD | more
    return client.post(address, data={name: value for name, value in values.items() if value is not None})


def test_the_form_needs_no_cookie_and_no_database(client):
    reply = client.get(FORM)
    assert reply.status_code == 200
    assert "Set-Cookie" not in reply.headers
    assert reply.headers["Cache-Control"] == "no-store"


def test_what_is_sent_waits_and_leads_to_a_private_page(client, seeded):
    reply = send(client)
    assert reply.status_code == 303
    link = reply.headers["Location"]
    mine = client.get(link)
    assert "Waiting for a person" in mine.text
    assert "Ligne d’écoute &lt;b&gt;&amp;" in mine.text
    assert mine.headers["X-Robots-Tag"].startswith("noindex")
    assert mine.headers["Cache-Control"] == "no-store"
    with seeded.transaction() as session:
        body = session.query(Submission).order_by(Submission.key.desc()).first().body
    assert body["channels"][0]["hours"] == "Mo-We,Fr 09:00-17:30"
    assert body["coverage"]["countries"] == ["MA"]


def test_all_errors_come_in_one_answer(client, rows):
    before = rows()
    wrong = {"name": "", "contact": "no mailbox", "area": "1, x", "lat": "x", "lon": "1", "visitable": "yes"}
    wrong |= {"channels.0.value": "*#06#", "channels.0.from": "99", "website": "http://x", "countries": "MA"}
    wrong |= {"channels.0.timezone": "Mars/Base"}
    page = send(client, **wrong, summary="My name is Ann and I am 12")
    assert (page.status_code, rows()) == (422, before)
    told = set(re.findall(r'<a href="#f-([^"]+)"', page.text.partition('id="summary"')[2].partition("</section>")[0]))
    assert told >= {"name", "contact", "area", "lat", "channels.0.value", "channels.0.hours", "website", "sure"}
    assert "channels.0.timezone" in told
    assert not told & {"coverage", "city"}


def test_a_new_service_that_is_edited_too_late_is_still_called_new(client):
    link = send(client).headers["Location"]
    token = token_of(client.get(f"{link}/edit").text)
    client.post(f"{link}/withdraw")
    late = client.post(f"{link}/edit", data=GOOD | {"token": token, "form": "new", "words": "Typed late"})
    assert (late.status_code, "Typed late" in late.text) == (409, True)
    assert "Suggest a change" not in late.text
    for refused in (late, client.post(f"{link}/withdraw"), client.get(f"{link}x")):
        assert refused.headers["X-Robots-Tag"].startswith("noindex")
        assert refused.headers["Cache-Control"] == "no-store"


def test_nothing_of_it_is_public(client):
    send(client, name="Kanarienvogel", summary="Kanarienvogel")
    assert client.get("/api/v1/services?q=Kanarienvogel").get_json()["total"] == 0


def test_sent_twice_it_is_one(client, rows):
    before = rows()
    token = token_of(client.get(FORM).text)
    first, second = (client.post(FORM, data=GOOD | {"token": token}) for _ in range(2))
    assert rows() == before + 1
    assert second.headers["Location"].startswith(first.headers["Location"])


def test_gone_back_changed_and_sent_again_the_change_counts(client, rows):
    token = token_of(client.get(FORM).text)
    first = send(client, token=token)
    again = send(client, token=token, name="Ligne d’écoute, corrigée")
    assert again.headers["Location"] == first.headers["Location"]
    assert "corrigée" in client.get(again.headers["Location"]).text
    assert rows("SELECT max(revision) FROM submission WHERE body ->> 'name' LIKE '%corrigée'") == 2
    client.post(f"{first.headers['Location']}/withdraw")
    late = send(client, token=token, name="Too late")
    assert "already" in client.get(late.headers["Location"]).text


def kept(page):
    return all(words in page for words in ("Ligne d’écoute &lt;b&gt;&amp;", "+212 522 202020", "partner@"))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"topics": None}, "Please choose at least one topic."),
        ({"website": "http://example.org"}, "The address must begin with https://"),
        ({"area": "1, 2\n3"}, "Write one corner a line"),
        ({"channels.0.to": "late"}, "We could not read this."),
        ({"contact": "partner@"}, "This does not look like an e-mail address."),
        ({"homepage": "spam"}, "a field that must stay empty was filled"),
        ({"summary": "My name is Ana"}, "You do not need to tell us who you are."),
        ({"token": "forged"}, "please press “Send” once more"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_is_kept(client, rows, change, words):
    before = rows()
    reply = send(client, **change)
    assert reply.status_code == 422
    assert words in reply.text
    assert kept(reply.text)
    assert rows() == before


@pytest.mark.parametrize("sign", ["\ufffd", "\x00"], ids=["a sign that was lost before", "nul"])
def test_a_sign_that_is_no_text_is_told_beside_its_field_and_nothing_is_lost(client, rows, sign):
    before = rows()
    reply = send(client, summary=f"Listens{sign} to children.")
    assert (reply.status_code, kept(reply.text), rows()) == (422, True, before)
    assert 'id="fault-summary"' in reply.text
    assert "Listens" in reply.text


def test_a_form_filled_to_the_last_sign_is_taken(client):
    long = {f"translations.{code}.summary": "好" * 280 for code in ("fr", "ar", "es", "ru", "zh")}
    corners = "\n".join(f"{34 + 0.001 * sin(turn):.15f}, {-6 + 0.001 * cos(turn):.15f}" for turn in range(400))
    reply = send(client, words="好" * 2000, area=corners, sources="https://example.org/" + "a" * 1900, **long)
    assert (reply.status_code, "The edges of the area cross" in reply.text, kept(reply.text)) == (422, True, True)


def test_what_nobody_can_have_typed_is_told_not_a_fault_of_ours(client):
    for values in ({"words": "a" * 300_000}, {"topics": ["a"] * 3_100}):
        reply = client.post(FORM, data=values)
        assert (reply.status_code, "That is too long" in reply.text) == (413, True)


def test_the_summary_names_the_field_that_is_empty(client):
    reply = send(client, **{"channels.0.value": None, "channels.0.label": "for girls"})
    assert ">Way 1 – Number or address – Please fill this in.</a>" in reply.text


def test_each_fault_stands_in_the_summary_with_a_link_to_its_field(client):
    page = send(client, topics=None, kind=None).text
    for name in re.findall(r'<li><a href="#([^"]+)"', page.partition("</section>")[0]):
        assert f'id="{name}"' in page
    assert 'href="#f-kind"' in page
    assert 'href="#f-topics"' in page


def test_an_old_form_comes_back_filled_and_goes_through(client, monkeypatch):
    monkeypatch.setattr(form_tokens, "VALID_FOR_S", -1)
    old = send(client)
    assert (old.status_code, kept(old.text)) == (422, True)
    monkeypatch.undo()
    assert client.post(FORM, data=GOOD | {"token": token_of(old.text)}).status_code == 303


@pytest.mark.mutant
def test_without_keeping_it_would_be_lost(client, monkeypatch):
    monkeypatch.setattr(door, "_shown", lambda *_: "We could not save this.")
    assert not kept(client.post(FORM, data=GOOD).text)


def test_the_database_away_is_said_and_nothing_lost(client, monkeypatch):
    def gone():
        raise UnavailableError("away")

    token = token_of(client.get(FORM).text)
    monkeypatch.setattr(door.database, "transaction", gone)
    reply = client.post(FORM, data=GOOD | {"token": token})
    assert (reply.status_code, kept(reply.text)) == (503, True)
    assert "This was not saved" in reply.text


def test_the_sixth_in_an_hour_is_asked_to_wait(client, monkeypatch, app):
    monkeypatch.undo()
    network = {"REMOTE_ADDR": "203.0.113.7"}
    token = token_of(client.get(FORM).text)
    replies = []
    for number in range(6):
        values = GOOD | {"name": f"Flood {number}", "token": token_of(client.get(FORM).text)}
        replies.append(client.post(FORM, data=values, environ_base=network))
    assert [reply.status_code for reply in replies] == [303] * 5 + [429]
    assert "Much has been sent from your network" in replies[-1].text
    assert (
        client.post(FORM, data=GOOD | {"token": token}, environ_base={"REMOTE_ADDR": "203.0.114.7"}).status_code == 303
    )
    assert all(client.get("/en/about", environ_base=network).status_code == 200 for _ in range(50))


def test_another_site_cannot_send(client):
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}, {"Origin": "null"}):
        assert client.post(FORM, data=GOOD, headers=headers).status_code == 403


def test_ways_are_added_and_taken_out_without_a_script(client):
    page = client.post(FORM, data=GOOD | {"act": "add"}).text
    assert page.count('class="way"') == 2
    assert kept(page)
    page = client.post(FORM, data=GOOD | {"channels.1.value": "112", "act": "remove.1"}).text
    assert page.count('class="way"') == 1


def test_a_place_is_looked_up_and_parts_of_a_country_are_listed(client):
    assert "Rabat, Morocco" in client.post(FORM, data=GOOD | {"act": "place", "city": "Rabat"}).text
    assert 'value="MA-01"' in client.post(FORM, data=GOOD | {"act": "parts"}).text


def test_a_named_town_becomes_a_point(client, seeded):
    send(client, city="Rabat", visitable="yes")
    with seeded.transaction() as session:
        body = session.query(Submission).order_by(Submission.key.desc()).first().body
    assert body["location"]["coordinates"] == pytest.approx([-6.83, 34.01], abs=0.1)


def test_a_change_comes_filled_and_leaves_the_live_record(client, rows):
    page = client.get(f"/en/services/{HELPLINE}/suggest").text
    assert "EMC" in page
    reply = send(client, f"/en/services/{HELPLINE}/suggest", name="Another name")
    assert reply.status_code == 303
    assert rows("SELECT kind FROM submission ORDER BY key DESC LIMIT 1") == "change"
    assert "Another name" not in client.get(f"/en/services/{HELPLINE}").text


def test_a_report_is_one_press(client, rows):
    reply = client.post(f"/en/services/{HELPLINE}/report", data={"problem": "wrong_number"})
    assert reply.status_code == 303
    assert rows("SELECT problem FROM submission ORDER BY key DESC LIMIT 1") == "wrong_number"


def test_what_is_not_public_cannot_be_changed(client):
    assert client.get("/en/services/xx-none/suggest").status_code == 404
    assert client.post("/en/services/xx-none/report", data={"problem": "closed"}).status_code == 404


def test_from_find_help_no_address_tells_which_service_was_looked_at(client):
    """T4: an address stays in the history, what is sent does not."""
    answer = client.post("/en/", data={"country": "MA"}).text
    assert "/services/" not in answer
    page = client.post("/en/report", data={"service": HELPLINE})
    assert page.status_code == 200
    head = page.text[page.text.index("<main") : page.text.index('id="draft"')]
    assert "/services/" not in head  # no address to press or to send to that the browser's history would keep
    sent = client.post("/en/report", data={"service": HELPLINE, "problem": "closed"})
    assert sent.status_code == 303
    assert HELPLINE not in sent.location
    client.post(f"{sent.location}/withdraw")
    assert client.post("/en/report", data={"service": "xx-none"}).status_code == 404


def test_the_sender_edits_and_withdraws(client):
    link = send(client).headers["Location"]
    edited = client.post(f"{link}/edit", data=GOOD | {"name": "Edited"})
    assert edited.headers["Location"] == link
    assert "Edited" in client.get(link).text
    client.post(f"{link}/withdraw")
    assert "Withdrawn by you" in client.get(link).text
    assert client.post(f"{link}/edit", data=GOOD).status_code == 409


@pytest.fixture
def doomed_id(seeded):
    """A public service that a test may take down."""
    with seeded.transaction() as session:
        service_id = make_service(session).id
    yield service_id
    with seeded.transaction() as session:
        strike_out(session)
        strike_out_services(session, service_id)


@pytest.fixture
def pause(seeded, doomed_id):
    def take_down():
        with seeded.transaction() as session:
            withdrawals.withdraw(session, doomed_id, by_role="moderator", reason="a test", status="paused")

    return take_down


def test_what_is_edited_while_it_is_decided_comes_back_with_the_way_to_what_became_of_it(client, seeded):
    link = send(client).headers["Location"]
    page = client.get(f"{link}/edit").text
    with seeded.transaction() as session:
        last = session.query(Submission).order_by(Submission.key.desc()).first()
        submissions.step(session, last, "rejected", "rejected", submissions.By("moderator"))
    reply = client.post(f"{link}/edit", data=GOOD | {"token": token_of(page), "words": "Typed late"})
    assert (reply.status_code, kept(reply.text), "Typed late" in reply.text) == (409, True, True)
    summary = reply.text.partition('id="summary"')[2].partition("</section>")[0]
    assert "was decided or taken back in the meantime" in summary
    assert f'href="{link}"' in summary
    assert reply.headers["X-Robots-Tag"].startswith("noindex")
    assert reply.headers["Referrer-Policy"] == "same-origin"


def test_a_change_of_what_was_taken_down_meanwhile_comes_back(client, rows, doomed_id, pause):
    before = rows()
    page = client.get(f"/en/services/{doomed_id}/suggest").text
    pause()
    reply = client.post(f"/en/services/{doomed_id}/suggest", data=GOOD | {"token": token_of(page)})
    assert (reply.status_code, kept(reply.text), rows()) == (404, True, before)
    assert "is not shown on this site just now" in reply.text.partition('id="summary"')[2].partition("</section>")[0]
    nobody = client.post("/en/services/xx-none/suggest", data=GOOD | {"token": token_of(page)})
    assert (nobody.status_code, kept(nobody.text)) == (404, True)  # both look alike


@pytest.mark.parametrize("address", ["/en/services/{}/report", "/en/report"])
def test_the_words_of_a_report_of_what_was_taken_down_meanwhile_can_be_copied(client, rows, doomed_id, pause, address):
    before, address = rows(), address.format(doomed_id)
    pause()
    reply = client.post(address, data={"service": doomed_id, "problem": "closed", "words": "The door <b> is shut"})
    assert (reply.status_code, rows()) == (404, before)
    assert all(one in reply.text for one in ("It does not exist any more", "The door &lt;b&gt; is shut</textarea>"))
    assert "is not shown on this site just now" in reply.text
    forged = client.post(address, data={"service": doomed_id, "problem": "forged", "words": "Typed"})
    assert (forged.status_code, "Typed</textarea>" in forged.text) == (404, True)
    assert client.post("/en/report", data={"service": doomed_id}).status_code == 404


def test_a_change_that_waits_is_shown_and_kept_while_its_service_is_taken_down(client, doomed_id, pause):
    address = f"/en/services/{doomed_id}/suggest"
    link = send(client, address).headers["Location"]
    pause()
    shown = client.get(f"{link}/edit")
    assert (shown.status_code, kept(shown.text)) == (200, True)
    late = client.post(f"{link}/edit", data=GOOD | {"name": "Typed late", "token": token_of(shown.text)})
    assert (late.status_code, "Typed late" in late.text, "+212 522 202020" in late.text) == (404, True, True)
    for page in (shown.text, late.text):
        summary = page.partition('id="summary"')[2].partition("</section>")[0]
        assert "is not shown on this site just now" in summary
        assert f'href="{link}"' in summary


@pytest.mark.mutant
def test_without_what_is_too_late_coming_back_it_would_be_lost(client, monkeypatch):
    monkeypatch.setattr(door, "_too_late", lambda _typed, error: door.errors.reply_to_unknown(error))
    assert not kept(client.post("/en/services/xx-none/suggest", data=GOOD).text)


def test_a_guessed_link_is_nothing(client):
    assert client.get("/en/submissions/guessed").status_code == 404


def test_a_table_is_tried_out_then_sent(client):
    columns = client.get("/en/submit/many").text.partition('id="columns" dir="ltr">')[2].partition("<")[0].split(",")
    cells = {"id": "ma-row", "kind": "helpline", "name": "Row line", "countries": "MA", "topics": "family"}
    cells |= {"location_precision": "none", "confidence": "medium", "source_url": "https://example.org/"}
    wrong, right = (
        "\r\n".join([",".join(columns), ",".join((cells | {"email": email}).get(name, "") for name in columns)])
        for email in ("nobody", "help@example.org")
    )
    token = token_of(client.get("/en/submit/many").text)
    refused = client.post("/en/submit/many", data={"table": wrong, "token": token})
    assert (refused.status_code, "nobody" in refused.text, '<td>2</td><td dir="ltr">email</td>' in refused.text) == (
        422,
        True,
        True,
    )
    tried = client.post("/en/submit/many", data={"table": right, "token": token, "try": "yes"})
    assert "1 row, nothing wrong in it" in tried.text
    assert "/en/submissions/" in client.post("/en/submit/many", data={"table": right, "token": token}).text


@pytest.mark.parametrize("address", [f"/en/services/{HELPLINE}/suggest", "/en/submissions/some-link/edit"])
def test_a_change_comes_back_as_well_while_the_database_is_away(client, monkeypatch, address):
    def gone():
        raise UnavailableError("away")

    monkeypatch.setattr(door.database, "transaction", gone)
    reply = client.post(address, data=GOOD)
    assert (reply.status_code, kept(reply.text), "This was not saved" in reply.text) == (503, True, True)


def table_of(columns, **cells):
    known = {"id": "ma-row", "kind": "helpline", "name": "Row line", "countries": "MA", "topics": "family"}
    known |= {"location_precision": "none", "confidence": "medium", "source_url": "https://example.org/"}
    known |= {"email": "help@example.org"} | cells
    return "\r\n".join([",".join(columns), ",".join(known.get(name, "") for name in columns)])


def test_a_table_gone_back_to_and_changed_is_never_thanked_for_unsaved(client):
    page = client.get("/en/submit/many").text
    columns = page.partition('id="columns" dir="ltr">')[2].partition("<")[0].split(",")
    first, same, changed = (
        client.post("/en/submit/many", data={"table": table_of(columns, name=name), "token": token_of(page)}).text
        for name in ("First name", "First name", "Second name")
    )
    links = [re.findall(r'"(/en/submissions/[^"]+)"', one) for one in (first, same, changed)]
    assert links[0] == links[1] != links[2]
    assert "Second name" in client.get(links[2][0]).text


def test_a_report_and_a_change_from_one_page_are_two(client, rows):
    before = rows()
    token = token_of(client.get(f"/en/services/{HELPLINE}/suggest").text)
    client.post(f"/en/services/{HELPLINE}/report", data={"problem": "closed", "token": token})
    client.post(f"/en/services/{HELPLINE}/suggest", data=GOOD | {"token": token})
    assert rows() == before + 2
