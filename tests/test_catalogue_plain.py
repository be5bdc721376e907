"""The short ways to an answer give what the plain one gives: one condition, sorted as a whole, on the seed.

The plain way is written here once more, in the simplest SQL; everything quicker is held against it.
"""

import pytest

from make import make_service
from popmap import catalogue
from popmap.catalogue import Criteria
from popmap.catalogue.conditions import conditions
from popmap.catalogue.fragments import all_of, run
from popmap.catalogue.order import order_of
from popmap.geo import BBox, Point

QUESTIONS = [
    Criteria(),
    Criteria(kind=("helpline",)),
    Criteria(kind=("ai_driven", "helpline"), topic=("abuse_violence",)),
    Criteria(country=("FR",)),
    Criteria(country=("FR", "DE"), kind=("helpline",)),
    Criteria(country=("IN",), subdivision=("IN-KA",), language=("en",)),
    Criteria(at=Point(2.35, 48.85)),
    Criteria(at=Point(2.35, 48.85), sort="name"),
    Criteria(at=Point(2.35, 48.85), country=("FR",)),
    Criteria(at=Point(2.35, 48.85), kind=("helpline",), q="enfant"),
    Criteria(at=Point(7.6, 47.56)),
    Criteria(at=Point(33.52, 44.61)),
    Criteria(at=Point(-74.0, 40.71), topic=("suicide_self_harm",)),
    Criteria(at=Point(-150.0, -40.0)),
    Criteria(at=Point(180.0, 90.0)),
    Criteria(at=Point(2.35, 48.85), place="country:FR"),
    Criteria(place="country:US"),
    Criteria(place="subdivision:US-AZ", kind=("official_service",)),
    Criteria(place="subdivision:GB-SCT", bbox=BBox(-10, 50, 3, 61)),
    Criteria(q="child"),
    Criteria(q="child help", country=("IN",)),
    Criteria(q="chil' hel:* & |"),
    Criteria(q="childine"),
    Criteria(q="дет"),
    Criteria(q="儿童"),
]


def plainly(session, criteria):
    """The ids of the whole answer: every condition in one, every match sorted."""
    where, order = all_of(conditions(session, criteria).values()), order_of(session, criteria)
    sql = f"SELECT s.id FROM public_service s WHERE {where.sql} ORDER BY {order.by()}"
    return list(run(session, sql, where.values, order.values).scalars())


def shortly(session, criteria, limit):
    """The same from pages, with the total of the first."""
    page = catalogue.search(session, criteria, limit=limit)
    total, found = page.total, [item["id"] for item in page.items]
    while page.next_cursor:
        page = catalogue.search(session, criteria, limit=limit, cursor=page.next_cursor)
        found += [item["id"] for item in page.items]
    return found, total


@pytest.mark.parametrize("criteria", QUESTIONS, ids=str)
@pytest.mark.parametrize("limit", [9, 100])
def test_pages_are_the_plain_answer_cut_in_pieces(reading, criteria, limit):
    plain = plainly(reading, criteria)
    assert shortly(reading, criteria, limit) == (plain, len(plain))


@pytest.mark.parametrize("criteria", QUESTIONS, ids=str)
def test_a_glance_gives_the_same(seeded, reading, criteria):
    page = seeded.glance(lambda session: catalogue.search(session, criteria, limit=9))
    assert page == catalogue.search(reading, criteria, limit=9)


@pytest.mark.parametrize("far", [["xx-both-far"], []], ids=["one not at the head", "all at the head"])
def test_drawn_areas_codes_and_both_at_once_are_found_in_order(session, far):
    drawn = "MULTIPOLYGON(((2 48,3 48,3 49,2 49,2 48)))"
    for id_ in far:
        make_service(session, id=id_, name="Made", covers=("DE",), area=drawn)
    make_service(session, id="xx-both-here", name="Made", covers=("FR",), area=drawn)
    make_service(session, id="xx-drawn-1", name="Made", covers=(), area=drawn)
    make_service(session, id="xx-drawn-2", name="Made", covers=(), area=drawn)
    make_service(session, id="xx-several", name="Made", covers=("FR", "BE"))
    make_service(session, id="xx-elsewhere", name="Made", covers=("DE",))
    make_service(session, id="xx-world", name="Made", covers=("*",))
    criteria = Criteria(at=Point(2.35, 48.85))
    plain = plainly(session, criteria)
    assert plain == ["xx-drawn-1", "xx-drawn-2", *far, "xx-both-here", "xx-several", "xx-world"]
    assert shortly(session, criteria, 1) == shortly(session, criteria, 3) == (plain, len(plain))
