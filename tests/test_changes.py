"""The change feed: what a client that knows a revision has to add, fetch anew and drop; nobody is named in it."""

import pytest

from make import make_service, publish
from popmap import catalogue, changes, withdrawals
from popmap.errors import InputError


def test_what_is_new_changed_and_gone_is_told_apart(session):
    changed, gone = make_service(session), make_service(session)
    before = catalogue.revision(session)
    added, fleeting = make_service(session), make_service(session)
    changed.name = "Another name"
    publish(session, changed)
    for service, status in ((gone, "closed"), (fleeting, "rejected")):
        withdrawals.withdraw(session, service.id, by_role="lead", reason="by Somebody", status=status)
    found = changes.since(session, before)
    assert (found.added, found.changed) == ((added.id,), (changed.id,))
    assert [(one.id, one.why) for one in found.removed] == [(gone.id, "closed")]
    assert "Somebody" not in repr(found)
    assert found.is_all
    assert found.until == catalogue.revision(session)


def test_nothing_has_changed_since_now(session):
    make_service(session)
    now = catalogue.revision(session)
    found = changes.since(session, now)
    assert (found.added, found.changed, found.removed, found.is_all) == ((), (), (), True)


def test_from_nothing_on_everything_is_new(session):
    services = [make_service(session).id for _ in range(3)]
    withdrawals.withdraw(session, services[0], by_role="lead", reason="closed")
    found = changes.since(session, 0)
    assert set(found.added) == set(services[1:])
    assert found.removed == ()


def test_parts_put_together_are_the_whole(session):
    before = catalogue.revision(session)
    services = [make_service(session) for _ in range(4)]
    withdrawals.withdraw(session, services[1].id, by_role="lead", reason="closed")
    here, known = before, set()
    for _ in range(20):
        part = changes.since(session, here, most=1)
        known = (known | set(part.added)) - {one.id for one in part.removed}
        here = part.until
        if part.is_all:
            break
    assert known == set(changes.since(session, before).added)
    assert here == catalogue.revision(session)


@pytest.mark.parametrize("revision", [-1, 10**9])
def test_a_revision_that_never_was_is_refused(session, revision):
    with pytest.raises(InputError):
        changes.since(session, revision)


def test_the_log_is_written_once(session):
    make_service(session)
    with pytest.raises(Exception, match="append-only"):
        session.execute(changes.text("DELETE FROM change_log"))
