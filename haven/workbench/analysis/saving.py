"""Writing what the engine found: each content in one transaction, each path once.

In      Occurrence and Media records of the engine
Out     rows of Item, Face, Derivative, Occurrence, and files in the vault
Fails   DatabaseError, OSError: nothing of that content was written
Why     a kill between any two statements leaves either all of a content or nothing of it,
        and writing the same again changes nothing
Not     here: the loop over an exhibit (running.py), groups (grouping.py)
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from haven import engine
from haven.workbench.analysis import decided, places, vault
from haven.workbench.analysis.models import Derivative, Face, Item, Occurrence, Run
from haven.workbench.cases import keys
from haven.workbench.evidence import names

if TYPE_CHECKING:
    from haven.workbench.evidence.models import Exhibit

_LONGEST_TEXT = 200  # of a camera's name; longer ones are cut, the original keeps the whole
_SAME_FACE_IOU = 0.5  # Pascal VOC's convention for "the same box"; used when looked at again
_ASIDE = 1_000_000  # positions of faces while they are rearranged; no picture has as many


@dataclass(frozen=True, slots=True)
class Found:
    """One path of an exhibit and what the engine said of it."""

    name_bytes: bytes
    stored_name: str  # upload: where it lies with us; folder: ""
    sha256: str = ""
    error_code: str = ""


def paths(exhibit: Exhibit, found: Sequence[Found]) -> None:
    """Write paths; one that is there already is brought up to date."""
    if not found:
        return
    known = dict(
        Item.objects.filter(
            case_id=exhibit.case_id, sha256__in={one.sha256 for one in found if one.sha256}
        ).values_list("sha256", "pk")
    )
    rows = [
        Occurrence(
            exhibit_id=exhibit.pk,
            path_key=hashlib.sha256(one.name_bytes).hexdigest(),
            path_bytes=one.name_bytes,
            path=names.readable(one.name_bytes),
            path_folded=names.folded(one.name_bytes),
            stored_name=one.stored_name,
            sha256=one.sha256,
            item_id=known.get(one.sha256),
            error_code=one.error_code,
        )
        for one in found
    ]
    Occurrence.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["exhibit", "path_key", "stored_name"],
        update_fields=["sha256", "item", "error_code"],
    )


def content(run: Run, media: engine.Media) -> Item:
    """Write one content with its faces and derivatives; what was there before is replaced."""
    case = run.exhibit.case
    if media.status is not engine.Status.DONE and _keep_earlier(run, media):
        return Item.objects.get(case=case, sha256=media.digests.sha256)
    files = _files(media)
    with keys.opened(case.public_id) as key:
        digests = {which: vault.put(key, jpeg) for which, jpeg in files.items()}
    with transaction.atomic():
        item, _created = Item.objects.update_or_create(
            case=case, sha256=media.digests.sha256, defaults=_facts(run, media)
        )
        faces = _replace_faces(item, media.faces, embeds=bool(run.options.get("embed")))
        _replace_derivatives(item, faces, digests, files)
        Occurrence.objects.filter(
            exhibit__case=case, sha256=item.sha256, item__isnull=True
        ).update(item=item)
    return item


def _keep_earlier(run: Run, media: engine.Media) -> bool:
    """Note on an item that was looked at before that this look failed; tell whether it was.

    What an earlier look found is not thrown away because a closer one took too long.
    """
    earlier = Item.objects.filter(
        case=run.exhibit.case, sha256=media.digests.sha256, status=Item.Status.DONE
    )
    return bool(
        earlier.update(run=run, options_key=run.options_key, error_code=media.error_code or "")
    )


def _facts(run: Run, media: engine.Media) -> dict[str, object]:
    """Return the columns of an item."""
    perceptual, metadata = media.perceptual, media.metadata
    camera = [_text(metadata.camera_make), _text(metadata.camera_model)]
    zone, fits = places.zone_and_clock(metadata.gps_lat, metadata.gps_lon, metadata.taken_at)
    return {
        "run": run,
        "options_key": run.options_key,
        "sha1": media.digests.sha1,
        "md5": media.digests.md5,
        "size_bytes": media.digests.size_bytes,
        "mime": _text(media.file_type.mime)[:100],
        "kind": media.file_type.kind.value,
        "status": media.status.value,
        "error_code": media.error_code or "",
        "width_px": media.width_px,
        "height_px": media.height_px,
        "pdq": f"{int(perceptual.pdq, 16):0256b}" if perceptual else None,
        "pdq_quality": perceptual.quality if perceptual else None,
        "pdq_turned": bytes.fromhex("".join(perceptual.turned)) if perceptual else None,
        "taken_at": _text(metadata.taken_at)[:40],
        "taken_on": _date(metadata.taken_at),
        "gps_lat": metadata.gps_lat,
        "gps_lon": metadata.gps_lon,
        "time_zone": zone,
        "clock_fits": fits,
        "camera": _camera(*camera),
        "camera_make": camera[0],
        "camera_model": camera[1],
        "camera_serial": _text(metadata.camera_serial),
        "software": _text(metadata.software),
        "has_maker_note": metadata.has_maker_note,
        "common_quality": metadata.common_quality,
        "n_faces": len(media.faces),
        "best_quality": max((face.quality for face in media.faces), default=0.0),
        "steps_ms": {step: round(ms, 1) for step, ms in media.steps_ms.items()},
        "saved_at": timezone.now(),
    }


def _text(untrusted_text: str | None) -> str:
    """Return text of a file fit for a column and for reading."""
    if not untrusted_text:
        return ""
    return names.readable(untrusted_text.encode("utf-8", "backslashreplace"))[:_LONGEST_TEXT]


def _camera(make: str, model: str) -> str:
    """Return maker and model as one name; many models begin with their maker."""
    if make and model.casefold().startswith(make.casefold()):
        return model
    return f"{make} {model}".strip()[:_LONGEST_TEXT]


def _date(taken_at: str | None) -> date | None:
    """Return the day of an ISO 8601 time, or None where it is no day."""
    try:
        return datetime.fromisoformat(taken_at).date() if taken_at else None
    except ValueError:
        return None


def _files(media: engine.Media) -> dict[str | int, bytes]:
    """Return the JPEG bytes to keep: views by operation, crops by the position of the face."""
    made = media.derivatives
    files: dict[str | int, bytes] = dict(enumerate(made.face_crops))
    if made.masked is not None:
        files[Derivative.Operation.MASKED.value] = made.masked
    if made.background is not None:
        files[Derivative.Operation.BACKGROUND.value] = made.background
    return files


def _replace_faces(item: Item, found: Sequence[engine.Face], *, embeds: bool) -> list[Face]:
    """Write the faces of an item; return them in the order of the engine.

    A face that is still there keeps its row, and with it its group. One that is not found
    again goes, unless a person decided about it or its group: a decision is not lost because
    another profile saw less.
    """
    old = list(item.faces.select_related("group").order_by("position"))
    if old:
        for row in old:
            row.position += _ASIDE
        Face.objects.bulk_update(old, ["position"])
    faces: list[Face] = []
    for position, face in enumerate(found):
        row = _same_face(old, face) or Face(item=item, case_id=item.case_id)
        if row in old:
            old.remove(row)
        _describe(row, position, face, embeds=embeds)
        row.save()
        faces.append(row)
    spoken_for = decided.decided(row.pk for row in old)
    kept = [row for row in old if row.pk in spoken_for or (row.group and row.group.decided)]
    Face.objects.filter(pk__in=[row.pk for row in old if row not in kept]).delete()
    for position, row in enumerate(kept, start=len(faces)):
        row.position = position
        row.save(update_fields=["position"])
    if kept:
        item.n_faces = len(faces) + len(kept)
        item.save(update_fields=["n_faces"])
    return faces


def _describe(row: Face, position: int, face: engine.Face, *, embeds: bool) -> None:
    """Put what the engine says of a face into its row.

    A look without templates leaves one that is there: erasing is an act with a reason.
    """
    row.position = position
    row.box_xyxy_px = [float(number) for number in face.box_xyxy_px]
    row.landmarks_px = [float(number) for number in face.landmarks_px.ravel()]
    row.score = face.score
    row.quality = face.quality
    row.quality_parts = {name: round(part, 4) for name, part in face.quality_parts.items()}
    if embeds:
        row.embedding = face.embedding


def _same_face(old: Iterable[Face], face: engine.Face) -> Face | None:
    """Return the old row whose box is the same face, the best one first."""
    box = [float(number) for number in face.box_xyxy_px]
    best = max(old, key=lambda row: _iou(row.box_xyxy_px, box), default=None)
    return best if best is not None and _iou(best.box_xyxy_px, box) >= _SAME_FACE_IOU else None


def _iou(one: Sequence[float], other: Sequence[float]) -> float:
    """Return the shared area of two boxes over their joint area, 0 to 1."""
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    if width <= 0 or height <= 0:
        return 0.0
    shared = width * height
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (one, other)]
    return shared / (sum(areas) - shared)


def _replace_derivatives(
    item: Item,
    faces: Sequence[Face],
    digests: Mapping[str | int, str],
    files: Mapping[str | int, bytes],
) -> None:
    """Write the rows of the derivatives of an item and of its faces."""
    Derivative.objects.filter(item=item).delete()
    Derivative.objects.filter(face__in=faces).delete()
    rows = []
    for key, sha256 in digests.items():
        is_view = isinstance(key, str)
        rows.append(
            Derivative(
                item=item if is_view else None,
                face=None if isinstance(key, str) else faces[key],
                operation=key if isinstance(key, str) else Derivative.Operation.CROP,
                parent_sha256=item.sha256,
                sha256=sha256,
                size_bytes=len(files[key]),
            )
        )
    Derivative.objects.bulk_create(rows)
