"""Moderators: invited, signed in with password and second factor, remembered for a while, shut out at once.

Passwords stand here as Argon2id, everything else that opens a door as a hash of a random value. The second factor is
compulsory; its secret is made of a salt in the database and the program's secret key, so a stolen copy of the database
does not hold it (and a changed ``POPMAP_SECRET_KEY`` asks for new invitations). Cookies and limits are the doors'.
"""

import base64
import hashlib
import hmac
import secrets
import threading
import time
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Final

import pyotp
from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import ColumnElement, and_, delete, func, select, update
from sqlalchemy.orm import Session
from zxcvbn import zxcvbn

from popmap.errors import Fault, InputError, NotFoundError
from popmap.models import Moderator, ModeratorSession, RecoveryCode

INVITED_FOR: Final = timedelta(hours=48)
IDLE: Final = timedelta(minutes=30)
ABSOLUTE: Final = timedelta(hours=8)
MIN_PASSWORD: Final = 12
MAX_PASSWORD: Final = 256
HARD_ENOUGH: Final = 3
"""Of zxcvbn's 0 to 4: more than 10^8 guesses by whoever knows names, dates, keyboards and the common passwords."""
RECOVERY_CODES: Final = 10
ISSUER: Final = "PoP Map"

_HASHER: Final = PasswordHasher(time_cost=2, memory_cost=32 * 1024, parallelism=1, type=Type.ID)
_ONE_AT_A_TIME: Final = threading.Lock()
"""A hash takes 32 MiB: a flood of tries may fill one such room per process, not one per thread."""
_STEP_S: Final = 30
_LOOKED_AT: Final = 72
"""zxcvbn takes no more; what is hard in its first 72 signs is hard."""


@dataclass(frozen=True, slots=True)
class Person:
    """A moderator as the rest of the program knows one."""

    key: int
    email: str
    role: str


@dataclass(frozen=True, slots=True)
class Invitation:
    """Whom an invitation is for, and the second factor that comes with it (base32, and as the address of a QR code)."""

    email: str
    role: str
    secret: str
    address: str


@dataclass(frozen=True, slots=True)
class Account:
    """One line of the list of moderators; ``state`` is active, invited or disabled."""

    email: str
    role: str
    state: str
    created_at: datetime


def invite(session: Session, email: str, role: str) -> str:
    """The token with which this person chooses a password, within two days. Who was known before has to begin anew.

    Raises ``InputError`` for what is no e-mail address.
    """
    address = email.strip().lower()
    if address.count("@") != 1 or not all(address.split("@")) or any(sign.isspace() for sign in address):
        raise InputError([Fault("email", "malformed", email[:100])])
    token = secrets.token_urlsafe(24)
    moderator = session.scalar(select(Moderator).where(Moderator.email == address))
    if moderator is None:
        moderator = Moderator(email=address)
        session.add(moderator)
    else:
        _shut_out(session, moderator)
    moderator.role, moderator.disabled_at = role, None
    moderator.factor_salt = secrets.token_bytes(16)
    moderator.invitation_hash, moderator.invitation_until = _hash(token), datetime.now(UTC) + INVITED_FOR
    session.flush()
    return token


def invitation(session: Session, token: str, secret_key: str) -> Invitation:
    """What stands behind this token; ``NotFoundError`` when it is used up, out of time or nobody's."""
    moderator = _invited(session, token)
    secret = _factor(moderator.factor_salt, secret_key)
    address = pyotp.TOTP(secret).provisioning_uri(name=moderator.email, issuer_name=ISSUER)
    return Invitation(moderator.email, moderator.role, secret, address)


def accept(session: Session, token: str, password: str, *, code: str, secret_key: str) -> list[str]:
    """Take up an invitation; the recovery codes, which are never shown again.

    Raises ``InputError`` for a weak password or a wrong code, ``NotFoundError`` like ``invitation``.
    """
    moderator = _invited(session, token)
    faults = [Fault("password", reason) for reason in weaknesses(password, moderator.email)]
    step = _step_of(_factor(moderator.factor_salt, secret_key), code, after=0)
    if step is None:
        faults.append(Fault("code", "wrong"))
    if faults or step is None:
        raise InputError(faults)
    moderator.password_hash = _hashed(password)
    moderator.invitation_hash = moderator.invitation_until = None
    moderator.last_step = step
    codes = [_recovery_code() for _ in range(RECOVERY_CODES)]
    session.add_all(RecoveryCode(moderator_key=moderator.key, code_hash=_code_hash(moderator.key, c)) for c in codes)
    session.flush()
    return codes


def weaknesses(password: str, email: str) -> list[str]:
    """Why a password will not do: ``too_short``, ``too_long``, ``easy_to_guess``; empty when it will."""
    if len(password) < MIN_PASSWORD:
        return ["too_short"]
    if len(password) > MAX_PASSWORD:
        return ["too_long"]
    known = [email, *email.split("@"), "popmap", "pop map", "moderator", "helpline", "protection"]
    easy = zxcvbn(password[:_LOOKED_AT], user_inputs=known)["score"] < HARD_ENOUGH
    return ["easy_to_guess"] if easy else []


def check(session: Session, email: str, password: str, *, code: str, secret_key: str) -> Person | None:
    """Whoever these three together belong to, else None; ``code`` is the second factor's, or a recovery code.

    An unknown address takes as long as a known one, and no answer tells which one was wrong. A code works once.
    """
    moderator = session.scalar(select(Moderator).where(Moderator.email == email.strip().lower()))
    known = moderator is not None and moderator.disabled_at is None and moderator.password_hash is not None
    digest = moderator.password_hash if moderator is not None and known else None
    right = _is_right(digest or _nobodys_hash(), password)
    salt, last_step, key = (moderator.factor_salt, moderator.last_step, moderator.key) if moderator else (b"", 0, 0)
    step = _step_of(_factor(salt, secret_key), code, after=last_step)
    recovery = _unused_recovery_code(session, key, code)
    if moderator is None or not known or not right or (step is None and recovery is None):
        return None
    if not (_use_step(session, key, step) if step is not None else _use_recovery_code(session, key, code)):
        return None
    if _HASHER.check_needs_rehash(digest or ""):
        moderator.password_hash = _hashed(password)
    return Person(moderator.key, moderator.email, moderator.role)


def begin_session(session: Session, moderator_key: int) -> str:
    """A new session's id, 128 random bits; the database keeps its hash. Sessions that have ended are cleared away."""
    session.execute(delete(ModeratorSession).where(~_is_alive()))
    id_ = secrets.token_urlsafe(16)
    session.add(ModeratorSession(id_hash=_hash(id_), moderator_key=moderator_key))
    session.flush()
    return id_


def of_session(session: Session, id_: str) -> Person | None:
    """Whose session this is, which then counts as seen now; None when it has ended or its moderator is disabled."""
    found = session.execute(
        select(Moderator, ModeratorSession.seen_at < func.now() - timedelta(minutes=1))
        .join(ModeratorSession, ModeratorSession.moderator_key == Moderator.key)
        .where(ModeratorSession.id_hash == _hash(id_), _is_alive(), Moderator.disabled_at.is_(None))
    ).first()
    if found is None:
        return None
    moderator, is_some_time_ago = found
    if is_some_time_ago:
        session.execute(
            update(ModeratorSession).where(ModeratorSession.id_hash == _hash(id_)).values(seen_at=func.now())
        )
    return Person(moderator.key, moderator.email, moderator.role)


def end_session(session: Session, id_: str) -> None:
    """Make this id worthless."""
    session.execute(delete(ModeratorSession).where(ModeratorSession.id_hash == _hash(id_)))


def disable(session: Session, email: str) -> None:
    """Shut a moderator out now, sessions included; what was decided stays. ``NotFoundError`` for nobody's address."""
    moderator = session.scalar(select(Moderator).where(Moderator.email == email.strip().lower()))
    if moderator is None:
        raise NotFoundError(f"There is no moderator {email}.")
    _shut_out(session, moderator)
    moderator.disabled_at = moderator.disabled_at or datetime.now(UTC)
    session.flush()


def listing(session: Session) -> Sequence[Account]:
    """All who are or were moderators, by address."""
    found = session.scalars(select(Moderator).order_by(Moderator.email))
    return [Account(each.email, each.role, _state(each), each.created_at) for each in found]


def _state(moderator: Moderator) -> str:
    if moderator.disabled_at is not None:
        return "disabled"
    return "active" if moderator.password_hash is not None else "invited"


def _shut_out(session: Session, moderator: Moderator) -> None:
    session.execute(delete(ModeratorSession).where(ModeratorSession.moderator_key == moderator.key))
    session.execute(delete(RecoveryCode).where(RecoveryCode.moderator_key == moderator.key))
    moderator.password_hash = moderator.invitation_hash = moderator.invitation_until = None


def _invited(session: Session, token: str) -> Moderator:
    found = session.scalar(
        select(Moderator)
        .where(Moderator.invitation_hash == _hash(token), Moderator.invitation_until > func.now())
        .with_for_update()
    )
    if found is None:
        raise NotFoundError("This invitation has been used, or its time is over.")
    return found


def _is_alive() -> ColumnElement[bool]:
    seen_lately = ModeratorSession.seen_at > func.now() - IDLE
    return and_(seen_lately, ModeratorSession.began_at > func.now() - ABSOLUTE)


def _factor(salt: bytes, secret_key: str) -> str:
    return base64.b32encode(hmac.digest(secret_key.encode(), b"second factor" + salt, hashlib.sha1)).decode()


def _step_of(secret: str, code: str, *, after: int) -> int | None:
    """The half minute whose code this is, of the present one and its neighbours; none that was used before."""
    now, factor = int(time.time()) // _STEP_S, pyotp.TOTP(secret)
    digits = "".join(code.split())
    fitting = [
        step for step in (now - 1, now, now + 1) if hmac.compare_digest(factor.at(step * _STEP_S), _ascii(digits))
    ]
    return next((step for step in fitting if step > after), None)


def _use_step(session: Session, key: int, step: int) -> bool:
    used = update(Moderator).where(Moderator.key == key, Moderator.last_step < step).values(last_step=step)
    return session.execute(used.returning(Moderator.key)).first() is not None


def _unused_recovery_code(session: Session, key: int, code: str) -> RecoveryCode | None:
    return session.scalar(
        select(RecoveryCode).where(
            RecoveryCode.moderator_key == key,
            RecoveryCode.code_hash == _code_hash(key, code),
            RecoveryCode.used_at.is_(None),
        )
    )


def _use_recovery_code(session: Session, key: int, code: str) -> bool:
    used = update(RecoveryCode).where(
        RecoveryCode.moderator_key == key,
        RecoveryCode.code_hash == _code_hash(key, code),
        RecoveryCode.used_at.is_(None),
    )
    return session.execute(used.values(used_at=func.now()).returning(RecoveryCode.moderator_key)).first() is not None


def _recovery_code() -> str:
    letters = base64.b32encode(secrets.token_bytes(10)).decode().lower()
    return "-".join(letters[start : start + 4] for start in range(0, len(letters), 4))


def _code_hash(key: int, code: str) -> bytes:
    return _hash(f"{key}:{''.join(sign for sign in code.lower() if sign.isalnum())}")


def _hash(value: str) -> bytes:
    return hashlib.sha256(value.encode("utf-8", "surrogatepass")).digest()


def _hashed(password: str) -> str:
    with _ONE_AT_A_TIME:
        return _HASHER.hash(unicodedata.normalize("NFKC", password))


def _is_right(digest: str, password: str) -> bool:
    with _ONE_AT_A_TIME:
        try:
            return _HASHER.verify(digest, unicodedata.normalize("NFKC", password[:MAX_PASSWORD]))
        except (VerificationError, InvalidHashError):
            return False


@cache
def _nobodys_hash() -> str:
    """What an unknown address is checked against, so that it takes as long."""
    return _hashed(secrets.token_urlsafe(16))


def _ascii(code: str) -> str:
    return code if code.isascii() else ""
