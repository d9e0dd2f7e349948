"""Geometry: make a picture smaller, or cut a square out of it, without aliasing.

In      pixels; a size, or a (2, 3) map from their coordinates to those of the cut
Out     pixels; what lies outside the picture is black
Fails   WrongShape: the map has no size
Why     detection, alignment, the second opinion, views and crops need the same care
Not     here: which size, where to cut
"""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from haven.engine.errors import WrongShape
from haven.engine.records import Pixels

LARGEST_STEP = 8  # a cut is sampled this many times finer at most before it is reduced


def resized(pixels_bgr: Pixels, width_px: int, height_px: int) -> Pixels:
    """Return the pixels at another size.

    First whole-number area means, then linear interpolation for what is left of the
    reduction (under 2 times): a fifth of the time of fractional area means.
    """
    height, width = pixels_bgr.shape[:2]
    step = min(width // width_px, height // height_px)
    if step > 1:
        whole = pixels_bgr[: height // step * step, : width // step * step]
        size = width // step, height // step
        pixels_bgr = _uint8(cv2.resize(whole, size, interpolation=cv2.INTER_AREA))
    if pixels_bgr.shape[:2] == (height_px, width_px):
        return pixels_bgr
    size = width_px, height_px
    return _uint8(cv2.resize(pixels_bgr, size, interpolation=cv2.INTER_LINEAR))


def _uint8(pixels: NDArray[Any]) -> Pixels:
    """Return the same array, typed: OpenCV gives the type it was given."""
    return np.asarray(pixels, np.uint8)


def square(pixels_bgr: Pixels, to_cut: NDArray[np.floating], side_px: int) -> Pixels:
    """Return the (side_px, side_px, 3) cut that `to_cut` describes.

    Where the cut is smaller than what it shows, it is sampled finer first and then reduced
    by area means.

    Raises:
        WrongShape: The map shrinks everything to one point or is not (2, 3).
    """
    scale = float(np.hypot(to_cut[0, 0], to_cut[1, 0])) if to_cut.shape == (2, 3) else 0.0
    if not scale > 1e-6:
        raise WrongShape(f"map of shape {to_cut.shape} has no size")
    finer = int(np.clip(round(1 / scale), 1, LARGEST_STEP))
    cut = cv2.warpAffine(
        pixels_bgr, to_cut * finer, (side_px * finer, side_px * finer), flags=cv2.INTER_LINEAR
    )
    if finer == 1:
        return _uint8(cut)
    return _uint8(cv2.resize(cut, (side_px, side_px), interpolation=cv2.INTER_AREA))


def around(
    centre_xy: NDArray[np.floating], scale_xy: NDArray[np.floating], side_px: int
) -> NDArray[np.float64]:
    """Return the map that brings a point to the middle of a cut at a scale per axis.

    A negative scale mirrors that axis.
    """
    return np.array(
        [
            [scale_xy[0], 0, side_px / 2 - scale_xy[0] * centre_xy[0]],
            [0, scale_xy[1], side_px / 2 - scale_xy[1] * centre_xy[1]],
        ]
    )
