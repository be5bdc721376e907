"""T12, T7: nothing of a service that is not public can be read by a visitor's request, whatever it asks the database.

A canary stands in every text of a service in each state that is not public, and in a withheld address. The role that
visitors' requests run as looks through everything it may read, and tries what it may not.
"""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from make import make_channel, make_service
from popmap import versions
from popmap.config import PROJECT
from popmap.models import CountryFact, EmergencyNumber, HarmonisedNumber, Source
from popmap.vocabulary import PUBLIC_STATUSES, STATUSES

CANARY = "kanarienvogel"
HIDDEN = sorted(set(STATUSES) - PUBLIC_STATUSES)
SECRET_RELATIONS = (
    "service",
    "channel",
    "coverage",
    "source",
    "service_check",
    "listing",
    "listing_row",
    "service_body",
    "record_version",
    "pending_key",
    "country_fact",
    "emergency_number",
    "harmonised_number",
    "submission",
    "submission_event",
    "approval",
    "batch",
    "confidential_place",
    "decision",
    "intake_count",
    "intake_voice",
    "intake_salt",
)
READABLE = """
    SELECT relname FROM pg_class WHERE relkind IN ('r', 'v', 'm', 'p') AND relnamespace = 'public'::regnamespace
      AND has_table_privilege('popmap_public', oid, 'SELECT') ORDER BY 1"""


@pytest.fixture
def canaries(session):
    """Services with the canary in every text, one per hidden state; each was public before it was hidden."""
    make_service(session, id="xx-public", covers=["*"])
    for status in HIDDEN:
        hide(session, canary(session, f"xx-{status}".replace("_", "-")), status)
    source = {"country": "QQ", "confidence": "low", "source_url": f"https://{CANARY}.example/"}
    session.add(EmergencyNumber(id="qq-police-17", service="police", number="17", note=CANARY, **source))
    session.add(HarmonisedNumber(id="q", number="116111", purpose=CANARY, status="active", **source))
    session.flush()
    for record_type, record_id in (("emergency_number", "qq-police-17"), ("harmonised_number", "q")):
        versions.record(session, record_type, {record_id: CANARY}, by_role="seed", reason=CANARY)
    return session


def canary(session, service_id, **columns):
    texts = dict.fromkeys(("name", "name_en", "organization", "summary", "city"), CANARY)
    channel = make_channel("webchat", f"https://{CANARY}.example/", label=CANARY)
    service = make_service(session, id=service_id, channels=[channel], at=(-6.8, 34.0), **texts | columns)
    service.sources.append(Source(position=1, url=f"https://{CANARY}.example/", seen=CANARY, seen_on=CANARY))
    session.flush()
    versions.refresh(session, [service.key])
    return service


def hide(session, service, status):
    service.merged_into = "xx-public" if status == "merged" else None
    service.status = status
    session.flush()  # and nothing else: a forgotten refresh must not matter
    versions.record(session, "service", {service.id: CANARY}, by_role="moderator", reason=CANARY)


def sightings(session):
    """How often a visitor's role meets the canary, by relation."""
    session.execute(text("SET LOCAL ROLE popmap_public"))
    try:
        return {
            name: seen
            for name in session.scalars(text(READABLE)).all()
            if name not in {"area", "area_part", "place", "place_name", "spatial_ref_sys"}
            and (seen := session.scalar(text(f"SELECT count(*) FROM {name} AS r WHERE r::text LIKE '%{CANARY}%'")))
        }
    finally:
        session.execute(text("RESET ROLE"))


def test_no_canary_is_seen(canaries):
    assert sightings(canaries) == {}


def test_hidden_services_stand_on_no_map(canaries):
    assert canaries.scalar(text("SELECT coalesce(sum(n), 0) FROM cell")) == 0


@pytest.mark.parametrize("relation", SECRET_RELATIONS)
def test_tables_are_closed_to_the_public_role(session, relation):
    session.execute(text("SET LOCAL ROLE popmap_public"))
    with pytest.raises(DBAPIError, match="permission denied"):
        session.execute(text(f"SELECT * FROM {relation}"))


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO place_name (place_id, name, folded) VALUES (1, 'x', 'x')",
        "UPDATE catalogue_revision SET number = 0",
        "DELETE FROM public_service",
        "SELECT refresh_listing()",
        "CREATE TABLE mine (a int)",
    ],
)
def test_the_public_role_changes_nothing(session, statement):
    session.execute(text("SET LOCAL ROLE popmap_public"))
    with pytest.raises(DBAPIError, match=r"permission denied|cannot delete"):
        session.execute(text(statement))


def test_a_withheld_address_is_withheld_everywhere(session):
    channel = make_channel("in_person", f"{CANARY} street 5", linkable=False)
    make_service(session, id="xx-shelter", address_confidential=True, channels=[make_channel(), channel])
    assert session.scalar(text("SELECT count(*) FROM public_service WHERE id = 'xx-shelter'")) == 1
    assert sightings(session) == {}


def test_an_address_withheld_later_is_gone_at_once(session):
    street = make_channel("in_person", f"{CANARY} street 5", linkable=False)
    service = make_service(session, id="xx-shelter", channels=[make_channel(), street], at=(-6.8, 34.0))
    service.location, service.location_precision, service.address_confidential = None, "none", True
    session.flush()
    assert sightings(session) == {}


def withheld_after_it_was_public(session):
    """A service with a version that shows where it is; then its address is withheld."""
    street = make_channel("in_person", f"{CANARY} street 5", linkable=False)
    service = make_service(session, id="xx-shelter", channels=[make_channel(), street], at=(-6.8125, 34.0625))
    versions.refresh(session, [service.key])
    versions.record(session, "service", {service.id: "added"}, by_role="moderator", reason="added")
    seen = sightings(session)
    service.location, service.location_precision, service.address_confidential = None, "none", True
    session.flush()
    versions.refresh(session, [service.key])  # listed again, without its address
    return seen


def shown_versions(session):
    """The public versions that tell the street or the point of the service above."""
    session.execute(text("SET LOCAL ROLE popmap_public"))
    telling = f"body::text ~ '{CANARY}|6[.]8125|34[.]0625'"
    found = session.scalar(text(f"SELECT count(*) FROM public_version WHERE record_id = 'xx-shelter' AND {telling}"))
    session.execute(text("RESET ROLE"))
    return found


def test_an_address_withheld_later_is_gone_from_the_history(session):
    assert "public_version" in withheld_after_it_was_public(session)
    assert shown_versions(session) == 0
    assert sightings(session) == {}


@pytest.mark.mutant
def test_the_history_tells_the_address_when_only_its_own_day_is_asked(session):
    session.execute(text("ALTER TABLE service DISABLE TRIGGER service_address_is_dropped"))  # the other lock
    before = PROJECT / "popmap/migrations/sql/0010.down.sql"
    session.connection().exec_driver_sql(before.read_text(encoding="utf-8"))
    withheld_after_it_was_public(session)
    assert shown_versions(session) == 1


def test_a_withheld_address_has_no_point(session):
    with pytest.raises(DBAPIError, match="service_confidential_address_has_no_point"):
        make_service(session, address_confidential=True, at=(-6.8, 34.0))


def test_facts_of_a_country_are_public(session):
    session.add(CountryFact(id="q", country="QQ", type="law", title=CANARY, source="a report"))
    session.flush()
    assert sightings(session) == {"public_country_fact": 1}


MUTANTS = {
    "listing_not_taken_down": "ALTER TABLE service DISABLE TRIGGER service_takes_down_listing",
    "tables_open_to_visitors": "GRANT SELECT ON service, channel TO popmap_public",
    "versions_of_all_states": "GRANT SELECT ON record_version TO popmap_public",
    "low_confidence_shown": "CREATE OR REPLACE VIEW public_emergency_number AS SELECT * FROM emergency_number",
}


@pytest.mark.mutant
@pytest.mark.parametrize("name", MUTANTS)
def test_the_canaries_are_seen_when_a_defence_is_taken_away(session, name):
    session.execute(text(MUTANTS[name]))
    make_service(session, id="xx-public", covers=["*"])
    hide(session, canary(session, "xx-paused"), "paused")
    source = {"country": "QQ", "confidence": "low", "source_url": f"https://{CANARY}.example/"}
    session.add(EmergencyNumber(id="qq-police-17", service="police", number="17", note=CANARY, **source))
    session.flush()
    assert sightings(session) != {}
