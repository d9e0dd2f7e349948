"""Restoring a backup onto an empty site.

In      a whole backup; the master key that wrapped its keys; lists of destroyed keys
Out     the site as it was, without the cases that were erased since
Fails   BackupTrouble: damaged, of a later version, or the place is not empty; one sentence
Why     a backup that was never restored is a hope; an erased case must not come back
Not     here: making it (making.py)

Everything is checked before anything is written. Cut off in between, the place is marked as
unfinished and no site starts on it.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone

from haven.audit.actions import erase_personal, record
from haven.site import sealing_up
from haven.site.backups import database, folder, making
from haven.site.backups.folder import BackupTrouble, Manifest, Progress
from haven.workbench.cases import keys, wrapping
from haven.workbench.evidence import storing
from haven.workbench.retention import erasing, rows

UNFINISHED = "restore.unfinished"


def restore(
    backup: Path, others: Sequence[Path] = (), progress: Progress = lambda *_told: None
) -> Manifest:
    """Restore a backup.

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
    names = folder.check(backup, manifest, progress)
    gone = _destroyed(backup, others)
    wrapped = json.loads((backup / folder.WRAPPED).read_text(encoding="utf-8"))
    _check_master_key(wrapped)
    (data / UNFINISHED).touch()
    _load_database(backup, [row for row in wrapped if row["case_id"] not in gone], progress)
    _copy_files(backup, data, names, gone, progress)
    call_command("migrate", interactive=False, verbosity=0)
    n_erased = _erase_again(gone)
    with transaction.atomic():
        record("backup.restore", actor=None, made_at=manifest.made_at, n_erased_again=n_erased)
    (data / sealing_up.NOTE).touch()
    (data / UNFINISHED).unlink()
    return manifest


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
        keeper = wrapping.wrapper()
        for master in needed:
            row = next(one for one in wrapped if one["master"] == master)
            bound_to = keys.bound_to(UUID(row["case_id"]), UUID(row["key_id"]))
            keeper.unwrap(bytes.fromhex(row["wrapped"]), master=master, bound_to=bound_to)
    except wrapping.WrapperTrouble as error:
        raise BackupTrouble(
            f"The master key of this backup is not here: {error}. Put its file in the place that "
            "HAVEN_MASTER_KEY_FILE names."
        ) from error


def _destroyed(backup: Path, others: Sequence[Path]) -> set[str]:
    """Return the cases that were erased, told by this backup and by later lists."""
    found: set[str] = set()
    for place in (backup / folder.DESTROYED, *others):
        try:
            found |= {str(UUID(one["case_id"])) for one in json.loads(place.read_text("utf-8"))}
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise BackupTrouble("A list of destroyed keys cannot be read.") from error
    return found


def _load_database(backup: Path, wrapped: Sequence[dict[str, Any]], progress: Progress) -> None:
    """Load the tables, then what the dump does not hold, then what binds them together."""
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


def _erase_again(gone: set[str]) -> int:
    """Delete the rows of cases that were erased after the backup was made; return how many."""
    again = 0
    for case_id in sorted(gone):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT id, agency_id FROM cases_case WHERE public_id = %s", [UUID(case_id)]
            )
            row = cursor.fetchone()
            if row is None:
                continue
            counts = rows.counts(row[0])
            rows.delete(row[0])
            whose = {"case_id": row[0], "agency_id": row[1]}
            record("erasure.again", actor=None, **whose, case=case_id, rows=counts)
            erase_personal(
                of_case=row[0],
                agency_id=row[1],
                by=None,
                reason=erasing.REASON,
                at=timezone.now(),
                but=erasing.DECIDING,
            )
            again += 1
        shutil.rmtree(Path(settings.HAVEN_DATA_DIR) / "derivatives" / case_id, ignore_errors=True)
    return again
