"""Where a request that changes something comes from: never from another site's page (safety.md, T19).

Browsers say it themselves (Sec-Fetch-Site, else Origin); programs say nothing and carry no cookie that would help them.
A moderator's request must bear the session's token besides (``signed_in``).
"""

import ipaddress
from typing import Final
from urllib.parse import urlsplit

from flask import abort, request

FORMS: Final = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})


def refuse_other_sites() -> None:
    """403 where the browser says that another site, or a page without an origin, has sent this."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None and site != "same-origin":
        abort(403)
    origin = request.headers.get("Origin")
    if origin is not None and not is_ours(origin):
        abort(403)


def is_ours(origin: str) -> bool:
    """Whether an Origin header names the very host and port that the request was sent to."""
    parts = urlsplit(origin)
    return parts.scheme in {"http", "https"} and parts.netloc == request.host and not (parts.path or parts.query)


def network() -> str:
    """The network that a request comes from, as far as limits look: /24 of IPv4, /48 of IPv6.

    A request that our own proxy on this machine passes on comes from where the proxy says.
    """
    forwarded = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    try:
        address = ipaddress.ip_address(request.remote_addr or "")
        if address.is_loopback and forwarded:
            address = ipaddress.ip_address(forwarded)
    except ValueError:
        return "unknown"
    return str(ipaddress.ip_network((address, 24 if address.version == 4 else 48), strict=False))
