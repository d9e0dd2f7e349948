"""JPEG headers: what has to be known before the first block is decoded.

In      the bytes of a JPEG file
Out     a Header: size as stored, components, orientation, EXIF block, number of scans
Fails   UnreadableSource: not a JPEG, or no picture follows its headers
Why     a general library takes milliseconds for this; here it is a walk along the markers
Not     here: pixels (decode.py), meaning of the EXIF fields (metadata.py)

Source of markers and layouts: ITU-T T.81, annex B; Adobe marker: ISO/IEC 10918-6, 6.5.3.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from haven.engine.errors import UnreadableSource
from haven.engine.media import exif

_START_OF_SCAN = 0xDA
_END_OF_IMAGE = 0xD9
_APP1, _APP14 = 0xE1, 0xEE
_TABLES = 0xDB
_STANDALONE = frozenset({0x00, 0x01, 0xD8, *range(0xD0, 0xD8)})  # no length follows
_FRAMES = frozenset(set(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC})
_SCAN_PAIR = 0xDAFF  # 0xff 0xda, read as a little-endian number
_FEW_SCANS = 20  # progressive files have about 10
_MAX_SEGMENTS = 5000  # 65 KB each; ICC profiles and depth maps of phones take a few hundred


_LUMINANCE = np.array(  # table K.1 of ITU-T T.81, in zigzag order
    [
        *(16, 11, 12, 14, 12, 10, 16, 14, 13, 14, 18, 17, 16, 19, 24, 40),
        *(26, 24, 22, 22, 24, 49, 35, 37, 29, 40, 58, 51, 61, 60, 57, 51),
        *(56, 55, 64, 72, 92, 78, 64, 68, 87, 69, 55, 56, 80, 109, 81, 87),
        *(95, 98, 103, 104, 103, 62, 77, 113, 121, 112, 100, 120, 92, 101, 103, 99),
    ],
    dtype=np.int64,
)


@dataclass(frozen=True, slots=True)
class Header:
    """Facts of a JPEG file, sizes before it is turned upright."""

    width_px: int
    height_px: int
    components: int  # 1 grey, 3 colour, 4 inks
    bits: int  # per sample
    is_adobe: bool  # says how inks and colours are stored; inks are then inverted
    orientation: int  # EXIF, 1 to 8
    exif: bytes | None
    scans: int  # 1 for baseline, about 10 for progressive; below 20 it may be too high
    coded_at: int  # where the coded data of the first scan begins, bytes


def read_header(content: bytes) -> Header:
    """Return the header of the first picture in a JPEG file.

    Raises:
        UnreadableSource: No start, no frame, or no scan where the format wants one.
    """
    if content[:2] != b"\xff\xd8":
        raise UnreadableSource("JPEG does not begin with its start marker")
    frame: tuple[int, int, int, int] | None = None
    block: bytes | None = None
    is_adobe = False
    at = 2
    for _ in range(_MAX_SEGMENTS):
        marker, body, at = _next_segment(content, at)
        if marker == _START_OF_SCAN:
            break
        if marker in _FRAMES and frame is None:
            frame = _frame(body)
        elif marker == _APP1 and block is None and body[:6] == b"Exif\x00\x00":
            block = body[6:]
        elif marker == _APP14 and body[:5] == b"Adobe":
            is_adobe = True
    else:
        raise UnreadableSource(f"JPEG has more than {_MAX_SEGMENTS} segments before its picture")
    if frame is None:
        raise UnreadableSource("JPEG has no frame header before its first scan")
    bits, height, width, components = frame
    return Header(
        width_px=width,
        height_px=height,
        components=components,
        bits=bits,
        is_adobe=is_adobe,
        orientation=exif.orientation(block),
        exif=block,
        scans=_count_scans(content, at),
        coded_at=at,
    )


def common_quality(content: bytes) -> int | None:
    """Return at which quality the common library writes the luminance table of a JPEG.

    Returns:
        1 to 100; 0 where it has a table of its own, as many cameras and some programs do;
        None where it has none that can be read.

    Source: ITU-T T.81, table K.1, and the scaling of the Independent JPEG Group's library.
    """
    table = _first_table(content)
    if table is None:
        return None
    for quality in range(100, 0, -1):
        scale = 5000 // quality if quality < 50 else 200 - 2 * quality
        if (np.clip((_LUMINANCE * scale + 50) // 100, 1, 255) == table).all():
            return quality
    return 0


def _first_table(content: bytes) -> NDArray[np.int64] | None:
    """Return the quantisation table 0 of a JPEG in its order on disk, shape (64,), or None."""
    at = 2
    for _ in range(_MAX_SEGMENTS):
        try:
            marker, body, at = _next_segment(content, at)
        except UnreadableSource:
            return None
        if marker == _START_OF_SCAN:
            return None
        if marker != _TABLES:
            continue
        while len(body) >= 65:
            wide, number = divmod(body[0], 16)
            length = 128 if wide else 64
            if number == 0 and len(body) > length:
                kind = ">u2" if wide else "u1"
                return np.frombuffer(body[1 : 1 + length], kind).astype(np.int64)
            body = body[1 + length :]
    return None


def exif_block(content: bytes) -> bytes | None:
    """Return the first EXIF block of a JPEG file, or None where it has none."""
    return next(_app1_bodies(content, b"Exif\x00\x00"), None)


def xmp_packets(content: bytes) -> Iterator[bytes]:
    """Yield the XMP packets of a JPEG file, 65 KB at most each."""
    return _app1_bodies(content, b"http://ns.adobe.com/xap/1.0/\x00")


def with_more_data(content: bytes, header: Header) -> bytes:
    """Return the file with made-up coded data before its end marker.

    A decoder that has all its blocks skips it; one that had run out of data would take it
    for picture. So whether the two files decode alike tells whether the first was whole.
    """
    end = content.find(b"\xff\xd9", header.coded_at)
    made_up = bytes(range(250)) * 16  # begins with 0: a last 0xff stays data; has no 0xff
    return content[:end] + made_up + content[end:] if end >= 0 else content


def _app1_bodies(content: bytes, name: bytes) -> Iterator[bytes]:
    """Yield what follows a name in segments of APP1, up to the first scan or a broken header."""
    at = 2
    for _ in range(_MAX_SEGMENTS):
        try:
            marker, body, at = _next_segment(content, at)
        except UnreadableSource:  # decoding says so; what stands before is still good
            return
        if marker == _START_OF_SCAN:
            return
        if marker == _APP1 and body.startswith(name):
            yield body[len(name) :]


def _next_segment(content: bytes, at: int) -> tuple[int, bytes, int]:
    """Return marker, body and the position after the next segment with a length.

    Bytes between segments are skipped, as libjpeg does.
    """
    while True:
        at = content.find(b"\xff", at) + 1
        if at == 0 or at >= len(content):
            raise UnreadableSource("JPEG ends before its picture begins")
        marker = content[at]
        if marker == 0xFF or marker in _STANDALONE:
            continue
        if marker == _END_OF_IMAGE:
            raise UnreadableSource("JPEG ends before its picture begins")
        break
    if at + 3 > len(content):
        raise UnreadableSource("JPEG ends inside a header")
    (length,) = struct.unpack_from(">H", content, at + 1)
    end = at + 1 + length
    if length < 2 or end > len(content):
        raise UnreadableSource(f"JPEG has a header of {length} bytes that is cut off")
    return marker, content[at + 3 : end], end


def _frame(body: bytes) -> tuple[int, int, int, int]:
    """Return bits, height, width and components of a frame header."""
    if len(body) < 6:
        raise UnreadableSource(f"JPEG frame header has {len(body)} bytes, not 6 or more")
    bits, height, width, components = struct.unpack_from(">BHHB", body)
    if not (width and height):
        raise UnreadableSource(f"JPEG says it is {width}x{height} pixels")
    return bits, height, width, components


def _count_scans(content: bytes, at: int) -> int:
    """Return how many scans the picture has, the first included.

    In coded data 0xff never stands before a marker byte, so counting needs no parser. What
    follows the end marker (a second picture, a video, a zip) is told from the picture only
    where there is much to count: looking for that marker costs as much as a tenth of
    decoding, and the count in pairs of bytes hardly anything.
    """
    coded = np.frombuffer(content, dtype=np.uint8, offset=at)
    found = 0
    for pairs in (coded[: len(coded) // 2 * 2], coded[1 : 1 + (len(coded) - 1) // 2 * 2]):
        found += int(np.count_nonzero(pairs.view("<u2") == _SCAN_PAIR))
    if found < _FEW_SCANS:
        return 1 + found
    end = content.find(b"\xff\xd9", at)
    return 1 + content.count(b"\xff\xda", at, end if end >= 0 else len(content))
