"""Practice pictures: harmless ones, masked and drawn by the same code as those of a case.

In      a name of NAMES
Out     views and marked pieces as JPEG; which of them are drawings
Fails   NoSuchPicture: another name
Why     whoever begins works with the real views; nothing of a case is read or written, and
        nothing is counted
Not     here: the practice itself (haven.workbench.onboarding), real originals (originals.py)
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from django.conf import settings

from haven import engine
from haven.web.errors import NotFound

NAMES = engine.PRACTICE_NAMES
DRAWINGS = engine.Drawing


class NoSuchPicture(NotFound):
    """No practice picture has this name."""

    code = "practice.no_picture"


def is_drawn(name: str) -> bool:
    """Tell whether a drawing stands in for a public picture that is not on this machine.

    Raises:
        NoSuchPicture: Another name.
    """
    return _harmless(name).is_drawn


def n_faces(name: str) -> int:
    """Return how many faces are on a practice picture.

    Raises:
        NoSuchPicture: Another name.
    """
    return len(_harmless(name).faces)


def size_px(name: str) -> tuple[int, int]:
    """Return width and height of a practice picture.

    Raises:
        NoSuchPicture: Another name.
    """
    picture = _harmless(name).picture
    return picture.width_px, picture.height_px


def view(name: str, *, step: int) -> bytes:
    """Return step 1 (faces) or 2 (place) of a practice picture as JPEG.

    Raises:
        NoSuchPicture: Another name, or nothing of it is shown: there is no face on it.
    """
    made = engine.practice_views(_harmless(name), engine.for_profile(settings.HAVEN_PROFILE))
    if made is None or step not in (1, 2):
        raise NoSuchPicture(f"practice picture {name} has no view {step}")
    return made[step - 1]


def piece(
    name: str,
    box: tuple[float, float, float, float],
    *,
    side_px: int,
    drawing: str,
    mark: tuple[str, ...],
) -> bytes:
    """Return a marked piece of a practice picture as JPEG; as originals.piece().

    Raises:
        NoSuchPicture: Another name.
    """
    pixels = _harmless(name).picture.pixels_bgr
    jpeg, _share = engine.piece(pixels, box, side_px=side_px, drawing=drawing, mark=mark)
    return jpeg


def _harmless(name: str) -> engine.Harmless:
    """Return a practice picture, kept in memory.

    Raises:
        NoSuchPicture: Another name.
    """
    if name not in NAMES:
        raise NoSuchPicture("no such practice picture")
    return _read(name, Path(settings.HAVEN_ASSETS_DIR))


@lru_cache(maxsize=len(NAMES))
def _read(name: str, folder: Path) -> engine.Harmless:
    """Return a practice picture from a folder of assets, or as drawn."""
    return engine.harmless(name, engine.AssetStore(folder))
