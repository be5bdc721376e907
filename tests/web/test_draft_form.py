"""A form or a table that nobody touched proposes nothing: what they have no field for stays as it is."""

import csv
import io
from datetime import date

import pytest
from sqlalchemy import text
from werkzeug.datastructures import MultiDict

from popmap import inputs, loading, moderation
from popmap.web import draft_form


@pytest.fixture(scope="module")
def bodies(seeded):
    with seeded.transaction() as session:
        rows = session.execute(text("SELECT body FROM service_body JOIN listing USING (id) ORDER BY id"))
        return {row.body["id"]: row.body for row in rows}


def changes(known, record):
    return moderation.between({name: known[name] for name in record}, record)


def of_the_form(known):
    filled = draft_form.numbered(draft_form.filled_from(known))
    return inputs.checked_proposal(draft_form.draft_of(filled, before=known)[0], known=known).record


def test_an_untouched_form_changes_nothing_of_any_service(bodies):
    assert len(bodies) > 500
    assert {id_: found for id_, known in bodies.items() if (found := changes(known, of_the_form(known)))} == {}


def test_ticks_that_come_in_the_order_of_the_page_leave_that_of_the_record(bodies):
    known = next(body for body in bodies.values() if body["topics"] != sorted(body["topics"]))
    filled = draft_form.numbered(draft_form.filled_from(known))
    filled.typed.setlist("topics", sorted(known["topics"]))
    draft, _ = draft_form.draft_of(filled, before=known)
    assert inputs.checked_proposal(draft, known=known).record["topics"] == known["topics"]


def test_an_exported_table_sent_back_changes_nothing(bodies):
    out = io.StringIO()
    writer = csv.DictWriter(out, loading.HEADERS["services"])
    writer.writeheader()
    for body in bodies.values():
        writer.writerow({name: loading.neutralised(cell) for name, cell in loading.row_of(body).items()})
    rows, faults = loading.proposed_records(out.getvalue().encode(), checked_on=date(2026, 11, 22))
    assert (len(rows), faults) == (len(bodies), [])
    for _, record in rows:
        known = bodies[record["id"]]
        draft = inputs.as_draft(loading.onto(record, known))
        assert changes(known, inputs.checked_proposal(draft, known=known).record) == []


def test_a_table_changes_what_it_says_and_leaves_what_it_cannot_say(bodies):
    known = next(body for body in bodies.values() if len(body["channels"]) > 1)
    whole = known | {"youth": {"run_by": "yes"}, "translations": {"fr": {"name": "Ligne"}}}
    whole["channels"] = [
        *known["channels"],
        known["channels"][0] | {"type": "in_person", "value": "Rue 1", "e164": None},
    ]
    rows = [loading.row_of(whole) | {"name": "Another name", "email": "new@example.org"}]
    out = io.StringIO()
    writer = csv.DictWriter(out, loading.HEADERS["services"])
    writer.writeheader()
    writer.writerows(rows)
    ((_, record),), _ = loading.proposed_records(out.getvalue().encode(), checked_on=date(2026, 11, 22))
    found = loading.onto(record, whole)
    assert (found["name"], found["youth"], found["translations"]) == (
        "Another name",
        whole["youth"],
        whole["translations"],
    )
    assert "in_person" in {channel["type"] for channel in found["channels"]}
    assert "new@example.org" in {channel["value"] for channel in found["channels"]}


def test_other_languages_and_the_languages_of_a_way_are_read():
    typed = MultiDict({"translations.fr.name": "Ligne", "channels.0.type": "phone", "channels.0.languages": "fr, ar"})
    draft, _ = draft_form.draft_of(draft_form.Filled(typed))
    assert draft["translations"] == {"fr": {"name": "Ligne"}}
    assert draft["channels"][0]["languages"] == ["fr", "ar"]
