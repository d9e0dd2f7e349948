"""Objects: a piece of an original in which no person is, cut out to be shown to everyone.

In      one file or source with its digest, a box, areas to black out, faces known on it
Out     the pixels in the box, and the faces that this look found
Fails   closed. ObjectTouchesPerson: part of a person may be in the box or near it.
        ObjectUnsure: a face where the segmenter sees nobody. ObjectWrongSize. AssetMissing:
        no segmenter. SourceChanged and what decoding raises, as for any look
Why     an object in the background may say where a victim is; the public may see the object
        and nothing else (R-LOC-3, ADR-0029)
Not     here: who may ask for it and who releases it (haven.workbench.crops)

The picture is looked at anew, closer than any profile does, and every candidate of the
detector counts, also those that the second opinion would put aside. What is found here is
only ever added to what was known.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from haven.engine import masking
from haven.engine.errors import (
    AssetMissing,
    ObjectTouchesPerson,
    ObjectUnsure,
    ObjectWrongSize,
    WrongShape,
)
from haven.engine.media.decode import decode
from haven.engine.media.sniff import HEAD_BYTES, sniff
from haven.engine.options import Limits, for_profile
from haven.engine.originals import marked
from haven.engine.pipeline import Models, tools_of
from haven.engine.reading import Content, isolated, stored_bytes
from haven.engine.records import Digests, Face, FileType, Kind, ObjectCut, Picture, Pixels
from haven.engine.runners import Failed, Passed, Runner
from haven.engine.sources import Source

SIDE_PX = 1280  # long side of what is cut out, at most: an object is known again on less
LEAST_PX = 48  # each side of the box, in pixels of the original: less shows no object
MOST_SHARE = 0.5  # of the picture: an object, not a scene
QUALITY = 90  # JPEG: print on a label survives; 80, as the views, smears it
LOOK_SIDE_PX = 960  # as the profile `thorough`
# Around people, in long sides, beyond the 1/64 by which the segmenter's mask has grown: the
# whole look has 256 samples along it, so this is five of them. Chosen, not measured.
MARGIN = 1 / 50
FACE_GROWS = 0.5  # of its width and height, on each side: hair, ears, chin
BLACK_BGR = (0, 0, 0)
SHOWN_PX = 640  # long side at least of what is shown inside, as a view's
_UNTOLD = FileType("application/octet-stream", Kind.OTHER)  # told from the bytes, when read

Box = tuple[float, float, float, float]  # left, top, right, bottom, in shares of the picture


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be cut out of a picture."""

    box: Box
    black: tuple[Box, ...] = ()  # areas to black out, in shares of the picture
    faces: tuple[Face, ...] = ()  # known from earlier looks and from people


def cut_object(
    source: Path | Source, digests: Digests, wanted: Wanted, *, models: Models, runner: Runner
) -> ObjectCut:
    """Return what is in a box on an original, if nobody is in it or near it.

    Args:
        source: Where it lies; a worker opens a path, and is handed the bytes of a source.
        digests: What the analysis found; other bytes are refused.
        wanted: The box, what to black out, the faces known so far.
        models: The networks; without a segmenter nothing is cut out.
        runner: Where it is decoded and looked at.

    Raises:
        EngineError: It is not cut out; the code says why.
    """
    if models.segmenter is None:
        raise AssetMissing("no segmenter is here to say where people are")
    limits = Limits()
    items: list[Content | Passed[Content]] = [Content(source, digests, _UNTOLD)]
    for finished in runner.map(_Cut(wanted, models, limits), items, limits=limits):
        if isinstance(finished, Passed):
            continue
        _content, result = finished
        if isinstance(result, Failed):
            raise result.error
        _check_answer(result.pixels_bgr)
        return result
    raise WrongShape("a runner gave no answer")


def _check_answer(pixels: Pixels) -> None:
    """Return if a worker, which may lie, gave pixels of a size that is promised.

    Raises:
        WrongShape: It did not.
    """
    is_right = pixels.dtype == np.uint8 and pixels.shape[2:] == (3,)
    if not is_right or not 0 < max(pixels.shape[:2]) <= SIDE_PX:
        raise WrongShape(f"what was cut out has the shape {pixels.shape}")


@dataclass(frozen=True, slots=True)
class _Cut:
    """The one step: look for people, then cut; it runs in a worker."""

    wanted: Wanted
    models: Models
    limits: Limits

    def __call__(self, content: Content) -> ObjectCut:
        """Return what is in the box, or raise the EngineError that forbids it."""
        with isolated("cutting out an object"):
            stored = stored_bytes(content, self.limits.file_bytes)
            picture = self._decoded(stored, LOOK_SIDE_PX)
            check_size(self.wanted.box, picture.full_size_px)
            small = masking.reduced(picture, side_px=LOOK_SIDE_PX)
            faces = self._faces(picture)
            touch = people(small, faces, self._segmented(small))
            if is_touched(touch, self.wanted.box):
                raise ObjectTouchesPerson("part of a person may be in the box")
            wide, high = share_of(self.wanted.box)
            full_wide, full_high = picture.full_size_px
            factor = SIDE_PX / max(wide * full_wide, high * full_high)
            side_px = math.ceil(max(picture.full_size_px) * min(1.0, factor))
            pixels = cut(self._decoded(stored, side_px).pixels_bgr, self.wanted)
            return ObjectCut(pixels, tuple(faces), full_wide, full_high)

    def _decoded(self, stored: bytes, side_px: int) -> Picture:
        return decode(
            stored,
            sniff(stored[:HEAD_BYTES]),
            long_side_px=side_px,
            max_pixels=self.limits.picture_pixels,
        )

    def _segmented(self, small: Picture) -> masking.Mask:
        """Return where the segmenter sees people.

        Raises:
            AssetMissing: There is none.
        """
        segmenter = tools_of(self.models).segmenter
        if segmenter is None:
            raise AssetMissing("no segmenter is here to say where people are")
        return segmenter.people(small.pixels_bgr)

    def _faces(self, picture: Picture) -> list[Face]:
        """Return the faces that were known and those that two looks agree on now.

        Raises:
            ObjectTouchesPerson: What may be a face, if only to one look, is in the box.
        """
        tools, options = tools_of(self.models), for_profile("thorough", precision="f32")
        candidates = tools.detector.faces(
            picture,
            sides_px=options.detect_sides_px,
            quarter_turns=options.quarter_turns,
            min_score=options.detect_score,
        )
        shade = np.zeros((picture.height_px, picture.width_px), np.uint8)
        _shade_faces(shade, candidates, picture)
        if is_touched(shade, self.wanted.box):
            raise ObjectTouchesPerson("what may be a face is in the box or near it")
        return [*self.wanted.faces, *tools.second_opinion.confirmed(picture, candidates)]


def people(small: Picture, faces: Sequence[Face], segmented: masking.Mask) -> masking.Mask:
    """Return where part of a person may be, grown by the margin: (height, width), 255 there.

    Args:
        small: At the size of `segmented`; it is not changed.
        faces: Known on it, in full-size pixels.
        segmented: What the segmenter takes for people.

    Raises:
        ObjectUnsure: It sees nobody at one of the faces.
        MaskRefused: A face lies outside the picture.
    """
    unseen = sum(not masking.is_seen(segmented, face, small) for face in faces)
    if unseen:
        raise ObjectUnsure(f"the segmenter sees nobody at {unseen} of {len(faces)} faces")
    touch = segmented.copy()
    _shade_faces(touch, faces, small)
    reach = 2 * math.ceil(MARGIN * max(small.width_px, small.height_px)) + 1
    grown = cv2.dilate(touch, cv2.getStructuringElement(cv2.MORPH_RECT, (reach, reach)))
    return np.asarray(grown, np.uint8)


def is_touched(mask: masking.Mask, box: Box) -> bool:
    """Tell whether any pixel of a mask is in a box; a pixel that is partly in it counts."""
    height, width = mask.shape
    left, right = math.floor(box[0] * width), math.ceil(box[2] * width)
    top, bottom = math.floor(box[1] * height), math.ceil(box[3] * height)
    return bool(mask[top:bottom, left:right].any())


def check_size(box: Box, full_size_px: tuple[int, int]) -> None:
    """Return if a box is inside its picture and neither too small nor too large.

    Args:
        box: In shares of the picture.
        full_size_px: Width and height of the upright original.

    Raises:
        ObjectWrongSize: It is not, or a number is none.
    """
    if not is_box(box):
        raise ObjectWrongSize("a box does not lie in its picture")
    wide, high = share_of(box)
    sides = wide * full_size_px[0], high * full_size_px[1]
    if min(sides) < LEAST_PX:
        raise ObjectWrongSize(f"a box of {sides[0]:.0f}x{sides[1]:.0f} pixels, least {LEAST_PX}")
    if wide * high > MOST_SHARE:
        raise ObjectWrongSize(f"a box over {wide * high:.0%} of a picture, most {MOST_SHARE:.0%}")


def is_box(box: Sequence[float]) -> bool:
    """Tell whether four numbers are a box inside a picture, with something in it."""
    if len(box) != 4 or not all(math.isfinite(one) for one in box):
        return False
    left, top, right, bottom = box
    return 0 <= left < right <= 1 and 0 <= top < bottom <= 1


def share_of(box: Box) -> tuple[float, float]:
    """Return width and height of a box, in shares of its picture."""
    return box[2] - box[0], box[3] - box[1]


def cut(pixels_bgr: Pixels, wanted: Wanted) -> Pixels:
    """Return the pixels that lie wholly in the box, its areas blacked out first.

    Args:
        pixels_bgr: (height, width, 3) uint8 of the whole picture; not changed.
        wanted: The box and the areas.

    Returns:
        (height, width, 3) uint8, no side over SIDE_PX.

    Raises:
        ObjectWrongSize: No pixel lies wholly in the box.
    """
    height, width = pixels_bgr.shape[:2]
    left, right = math.ceil(wanted.box[0] * width), math.floor(wanted.box[2] * width)
    top, bottom = math.ceil(wanted.box[1] * height), math.floor(wanted.box[3] * height)
    if right <= left or bottom <= top:
        raise ObjectWrongSize(f"no pixel of a {width}x{height} picture is in the box")
    whole = pixels_bgr.copy()
    for area in wanted.black:
        across = slice(math.floor(area[0] * width), math.ceil(area[2] * width))
        down = slice(math.floor(area[1] * height), math.ceil(area[3] * height))
        whole[down, across] = BLACK_BGR
    inside = np.ascontiguousarray(whole[top:bottom, left:right])
    return masking.reduced(Picture(inside, right - left, bottom - top), side_px=SIDE_PX).pixels_bgr


def object_file(pixels_bgr: Pixels) -> bytes:
    """Return the file that may be given out: JPEG from pixels alone, without metadata."""
    return masking.jpeg(pixels_bgr, QUALITY)


def object_shown(jpeg: bytes, mark: Sequence[str]) -> bytes:
    """Return such a file as it is shown inside: with who looks and when drawn over it.

    Args:
        jpeg: What object_file() made, read back from where it was kept sealed.
        mark: Lines to draw over it.

    Raises:
        WrongShape: It is no picture.
    """
    pixels = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    if pixels is None:
        raise WrongShape("what was kept of an object is no picture")
    scale = max(1.0, SHOWN_PX / max(pixels.shape[:2]))  # a mark on few pixels would hide them
    larger = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
    return masking.jpeg(marked(np.asarray(larger, np.uint8), mark), QUALITY)


def _shade_faces(mask: masking.Mask, faces: Sequence[Face], picture: Picture) -> None:
    """Fill the boxes of faces in a mask, grown on each side."""
    for face in faces:
        left, top, right, bottom = face.box_xyxy_px
        wide, high = FACE_GROWS * face.width_px, FACE_GROWS * face.height_px
        corners = np.array([left - wide, top - high, right + wide, bottom + high])
        x1, y1, x2, y2 = corners * np.tile(picture.scale_xy, 2)
        cv2.rectangle(
            mask, (math.floor(x1), math.floor(y1)), (math.ceil(x2), math.ceil(y2)), 255, -1
        )
