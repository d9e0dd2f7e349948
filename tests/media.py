"""Pictures for tests: drawn here, benign, always the same.

In      a size and a seed; what a camera might have written beside the picture
Out     pixels, and files of every format and colour mode that Haven looks into
Why     no real picture enters the repository, and a test should show what it is about
Not     here: broken and hostile files (hostile.py); photographs of faces (the public test media)
"""

import io
import os
from pathlib import Path

import numpy as np
import pillow_heif
import pytest
from PIL import Image, ImageDraw

ORIENTATION = 0x0112


def scene(width: int = 320, height: int = 240, *, seed: int = 1) -> Image.Image:
    """Return an RGB picture of a sky, a field and coloured shapes."""
    draw_at = np.random.default_rng(seed)
    rows = np.linspace(0, 1, height)[:, None]
    columns = np.linspace(0, 1, width)[None, :]
    red = 255 * rows * (0.4 + 0.6 * columns)
    green = 90 + 120 * np.sin(3 * columns + 2 * rows) ** 2
    blue = 255 * (1 - rows) * (1 - 0.5 * columns)
    image = Image.fromarray(np.dstack([red, green, blue]).astype(np.uint8))
    pen = ImageDraw.Draw(image)
    for number in range(12):
        x, y = draw_at.integers(0, width), draw_at.integers(0, height)
        size = int(draw_at.integers(min(width, height) // 12 + 1, min(width, height) // 3 + 2))
        colour = tuple(int(part) for part in draw_at.integers(0, 256, 3))
        shape = pen.ellipse if number % 2 else pen.rectangle
        shape((int(x), int(y), int(x) + size, int(y) + size), fill=colour)
    return image


def flag(width: int = 60, height: int = 40) -> Image.Image:
    """Return a picture that shows at a glance how it was turned.

    White, with a red square at the top left, a blue one at the top right and a green one
    at the bottom left; each a quarter of the short side.
    """
    image = Image.new("RGB", (width, height), (255, 255, 255))
    pen = ImageDraw.Draw(image)
    edge = min(width, height) // 4
    pen.rectangle((0, 0, edge, edge), fill=(255, 0, 0))
    pen.rectangle((width - 1 - edge, 0, width, edge), fill=(0, 0, 255))
    pen.rectangle((0, height - 1 - edge, edge, height), fill=(0, 160, 0))
    return image


def encoded(image: Image.Image, pillow_format: str = "JPEG", **options: object) -> bytes:
    """Return a picture as a file of a Pillow format; options go to Pillow."""
    if pillow_format == "HEIF":
        pillow_heif.register_heif_opener()
    stream = io.BytesIO()
    image.save(stream, pillow_format, **options)
    return stream.getvalue()


def exif(
    *,
    base: dict[int, object] | None = None,
    details: dict[int, object] | None = None,
    place: dict[int, object] | None = None,
) -> bytes:
    """Return an EXIF block with tags of its three directories."""
    block = Image.Exif()
    block.update(base or {})
    block.get_ifd(0x8769).update(details or {})
    block.get_ifd(0x8825).update(place or {})
    return block.tobytes()


def sideways(image: Image.Image, orientation: int) -> Image.Image:
    """Return a picture as a camera stores it that writes this EXIF orientation."""
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }.get(orientation)
    return image if undo is None else image.transpose(undo)


def public_media(folder: str) -> Path:
    """Return a folder of the public test media, or skip the test where it is absent."""
    beside = Path(__file__).parents[2] / "shared" / "media"
    found = Path(os.environ.get("HAVEN_TEST_MEDIA", beside)) / folder
    if not found.is_dir():
        pytest.skip(f"public test media absent: set HAVEN_TEST_MEDIA (no folder {folder!r})")
    return found
