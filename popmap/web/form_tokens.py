"""The hidden token of a form without cookies: it carries the idempotency key, and leads to the private link.

A token is signed, so keys cannot be chosen by others, and has an age, so a form kept open for days is asked again. The
link's secret is made from the key by the same secret: a form sent twice leads to the same page.
"""

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64encode
from typing import Final

from flask import current_app
from itsdangerous import BadSignature, SignatureExpired, URLSafeTimedSerializer

VALID_FOR_S: Final = 24 * 3600
_SALT: Final = "form"


def fresh(key: str | None = None) -> str:
    """A token for a form: with a new key, or with the key of the form that comes back."""
    return str(_serializer().dumps(key or new_key()))


def new_key() -> str:
    """A key nobody can guess."""
    return secrets.token_urlsafe(24)


def key_of(token: str) -> tuple[str | None, bool]:
    """The key in a token and whether it is still young enough; no key where the token is not ours."""
    try:
        return str(_serializer().loads(token[:500], max_age=VALID_FOR_S)), True
    except SignatureExpired as error:
        return str(_serializer().load_payload(error.payload)) if error.payload else None, False
    except BadSignature:
        return None, False


def link_of(key: str) -> str:
    """The secret of the private link: 256 bits nobody can guess, the same for the same key."""
    digest = hmac.new(current_app.extensions["settings"].secret_key.encode(), f"link {key}".encode(), hashlib.sha256)
    return urlsafe_b64encode(digest.digest()).decode().rstrip("=")


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.extensions["settings"].secret_key, salt=_SALT)
