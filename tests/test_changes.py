"""The change feed: what a client that knows a revision has to add, fetch anew and drop; nobody is named in it."""

import pytest
from sqlalchemy import text

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
    assert found.next_cursor is None
    assert found.until == catalogue.revision(session)


def test_nothing_has_changed_since_now(session):
    make_service(session)
    now = catalogue.revision(session)
    found = changes.since(session, now)
    assert (found.added, found.changed, found.removed, found.next_cursor) == ((), (), (), None)


def test_from_nothing_on_everything_is_new(session):
    services = [make_service(session).id for _ in range(3)]
    withdrawals.withdraw(session, services[0], by_role="lead", reason="closed")
    found = changes.since(session, 0)
    assert set(found.added) == set(services[1:])
    assert found.removed == ()


def test_parts_put_together_are_the_whole_whatever_happens_meanwhile(session):
    before = catalogue.revision(session)
    services = [make_service(session) for _ in range(4)]
    withdrawals.withdraw(session, services[1].id, by_role="lead", reason="closed")
    whole = changes.since(session, before)
    parts = [changes.since(session, before, most=1)]
    make_service(session)  # told with the next revision, not with this one
    while parts[-1].next_cursor:
        parts.append(changes.since(session, before, most=1, cursor=parts[-1].next_cursor))
    assert [id_ for part in parts for id_ in part.added] == list(whole.added)
    assert len(whole.added) == 3
    assert {part.until for part in parts} == {whole.until}


def test_a_load_of_many_at_once_is_told_in_parts(session):
    here = changes.since(session, catalogue.revision(session)).until
    session.execute(
        text(
            "INSERT INTO change_log (revision, id, is_public) SELECT :r, 'b-' || n, true FROM generate_series(1, 30) n"
        ),
        {"r": here},
    )
    part = changes.since(session, here - 1, most=20)
    rest = changes.since(session, here - 1, most=20, cursor=part.next_cursor)
    assert (len(part.added), len(rest.added), rest.next_cursor) == (20, 10, None)


def test_a_cursor_of_another_revision_is_refused(session):
    services = [make_service(session) for _ in range(2)]
    assert services
    cursor = changes.since(session, 0, most=1).next_cursor
    with pytest.raises(InputError, match="cursor"):
        changes.since(session, 1, cursor=cursor)


@pytest.mark.parametrize("revision", [-1, 10**9])
def test_a_revision_that_never_was_is_refused(session, revision):
    with pytest.raises(InputError):
        changes.since(session, revision)


def test_the_log_is_written_once(session):
    make_service(session)
    with pytest.raises(Exception, match="append-only"):
        session.execute(text("DELETE FROM change_log"))
