"""Common ground of all tables: the base class, and the columns that come up again and again."""

from datetime import date, datetime
from typing import Any, Final

from geoalchemy2 import Geometry
from sqlalchemy import ARRAY, BigInteger, Date, DateTime, Identity, MetaData, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

SRID: Final = 4326


def point_type() -> Geometry:
    """The type of a place, WGS 84; its index is the migrations' business."""
    return Geometry("POINT", srid=SRID, spatial_index=False)


def area_type() -> Geometry:
    """The type of an area, WGS 84."""
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


def own_key() -> Mapped[int]:
    """The database's own key, which never leaves it."""
    return mapped_column(BigInteger, Identity(always=True), primary_key=True)


def text_list() -> Mapped[list[str]]:
    """A list of texts, empty unless given."""
    return mapped_column(ARRAY(Text), server_default="{}")


def plain_words() -> Mapped[str]:
    """A text, empty unless given."""
    return mapped_column(server_default="")


def yes_no_unknown() -> Mapped[str]:
    """A yes, no or unknown."""
    return mapped_column(server_default="unknown")
