"""Blocks: where each file format keeps its EXIF.

In      the bytes of a picture file and its type
Out     the EXIF block (a TIFF structure), or None
Fails   never for want of EXIF; what a container's reader raises is UnreadableSource
Why     orientation and origin are written the same way in every container but the container
Not     here: reading the block (exif.py), pixels (decode.py)

Source: PNG 3rd edition, 11.3.4.5 (eXIf); WebP Container Specification, "Metadata"; HEIC and
AVIF by their libraries, which also know which items belong to the primary picture.
"""

import struct
from collections.abc import Callable

from haven.engine.media import jpeg
from haven.engine.media.pillow import opened
from haven.engine.records import FileType

_MAX_CHUNKS = 100_000  # 8 KB IDAT chunks of a 800 MB PNG


def exif_block(content: bytes, file_type: FileType) -> bytes | None:
    """Return the EXIF block of a picture file, or None where it has none.

    Raises:
        UnreadableSource: The container is broken before the block was found.
        StepOutOfMemory: The container's reader asked for too much.
    """
    find = _FINDERS.get(file_type.decoder or "")
    return find(content) if find else None


def _of_png(content: bytes) -> bytes | None:
    """Return the eXIf chunk, which may stand before or after the picture."""
    at = 8
    for _ in range(_MAX_CHUNKS):
        if at + 12 > len(content):
            return None
        length, name = struct.unpack_from(">I4s", content, at)
        if name == b"eXIf":
            return content[at + 8 : at + 8 + length]
        at += 12 + length
    return None


def _of_webp(content: bytes) -> bytes | None:
    """Return the EXIF chunk of a RIFF container."""
    at = 12
    for _ in range(_MAX_CHUNKS):
        if at + 8 > len(content):
            return None
        name, length = struct.unpack_from("<4sI", content, at)
        if name == b"EXIF":
            return content[at + 8 : at + 8 + length]
        at += 8 + length + length % 2
    return None


def _of_container(content: bytes, decoder: str) -> bytes | None:
    """Return what the library of a HEIC or AVIF container found."""
    with opened(content, decoder) as image:
        block = image.info.get("exif")
    return block if isinstance(block, bytes) else None


_FINDERS: dict[str, Callable[[bytes], bytes | None]] = {
    "jpeg": jpeg.exif_block,
    "PNG": _of_png,
    "WEBP": _of_webp,
    "TIFF": lambda content: content,
    "HEIF": lambda content: _of_container(content, "HEIF"),
    "AVIF": lambda content: _of_container(content, "AVIF"),
}
