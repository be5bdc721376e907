"""T26: whatever address a stranger gives, the link checker never reaches into the host's own network.

The world is two stub servers: one that public addresses lead to, one that stands for everything inside (loopback,
neighbours, cloud metadata). Names are resolved by a stub. The one inside must never be connected to.
"""

import gzip
import socketserver
import threading
import time
from collections import Counter

import httpcore
import pytest

from popmap.checks import fetching
from popmap.checks.fetching import Answer, Checker, allowed_parts

PUBLIC = "93.184.215.14"
PUBLIC_6 = "2606:2800:21f:cb07:6820:80da:af6b:8b2c"

INSIDE = """
    127.0.0.1 127.1 127.0.1 0x7f.1 0x7f000001 2130706433 017700000001 0177.0.0.1 127.0.0.1. 127.255.255.254
    0 0.0.0.0 10.0.0.1 10.255.255.255 172.16.0.1 172.31.255.254 192.168.0.1 192.168.255.255 169.254.169.254
    169.254.170.2 100.64.0.1 100.100.100.200 192.0.0.1 192.0.0.8 192.0.2.1 192.88.99.1 198.18.0.1 198.51.100.1
    203.0.113.1 224.0.0.1 239.255.255.250 240.0.0.1 255.255.255.255 2852039166 0xa9fea9fe
    0251.0376.0251.0376 ⑯⑨.②⑤④.①⑥⑨.②⑤④ 127。0。0。1
    [::1] [::] [::ffff:127.0.0.1] [::ffff:7f00:1] [::ffff:10.0.0.1] [::127.0.0.1] [fe80::1] [fe80::1%25eth0]
    [fc00::1] [fd00:ec2::254] [fec0::1] [ff02::1] [64:ff9b::7f00:1] [64:ff9b::a9fe:a9fe] [64:ff9b:1::7f00:1]
    [2002:7f00:1::] [2002:a9fe:a9fe::] [2001:0:7f00:1::1] [2001:db8::1] [100::1] [3fff::1] [::ffff:0:127.0.0.1]
    """.split()
NAMES = {
    "localhost": ["127.0.0.1"],
    "localhost.example": ["127.0.0.1"],
    "six.example": ["::1"],
    "mapped.example": ["::ffff:169.254.169.254"],
    "both.example": [PUBLIC, "127.0.0.1"],
    "both6.example": [PUBLIC_6, "::1"],
    "metadata.example": ["169.254.169.254"],
    "shared.example": ["100.64.0.1"],
    "zone.example": ["fe80::1%eth0"],
    "nothing.example": [],
}
SCHEMES = (
    *"""
    gopher://p.example/_x ftp://p.example/ file:///etc/passwd dict://p.example:11211/stat ldap://p.example
    jar:http://p.example!/ javascript:alert(1) data:text/html,x //p.example/ p.example http:p.example http:///p
    https://p.example:22/ http://p.example:6379/ https://p.example:8443/ http://p.example:443/ https://p.example:80/
    http://u:p@p.example/ http://p.example@127.0.0.1/ http://127.0.0.1@p.example/ http://[::1/ http://
    http://p.example:99999/ http://p.example:x/ unix:///run/x.sock blob:http://p.example/x http+unix://x/
    http://-.example/ http://... http://p..example/ sftp://p.example/ ssh://p.example/ tftp://p.example/x
    """.split(),
    *("http://p.example\\@127.0.0.1/", "http://p.exa mple/", "http://p.example/\r\nHost: 127.0.0.1", "", " ", "\x00"),
    *("https://" + "a" * 300 + ".example/", "https://p.example/" + "a" * 3000, "http://" + "a." * 200 + "example/"),
)
TARGETS = (
    *(f"http://{host}/" for host in INSIDE),
    *(f"https://{host}/latest/meta-data/" for host in ("127.0.0.1", "169.254.169.254", "[::1]", "10.0.0.1")),
    *(f"http://{name}/" for name in NAMES),
    *SCHEMES,
    "http://rebinding.example/",
    *(
        f"http://p.example/to/{way}"
        for way in ("loopback", "metadata", "name", "six", "gopher", "port", "user", "twice")
    ),
)
ONWARDS = {
    "/to/loopback": "http://127.0.0.1/",
    "/to/metadata": "http://169.254.169.254/latest/meta-data/",
    "/to/name": "http://localhost.example/",
    "/to/six": "http://[::1]/",
    "/to/gopher": "gopher://127.0.0.1/",
    "/to/port": "http://p.example:6379/",
    "/to/user": "http://p.example@127.0.0.1/",
    "/to/twice": "/to/loopback",
    "/home": "/new-home",
    "/round": "/round",
    "/for-now": "/new-home",
}


class Outside(socketserver.StreamRequestHandler):
    """The public server: sends onwards, drips, or sends a bomb, by the path."""

    def handle(self):
        line = self.rfile.readline().decode("latin-1")
        path = line.split(" ")[1] if " " in line else "/"
        headers = [header for header in iter(self.rfile.readline, b"\r\n") if header]
        self.server.seen.append((path, headers))
        try:
            self.reply(path)
        except OSError:  # the checker has had enough
            self.server.hung_up.append(path)

    def reply(self, path):
        special = {"/slow": self.drip, "/endless": self.flood, "/bomb": self.bomb, "/nonsense": self.mumble}
        if path in ONWARDS:
            status = 302 if path == "/for-now" or path.startswith("/to/") else 301
            self.send(f"HTTP/1.1 {status} Moved\r\nLocation: {ONWARDS[path]}\r\nContent-Length: 0\r\n\r\n".encode())
        elif path.startswith("/status/"):
            self.send(f"HTTP/1.1 {path[8:]} So\r\nSet-Cookie: a=b\r\nContent-Length: 0\r\n\r\n".encode())
        else:
            special.get(path, self.ok)()

    def ok(self):
        self.send(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

    def drip(self):
        self.send(b"HTTP/1.1 200 OK\r\n")
        for number in range(200):
            time.sleep(0.1)
            self.send(f"X-{number}: x\r\n".encode())

    def flood(self):
        self.send(b"HTTP/1.1 200 OK\r\nX: ")
        while True:
            self.send(b"x" * 65536)

    def bomb(self):
        bomb = gzip.compress(b"\0" * 50_000_000)
        self.send(f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {len(bomb)}\r\n\r\n".encode() + bomb)

    def mumble(self):
        self.send(b"\x00\x01 nothing like HTTP\r\n\r\n")

    def send(self, data):
        self.wfile.write(data)
        self.wfile.flush()


class Inside(socketserver.BaseRequestHandler):
    """What must never be asked."""

    def handle(self):
        self.server.hits += 1


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, handler):
        super().__init__(("127.0.0.1", 0), handler)
        self.seen, self.hung_up, self.hits = [], [], 0
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()


class World:
    """Two servers, a resolver and a way to connect that leads to the one or the other."""

    def __init__(self):
        self.outside, self.inside = Server(Outside), Server(Inside)
        self.asked = Counter()

    def resolve(self, host, _port):
        self.asked[host] += 1
        if host == "rebinding.example":
            return [PUBLIC] if self.asked[host] == 1 else ["127.0.0.1"]
        if host in NAMES:
            return NAMES[host]
        if host.endswith(".example"):
            return [PUBLIC]
        return fetching.resolve(host, _port)  # numbers in all their spellings, as the system reads them

    def connect(self, address, _port, seconds):
        server = self.outside if address in {PUBLIC, PUBLIC_6} else self.inside
        host, port = server.server_address
        return httpcore.SyncBackend().connect_tcp(host, port, timeout=seconds)

    def close(self):
        for server in (self.outside, self.inside):
            server.shutdown()
            server.server_close()

    def checker(self):
        return Checker(resolver=self.resolve, connect=self.connect)


@pytest.fixture
def world():
    made = World()
    yield made
    made.close()


def test_there_are_enough_targets():
    assert len(set(TARGETS)) >= 120


def test_nothing_inside_is_ever_asked(world, monkeypatch):
    monkeypatch.setattr(fetching, "MAX_SECONDS", 1.0)
    answers = {target: world.checker().check(target) for target in TARGETS}
    time.sleep(0.05)
    assert world.inside.hits == 0
    public = {"http://rebinding.example/"}
    assert {target for target, answer in answers.items() if answer.kind in {"ok", "moved"}} == public


@pytest.mark.mutant
def test_without_its_look_at_the_address_it_would_be(world, monkeypatch):
    monkeypatch.setattr(fetching, "is_public", lambda _address: True)
    for target in ("http://127.0.0.1/", "http://metadata.example/", "http://p.example/to/loopback"):
        world.checker().check(target)
    time.sleep(0.05)
    assert world.inside.hits == 3


def test_a_name_is_resolved_once(world):
    world.checker().check("http://rebinding.example/")
    assert world.asked["rebinding.example"] == 1


@pytest.mark.parametrize("path", ["/slow", "/endless", "/round", "/nonsense"])
def test_what_takes_too_long_or_too_much_is_let_go(world, path, monkeypatch):
    monkeypatch.setattr(fetching, "MAX_SECONDS", 1.0)
    began = time.monotonic()
    assert world.checker().check(f"http://p.example{path}") == Answer("unreachable")
    assert time.monotonic() - began < 2


def test_a_name_that_is_never_resolved_is_let_go(monkeypatch):
    monkeypatch.setattr(fetching, "MAX_SECONDS", 0.3)
    began = time.monotonic()
    assert Checker(resolver=lambda *_: time.sleep(1) or [PUBLIC]).check("http://p.example/").kind == "unreachable"
    assert time.monotonic() - began < 0.9


def test_a_bomb_is_not_unpacked_and_not_read(world):
    assert world.checker().check("http://p.example/bomb") == Answer("ok", 200)


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("/", Answer("ok", 200)),
        ("/home", Answer("moved", 200, "http://p.example/new-home")),
        ("/for-now", Answer("ok", 200)),
        ("/status/404", Answer("gone", 404)),
        ("/status/410", Answer("gone", 410)),
        ("/status/403", Answer("refused", 403)),
        ("/status/500", Answer("unreachable", 500)),
        ("/to/loopback", Answer("not_checked")),
    ],
)
def test_what_a_reply_means(world, path, answer):
    assert world.checker().check(f"http://p.example{path}") == answer


def test_nothing_is_told_about_us_but_our_name(world):
    world.checker().check("http://p.example/status/301")
    world.checker().check("http://p.example/home")
    names = {header.split(b":")[0].lower() for _, headers in world.outside.seen for header in headers}
    assert names == {b"host", b"user-agent", b"accept", b"accept-encoding"}


def test_other_scripts_are_asked_in_ascii():
    assert allowed_parts("https://bücher.example/öl?ß") == ("https", "xn--bcher-kva.example", "/%C3%B6l?%C3%9F")
