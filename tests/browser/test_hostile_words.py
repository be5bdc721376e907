"""T22: what somebody sends in is words on every page: sent, approved, then opened in a real browser, and nothing runs.

Payloads are made from tags, events, addresses and ways to hide them; 120 in each run, 1,500 in the long one, several to
a record. A script that runs would call ``xss``; so would any handler, frame or address that the words smuggle in.
"""

import itertools
import random

import pytest
from sqlalchemy import text

from make import draft, make_moderator, sign_in, strike_out, strike_out_services
from popmap import moderation, submissions
from popmap.inputs import checked_proposal
from popmap.moderation import Verdict, approvals
from popmap.submissions import Sending

pytestmark = pytest.mark.browser

CALLS = ("xss(1)", "top['xss'](1)", "eval('xss(1)')", "Function`xss(1)```", "[1].map(xss)", "setTimeout('xss(1)')")
TAGS = (
    "img src=x",
    "svg",
    "body",
    "video src=x",
    "iframe src=x",
    "details open",
    "input autofocus",
    "a href=x",
    "math",
)
EVENTS = ("onerror", "onload", "onfocus", "ontoggle", "onmouseover", "onanimationstart", "onpageshow")
WRAPS = (
    "{}",
    '"{}',
    "'{}",
    "--></script>{}",
    "</title>{}",
    "</textarea>{}",
    "</style>{}",
    "]]>{}",
    "\\{}",
    "<!--{}-->",
)
SHAPES = (
    "<script>{call}</script>",
    "<{tag} {event}={call}>",
    "<{tag}/{event}='{call}'//",
    "<sVg><aNimate {event}={call}>",
    '<a href="javascript:{call}">x</a>',
    "<iframe srcdoc='<script>parent.{call}</script>'>",
    '" {event}="{call}" autofocus x="',
    "' {event}='{call}' tabindex=1 x='",
    "&lt;script&gt;{call}&lt;/script&gt;",
    "\u003cscript\u003e{call}\u003c/script\u003e",
    "{{{{constructor.constructor('{call}')()}}}}",
    "${{{call}}}",
    "<style>@import'javascript:{call}'</style>",
    "<meta http-equiv=refresh content='0;javascript:{call}'>",
    "<base href='javascript:{call}//'>",
    "<object data='data:text/html,<script>{call}</script>'>",
    "<form action='javascript:{call}'><button>go</button></form>",
    "<math><mtext></p><style><!--</style><img src onerror={call}>",
)
WATCH = """
  window.ran = [];
  const note = (what) => window.ran.push(String(what));
  for (const name of ['xss', 'alert', 'confirm', 'prompt']) window[name] = () => note(name);
  addEventListener('securitypolicyviolation', (event) => note(`${event.violatedDirective} ${event.sample}`));
"""
FIELDS = ("name_en", "organization", "summary", "city")


def payloads(count):
    draw = random.Random(22)
    kinds = itertools.cycle(SHAPES)
    for shape in itertools.islice(kinds, count):
        words = shape.format(call=draw.choice(CALLS), tag=draw.choice(TAGS), event=draw.choice(EVENTS))
        yield draw.choice(WRAPS).format(words)[:200]


def records(count):
    """Drafts with a payload in every field that holds words."""
    left = list(payloads(count))
    for number in itertools.count():
        if len(left) < len(FIELDS) + 4:
            return
        fields = {name: left.pop() for name in FIELDS}
        ways = [{"type": "phone", "value": "+212 522 202020", "label": left.pop()[:200]}]
        ways.append({"type": "in_person", "value": left.pop()})
        sources = [{"url": f"https://example.org/{number}", "seen": left.pop()}]
        yield draft(name=f"{left.pop()} {number}", channels=ways, sources=sources, **fields)


@pytest.fixture
def hostile(seeded, request):
    """Keys, service ids and links of records that went all the way, and one of each that still waits."""
    with seeded.transaction() as session:
        people = [make_moderator(session, f"x{number}@example.org", "lead") for number in range(2)]
        keys, ids = [], []
        for number, given in enumerate(records(request.param)):
            words = next(payloads(1)) + str(number)
            body = checked_proposal(given).record
            sending = Sending("new", f"hostile {number}", f"hostile {number}", "en", "form", body=body, words=words)
            submissions.submit(session, sending)
            keys.append(session.scalar(text("SELECT max(key) FROM submission")))
            if number % 8 != 7:
                ids.append(approved(session, keys[-1], people[0]))
    yield people[0], keys, ids
    with seeded.transaction() as session:
        strike_out(session)
        strike_out_services(session, *ids)


def approved(session, key, person):
    verdict = Verdict(person, approvals.digest(session, key), "off", frozenset(moderation.CHECKLIST))
    moderation.approve(session, key, verdict)
    return moderation.load(session, key)[0].service_id


def views(keys, ids):
    """Every view that shows such words; each record's own page, and one of each other kind in turn."""
    of_one = ("/en/services/{}", "/ar/services/{}/suggest", "/moderate/records/{}", "/api/v1/services/{}")
    yield from (of_one[0].format(id_) for id_ in ids)
    yield from (of_one[number % 3 + 1].format(id_) for number, id_ in enumerate(ids))
    yield from (f"/moderate/submissions/{key}" for key in keys[::3])
    yield from (f"/en/submissions/hostile%20{number}" for number in range(0, len(keys), 5))
    yield from ("/en/explore?country=MA&sort=updated", "/en/countries/MA", "/en/countries/MA/kept", "/moderate/")
    yield from ("/moderate/records/?q=ma-", "/moderate/checks/", "/api/v1/services?country=MA", "/fr/explore?q=script")


def ran(page, home, paths):
    """What ran or was stopped on these pages."""
    found = []
    for path in paths:
        page.goto(home + path, wait_until="domcontentloaded")
        page.mouse.move(300, 300)
        page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
        found += [(path, what) for what in page.evaluate("window.ran ?? []")]
    return found


@pytest.fixture
def watched(browser):
    context = browser.new_context(viewport={"width": 1280, "height": 2000})
    context.add_init_script(WATCH)
    yield context.new_page()
    context.close()


def signed_in(app, seeded, person, page, home):
    client = app.test_client()
    sign_in(seeded, client, person)
    cookie = client.get_cookie("popmap-moderator-here", path="/moderate")
    page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": f"{home}/moderate"}])


@pytest.mark.parametrize("hostile", [120, pytest.param(1500, marks=pytest.mark.long)], indirect=True)
def test_no_words_run_on_any_page(app, seeded, live_server, watched, hostile):
    person, keys, ids = hostile
    signed_in(app, seeded, person, watched, live_server)
    paths = list(views(keys, ids))
    assert ran(watched, live_server, paths) == []
    watched.goto(f"{live_server}/en/submit")
    watched.get_by_label("Name", exact=True).fill("script xss")
    watched.goto(f"{live_server}/en/explore?country=MA&sort=updated")
    watched.wait_for_selector("#map[data-state=ready]")
    assert watched.evaluate("window.ran") == []
    print(f"{len(keys)} records, {len(paths)} views, 0 ran")


@pytest.mark.mutant
@pytest.mark.parametrize("hostile", [40], indirect=True)
def test_mutant_a_page_that_does_not_escape_is_noticed(live_server, watched, hostile):
    def spoiled(route):
        body = (
            route.fetch().text().replace("&lt;", "<").replace("&gt;", ">").replace("&#34;", '"').replace("&#39;", "'")
        )
        route.fulfill(status=200, content_type="text/html", body=body)

    watched.route("**/en/services/*", spoiled)
    assert ran(watched, live_server, [f"/en/services/{id_}" for id_ in hostile[2]])
