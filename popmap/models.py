"""The tables as classes: columns, keys and relationships. What each may hold (ranges, codes) the migrations enforce.

Relationships raise on lazy loading, so that nothing outside a rule module can start a query. Derived tables
(``listing``, ``cell``) and the public views are made and kept by the database itself; rules read them with their SQL.
"""

from datetime import date, datetime
from typing import Any, Final

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Date,
    DateTime,
    Double,
    ForeignKey,
    Identity,
    Integer,
    MetaData,
    Numeric,
    SmallInteger,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import CHAR, JSONB, REAL, TSVECTOR
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

SRID: Final = 4326


def _point() -> Geometry:
    return Geometry("POINT", srid=SRID, spatial_index=False)


def _multipolygon() -> Geometry:
    return Geometry("MULTIPOLYGON", srid=SRID, spatial_index=False)


class Base(DeclarativeBase):
    """Common ground of all tables: text is ``text``, lists are arrays, ``dict`` is ``jsonb``, instants have a zone."""

    metadata = MetaData()
    type_annotation_map = {
        str: Text,
        list[str]: ARRAY(Text),
        dict[str, Any]: JSONB,
        datetime: DateTime(timezone=True),
        date: Date,
    }


def _key() -> Mapped[int]:
    return mapped_column(BigInteger, Identity(always=True), primary_key=True)


def _texts() -> Mapped[list[str]]:
    return mapped_column(ARRAY(Text), server_default="{}")


def _words() -> Mapped[str]:
    return mapped_column(server_default="")


def _answer() -> Mapped[str]:
    """A yes, no or unknown."""
    return mapped_column(server_default="unknown")


class Area(Base):
    """A country or a subdivision: its names in six languages and its shape, if it has one of its own."""

    __tablename__ = "area"

    code: Mapped[str] = mapped_column(primary_key=True)
    parent: Mapped[str | None] = mapped_column(ForeignKey("area.code"), index=False)
    kind: Mapped[str]
    names: Mapped[dict[str, Any]]
    shape: Mapped[WKBElement | None] = mapped_column(_multipolygon())
    label_point: Mapped[WKBElement | None] = mapped_column(_point())
    has_own_shape: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))


class AreaPart(Base):
    """A small piece of an area's shape, for finding the area a point is in."""

    __tablename__ = "area_part"

    key: Mapped[int] = _key()
    code: Mapped[str] = mapped_column(ForeignKey("area.code", ondelete="CASCADE"))
    shape: Mapped[WKBElement] = mapped_column(Geometry("POLYGON", srid=SRID, spatial_index=False))


class Place(Base):
    """A town; its id is GeoNames'."""

    __tablename__ = "place"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    name: Mapped[str]
    names: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    country: Mapped[str] = mapped_column(CHAR(2))
    subdivision: Mapped[str | None]
    population: Mapped[int] = mapped_column(Integer, server_default="0")
    timezone: Mapped[str | None]
    point: Mapped[WKBElement] = mapped_column(_point())


class PlaceName(Base):
    """One name of a town or an area, as written and folded."""

    __tablename__ = "place_name"

    key: Mapped[int] = _key()
    place_id: Mapped[int | None] = mapped_column(BigInteger)
    area_code: Mapped[str | None]
    name: Mapped[str]
    folded: Mapped[str]
    weight: Mapped[float] = mapped_column(REAL, server_default="0")


class Service(Base):
    """Something that helps children, with all that was ever known of it; public only in the public states."""

    __tablename__ = "service"

    key: Mapped[int] = _key()
    id: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    name: Mapped[str]
    name_en: Mapped[str] = _words()
    organization: Mapped[str] = _words()
    operator_type: Mapped[str] = mapped_column(server_default="unknown")
    summary: Mapped[str] = _words()
    translations: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    website: Mapped[str | None]
    languages: Mapped[list[str]] = _texts()
    topics: Mapped[list[str]] = _texts()
    audiences: Mapped[list[str]] = _texts()
    min_age: Mapped[int | None] = mapped_column(SmallInteger)
    max_age: Mapped[int | None] = mapped_column(SmallInteger)
    cost: Mapped[str] = mapped_column(server_default="unknown")
    privacy: Mapped[str] = mapped_column(server_default="unknown")
    location: Mapped[WKBElement | str | None] = mapped_column(_point())
    location_precision: Mapped[str] = mapped_column(server_default="none")
    city: Mapped[str] = _words()
    visitable: Mapped[bool] = mapped_column(server_default=text("false"))
    address_confidential: Mapped[bool] = mapped_column(server_default=text("false"))
    ai: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    youth: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    status: Mapped[str] = mapped_column(server_default="draft")
    merged_into: Mapped[str | None] = mapped_column(ForeignKey("service.id"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())
    verified_on: Mapped[date | None]
    next_check_due: Mapped[date | None]

    channels: Mapped[list["Channel"]] = relationship(
        order_by="Channel.position", cascade="all, delete-orphan", lazy="raise", passive_deletes=True
    )
    coverage: Mapped[list["Coverage"]] = relationship(
        order_by="Coverage.key", cascade="all, delete-orphan", lazy="raise", passive_deletes=True
    )
    sources: Mapped[list["Source"]] = relationship(
        order_by="Source.position", cascade="all, delete-orphan", lazy="raise", passive_deletes=True
    )
    checks: Mapped[list["ServiceCheck"]] = relationship(
        order_by="ServiceCheck.checked_on", cascade="all, delete-orphan", lazy="raise", passive_deletes=True
    )


class Channel(Base):
    """One way to reach a service; ``linkable`` is false for what cannot be dialled or opened as it stands."""

    __tablename__ = "channel"

    key: Mapped[int] = _key()
    service_key: Mapped[int] = mapped_column(ForeignKey("service.key", ondelete="CASCADE"))
    position: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    type: Mapped[str]
    value: Mapped[str]
    e164: Mapped[str | None]
    label: Mapped[str] = _words()
    hours: Mapped[str | None]
    timezone: Mapped[str | None]
    languages: Mapped[list[str]] = _texts()
    free: Mapped[str] = _answer()
    on_phone_bill: Mapped[str] = _answer()
    account_needed: Mapped[str] = _answer()
    works_from_abroad: Mapped[str] = _answer()
    answered_by: Mapped[str] = _answer()
    linkable: Mapped[bool] = mapped_column(server_default=text("false"))


class Coverage(Base):
    """One part of the area a service serves: the world, a country, a subdivision, or a drawn area."""

    __tablename__ = "coverage"

    key: Mapped[int] = _key()
    service_key: Mapped[int] = mapped_column(ForeignKey("service.key", ondelete="CASCADE"))
    type: Mapped[str]
    code: Mapped[str | None]
    shape: Mapped[WKBElement | str | None] = mapped_column(_multipolygon())


class Source(Base):
    """A page on which facts were seen, and what it says (evidence for moderators and researchers)."""

    __tablename__ = "source"

    key: Mapped[int] = _key()
    service_key: Mapped[int] = mapped_column(ForeignKey("service.key", ondelete="CASCADE"))
    position: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    url: Mapped[str]
    seen: Mapped[str] = _words()
    seen_on: Mapped[str] = _words()


class ServiceCheck(Base):
    """One verification of a service or of one of its channels."""

    __tablename__ = "service_check"

    key: Mapped[int] = _key()
    service_key: Mapped[int] = mapped_column(ForeignKey("service.key", ondelete="CASCADE"))
    channel_key: Mapped[int | None] = mapped_column(ForeignKey("channel.key", ondelete="CASCADE"))
    level: Mapped[int] = mapped_column(SmallInteger)
    method: Mapped[str]
    evidence_url: Mapped[str | None]
    checked_on: Mapped[date]
    by_role: Mapped[str]
    next_due: Mapped[date | None]


class CountryFact(Base):
    """One thing a country (or a region) has or did: a law, a strategy, a training; as its source states it."""

    __tablename__ = "country_fact"

    id: Mapped[str] = mapped_column(primary_key=True)
    country: Mapped[str | None]
    region: Mapped[str] = _words()
    type: Mapped[str]
    title: Mapped[str]
    title_local: Mapped[str] = _words()
    reference_no: Mapped[str] = _words()
    issuer: Mapped[str] = _words()
    partners: Mapped[list[str]] = _texts()
    audience: Mapped[list[str]] = _texts()
    date_from: Mapped[str] = _words()
    date_to: Mapped[str] = _words()
    date_precision: Mapped[str] = mapped_column(server_default="unknown")
    status: Mapped[str] = mapped_column(server_default="unknown")
    quantity: Mapped[float | None] = mapped_column(Numeric)
    quantity_qualifier: Mapped[str] = _words()
    unit: Mapped[str] = _words()
    summary: Mapped[str] = _words()
    source: Mapped[str]


class EmergencyNumber(Base):
    """A number for emergencies in one country, with its source and how sure it is."""

    __tablename__ = "emergency_number"

    id: Mapped[str] = mapped_column(primary_key=True)
    country: Mapped[str]
    service: Mapped[str]
    number: Mapped[str]
    note: Mapped[str] = _words()
    source_url: Mapped[str]
    source_seen: Mapped[str] = _words()
    source_date: Mapped[str] = _words()
    confidence: Mapped[str]


class HarmonisedNumber(Base):
    """A number that means the same in several countries (116 111), and whether it works in this one."""

    __tablename__ = "harmonised_number"

    id: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[str]
    purpose: Mapped[str]
    region: Mapped[str] = _words()
    country: Mapped[str | None]
    status: Mapped[str]
    operator: Mapped[str] = _words()
    since: Mapped[str] = _words()
    source_url: Mapped[str]
    source_seen: Mapped[str] = _words()
    source_date: Mapped[str] = _words()
    confidence: Mapped[str]


class RecordVersion(Base):
    """A record as it was from one moment on: what, when, why, by which role, from which source. Append-only."""

    __tablename__ = "record_version"
    __table_args__ = (UniqueConstraint("record_type", "record_id", "number", name="record_version_number_is_unique"),)

    key: Mapped[int] = _key()
    record_type: Mapped[str]
    record_id: Mapped[str]
    number: Mapped[int] = mapped_column(Integer)
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    by_role: Mapped[str]
    reason: Mapped[str]
    source: Mapped[str] = _words()
    body: Mapped[dict[str, Any]]


class CatalogueRevision(Base):
    """One row with one number: it grows whenever something public changes."""

    __tablename__ = "catalogue_revision"

    only_row: Mapped[bool] = mapped_column(primary_key=True, server_default=text("true"))
    number: Mapped[int] = mapped_column(BigInteger)
    changed_at: Mapped[datetime] = mapped_column(server_default=func.now())


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
    point: Mapped[WKBElement | None] = mapped_column(_point())
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
