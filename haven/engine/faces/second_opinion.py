"""Second opinion: look again at each candidate, closer, upright and mirrored.

In      the picture's pixels and the candidates of the first look
Out     the candidates that were seen again where they should be
Fails   AssetMissing: a model is not on this machine
Why     a false face is the one error that shows what must stay hidden (ADR-0003)
Not     here: the first look (detect.py)

A real face is found again when it is cut out with its surroundings, turned upright,
brought to one size and mirrored; texture that looked like a face once is not. Where the
second look is not sure, a second network, trained by other people on other pictures,
decides: dlib's MMOD detector. Because of this the first look may use a low threshold,
which finds more small faces as well.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from haven.engine import geometry
from haven.engine.assets.runtime import Model, compile_model
from haven.engine.faces.detect import Detector
from haven.engine.records import Face, Picture, Pixels, Vector

SIDE_PX = 128  # canvas of the second look
CONTEXT = 2.5  # the cut is this many times the longer side of the box
AGREES = 0.5  # score of the second look; textures measured under 0.25, 97 of 99 faces over 0.5
SURE = 0.75  # from here on the second network is not asked
CENTRE_OFF = 0.35  # centres may differ by this share of the box's longer side
SIZE_OFF = 2.0  # and sizes by this factor

OTHER_SIDE_PX = 160  # canvas of the second network
OTHER_CONTEXT = 1.6  # gives it a face of about 100 pixels; it was trained on 80 and more
OTHER_AGREES = 0.0  # dlib's own threshold; faces measured 0.9 and more, textures under -1
OTHER_NEAR_CELLS = 3  # cells of 8 pixels around the middle that count


@dataclass(slots=True)
class SecondOpinion:
    """Two networks that look again, compiled when first needed."""

    detector: Detector
    other_path: Path
    _other: list[Model] = field(default_factory=list)

    def confirmed(self, picture: Picture, faces: Sequence[Face]) -> list[Face]:
        """Return the faces that are seen again, in the same order.

        Args:
            picture: The picture the faces were found on; more pixels than in the first
                look help small faces.
            faces: Candidates in full-size pixels.
        """
        return [face for face in faces if self._agrees(picture, face)]

    def _agrees(self, picture: Picture, face: Face) -> bool:
        """Return whether a candidate is seen again."""
        again = self.detector.look(cut(picture, face, CONTEXT, SIDE_PX), SIDE_PX, AGREES)
        scores = [
            float(score)
            for box, score in zip(again.boxes, again.scores, strict=True)
            if _is_central(box)
        ]
        best = max(scores, default=0.0)
        return best >= SURE or (best >= AGREES and self._other_agrees(picture, face))

    def _other_agrees(self, picture: Picture, face: Face) -> bool:
        """Return whether the second network sees a face in the middle of the cut."""
        if not self._other:
            self._other.append(
                compile_model(self.other_path, height_px=OTHER_SIDE_PX, width_px=OTHER_SIDE_PX)
            )
        grid = self._other[0](cut(picture, face, OTHER_CONTEXT, OTHER_SIDE_PX))[0][0, 0]
        row, column = grid.shape[0] // 2, grid.shape[1] // 2
        near = OTHER_NEAR_CELLS
        middle = grid[row - near : row + near + 1, column - near : column + near + 1]
        return float(middle.max()) >= OTHER_AGREES


def cut(picture: Picture, face: Face, context: float, side_px: int) -> Pixels:
    """Return a face with its surroundings, upright and mirrored, (side_px, side_px, 3).

    Args:
        picture: Decoded at any scale.
        face: In full-size pixels; its landmarks say which way is up.
        context: Side of the cut in multiples of the longer side of the face's box.
        side_px: Side of the result.
    """
    left, top, right, bottom = face.box_xyxy_px * np.tile(picture.scale_xy, 2)
    scale = side_px / (context * max(right - left, bottom - top, 1.0))
    middle = np.array([left + right, top + bottom]) / 2
    turn = scale * np.array([[-1.0, 0.0], [0.0, 1.0]]) @ _upright(face.landmarks_px)
    shift = side_px / 2 - turn @ middle
    return geometry.square(picture.pixels_bgr, np.hstack([turn, shift[:, None]]), side_px)


def _upright(landmarks_px: Vector) -> NDArray[np.float64]:
    """Return the (2, 2) turn that brings the line from eyes to mouth to point down."""
    down = landmarks_px[3:].mean(axis=0) - landmarks_px[:2].mean(axis=0)
    length = float(np.hypot(*down))
    if length < 1e-3:
        return np.eye(2)
    x, y = (down / length).astype(np.float64)
    return np.array([[y, -x], [x, y]])


def _is_central(box: Vector) -> bool:
    """Return whether a box on the cut is where, and as large as, the candidate was."""
    expected = SIDE_PX / CONTEXT
    off = np.abs((box[:2] + box[2:]) / 2 - SIDE_PX / 2).max()
    size = float((box[2:] - box[:2]).max())
    return bool(off < CENTRE_OFF * expected and expected / SIZE_OFF < size < expected * SIZE_OFF)
