"""Where files of crops lie: sealed with the key of the case, among its derivatives.

In      the key of a case, the id of a crop, a file
Out     the same bytes later, checked against the digest of the row
Fails   FileGone: erased, changed, or the key is gone
Why     what may be published is kept as safely as what it came from, and is erased with it
Not     here: who may have it (actions.py)

    <data>/derivatives/<case>/objects/<crop>
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from haven.web.errors import NotFound
from haven.workbench.analysis import vault
from haven.workbench.cases import files, keys

if TYPE_CHECKING:
    from pathlib import Path

    from haven.workbench.crops.models import Crop

KIND = "object"


class FileGone(NotFound):
    """The file of a crop is not there any more, or not what was put there."""

    code = "crop.file_gone"
    words = _("The picture is not there any more.")


def put(key: keys.CaseKey, crop_id: UUID, jpeg: bytes) -> str:
    """Keep a file and return its SHA-256."""
    sealed = key.sealed([jpeg], kind=KIND, name=str(crop_id))
    files.write_new(_place(key.case_id, crop_id), sealed)
    return hashlib.sha256(jpeg).hexdigest()


def get(crop: Crop) -> bytes:
    """Return the file of a crop.

    Raises:
        FileGone: Not there, not to be opened, or of another digest.
    """
    case_id = crop.item.case.public_id
    try:
        with keys.opened(case_id) as key:
            blob = _place(case_id, crop.public_id).read_bytes()
            jpeg = key.open(blob, kind=KIND, name=str(crop.public_id))
    except (OSError, keys.SealBroken, keys.KeyGone, keys.WrapperTrouble) as error:
        raise FileGone(f"the file of crop {crop.pk} cannot be opened") from error
    if hashlib.sha256(jpeg).hexdigest() != crop.sha256:
        raise FileGone(f"the file of crop {crop.pk} has another digest than its row")
    return jpeg


def erase(crop: Crop) -> None:
    """Erase the file of a crop; its digest stays in the row."""
    _place(crop.item.case.public_id, crop.public_id).unlink(missing_ok=True)


def _place(case_id: UUID, crop_id: UUID) -> Path:
    return vault.folder(case_id) / "objects" / str(crop_id)
