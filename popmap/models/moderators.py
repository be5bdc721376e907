"""Who decides: moderators with their second factor's recovery codes and their sessions, and tries that are limited."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, LargeBinary, func, text
from sqlalchemy.orm import Mapped, mapped_column

from popmap.models.columns import Base, own_key


class Moderator(Base):
    """A person who decides. The second factor is made of ``factor_salt`` and a key that is not in the database."""

    __tablename__ = "moderator"

    key: Mapped[int] = own_key()
    email: Mapped[str] = mapped_column(unique=True)
    role: Mapped[str]
    password_hash: Mapped[str | None]
    factor_salt: Mapped[bytes] = mapped_column(LargeBinary)
    last_step: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    invitation_hash: Mapped[bytes | None] = mapped_column(LargeBinary, unique=True)
    invitation_until: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    disabled_at: Mapped[datetime | None]


class RecoveryCode(Base):
    """A code that stands in for the second factor once."""

    __tablename__ = "recovery_code"

    moderator_key: Mapped[int] = mapped_column(ForeignKey("moderator.key", ondelete="CASCADE"), primary_key=True)
    code_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    used_at: Mapped[datetime | None]


class ModeratorSession(Base):
    """One signed-in browser; the cookie holds what is hashed here."""

    __tablename__ = "moderator_session"

    id_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    moderator_key: Mapped[int] = mapped_column(ForeignKey("moderator.key", ondelete="CASCADE"))
    began_at: Mapped[datetime] = mapped_column(server_default=func.now())
    seen_at: Mapped[datetime] = mapped_column(server_default=func.now())


class Attempt(Base):
    """One try of something that may be tried only so often, under a keyed hash. Not kept over a crash."""

    __tablename__ = "attempt"

    number: Mapped[int] = own_key()
    key: Mapped[bytes] = mapped_column(LargeBinary)
    at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
