"""T23: only https pages of public hosts, in one script, with nothing hidden in the address."""

import itertools

import pytest

from popmap import addresses
from popmap.addresses import AddressError, checked_web_address, is_email, shown_host

SCHEMES = (
    "javascript:",
    "data:text/html,",
    "vbscript:",
    "file:///",
    "ftp://",
    "gopher://",
    "http://",
    "//",
    "",
    "HTTPS://",
    "tel:",
)
TARGETS = ("example.org/", "alert(1)", "127.0.0.1/", "example.org/%00", "etc/passwd")
HOSTS = (
    *(
        "127.0.0.1",
        "127.1",
        "0x7f.1",
        "0177.0.0.1",
        "2130706433",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[fe80::1%25eth0]",
        "1.2.3.4",
    ),
    *(
        "localhost",
        "a",
        "a.local",
        "x.internal",
        "x.test",
        "x.onion",
        "x.invalid",
        "1.0.0.127.in-addr.arpa",
        "a..b.org",
    ),
    *("-a.org", "a-.org", ".org", "a.org.", "a" * 64 + ".org"),
    *("xn--a.org", "xn--zz--.org", "раypal.com", "gооgle.com"),
    *(
        "аpple.com",
        "microsоft.com",
        "exam ple.org",
        "exam\tple.org",
        "exam\nple.org",
        "exam\u200bple.org",
        "exam\u00adple.org",
    ),
    *(
        "user@example.org",
        "user:pass@example.org",
        "example.org:8080",
        "example.org:0",
        "example.org:99999",
        "example.org:x",
    ),
    *(
        "example.org\\@evil.org",
        "example。org@evil.org",
        "%65xample.org",
        "example.org\u202e",
        "exa\u2066mple.org",
        "a_b.org",
    ),
)
HIDDEN = ("\x00", "\u202e", "\u200d", "\ufeff", "\u2066", " ", "\t", "\r\n", "<", '"', "\\", "`", "|")
HOSTILE = (
    *(f"{scheme}{target}" for scheme, target in itertools.product(SCHEMES, TARGETS)),
    *(f"https://{host}{path}" for host, path in itertools.product(HOSTS, ("/", "", "/help?x=1", "/#a"))),
    *(
        f"https://example.org/a{letter}b{place}"
        for letter, place in itertools.product(HIDDEN, ("", "/", "?q", "#f", ".html"))
    ),
)
GOOD = (
    *(
        "https://childline.org.uk/",
        "https://www.example.org",
        "https://example.org:443/a?b=c#d",
        "https://例え.jp/",
        "https://한국.kr",
    ),
    *(
        "https://münchen.de/hilfe/ä",
        "https://пример.рф/помощь",
        "https://موقع.وزارة-الاتصالات.مصر/",
        "https://xn--e1afmkfd.xn--p1ai/",
    ),
    *("https://a-b.example.co.uk/~x/(y)", "https://t.me/line", "https://example.org/?q=%D0%B0"),
)


def passed(address):
    try:
        return checked_web_address(address)
    except AddressError:
        return None


def test_none_of_the_hostile_gets_in():
    assert len(HOSTILE) > 300
    assert [address for address in HOSTILE if passed(address)] == []


@pytest.mark.parametrize("address", GOOD)
def test_addresses_of_every_script_get_in_as_they_are(address):
    assert passed(address) == address


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("http://example.org", "not_https"),
        ("https://printer.local", "not_public"),
        ("https://раypal.com", "mixed_scripts"),
        ("https://example.org/\u202e", "bad_characters"),
        ("https://user@example.org", "malformed"),
        ("https://example.org/" + "a" * 2000, "too_long"),
    ],
)
def test_it_is_said_why(address, code):
    with pytest.raises(AddressError) as error:
        checked_web_address(address)
    assert error.value.code == code


def test_a_moderator_sees_what_the_network_sees():
    assert shown_host("https://пример.рф/") == "xn--e1afmkfd.xn--p1ai"


@pytest.mark.parametrize(
    "text", ["a@b", "a b@example.org", "a@@example.org", "a@example..org", "@example.org", "a@exa_mple.org"]
)
def test_what_is_no_mail_address_is_none(text):
    assert not is_email(text)


@pytest.mark.mutant
def test_without_the_question_of_scripts_a_false_name_gets_in(monkeypatch):
    monkeypatch.setattr(addresses, "_is_of_one_script", lambda _: True)
    assert [address for address in HOSTILE if passed(address)]
