"""Cutting out as the worker would, for tests that decode nothing.

In      an item, a member
Out     a crop whose file lies sealed in its place, in any state
Why     most tests ask who may see, release and have it, not how a picture is cut
Not     here: cutting (test_crops.py with real pictures)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.workbench import opened

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

    from haven.workbench.analysis.models import Item
    from haven.workbench.crops.actions import Drawn
    from haven.workbench.crops.models import Crop
    from haven.workbench.reveals.actions import Who
    from haven.workbench.wellbeing.models import Exposure

BOX = (0.6, 0.5, 0.9, 0.9)  # where no face of build.findings() is
SAID = ("A green bag. Where is it sold?", "To find the place.", "Everyone, on our page.")


def make_ready(crop: Crop, *, picture: np.ndarray | None = None) -> Crop:
    """Put a file where the worker would have put it, checked against the faces there are."""
    from haven import engine
    from haven.workbench.analysis.models import Face
    from haven.workbench.cases import keys
    from haven.workbench.crops import storing

    known = Face.objects.filter(item=crop.item).values_list("box_xyxy_px", flat=True)
    made = opened.pixels(7, width=160, height=120) if picture is None else picture
    jpeg = engine.object_file(made)
    with keys.opened(crop.item.case.public_id) as key:
        crop.sha256 = storing.put(key, crop.public_id, jpeg)
    crop.height_px, crop.width_px = made.shape[:2]
    crop.size_bytes, crop.state = len(jpeg), "ready"
    crop.faces = [list(one) for one in known]
    crop.save()
    return crop


def drawn(box: Sequence[float] = BOX, black: Sequence[Sequence[float]] = ()) -> Drawn:
    """Return what a member draws."""
    from haven.workbench.crops.actions import Drawn

    return Drawn(box, "A green bag.", black)


def crop(item: Item, asker: Who) -> Crop:
    """Return an object that was drawn on an item and cut out."""
    from haven.workbench.crops import actions

    return make_ready(actions.draw(item.case.public_id, item.pk, drawn(), who=asker))


def looked(crop: Crop, who: Who) -> Exposure:
    """Return the look of a member who has been sent the picture of a crop."""
    from haven.workbench.crops import looking

    where = crop.item.case.public_id, crop.public_id
    seen = looking.look(*where, who=who)
    looking.picture(*where, seen.public_id, who=who)
    return seen


def proposed(item: Item, asker: Who) -> Crop:
    """Return an object that was looked at and proposed by who drew it."""
    from haven.workbench.crops import actions

    made = crop(item, asker)
    looked(made, asker)
    return actions.propose(item.case.public_id, made.public_id, actions.Said(*SAID), who=asker)
