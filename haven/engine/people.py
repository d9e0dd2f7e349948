"""People: where on a picture parts of people may be.

In      a picture at the size of a view
Out     a mask: 255 where part of a person may be, 0 elsewhere
Fails   AssetMissing, AssetRefused: the model is not on this machine or does not compile
Why     the background view shows a place without the people in it (design.md, step 2)
Not     here: who they are, where their faces are (faces/), filling them (masking.py)

The network was made for somebody in front of a camera and looks at 256x256 pixels: it
sees a crowd as one shape and loses whoever is small or cut by the edge. So it looks at the
whole picture and, unless speed was asked for, at four parts of it that overlap; whatever
any look takes for a person counts. On the public pictures it was tried on this also takes
animals, statues and round things for people: more is hidden than need be, not less.
"""

from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from haven.engine.assets.runtime import Model, compile_model
from haven.engine.geometry import resized
from haven.engine.records import Pixels

SIDE_PX = 256  # of the network's canvas
MAYBE = 0.3  # 0 to 1; the network's authors cut at 0.5: a doubtful pixel is hidden
PART = 0.6  # side of a part in sides of the picture; parts overlap by a fifth
GROW = 1 / 64  # of the long side: edges are hair and fingers, and the canvas is coarse

Mask = NDArray[np.uint8]


@dataclass(slots=True)
class Segmenter:
    """The network, compiled when first needed."""

    path: Path
    in_parts: bool = True
    _model: list[Model] = field(default_factory=list)

    def people(self, pixels_bgr: Pixels) -> Mask:
        """Return (height, width) uint8: 255 where part of a person may be, 0 elsewhere.

        Args:
            pixels_bgr: (height, width, 3) uint8, at the size of a view.
        """
        height, width = pixels_bgr.shape[:2]
        seen = self._look(pixels_bgr)
        if self.in_parts:
            high, wide = (max(1, round(PART * side)) for side in (height, width))
            for top in (0, height - high):
                for left in (0, width - wide):
                    place = np.s_[top : top + high, left : left + wide]
                    seen[place] = np.maximum(seen[place], self._look(pixels_bgr[place]))
        maybe = np.where(seen > MAYBE, np.uint8(255), np.uint8(0))
        reach = 2 * round(GROW * max(height, width)) + 1
        return np.asarray(
            cv2.dilate(maybe, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach))),
            np.uint8,
        )

    def _look(self, pixels_bgr: Pixels) -> NDArray[np.float32]:
        """Return how much each pixel looks like a person, (height, width), 0 to 1."""
        if not self._model:
            self._model.append(compile_model(self.path, height_px=SIDE_PX, width_px=SIDE_PX))
        height, width = pixels_bgr.shape[:2]
        answer = self._model[0](resized(pixels_bgr, SIDE_PX, SIDE_PX))[0][0, 0]
        return np.asarray(cv2.resize(answer, (width, height)), np.float32)
