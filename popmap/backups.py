"""The whole database as one file, and back again: pg_dump's own format, written whole or not at all.

What was withdrawn after the backup stays withdrawn: the kill list of the data folder is applied before the restored
catalogue is put in its place. Formats for researchers are the exports' business; this file holds everything, also what
must never be public, and belongs where nobody else can read it.
"""

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from sqlalchemy import make_url, text
from sqlalchemy.orm import Session

from popmap import withdrawals
from popmap.config import Settings
from popmap.db import PUBLIC_ROLE, Database
from popmap.errors import NotFoundError, SetupError
from popmap.kill_list import KillList
from popmap.postgres import find_installation

WITHDRAWN_SINCE: Final = "withdrawn after the backup that was restored"
_ROLE: Final = text(
    f"DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{PUBLIC_ROLE}') "
    f"THEN CREATE ROLE {PUBLIC_ROLE} LOGIN NOINHERIT; END IF; END $$"
)
_TABLES: Final = text("SELECT count(*) FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'spatial_ref_sys'")


def backup(database: Database, path: Path, *, settings: Settings) -> int:
    """Write everything the database holds to ``path`` (only its owner may read it); returns the bytes of the file.

    The file appears when it is whole and its contents can be listed; one that was there is replaced only then. Raises
    ``SetupError`` when that fails.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        os.close(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        dump = ["--format=custom", "--no-owner", "--lock-wait-timeout=30s", f"--file={draft}"]
        _run(settings, "pg_dump", dump, database.owner_url)
        _run(settings, "pg_restore", ["--list", str(draft)])
        with draft.open("rb+") as file:
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    return path.stat().st_size


def restore(database: Database, path: Path, *, settings: Settings, withdrawn: KillList) -> Sequence[str]:
    """Fill an empty database from a backup; returns the ids that were public in it and have been withdrawn since.

    Raises ``SetupError`` when the file is no whole backup or the database is not empty; then nothing was changed there
    that a look would show, and it should be dropped.
    """
    _run(settings, "pg_restore", ["--list", str(path)])
    with database.transaction() as session:
        if session.scalar(_TABLES):
            raise SetupError("This database is not empty; restore into a new one.")
        session.execute(_ROLE)
    _run(settings, "pg_restore", ["--no-owner", "--exit-on-error", "--jobs=2", str(path)], database.owner_url)
    with database.transaction() as session:
        return [id_ for id_ in sorted(withdrawn.ids()) if _is_taken_down(session, id_)]


def _is_taken_down(session: Session, service_id: str) -> bool:
    try:
        withdrawals.withdraw(session, service_id, by_role="lead", reason=WITHDRAWN_SINCE)
    except NotFoundError:
        return False  # not public in the backup either
    return True


def _run(settings: Settings, program: str, arguments: Sequence[str], address: str = "") -> None:
    installation = find_installation(settings)
    reached, environment = _reaching(address) if address else ([], {})
    finished = subprocess.run(
        [str(installation.bindir / program), *reached, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env={**os.environ, **installation.environment, **environment},
        text=True,
        errors="replace",
        check=False,
    )
    if finished.returncode:
        told = next((line for line in finished.stderr.splitlines() if "error:" in line), finished.stderr.strip())
        raise SetupError(f"{program} stopped, nothing was kept: {told.partition('error:')[2].strip() or told}")


def _reaching(address: str) -> tuple[list[str], Mapping[str, str]]:
    """The database as an argument, without its password: that goes by the environment, which others cannot read."""
    url = make_url(address).set(drivername="postgresql")
    bare = url.set(password=None).render_as_string(hide_password=False)
    return [f"--dbname={bare}"], {"PGPASSWORD": str(url.password)} if url.password else {}
