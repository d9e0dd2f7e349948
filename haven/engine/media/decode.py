"""Decode: the bytes of a picture file to upright BGR pixels, no larger than needed.

In      the bytes, the type that sniff.py told, how large the steps need it
Out     a Picture, upright, 8 bits, blue-green-red
Fails   EmptySource; UnsupportedSource: a type without decoder; UnreadableSource: broken or cut
        off; SourceTooLarge: claims too many pixels or scans; StepOutOfMemory
Why     one place that knows colour modes, orientation and truncation of every format
Not     here: limits of time and memory (runners), metadata (metadata.py), video

JPEG goes through OpenCV, at 1/2, 1/4 or 1/8 of its size where that is still large enough:
the transform is then computed on smaller blocks, and most of the work falls away. All else
goes through Pillow. Colour profiles are left aside: they shift hues, not shapes.

Transparent parts are shown over white, as on paper. What colour they hide does not count.
"""

from collections.abc import Iterator
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from haven.engine.errors import (
    EmptySource,
    SourceTooLarge,
    StepOutOfMemory,
    UnreadableSource,
    UnsupportedSource,
)
from haven.engine.media import blocks, exif, jpeg
from haven.engine.media.pillow import check_size, opened
from haven.engine.records import FileType, Kind, Picture, Pixels

_WHITE = 255
_FILLER = 128  # grey of the blocks that libjpeg had no data for
_MAX_SCANS = 100  # each costs a pass over the picture; common progressive files have 10
_REDUCED = (  # largest reduction first
    (8, cv2.IMREAD_REDUCED_COLOR_8),
    (4, cv2.IMREAD_REDUCED_COLOR_4),
    (2, cv2.IMREAD_REDUCED_COLOR_2),
)
_DEEP_MODES = frozenset({"I", "F", "I;16", "I;16L", "I;16B", "I;16N"})
_TURNED_BY_ITS_READER = frozenset({"TIFF", "HEIF"})  # both apply the orientation themselves
_ROTATIONS = {
    3: cv2.ROTATE_180,
    6: cv2.ROTATE_90_CLOCKWISE,
    7: cv2.ROTATE_180,  # after a transposition
    8: cv2.ROTATE_90_COUNTERCLOCKWISE,
}
_MIRRORS = {2: 1, 4: 0}  # around the vertical axis, around the horizontal axis


def decode(
    content: bytes, file_type: FileType, *, long_side_px: int | None, max_pixels: int
) -> Picture:
    """Return the (first) picture in a file.

    Args:
        content: The whole file.
        file_type: What sniff.py said of it.
        long_side_px: How large the long side has to be. A larger picture is reduced to
            this, a JPEG to the nearest of 1/2, 1/4, 1/8 that is not smaller. None keeps
            the full size. Nothing is ever enlarged.
        max_pixels: Refuse a picture that claims more, before decoding it.

    Raises:
        EmptySource: There are no bytes.
        UnsupportedSource: The type has no decoder.
        UnreadableSource: No decoder accepts it, or it ends in the middle of the picture.
        SourceTooLarge: More pixels than `max_pixels`, or a JPEG with over 100 scans.
        StepOutOfMemory: The decoder could not have the memory it asked for.
    """
    if file_type.kind is Kind.EMPTY:
        raise EmptySource("file has 0 bytes")
    if file_type.decoder is None:
        raise UnsupportedSource(f"{file_type.mime} is not a type that is looked into")
    try:
        if file_type.decoder == "jpeg":
            return _decode_jpeg(content, long_side_px, max_pixels)
        return _decode_other(content, file_type, long_side_px, max_pixels)
    except MemoryError:
        raise StepOutOfMemory(f"decoding {file_type.mime} ran out of memory") from None
    except cv2.error as error:
        if error.code == cv2.Error.StsNoMem:
            raise StepOutOfMemory(f"decoding {file_type.mime} ran out of memory") from None
        raise UnreadableSource(f"decoding {file_type.mime}: OpenCV error {error.code}") from None


def _decode_jpeg(content: bytes, long_side_px: int | None, max_pixels: int) -> Picture:
    """Decode a JPEG at the smallest scale that is still large enough."""
    header = jpeg.read_header(content)
    check_size((header.width_px, header.height_px), max_pixels)
    if header.scans > _MAX_SCANS:
        raise SourceTooLarge(f"JPEG has {header.scans} scans, limit {_MAX_SCANS}")
    if header.components == 4:
        pixels = _decode_inks(content, header, long_side_px, max_pixels)
    elif header.components in (1, 3):
        pixels = _decode_colours(content, header, long_side_px)
    else:
        raise UnreadableSource(f"JPEG has {header.components} components, not 1, 3 or 4")
    turned = header.orientation > 4
    full_width = header.height_px if turned else header.width_px
    full_height = header.width_px if turned else header.height_px
    return Picture(_upright(pixels, header.orientation), full_width, full_height)


def _decode_colours(content: bytes, header: jpeg.Header, long_side_px: int | None) -> Pixels:
    """Decode a grey or colour JPEG with OpenCV, as stored (not turned).

    OpenCV gives nothing at all for a JPEG that ends before its last block, which is what
    we want. Where an end marker follows the missing part, libjpeg fills it with grey; a
    picture that ends in that grey is therefore looked at twice.
    """
    pixels = _imdecode(content, _scale_flag(header, long_side_px))
    if (pixels[-1, -8:] == _FILLER).all():
        whole = _imdecode(content, cv2.IMREAD_REDUCED_COLOR_8)
        longer = _imdecode(jpeg.with_more_data(content, header), cv2.IMREAD_REDUCED_COLOR_8)
        if not np.array_equal(whole, longer):
            raise UnreadableSource("JPEG decoder: ends in the middle of the picture")
    return pixels


def _imdecode(content: bytes, flag: int) -> Pixels:
    """Return a JPEG as OpenCV decodes it, upside down and sideways as it may be."""
    flags = flag | cv2.IMREAD_IGNORE_ORIENTATION
    pixels = cv2.imdecode(np.frombuffer(content, dtype=np.uint8), flags)
    if pixels is None:
        raise UnreadableSource("JPEG decoder: broken, or ends in the middle of the picture")
    return np.asarray(pixels, dtype=np.uint8)


def _scale_flag(header: jpeg.Header, long_side_px: int | None) -> int:
    """Return OpenCV's flag for the largest reduction that is still large enough."""
    long_side = max(header.width_px, header.height_px)
    for reduction, flag in _REDUCED:
        if long_side_px is not None and -(-long_side // reduction) >= long_side_px:
            return flag
    return cv2.IMREAD_COLOR


def _decode_inks(
    content: bytes, header: jpeg.Header, long_side_px: int | None, max_pixels: int
) -> Pixels:
    """Decode a JPEG of four inks (CMYK or YCCK), as stored (not turned).

    Adobe stores ink as its absence and says so by its marker. Pillow takes every such
    file for Adobe's, so one without the marker has to be turned round again.
    """
    with opened(content, "JPEG", max_pixels=max_pixels) as image:
        image.draft("CMYK", _target_size(image.size, long_side_px))
        inks = np.asarray(image, dtype=np.uint8)
    pixels = np.empty((*inks.shape[:2], 3), dtype=np.uint8)
    for rows in _strips(inks[..., 0]):
        strip = inks[rows] if header.is_adobe else 255 - inks[rows]
        paper = (255 - strip[..., 3:]).astype(np.uint16)
        light = (255 - strip[..., :3]) * paper  # red, green, blue, each times 255
        pixels[rows] = ((light + 127) // 255)[..., ::-1]
    return pixels


def _decode_other(
    content: bytes, file_type: FileType, long_side_px: int | None, max_pixels: int
) -> Picture:
    """Decode anything but JPEG with the one Pillow decoder of its type."""
    decoder = file_type.decoder or ""
    with opened(content, decoder, max_pixels=max_pixels) as image:
        image.load()
        is_deep = image.mode in _DEEP_MODES
        full_size_px = image.size
        see_through = image.info.get("transparency")
        found_exif = image.info.get("exif")
        samples = np.asarray(image if is_deep else _flattened(image, long_side_px))
    check_size(full_size_px, max_pixels)  # icons tell their true size only when decoded
    if is_deep:
        samples = _reduced(_eight_bits(samples, see_through), long_side_px)
    colours = cv2.COLOR_GRAY2BGR if samples.ndim == 2 else cv2.COLOR_RGB2BGR
    pixels = np.asarray(cv2.cvtColor(samples, colours), dtype=np.uint8)
    turn = 1
    if decoder == "AVIF":  # its reader put the rotation boxes into the EXIF it hands out
        turn = exif.orientation(found_exif)
    elif decoder not in _TURNED_BY_ITS_READER:
        turn = exif.orientation(blocks.exif_block(content, file_type))
    width, height = full_size_px if turn <= 4 else full_size_px[::-1]
    return Picture(_upright(pixels, turn), width, height)


def _flattened(image: Image.Image, long_side_px: int | None) -> Image.Image:
    """Return a picture as grey or RGB, over white, reduced; runs inside `opened`."""
    if image.has_transparency_data:
        layer = _shrunk(image.convert("RGBA"), long_side_px)
        paper = Image.new("RGB", layer.size, (_WHITE, _WHITE, _WHITE))
        paper.paste(layer, mask=layer.getchannel("A"))
        return paper
    mode = "L" if image.mode in ("1", "L") else "RGB"
    return _shrunk(image if image.mode == mode else image.convert(mode), long_side_px)


def _shrunk(image: Image.Image, long_side_px: int | None) -> Image.Image:
    """Return a picture reduced by area averaging; colours count as much as they cover.

    Done before the picture becomes an array: a 200-megapixel picture is then never held
    twice.
    """
    size = _target_size(image.size, long_side_px)
    return image if size == image.size else image.resize(size, Image.Resampling.BOX)


def _reduced(samples: Pixels, long_side_px: int | None) -> Pixels:
    """Return grey samples, shape (height, width), reduced by area averaging."""
    height, width = samples.shape
    size = _target_size((width, height), long_side_px)
    if size == (width, height):
        return samples
    return np.asarray(cv2.resize(samples, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def _target_size(size: tuple[int, int], long_side_px: int | None) -> tuple[int, int]:
    """Return width and height with the long side at most `long_side_px`."""
    if long_side_px is None or max(size) <= long_side_px:
        return size
    scale = long_side_px / max(size)
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _eight_bits(samples: NDArray[np.generic], see_through: object) -> Pixels:
    """Return grey samples of more than 8 bits scaled, not clipped, to 8.

    Samples of 16 bits, or whole numbers that would fit into 16, are taken as 0 to 65535
    and fractions within 0 to 1 as just that. Anything else is measured data without a
    black and a white of its own: its smallest and largest value are taken for them.

    Args:
        samples: Shape (height, width); uint16, int32 or float32, any byte order.
        see_through: The one grey value that is transparent, if it is an int.

    Raises:
        UnreadableSource: No sample is a finite number.
    """
    grey: Pixels
    if samples.dtype.kind == "u":
        grey = np.rint(np.arange(65536) / 257).astype(np.uint8)[samples]
    else:
        with np.errstate(invalid="ignore"):  # a signalling NaN is one among others here
            grey = _measured_to_grey(samples)
    if isinstance(see_through, int):
        grey[samples == see_through] = _WHITE
    return grey


def _measured_to_grey(samples: NDArray[np.generic]) -> Pixels:
    """Return int32 or float32 samples as grey; see `_eight_bits` for their black and white."""
    low, high = _range(samples)
    if samples.dtype.kind == "f":
        low, high = (0.0, 1.0) if low >= 0 and high <= 1 else (low, high)
    elif low >= 0 and high <= 65535:
        low, high = 0.0, 65535.0
    scale = 255.0 / (high - low) if high > low else 0.0
    grey = np.empty(samples.shape, dtype=np.uint8)
    for rows in _strips(samples):
        values = np.nan_to_num(samples[rows].astype(np.float64), nan=low, posinf=high, neginf=low)
        grey[rows] = np.rint((values - low) * scale)
    return grey


def _range(samples: NDArray[np.generic]) -> tuple[float, float]:
    """Return the smallest and the largest finite sample.

    Raises:
        UnreadableSource: There is none.
    """
    ends: list[float] = []
    for rows in _strips(samples):
        strip = samples[rows].astype(np.float64)
        strip = strip[np.isfinite(strip)]
        if strip.size:
            ends += [float(strip.min()), float(strip.max())]
    if not ends:
        raise UnreadableSource("picture has no sample that is a finite number")
    return min(ends), max(ends)


def _strips(samples: NDArray[Any]) -> Iterator[slice]:
    """Yield rows of about a million samples, so that wide copies of all are never held."""
    height, width = samples.shape
    step = max(1, 1_000_000 // width)
    for top in range(0, height, step):
        yield slice(top, top + step)


def _upright(pixels: Pixels, orientation: int) -> Pixels:
    """Return the picture turned as its EXIF orientation asks, in C order.

    Source: Exif 2.32, tag 0x0112: which side of the scene row 0 and column 0 show.
    """
    if orientation in (5, 7):
        pixels = np.asarray(cv2.transpose(pixels), dtype=np.uint8)
    if orientation in _ROTATIONS:
        pixels = np.asarray(cv2.rotate(pixels, _ROTATIONS[orientation]), dtype=np.uint8)
    if orientation in _MIRRORS:
        pixels = np.asarray(cv2.flip(pixels, _MIRRORS[orientation]), dtype=np.uint8)
    return np.ascontiguousarray(pixels)
