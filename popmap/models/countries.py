"""What is known about countries: facts, emergency numbers, harmonised numbers."""

from sqlalchemy import (
    Numeric,
)
from sqlalchemy.orm import Mapped, mapped_column

from popmap.models.columns import Base, plain_words, text_list


class CountryFact(Base):
    """One thing a country (or a region) has or did: a law, a strategy, a training; as its source states it."""

    __tablename__ = "country_fact"

    id: Mapped[str] = mapped_column(primary_key=True)
    country: Mapped[str | None]
    region: Mapped[str] = plain_words()
    type: Mapped[str]
    title: Mapped[str]
    title_local: Mapped[str] = plain_words()
    reference_no: Mapped[str] = plain_words()
    issuer: Mapped[str] = plain_words()
    partners: Mapped[list[str]] = text_list()
    audience: Mapped[list[str]] = text_list()
    date_from: Mapped[str] = plain_words()
    date_to: Mapped[str] = plain_words()
    date_precision: Mapped[str] = mapped_column(server_default="unknown")
    status: Mapped[str] = mapped_column(server_default="unknown")
    quantity: Mapped[float | None] = mapped_column(Numeric)
    quantity_qualifier: Mapped[str] = plain_words()
    unit: Mapped[str] = plain_words()
    summary: Mapped[str] = plain_words()
    source: Mapped[str]


class EmergencyNumber(Base):
    """A number for emergencies in one country, with its source and how sure it is."""

    __tablename__ = "emergency_number"

    id: Mapped[str] = mapped_column(primary_key=True)
    country: Mapped[str]
    service: Mapped[str]
    number: Mapped[str]
    note: Mapped[str] = plain_words()
    source_url: Mapped[str]
    source_seen: Mapped[str] = plain_words()
    source_date: Mapped[str] = plain_words()
    confidence: Mapped[str]


class HarmonisedNumber(Base):
    """A number that means the same in several countries (116 111), and whether it works in this one."""

    __tablename__ = "harmonised_number"

    id: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[str]
    purpose: Mapped[str]
    region: Mapped[str] = plain_words()
    country: Mapped[str | None]
    status: Mapped[str]
    operator: Mapped[str] = plain_words()
    since: Mapped[str] = plain_words()
    source_url: Mapped[str]
    source_seen: Mapped[str] = plain_words()
    source_date: Mapped[str] = plain_words()
    confidence: Mapped[str]
