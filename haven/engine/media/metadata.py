"""Metadata: what a picture says about when, where and with what it was taken.

In      the bytes of a picture file and its type
Out     Metadata: checked dates and places, cleaned names
Fails   never: metadata that is broken or hostile is absent, and does not cost the picture
Why     anyone can write it, so it is shown as a claim; what cannot be true is not shown
Not     here: reading EXIF structures (exif.py), escaping for HTML (the page's templates)

Source of tags: Exif 2.32 (CIPA DC-008), sections 4.6.4 to 4.6.6.
"""

import math
import re
import unicodedata
from dataclasses import replace
from datetime import datetime

from haven.engine.errors import SourceError, StepOutOfMemory
from haven.engine.media import blocks, exif, jpeg, serials
from haven.engine.media.exif import Block, Field
from haven.engine.records import FileType, Metadata

_MAKE, _MODEL, _SOFTWARE = 0x010F, 0x0110, 0x0131
_TAKEN_AT, _TAKEN_OFFSET = 0x9003, 0x9011
_LATITUDE_SIDE, _LATITUDE, _LONGITUDE_SIDE, _LONGITUDE = 1, 2, 3, 4
_WANTED_DETAILS = (_TAKEN_AT, _TAKEN_OFFSET, serials.BODY_SERIAL, serials.MAKER_NOTE)
_WANTED_PLACE = (_LATITUDE_SIDE, _LATITUDE, _LONGITUDE_SIDE, _LONGITUDE)
_MAX_CHARACTERS = 120
_FIRST_YEAR = 1826  # the oldest photograph that still exists
_TIME = re.compile(rb"(\d{4})[:-](\d\d)[:-](\d\d)[ T](\d\d):(\d\d):(\d\d)(?!\d)")
_OFFSET = re.compile(rb"([+-])(\d\d):([0-5]\d)(?!\d)")
_MAX_OFFSET_HOURS = 14  # UTC+14, the Line Islands


def read(content: bytes, file_type: FileType) -> Metadata:
    """Return what the file says of its origin; an empty Metadata where it says nothing.

    Args:
        content: The whole file.
        file_type: What sniff.py said of it.
    """
    try:
        found = blocks.exif_block(content, file_type)
    except (SourceError, StepOutOfMemory):
        return Metadata()
    block = exif.open_block(found) if found else None
    metadata = of_block(block) if block else Metadata()
    if file_type.decoder == "jpeg":
        metadata = replace(metadata, common_quality=jpeg.common_quality(content))
    if metadata.camera_serial is None and file_type.decoder == "jpeg":
        packets = jpeg.xmp_packets(content)
        return _with_serial(metadata, serials.from_xmp(packets))
    return metadata


def of_block(block: Block) -> Metadata:
    """Return the metadata of an EXIF block."""
    wanted = (_MAKE, _MODEL, _SOFTWARE, exif.EXIF_DIRECTORY, exif.GPS_DIRECTORY)
    base = block.directory(block.first, wanted)
    details = _below(block, base.get(exif.EXIF_DIRECTORY), _WANTED_DETAILS)
    place = _below(block, base.get(exif.GPS_DIRECTORY), _WANTED_PLACE)
    latitude, longitude = _place(place)
    make = _text(base[_MAKE].raw) if _MAKE in base else None
    serial = serials.from_exif(block, details, make or "")
    return Metadata(
        taken_at=_time(details),
        gps_lat=latitude,
        gps_lon=longitude,
        camera_make=make,
        camera_model=_text(base[_MODEL].raw) if _MODEL in base else None,
        camera_serial=_text(serial) if serial else None,
        software=_text(base[_SOFTWARE].raw) if _SOFTWARE in base else None,
        has_maker_note=serials.MAKER_NOTE in details,
    )


def _below(block: Block, pointer: Field | None, wanted: tuple[int, ...]) -> dict[int, Field]:
    """Return the wanted fields of the directory that a pointer leads to."""
    offset = pointer.whole_number() if pointer else None
    return block.directory(offset, wanted) if offset else {}


def _with_serial(metadata: Metadata, serial: bytes | None) -> Metadata:
    """Return the metadata with a serial number found outside EXIF."""
    return replace(metadata, camera_serial=_text(serial)) if serial else metadata


def _time(details: dict[int, Field]) -> str | None:
    """Return when the picture was taken, ISO 8601, local time as the camera knew it.

    Only DateTimeOriginal counts: the other dates of a file are those of scanning and
    editing. An offset is added only where the file gives one that exists on Earth.
    """
    if _TAKEN_AT not in details or not (found := _TIME.match(details[_TAKEN_AT].raw.strip())):
        return None
    year, month, day, hour, minute, second = (int(part) for part in found.groups())
    try:
        taken_at = datetime(year, month, day, hour, minute, second)  # noqa: DTZ001  # zone untold
    except ValueError:  # the 30th of February
        return None
    if year < _FIRST_YEAR:
        return None
    told = details[_TAKEN_OFFSET].raw.strip() if _TAKEN_OFFSET in details else b""
    offset = _OFFSET.match(told)
    if offset is None or int(offset[2]) > _MAX_OFFSET_HOURS:
        return taken_at.isoformat()
    return taken_at.isoformat() + offset[0].decode("ascii")


def _place(fields: dict[int, Field]) -> tuple[float | None, float | None]:
    """Return latitude and longitude in degrees, or None for both.

    Half a place is no place, and neither is one without its hemisphere. Exactly 0,0 is
    what cameras write that never had a signal.
    """
    latitude = _degrees(fields.get(_LATITUDE), fields.get(_LATITUDE_SIDE), b"NS", 90)
    longitude = _degrees(fields.get(_LONGITUDE), fields.get(_LONGITUDE_SIDE), b"EW", 180)
    if latitude is None or longitude is None or (latitude == 0 and longitude == 0):
        return None, None
    return latitude, longitude


def _degrees(value: Field | None, side: Field | None, sides: bytes, limit: int) -> float | None:
    """Return degrees, minutes and seconds as signed degrees, or None.

    Args:
        value: One to three numbers.
        side: The hemisphere, a letter.
        sides: The positive and the negative letter.
        limit: Largest degrees.
    """
    letter = side.raw[:1].upper() if side else b""
    parts = value.numbers()[:3] if value else ()
    if letter not in (sides[:1], sides[1:]) or not parts:
        return None
    if not all(math.isfinite(part) and part >= 0 for part in parts):
        return None
    if any(part >= 60 for part in parts[1:]):
        return None
    degrees = sum(part / (1, 60, 3600)[power] for power, part in enumerate(parts))
    if degrees > limit:
        return None
    return round(-degrees if letter == sides[1:] else degrees, 7)  # 1e-7 degrees is a centimetre


def _text(raw: bytes) -> str | None:
    """Return text that can stand in a line of a screen or a report, or None if none is left.

    Control characters, and the invisible ones that turn or hide the text around them,
    are taken out; white space becomes single spaces. Markup stays: it is text.
    """
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = raw.decode("latin-1")
    shown = "".join(_shown(sign) for sign in text)
    return " ".join(shown.split())[:_MAX_CHARACTERS].strip() or None


def _shown(sign: str) -> str:
    """Return a character as it may be shown: itself, a space, or nothing."""
    if sign.isspace() or sign == "\0":
        return " "
    return "" if unicodedata.category(sign).startswith("C") else sign
