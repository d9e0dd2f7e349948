"""Making a backup while the site runs.

In      the database, the data folder, the master key
Out     a whole backup in one folder; its digest
Fails   BackupTrouble, WrapperTrouble, OSError: nothing that looks like a backup is left
Why     one command; whoever has the folder alone can read no picture and no face template
Not     here: the way back (restoring.py)

The database is read as of one moment; files are copied after it, because a file is written
before its row. What was erased meanwhile is left out: the keys are told at the end. The kept
checkpoints are copied before it: the database then has every one of them.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

import haven
from haven.site import sealing_up
from haven.site.backups import database, erasures, folder, vouching
from haven.site.backups.folder import BackupTrouble, Manifest, Progress
from haven.workbench.cases import files, keys
from haven.workbench.cases import queries as cases

KEPT = ("derivatives", "uploads", "probes", "lists")  # lists: words and blocks under their keys
TEMPLATES = "templates"  # the kind under which they are sealed
_HALF = "."  # what is being written or read in the clear has such a name


def make(target: Path, progress: Progress = lambda *_told: None) -> str:
    """Make a backup; return the digest of its manifest, to be kept elsewhere.

    Raises:
        BackupTrouble: The place is taken, lies in the data folder, or PostgreSQL failed.
    """
    data = Path(settings.HAVEN_DATA_DIR)
    if target.is_relative_to(data):
        raise BackupTrouble("The backup would lie in the data folder. Name a place elsewhere.")
    if sealing_up.is_needed():
        raise BackupTrouble("Some files are not sealed. Run `python -m haven.site seal` first.")
    with folder.written_whole(target) as into:
        _copy_checkpoints(into)
        manifest = Manifest(
            made_at=timezone.now().isoformat(),
            haven=haven.__version__,
            postgresql=connection.cursor().connection.info.server_version // 10_000,
            migrations=migrations(),
        )
        with database.snapshot() as (reading, moment):
            progress("Database", 0, 1)
            database.dump(into / folder.DUMP, moment)
            manifest.rows = database.counts(reading)
            for table in database.TEMPLATES:
                _write(into / "tables" / table, database.rows_without_templates(reading, table))
            wrapped = database.wrapped_keys(reading)
            _write_templates(into, reading, wrapped, progress)
            progress("Database", 1, 1)
        _copy_files(data, into / "files", progress)
        _write_keys(into, wrapped)
        digest = folder.seal_up(into, manifest)
        vouching.vouch(into)
        return digest


def migrations() -> list[str]:
    """Return the migrations that this database has."""
    applied = MigrationRecorder(connection).applied_migrations()
    return sorted(f"{app}.{name}" for app, name in applied)


def strike(backup: Path, gone: list[dict[str, str]]) -> int:
    """Take destroyed keys out of an older backup; return how many were in it.

    What was sealed with them can be opened by nobody from then on, also there.

    Raises:
        BackupTrouble: There is no whole backup in the folder, or somebody changed it.
    """
    manifest = folder.opened(backup)
    vouching.check(backup)
    folder.check_some(backup, manifest, (folder.WRAPPED, folder.DESTROYED))
    wrapped = json.loads((backup / folder.WRAPPED).read_text(encoding="utf-8"))
    ids = {one["case_id"] for one in gone if "case_id" in one}
    kept = [row for row in wrapped if row["case_id"] not in ids]
    known = json.loads((backup / folder.DESTROYED).read_text(encoding="utf-8"))
    more = [one for one in gone if one not in known]
    if len(kept) < len(wrapped) or more:
        folder.write(backup / folder.WRAPPED, json.dumps(kept, indent=1) + "\n")
        folder.write(backup / folder.DESTROYED, json.dumps([*known, *more], indent=1) + "\n")
        _list_again(backup, manifest)
    return len(wrapped) - len(kept)


def _list_again(backup: Path, manifest: Manifest) -> None:
    """Bring the list of files up to date for the two files of keys; the others are not read."""
    lines = []
    for line in (backup / folder.FILES).read_text(encoding="utf-8").splitlines():
        _sha256, _size, name = line.split(" ", 2)
        if name in (folder.WRAPPED, folder.DESTROYED):
            lines.append(folder.line(backup / name, name))
        else:
            lines.append(line)
    folder.write(backup / folder.FILES, "\n".join(lines) + "\n")
    manifest.files_sha256 = folder.sha256_of(backup / folder.FILES)
    folder.write_manifest(backup, manifest)
    vouching.vouch(backup)


def _write_templates(
    into: Path, reading: Any, wrapped: list[dict[str, object]], progress: Progress
) -> None:
    """Write the face templates of each case, sealed with its key."""
    for number, row in enumerate(wrapped, start=1):
        case_id, case_pk = UUID(str(row["case_id"])), int(str(row["case_pk"]))
        try:
            with keys.opened(case_id) as key:
                for table in database.TEMPLATES:
                    sealed = key.sealed(
                        database.templates(reading, table, case_pk), kind=TEMPLATES, name=table
                    )
                    _write(into / TEMPLATES / str(case_id) / table, sealed)
        except keys.KeyGone:
            pass  # erased since the moment of the snapshot
        progress("Face templates", number, len(wrapped))


def _write(place: Path, pieces: Iterator[bytes]) -> None:
    """Write pieces to a new file on the disk."""
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    files.write_new(place, pieces)


def _copy_checkpoints(into: Path) -> None:
    """Copy the checkpoints kept outside the database, where we may read them."""
    with contextlib.suppress(FileNotFoundError, PermissionError):
        folder.copied(Path(settings.HAVEN_RECORD_CHECKPOINTS), into / folder.CHECKPOINTS)


def _copy_files(data: Path, into: Path, progress: Progress) -> None:
    """Copy the sealed files; one that is erased meanwhile is left out."""
    places = [
        place for name in KEPT for place in (data / name).rglob("*") if _is_kept(place, data)
    ]
    for number, place in enumerate(places, start=1):
        try:
            folder.copied(place, into / place.relative_to(data))
        except FileNotFoundError:
            (into / place.relative_to(data)).unlink(missing_ok=True)
        progress("Files", number, len(places))


def _is_kept(place: Path, data: Path) -> bool:
    """Tell whether a file is one of a case, and written to its end."""
    is_unfinished = any(part.startswith(_HALF) for part in place.relative_to(data).parts)
    return place.is_file() and not place.is_symlink() and not is_unfinished


def _write_keys(into: Path, wrapped: list[dict[str, object]]) -> None:
    """Write the wrapped keys, without those that were destroyed while the backup was made."""
    there = {str(one.public_id) for one in cases.every_case()}
    erased = erasures.listed()
    gone = {one["case_id"] for one in erased if "case_id" in one}
    kept = [row for row in wrapped if row["case_id"] in there - gone]
    folder.write(into / folder.WRAPPED, json.dumps(kept, indent=1) + "\n")
    folder.write(into / folder.DESTROYED, json.dumps(erased, indent=1) + "\n")
