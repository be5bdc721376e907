"""T22 to T31: hostile input by form, API and table: no answer of 5xx, no restart, nothing taken in that should not be.

Drawn from a fixed seed: 20,000 in each run, 200,000 in the long one. What gets through all checks is taken in as far as
the database's last questions, then rolled back.
"""

import contextlib
import copy
import io
import json
import random
from collections import Counter

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session

from make import draft
from popmap.loading import HEADERS
from popmap.web import database as door
from popmap.web import form_tokens

FIELDS = (
    *("kind", "name", "name_en", "organization", "operator_type", "summary", "website", "cost", "privacy", "city"),
    *(
        "topics",
        "audiences",
        "languages",
        "min_age",
        "max_age",
        "countries",
        "subdivisions",
        "worldwide",
        "area",
        "lat",
    ),
    *("lon", "visitable", "address_confidential", "sources", "words", "contact", "sure", "act", "token", "place"),
    *("channels.0.type", "channels.0.value", "channels.0.hours", "channels.0.timezone", "channels.0.from"),
    *(
        "channels.99.value",
        "channels.0.days",
        "ai.role",
        "ai.talks_to_child",
        "ai.role.source",
        "youth.run_by",
        "homepage",
    ),
)
TEXTS = (
    *(
        "",
        " ",
        "a" * 300,
        "a" * 5000,
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "{{7*7}}",
        "${7*7}",
    ),
    *(
        "'; DROP TABLE service; --",
        "\u202egnp.exe",
        "a" + "\u0301" * 40,
        "\u200b\u200d\ufeff",
        "\u3164",
        "\ud7ff\ue000",
    ),
    *("javascript:alert(1)", "data:text/html,x", "https://a@b.example", "https://127.1/", "https://[::ffff:7f00:1]/"),
    *(
        "https://раypal.com",
        "https://xn--a.example",
        "https://" + "a." * 900 + "org",
        "file:///etc/passwd",
        "//example.org",
    ),
    *(
        "*#06#",
        "tel:*2767*3855%23",
        "0906 123 4567",
        "+1 900 555 1234",
        "٠٨٠٠",
        "０８００",
        "+" + "9" * 40,
        "--1",
        "1_0",
    ),
    *("NaN", "Infinity", "1e400", "-0", "181", "91", "9" * 400, "24/7", "Mo-Fr 25:00-99:00", "Mo" * 200, "(" * 300),
    *("=cmd|' /C calc'!A0", "@SUM(1)", "\t=1", "../../etc/passwd", "%00"),
    *("\r\nSet-Cookie: a=b", "🏳️‍🌈" * 60, "ﷺ" * 100),
    *("MA", "US-AZ", "family", "helpline", "phone", "yes", "true", "en", "town:999999999999", "country:MA", "remove.0"),
    *("0, 0\n1, 1\n1, 0\n0, 1", '{"type":"Polygon","coordinates":[[[0,0],[1,1],[1,0],[0,1],[0,0]]]}', '{"a":' * 30),
)
VALUES = (None, True, False, 0, -1, 10**30, 1.5, -0.0, [], {}, [[]], [None], {"a": {}}, [{"type": "phone"}], "x" * 1000)
RAW = (
    b"",
    b"[" * 20_000,
    b'{"a":' * 20_000,
    b'{"service": NaN}',
    b'{"service": "\xff\xfe"}',
    b'{"service": "\\ud800"}',
    b"\x00" * 100,
    b"null",
    b"1" * 5000,
    b'{"kind":"new","kind":"report"}',
)


class Lazy:
    """A session that sets its savepoint with the first thing it is asked: most inputs are refused before."""

    def __init__(self, session):
        self.session, self.savepoint = session, None

    def __getattr__(self, name):
        if self.savepoint is None:
            self.savepoint = self.session.begin_nested()
        return getattr(self.session, name)


@pytest.fixture
def taken(app, seeded, monkeypatch):
    """The records that views would have kept: each is asked all its questions, then taken back to a savepoint.

    One connection for all of them: making one for each input would cost more than the input.
    """
    found = []
    engine = create_engine(seeded.owner_url)
    monkeypatch.setattr("popmap.submissions.count_intake", lambda *_, **__: None)
    monkeypatch.setattr(app, "testing", False)  # as for visitors: an error becomes an answer
    with engine.connect() as connection, Session(connection, expire_on_commit=False) as session:
        last = session.scalar(text("SELECT coalesce(max(key), 0) FROM submission"))
        newer = "SELECT body FROM submission WHERE body IS NOT NULL AND key > :last"

        @contextlib.contextmanager
        def transaction():
            lazy = Lazy(session)
            try:
                yield lazy
                if lazy.savepoint is not None:
                    session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
                    found.extend(session.scalars(text(newer), {"last": last}))
            finally:
                if lazy.savepoint is not None:
                    lazy.savepoint.rollback()
                    session.expunge_all()

        monkeypatch.setattr(door, "transaction", transaction)
        yield found
    engine.dispose()


def hostile_text(draw):
    words = draw.choice(TEXTS)
    if draw.random() < 0.3:
        words += "".join(chr(draw.choice((draw.randrange(32, 0x2FF), draw.randrange(0x300, 0xD7FF)))) for _ in range(5))
    return words


def form(draw, token):
    """A form with a token of ours, as a browser would send it, unless that is what is hostile in it."""
    good = {"kind": "helpline", "name": "A line", "topics": "family", "countries": "MA"}
    good |= {"channels.0.type": "email", "channels.0.value": "help@example.org"}
    values = {"token": token} | {name: text for name, text in good.items() if draw.random() < 0.9}
    for name in draw.sample(FIELDS, draw.randint(1, 5)):
        values[name] = [hostile_text(draw) for _ in range(draw.choice((1, 1, 1, 3)))]
    return values


def bend(draw, value):
    """The same JSON with one thing in it replaced by something hostile."""
    if isinstance(value, dict) and value and draw.random() < 0.85:
        name = draw.choice(list(value))
        bent = value | {name: bend(draw, value[name])}
        return bent | ({hostile_text(draw)[:50]: 1} if draw.random() < 0.1 else {})
    if isinstance(value, list) and value and draw.random() < 0.7:
        place = draw.randrange(len(value))
        return [bend(draw, one) if at == place else one for at, one in enumerate(value)]
    return copy.deepcopy(draw.choice(VALUES)) if draw.random() < 0.4 else hostile_text(draw)


def body(draw):
    if draw.random() < 0.05:
        return draw.choice(RAW)
    area = {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]} if draw.random() < 0.002 else None
    whole = draft(coverage={"countries": ["MA"], "area": area}, ai={"role": {"answer": ["talks"], "source": None}})
    given = {"kind": "new", "service": whole, "words": "", "language": "en"}
    return json.dumps(bend(draw, given)).encode("utf-8", "surrogatepass")


def table(draw):
    columns = HEADERS["services"]
    rows = [",".join(columns)]
    for _ in range(draw.randint(1, 3)):
        cells = {
            "id": "ma-x",
            "kind": "helpline",
            "name": "X",
            "countries": "MA",
            "topics": "family",
            "email": "a@b.org",
        }
        cells[draw.choice(columns)] = hostile_text(draw)
        quoted = ('"' + cells.get(name, "").replace('"', '""') + '"' for name in columns)
        rows.append(",".join(quoted) if draw.random() < 0.95 else hostile_text(draw))
    return "\r\n".join(rows).encode("utf-8", "surrogatepass")


WAYS = ("form", "report", "api", "csv")


def sent(client, draw, number, counted=None):
    """One hostile request; the status of the answer."""
    way = draw.choices(WAYS, (3, 1, 40, 4))[0]
    if counted is not None:
        counted[way] += 1
    if way == "form":
        with client.application.app_context():
            token = form_tokens.fresh(f"hostile-{number:020}")
        return client.post("/en/submit", data=form(draw, token)).status_code
    if way == "report":
        values = {"problem": hostile_text(draw), "words": hostile_text(draw)}
        return client.post("/ar/services/ma-emc-helpline/report", data=values).status_code
    headers = {"Idempotency-Key": f"hostile-{number:020}"}
    if way == "api":
        return client.post("/api/v1/submissions", data=body(draw), headers=headers).status_code
    return client.post("/api/v1/submissions/csv", data=io.BytesIO(table(draw)), headers=headers).status_code


def processes(database):
    """When PostgreSQL started, and the process that it starts anew after the crash of any other of its processes."""
    query = "SELECT pg_postmaster_start_time(), pid FROM pg_stat_activity WHERE backend_type = 'checkpointer'"
    with database.transaction() as session:
        return tuple(session.execute(text(query)).one())


@pytest.mark.parametrize("count", [20_000, pytest.param(200_000, marks=pytest.mark.long)])
def test_hostile_input_gets_an_answer_and_never_a_crash(app, seeded, taken, count, capsys):
    draw, client = random.Random(31), app.test_client()
    began, ways = processes(seeded), Counter()
    statuses = Counter(sent(client, draw, number, ways) for number in range(count))
    with capsys.disabled():
        print(f"\n{count} hostile inputs {dict(ways)}: answers {dict(statuses)}, {len(taken)} taken in")
    assert {status for status in statuses if status >= 500} == set()
    assert set(statuses) <= {200, 201, 303, 400, 403, 404, 409, 413, 414, 415, 422, 429}
    assert min(ways.values()) >= count / 100
    assert processes(seeded) == began


def test_what_got_in_is_clean(app, taken):
    draw, client = random.Random(32), app.test_client()
    for number in range(1_000):
        sent(client, draw, number)
    assert taken
    for record in taken:
        urls = [record["website"], *(source["url"] for source in record["sources"])]
        assert all(url.startswith("https://") for url in urls if url)
        numbers = [one["value"] for one in record["channels"] if one["type"] in ("phone", "sms", "whatsapp")]
        assert not [value for value in numbers if "*" in value or "#" in value]


@pytest.mark.mutant
def test_a_reader_that_trusts_would_fail(app, taken, monkeypatch):
    monkeypatch.setattr("popmap.inputs.checked_proposal", lambda given, **_: given["no such thing"])
    draw, client = random.Random(33), app.test_client()
    assert 500 in {sent(client, draw, number) for number in range(200)}
