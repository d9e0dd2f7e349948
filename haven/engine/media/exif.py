"""EXIF: the few fields that are wanted, out of a block that anyone may have forged.

In      a TIFF structure, as it stands in EXIF blocks and in TIFF files
Out     single fields of one directory, as numbers or bytes
Fails   never: what is not there, cut off or of another type is simply absent
Why     orientation is needed for every picture, so it has to be cheap, and a reader that only
        looks up what it was asked for cannot be sent in circles or be made to allocate
Not     here: what the fields mean to a person (metadata.py), finding the block (blocks.py)

Source of layouts and tags: TIFF 6.0, section 2; Exif 2.32 (CIPA DC-008), sections 4.6.2 to 4.6.6.
"""

import struct
from collections.abc import Collection
from dataclasses import dataclass

ORIENTATION = 0x0112
EXIF_DIRECTORY = 0x8769
GPS_DIRECTORY = 0x8825

_MAX_ENTRIES = 1024  # the fullest directory seen in camera files has about 70
_MAX_VALUE_BYTES = 4096  # every field wanted here is shorter; maker notes are read by place
_SIZE_OF_TYPE = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 13: 4}
_FORMAT_OF_TYPE = {1: "B", 3: "H", 4: "I", 6: "b", 8: "h", 9: "i", 13: "I"}


@dataclass(frozen=True, slots=True)
class Field:
    """One entry of a directory; `raw` holds at most 4096 bytes of its value."""

    kind: int  # TIFF type, 1 to 13
    raw: bytes
    place: int  # where in the block the value begins, bytes
    order: str  # "<" or ">"

    def numbers(self) -> tuple[float, ...]:
        """Return the value as numbers; a fraction over zero is NaN; () if it is not numeric."""
        if self.kind in (5, 10):
            letter = "I" if self.kind == 5 else "i"
            parts = struct.unpack(f"{self.order}{len(self.raw) // 8 * 2}{letter}", self._whole(8))
            pairs = zip(parts[::2], parts[1::2], strict=True)
            return tuple(top / bottom if bottom else float("nan") for top, bottom in pairs)
        letter = _FORMAT_OF_TYPE.get(self.kind, "")
        if not letter:
            return ()
        size = _SIZE_OF_TYPE[self.kind]
        count = len(self.raw) // size
        return struct.unpack(f"{self.order}{count}{letter}", self._whole(size))

    def whole_number(self) -> int | None:
        """Return the first number if it is a whole one."""
        first = self.numbers()[:1]
        return int(first[0]) if first and self.kind in _FORMAT_OF_TYPE else None

    def _whole(self, size: int) -> bytes:
        """Return the value without a last element that is cut off."""
        return self.raw[: len(self.raw) // size * size]


@dataclass(frozen=True, slots=True)
class Block:
    """A TIFF structure: its bytes, byte order and where its first directory lies."""

    content: bytes
    order: str  # "<" or ">"
    first: int  # byte offset of the first directory

    def directory(self, offset: int, wanted: Collection[int]) -> dict[int, Field]:
        """Return the wanted fields of one directory; the first of a tag counts.

        Args:
            offset: Where the directory begins in the block, bytes.
            wanted: Tags to look for.
        """
        if not 0 < offset <= len(self.content) - 2:
            return {}
        (count,) = struct.unpack_from(f"{self.order}H", self.content, offset)
        room = (len(self.content) - offset - 2) // 12
        entries = self.content[offset + 2 : offset + 2 + 12 * min(count, room, _MAX_ENTRIES)]
        found: dict[int, Field] = {}
        for number, entry in enumerate(struct.iter_unpack(f"{self.order}HHI4s", entries)):
            tag, kind, amount, inline = entry
            if tag in wanted and tag not in found and kind in _SIZE_OF_TYPE:
                inline_at = offset + 2 + 12 * number + 8
                found[tag] = self._field(kind, amount, inline, inline_at)
        return found

    def _field(self, kind: int, amount: int, inline: bytes, inline_at: int) -> Field:
        """Return a field whose value stands in the entry or where the entry points."""
        size = _SIZE_OF_TYPE[kind] * amount
        if size <= 4:
            return Field(kind, inline[:size], inline_at, self.order)
        (place,) = struct.unpack(f"{self.order}I", inline)
        end = place + min(size, _MAX_VALUE_BYTES)
        return Field(kind, self.content[place:end], place, self.order)


def open_block(content: bytes) -> Block | None:
    r"""Return a TIFF structure ready to be read, or None where the bytes are none.

    Args:
        content: From the byte order mark on; a leading `Exif\0\0` is skipped.
    """
    if content[:6] == b"Exif\x00\x00":
        content = content[6:]
    order = {b"II*\x00": "<", b"MM\x00*": ">"}.get(content[:4])
    if order is None or len(content) < 8:
        return None
    (first,) = struct.unpack_from(f"{order}I", content, 4)
    return Block(content, order, first)


def orientation(content: bytes | None) -> int:
    """Return the EXIF orientation, 1 to 8; 1 (upright) where there is no valid one."""
    block = open_block(content) if content else None
    if block is None:
        return 1
    field = block.directory(block.first, (ORIENTATION,)).get(ORIENTATION)
    value = field.whole_number() if field else None
    return value if value is not None and 1 <= value <= 8 else 1
