"""What a view may show, held on synthetic and on real pictures."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from haven import engine
from haven.engine import masking
from haven.engine.errors import MaskRefused
from haven.engine.pipeline import Models, Stopwatch, find_faces, hide, tools_of
from haven.engine.records import Face, Picture
from tests.media import public_media

OPTIONS = engine.for_profile("balanced")


def face_at(left: float, top: float, right: float, bottom: float) -> Face:
    """Return an upright face in a box."""
    unit = np.array([[0.3, 0.4], [0.7, 0.4], [0.5, 0.6], [0.35, 0.8], [0.65, 0.8]])
    box = np.array([left, top, right, bottom], np.float32)
    points = box[:2] + unit * (box[2:] - box[:2])
    return Face(box, points.astype(np.float32), score=0.9)


def noise(width: int, height: int, seed: int = 0) -> Picture:
    """Return a picture in which every pixel tells something."""
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)
    return Picture(pixels, width, height)


def shuffled_outside(picture: Picture, faces: list[Face], seed: int) -> Picture:
    """Return the picture with hidden pixels changed and every sample kept.

    Within each block of the mosaic the pixels outside the ovals change places, so that
    the block's mean stays what it was.
    """
    pixels = picture.pixels_bgr.copy()
    height, width = pixels.shape[:2]
    opened = masking.ovals(faces, picture.full_size_px, (width, height)) > 0
    rows, columns = masking.samples_of(pixels).shape[:2]
    rng = np.random.default_rng(seed)
    for r in range(rows):
        for c in range(columns):
            block = np.s_[
                r * height // rows : (r + 1) * height // rows,
                c * width // columns : (c + 1) * width // columns,
            ]
            hidden = ~opened[block]
            values = pixels[block][hidden]
            pixels[block][hidden] = rng.permutation(values, axis=0)
    return Picture(pixels, picture.full_width_px, picture.full_height_px)


def real_pictures() -> list[Path]:
    return sorted(public_media("faces").glob("*.[jp][pn]g"))


class TestMasked:
    @settings(max_examples=30, deadline=None)
    @given(
        width=st.integers(2, 200),
        height=st.integers(2, 200),
        seed=st.integers(0, 2**16),
        box=st.tuples(*[st.floats(0.0, 0.9)] * 2, *[st.floats(0.05, 0.8)] * 2),
    )
    def test_does_not_change_when_hidden_pixels_change_and_the_samples_do_not(
        self, width, height, seed, box
    ):
        picture = noise(width, height, seed)
        left, top = box[0] * width, box[1] * height
        faces = [face_at(left, top, left + box[2] * width, top + box[3] * height)]

        view = masking.masked(picture, faces)

        other = masking.masked(shuffled_outside(picture, faces, seed), faces)
        assert np.array_equal(view, other)

    def test_is_the_mosaic_outside_the_ovals_and_the_picture_inside(self):
        picture, faces = noise(300, 200), [face_at(100, 50, 160, 130)]
        opened = masking.ovals(faces, (300, 200), (300, 200)) > 0

        view = masking.masked(picture, faces)

        assert np.array_equal(view[~opened], masking.mosaic(picture.pixels_bgr)[~opened])
        assert np.array_equal(view[opened], picture.pixels_bgr[opened])

    def test_is_nothing_without_a_face(self):
        assert masking.masked(noise(30, 20), []) is None

    def test_refuses_a_face_outside_the_picture(self):
        with pytest.raises(MaskRefused):
            masking.masked(noise(30, 20), [face_at(40, 5, 60, 15)])

    @pytest.mark.parametrize("size", [(640, 480), (1, 1), (3, 900), (900, 3), (24, 24), (25, 23)])
    def test_has_at_most_24_samples_a_side(self, size):
        rows, columns, _ = masking.samples_of(noise(*size).pixels_bgr).shape

        assert 1 <= rows <= 24 and 1 <= columns <= 24


class TestBackground:
    def test_fills_everything_below_a_face(self):
        picture, face = noise(640, 480), face_at(300, 100, 340, 150)

        view = masking.background(picture, [face])

        assert (view[100:480, 305:335] == masking.FILL_BGR).all()
        assert np.array_equal(view[:200, :100], picture.pixels_bgr[:200, :100])

    def test_follows_a_lying_person(self):
        upright = face_at(300, 200, 340, 250)
        middle = np.array([320, 225], np.float32)
        turned = (upright.landmarks_px - middle) @ np.array([[0, -1], [1, 0]], np.float32)
        lying = Face(upright.box_xyxy_px, (turned + middle).astype(np.float32), 0.9)
        down = lying.landmarks_px[3:].mean(axis=0) - lying.landmarks_px[:2].mean(axis=0)

        view = masking.background(noise(640, 480), [lying])

        side = view[225, 639] if down[0] > 0 else view[225, 0]
        assert (side == masking.FILL_BGR).all()

    def test_is_nothing_without_a_face(self):
        assert masking.background(noise(30, 20), []) is None


class TestFaceCrop:
    def test_shows_only_the_oval(self):
        crop = masking.face_crop(noise(400, 400), face_at(100, 100, 200, 220), side_px=160)

        assert (crop[[0, 0, -1, -1], [0, -1, 0, -1]] == masking.FILL_BGR).all()
        assert not (crop[80, 80] == masking.FILL_BGR).all()


@pytest.fixture(scope="module")
def models(assets_root: Path) -> Models:
    return engine.models_in(assets_root)


class TestRealViews:
    def test_show_nothing_that_is_hidden(self, models):
        looked_at = 0
        for path in real_pictures():
            pixels = cv2.imread(str(path), cv2.IMREAD_COLOR)
            whole = Picture(pixels, pixels.shape[1], pixels.shape[0])
            picture = masking.reduced(whole, side_px=OPTIONS.view_side_px)
            faces = find_faces(whole, OPTIONS, tools_of(models), Stopwatch())
            if not faces:
                continue
            other = shuffled_outside(picture, faces, seed=looked_at)
            looked_at += 1

            made, again = (hide(p, p, faces, OPTIONS, None).masked for p in (picture, other))

            assert made == again, path.name
        assert looked_at >= 19

    def test_are_absent_where_there_is_no_face(self, models):
        pixels = cv2.imread(str(public_media("faces") / "no-face-dogs.jpg"))
        picture = Picture(pixels, pixels.shape[1], pixels.shape[0])

        faces = find_faces(picture, OPTIONS, tools_of(models), Stopwatch())

        made = hide(picture, picture, faces, OPTIONS, tools_of(models).segmenter)
        assert (made.masked, made.background, made.face_crops) == (None, None, ())
