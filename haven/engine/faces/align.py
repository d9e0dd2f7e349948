"""Align: turn a face upright and to one size, as the recogniser was trained.

In      a Picture and five landmarks
Out     a chip of 150x150 pixels, BGR
Fails   WrongShape: the landmarks have no extent
Why     the recogniser compares like with like only on its own geometry
Not     here: describing the chip (embed.py)

Source of the geometry: dlib, `get_face_chip_details` in image_transforms/interpolation.h:
mean positions of 51 landmarks in a unit face. The five points are the mean of the six
points of each eye (36-41, 42-47), the nose tip (30) and the mouth corners (48, 54).
"""

import numpy as np

from haven.engine import geometry
from haven.engine.errors import WrongShape
from haven.engine.records import Picture, Pixels, Vector

CHIP_PX = 150  # dlib's face recognition example
PADDING = 0.25  # of the unit face on each side, likewise

_UNIT_FACE = np.array(
    [
        [0.225492, 0.215990],
        [0.754761, 0.215990],
        [0.490127, 0.515625],
        [0.254149, 0.780233],
        [0.726104, 0.780233],
    ]
)
TARGET_PX = ((_UNIT_FACE + PADDING) / (1 + 2 * PADDING) * CHIP_PX).astype(np.float32)


def chip(picture: Picture, landmarks_px: Vector) -> Pixels:
    """Return the face upright on a (150, 150, 3) uint8 BGR chip; outside is black.

    Args:
        picture: Decoded at any scale.
        landmarks_px: (5, 2) in full-size pixels, order as in `Face`.

    Raises:
        WrongShape: All landmarks lie in one place.
    """
    to_chip = similarity(landmarks_px * picture.scale_xy, TARGET_PX)
    return geometry.square(picture.pixels_bgr, to_chip, CHIP_PX)


def similarity(source: Vector, target: Vector) -> Vector:
    """Return the (2, 3) turn, scale and shift that best maps source onto target.

    Least squares in closed form (Umeyama 1991), without reflection.

    Args:
        source: (n, 2).
        target: (n, 2).

    Raises:
        WrongShape: All source points are one.
    """
    source_mean, target_mean = source.mean(axis=0), target.mean(axis=0)
    a, b = source - source_mean, target - target_mean
    spread = float((a**2).sum())
    if spread < 1e-9:
        raise WrongShape("landmarks all lie in one place")
    along = float((a * b).sum()) / spread
    across = float((a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]).sum()) / spread
    turn = np.array([[along, -across], [across, along]])
    shift = target_mean - turn @ source_mean
    return np.hstack([turn, shift[:, None]]).astype(np.float32)


def eye_distance_px(landmarks_px: Vector) -> float:
    """Return the distance between the eyes, in the pixels of the landmarks."""
    return float(np.hypot(*(landmarks_px[1] - landmarks_px[0])))


CHIP_EYE_DISTANCE_PX = eye_distance_px(TARGET_PX)
