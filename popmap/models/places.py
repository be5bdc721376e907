"""Areas and towns, with their names in six languages and their shapes. Filled by ``gazetteer``."""

from typing import Any

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import (
    BigInteger,
    Boolean,
    ForeignKey,
    Integer,
    text,
)
from sqlalchemy.dialects.postgresql import CHAR, REAL
from sqlalchemy.orm import Mapped, mapped_column

from popmap.models.columns import SRID, Base, area_type, own_key, point_type


class Area(Base):
    """A country or a subdivision: its names in six languages and its shape, if it has one of its own."""

    __tablename__ = "area"

    code: Mapped[str] = mapped_column(primary_key=True)
    parent: Mapped[str | None] = mapped_column(ForeignKey("area.code"), index=False)
    kind: Mapped[str]
    names: Mapped[dict[str, Any]]
    shape: Mapped[WKBElement | None] = mapped_column(area_type())
    label_point: Mapped[WKBElement | None] = mapped_column(point_type())
    has_own_shape: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))


class AreaPart(Base):
    """A small piece of an area's shape, for finding the area a point is in."""

    __tablename__ = "area_part"

    key: Mapped[int] = own_key()
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
    point: Mapped[WKBElement] = mapped_column(point_type())


class PlaceName(Base):
    """One name of a town or an area, as written and folded."""

    __tablename__ = "place_name"

    key: Mapped[int] = own_key()
    place_id: Mapped[int | None] = mapped_column(BigInteger)
    area_code: Mapped[str | None]
    name: Mapped[str]
    folded: Mapped[str]
    weight: Mapped[float] = mapped_column(REAL, server_default="0")
