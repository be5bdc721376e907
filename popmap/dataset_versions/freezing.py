"""Makes versions: every format of the whole catalogue in a folder of its own, which nobody writes to ever again.

The records are read from the database once; all formats are made from the same lines. A version is made under another
name and appears complete or not at all. It can be made again without services that were taken down since
(``reissue``), from its own records: its files stay what they are, only no longer given out (``shelf``).
"""

import csv
import os
import re
import shutil
from collections.abc import Collection, Generator, Iterable, Iterator
from contextlib import closing, contextmanager
from datetime import date
from hashlib import file_digest, sha256
from pathlib import Path
from typing import Any, Final

import orjson
from sqlalchemy.orm import Session

from popmap import catalogue
from popmap.catalogue import Criteria
from popmap.dataset_versions import citation
from popmap.dataset_versions.manifest import CODES, NAME, SUMS, FrozenFile, Manifest, read
from popmap.errors import ConflictError
from popmap.exports import WRITERS, code_lists, datapackage

RECORDS: Final = "records.csv"
"""Each service's id, the SHA-256 of its record, and whether it says where it is: what versions are compared by."""
LINES: Final = "services.jsonl"
_DRAFT: Final = re.compile(r"\..+\.([0-9]+)\.draft")
_PLACES: Final = frozenset({"in_person", "post"})


def freeze(session: Session, folder: Path, *, day: date, address: str) -> Manifest:
    """Make the version of this day from all that is public; ``address`` is the site's own, for the citation.

    Raises ``ConflictError`` when this day has its version already: a version is never written again.
    """
    with closing(catalogue.stream(session, Criteria())) as records:
        given = Manifest(day.isoformat(), day, catalogue.revision(session), 0, "", ())
        return _made(folder, given, records, address=address)


def reissue(folder: Path, old: Manifest, *, without: Collection[str], address: str) -> Manifest:
    """Make a version again without these services, from its own records; the new one's id counts on from the old.

    A version that was itself made again is not the start: what it left out stays out, of the first one.
    """
    first = read(folder / old.made_from / NAME) if old.made_from else old
    out = sorted({*without, *old.without})
    number = 1 + sum(1 for path in folder.glob(f"{first.id}.*") if path.is_dir())
    given = Manifest(f"{first.id}.{number}", first.day, first.revision, 0, "", (), first.id, tuple(out))
    with closing(_lines(folder / first.id / LINES)) as lines:
        kept = (line for line in lines if orjson.loads(line)["id"] not in out)
        return _made(folder, given, kept, address=address)


def _made(folder: Path, given: Manifest, records: Iterable[str], *, address: str) -> Manifest:
    with _draft(folder, given.id) as draft:
        WRITERS["jsonl"].save_draft(records, draft / LINES)
        services = _write_index(draft)
        for name, writer in WRITERS.items():
            if name != "jsonl":
                with closing(_lines(draft / LINES)) as lines:
                    writer.save_draft(lines, draft / writer.file_name)
        _write_dictionary(draft, given)
        return _described(draft, given, services, f"{address}/en/data/versions/{given.id}")


@contextmanager
def _draft(folder: Path, version_id: str) -> Iterator[Path]:
    """A folder to write into, which becomes the version's once all is in it."""
    folder.mkdir(parents=True, exist_ok=True)
    final, draft = folder / version_id, folder / f".{version_id}.{os.getpid()}.draft"
    if final.exists():
        raise ConflictError(f"Version {version_id} exists already; a version is never written again.")
    _sweep(folder)
    draft.mkdir()
    try:
        yield draft
        for path in draft.iterdir():
            path.chmod(0o444)
            _to_disk(path)
        try:
            draft.rename(final)
        except OSError as error:  # somebody else was quicker
            raise ConflictError(f"Version {version_id} exists already; a version is never written again.") from error
        final.chmod(0o555)
        _to_disk(folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _sweep(folder: Path) -> None:
    """Remove what killed processes left half made, and this one if it has tried before."""
    for path in folder.glob(".*.draft"):
        owner = _DRAFT.fullmatch(path.name)
        if owner and (owner[1] == str(os.getpid()) or not Path(f"/proc/{owner[1]}").exists()):
            shutil.rmtree(path, ignore_errors=True)


def _to_disk(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _lines(path: Path) -> Generator[str]:
    with path.open(encoding="utf-8", newline="\n") as file:
        for line in file:
            yield line.rstrip("\n")


def _write_index(draft: Path) -> int:
    """Write ``records.csv``; the number of records in it."""
    services = 0
    with (draft / RECORDS).open("w", encoding="utf-8", newline="") as file, closing(_lines(draft / LINES)) as lines:
        table = csv.writer(file, lineterminator="\r\n")
        table.writerow(("id", "sha256", "has_place"))
        for line in lines:
            record = orjson.loads(line)
            table.writerow((record["id"], sha256(line.encode()).hexdigest(), "yes" if _has_place(record) else "no"))
            services += 1
    return services


def _write_dictionary(draft: Path, given: Manifest) -> None:
    """Write the dictionary for programs and the code lists of this day beside the data: who cites it needs them too."""
    for name in code_lists.LISTS:
        (draft / f"{CODES}{name}.csv").write_bytes(code_lists.file_of(name))
    described = datapackage.describe(lambda name: name.replace("codes/", CODES)) | {"version": given.id}
    (draft / "datapackage.json").write_bytes(_indented(described))


def _indented(values: dict[str, Any]) -> bytes:
    return orjson.dumps(values, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _has_place(record: dict[str, Any]) -> bool:
    return record["location"] is not None or any(channel["type"] in _PLACES for channel in record["channels"])


def _described(draft: Path, given: Manifest, services: int, address: str) -> Manifest:
    """The manifest of what lies in the draft, written beside it with the citation and the checksums."""
    what = f"Version {given.id}"
    sentence = citation.sentence(given.day, what=what, address=address)
    (draft / "CITATION.cff").write_text(citation.cff(given.day, version=given.id, address=address), encoding="utf-8")
    data = _files(draft)
    formats = sorted({file.media_type for file in data})
    size = sum(file.bytes for file in data)
    metadata = citation.datacite(given.day, version=given.id, address=address, formats=formats, size_bytes=size)
    (draft / "datacite.json").write_bytes(_indented(metadata))
    manifest = Manifest(
        given.id, given.day, given.revision, services, sentence, _files(draft), given.made_from, given.without
    )
    (draft / NAME).write_bytes(manifest.as_json())
    sums = "".join(f"{file.sha256}  {file.name}\n" for file in _files(draft))
    (draft / SUMS).write_text(sums, encoding="utf-8")
    return manifest


def _files(folder: Path) -> tuple[FrozenFile, ...]:
    return tuple(_file(path) for path in sorted(folder.iterdir()))


def _file(path: Path) -> FrozenFile:
    with path.open("rb") as file:
        checksum = file_digest(file, "sha256").hexdigest()
    return FrozenFile(path.name, media_type(path.name), path.stat().st_size, checksum)


def media_type(name: str) -> str:
    """The media type of a file of a version."""
    return _MEDIA_TYPES.get(name) or _OTHERS.get(name.rpartition(".")[2], "text/plain; charset=utf-8")


_MEDIA_TYPES: Final = {writer.file_name: writer.media_type for writer in WRITERS.values()}
_OTHERS: Final = {"json": "application/json", "csv": "text/csv; charset=utf-8", "cff": "text/yaml; charset=utf-8"}
