"""Serials: where cameras keep the number that no other camera of the make has.

In      the EXIF of a picture, and for a JPEG its XMP packets
Out     the serial number as bytes or digits of the file, not yet cleaned, or None
Fails   never: unknown makers and broken notes have no number
Why     pictures of one camera are often pictures of one person; few facts weigh as much
Not     here: cleaning the text for a screen (metadata.py)

Source: Exif 2.32, 4.6.5 (BodySerialNumber). Maker notes are nobody's standard: ExifTool's
documented tag tables for Canon (0x000c), Nikon (0x001d, 0x00a0) and Olympus (equipment
0x0101). XMP: aux:SerialNumber of the Camera Raw namespace, exifEX:BodySerialNumber.
"""

import html
import re
from collections.abc import Iterable

from haven.engine.media.exif import Block, Field, open_block

BODY_SERIAL = 0xA431
MAKER_NOTE = 0x927C
_CANON_SERIAL = 0x000C
_NIKON_SERIALS = (0x001D, 0x00A0)
_OLYMPUS_EQUIPMENT, _OLYMPUS_SERIAL = 0x2010, 0x0101
_IN_XMP = re.compile(
    rb"\b(?:aux:SerialNumber|exifEX:BodySerialNumber)(?:=[\"']|>)([^<\"']{1,200})[<\"']"
)


def from_exif(block: Block, fields: dict[int, Field], make: str) -> bytes | None:
    """Return the serial number of the camera body.

    Args:
        block: The EXIF block.
        fields: Of its EXIF directory; `BODY_SERIAL` and `MAKER_NOTE` are looked at.
        make: Who made the camera, as the file says.
    """
    if BODY_SERIAL in fields:
        return fields[BODY_SERIAL].raw
    note = fields.get(MAKER_NOTE)
    if note is None:
        return None
    name = make.lower()
    if name.startswith("canon"):
        return _of_canon(block, note)
    if name.startswith("nikon"):
        return _of_nikon(block, note)
    if name.startswith(("olympus", "om digital")):
        return _of_olympus(block, note)
    return None


def from_xmp(packets: Iterable[bytes]) -> bytes | None:
    """Return the serial number that an editor copied into XMP, the first one found.

    Looked for as text: a parser for XML would have to be guarded against the file.
    """
    for packet in packets:
        found = _IN_XMP.search(packet)
        if found:
            text = html.unescape(found[1].decode("utf-8", "replace"))
            return text.encode("utf-8", "replace")
    return None


def _of_canon(block: Block, note: Field) -> bytes | None:
    """Return the number on the body: ten digits, kept as one whole number."""
    field = block.directory(note.place, (_CANON_SERIAL,)).get(_CANON_SERIAL)
    number = field.whole_number() if field else None
    return b"%010d" % number if number else None


def _of_nikon(block: Block, note: Field) -> bytes | None:
    """Return the number from a note that holds a TIFF structure of its own."""
    if not note.raw.startswith(b"Nikon\x00\x02"):
        return None
    inner = open_block(block.content[note.place + 10 :])
    if inner is None:
        return None
    fields = inner.directory(inner.first, _NIKON_SERIALS)
    found = next((fields[tag].raw for tag in _NIKON_SERIALS if tag in fields), None)
    return found.removeprefix(b"NO=") if found else None


def _of_olympus(block: Block, note: Field) -> bytes | None:
    """Return the number from the equipment directory; places count from the note's start."""
    order = {b"OLYMPUS\x00II": "<", b"OLYMPUS\x00MM": ">"}.get(note.raw[:10])
    if order is None:
        return None
    inner = Block(block.content[note.place :], order, 12)
    pointer = inner.directory(inner.first, (_OLYMPUS_EQUIPMENT,)).get(_OLYMPUS_EQUIPMENT)
    place = pointer.whole_number() if pointer else None
    field = inner.directory(place, (_OLYMPUS_SERIAL,)).get(_OLYMPUS_SERIAL) if place else None
    return field.raw if field else None
