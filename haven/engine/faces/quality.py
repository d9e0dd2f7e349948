"""Quality: how much a face can tell, 0 to 1, in parts that a person can understand.

In      an aligned chip, the landmarks, the picture's size
Out     parts (size, sharpness, pose, contrast, inside) and their product's root
Fails   never on a valid Face
Why     a poor face must not pull groups together, and a reviewer should see good ones first
Not     here: deciding what quality is enough (group.py, search.py)

The ramps below were set on the labelled pictures of the test media and the demonstration:
a clear portrait gives 0.7 or more, a face 20 pixels wide or turned to profile under 0.35.
They order faces; they are no probability.
"""

import cv2
import numpy as np

from haven.engine.faces.align import CHIP_EYE_DISTANCE_PX, eye_distance_px
from haven.engine.records import Face, Pixels, Vector


def parts(face: Face, chip_bgr: Pixels, full_size_px: tuple[int, int]) -> dict[str, float]:
    """Return each part of the quality, 0 to 1.

    Args:
        face: In full-size pixels.
        chip_bgr: Its aligned chip, (150, 150, 3).
        full_size_px: Width and height of the upright original.
    """
    grey = cv2.cvtColor(chip_bgr, cv2.COLOR_BGR2GRAY)[25:125, 25:125]
    return {
        "size": _ramp(eye_distance_px(face.landmarks_px), 8, CHIP_EYE_DISTANCE_PX),
        "sharpness": _ramp(float(cv2.Laplacian(grey, cv2.CV_32F).std()), 2, 12),
        "pose": _frontal(face.landmarks_px),
        "contrast": _ramp(float(grey.std()), 8, 35),
        "inside": _inside(face, full_size_px),
    }


def overall(quality_parts: dict[str, float]) -> float:
    """Return one number, 0 to 1: the geometric mean, so that one bad part is felt."""
    values = np.array(list(quality_parts.values()), np.float64).clip(1e-3, 1)
    return float(np.exp(np.log(values).mean()))


def _ramp(value: float, low: float, high: float) -> float:
    """Return 0 at `low` and below, 1 at `high` and above, linear between."""
    return float(np.clip((value - low) / (high - low), 0, 1))


def _frontal(landmarks_px: Vector) -> float:
    """Return 1 for a face seen from the front, towards 0 for profile.

    The nose tip's place across the line between the eyes: 0.5 from the front; at 0 or 1
    it covers an eye.
    """
    left, right, nose = landmarks_px[0], landmarks_px[1], landmarks_px[2]
    between = right - left
    length = float(between @ between)
    if length < 1e-6:
        return 0.0
    across = float((nose - left) @ between) / length
    return _ramp(0.5 - abs(across - 0.5), 0, 0.35)


def _inside(face: Face, full_size_px: tuple[int, int]) -> float:
    """Return 1 when the face lies inside the picture, less when it is cut off.

    The share of the box's expected width that is there: a whole face is at least 0.62 as
    wide as high; and every landmark must lie in the picture.
    """
    points = face.landmarks_px
    in_picture = ((points >= 0) & (points < np.array(full_size_px))).all(axis=1).mean()
    shape = _ramp(face.width_px / max(face.height_px, 1), 0.3, 0.62)
    tall = _ramp(face.height_px / max(face.width_px, 1), 0.3, 0.8)
    return float(in_picture) * shape * tall
