"""Opening an original as the worker would, for tests that decode nothing.

In      a case, an item, a member; pixels
Out     a reveal whose pixels lie sealed in their place; a hold of it
Why     most tests ask who may see and what is counted, not how a picture is decoded
Not     here: decoding (test_originals.py)
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from haven.accounts.models import Member
    from haven.workbench.analysis.models import Item
    from haven.workbench.reveals.actions import Who
    from haven.workbench.reveals.models import Reveal
    from haven.workbench.wellbeing.models import Exposure

SESSION = "s" * 64


def who(member: Member, at: datetime, *, session: str = SESSION, fresh: bool = True) -> Who:
    from haven.workbench.reveals.actions import Who

    return Who(member=member, session=session, at=at, has_fresh_factor=fresh)


def pixels(seed: int = 1, *, width: int = 320, height: int = 240) -> np.ndarray:
    """Return a picture of large coloured squares that no view of it looks like."""
    few = np.random.default_rng(seed).integers(0, 256, (6, 8, 3), dtype=np.uint8)
    return np.repeat(np.repeat(few, height // 6, axis=0), width // 8, axis=1)


def make_ready(reveal: Reveal, picture: np.ndarray | None = None) -> Reveal:
    """Put pixels where the worker would have put them."""
    from haven.workbench.analysis import originals
    from haven.workbench.cases import files, keys

    made = pixels() if picture is None else picture
    opened, case = reveal.opened, reveal.item.case
    with keys.opened(case.public_id) as key:
        sealed = key.sealed([made.tobytes()], kind=originals.KIND, name=str(opened.public_id))
        files.write_new(originals._place(case.public_id, opened.public_id), sealed)
    opened.height_px, opened.width_px = made.shape[:2]
    opened.state = "ready"
    opened.save()
    return reveal


def reveal(item: Item, asker: Who, *, step: int = 4, again: bool = False) -> Reveal:
    """Return a reveal of an item that is ready to be held."""
    from haven.workbench.reveals import actions

    asked = actions.Asked(step=step, reason="a sign on the wall", again=again)
    opened = actions.open_reveal(item.case.public_id, item.pk, asked, who=asker)
    return make_ready(opened)


def hold(item: Item, asker: Who, *, step: int = 4) -> Exposure:
    """Return what a member begins to hold."""
    from haven.workbench.reveals import actions

    opened = reveal(item, asker, step=step, again=True)
    return actions.begin(item.case.public_id, item.pk, opened.public_id, step=step, who=asker)
