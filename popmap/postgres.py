"""The private PostGIS: find PostgreSQL, make a cluster of our own on a unix socket, start and stop it.

The cluster trusts whoever reaches its socket, so folder and socket are mode 0700 and it listens on no network address.
It outlives the process that started it (Ctrl-C does not reach it) and a SIGKILL of anything. Installing PostgreSQL is
``script/packages``' work; what is in the databases is that of ``db`` and the migrations.
"""

import contextlib
import fcntl
import hashlib
import os
import platform
import pwd
import re
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import quote

import psycopg
from psycopg import sql

from popmap.config import Settings, writable_folder
from popmap.errors import SetupError

OWNER: Final = "popmap"
PORT: Final = 5432  # names the socket file only: nothing listens on the network
SOCKET_PATH_LIMIT: Final = 107  # bytes that fit into sockaddr_un on Linux
START_LIMIT_S: Final = 60
LOG_LIMIT_BYTES: Final = 10_000_000
OPEN_FOLDER: Final = Path("/var/tmp")  # noqa: S108 - only for folders of mode 0700 whose owner is checked

USUAL_PLACES: Final = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql*/bin",
    "/usr/local/opt/postgresql*/bin",
    "/Applications/Postgres.app/Contents/Versions/*/bin",
)

# Logs hold no statement and no value: a query may carry a child's whereabouts.
CONFIGURATION: Final[Mapping[str, str]] = {
    "listen_addresses": "''",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "'256MB'",
    "work_mem": "'16MB'",
    "maintenance_work_mem": "'128MB'",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "'UTC'",
    "log_timezone": "'UTC'",
    "log_statement": "none",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
}
_LAST_BYTES: Final = 4_000
_NO_ROOM: Final = ("No space left on device", "could not extend file")
"""The log's words when the disk took nothing more, or only a part of what was written."""
DURABLE: Final[Mapping[str, str]] = {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on"}
FLEETING: Final[Mapping[str, str]] = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}


@dataclass(frozen=True, slots=True)
class Installation:
    """A PostgreSQL with PostGIS: its programs, and what must be in the environment of each."""

    bindir: Path
    environment: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Account:
    """The unprivileged user that runs PostgreSQL when we are root; PostgreSQL refuses to run as root."""

    uid: int
    gid: int


class Cluster:
    """One private cluster. ``fleeting`` trades safety on power loss for speed and is for tests only."""

    def __init__(self, data_directory: Path, *, settings: Settings, fleeting: bool = False) -> None:
        """Nothing is touched before ``start``; where PostgreSQL cannot reach the folder, one below /var/tmp is used."""
        self._settings = settings
        self._fleeting = fleeting
        self._account = _unprivileged_account() if os.geteuid() == 0 else None
        self.directory = _reachable(data_directory.absolute(), self._account)
        self._pgdata = self.directory / "cluster"
        self._log = self.directory / "log"
        self._log_read_from = 0
        self.socket_directory = _socket_directory(self.directory)

    def start(self) -> bool:
        """Whether this call started it; False when it was running. Makes it first where there is none."""
        if self._accepts_connections():
            return False
        installation = find_installation(self._settings)
        writable_folder(self._settings.data)
        _private_folder(self.directory, self._account)
        with self._lock():
            if self._accepts_connections():
                return False
            if not (self._pgdata / "PG_VERSION").exists():
                self._make(installation)
            self._check_version(installation)
            self._configure()
            self._launch(installation)
        return True

    def stop(self) -> bool:
        """Whether this call stopped it; False when it was not running. Open transactions are rolled back."""
        if not (self._pgdata / "postmaster.pid").exists():
            return False
        with self._lock():
            if not self._process_id():
                return False
            installation = find_installation(self._settings)
            arguments = ["-D", str(self._pgdata), "-m", "fast", "-w", "-t", str(START_LIMIT_S)]
            self._run(installation, "pg_ctl", "stop", *arguments)
        return True

    def revive(self) -> bool:
        """Whether this call started it again after it was killed; one that was stopped in order stays stopped."""
        # PostgreSQL takes its note away when it ends in order
        was_killed = (self._pgdata / "postmaster.pid").exists() and not self._process_id()
        return was_killed and self.start()

    def ran_out_of_room(self) -> str:
        """What to do when the server ended because its disk is full, by the last lines of its log; else empty."""
        if not self._log.exists():
            return ""
        last = self._log.read_bytes()[-_LAST_BYTES:].decode(errors="replace")
        return self._disk_is_full() if any(words in last for words in _NO_ROOM) else ""

    def status(self) -> str:
        """``running``, ``stopped`` or ``absent`` (not made yet)."""
        if self._accepts_connections():
            return "running"
        return "stopped" if (self._pgdata / "PG_VERSION").is_file() else "absent"

    def url(self, database: str, user: str = OWNER) -> str:
        """SQLAlchemy's address of a database for a role."""
        return f"postgresql+psycopg://{user}@/{database}?host={quote(str(self.socket_directory))}&port={PORT}"

    def create_database(self, name: str, *, template: str = "template0") -> bool:
        """Whether this call made the database; False when it was there. ``template`` must have no open connection."""
        with self._maintenance() as connection:
            if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
                return False
            # copied as files, not through the log: 0.4 s instead of 2.7 s for a database with the gazetteer
            statement = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy")
            connection.execute(statement.format(sql.Identifier(name), sql.Identifier(template)))
        return True

    def drop_database(self, name: str) -> None:
        """Remove a database with all it holds, connections to it included; nothing happens when it is not there."""
        with self._maintenance() as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def databases(self) -> list[str]:
        """Names of all databases but PostgreSQL's own."""
        query = "SELECT datname FROM pg_database WHERE datname NOT IN ('postgres', 'template0', 'template1') ORDER BY 1"
        with self._maintenance() as connection:
            return [str(row[0]) for row in connection.execute(query)]

    def rename_database(self, old: str, new: str) -> None:
        """Give a database another name: how a finished template takes the place of none in one step."""
        with self._maintenance() as connection:
            connection.execute(
                sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(old), sql.Identifier(new))
            )

    @contextlib.contextmanager
    def _maintenance(self) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
        host = str(self.socket_directory)
        try:
            with psycopg.connect(dbname="postgres", user=OWNER, host=host, port=PORT, autocommit=True) as connection:
                yield connection
        except psycopg.errors.DiskFull as error:
            raise SetupError(self._disk_is_full()) from error

    def _accepts_connections(self) -> bool:
        """The server calls itself ready and listens on its socket; a file left by a killed one says nothing."""
        try:
            lines = (self._pgdata / "postmaster.pid").read_text().split("\n")
            with socket.socket(socket.AF_UNIX) as probe:
                probe.connect(str(self.socket_directory / f".s.PGSQL.{PORT}"))
        except OSError:
            return False
        return len(lines) > 7 and lines[7].strip() == "ready"

    def _process_id(self) -> int:
        """Process of the running server, 0 when none; a number left by a killed one may be another's by now."""
        try:
            pid = int((self._pgdata / "postmaster.pid").read_text().split("\n")[0])
            os.kill(pid, 0)
        except PermissionError:
            return 0  # somebody else's process: ours would be ours to signal
        except (OSError, ValueError):
            return 0
        state = Path(f"/proc/{pid}/stat")  # "PID (NAME) STATE ...": a zombie (Z) is dead, whatever signal 0 says
        return pid if not state.exists() or re.match(r"\d+ \(postgres\) [^Z]", state.read_text()) else 0

    @contextlib.contextmanager
    def _lock(self) -> Iterator[None]:
        """One process at a time makes, starts or stops the cluster; released by the kernel even on SIGKILL."""
        with (self.directory / "lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _make(self, installation: Installation) -> None:
        draft = (
            self.directory / "cluster.draft"
        )  # renamed when whole: a killed initdb leaves nothing that looks finished
        shutil.rmtree(draft, ignore_errors=True)
        locale = "C.UTF-8" if platform.system() == "Linux" else "en_US.UTF-8"
        options = ["-U", OWNER, "-E", "UTF8", f"--locale={locale}", "-A", "trust", "--data-checksums"]
        if self._fleeting:
            options.append("--no-sync")
        self._run(installation, "initdb", "-D", str(draft), *options)
        draft.rename(self._pgdata)

    def _check_version(self, installation: Installation) -> None:
        made_with = (self._pgdata / "PG_VERSION").read_text().strip()
        output = self._run(installation, "postgres", "--version")
        if f" {made_with}." not in f"{output} ".replace("\n", "."):
            raise SetupError(
                f"The database in {self._pgdata} was made by PostgreSQL {made_with}, but found is {output.strip()}; "
                f"set POPMAP_PG_BINDIR to the folder of PostgreSQL {made_with}."
            )

    def _configure(self) -> None:
        values = {**CONFIGURATION, **(FLEETING if self._fleeting else DURABLE)}
        values["unix_socket_directories"] = f"'{self.socket_directory}'"
        ours = "# written by popmap at every start\n" + "".join(f"{name} = {value}\n" for name, value in values.items())
        self._write(self._pgdata / "popmap.conf", ours)
        main = self._pgdata / "postgresql.conf"
        if "include = 'popmap.conf'" not in main.read_text():
            with main.open("a") as file:
                file.write("\ninclude = 'popmap.conf'\n")

    def _write(self, path: Path, text: str) -> None:
        path.write_text(text)
        if self._account:
            os.chown(path, self._account.uid, self._account.gid)

    def _launch(self, installation: Installation) -> None:
        _private_folder(self.socket_directory, self._account)
        if self._log.exists() and self._log.stat().st_size > LOG_LIMIT_BYTES:
            self._log.unlink()
        self._log_read_from = self._log.stat().st_size if self._log.exists() else 0
        if not self._process_id():  # left by a killed one: PostgreSQL would believe a number that lives again
            (self._pgdata / "postmaster.pid").unlink(missing_ok=True)
            (self.socket_directory / f".s.PGSQL.{PORT}.lock").unlink(missing_ok=True)
        arguments = ["start", "-D", str(self._pgdata), "-l", str(self._log), "-w", "-t", str(START_LIMIT_S)]
        give_up_at = time.monotonic() + 15
        while True:
            try:
                self._run(installation, "pg_ctl", *arguments)
            except SetupError:
                # children of a killed server need a moment to leave the shared memory they hold
                if time.monotonic() > give_up_at or "shared memory" not in self._news_of_the_log():
                    raise
                time.sleep(0.5)
            else:
                return

    def _run(self, installation: Installation, program: str, *arguments: str) -> str:
        """Standard output of one of PostgreSQL's programs, run as the unprivileged user in a session of its own.

        pg_ctl's output goes to a file, not a pipe: the server it starts would hold the pipe open for ever.
        """
        command, account = [str(installation.bindir / program), *arguments], self._account
        with tempfile.TemporaryFile("w+") as output:
            finished = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**_plain_environment(), **installation.environment},
                cwd="/",
                start_new_session=True,
                check=False,
                user=account.uid if account else None,
                group=account.gid if account else None,
                extra_groups=[] if account else None,
            )
            output.seek(0)
            text = output.read()
        if finished.returncode:
            raise SetupError(self._failure(program, text))
        return text

    def _failure(self, program: str, output: str) -> str:
        text = output + (self._news_of_the_log() if program == "pg_ctl" else "")
        if "No space left on device" in text:
            return self._disk_is_full()
        telling = (line for line in reversed(text.splitlines()) if "FATAL" in line or "error:" in line)
        reason = next(telling, output).strip()
        return f"The private database did not run ({program}: {reason}); its log is {self._log}."

    def _disk_is_full(self) -> str:
        return f"The disk that holds {self.directory} is full; make room there, or set POPMAP_DATA to another disk."

    def _news_of_the_log(self) -> str:
        """What was logged since this start was tried: older lines would explain older failures."""
        if not self._log.exists():
            return ""
        with self._log.open(errors="replace") as file:
            file.seek(self._log_read_from)
            return file.read()


def find_installation(settings: Settings) -> Installation:
    """The newest PostgreSQL with PostGIS on this machine; ``SetupError`` says what to do when there is none."""
    for bindir in _candidates(settings):
        if _is_complete(bindir):
            return Installation(bindir, _environment_of(bindir, settings.data / "system"))
    raise SetupError(
        "PostgreSQL with PostGIS was not found: install it (Debian: apt-get install postgresql-postgis), "
        "or set POPMAP_PG_BINDIR to its bin folder, or POPMAP_DATABASE_URL to a database elsewhere."
    )


def _candidates(settings: Settings) -> Iterator[Path]:
    if settings.pg_bindir:
        yield Path(settings.pg_bindir)
        return
    for pattern in (*USUAL_PLACES, f"{settings.data}/system/usr/lib/postgresql/*/bin"):
        root, rest = Path(pattern[: pattern.index("*")]).parent, pattern
        if root.exists():
            found = Path("/").glob(rest.lstrip("/"))
            yield from sorted(found, key=_version_key, reverse=True)
    on_path = shutil.which("initdb")
    if on_path:
        yield Path(on_path).resolve().parent


def _version_key(bindir: Path) -> tuple[int, ...]:
    digits = "".join(letter if letter.isdigit() else " " for letter in bindir.parent.name)
    return tuple(int(number) for number in digits.split())


def _is_complete(bindir: Path) -> bool:
    if not all(os.access(bindir / program, os.X_OK) for program in ("initdb", "pg_ctl", "postgres")):
        return False
    return any((folder / "extension" / "postgis.control").exists() for folder in _share_folders(bindir))


def _share_folders(bindir: Path) -> Iterator[Path]:
    """Where this PostgreSQL keeps its extensions: Debian's layout, then that of builds with one prefix."""
    version = bindir.parent.name
    yield bindir.parents[3] / "share" / "postgresql" / version
    for below in ("share", "share/postgresql", f"share/{version}"):
        yield bindir.parent / below


def _environment_of(bindir: Path, unpacked: Path) -> dict[str, str]:
    """Packages unpacked without root find their libraries and projections by these variables; others need none."""
    if not bindir.is_relative_to(unpacked):
        return {}
    shared = (path for below in ("*/lib*.so*", "*/*/lib*.so*") for path in (unpacked / "usr/lib").glob(below))
    libraries = sorted({str(path.parent) for path in shared})
    return {
        "LD_LIBRARY_PATH": ":".join(libraries),
        "PROJ_LIB": str(unpacked / "usr/share/proj"),
        "GDAL_DATA": str(unpacked / "usr/share/gdal"),
    }


def _plain_environment() -> dict[str, str]:
    """Our environment without what steers PostgreSQL's programs (PGDATA, PGPORT, PGOPTIONS, ...) or their language."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_"))}
    return {**kept, "LANG": "C.UTF-8"}


def _unprivileged_account() -> Account:
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            return Account(entry.pw_uid, entry.pw_gid)
    raise SetupError("PostgreSQL does not run as root, and here is no user postgres or nobody; add one of them.")


def _reachable(directory: Path, account: Account | None) -> Path:
    """The folder itself, or one of our own in /var/tmp when the unprivileged user may not enter a folder above it."""
    if account is None or all(_may_enter(parent, account) for parent in directory.parents if parent.exists()):
        return directory
    return OPEN_FOLDER / f"popmap-{_short_hash(directory)}"


def _may_enter(folder: Path, account: Account) -> bool:
    state = folder.stat()
    if state.st_uid == account.uid:
        return bool(state.st_mode & 0o100)
    if state.st_gid == account.gid:
        return bool(state.st_mode & 0o010)
    return bool(state.st_mode & 0o001)


def _socket_directory(directory: Path) -> Path:
    inside = directory / "socket"
    if len(os.fsencode(inside / f".s.PGSQL.{PORT}.lock")) <= SOCKET_PATH_LIMIT:
        return inside
    return OPEN_FOLDER / f"popmap-{_short_hash(directory)}-socket"


def _short_hash(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:12]


def _private_folder(path: Path, account: Account | None) -> None:
    """Make the folder with mode 0700 for the user that runs PostgreSQL; refuse one that belongs to somebody else."""
    writable_folder(path.parent)
    with contextlib.suppress(FileExistsError):
        path.mkdir(mode=0o700)
        if account:
            os.chown(path, account.uid, account.gid)
    owner = path.stat(follow_symlinks=False).st_uid
    if path.is_symlink() or owner != (account.uid if account else os.geteuid()):
        raise SetupError(f"The folder {path} belongs to another user; remove it, or set POPMAP_DATA to another folder.")
    path.chmod(0o700)
