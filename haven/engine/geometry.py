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

    Where the cut is smaller than what it shows, that part of the picture is reduced by
    whole-number area means first.

    Raises:
        WrongShape: The map shrinks everything to one point or is not (2, 3).
    """
    scale = float(np.hypot(to_cut[0, 0], to_cut[1, 0])) if to_cut.shape == (2, 3) else 0.0
    if not scale > 1e-6:
        raise WrongShape(f"map of shape {to_cut.shape} has no size")
    turn, shift = to_cut[:, :2].astype(np.float64), to_cut[:, 2].astype(np.float64)
    step = int(1 / scale)
    if step > 1:
        left, top, right, bottom = _reach(turn, shift, side_px, pixels_bgr.shape, step)
        if right <= left or bottom <= top:
            return np.zeros((side_px, side_px, 3), np.uint8)
        size = (right - left) // step, (bottom - top) // step
        part = pixels_bgr[top:bottom, left:right]
        pixels_bgr = _uint8(cv2.resize(part, size, interpolation=cv2.INTER_AREA))
        first = np.array([left, top]) + (step - 1) / 2  # where the first mean has its centre
        turn, shift = turn * step, shift + turn @ first
    flags = cv2.INTER_LINEAR
    to_cut = np.hstack([turn, shift[:, None]])
    return _uint8(cv2.warpAffine(pixels_bgr, to_cut, (side_px, side_px), flags=flags))


def _reach(
    turn: NDArray[np.float64],
    shift: NDArray[np.float64],
    side_px: int,
    shape: tuple[int, ...],
    step: int,
) -> tuple[int, int, int, int]:
    """Return the part of a picture that a cut shows, its sides multiples of `step`."""
    corners = np.array([[0, 0], [side_px, 0], [0, side_px], [side_px, side_px]])
    shown = (corners - shift) @ np.linalg.inv(turn).T
    low = np.maximum(np.floor(shown.min(axis=0)) - step, 0).astype(int)
    high = np.minimum(np.ceil(shown.max(axis=0)) + step, shape[1::-1]).astype(int)
    high = low + (high - low) // step * step
    return int(low[0]), int(low[1]), int(high[0]), int(high[1])


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
