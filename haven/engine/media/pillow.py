"""Pillow: opened with one decoder, under our own limits, its errors put into our words.

In      the bytes of a file and the name of the one format they may be
Out     a Pillow image, open, not yet decoded
Fails   UnreadableSource, SourceTooLarge, StepOutOfMemory: whatever Pillow, its plugins or
        their libraries raise while the block is open
Why     a plugin meets hostile bytes with whatever exception comes first; nobody else in the
        engine should have to know that list
Not     here: choosing the format (sniff.py), turning it into BGR (decode.py)

Pillow keeps its limits in module globals, so one process decodes one picture at a time.
"""

import struct
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from io import BytesIO

from PIL import Image, ImageFile

from haven.engine.errors import SourceTooLarge, StepOutOfMemory, UnreadableSource

# What thousands of damaged files of every format raised (tests/engine/test_decode.py).
# EngineError is none of these, so ours pass through untouched.
DECODER_ERRORS = (
    OSError,
    EOFError,
    SyntaxError,  # Pillow's word for "not this format"
    ValueError,
    TypeError,
    LookupError,
    ArithmeticError,
    AttributeError,
    AssertionError,
    RuntimeError,
    struct.error,
    zlib.error,
)


@contextmanager
def opened(
    content: bytes, decoder: str, *, max_pixels: int | None = None
) -> Iterator[Image.Image]:
    """Open a picture with exactly one Pillow format; close it at the end of the block.

    Everything that Pillow does inside the block is covered, decoding too, so the block
    should hold calls into Pillow and nothing else.

    Args:
        content: The whole file.
        decoder: A Pillow format, such as "PNG".
        max_pixels: Limit for the picture and for pictures inside it (icons hold PNGs);
            None where nothing will be decoded.

    Raises:
        UnreadableSource: The decoder does not accept the bytes, or they end too early.
        SourceTooLarge: The picture is over `max_pixels`.
        StepOutOfMemory: The decoder could not have the memory it asked for.
    """
    _prepare(decoder)
    limit_before, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, max_pixels
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about metadata, and bombs, which we refuse ourselves
            with Image.open(BytesIO(content), formats=[decoder]) as image:
                check_size(image.size, max_pixels)
                yield image
    except MemoryError:
        raise StepOutOfMemory(f"{decoder} decoder ran out of memory") from None
    except Image.DecompressionBombError:
        raise SourceTooLarge(f"{decoder} holds a picture over {max_pixels} pixels") from None
    except DECODER_ERRORS as error:
        raise UnreadableSource(f"{decoder} decoder: {_reason(error)}") from None
    finally:
        Image.MAX_IMAGE_PIXELS = limit_before


def check_size(size: tuple[int, int], max_pixels: int | None) -> None:
    """Raise SourceTooLarge where width times height is over the limit."""
    width, height = size
    if max_pixels is not None and width * height > max_pixels:
        raise SourceTooLarge(f"picture is {width}x{height} pixels, limit {max_pixels} in all")


def _prepare(decoder: str) -> None:
    """Make sure that truncated pictures are errors and that HEIC can be opened."""
    ImageFile.LOAD_TRUNCATED_IMAGES = False  # another library may have turned it on
    if decoder == "HEIF":
        _register_heif()


@cache
def _register_heif() -> None:
    """Register the HEIC plugin; on first use, because loading it takes 40 ms."""
    import pillow_heif

    pillow_heif.register_heif_opener(thumbnails=False, decode_threads=1)


def _reason(error: Exception) -> str:
    """Return the kind of error; the decoder's own words may quote the file's content."""
    truncated = "truncated" in str(error) or isinstance(error, EOFError)
    return "ends in the middle of the picture" if truncated else type(error).__name__
