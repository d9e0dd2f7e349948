"""Erasing a case: its key first, then its files, then its rows, then the proof.

In      an order that two people decided
Out     nothing of the case but the order's own row, which is stub and proof
Fails   CaseBusy: a run of the case is ending; DatabaseError, OSError: tried again. Cut off
        at any moment it goes on where it was
Why     once the key is gone, no copy of a file can be opened, wherever it lies; the rest is
        tidying up, and may take its time
Not     here: who may decide it (actions.py); backups (haven.site)

What was there is counted before anything is destroyed. The digest of the proof is SHA-256
over one line per file, `path salt size`, sorted, then one per table, `table rows`, sorted.
The salt is random and public: it names a blob without telling what was in it.
"""

from __future__ import annotations

import hashlib
import re
import shutil
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from haven.audit.actions import erase_personal, record
from haven.workbench.analysis import face_templates, locks, originals, probing, vault
from haven.workbench.cases import keys
from haven.workbench.cases.sealing import HEADER_BYTES, SALT_BYTES
from haven.workbench.evidence import storing
from haven.workbench.packages import storing as packages
from haven.workbench.retention import rows
from haven.workbench.retention.models import Erasure

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

REASON = "The case was erased."
DECIDING = ("erasure.ask", "erasure.confirm")  # why it was erased stays on the record
_FIRST_NUMBER = re.compile(r"\d+")  # "0 dead row versions cannot be removed yet."
WITH_TEMPLATES = ("analysis_face", "analysis_probeface")


def erase(erasure_pk: int) -> None:
    """Erase a case, or go on with it; one that is done is left alone.

    Raises:
        CaseBusy: A run of the case is ending; try again.
    """
    erasure = Erasure.objects.get(pk=erasure_pk)
    if erasure.state == Erasure.State.CONFIRMED:
        with locks.only_one(erasure.case_key):
            if not erasure.found:
                _take_stock(erasure)
            if erasure.key_destroyed_at is None:
                _destroy_key(erasure)
            _delete_files(erasure)
            _delete_rows(erasure)
    rewrite_tables()


def is_rewriting_due() -> bool:
    """Tell whether templates were erased since their tables were written anew."""
    return _not_rewritten().exists() or face_templates.is_rewriting_due()


def rewrite_tables() -> bool:
    """Write the tables that held face templates anew; tell whether all of them were.

    A plain VACUUM leaves old bytes in pages until something else comes to lie there. Only
    the owner of a table, or who has the right MAINTAIN on it, can do this. Rows that a
    transaction begun earlier may still see are carried over; then it is done again later.
    """
    if connection.in_atomic_block or not is_rewriting_due():
        return False
    before, done_before = timezone.now(), _files_of_tables()
    carried_over = [_rewrite(table) for table in WITH_TEMPLATES]
    if any(now == then for now, then in zip(_files_of_tables(), done_before, strict=True)):
        return False  # PostgreSQL warns and passes by a table that is not ours
    if any(carried_over):
        return False
    _not_rewritten().filter(erased_at__lte=before).update(rewritten_at=timezone.now())
    face_templates.note_rewritten(before)
    return True


def _rewrite(table: str) -> bool:
    """Write a table anew; tell whether rows that are erased were carried over."""
    told: list[str] = []

    def hear(notice: Any) -> None:
        told.append(notice.message_detail or "")

    with connection.cursor() as cursor:
        link = connection.connection
        link.add_notice_handler(hear)
        try:
            cursor.execute(f"VACUUM (FULL, VERBOSE) {table}")
        finally:
            link.remove_notice_handler(hear)
    numbers = [_FIRST_NUMBER.match(one) for one in told]  # in whatever language it speaks
    return any(found is not None and int(found[0]) for found in numbers)


def _not_rewritten() -> QuerySet[Erasure]:
    """Return the erased cases whose templates may still lie in a page of a table."""
    return Erasure.objects.filter(state=Erasure.State.ERASED, rewritten_at__isnull=True)


def _files_of_tables() -> list[int]:
    """Return the number of the file of each table that holds templates."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_relation_filenode(name::regclass) FROM unnest(%s::text[]) AS name",
            [list(WITH_TEMPLATES)],
        )
        return [number for (number,) in cursor.fetchall()]


def _take_stock(erasure: Erasure) -> None:
    """Count what there is, while it is whole."""
    files = sorted(_files(erasure))
    found = rows.counts(erasure.case_key)
    digest = hashlib.sha256()
    for line in (*files, *(f"{table} {count}" for table, count in sorted(found.items()))):
        digest.update(f"{line}\n".encode())
    sizes = [int(line.rpartition(" ")[2]) for line in files]
    erasure.found = {
        "rows": found,
        "n_files": len(files),
        "size_bytes": sum(sizes),
        "digest": digest.hexdigest(),
    }
    erasure.key_id = keys.id_of(erasure.case_public_id)
    erasure.save(update_fields=["found", "key_id"])


def _files(erasure: Erasure) -> Iterator[str]:
    """Yield one line per file of a case."""
    for folder in _folders(erasure):
        for place in folder.rglob("*"):
            if place.is_file() and not place.is_symlink():
                yield _line(folder.name + "/" + str(place.relative_to(folder)), place)
    for place in probing.places(erasure.case_key):
        yield _line(place.name, place)


def _line(name: str, place: Path) -> str:
    """Return what the proof says of one file."""
    with place.open("rb") as blob:
        salt = blob.read(HEADER_BYTES)[-SALT_BYTES:]
    return f"{name} {salt.hex() or '-'} {place.stat().st_size}"


def _folders(erasure: Erasure) -> list[Path]:
    """Return the folders that hold files of a case."""
    case_id = erasure.case_public_id
    return [
        vault.folder(case_id),
        storing.folder_of(case_id),
        originals.folder(case_id),
        packages.folder(case_id),
    ]


@transaction.atomic
def _destroy_key(erasure: Erasure) -> None:
    """Destroy the key: what is sealed with it is erased from here on, in every copy."""
    keys.destroy(erasure.case_public_id)
    erasure.key_destroyed_at = timezone.now()
    erasure.save(update_fields=["key_destroyed_at"])
    _record("erasure.destroy_key", erasure, {"key": str(erasure.key_id)})


def _delete_files(erasure: Erasure) -> None:
    """Delete the files of a case."""
    for place in probing.places(erasure.case_key):
        place.unlink(missing_ok=True)
    storing.remove(storing.folder_of(erasure.case_public_id))
    for folder in (vault.folder, originals.folder, packages.folder):
        if (made := folder(erasure.case_public_id)).exists():
            shutil.rmtree(made)


@transaction.atomic
def _delete_rows(erasure: Erasure) -> None:
    """Delete the rows of a case and leave the proof, in one transaction."""
    rows.delete(erasure.case_key)
    erasure.state, erasure.erased_at = Erasure.State.ERASED, timezone.now()
    erasure.reason = ""
    erasure.save(update_fields=["state", "erased_at", "reason"])
    erase_personal(
        of_case=erasure.case_key,
        agency_id=erasure.agency_id,
        by=None,
        reason=REASON,
        at=timezone.now(),
        but=DECIDING,
    )
    _record("erasure.finish", erasure, erasure.found)


def _record(verb: str, erasure: Erasure, facts: dict[str, Any]) -> None:
    """Put a step of the program on the record of the case's agency."""
    record(
        verb,
        actor=None,
        target=erasure,
        case_id=erasure.case_key,
        agency_id=erasure.agency_id,
        **facts,
    )
