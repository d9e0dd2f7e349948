"""Cutting out: what the worker does with a box that a member drew.

In      the key of a row whose state says that it waits
Out     the file, sealed, and the row that says it is there; or a code that says why not
Fails   the row says so
Why     the site decodes nothing that strangers made; cut off at any moment, the job is done
        again and ends the same
Not     here: looking for people (haven.engine.objects), who asked (actions.py)
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from haven.audit.actions import record
from haven.workbench.analysis import objects
from haven.workbench.cases import keys
from haven.workbench.cases import queries as cases
from haven.workbench.crops import storing
from haven.workbench.crops.models import Crop

_CUT = [
    "state",
    "error_code",
    "sha256",
    "size_bytes",
    "width_px",
    "height_px",
    "faces",
    "models_used",
]


def cut_now(crop_pk: int, *, at: datetime) -> None:
    """Cut an object out, or write why not; by the worker."""
    crop = Crop.objects.select_related("item__case").filter(pk=crop_pk).first()
    if crop is None or crop.state != Crop.State.CUTTING or cases.is_erasing(crop.item.case_id):
        return
    try:
        with keys.opened(crop.item.case.public_id) as key:
            _cut(crop, key, at)
    except (objects.NotCut, keys.KeyGone, keys.WrapperTrouble) as error:
        crop.state, crop.error_code = Crop.State.FAILED, error.code
    _keep(crop, at)


def _cut(crop: Crop, key: keys.CaseKey, at: datetime) -> None:
    """Cut out and seal, and put what was made into the row.

    Raises:
        NotCut: It may not be, or cannot be.
    """
    box = (crop.box[0], crop.box[1], crop.box[2], crop.box[3])
    black = [(one[0], one[1], one[2], one[3]) for one in crop.black]
    made = objects.cut(crop.item, box, black, key=key, at=at)
    crop.sha256 = storing.put(key, crop.public_id, made.jpeg)
    crop.size_bytes, crop.faces = len(made.jpeg), made.faces
    crop.width_px, crop.height_px = made.width_px, made.height_px
    crop.models_used, crop.state = made.models, Crop.State.READY


@transaction.atomic
def _keep(crop: Crop, at: datetime) -> None:
    """Write the row, unless it was withdrawn meanwhile; then the file goes."""
    now = Crop.objects.select_for_update().filter(pk=crop.pk).first()
    if now is None or now.state != Crop.State.CUTTING:
        storing.erase(crop)
        return
    crop.save(update_fields=_CUT)
    record(
        "crop.cut",
        actor=None,
        target=crop,
        case_id=crop.item.case_id,
        agency_id=crop.item.case.agency_id,
        at=at,
        outcome="done" if crop.state == Crop.State.READY else "failed",
        error_code=crop.error_code,
        sha256=crop.sha256,
    )
