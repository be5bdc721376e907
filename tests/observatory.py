"""The rules of MDN's HTTP Observatory for one reply's headers, as published with its scores: A+ begins at 100."""

from collections.abc import Mapping

START = 100


def score(headers: Mapping[str, str]) -> int:
    """Points of a reply without cookies that loads scripts from its own site only."""
    return START + policy(headers) + sum(rule(headers) for rule in (referrer, framing, resource, sniffing, sharing))


def directives(headers: Mapping[str, str]) -> dict[str, list[str]]:
    parts = [part.split() for part in headers.get("Content-Security-Policy", "").split(";") if part.strip()]
    return {name: values for name, *values in parts}


def policy(headers: Mapping[str, str]) -> int:
    found = directives(headers)
    if not found:
        return -25
    scripts = found.get("script-src", found.get("default-src", ["*"]))
    styles = found.get("style-src", found.get("default-src", ["*"]))
    if {"'unsafe-inline'", "'unsafe-eval'", "*", "data:", "https:", "http:"} & set(scripts):
        return -20
    if "'unsafe-inline'" in styles:
        return 0
    return 10 if found.get("default-src") == ["'none'"] else 5


def referrer(headers: Mapping[str, str]) -> int:
    private = {"no-referrer", "same-origin", "strict-origin", "strict-origin-when-cross-origin"}
    return 5 if headers.get("Referrer-Policy") in private else 0


def framing(headers: Mapping[str, str]) -> int:
    if "frame-ancestors" in directives(headers):
        return 5
    return 0 if headers.get("X-Frame-Options") in {"DENY", "SAMEORIGIN"} else -20


def resource(headers: Mapping[str, str]) -> int:
    return 10 if headers.get("Cross-Origin-Resource-Policy") in {"same-origin", "same-site"} else 0


def sniffing(headers: Mapping[str, str]) -> int:
    return 0 if headers.get("X-Content-Type-Options") == "nosniff" else -5


def sharing(headers: Mapping[str, str]) -> int:
    return -50 if headers.get("Access-Control-Allow-Credentials") == "true" else 0
