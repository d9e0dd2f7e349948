"""Detect: find faces on a picture with CenterFace.

In      one Picture, decoded at least as large as the canvas
Out     candidates (boxes, landmarks, scores) in full-size pixels, best first
Fails   AssetMissing: the model is not on this machine
Why     fixed canvases: compiling for a new shape costs more than running it (design.md, Speed)
Not     here: the second opinion (second_opinion.py), describing a face (embed.py)

Source of the decoding: Xu et al., "CenterFace: Joint Face Detection and Alignment Using
Face as Point", 2019 (arXiv:1911.03599), section 3: centre heatmap, log size, centre offset
and landmarks relative to the box, on a grid of stride 4.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from haven.engine import geometry
from haven.engine.assets.runtime import FULL, Model, Outputs, compile_model
from haven.engine.records import Face, Picture, Pixels, Vector

STRIDE_PX = 4  # grid of the outputs, from the paper
CELL_PX = 32  # canvas sides must be multiples of it: the backbone halves five times
OVERLAP = 0.3  # boxes of one face overlap more; same value as the reference decoding
PAD = 0  # black, as the training pictures were padded

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """Places that may be faces, in some picture's pixels, in no promised order."""

    boxes: Floats  # (n, 4): left, top, right, bottom
    landmarks: Floats  # (n, 5, 2)
    scores: Floats  # (n,), 0 to 1

    def rows(self, keep: NDArray[np.intp]) -> "Candidates":
        """Return only the given rows, in the given order."""
        return Candidates(self.boxes[keep], self.landmarks[keep], self.scores[keep])

    def scaled(self, factor_xy: Floats) -> "Candidates":
        """Return the same places in a picture (x, y) times as large."""
        return Candidates(
            self.boxes * np.tile(factor_xy, 2), self.landmarks * factor_xy, self.scores
        )


NONE = Candidates(
    np.empty((0, 4), np.float32), np.empty((0, 5, 2), np.float32), np.empty(0, np.float32)
)


def joined(parts: Sequence[Candidates]) -> Candidates:
    """Return the candidates of several looks as one."""
    parts = [NONE, *parts]
    return Candidates(
        np.concatenate([p.boxes for p in parts]),
        np.concatenate([p.landmarks for p in parts]),
        np.concatenate([p.scores for p in parts]),
    )


def canvas_for(width_px: int, height_px: int, side_px: int) -> tuple[int, int]:
    """Return (width, height) of the canvas to use: square, 4:3 or 3:4.

    The nearest shape in log ratio; the short side is rounded to a multiple of CELL_PX.
    """
    ratio = width_px / height_px
    short = round(side_px * 3 / 4 / CELL_PX) * CELL_PX
    shapes = {1.0: (side_px, side_px), 4 / 3: (side_px, short), 3 / 4: (short, side_px)}
    return shapes[min(shapes, key=lambda r: abs(np.log(ratio / r)))]


@dataclass(slots=True)
class Detector:
    """CenterFace on a few fixed canvases, each compiled when first needed."""

    model_path: Path
    precision: str = FULL
    _compiled: dict[tuple[int, int], Model] = field(default_factory=dict)

    def faces(
        self,
        picture: Picture,
        *,
        sides_px: Sequence[int],
        quarter_turns: bool,
        min_score: float,
    ) -> list[Face]:
        """Return every place that may be a face, best first.

        Args:
            picture: Upright; its long side should be at least the largest side.
            sides_px: Long side of each canvas, multiples of 32. A small canvas finds very
                large faces, a large one small faces.
            quarter_turns: Look again at the picture turned left and right.
            min_score: Keep candidates at or above, 0 to 1.
        """
        looks = [self.look(picture.pixels_bgr, side, min_score) for side in sides_px]
        if quarter_turns:
            looks += list(self._turned(picture.pixels_bgr, min(sides_px[0], 640), min_score))
        found = without_overlaps(joined(looks)).scaled(np.reciprocal(picture.scale_xy))
        return [
            Face(box, landmarks, float(score))
            for box, landmarks, score in zip(
                found.boxes, found.landmarks, found.scores, strict=True
            )
        ]

    def look(self, pixels_bgr: Pixels, side_px: int, min_score: float) -> Candidates:
        """Return candidates of one look, in the pixels given, overlaps not yet removed."""
        height, width = pixels_bgr.shape[:2]
        canvas_w, canvas_h = canvas_for(width, height, side_px)
        scale = min(canvas_w / width, canvas_h / height)
        inner_w, inner_h = max(1, round(width * scale)), max(1, round(height * scale))
        canvas = np.full((canvas_h, canvas_w, 3), PAD, np.uint8)
        canvas[:inner_h, :inner_w] = geometry.resized(pixels_bgr, inner_w, inner_h)
        found = decoded(self._model(canvas_w, canvas_h)(canvas), min_score)
        inside = (found.boxes[:, :2] < (inner_w, inner_h)).all(axis=1)
        found = found.rows(np.flatnonzero(inside))
        found.boxes[:, 0::2] = found.boxes[:, 0::2].clip(0, inner_w)
        found.boxes[:, 1::2] = found.boxes[:, 1::2].clip(0, inner_h)
        return found.scaled(np.array([width / inner_w, height / inner_h], np.float32))

    def _turned(self, pixels_bgr: Pixels, side_px: int, min_score: float) -> Iterator[Candidates]:
        """Yield what is found on the picture turned a quarter each way, turned back."""
        height, width = pixels_bgr.shape[:2]
        left = self.look(np.rot90(pixels_bgr, 1), side_px, min_score)
        yield _turned_back(left, lambda x, y: (width - y, x))
        right = self.look(np.rot90(pixels_bgr, -1), side_px, min_score)
        yield _turned_back(right, lambda x, y: (y, height - x))

    def _model(self, width_px: int, height_px: int) -> Model:
        """Return the graph for a canvas, compiled at the first call."""
        key = width_px, height_px
        if key not in self._compiled:
            self._compiled[key] = compile_model(
                self.model_path, height_px=height_px, width_px=width_px, precision=self.precision
            )
        return self._compiled[key]


def _turned_back(
    found: Candidates, back: Callable[[Floats, Floats], tuple[Floats, Floats]]
) -> Candidates:
    """Return candidates with each point moved by `back`, boxes made upright again."""
    x0, y0 = back(found.boxes[:, 0], found.boxes[:, 1])
    x1, y1 = back(found.boxes[:, 2], found.boxes[:, 3])
    boxes = np.stack(
        [np.minimum(x0, x1), np.minimum(y0, y1), np.maximum(x0, x1), np.maximum(y0, y1)], axis=1
    )
    points = np.stack(back(found.landmarks[..., 0], found.landmarks[..., 1]), axis=-1)
    return Candidates(boxes, points, found.scores)


def decoded(outputs: Outputs, min_score: float) -> Candidates:
    """Return the candidates in the four outputs of CenterFace, in canvas pixels.

    Args:
        outputs: heatmap (1, 1, h, w); log size (1, 2, h, w) as (height, width); offset
            (1, 2, h, w) as (y, x); landmarks (1, 10, h, w) as (y, x) pairs in box sizes.
        min_score: Keep cells at or above, 0 to 1.
    """
    heat, size, offset, points = (output[0] for output in outputs)
    rows, columns = np.nonzero(heat[0] >= min_score)
    high = np.exp(np.minimum(size[0, rows, columns], 7)) * STRIDE_PX  # e^7*4: over any canvas
    wide = np.exp(np.minimum(size[1, rows, columns], 7)) * STRIDE_PX
    left = (columns + offset[1, rows, columns] + 0.5) * STRIDE_PX - wide / 2
    top = (rows + offset[0, rows, columns] + 0.5) * STRIDE_PX - high / 2
    corner, extent = np.stack([left, top], axis=1), np.stack([wide, high], axis=1)
    yx = points[:, rows, columns].T.reshape(-1, 5, 2)
    landmarks = yx[..., ::-1] * extent[:, None] + np.maximum(corner, 0)[:, None]
    boxes = np.concatenate([corner, corner + extent], axis=1)
    return Candidates(
        boxes.astype(np.float32), landmarks.astype(np.float32), heat[0, rows, columns]
    )


def without_overlaps(found: Candidates) -> Candidates:
    """Return the best of each set of overlapping candidates, best first.

    A candidate that lies mostly inside a better one goes too: on a very large face the
    fine canvas sees an eye or a cheek as a face.
    """
    order = np.argsort(-found.scores, kind="stable")
    kept: list[int] = []
    for row in order:
        if all(_overlap(found.boxes[row], found.boxes[k]) < OVERLAP for k in kept):
            kept.append(int(row))
    return found.rows(np.array(kept, np.intp))


def _overlap(one: Vector, other: Vector) -> float:
    """Return intersection over union, or 1 when `one` is mostly inside `other`."""
    wide = min(one[2], other[2]) - max(one[0], other[0])
    high = min(one[3], other[3]) - max(one[1], other[1])
    if wide <= 0 or high <= 0:
        return 0.0
    shared = float(wide * high)
    areas = [float((b[2] - b[0]) * (b[3] - b[1])) for b in (one, other)]
    if shared > 0.8 * areas[0]:
        return 1.0
    return shared / (sum(areas) - shared)
