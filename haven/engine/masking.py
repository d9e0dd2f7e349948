"""Masking: views in which everything but faces is gone, made from the outside in.

In      one Picture and the Faces found on it
Out     pixels that may be shown: step 1 (faces), step 2 (background), crops of faces
Fails   closed: no face gives no view; a face outside the picture raises MaskRefused
Why     a reviewer may need a face to identify a victim, never the rest (ADR-0004)
Not     here: finding faces, showing views, steps 3 and 4 (they are no derivatives)

Each function starts from hidden pixels and opens what is allowed. Forgetting a step leaves
more hidden, never less. Every pixel outside the ovals of step 1 is a function of at most
24x24 samples of the picture; the tests hold this on real pictures.
"""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from haven.engine import geometry
from haven.engine.errors import MaskRefused
from haven.engine.records import Face, Picture, Pixels, Vector

SAMPLES = 24  # along the long side of the mosaic; design.md, The reveal ladder
MARGIN = 0.10  # ovals are larger than the box by this share, so that chin and brow are whole
FILL_BGR = (58, 52, 48)  # people in step 2 and corners of crops: a flat tone of the pages
HEAD_ABOVE = 0.8  # step 2: face heights above the box that still are hair
BODY_WIDE = (1.4, 3.0)  # step 2: half width of a body in face widths, at the head and below
BODY_WIDENS_OVER = 3.0  # step 2: face heights from the head to the full width
CHEST_DEEP = 2.0  # step 2: face heights below a face where the segmenter must see a person
CHEST_NARROW = 0.5  # step 2: of the widths and heights of the body's shape that far down
SEEN_SHARE = 0.6  # step 2: share of face and chest that it must take for a person

Mask = NDArray[np.uint8]


def samples_of(pixels_bgr: Pixels) -> Pixels:
    """Return the mosaic's samples: block means, at most 24 along each side.

    Blocks tile the picture (block i of n spans pixels i*size//n to (i+1)*size//n), and
    means are of whole numbers, so that the answer does not depend on the machine.

    Args:
        pixels_bgr: (height, width, 3) uint8.

    Returns:
        (rows, columns, 3) uint8, the larger of rows and columns at most 24.
    """
    height, width = pixels_bgr.shape[:2]
    longest = max(height, width)
    rows = max(1, min(height, round(SAMPLES * height / longest)))
    columns = max(1, min(width, round(SAMPLES * width / longest)))
    tops = np.arange(rows) * height // rows
    lefts = np.arange(columns) * width // columns
    edges = np.append(tops, height), np.append(lefts, width)
    summed = cv2.integral(pixels_bgr, sdepth=cv2.CV_64F)[np.ix_(*edges)]
    sums = np.diff(np.diff(summed, axis=0), axis=1)
    counts = np.outer(*map(np.diff, edges))
    return np.asarray(sums // counts[..., None], np.uint8)


def reduced(picture: Picture, *, side_px: int) -> Picture:
    """Return the picture at the size of a view: no side over `side_px`."""
    scale = min(1.0, side_px / max(picture.width_px, picture.height_px))
    if scale == 1.0:
        return picture
    width, height = (max(1, round(side * scale)) for side in (picture.width_px, picture.height_px))
    pixels = geometry.resized(picture.pixels_bgr, width, height)
    return Picture(pixels, picture.full_width_px, picture.full_height_px)


def masked(picture: Picture, faces: Sequence[Face]) -> Pixels | None:
    """Return step 1 of the ladder: faces in ovals, all else a soft mosaic.

    Args:
        picture: At the size of the view (`reduced`); it is not changed.
        faces: Faces found on it. None means that there is nothing to open.

    Returns:
        Pixels of the same shape, uint8 BGR; None when there is no face.

    Raises:
        MaskRefused: A face lies outside the picture.
    """
    if not faces:
        return None
    hidden = mosaic(picture.pixels_bgr)
    opened = ovals(faces, picture.full_size_px, (picture.width_px, picture.height_px))
    cv2.copyTo(picture.pixels_bgr, opened, hidden)
    return hidden


def mosaic(pixels_bgr: Pixels) -> Pixels:
    """Return pixels of the same shape that hold no more than the samples do."""
    height, width = pixels_bgr.shape[:2]
    return geometry.resized(samples_of(pixels_bgr), width, height)


def background(
    picture: Picture, faces: Sequence[Face], segmented: Mask | None = None
) -> Pixels | None:
    """Return step 2 of the ladder: the place, with people filled solid.

    What the segmenter takes for a person is filled. Around a face where it sees nobody, and
    everywhere without it, the estimate is coarse: a body hangs from the face along the line
    from eyes to mouth, to the edge of the picture. Without any face two looks do not agree
    that there is a person at all, so there is no view.

    Args:
        picture: At the size of the view (`reduced`); it is not changed.
        faces: Faces found on it.
        segmented: (height, width) of the view, 255 where part of a person may be
            (people.py); None: nobody looked.

    Returns:
        Pixels of the same shape, uint8 BGR; None when there is no face.

    Raises:
        MaskRefused: A face lies outside the picture.
    """
    if not faces:
        return None
    people = ovals(faces, picture.full_size_px, (picture.width_px, picture.height_px))
    if segmented is not None:
        people |= segmented
    for face in faces:
        if segmented is not None and is_seen(segmented, face, picture):
            continue
        outline = body_outline(face, reach_px=4 * sum(picture.full_size_px))
        cv2.fillPoly(people, [np.round(outline * picture.scale_xy).astype(np.int32)], (255,))
    shown = _flat(picture.width_px, picture.height_px)
    cv2.copyTo(picture.pixels_bgr, cv2.bitwise_not(people), shown)
    return shown


def face_crop(picture: Picture, face: Face, *, side_px: int) -> Pixels:
    """Return one face in its oval on a flat square of `side_px`, uint8 BGR.

    Raises:
        MaskRefused: The face lies outside the picture.
    """
    left, top, right, bottom = _oval_box(face, picture.full_size_px)
    longest = max(right - left, bottom - top)
    middle = np.array([left + right, top + bottom]) / 2 * picture.scale_xy
    to_crop = geometry.around(middle, side_px / (longest * picture.scale_xy), side_px)
    cut = geometry.square(picture.pixels_bgr, to_crop, side_px)
    opened = np.zeros((side_px, side_px), np.uint8)
    extent = side_px * np.array([right - left, bottom - top]) / longest
    middle_px = (side_px / 2, side_px / 2)
    cv2.ellipse(opened, (middle_px, (float(extent[0]), float(extent[1])), 0), 255, -1)
    crop = _flat(side_px, side_px)
    cv2.copyTo(cut, opened, crop)
    return crop


def ovals(faces: Sequence[Face], full_size_px: tuple[int, int], size_px: tuple[int, int]) -> Mask:
    """Return a mask of (height, width) uint8: 255 inside the faces' ovals, 0 outside.

    Args:
        faces: In full-size pixels.
        full_size_px: Width and height of the upright original.
        size_px: Width and height of the mask.

    Raises:
        MaskRefused: A face lies outside the picture.
    """
    width, height = size_px
    scale = np.array([width / full_size_px[0], height / full_size_px[1]] * 2)
    opened = np.zeros((height, width), np.uint8)
    for face in faces:
        left, top, right, bottom = _oval_box(face, full_size_px) * scale
        centre = (float(left + right) / 2, float(top + bottom) / 2)
        cv2.ellipse(opened, (centre, (float(right - left), float(bottom - top)), 0), 255, -1)
    return opened


def body_outline(face: Face, *, reach_px: float) -> Vector:
    """Return the corners, (6, 2) full-size pixels, of the shape a body may fill.

    Args:
        face: Gives the size and, by its landmarks, which way is down.
        reach_px: How far down the shape goes.
    """
    centre = (face.box_xyxy_px[:2] + face.box_xyxy_px[2:]) / 2
    wide, high = sorted([face.width_px, face.height_px])
    down = face.landmarks_px[3:].mean(axis=0) - face.landmarks_px[:2].mean(axis=0)
    length = float(np.hypot(*down))
    down = down / length if length > 1e-3 else np.array([0.0, 1.0])
    across = np.array([-down[1], down[0]])
    head, body = BODY_WIDE[0] * wide, BODY_WIDE[1] * wide
    corners = [
        (-head, -HEAD_ABOVE * high - high / 2),
        (head, -HEAD_ABOVE * high - high / 2),
        (body, BODY_WIDENS_OVER * high),
        (body, reach_px),
        (-body, reach_px),
        (-body, BODY_WIDENS_OVER * high),
    ]
    return np.array([centre + x * across + y * down for x, y in corners], np.float32)


def is_seen(segmented: Mask, face: Face, picture: Picture) -> bool:
    """Return whether the segmenter sees a person at a face and right below it.

    Args:
        segmented: (height, width) of the view, 255 where part of a person may be.
        face: In full-size pixels.
        picture: At the size of the view.

    Raises:
        MaskRefused: The face lies outside the picture.
    """
    parts = ovals([face], picture.full_size_px, (picture.width_px, picture.height_px))
    outline = body_outline(face, reach_px=CHEST_DEEP * face.height_px)
    middle = outline.mean(axis=0)
    narrow = (middle + (outline - middle) * CHEST_NARROW) * picture.scale_xy
    chest = np.zeros_like(parts)
    cv2.fillConvexPoly(chest, np.round(narrow).astype(np.int32), (255,))
    return all(
        not part.any() or float(segmented[part > 0].mean()) >= 255 * SEEN_SHARE
        for part in (parts, chest)
    )


def jpeg(pixels_bgr: Pixels, quality: int) -> bytes:
    """Return pixels as JPEG bytes without any metadata.

    Raises:
        MaskRefused: The encoder did not take the pixels.
    """
    written, encoded = cv2.imencode(".jpg", pixels_bgr, [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not written:
        raise MaskRefused(f"view of {pixels_bgr.shape} could not be encoded")
    return encoded.tobytes()


def _flat(width_px: int, height_px: int) -> Pixels:
    """Return (height, width, 3) pixels of the fill tone."""
    hidden = np.zeros((height_px, width_px, 3), np.uint8)
    cv2.rectangle(hidden, (0, 0), (width_px, height_px), FILL_BGR, cv2.FILLED)
    return hidden


def _oval_box(face: Face, full_size_px: tuple[int, int]) -> Vector:
    """Return the box around a face's oval, (4,) float32, before clipping.

    Raises:
        MaskRefused: The face's box does not touch the picture.
    """
    left, top, right, bottom = face.box_xyxy_px
    width, height = full_size_px
    if right <= max(left, 0) or bottom <= max(top, 0) or left >= width or top >= height:
        raise MaskRefused(f"a face box lies outside the {width}x{height} picture")
    grow = np.array([right - left, bottom - top]) * MARGIN / 2
    return np.array([left - grow[0], top - grow[1], right + grow[0], bottom + grow[1]], np.float32)
