"""Originals: an original decoded in the sandbox, and a marked piece of its pixels.

In      one file or source with its digest; later a box, a way of drawing and a mark
Out     a Picture of bounded size; a JPEG without metadata that says who saw it and when
Fails   SourceChanged: other bytes than those analysed; what decoding raises; WrongOption: an
        unknown way of drawing; WrongShape: an empty box
Why     steps 3 and 4 of the ladder: decoding runs where strangers' bytes do no harm, and
        what is sent was encoded here, from pixels alone (ADR-0024)
Not     here: who may see it, and counting it (haven.workbench.reveals)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import cv2
import numpy as np

from haven.engine import geometry, masking
from haven.engine.errors import WrongOption, WrongShape
from haven.engine.media.decode import decode
from haven.engine.media.sniff import HEAD_BYTES, sniff
from haven.engine.options import Limits
from haven.engine.reading import Content, isolated, stored_bytes
from haven.engine.records import Digests, FileType, Kind, Picture, Pixels
from haven.engine.runners import Failed, Passed, Runner
from haven.engine.sources import Source

SIDE_PX = 1600  # long side at most: a sign on a wall can be read, a print cannot be made
QUALITY = 80  # JPEG, as the views
MOSAIC_SAMPLES = 48  # along the long side: twice those of step 1, shapes without detail
LINES_BLUR_PX, LINES_BLOCK_PX, LINES_BELOW = 5, 15, 4  # as OpenCV's tutorial on thresholds
MARK_EVERY_PX, MARK_SCALE = 96, 0.42  # Hershey Simplex, 9 px high: legible, and not cropped away
MARK_STRENGTH = 0.45  # of white letters with a dark edge, 0 to 1
_UNTOLD = FileType("application/octet-stream", Kind.OTHER)  # told from the bytes, when read


class Drawing(StrEnum):
    """How an original is drawn: a personal choice; nothing is claimed for any of them."""

    PLAIN = "plain"
    GREY = "grey"
    MOSAIC = "mosaic"
    LINES = "lines"


@dataclass(frozen=True, slots=True)
class _Open:
    """The one step: decode an original; it runs in a worker."""

    limits: Limits

    def __call__(self, content: Content) -> Picture:
        """Return its pixels, or raise the EngineError that stopped it."""
        with isolated("opening an original"):
            stored = stored_bytes(content, self.limits.file_bytes)
            picture = decode(
                stored,
                sniff(stored[:HEAD_BYTES]),
                long_side_px=SIDE_PX,
                max_pixels=self.limits.picture_pixels,
            )
            return masking.reduced(picture, side_px=SIDE_PX)


def open_original(source: Path | Source, digests: Digests, *, runner: Runner) -> Picture:
    """Return the pixels of an original, no side over SIDE_PX.

    Args:
        source: Where it lies; a worker opens a path, and is handed the bytes of a source.
        digests: What the analysis found; other bytes are refused.
        runner: Where it is decoded.

    Raises:
        EngineError: It cannot be read, is another file, or cannot be decoded.
    """
    limits = Limits()
    content = Content(source, digests, _UNTOLD)
    items: list[Content | Passed[Content]] = [content]
    for finished in runner.map(_Open(limits), items, limits=limits):
        if isinstance(finished, Passed):
            continue
        _content, result = finished
        if isinstance(result, Failed):
            raise result.error
        return result
    raise WrongShape("a runner gave no answer")


def piece(
    pixels_bgr: Pixels,
    box: tuple[float, float, float, float],
    *,
    side_px: int,
    drawing: str,
    mark: Sequence[str],
) -> tuple[bytes, float]:
    """Return a marked piece of a picture as JPEG, and its share of the whole.

    Args:
        pixels_bgr: (height, width, 3) uint8; not changed.
        box: Left, top, right, bottom, as shares of width and height; cut to the picture.
        side_px: Long side of the answer, at most; nothing is enlarged.
        drawing: A value of Drawing.
        mark: Lines to draw over it: who and when. What is not ASCII becomes "?".

    Raises:
        WrongOption: No such drawing.
        WrongShape: Nothing is in the box.
    """
    height, width = pixels_bgr.shape[:2]
    left, right = (round(min(max(one, 0.0), 1.0) * width) for one in (box[0], box[2]))
    top, bottom = (round(min(max(one, 0.0), 1.0) * height) for one in (box[1], box[3]))
    if right <= left or bottom <= top:
        raise WrongShape(f"nothing of a {width}x{height} picture is in the box")
    cut = np.ascontiguousarray(pixels_bgr[top:bottom, left:right])
    samples = MOSAIC_SAMPLES * max(cut.shape[:2]) / max(height, width)
    scale = min(1.0, side_px / max(cut.shape[:2]))
    if scale < 1:
        size = (max(1, round(side * scale)) for side in (cut.shape[1], cut.shape[0]))
        cut = geometry.resized(cut, *size)
    drawn = marked(_drawn(cut, drawing, samples), mark)
    share = (right - left) * (bottom - top) / (width * height)
    return masking.jpeg(drawn, QUALITY), share


def _drawn(cut: Pixels, drawing: str, samples: float) -> Pixels:
    """Return pixels drawn in a way.

    Raises:
        WrongOption: No such way.
    """
    if drawing == Drawing.PLAIN:
        return cut.copy()
    grey = cv2.cvtColor(cut, cv2.COLOR_BGR2GRAY)
    if drawing == Drawing.GREY:
        return np.asarray(cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR), np.uint8)
    if drawing == Drawing.MOSAIC:
        height, width = cut.shape[:2]
        scale = max(1.0, samples) / max(height, width)
        size = max(1, round(width * scale)), max(1, round(height * scale))
        few = cv2.resize(cut, size, interpolation=cv2.INTER_AREA)
        return np.asarray(
            cv2.resize(few, (width, height), interpolation=cv2.INTER_NEAREST), np.uint8
        )
    if drawing == Drawing.LINES:
        soft = cv2.medianBlur(grey, LINES_BLUR_PX)
        lines = cv2.adaptiveThreshold(
            soft, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY, LINES_BLOCK_PX, LINES_BELOW
        )
        return np.asarray(cv2.cvtColor(lines, cv2.COLOR_GRAY2BGR), np.uint8)
    raise WrongOption(f"drawing is {drawing!r}, not one of {', '.join(Drawing)}")


def marked(pixels: Pixels, mark: Sequence[str]) -> Pixels:
    """Return pixels with the lines of a mark over them, again and again.

    Args:
        pixels: (height, width, 3) uint8; not changed.
        mark: Lines to draw over it: who and when. What is not ASCII becomes "?".
    """
    font, high = cv2.FONT_HERSHEY_SIMPLEX, 16
    lines = [line.encode("ascii", "replace").decode() for line in mark]
    height, width = pixels.shape[:2]
    longest = max((cv2.getTextSize(line, font, MARK_SCALE, 1)[0][0] for line in lines), default=1)
    scale = MARK_SCALE * min(1.0, width / (longest + 8))
    over = pixels.copy()
    step_x, first = longest + 48, high * len(lines)
    for row, top in enumerate(
        range(min(first, height - 4), height + MARK_EVERY_PX, MARK_EVERY_PX)
    ):
        for left in range(4 - row % 2 * step_x // 2 if row else 4, width, step_x):
            for number, line in enumerate(lines):
                where = left, top - high * (len(lines) - 1 - number) - 4
                cv2.putText(over, line, where, font, scale, (0, 0, 0), 2, cv2.LINE_AA)
                cv2.putText(over, line, where, font, scale, (255, 255, 255), 1, cv2.LINE_AA)
    mixed = cv2.addWeighted(over, MARK_STRENGTH, pixels, 1 - MARK_STRENGTH, 0)
    return np.asarray(mixed, np.uint8)
