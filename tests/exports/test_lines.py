"""Lines that are kept ready give the same bytes as the records they are made of, and never those of an older one."""

from sqlalchemy import text

from make import make_service
from popmap import catalogue
from popmap.catalogue import Criteria
from popmap.exports import WRITERS
from popmap.exports.csv import line_of

CSV = WRITERS["csv"]
HOSTILE = ("=1+1", '"quoted", and \\ more', "a\r\nb", "'=x", "\uff1d1", "\u4e2d\u6587", "{", "\t@x")


def file(session, made_by=""):
    return b"".join(CSV.pieces(catalogue.stream(session, Criteria(), made_by=made_by)))


def kept(session):
    return session.execute(text("SELECT count(*) FROM listing_line")).scalar_one()


def keep(session):
    after = 0
    while after is not None:
        after = catalogue.keep_lines(session, CSV.made_by, line_of, after=after)


def test_ready_lines_give_the_same_bytes(seeded_session):
    seeded_session.execute(text("DELETE FROM listing_line"))
    for number, name in enumerate(HOSTILE):
        make_service(seeded_session, id=f"xx-{number}", name=name, summary=name, organization=name)
    without = file(seeded_session)
    keep(seeded_session)
    assert kept(seeded_session) > 500
    assert file(seeded_session, CSV.made_by) == without
    assert file(seeded_session, "another program") == without


def test_what_changes_loses_its_line(session):
    make_service(session, id="xx-a", name="Old")
    make_service(session, id="xx-b")
    keep(session)
    session.execute(text("UPDATE service SET name = 'New' WHERE id = 'xx-a'"))
    session.execute(text("SELECT refresh_listing()"))
    assert kept(session) == 1
    assert b"New" in file(session, CSV.made_by)
    session.execute(text("UPDATE listing SET name = name"))
    assert kept(session) == 0


def test_what_is_taken_down_has_no_line(session):
    make_service(session, id="xx-a")
    keep(session)
    session.execute(text("UPDATE service SET status = 'paused' WHERE id = 'xx-a'"))
    assert kept(session) == 0
    assert b"xx-a" not in file(session, CSV.made_by)


def test_lines_of_another_program_are_made_anew(session):
    make_service(session, id="xx-a")
    catalogue.keep_lines(session, "older", lambda _: "xx-a,of another time")
    assert b"of another time" not in file(session, CSV.made_by)
    keep(session)
    assert session.execute(text("SELECT made_by FROM listing_line")).scalars().all() == [CSV.made_by]
