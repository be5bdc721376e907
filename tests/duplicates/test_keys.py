"""What is the same however it is written, and what is not though it looks so."""

import pytest

from popmap.duplicates import Entry, keys


def of(*channels, countries=("FR",), **more):
    return keys.of(Entry(countries=countries, channels=channels, **more))


@pytest.mark.parametrize(
    ("one", "other", "country"),
    [
        ("01 23 45 67 89", "+33 1 23 45 67 89", "FR"),
        ("0033123456789", "+33-1-23.45.67.89", "FR"),
        ("116 111", "116111", "FR"),
        ("١١٦ ١١١", "116111", "EG"),
        ("116111", "116111", "FR"),
        ("0800 10 20", "800 10 20", "CV"),
        ("1553 / 0917-899-8727", "+63 917 899 8727", "PH"),
        ("113 (option 5)", "113", "NL"),
        ("0508 NETSAFE", "0508 638 7233", "NZ"),
        ("+32 116111", "116 111", "BE"),
    ],
)
def test_a_number_is_the_same_however_it_is_written(one, other, country):
    found = [of(("phone", value), countries=(country,)).phone for value in (one, other)]
    assert found[0] & found[1]


def test_a_short_number_is_another_one_in_another_country():
    assert not of(("phone", "116 111")).phone & of(("phone", "116 111"), countries=("DE",)).phone


@pytest.mark.parametrize("value", ["", "call us", "9" * 40, "+", "1"])
def test_what_is_no_number_gives_no_key(value):
    assert not of(("phone", value)).phone


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("https://www.example.org/help/", "http://example.org/help", "page:"),
        ("https://chat.example.co.uk/", "example.co.uk", "domain:"),
        ("HTTPS://M.EXAMPLE.ORG", "example.org", "host:"),
        ("https://bücher.example", "https://xn--bcher-kva.example/", "host:"),
        ("https://www.facebook.com/OurLine", "m.facebook.com/ourline/", "page:"),
    ],
)
def test_an_address_is_the_same_however_it_is_written(one, other, same):
    common = of(website=one).web & of(website=other).web
    assert any(key.startswith(same) for key in common)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://facebook.com/one", "https://facebook.com/other"),
        ("https://one.co.uk", "https://other.co.uk"),
        ("https://a.example.org.evil.com", "https://example.org"),
        ("not an address", "not an address"),
    ],
)
def test_strangers_on_one_site_have_nothing_in_common(one, other):
    assert not of(website=one).web & of(website=other).web


def test_a_chat_address_is_the_number_in_it():
    assert of(("whatsapp", "https://wa.me/33612345678")).text & of(("sms", "06 12 34 56 78")).text


def test_a_mailbox_that_many_have_says_nothing_of_a_site():
    assert of(("email", "Help@Gmail.com")).web == frozenset()
    assert of(("email", "Help@Example.org")).web == {"domain:example.org"}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Línea Azul", "LINEA  AZUL!"),
        ("Национальная линия", "natsionalnaya liniya"),
        ("兒童熱線", "儿童热线"),
        ("Kids' Help-Phone", "kids help phone"),
    ],
)
def test_a_name_is_plain_words_in_any_script(one, other):
    assert keys.plain_words(one) == keys.plain_words(other) != ""


def test_no_key_is_longer_than_an_index_takes():
    long = of(
        ("webchat", "https://example.org/" + "é" * 1900),
        ("email", "a" * 1900 + "@example.org"),
        names=["㍿" * 200],
        organization="語" * 300,
    )
    assert max(map(len, [*long.exact, *long.names, long.organization])) <= 320
