"""Restoring a backup onto an empty site.

In      a whole backup; the master key that wrapped its keys; lists of erasures
Out     the site as it was, without what the lists say was erased since; what is to be told
Fails   BackupTrouble: damaged, of a later version, or the place is not empty; one sentence
Why     a backup that was never restored is a hope; an erased case must not come back
Not     here: making it (making.py)

Everything is checked before anything is written. Cut off in between, the place is marked as
unfinished and no site starts on it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.management import call_command
from django.db import transaction
from django.db.migrations.loader import MigrationLoader

from haven.audit import keeper
from haven.audit import queries as audit
from haven.audit.actions import record
from haven.site import sealing_up
from haven.site.backups import database, erasures, folder, making, vouching
from haven.site.backups.folder import BackupTrouble, Manifest, Progress
from haven.workbench.cases import keys, wrapping
from haven.workbench.evidence import storing

UNFINISHED = "restore.unfinished"


def restore(
    backup: Path, others: Sequence[Path] = (), progress: Progress = lambda *_told: None
) -> list[str]:
    """Restore a backup; return what whoever restored it must know, in sentences.

    Args:
        backup: Its folder.
        others: Files like keys/destroyed.json, of later backups or of the site.
        progress: Told how far it is.

    Raises:
        BackupTrouble: See above; nothing was written.
    """
    data = Path(settings.HAVEN_DATA_DIR)
    manifest = folder.opened(backup)
    _check_version(manifest)
    _check_empty(data)
    vouching.check(backup)
    names = folder.check(backup, manifest, progress)
    made_at = datetime.fromisoformat(manifest.made_at)
    erased = erasures.read([backup / folder.DESTROYED, *others])
    gone = erased.cases
    wrapped = json.loads((backup / folder.WRAPPED).read_text(encoding="utf-8"))
    _check_master_key(wrapped)
    (data / UNFINISHED).touch()
    there = [row for row in wrapped if row["case_id"] not in gone]
    _load_database(backup, there, erased.bare(made_at), progress)
    _copy_files(backup, data, names, gone, progress)
    call_command("migrate", interactive=False, verbosity=0)
    n_erased = erasures.again(erased, made_at=made_at)
    with transaction.atomic():
        record("backup.restore", actor=None, made_at=manifest.made_at, n_erased_again=n_erased)
    (data / sealing_up.NOTE).touch()
    (data / UNFINISHED).unlink()
    return [
        f"Restored the backup of {manifest.made_at}, made by Haven {manifest.haven}.",
        f"{n_erased} cases that were erased since were erased again.",
        "What was erased after this backup and is on no list that you gave may be back: cases, "
        "face templates, searches that were refused, names beside the record.",
        *_bring_checkpoints(backup, Path(settings.HAVEN_RECORD_CHECKPOINTS)),
        "Verify the record now: python -m haven.site verifyrecord --key THE KEY AS YOU KNOW IT",
    ]


def _bring_checkpoints(backup: Path, kept: Path) -> list[str]:
    """Put the kept checkpoints in their place, unless they outlived the site; say how it is."""
    if not kept.exists():
        if not (backup / folder.CHECKPOINTS).exists():
            return [
                "No checkpoints of the record came with it, as they could not be read when it was "
                "made. Bring your own copy: without it a rewritten record is not found."
            ]
        folder.copied(backup / folder.CHECKPOINTS, kept)
        kept.chmod(0o600)
    newest = audit.checkpoints().first()
    known = {one.note for one in audit.checkpoints()}
    later = [note for note in keeper.kept(kept) if note not in known]
    if newest is not None and later:
        return [
            f"The record ends with {newest.size} signed entries, and {len(later)} checkpoints "
            "that were kept outside it were signed later or elsewhere. The keeper does not sign "
            "on top of it: see docs/operations.md, The record."
        ]
    return []


def _check_version(manifest: Manifest) -> None:
    """Refuse a backup of tables that this version does not know."""
    known = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}
    if unknown := set(manifest.migrations) - known:
        raise BackupTrouble(
            f"This backup was made by Haven {manifest.haven}, which has {len(unknown)} changes of "
            "tables that this version does not know. Restore it with that version or a later one."
        )


def _check_empty(data: Path) -> None:
    """Refuse a place that holds something already."""
    if (data / UNFINISHED).exists():
        raise BackupTrouble(
            "An earlier restore was cut off here. Delete the data folder and empty the database, "
            "then restore again."
        )
    if not database.is_empty():
        raise BackupTrouble("The database is not empty. Restore onto an empty one.")
    for name in making.KEPT:
        if (data / name).is_dir() and any((data / name).iterdir()):
            raise BackupTrouble("The data folder is not empty. Restore onto an empty one.")


def _check_master_key(wrapped: Sequence[dict[str, Any]]) -> None:
    """Refuse to restore without the master keys that open the cases."""
    needed = {row["master"] for row in wrapped}
    try:
        opener = wrapping.wrapper()
        for master in needed:
            row = next(one for one in wrapped if one["master"] == master)
            bound_to = keys.bound_to(UUID(row["case_id"]), UUID(row["key_id"]))
            opener.unwrap(bytes.fromhex(row["wrapped"]), master=master, bound_to=bound_to)
    except wrapping.WrapperTrouble as error:
        raise BackupTrouble(vouching.without_master_key(error)) from error


def _load_database(
    backup: Path, wrapped: Sequence[dict[str, Any]], bare: set[str], progress: Progress
) -> None:
    """Load the tables, then what the dump does not hold, then what binds them together.

    The face templates of the cases of `bare` were erased since and are not loaded.
    """
    archive = backup / folder.DUMP
    progress("Database", 0, 1)
    database.load(archive, "pre-data")
    database.load(archive, "data")
    for table in database.TEMPLATES:
        with (backup / "tables" / table).open("rb") as file:
            database.load_rows(table, iter(lambda: file.read(1 << 20), b""))
    for row in wrapped:
        database.load_key(row)
    for number, row in enumerate(wrapped, start=1):
        if row["case_id"] not in bare:
            _load_templates(backup, UUID(row["case_id"]))
        progress("Face templates", number, len(wrapped))
    database.load(archive, "post-data")
    progress("Database", 1, 1)


def _load_templates(backup: Path, case_id: UUID) -> None:
    """Put the face templates of a case back into its rows."""
    with keys.opened(case_id) as key:
        for table in database.TEMPLATES:
            place = backup / making.TEMPLATES / str(case_id) / table
            if not place.exists():
                continue
            with (
                place.open("rb") as blob,
                key.reader(blob, kind=making.TEMPLATES, name=table) as content,
            ):
                database.load_templates(table, iter(lambda: content.read(1 << 20), b""))


def _copy_files(
    backup: Path, data: Path, names: Sequence[str], gone: set[str], progress: Progress
) -> None:
    """Put the sealed files in their place, read-only as uploads are."""
    chosen = [name for name in names if name.startswith("files/")]
    for number, name in enumerate(chosen, start=1):
        below = Path(name).relative_to("files")
        if below.parts[1] in gone:
            continue
        target = data / below
        folder.copied(backup / name, target)
        target.chmod(0o440 if below.parts[0] == "uploads" else 0o600)
        progress("Files", number, len(chosen))
    storing.settle_all()
