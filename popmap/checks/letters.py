"""The mail that asks an operator whether a service is still as it is shown, and the link in it.

The link is signed and good for sixty days; it names the service and the day for which it was sent. Opening it changes
nothing, since scanners of mails open every link: the page behind it has a button.
"""

from datetime import date
from functools import cache
from typing import Final

from babel.support import NullTranslations, Translations
from itsdangerous import BadSignature, URLSafeTimedSerializer

from popmap.checks.due import Due
from popmap.config import PROJECT
from popmap.errors import NotFoundError
from popmap.vocabulary import N_

GOOD_FOR_S: Final = 60 * 24 * 3600
_SALT: Final = "confirm-a-service"
SUBJECT: Final = N_("Is this still right? %(name)s")
TEXT: Final = N_(
    "Hello,\n\n%(name)s is listed on PoP Map, where children and those who care for them look for help. "
    "Its entry is due to be checked on %(day)s.\n\n"
    "Please look at it and confirm it with one press, or say what has changed:\n\n"
    "%(address)s\n\n"
    "Thank you. If you have nothing to do with this service, please ignore this mail."
)


def token(secret_key: str, service_id: str, due: date) -> str:
    """What stands in the link of a mail."""
    return URLSafeTimedSerializer(secret_key, salt=_SALT).dumps([service_id, due.isoformat()])


def read_token(secret_key: str, given: str) -> tuple[str, date]:
    """The service and the day that a link was made for. Raises ``NotFoundError`` for any other."""
    try:
        service_id, due = URLSafeTimedSerializer(secret_key, salt=_SALT).loads(given, max_age=GOOD_FOR_S)
        return str(service_id), date.fromisoformat(due)
    except (BadSignature, ValueError, TypeError) as error:
        raise NotFoundError("This link is not good, or not any more.") from error


def letter(one: Due, address: str) -> tuple[str, str]:
    """Subject and text in the language of the service, where it is one of ours."""
    words = {"name": " ".join(one.name.split()), "day": one.due.isoformat(), "address": address}
    translations = _translations(one.language)
    return translations.gettext(SUBJECT) % words, translations.gettext(TEXT) % words


@cache
def _translations(language: str) -> NullTranslations:
    return Translations.load(PROJECT / "popmap" / "translations", [language])
