"""The folder of a backup: what lies in it, and whether it is whole.

In      a folder
Out     a manifest that names every file with size and digest
Fails   BackupTrouble: one sentence and what to do
Why     a backup is whole or is none: it is written under another name and put in its place at
        the end, after everything was written to the disk
Not     here: making it (making.py), the way back (restoring.py)

    manifest.json       versions, moment, counts, digest of files.txt
    manifest.code       a code over it by who has the master key (vouching.py)
    files.txt           one line per file: SHA-256, bytes, path
    database.dump       PostgreSQL's custom format, without the tables below
    tables/             rows of tables with face templates, without the templates
    templates/<case>    face templates, sealed with the key of their case
    files/              the data folder's sealed files
    keys/wrapped.json   the wrapped keys of cases; the master key is in no backup
    keys/destroyed.json what was erased, so that no older copy of it comes back
    record/             the checkpoints kept outside the database, where they could be read
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Collection, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

FORMAT = 2
MANIFEST, FILES = "manifest.json", "files.txt"
DUMP, WRAPPED, DESTROYED = "database.dump", "keys/wrapped.json", "keys/destroyed.json"
CHECKPOINTS = "record/checkpoints.jsonl"
UNFINISHED = ".unfinished"
_PIECE_BYTES = 1 << 20
Progress = Callable[[str, int, int], None]  # what, done, of how many


class BackupTrouble(RuntimeError):
    """A backup cannot be made or restored; the sentence says why and what to do."""


@dataclass(slots=True)
class Manifest:
    """What a backup says of itself."""

    made_at: str
    haven: str
    postgresql: int
    migrations: list[str]
    rows: dict[str, int] = field(default_factory=dict)
    n_files: int = 0
    size_bytes: int = 0
    files_sha256: str = ""
    format: int = FORMAT


def copied(source: Path, target: Path) -> str:
    """Copy a file to the disk and return its digest; it may be gone meanwhile.

    Raises:
        FileNotFoundError: It is gone.
    """
    digest = hashlib.sha256()
    with source.open("rb") as reading:
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with target.open("wb") as writing:
            while piece := reading.read(_PIECE_BYTES):
                digest.update(piece)
                writing.write(piece)
            writing.flush()
            os.fsync(writing.fileno())
    return digest.hexdigest()


@contextlib.contextmanager
def written_whole(target: Path) -> Iterator[Path]:
    """Give a folder to write to; it takes its place when the block ends well.

    Raises:
        BackupTrouble: There is something in the place already.
    """
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise BackupTrouble("The folder for the backup is not empty. Name a new one.")
    unfinished = target.with_name(target.name + UNFINISHED)
    if unfinished.exists():
        shutil.rmtree(unfinished)  # of an attempt that was cut off
    unfinished.mkdir(parents=True, mode=0o700)
    try:
        yield unfinished
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise
    if target.exists():
        target.rmdir()
    unfinished.rename(target)
    _sync_folder(target.parent)


def seal_up(folder: Path, manifest: Manifest) -> str:
    """Write the list of files and the manifest; return the digest of the manifest."""
    names = sorted(
        place.relative_to(folder).as_posix() for place in folder.rglob("*") if place.is_file()
    )
    lines = [line(folder / name, name) for name in names]
    write(folder / FILES, "\n".join(lines) + "\n")
    manifest.n_files = len(lines)
    manifest.size_bytes = sum(int(one.split(" ", 2)[1]) for one in lines)
    manifest.files_sha256 = sha256_of(folder / FILES)
    return write_manifest(folder, manifest)


def line(place: Path, name: str) -> str:
    """Return the line of one file in the list of files."""
    return f"{sha256_of(place)} {place.stat().st_size} {name}"


def write_manifest(folder: Path, manifest: Manifest) -> str:
    """Write the manifest; return its digest."""
    write(folder / MANIFEST, json.dumps(asdict(manifest), indent=1) + "\n")
    return sha256_of(folder / MANIFEST)


def opened(folder: Path) -> Manifest:
    """Return the manifest of a backup.

    Raises:
        BackupTrouble: There is none, or it is of another format.
    """
    try:
        read: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        if read.get("format") != FORMAT:
            raise BackupTrouble(
                f"This backup is of format {read.get('format')}, and this version of Haven reads "
                f"format {FORMAT}. Restore it with the version that made it."
            )
        return Manifest(**read)
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise BackupTrouble(
            "There is no whole backup in this folder: its manifest is missing or damaged."
        ) from error


def check(folder: Path, manifest: Manifest, progress: Progress) -> list[str]:
    """Return the names of all files of a backup, once each is what it was.

    Raises:
        BackupTrouble: A file is missing, changed or too many; the sentence says how many.
    """
    wrong, names = 0, []
    for line in _listed(folder, manifest):
        wrong += not _is_right(folder, line)
        names.append(_name(line))
        progress("Checking", len(names), manifest.n_files)
    if wrong:
        raise BackupTrouble(
            f"This backup is damaged: {wrong} of {manifest.n_files} files are missing or changed. "
            "Nothing was restored."
        )
    return names


def check_some(folder: Path, manifest: Manifest, names: Collection[str]) -> None:
    """Return if the list of files, and the files of these names, are what they were.

    Raises:
        BackupTrouble: They are not.
    """
    lines = [line for line in _listed(folder, manifest) if _name(line) in names]
    if len(lines) < len(names) or not all(_is_right(folder, line) for line in lines):
        raise BackupTrouble("This backup is damaged: its lists of keys are not what they were.")


def write(place: Path, text: str) -> None:
    """Write a small file to the disk."""
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with place.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def sha256_of(place: Path) -> str:
    """Return the digest of a file."""
    with place.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _listed(folder: Path, manifest: Manifest) -> list[str]:
    """Return the lines of the list of files.

    Raises:
        BackupTrouble: The list is not the one that the manifest tells of.
    """
    listing = folder / FILES
    if not listing.is_file() or sha256_of(listing) != manifest.files_sha256:
        raise BackupTrouble("This backup is damaged: its list of files is not what it was.")
    return listing.read_text(encoding="utf-8").splitlines()


def _name(line: str) -> str:
    """Return the path in a line of the list of files."""
    return line.split(" ", 2)[2]


def _is_right(folder: Path, line: str) -> bool:
    """Tell whether a file is what its line says."""
    sha256, size, name = line.split(" ", 2)
    place = folder / name
    return place.is_file() and place.stat().st_size == int(size) and sha256_of(place) == sha256


def _sync_folder(folder: Path) -> None:
    """Have the new name of a folder on the disk."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
