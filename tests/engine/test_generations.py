"""Turned and mirrored hashes, and what tables of a JPEG tell of who wrote it."""

import csv
import io

import cv2
import numpy as np
import pytest
from PIL import Image

from haven.engine.digests import pdq
from haven.engine.media import jpeg, metadata
from haven.engine.media.sniff import sniff
from tests import media

WAYS = {
    "90": lambda p: cv2.rotate(p, cv2.ROTATE_90_CLOCKWISE),
    "180": lambda p: cv2.rotate(p, cv2.ROTATE_180),
    "270": lambda p: cv2.rotate(p, cv2.ROTATE_90_COUNTERCLOCKWISE),
    "mirrored": lambda p: cv2.flip(p, 1),
    "mirrored 90": lambda p: cv2.rotate(cv2.flip(p, 1), cv2.ROTATE_90_CLOCKWISE),
    "mirrored 180": lambda p: cv2.rotate(cv2.flip(p, 1), cv2.ROTATE_180),
    "mirrored 270": lambda p: cv2.rotate(cv2.flip(p, 1), cv2.ROTATE_90_COUNTERCLOCKWISE),
}


def scene(seed=1, size=(1536, 2048)):
    noise = np.random.default_rng(seed).integers(0, 256, (12, 16, 3), dtype=np.uint8)
    return cv2.resize(noise, size[::-1], interpolation=cv2.INTER_CUBIC)


@pytest.mark.parametrize("turn", pdq.TURNS)
def test_a_hash_of_the_turned_picture_is_near_the_turned_hash(turn):
    """They are near and not the same: reduced pixels are not taken in exact symmetry."""
    for seed in range(5):
        pixels = scene(seed)
        turned = pdq.pdq(pixels).turned[pdq.TURNS.index(turn)]
        assert pdq.distance(turned, pdq.pdq(WAYS[turn](pixels)).pdq) <= pdq.NEAR_BITS


def test_turned_and_mirrored_reference_pictures_are_found():
    folder = media.public_media("pdq")
    with (folder / "expected.csv").open(newline="") as file:
        names = {row["file"] for row in csv.DictReader(file)}
    assert {"bridge-2-rotate-90.jpg", "bridge-5-flipx.jpg"} <= names
    turned, mirrored = (
        pdq.pdq(cv2.imread(str(folder / name)))
        for name in ("bridge-2-rotate-90.jpg", "bridge-5-flipx.jpg")
    )
    distances = {
        turn: pdq.distance(hashed, mirrored.pdq)
        for turn, hashed in zip(pdq.TURNS, turned.turned, strict=True)
    }
    assert min(distances.values()) <= pdq.NEAR_BITS
    assert min(distances, key=distances.get).startswith("mirrored")
    assert pdq.distance(turned.pdq, mirrored.pdq) > pdq.NEAR_BITS


def saved(**options):
    file = io.BytesIO()
    Image.fromarray(scene()).save(file, "JPEG", **options)
    return file.getvalue()


@pytest.mark.parametrize("quality", [20, 49, 50, 75, 80, 95])
def test_tables_of_the_common_library_tell_their_quality(quality):
    assert jpeg.common_quality(saved(quality=quality)) == quality


def test_tables_of_their_own_are_told_and_none_is_no_answer():
    own = [[7 + n % 5 for n in range(64)]] * 2
    assert jpeg.common_quality(saved(qtables=own)) == 0
    assert jpeg.common_quality(b"\xff\xd8\xff\xd9") is None
    assert jpeg.common_quality(b"") is None


def test_every_cut_of_a_file_gives_an_answer():
    content = saved(quality=80)
    for end in range(0, 700, 7):
        assert jpeg.common_quality(content[:end]) in (None, 80)


def test_software_and_maker_note_are_read():
    exif = Image.Exif()
    exif[0x0131] = "Brush 7"
    exif.get_ifd(0x8769)[0x927C] = b"maker"
    content = saved(quality=80, exif=exif)
    told = metadata.read(content, sniff(content[:4096]))
    assert (told.software, told.has_maker_note, told.common_quality) == ("Brush 7", True, 80)
