"""Every setting: its name, type, default and reason; read once from the environment.

``SETTINGS`` below is also what the README's table is checked against. What it does is up to the room that uses it.
"""

import contextlib
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from popmap.errors import SetupError

PROJECT: Final = Path(__file__).resolve().parent.parent
"""The checkout: templates/, static/, seed/ and wsgi.py lie here."""

TWO_PERSON_RULES: Final = ("acute", "all", "off")


def _setting(name: str, default: Any, why: str) -> Any:
    return field(default=default, metadata={"name": name, "why": why})


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one process. Build it with ``from_environment``; tests may give values directly."""

    port: int = _setting("POPMAP_PORT", 8000, "TCP port the server listens on")
    host: str = _setting("POPMAP_HOST", "127.0.0.1", "address the server listens on; only this machine unless changed")
    data: Path = _setting("POPMAP_DATA", PROJECT / "var", "folder of the private database, built assets, versions")
    database_url: str = _setting(
        "POPMAP_DATABASE_URL", "", "an outside PostGIS instead of the private one (postgresql://…)"
    )
    replica_url: str = _setting("POPMAP_REPLICA_URL", "", "a read-only copy of the database that answers public reads")
    pg_bindir: str = _setting("POPMAP_PG_BINDIR", "", "folder of initdb and postgres, where they are in no usual place")
    given_secret_key: str = _setting("POPMAP_SECRET_KEY", "", "signs tokens; empty: made and kept in the data folder")
    exit_url: str = _setting("POPMAP_EXIT_URL", "https://www.wikipedia.org/", "neutral page that the quick exit opens")
    tiles: str = _setting("POPMAP_TILES", "", "another basemap: a PMTiles file or a tile URL; empty: the built-in one")
    smtp_url: str = _setting(
        "POPMAP_SMTP_URL", "", "mail server (smtp://…); empty: mails become files in the data folder"
    )
    site_address: str = _setting(
        "POPMAP_SITE_ADDRESS", "", "where people find the site (https://help.example); empty: host and port as above"
    )
    submissions_per_hour: int = _setting(
        "POPMAP_SUBMISSIONS_PER_HOUR", 5, "how many submissions one network may send in an hour; reading has no limit"
    )
    link_checks: str = _setting(
        "POPMAP_LINK_CHECKS", "off", "whether `popmap work` asks the services' links: on or off"
    )
    two_person: str = _setting("POPMAP_TWO_PERSON", "acute", "which changes need two moderators: acute, all or off")
    worker: str = _setting("POPMAP_WORKER", "on", "whether `popmap serve` runs `popmap work` beside itself: on or off")

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Settings":
        """The settings as the environment has them; an empty variable counts as not set.

        Raises ``SetupError`` that names the variable and what is allowed.
        """
        given = {item.name: environment.get(item.metadata["name"], "").strip() for item in fields(cls)}
        values: dict[str, Any] = {name: text for name, text in given.items() if text}
        if "port" in values:
            values["port"] = _port(values["port"])
        if "submissions_per_hour" in values:
            values["submissions_per_hour"] = _count("POPMAP_SUBMISSIONS_PER_HOUR", values["submissions_per_hour"])
        if "data" in values:
            values["data"] = Path(values["data"]).expanduser().absolute()
        if "site_address" in values:
            values["site_address"] = _site_address(values["site_address"])
        for name, variable in (("link_checks", "POPMAP_LINK_CHECKS"), ("worker", "POPMAP_WORKER")):
            if values.get(name, "off") not in ("on", "off"):
                raise SetupError(f"{variable} is {values[name]!r}; it must be on or off.")
        if values.get("two_person", "acute") not in TWO_PERSON_RULES:
            allowed = ", ".join(TWO_PERSON_RULES)
            raise SetupError(f"POPMAP_TWO_PERSON is {values['two_person']!r}; it must be one of {allowed}.")
        return cls(**values)

    @property
    def public_address(self) -> str:
        """What every absolute address begins with, without a slash at its end: set, or made of host and port.

        Never from a request: the Host header is whatever somebody sends.
        """
        if self.site_address:
            return self.site_address
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104 - compared, not bound
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"

    @property
    def secret_key(self) -> str:
        """The key that signs tokens: the given one, else one made at first use, kept in the data folder (mode 0600)."""
        if self.given_secret_key:
            return self.given_secret_key
        path = writable_folder(self.data) / "secret-key"
        if not path.exists():
            _keep_new_key(path)
        key = path.read_text().strip()
        if len(key) < 32:
            raise SetupError(f"The secret key in {path} is cut short; remove that file and start again.")
        return key


SETTINGS: Final = tuple(item.metadata["name"] for item in fields(Settings))
"""The environment variables this program reads, in the order of the README's table."""


def writable_folder(path: Path) -> Path:
    """The folder, made when missing; ``SetupError`` says in one sentence when it cannot be made or written."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SetupError(
            f"The data folder {path} cannot be made ({error.strerror}); set POPMAP_DATA to another."
        ) from error
    if not os.access(path, os.W_OK | os.X_OK):
        raise SetupError(f"The data folder {path} cannot be written by this user; set POPMAP_DATA to another.")
    return path


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 65536):
        raise SetupError(f"POPMAP_PORT is {text!r}; it must be a number from 1 to 65535.")
    return int(text)


def _site_address(text: str) -> str:
    try:
        parts = urlsplit(text)
        right = parts.scheme in {"http", "https"} and parts.hostname and (parts.port or 1) and text.isascii()
    except ValueError:
        right = False
    if not right or parts.path.strip("/") or parts.query or parts.fragment or "@" in parts.netloc or " " in text:
        raise SetupError(f"POPMAP_SITE_ADDRESS is {text!r}; it must be an address such as https://help.example.")
    return f"{parts.scheme}://{parts.netloc}"


def _count(name: str, text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 1_000_000):
        raise SetupError(f"{name} is {text!r}; it must be a number from 1 to 999999.")
    return int(text)


def _keep_new_key(path: Path) -> None:
    """Write a fresh key beside ``path`` and link it there: of two processes one wins, and none reads half a key."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_urlsafe(48))
    with contextlib.suppress(FileExistsError):
        path.hardlink_to(draft)
    draft.unlink()
