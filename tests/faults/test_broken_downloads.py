"""A download that breaks on a real socket: whoever takes it is told, and never keeps half of it for the whole."""

import http.client
import socket
from urllib.parse import urlsplit

import psycopg
import pytest

from doomed import until
from popmap.bench.clients import plain

PIECE = 4096
CUT = """SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
WHERE datname = current_database() AND query LIKE 'FETCH%' AND pid <> pg_backend_pid()"""


class Slow(http.client.HTTPConnection):
    """A visitor who takes little at a time, so that the server is still at work when something breaks."""

    def connect(self):
        self.sock = socket.socket()
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, PIECE)
        self.sock.settimeout(60)
        self.sock.connect((self.host, self.port))


@pytest.fixture
def slow(live_server):
    """A slow visitor of the site; afterwards the site has found its database again, for the tests to come."""
    where = urlsplit(live_server)
    visitor = Slow(where.hostname, where.port)
    yield visitor
    visitor.close()
    until(lambda: status(where, "/readyz") == http.HTTPStatus.OK, 30)


def status(where, path):
    connection = http.client.HTTPConnection(where.hostname, where.port, timeout=30)
    connection.request("GET", path)
    found = connection.getresponse().status
    connection.close()
    return found


def test_a_database_that_goes_away_cuts_the_download_short(slow, seeded):
    slow.request("GET", "/api/v1/export.hsds.json?checked_since=2000-01-01", headers={"Accept-Encoding": "identity"})
    with slow.getresponse() as reply:
        assert (reply.status, reply.getheader("Transfer-Encoding")) == (200, "chunked")
        assert reply.read(PIECE)
        with psycopg.connect(plain(seeded.owner_url), autocommit=True) as connection:
            [cut] = connection.execute(CUT).fetchone()
        assert cut == 1
        with pytest.raises((http.client.IncompleteRead, ConnectionError)):
            reply.read()
