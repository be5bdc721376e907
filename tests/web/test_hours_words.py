"""Stated hours as words: days and times by the reader's language; what is more than that stays as it was written."""

import pytest

from popmap.web import hours_words


@pytest.mark.parametrize(
    ("hours", "words"),
    [
        (None, "Horaires non connus"),
        ("24/7", "jour et nuit"),
        ("Mo-Su 09:00-20:00", "tous les jours 09:00–20:00"),
        ("Mo-Sa 08:00-24:00; PH off", "lun.–sam. 08:00–00:00 · jours fériés fermé"),
        ("Tu,Th 10:00-12:00,17:00-19:00", "mar., jeu. 10:00–12:00, 17:00–19:00"),
        ("10:00-12:00", "tous les jours 10:00–12:00"),
        ("Dec 29-Jan 3 off", '<bdi dir="ltr">Dec 29-Jan 3 off</bdi>'),
        ('Mo-Fr 10:00-12:00 "by appointment"', '<bdi dir="ltr">Mo-Fr 10:00-12:00 &#34;by appointment&#34;</bdi>'),
        ("Mo-Fr 10:00+", '<bdi dir="ltr">Mo-Fr 10:00+</bdi>'),
        ("<b>", '<bdi dir="ltr">&lt;b&gt;</bdi>'),
    ],
)
def test_hours_are_read_aloud_or_shown_as_they_are(app, hours, words):
    with app.test_request_context("/fr/"):
        assert str(hours_words.spoken(hours)) == words


def test_a_clock_is_that_of_a_place(app):
    with app.test_request_context("/ar/"):
        assert hours_words.clock_place("Africa/Casablanca") == "الدار البيضاء"
