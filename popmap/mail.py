"""Sends a mail by the operator's server, or keeps it as a file under the data folder where none is set.

What a mail says is the business of whoever sends it.
"""

import secrets
import smtplib
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from typing import Final
from urllib.parse import unquote, urlsplit

from popmap.config import Settings, writable_folder
from popmap.errors import SetupError, UnavailableError

FOLDER: Final = "mails"
SECONDS: Final = 20
LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
PORTS: Final = {"smtp": 587, "smtps": 465}


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail in plain text to one person."""

    to: str
    subject: str
    text: str


def send(settings: Settings, mail: Mail) -> None:
    """Hand the mail over; when this returns, the server has it, or the file is whole.

    Raises ``UnavailableError`` when the server does not take it, ``SetupError`` when POPMAP_SMTP_URL is no address.
    """
    message = _message(settings, mail)
    if settings.smtp_url:
        _hand_over(settings.smtp_url, message)
    else:
        _keep(settings, message)


def _message(settings: Settings, mail: Mail) -> EmailMessage:
    host = urlsplit(settings.public_address).hostname or "localhost"
    message = EmailMessage()
    message["From"] = f"PoP Map <no-reply@{host}>"
    message["To"] = mail.to
    message["Subject"] = mail.subject
    message["Date"] = formatdate()
    message["Message-ID"] = make_msgid(domain=host)
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text)
    return message


def _keep(settings: Settings, message: EmailMessage) -> None:
    folder = writable_folder(settings.data / FOLDER)
    name = f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}-{secrets.token_hex(4)}.eml"
    draft = folder / f".{name}"
    draft.touch(mode=0o600)
    draft.write_bytes(bytes(message))
    draft.rename(folder / name)


def _hand_over(address: str, message: EmailMessage) -> None:
    parts = urlsplit(address)
    if parts.scheme not in PORTS or not parts.hostname:
        raise SetupError("POPMAP_SMTP_URL must be smtp://user:password@host:port or smtps://….")
    place = (parts.hostname, parts.port or PORTS[parts.scheme])
    trust = ssl.create_default_context()
    try:
        if parts.scheme == "smtps":
            server: smtplib.SMTP = smtplib.SMTP_SSL(*place, timeout=SECONDS, context=trust)
        else:
            server = smtplib.SMTP(*place, timeout=SECONDS)
        with server:
            server.ehlo_or_helo_if_needed()
            secret = parts.scheme == "smtps" or parts.hostname in LOOPBACK
            if parts.scheme == "smtp" and server.has_extn("starttls"):
                server.starttls(context=trust)
                secret = True
            if parts.username and not secret:
                raise SetupError(
                    "The mail server offers no STARTTLS; set POPMAP_SMTP_URL to smtps://… or without a name."
                )
            if parts.username:
                server.login(unquote(parts.username), unquote(parts.password or ""))
            server.send_message(message)
    except (OSError, smtplib.SMTPException) as error:
        raise UnavailableError(f"The mail server did not take the mail ({type(error).__name__}).") from error
