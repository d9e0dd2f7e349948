"""Originals: decoded at a bounded size, and pieces that hold what is in the box and a mark."""

import hashlib
import io

import cv2
import numpy as np
import pytest
from PIL import Image

from haven import engine
from haven.engine.errors import EngineError, SourceChanged, WrongOption, WrongShape
from haven.engine.originals import SIDE_PX, piece
from haven.engine.runners import Serial

MARK = ("nora 7", "2026-11-27 23:30:05 UTC")


def squares(width: int = 320, height: int = 240) -> np.ndarray:
    few = np.random.default_rng(3).integers(0, 256, (6, 8, 3), dtype=np.uint8)
    return cv2.resize(few, (width, height), interpolation=cv2.INTER_NEAREST)


def decoded(jpeg: bytes) -> np.ndarray:
    return cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)


@pytest.fixture
def lying(tmp_path):
    """Return a large original as a file, and its digests."""
    out = io.BytesIO()
    Image.fromarray(squares(4000, 3000)).save(out, "JPEG", exif=b"Exif\0\0MM\0*\0\0\0\x08\0\0")
    place = tmp_path / "a.jpg"
    place.write_bytes(out.getvalue())
    sha256 = hashlib.sha256(out.getvalue()).hexdigest()
    return place, engine.Digests(sha256, "", "", len(out.getvalue()))


def test_an_original_is_opened_no_larger_than_the_limit(lying):
    picture = engine.open_original(*lying, runner=Serial())

    assert max(picture.pixels_bgr.shape) == SIDE_PX
    assert picture.full_size_px == (4000, 3000)


def test_other_bytes_than_those_analysed_are_refused(lying):
    place, digests = lying
    place.write_bytes(place.read_bytes() + b"x")

    with pytest.raises(SourceChanged):
        engine.open_original(place, digests, runner=Serial())


def test_what_is_no_picture_says_why(tmp_path):
    place = tmp_path / "a.txt"
    place.write_text("words")
    digests = engine.Digests(hashlib.sha256(b"words").hexdigest(), "", "", 5)

    with pytest.raises(EngineError):
        engine.open_original(place, digests, runner=Serial())


def test_a_piece_holds_nothing_outside_its_box():
    whole = squares()
    elsewhere = whole.copy()
    elsewhere[120:, :] = 0
    box = (0.0, 0.0, 0.5, 0.5)

    one, share = piece(whole, box, side_px=400, drawing="plain", mark=MARK)
    other, _share = piece(elsewhere, box, side_px=400, drawing="plain", mark=MARK)

    assert one == other
    assert share == 0.25
    assert decoded(one).shape == (120, 160, 3)


@pytest.mark.parametrize("drawing", list(engine.Drawing))
@pytest.mark.parametrize("box", [(0.0, 0.0, 1.0, 1.0), (0.7, 0.7, 0.92, 0.99)])
def test_every_piece_carries_the_mark(drawing, box):
    flat = np.full((400, 600, 3), 90, np.uint8)

    marked = decoded(piece(flat, box, side_px=480, drawing=drawing, mark=MARK)[0])
    plain = decoded(piece(flat, box, side_px=480, drawing=drawing, mark=())[0])

    assert (np.abs(marked.astype(int) - plain).max(axis=2) > 30).mean() > 0.005


def test_a_mark_takes_letters_of_any_script():
    jpeg, _share = piece(
        squares(), (0, 0, 1, 1), side_px=300, drawing="grey", mark=("\u041d\u043e \u8bfa",)
    )

    assert max(decoded(jpeg).shape) == 300
    assert b"Exif" not in jpeg


def test_a_mosaic_of_a_piece_shows_no_more_than_that_of_the_whole():
    fine = np.random.default_rng(1).integers(0, 256, (960, 960, 3), dtype=np.uint8)

    jpeg, _share = piece(fine, (0, 0, 0.25, 0.25), side_px=240, drawing="mosaic", mark=())

    edges = np.abs(np.diff(decoded(jpeg).astype(int), axis=1)).max(axis=(0, 2)) > 12
    assert edges.sum() <= 48 / 4


@pytest.mark.parametrize("box", [(0.5, 0.5, 0.5, 0.6), (0.9, 0.1, 0.2, 0.4), (2.0, 0.0, 3.0, 1.0)])
def test_an_empty_box_is_refused(box):
    with pytest.raises(WrongShape):
        piece(squares(), box, side_px=100, drawing="plain", mark=())


def test_an_unknown_drawing_is_refused():
    with pytest.raises(WrongOption):
        piece(squares(), (0, 0, 1, 1), side_px=100, drawing="cartoon", mark=())
