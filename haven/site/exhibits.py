"""Exhibits of the demonstration: public photographs laid out like seized folders.

In      the demonstration pictures by name; an empty folder
Out     a phone and a backup disk: originals, copies as phones and messengers make them
        (smaller, cropped, turned, saved again), exact duplicates, a picture under a wrong
        name, a cut-off one, an empty file and a text
Fails   KeyError: the catalogue lacks a picture; OSError: the disk
Why     the same files every time, so that what the demonstration shows can be tested
Not     here: opening the case (demo.py)

Dates, camera and place in the copies are made up; the folder names are those that phones use.
"""

import io
import os
import shutil
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from PIL import ExifTags, Image

Laid = Mapping[str, Path]  # label of an exhibit: its folder

PHONE, DISK = "Phone, found in the car", "Backup disk, from the desk"
TAKEN = datetime(2026, 2, 14, 15, 4, tzinfo=UTC)
CAMERA = ("Nordlys", "N1")  # no such maker
PLACE = ((59.0, 54.0, 50.0), (10.0, 45.0, 8.0))  # degrees, minutes, seconds: Oslo, north and east
CUT_OFF_AT = 0.4  # of the bytes of a JPEG; the header is whole, the picture is not
SCREEN_PX = (1080, 1920)
SCREEN_COLOUR = (24, 28, 34)

# Where each picture lies on the phone, and how it got there.
DCIM = (
    ("IMG_0021.JPG", "obama-1"),
    ("IMG_0022.JPG", "biden-1"),
    ("IMG_0023.JPG", "astronaut"),
    ("IMG_0024.JPG", "cat"),
    ("IMG_0025.JPG", "coffee"),
    ("IMG_0026.JPG", "obama-2"),
)
MESSAGES = (
    ("IMG-20260301-WA0001.jpg", "biden-1"),
    ("IMG-20260301-WA0002.jpg", "obama-3"),
    ("IMG-20260302-WA0000.jpg", "astronaut"),
    ("IMG-20260302-WA0001.jpg", "rocket"),
    ("IMG-20260302-WA0004.jpg", "obama-half-1"),
)
SCREENSHOTS = (
    ("Screenshot_20260305-091500.png", "obama-1"),
    ("Screenshot_20260305-091733.png", "astronaut"),
)
DISK_ORIGINALS = (
    ("2025/summer/a1.jpg", "obama-1"),
    ("2025/summer/a2.jpg", "obama-2"),
    ("2025/summer/a3.jpg", "obama-3"),
    ("2025/summer/a4.png", "obama-4"),
    ("2025/summer/b1.jpg", "biden-1"),
    ("2025/summer/c1.png", "astronaut"),
    ("2025/summer/half.jpg", "obama-half-2"),
    ("2025/summer copy/a1.jpg", "obama-1"),
    ("2025/summer copy/c1.png", "astronaut"),
    ("pictures/camera.png", "photographer"),
    ("pictures/cat.png", "cat"),
    ("pictures/coffee.png", "coffee"),
    ("pictures/rocket.jpg", "rocket"),
    ("pictures/sky.jpg", "galaxies"),
    ("pictures/clock.png", "clock"),
    ("pictures/coins.png", "coins"),
    ("pictures/wall.png", "bricks"),
    ("pictures/garden.png", "grass"),
)


def lay_out(pictures: Mapping[str, Path], folder: Path) -> Laid:
    """Write both exhibits; what an earlier, broken-off start left is replaced.

    Args:
        pictures: The demonstration pictures by their short names.
        folder: Where to; its content is replaced as a whole.

    Returns:
        Label and folder of each exhibit.
    """
    unfinished = folder.with_name(folder.name + ".unfinished")
    for left in (unfinished, folder):
        shutil.rmtree(left, ignore_errors=True)
    _phone(pictures, unfinished / "phone")
    _disk(pictures, unfinished / "disk")
    unfinished.rename(folder)
    return {PHONE: folder / "phone", DISK: folder / "disk"}


def _phone(pictures: Mapping[str, Path], folder: Path) -> None:
    """Write the phone: its own photographs, what messengers sent, screenshots."""
    for number, (name, picture) in enumerate(DCIM):
        _write(folder / "DCIM" / "100APPLE" / name, as_camera(pictures[picture], number))
    for name, picture in MESSAGES:
        _write(folder / "WhatsApp Images" / name, as_message(pictures[picture]))
    for name, picture in SCREENSHOTS:
        _write(folder / "Screenshots" / name, as_screenshot(pictures[picture]))
    # A picture may hide under another name; type is told by content.
    _write(folder / "Documents" / "timetable.pdf", pictures["biden-1"].read_bytes())
    _write(folder / "Documents" / "packing list.txt", b"towel\nlamp\nmap\n")


def _disk(pictures: Mapping[str, Path], folder: Path) -> None:
    """Write the disk: originals, duplicates, cropped copies, damaged files."""
    for name, picture in DISK_ORIGINALS:
        _write(folder / name, pictures[picture].read_bytes())
    for name, picture in (("b2.jpg", "biden-1"), ("c2.jpg", "astronaut")):
        _write(folder / "2025" / "edited" / name, as_cropped(pictures[picture]))
    whole = pictures["obama-2"].read_bytes()
    _write(folder / "2025" / "edited" / "a2 (1).jpg", whole[: int(len(whole) * CUT_OFF_AT)])
    _write(folder / "2025" / "edited" / "new.jpg", b"")


def as_camera(picture: Path, number: int) -> bytes:
    """Return a JPEG as a phone's camera writes it: turned by EXIF, with time and place."""
    with Image.open(picture) as opened:
        image = opened.convert("RGB")
    exif = Image.Exif()
    base, own, place = ExifTags.Base, ExifTags.IFD.Exif, ExifTags.GPS
    exif[base.Make], exif[base.Model] = CAMERA
    if number % 2:
        image = image.transpose(Image.Transpose.ROTATE_90)
        exif[base.Orientation] = 6  # shown a quarter turn clockwise: upright again
    taken = TAKEN.replace(minute=TAKEN.minute + number).strftime("%Y:%m:%d %H:%M:%S")
    exif[base.DateTime] = taken
    exif.get_ifd(own)[base.DateTimeOriginal] = taken
    if number % 3 == 0:
        north, east = PLACE
        exif.get_ifd(ExifTags.IFD.GPSInfo).update(
            {
                place.GPSLatitudeRef: "N",
                place.GPSLatitude: north,
                place.GPSLongitudeRef: "E",
                place.GPSLongitude: east,
            }
        )
    return _jpeg(image, quality=92, exif=exif.tobytes())


def as_message(picture: Path) -> bytes:
    """Return a JPEG as messengers send it: at most 800 pixels, strongly compressed, no facts."""
    return _changed(picture, lambda image: image.thumbnail((800, 800)), quality=62)


def as_cropped(picture: Path) -> bytes:
    """Return a JPEG without the outer parts, as somebody who shares a picture cuts it."""
    with Image.open(picture) as opened:
        image = opened.convert("RGB")
    width, height = image.size
    box = (int(width * 0.06), int(height * 0.02), int(width * 0.94), int(height * 0.86))
    return _jpeg(image.crop(box), quality=85)


def as_screenshot(picture: Path) -> bytes:
    """Return a PNG of a phone's screen that shows the picture."""
    screen = Image.new("RGB", SCREEN_PX, SCREEN_COLOUR)
    with Image.open(picture) as opened:
        image = opened.convert("RGB")
    image.thumbnail((SCREEN_PX[0], SCREEN_PX[1] * 2 // 3))
    screen.paste(image, ((SCREEN_PX[0] - image.width) // 2, (SCREEN_PX[1] - image.height) // 2))
    written = io.BytesIO()
    screen.save(written, "PNG", optimize=False, compress_level=1)
    return written.getvalue()


def _changed(picture: Path, change: Callable[[Image.Image], None], *, quality: int) -> bytes:
    """Return a JPEG of the picture after a change in place."""
    with Image.open(picture) as opened:
        image = opened.convert("RGB")
    change(image)
    return _jpeg(image, quality=quality)


def _jpeg(image: Image.Image, *, quality: int, exif: bytes = b"") -> bytes:
    """Return the picture as JPEG."""
    written = io.BytesIO()
    image.save(written, "JPEG", quality=quality, exif=exif)
    return written.getvalue()


def _write(target: Path, content: bytes) -> None:
    """Write one file, dated as the rest, so that every layout is the same."""
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)
    os.utime(target, (TAKEN.timestamp(), TAKEN.timestamp()))
