"""What the public reads, derived by the database itself; never written from here."""

from datetime import date, datetime
from typing import Any

from geoalchemy2 import WKBElement
from sqlalchemy import (
    BigInteger,
    Double,
    ForeignKey,
    Integer,
    SmallInteger,
    Text,
)
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from popmap.models.columns import Base, point_type


class Listing(Base):
    """One ready-made row for each public service. Filled by ``refresh_listing()``, never written from here."""

    __tablename__ = "listing"

    key: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("service.key", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    id: Mapped[str]
    kind: Mapped[str]
    name: Mapped[str]
    name_en: Mapped[str]
    sort_name: Mapped[str] = mapped_column(Text(collation="C"))
    search_text: Mapped[str]
    search: Mapped[str] = mapped_column(TSVECTOR)
    topics: Mapped[list[str]]
    languages: Mapped[list[str]]
    audiences: Mapped[list[str]]
    channel_types: Mapped[list[str]]
    coverage_codes: Mapped[list[str]]
    country_codes: Mapped[list[str]]
    specificity: Mapped[int] = mapped_column(SmallInteger)
    has_area: Mapped[bool]
    min_age: Mapped[int | None] = mapped_column(SmallInteger)
    max_age: Mapped[int | None] = mapped_column(SmallInteger)
    cost: Mapped[str]
    privacy: Mapped[str]
    visitable: Mapped[bool]
    point: Mapped[WKBElement | None] = mapped_column(point_type())
    place_id: Mapped[int | None] = mapped_column(BigInteger)
    check_level: Mapped[int] = mapped_column(SmallInteger)
    verified_on: Mapped[date | None]
    next_check_due: Mapped[date | None]
    updated_at: Mapped[datetime]
    hours_keys: Mapped[list[str]]
    ai: Mapped[dict[str, Any] | None]
    document: Mapped[str]


class Cell(Base):
    """How many public services of a kind stand in one 64-pixel cell of Web Mercator; triggers on ``listing`` count."""

    __tablename__ = "cell"

    zoom: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    cx: Mapped[int] = mapped_column(Integer, primary_key=True)
    cy: Mapped[int] = mapped_column(Integer, primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    n: Mapped[int] = mapped_column(Integer)
    sum_x: Mapped[float] = mapped_column(Double)
    sum_y: Mapped[float] = mapped_column(Double)
    sum_key: Mapped[int] = mapped_column(BigInteger)
    min_x: Mapped[float] = mapped_column(Double)
    min_y: Mapped[float] = mapped_column(Double)
    max_x: Mapped[float] = mapped_column(Double)
    max_y: Mapped[float] = mapped_column(Double)
    place_id: Mapped[int | None] = mapped_column(BigInteger)
    population: Mapped[int] = mapped_column(Integer, server_default="-1")


class AtlasCount(Base):
    """How many public services a country has that are of some value of a measure; triggers on ``listing`` count."""

    __tablename__ = "atlas_count"

    measure: Mapped[str] = mapped_column(primary_key=True)
    country: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str] = mapped_column(primary_key=True)
    n: Mapped[int] = mapped_column(Integer)


class OperatorCount(Base):
    """How many public services an operator has; triggers on ``listing`` count."""

    __tablename__ = "operator_count"

    name: Mapped[str] = mapped_column(primary_key=True)
    n: Mapped[int] = mapped_column(Integer)


class ListingLine(Base):
    """A public service as a line of the CSV file. Written by ``catalogue.keep_lines`` only; gone when it changes."""

    __tablename__ = "listing_line"

    key: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("listing.key", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    made_by: Mapped[str]
    line: Mapped[str]


class MatchKey(Base):
    """What an entry of the same service would have in common with this one. Written by ``popmap.duplicates`` only."""

    __tablename__ = "match_key"

    service_key: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("service.key", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    type: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str] = mapped_column(primary_key=True)


class MatchWord(Base):
    """A word of a service's names and a country where it serves. Written by ``popmap.duplicates`` only."""

    __tablename__ = "match_word"

    word: Mapped[str] = mapped_column(primary_key=True)
    country: Mapped[str] = mapped_column(primary_key=True)
    service_key: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("service.key", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )


class MatchSpelling(Base):
    """A way to write a word with one letter left out, and the word. Written by ``popmap.duplicates`` only."""

    __tablename__ = "match_spelling"

    spelling: Mapped[str] = mapped_column(primary_key=True)
    word: Mapped[str] = mapped_column(primary_key=True)
