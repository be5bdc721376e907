"""How many are found and how many of those shown are right, measured on the half of the seed nobody looked at.

Every service of that half is entered as others would write it (``variants``); then as it stands while the catalogue
does not have it, so that its sisters and namesakes are all there is to find; then with a short number's other country.
Whatever is listed besides the right one counts as wrong, though a sister of the same operator is often worth a look.
"""

import random

import pytest
from sqlalchemy import text

import variants
from popmap import duplicates, gazetteer
from popmap.duplicates import Entry, entry_of, keys, scoring
from popmap.kill_list import HIDDEN

SEED = 20261122


@pytest.fixture(scope="module")
def records(seeded):
    with seeded.transaction() as session:
        query = "SELECT body FROM service_body JOIN listing USING (id) ORDER BY id"
        return [row.body for row in session.execute(text(query))]


def entries(records, half):
    """What is asked: an entry, the id that is right (None: nothing is), the id that the catalogue is to be without."""
    draw = random.Random(SEED)
    for record in records:
        found = list(variants.variants_of(record, draw))
        elsewhere = in_another_country(record, draw)
        if variants.half_of(record["id"]) != half:
            continue
        for variant in found:
            yield variant.entry, record["id"], None, variant.how
        yield entry_of(record), None, record["id"], "not in the catalogue"
        if elsewhere:
            yield elsewhere, None, None, "the same short number in another country"


def in_another_country(record, draw):
    """The service's short number, in a country where nobody has it, under a plain name of that country."""
    short = [
        (t, v) for t, v in entry_of(record).channels if t == "phone" and v.replace(" ", "").isdigit() and len(v) <= 7
    ]
    if not short:
        return None
    country = draw.choice(["KI", "TV", "NU", "TK", "WF", "FK", "SH", "AX", "PW", "MH"])
    return Entry([f"{gazetteer.country_name(country, 'en')} crisis service"], "", [country], short)


def measure(session, records, half="test"):
    asked = right = listed = wrong = 0
    missed = {}
    for entry, expected, hidden, how in entries(records, half):
        session.info[HIDDEN] = {hidden}
        found = [one.id for one in duplicates.likely(session, entry)]
        asked += 1
        listed += len(found)
        wrong += len([id_ for id_ in found if id_ != expected])
        right += expected in found
        of, lost = missed.get(how, (0, 0))
        missed[how] = (of + 1, lost + (expected is not None and expected not in found))
    positives = sum(of for how, (of, _) in missed.items() if "catalogue" not in how and "country" not in how)
    recall, precision = right / positives, right / (right + wrong)
    print(f"\n{asked} entries, {positives} of services that are there: recall {recall:.4f}, precision {precision:.4f}")
    for how, (of, lost) in missed.items():
        print(f"  {how:42} {of:5}  missed {lost}")
    return asked, recall, precision


def test_what_is_there_is_found_and_little_else(reading, records):
    asked, recall, precision = measure(reading, records)
    assert asked >= 2000
    assert recall >= 0.95
    assert precision >= 0.9


@pytest.mark.mutant
def test_numbers_compared_as_written_would_miss_too_many(reading, records, monkeypatch):
    monkeypatch.setattr(keys, "_numbers", lambda value, _countries: iter([f"tel:{value}"]))
    _, recall, _ = measure(reading, records)
    assert recall < 0.95


@pytest.mark.mutant
def test_countries_left_out_would_show_too_many(reading, records, monkeypatch):
    monkeypatch.setattr(scoring, "COUNTRY_DIFFERS", 1.0)
    monkeypatch.setattr("popmap.duplicates.finding.BEHIND", 99.0)
    _, _, precision = measure(reading, records)
    assert precision < 0.9
