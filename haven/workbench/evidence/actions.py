"""Taking exhibits in.

In      a folder the server may read, or uploaded files
Out     an Exhibit; uploaded files lie read-only in the store
Fails   CaseNotFound, NotAllowed; LabelTaken; FolderRefused; UploadRefused
Why     check, change and record in one transaction; all of an upload or nothing
Not     here: looking at the files (haven.workbench.analysis)
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from typing import IO, TYPE_CHECKING, Protocol, cast

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from haven.audit.actions import record
from haven.web.errors import Conflict
from haven.workbench.cases import keys
from haven.workbench.cases import queries as cases
from haven.workbench.evidence import folders, limits, storing, unpacking
from haven.workbench.evidence.models import Exhibit, StoredFile
from haven.workbench.evidence.unpacking import UploadRefused

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from haven.accounts.models import Member
    from haven.workbench.cases.models import Case


class LabelTaken(Conflict):
    """The case has an exhibit with this label already."""

    code = "exhibit.label_taken"
    words = gettext_lazy("This case already has an exhibit with this label.")


class Upload(Protocol):
    """An uploaded file as the web framework hands it over: open, with name and size."""

    name: str | None
    size: int | None
    file: IO[bytes] | None


@transaction.atomic
def add_folder(
    case_id: uuid.UUID, *, folder: Path, label: str, by: Member, at: datetime
) -> Exhibit:
    """Add a folder that stays where it is and is only read.

    Raises:
        CaseNotFound, NotAllowed: `by` may not work on a case he can see.
        FolderRefused: The folder is not one the server may read as evidence.
        LabelTaken: The label is used in this case.
    """
    case = cases.get(case_id, member=by, to="work")
    real = folders.allowed(folder)
    exhibit = _new(case, label=label, by=by, at=at)
    exhibit.kind, exhibit.root = Exhibit.Kind.FOLDER, str(real)
    exhibit.save()
    record("exhibit.add", actor=by, target=exhibit, case_id=case.pk, at=at, kind=exhibit.kind)
    return exhibit


def add_upload(
    case_id: uuid.UUID, *, files: Sequence[Upload], label: str, by: Member, at: datetime
) -> Exhibit:
    """Add uploaded files; zip archives are unpacked, one level deep.

    Raises:
        CaseNotFound, NotAllowed: `by` may not work on a case he can see.
        UploadRefused: Nothing in it, damaged, encrypted or over a limit; nothing was kept.
        LabelTaken: The label is used in this case.
        KeyGone, WrapperTrouble: The key of the case cannot be had.
    """
    case = cases.get(case_id, member=by, to="work")
    exhibit = _new(case, label=label, by=by, at=at)
    allowed = limits.current()
    total_bytes = sum(upload.size or 0 for upload in files)
    if total_bytes > allowed.upload_bytes:
        raise UploadRefused(
            _("The upload is larger than %(limit)d MB. Name a folder on the server instead.")
            % {"limit": allowed.upload_bytes >> 20}
        )
    with storing.staged(case.public_id, exhibit.public_id) as into:
        with keys.opened(case.public_id) as key:
            stored = storing.write(
                _entries(files, allowed),
                into=into,
                limits=allowed,
                key=key,
                exhibit_id=exhibit.public_id,
            )
        if not stored:
            raise UploadRefused(_("The upload holds no files."))
        with transaction.atomic():
            _save_upload(exhibit, stored)
            record(
                "exhibit.add",
                actor=by,
                target=exhibit,
                case_id=case.pk,
                at=at,
                kind=exhibit.kind,
                n_files=len(stored),
                size_bytes=sum(one.size_bytes for one in stored),
            )
            storing.settle(into)
    return exhibit


def clear_abandoned() -> int:
    """Remove files of uploads that a crash cut off; return how many uploads."""
    uploads = Exhibit.objects.filter(kind=Exhibit.Kind.UPLOAD)
    return storing.clear_abandoned(set(uploads.values_list("root", flat=True)))


def seal_clear(case: Case, key: keys.CaseKey) -> int:
    """Seal uploaded files that an earlier version wrote in the clear; return how many."""
    done = 0
    for exhibit in Exhibit.objects.filter(case=case, kind=Exhibit.Kind.UPLOAD):
        names = StoredFile.objects.filter(exhibit=exhibit).values_list("stored_name", flat=True)
        done += storing.seal_clear(exhibit.root, names.iterator(), key, exhibit.public_id)
    return done


def _new(case: Case, *, label: str, by: Member, at: datetime) -> Exhibit:
    """Return an unsaved exhibit.

    Raises:
        LabelTaken: The label is used in this case.
    """
    label = label.strip()
    if Exhibit.objects.filter(case=case, label=label).exists():
        raise LabelTaken(f"case {case.pk} uses this label already")
    return Exhibit(case=case, label=label, added_by=by, added_at=at)


def _entries(files: Sequence[Upload], allowed: limits.UploadLimits) -> Iterator[unpacking.Entry]:
    """Yield every file of an upload, archives unpacked."""
    for upload in files:
        file = cast(IO[bytes], upload.file)
        untrusted_name = (upload.name or "").encode("utf-8", "surrogateescape")
        if unpacking.is_archive(file):
            yield from unpacking.entries(
                file,
                untrusted_name=untrusted_name,
                size_bytes=upload.size or 0,
                limits=allowed,
            )
        else:
            yield unpacking.plain(file, untrusted_name=untrusted_name, limits=allowed)


def _save_upload(exhibit: Exhibit, stored: Sequence[storing.Stored]) -> None:
    """Write an exhibit and which name each of its files came with."""
    exhibit.kind, exhibit.n_files = Exhibit.Kind.UPLOAD, len(stored)
    exhibit.root = storing.place(exhibit.case.public_id, exhibit.public_id)
    exhibit.save()
    StoredFile.objects.bulk_create(
        [
            StoredFile(
                exhibit=exhibit,
                stored_name=one.stored_name,
                name_bytes=one.name_bytes,
                size_bytes=one.size_bytes,
                sha256=one.sha256,
            )
            for one in stored
        ],
        batch_size=2_000,
    )
