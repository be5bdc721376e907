"""Taking a service down: record, history, listing and kill list in one transaction, or none of them."""

import pytest

from make import make_service
from popmap import catalogue, versions, withdrawals
from popmap.catalogue import Criteria
from popmap.db import Database
from popmap.errors import NotFoundError
from popmap.kill_list import HIDDEN, KillList


@pytest.fixture
def kept(database, tmp_path):
    """The database with a kill list on disk, and one service in it that stays committed until the end."""
    opened = Database(database.owner_url, database.owner_url, withdrawn=KillList(tmp_path / "withdrawn.jsonl"))
    with opened.transaction() as session:
        service = make_service(session, id="xx-withdrawn")
        key = service.key
    yield opened
    with opened.transaction() as session:
        session.delete(session.get(type(service), key))
    opened.dispose()


def withdraw(session, service_id):
    withdrawals.withdraw(session, service_id, by_role="moderator", reason="nobody answers")


def twice(database):
    """The second time it is not public any more: the whole transaction fails."""
    with database.transaction() as session:
        withdraw(session, "xx-withdrawn")
        withdraw(session, "xx-withdrawn")


def test_a_withdrawn_service_is_closed_and_its_history_says_why(session):
    service = make_service(session)
    withdraw(session, service.id)
    assert service.status == "closed"
    assert catalogue.search(session, Criteria()).items == []
    assert versions.history(session, "service", service.id) == []
    assert list(withdrawals.taken_down(session)) == [service.id]


@pytest.mark.parametrize("status", ["draft", "in_review", "rejected"])
def test_what_is_not_public_cannot_be_withdrawn(session, status):
    service = make_service(session, status=status)
    with pytest.raises(NotFoundError):
        withdraw(session, service.id)
    assert service.id not in withdrawals.taken_down(session)


def test_it_is_on_the_disk_once_the_transaction_is_over(kept):
    with kept.transaction() as session:
        withdraw(session, "xx-withdrawn")
        assert kept.withdrawn.ids() == frozenset()
    assert kept.withdrawn.ids() == {"xx-withdrawn"}


def test_a_transaction_that_fails_hides_nothing(kept):
    with pytest.raises(NotFoundError):
        twice(kept)
    assert kept.withdrawn.ids() == frozenset()
    with kept.reading() as session:
        assert catalogue.get(session, "xx-withdrawn")["id"] == "xx-withdrawn"


def test_published_again_it_leaves_the_list(kept):
    kept.withdrawn.add(["xx-withdrawn"])
    with kept.transaction() as session:
        withdrawals.published(session, ["xx-withdrawn"])
    assert kept.withdrawn.ids() == frozenset()


def test_a_replica_that_has_not_heard_of_it_does_not_show_it(kept):
    kept.withdrawn.add(["xx-withdrawn"])
    with kept.reading() as session:
        assert session.info[HIDDEN] == {"xx-withdrawn"}
        page = catalogue.search(session, Criteria())
        assert (page.items, page.total) == ([], 0)
        with pytest.raises(NotFoundError):
            catalogue.get(session, "xx-withdrawn")
