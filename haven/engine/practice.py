"""Practice: harmless pictures to learn on, masked as every other picture is.

In      the assets of this machine; a name of NAMES
Out     Harmless: a picture with the faces on it; its views as JPEG
Fails   KeyError: no such name. A picture that is not here, or damaged, is drawn instead
Why     whoever begins learns the keys where nothing can hurt. The public pictures are pinned
        by their digests, so where faces are on them is a fact and need not be found again
Not     here: the practice itself (haven.workbench.onboarding)

Boxes and landmarks are what this engine found with the profile "balanced".
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from haven.engine import masking
from haven.engine.assets.store import AssetStore
from haven.engine.errors import EngineError
from haven.engine.media.decode import decode
from haven.engine.media.sniff import HEAD_BYTES, sniff
from haven.engine.options import Limits, Options
from haven.engine.records import Face, Picture

NAMES = ("astronaut", "coffee", "rocket")  # one adult, from the front; two without anybody
_PREFIX = "demo-"
_SIDE_PX = 512  # of a drawing
_WALL, _FLOOR, _LIGHT, _WOOD = (146, 128, 112), (96, 82, 74), (214, 196, 170), (60, 88, 128)
_SKIN, _COAT, _DARK = (150, 176, 206), (112, 74, 52), (44, 38, 34)  # BGR


@dataclass(frozen=True, slots=True)
class Harmless:
    """A harmless picture and the faces on it."""

    picture: Picture
    faces: tuple[Face, ...]
    is_drawn: bool  # by code, because the public picture is not here


def harmless(name: str, store: AssetStore) -> Harmless:
    """Return a harmless picture: the public one, else a drawing in its place.

    Raises:
        KeyError: Not one of NAMES.
    """
    faces = _FACES[name]
    try:
        stored = store.path(_PREFIX + name).read_bytes()
        picture = decode(
            stored,
            sniff(stored[:HEAD_BYTES]),
            long_side_px=None,
            max_pixels=Limits().picture_pixels,
        )
    except (EngineError, OSError):
        return Harmless(_drawing(with_person=bool(faces)), (_DRAWN_FACE,) * len(faces), True)
    return Harmless(picture, faces, False)


def views(one: Harmless, options: Options) -> tuple[bytes, bytes] | None:
    """Return steps 1 and 2 of the ladder as JPEG; None without a face, as for every picture."""
    small = masking.reduced(one.picture, side_px=options.view_side_px)
    faces = masking.masked(small, one.faces)
    place = masking.background(small, one.faces)
    if faces is None or place is None:
        return None
    return tuple(masking.jpeg(view, options.view_quality) for view in (faces, place))  # type: ignore[return-value]  # two


def _face(box: tuple[float, ...], landmarks: tuple[tuple[float, float], ...]) -> Face:
    """Return a face at a known place."""
    return Face(np.array(box, np.float32), np.array(landmarks, np.float32), score=1.0)


_FACES = {
    "astronaut": (
        _face(
            (177.7, 55.2, 270.9, 179.2),
            ((202.9, 100.6), (248.0, 100.5), (224.9, 124.2), (204.3, 143.9), (242.9, 143.5)),
        ),
    ),
    "coffee": (),
    "rocket": (),
}
_DRAWN_FACE = _face(
    (196.0, 130.0, 276.0, 236.0),
    ((216.0, 172.0), (256.0, 172.0), (236.0, 192.0), (220.0, 210.0), (252.0, 210.0)),
)


def _drawing(*, with_person: bool) -> Picture:
    """Return a drawn room with a window, a table and a cup; perhaps somebody in it."""
    side = _SIDE_PX
    room = np.zeros((side, side, 3), np.uint8)
    cv2.rectangle(room, (0, 0), (side, 360), _WALL, cv2.FILLED)
    cv2.rectangle(room, (0, 360), (side, side), _FLOOR, cv2.FILLED)
    cv2.rectangle(room, (344, 60), (464, 220), _LIGHT, cv2.FILLED)
    for start, end in (((404, 60), (404, 220)), ((344, 140), (464, 140))):
        cv2.line(room, start, end, _DARK, 4, cv2.LINE_AA)
    if with_person:
        cv2.ellipse(room, ((236.0, 420.0), (220.0, 360.0), 0.0), _COAT, cv2.FILLED, cv2.LINE_AA)
        cv2.ellipse(room, ((236.0, 176.0), (104.0, 132.0), 0.0), _DARK, cv2.FILLED, cv2.LINE_AA)
        cv2.ellipse(room, ((236.0, 186.0), (80.0, 104.0), 0.0), _SKIN, cv2.FILLED, cv2.LINE_AA)
        for eye in ((216, 172), (256, 172)):
            cv2.circle(room, eye, 5, _DARK, cv2.FILLED, cv2.LINE_AA)
        cv2.ellipse(room, (236, 206), (16, 8), 0, 0, 180, _DARK, 2, cv2.LINE_AA)
    cv2.rectangle(room, (300, 380), (500, 404), _WOOD, cv2.FILLED)
    for left in (316, 470):
        cv2.rectangle(room, (left, 404), (left + 14, 500), _WOOD, cv2.FILLED)
    cv2.rectangle(room, (380, 344), (420, 380), _LIGHT, cv2.FILLED)
    cv2.ellipse(room, (422, 360), (10, 12), 0, -90, 90, _LIGHT, 4, cv2.LINE_AA)
    return Picture(room, side, side)
