"""Keeping uploaded files: sealed, written once, under names of our own, then read-only.

In      entries of an upload and the key of their case
Out     a folder of the store, and what lies in it
Fails   UploadRefused: over a limit; OSError: the disk; in both cases nothing stays behind
Why     all or nothing: half an upload would look like a whole one
Not     here: what an upload holds (unpacking.py), the rows (actions.py)

    <data>/uploads/<case>/<exhibit>/000/000000      0440, folders 0550
    <data>/uploads/<case>/.staging-<exhibit>/       while writing
"""

import hashlib
import os
import shutil
import time
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _

from haven.workbench.cases import files
from haven.workbench.cases.keys import CaseKey
from haven.workbench.evidence.limits import UploadLimits
from haven.workbench.evidence.unpacking import Entry, UploadRefused

KIND = "upload"
_STAGING = ".staging-"
_ABANDONED_S = 24 * 3600  # no upload takes a day
_FILES_PER_FOLDER = 1000  # folders stay quick to list on any file system


@dataclass(frozen=True, slots=True)
class Stored:
    """One file as it lies in the store."""

    stored_name: str
    name_bytes: bytes
    size_bytes: int
    sha256: str


def root() -> Path:
    """Return the folder that holds all uploads."""
    return Path(settings.HAVEN_DATA_DIR) / "uploads"


def folder_of(case_id: UUID) -> Path:
    """Return the folder that holds all uploads of a case."""
    return root() / str(case_id)


def place(case_id: UUID, exhibit_id: UUID) -> str:
    """Return where an exhibit lies, relative to the store."""
    return f"{case_id}/{exhibit_id}"


@contextmanager
def staged(case_id: UUID, exhibit_id: UUID) -> Iterator[Path]:
    """Give a folder to write to; on an error of the block nothing of it stays behind.

    The block calls `settle` in the transaction that writes the rows, as its last act: a
    kill in between leaves files without rows, which clear_abandoned() removes, and never
    rows without files. What was settled stays on an error too: then it was the commit that
    gave no answer, and the database may have kept the rows.
    """
    staging = (root() / place(case_id, exhibit_id)).with_name(f"{_STAGING}{exhibit_id}")
    staging.mkdir(parents=True, mode=0o700)
    try:
        yield staging
    except BaseException:
        remove(staging)
        raise


def settle(staging: Path) -> None:
    """Put a written folder in its place, read-only."""
    for folder in staging.iterdir():
        folder.chmod(0o550)
    final = staging.rename(staging.with_name(staging.name.removeprefix(_STAGING)))
    final.chmod(0o550)


def bound_to(exhibit_id: UUID, stored_name: str) -> str:
    """Return the name under which a file is sealed: one exhibit's cannot stand in another's."""
    return f"{exhibit_id}/{stored_name}"


def settle_all() -> None:
    """Make every folder of uploads read-only again, after a restore."""
    for folder in root().glob("*/*"):
        for inner in folder.iterdir():
            inner.chmod(0o550)
        folder.chmod(0o550)


def write(
    entries: Iterable[Entry],
    *,
    into: Path,
    limits: UploadLimits,
    key: CaseKey,
    exhibit_id: UUID,
) -> list[Stored]:
    """Write every entry under the next number; return what was written, in order.

    Raises:
        UploadRefused: Too many files, a name that is too long, or too many bytes.
    """
    stored: list[Stored] = []
    total_bytes = 0
    for entry in entries:
        if len(stored) >= limits.files:
            raise UploadRefused(
                _("At most %(limit)d files can be uploaded at once.") % {"limit": limits.files}
            )
        if len(entry.untrusted_name) > limits.name_bytes:
            raise UploadRefused(
                _("The name of file %(number)d is longer than %(limit)d bytes.")
                % {"number": len(stored) + 1, "limit": limits.name_bytes}
            )
        name = _name(len(stored))
        one = _write_one(entry, into / name, key, bound_to(exhibit_id, name))
        total_bytes += one.size_bytes
        if total_bytes > limits.unpacked_bytes:
            raise UploadRefused(
                _("Unpacked, the upload is larger than %(limit)d GB.")
                % {"limit": limits.unpacked_bytes >> 30}
            )
        stored.append(one)
    return stored


def clear_abandoned(known: Collection[str]) -> int:
    """Remove what uploads that were cut off by a crash left behind; return how many.

    Args:
        known: Places that have a row.
    """
    before = time.time() - _ABANDONED_S
    old = [
        path
        for path in root().glob("*/*")
        if path.stat().st_mtime < before and str(path.relative_to(root())) not in known
    ]
    for path in old:
        remove(path)
    return len(old)


def seal_clear(place: str, stored_names: Iterable[str], key: CaseKey, exhibit_id: UUID) -> int:
    """Seal files of an exhibit that an earlier version wrote in the clear; return how many."""
    folder, done = root() / place, 0
    if not folder.is_dir():
        return 0
    inner = [one for one in folder.iterdir() if one.is_dir() and not one.is_symlink()]
    for one in inner:
        one.chmod(0o750)
        for cut_off in one.glob(f"{files.NEW}*"):
            cut_off.unlink()
    for name in stored_names:
        named = bound_to(exhibit_id, name)
        done += files.seal_in_place(folder / name, key, kind=KIND, name=named)
    for one in inner:
        one.chmod(0o550)
    return done


def _name(number: int) -> str:
    """Return the name of a file in its exhibit."""
    return f"{number // _FILES_PER_FOLDER:03d}/{number:06d}"


def _write_one(entry: Entry, target: Path, key: CaseKey, named: str) -> Stored:
    """Write one file; never over another, and read-only from then on."""
    target.parent.mkdir(exist_ok=True, mode=0o750)
    digest, size_bytes = hashlib.sha256(), 0

    def counted() -> Iterator[bytes]:
        nonlocal size_bytes
        for piece in entry.pieces:
            digest.update(piece)
            size_bytes += len(piece)
            yield piece

    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    with os.fdopen(os.open(target, flags, 0o440), "wb") as file:
        for sealed in key.sealed(counted(), kind=KIND, name=named):
            file.write(sealed)
        file.flush()
        os.fsync(file.fileno())
    name = f"{target.parent.name}/{target.name}"
    return Stored(name, entry.untrusted_name, size_bytes, digest.hexdigest())


def remove(folder: Path) -> None:
    """Remove a folder of ours, also after it was made read-only."""
    if not folder.exists():
        return
    folder.chmod(0o700)
    for path in folder.rglob("*"):
        if path.is_dir() and not path.is_symlink():
            path.chmod(0o700)
    shutil.rmtree(folder)
