"""Objects: a piece of an original in which nobody is, cut out by the worker in its sandbox.

In      an item, a box, areas to black out, the open key of the case
Out     the file that may be given out once two people agree; the faces it was checked against
Fails   NotCut, with a code that says why nothing was cut out
Why     the engine is called from this folder alone; what it finds is checked against the
        faces that people know of as well
Not     here: who asks, who releases, where it is kept (haven.workbench.crops)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from django.conf import settings

from haven import engine
from haven.workbench.analysis import originals
from haven.workbench.analysis.models import Face, Item

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime
    from pathlib import Path

    from haven.workbench.cases import keys

Box = tuple[float, float, float, float]
SAME_PX = 1.0  # a face whose corners lie nearer than this to those of a known one is that one

shown = engine.object_shown
is_box = engine.is_box


class NotCut(Exception):
    """Nothing was cut out; `code` says why."""

    def __init__(self, code: str) -> None:
        """Keep the stable code."""
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Cut:
    """What was cut out, and what it was checked against."""

    jpeg: bytes
    width_px: int
    height_px: int
    faces: list[list[float]]  # boxes, in pixels of the original
    models: dict[str, object]  # digests of the networks that looked


def cut(item: Item, box: Box, black: Sequence[Box], *, key: keys.CaseKey, at: datetime) -> Cut:
    """Cut an object out of an item.

    Args:
        item: Looked up by the caller.
        box: Left, top, right, bottom, in shares of the picture.
        black: Areas to black out, in the same measure.
        key: Of the case, open.
        at: Now.

    Raises:
        NotCut: Part of a person may be in it, or it cannot be told, or not be opened.
    """
    try:
        return _cut(item, box, black, key=key, at=at)
    except (engine.EngineError, originals.OriginalClosed) as error:
        raise NotCut(error.code) from error


def _cut(item: Item, box: Box, black: Sequence[Box], *, key: keys.CaseKey, at: datetime) -> Cut:
    """Return what cut() promises.

    Raises:
        EngineError, OriginalClosed: It is not cut out; the code says why.
    """
    models = engine.models_in(settings.HAVEN_ASSETS_DIR)
    wanted = engine.Wanted(box, tuple(black), tuple(_known(item)))

    def made(
        source: Path | engine.Source, digests: engine.Digests, runner: engine.Runner
    ) -> engine.ObjectCut:
        return engine.cut_object(source, digests, wanted, models=models, runner=runner)

    found = originals.of_original(item, key, made, reads=list(models.files), at=at)
    height, width = found.pixels_bgr.shape[:2]
    digests = engine.versions(models)["models"]
    return Cut(
        jpeg=engine.object_file(found.pixels_bgr),
        width_px=width,
        height_px=height,
        faces=[[float(one) for one in face.box_xyxy_px] for face in found.faces],
        models=digests if isinstance(digests, dict) else {},
    )


def is_right_size(item: Item, box: Box) -> bool:
    """Tell whether a box lies in an item and is neither too small nor too large."""
    try:
        engine.check_size(box, (item.width_px or 0, item.height_px or 0))
    except engine.EngineError:
        return False
    return True


def touches_known_face(item: Item, box: Box) -> bool:
    """Tell at once, from what is known, whether a box touches a face of an item."""
    width, height = item.width_px or 1, item.height_px or 1
    left, top, right, bottom = box[0] * width, box[1] * height, box[2] * width, box[3] * height
    return any(
        x1 < right and x2 > left and y1 < bottom and y2 > top
        for x1, y1, x2, y2 in (face.box_xyxy_px for face in Face.objects.filter(item=item))
    )


def face_boxes(item_pks: Collection[int]) -> dict[int, list[list[float]]]:
    """Return the boxes of the faces that are known on items."""
    found: dict[int, list[list[float]]] = {pk: [] for pk in item_pks}
    rows = Face.objects.filter(item__in=found).values_list("item_id", "box_xyxy_px")
    for item_pk, box in rows:
        found[item_pk].append(box)
    return found


def has_new_face(boxes: Sequence[Sequence[float]], checked: Sequence[Sequence[float]]) -> bool:
    """Tell whether any of the boxes of faces is none of those that a cut was checked against."""
    return any(
        all(
            max(abs(a - b) for a, b in zip(one, other, strict=True)) > SAME_PX for other in checked
        )
        for one in boxes
    )


def _known(item: Item) -> list[engine.Face]:
    """Return the faces that are known on an item, whoever found them."""
    return [
        engine.Face(
            box_xyxy_px=np.array(one.box_xyxy_px, np.float32),
            landmarks_px=np.array(one.landmarks_px, np.float32).reshape(5, 2),
            score=one.score,
        )
        for one in Face.objects.filter(item=item)
    ]
