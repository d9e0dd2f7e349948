"""The lens: the part of a picture that is shown while a part is held.

In      the size of a picture and where the middle of the lens is
Out     a box as shares of the picture, and how much of it that is
Fails   never
Not     here: drawing what lies under it (engine/originals.py), counting it (actions.py)
"""

from __future__ import annotations

SIDE = 0.22  # of the lens as a share of the long side: a hand, a sign, a label

Box = tuple[float, float, float, float]  # left, top, right, bottom, 0 to 1


def box(width: int, height: int, x: float, y: float) -> Box:
    """Return the box under the lens: a square of pixels, inside the picture.

    Args:
        width: Of the picture, in pixels; at least 1.
        height: The same.
        x: Middle of the lens, 0 (left) to 1.
        y: Middle of the lens, 0 (top) to 1.
    """
    side = SIDE * max(width, height)
    wide, high = min(1.0, side / width), min(1.0, side / height)
    left = min(max(x - wide / 2, 0.0), 1.0 - wide)
    top = min(max(y - high / 2, 0.0), 1.0 - high)
    return left, top, left + wide, top + high


def area(part: Box) -> float:
    """Return the share of the picture in a box, 0 to 1."""
    return min(1.0, (part[2] - part[0]) * (part[3] - part[1]))
