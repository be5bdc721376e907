"""Asks one web address whether it is still there, without ever reaching into the host's own network.

Addresses come from strangers. So: http and https on their usual ports only; a name is resolved once, every address it
has must be public, and the connection goes to one of those and to no other (a name that means something else a moment
later gains nothing); a redirect is a new address with the same rules, at most three; five seconds and 256 KB for all of
it; no cookies, no credentials, no proxy of the environment, nothing unpacked. What it means is ``links``' business.
"""

import ipaddress
import re
import socket
import ssl
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeoutError
from dataclasses import dataclass
from typing import Any, Final, Literal
from urllib.parse import urljoin, urlsplit, urlunsplit

import httpcore
import idna

Kind = Literal["ok", "moved", "gone", "refused", "unreachable", "not_checked"]
KINDS: Final[tuple[Kind, ...]] = ("ok", "moved", "gone", "refused", "unreachable", "not_checked")

MAX_SECONDS: Final = 5.0
MAX_BYTES: Final = 256 * 1024
MAX_REDIRECTS: Final = 3
MAX_ADDRESS: Final = 2000
PORTS: Final = {"http": 80, "https": 443}
USER_AGENT: Final = "PoP-Map-link-check/1"
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_PERMANENT: Final = frozenset({301, 308})
_GONE: Final = frozenset({404, 410})
_EMBEDDING: Final = tuple(
    ipaddress.ip_network(network) for network in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "::/96")
)
"""Networks whose addresses carry an IPv4 address: a gateway would go there."""
_RESERVED: Final = tuple(ipaddress.ip_network(network) for network in ("192.0.0.0/24", "192.88.99.0/24", "3fff::/20"))
"""Networks of no host anywhere (IANA's registries of special addresses) that the library calls global."""

_LABEL: Final = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")

Resolver = Callable[[str, int], Sequence[str]]
Connect = Callable[[str, int, float], httpcore.NetworkStream]


class ForbiddenAddressError(Exception):
    """Somewhere the checker does not go."""


class _TooMuchError(Exception):
    """Too long or too large."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of an address: ``status`` of the last reply, ``moved_to`` where it lives now, for good."""

    kind: Kind
    status: int | None = None
    moved_to: str | None = None


def resolve(host: str, port: int) -> Sequence[str]:
    """The addresses of a name, as the system resolves it. Raises ``OSError``."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in found]


def connect(address: str, port: int, seconds: float) -> httpcore.NetworkStream:
    """A connection to an IP address."""
    return httpcore.SyncBackend().connect_tcp(address, port, timeout=seconds)


class Checker:
    """Asks addresses. The arguments are for tests: names, a network and a certificate of their own."""

    def __init__(
        self, *, resolver: Resolver = resolve, connect: Connect = connect, trust: ssl.SSLContext | None = None
    ) -> None:
        self._resolver = resolver
        self._connect = connect
        self._trust = trust or ssl.create_default_context()

    def check(self, address: str) -> Answer:
        """What became of this address. Never raises for anything that the address or its server does."""
        deadline = time.monotonic() + MAX_SECONDS
        moved_for_good = True
        moved_to = None
        try:
            for _ in range(MAX_REDIRECTS + 1):
                status, onwards = self._ask(moved_to or address, deadline)
                if status not in _REDIRECTS or not onwards:
                    return _meaning(status, moved_to if moved_for_good else None)
                moved_for_good = moved_for_good and status in _PERMANENT
                moved_to = urljoin(moved_to or address, onwards)
        except ForbiddenAddressError:
            return Answer("not_checked")
        except (OSError, ValueError, _TooMuchError, httpcore.NetworkError, httpcore.TimeoutException):
            return Answer("unreachable")
        except (httpcore.ProtocolError, httpcore.UnsupportedProtocol):
            return Answer("unreachable")
        return Answer("unreachable")

    def _ask(self, address: str, deadline: float) -> tuple[int, str | None]:
        """The status of one reply and where it sends us; nothing of its body is read."""
        scheme, host, target = allowed_parts(address)
        backend = _Pinned(self._resolver, self._connect, deadline)
        pool = httpcore.ConnectionPool(ssl_context=self._trust, network_backend=backend, http2=False, retries=0)
        url = httpcore.URL(
            scheme=scheme.encode(), host=host.encode(), port=PORTS[scheme], target=target.encode("ascii")
        )
        named = f"[{host}]" if ":" in host else host
        given = {"Host": named, "User-Agent": USER_AGENT, "Accept": "*/*", "Accept-Encoding": "identity"}
        headers = [(name.encode(), value.encode()) for name, value in given.items()]
        left = {"timeout": dict.fromkeys(("connect", "read", "write", "pool"), MAX_SECONDS)}
        with pool, pool.stream("GET", url, headers=headers, extensions=left) as reply:
            onwards = next((value for name, value in reply.headers if name.lower() == b"location"), None)
            return reply.status, onwards.decode("ascii", "replace") if onwards else None


def allowed_parts(address: str) -> tuple[str, str, str]:
    """Scheme, host (ASCII) and target of an address that may be asked. Raises ``ForbiddenAddressError``."""
    try:
        parts = urlsplit(address)
        port = parts.port
        host = _ascii_host(parts.hostname or "")
    except ValueError as error:
        raise ForbiddenAddressError("not an address") from error
    usual = parts.scheme in PORTS and port in (None, PORTS.get(parts.scheme))
    if not usual or not host or parts.username is not None or parts.password is not None:
        raise ForbiddenAddressError("only http and https, on their usual ports, without a name or password")
    if len(address) > MAX_ADDRESS or any(letter <= " " or letter == "\\" for letter in address):
        raise ForbiddenAddressError("characters that no address has")
    target = urlunsplit(("", "", parts.path or "/", parts.query, ""))
    return parts.scheme, host, _percent_encoded(target if target.startswith("/") else f"/{target}")


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public network, also as what it carries within."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return is_public(str(found.ipv4_mapped))
        if any(found in network for network in _EMBEDDING) or found.is_site_local:
            return False
    special = (
        found.is_multicast or found.is_reserved or found.is_unspecified or found.is_loopback or found.is_link_local
    )
    special = special or any(found in network for network in _RESERVED)
    return found.is_global and not special and "%" not in address


class _Pinned(httpcore.NetworkBackend):
    """Connects to an address that was looked at, whatever the name means by then."""

    def __init__(self, resolver: Resolver, connect: Connect, deadline: float) -> None:
        self._resolver = resolver
        self._connect = connect
        self._deadline = deadline

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002 - the deadline counts
        local_address: str | None = None,  # noqa: ARG002 - any
        socket_options: Iterable[Any] | None = None,  # noqa: ARG002 - none
    ) -> httpcore.NetworkStream:
        address = self._addresses(host, port)[0]
        return _Limited(self._connect(address, port, _left(self._deadline)), self._deadline)

    def _addresses(self, host: str, port: int) -> Sequence[str]:
        """All addresses of the name, every one of them public. Asked once; the system's own patience is not ours."""
        asker = ThreadPoolExecutor(max_workers=1)
        try:
            found = asker.submit(self._resolver, host, port).result(timeout=_left(self._deadline))
        except FutureTimeoutError as error:
            raise _TooMuchError("the name was not resolved in time") from error
        finally:
            asker.shutdown(wait=False, cancel_futures=True)
        if not found or not all(is_public(address) for address in found):
            raise ForbiddenAddressError("not a public address")
        return found


class _Limited(httpcore.NetworkStream):
    """A stream that ends when time or size is up, however slowly the other side sends."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: float) -> None:
        self._stream = stream
        self._deadline = deadline
        self._bytes_left = MAX_BYTES

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002 - the deadline counts
        if self._bytes_left <= 0:
            raise _TooMuchError("too large")
        read = self._stream.read(min(max_bytes, self._bytes_left), timeout=_left(self._deadline))
        self._bytes_left -= len(read)
        return read

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002 - the deadline counts
        self._stream.write(buffer, timeout=_left(self._deadline))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002 - the deadline counts
    ) -> httpcore.NetworkStream:
        self._stream = self._stream.start_tls(ssl_context, server_hostname, timeout=_left(self._deadline))
        return self

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _meaning(status: int, moved_to: str | None) -> Answer:
    if 200 <= status < 300:
        return Answer("moved" if moved_to else "ok", status, moved_to)
    if status in _GONE:
        return Answer("gone", status)
    return Answer("refused" if 400 <= status < 500 else "unreachable", status)


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise _TooMuchError("too long")
    return left


def _ascii_host(host: str) -> str:
    """The host as it is asked for: names of other scripts by IDNA 2008."""
    ascii_host = host if host.isascii() else idna.encode(host, uts46=True).decode()
    is_name = all(_LABEL.fullmatch(label) for label in ascii_host.removesuffix(".").split("."))
    return ascii_host if ":" in ascii_host or (is_name and len(ascii_host) <= 253) else ""


def _percent_encoded(target: str) -> str:
    return "".join(_encoded(target))


def _encoded(target: str) -> Iterator[str]:
    for letter in target:
        yield letter if letter.isascii() else "".join(f"%{byte:02X}" for byte in letter.encode())
