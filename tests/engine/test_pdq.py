import csv

import cv2
import numpy as np
import pytest

from haven.engine.digests import pdq
from haven.engine.errors import WrongShape
from haven.engine.media.decode import decode
from haven.engine.media.sniff import sniff
from haven.engine.records import PerceptualHash, Picture
from tests import media

SIZES = [(320, 240), (64, 64), (5, 5), (7, 1000), (129, 257), (640, 360), (1024, 768)]


def pixels(width: int, height: int, seed: int = 1) -> np.ndarray:
    return np.asarray(media.scene(width, height, seed=seed))[..., ::-1].copy()


def public_picture(name: str, long_side_px: int | None) -> Picture:
    content = (media.public_media("pdq") / name).read_bytes()
    return decode(
        content, sniff(content[:4096]), long_side_px=long_side_px, max_pixels=100_000_000
    )


class TestHash:
    @pytest.mark.parametrize(("width", "height"), SIZES)
    def test_fast_way_gives_what_the_published_steps_give(self, width, height):
        picture = pixels(width, height)

        fast, plain = pdq.pdq(picture), pdq.pdq_plain(picture)

        assert pdq.distance(fast.pdq, plain.pdq) <= 2
        assert abs(fast.quality - plain.quality) <= 1

    @pytest.mark.parametrize(("width", "height"), SIZES)
    def test_agrees_with_the_reference_implementation(self, width, height):
        reference = pytest.importorskip("pdqhash", reason="pdqhash has no wheel; optional truth")
        picture = pixels(width, height)

        ours = pdq.pdq(picture)
        bits, quality = reference.compute(np.ascontiguousarray(picture[..., ::-1]))

        assert pdq.distance(ours.pdq, np.packbits(bits).tobytes().hex()) <= 2
        assert abs(ours.quality - quality) <= 1

    def test_survives_resizing_and_encoding(self):
        picture = pixels(1024, 768)
        small = cv2.resize(picture, (400, 300), interpolation=cv2.INTER_AREA)
        written = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, 40])[1]
        copy = cv2.imdecode(written, cv2.IMREAD_COLOR)

        assert pdq.distance(pdq.pdq(picture).pdq, pdq.pdq(copy).pdq) <= pdq.NEAR_BITS

    def test_tells_different_pictures_apart(self):
        one, other = pixels(640, 480, seed=1), pixels(640, 480, seed=2)

        assert pdq.distance(pdq.pdq(one).pdq, pdq.pdq(other).pdq) > pdq.NEAR_BITS

    def test_says_that_a_flat_picture_has_nothing_to_tell_it_by(self):
        assert pdq.pdq(np.full((300, 200, 3), 90, np.uint8)).quality < pdq.MIN_QUALITY

    def test_of_a_tiny_picture_is_empty_and_of_no_quality(self):
        assert pdq.pdq(np.zeros((4, 500, 3), np.uint8)) == PerceptualHash("0" * 64, 0)

    @pytest.mark.parametrize(
        "wrong", [np.zeros((9, 9), np.uint8), np.zeros((9, 9, 4), np.uint8), np.zeros((9, 9, 3))]
    )
    def test_refuses_what_is_not_a_picture(self, wrong):
        with pytest.raises(WrongShape):
            pdq.pdq(wrong)


class TestPublicPictures:
    @pytest.mark.parametrize("long_side_px", [None, 960])
    def test_have_the_published_hashes_within_10_bits(self, long_side_px):
        with (media.public_media("pdq") / "expected.csv").open(newline="") as file:
            rows = list(csv.DictReader(file))

        off = {}
        for row in rows:
            found = pdq.pdq(public_picture(row["file"], long_side_px).pixels_bgr)
            off[row["file"]] = pdq.distance(found.pdq, row["pdq_hex"])
            assert found.quality == int(row["quality"])

        assert rows and max(off.values()) <= 10, off

    @pytest.mark.parametrize("long_side_px", [None, 960])
    @pytest.mark.parametrize(
        "name", ["mode-CMYK.jpg", "mode-L.png", "mode-LA.png", "mode-P.png", "high-contrast.jpg"]
    )
    def test_keep_their_hash_in_every_colour_mode(self, name, long_side_px):
        original = pdq.pdq(public_picture("aaa-orig.jpg", long_side_px).pixels_bgr)

        found = pdq.pdq(public_picture(name, long_side_px).pixels_bgr)

        assert pdq.distance(found.pdq, original.pdq) <= 10


class TestNear:
    def test_gives_the_near_ones_nearest_first(self):
        query = np.zeros(32, np.uint8)
        stored = np.zeros((4, 32), np.uint8)
        stored[0, 0] = 0b111
        stored[1] = 255
        stored[3, 31] = 1

        rows, bits = pdq.near(stored, query)

        assert rows.tolist() == [2, 3, 0]
        assert bits.tolist() == [0, 1, 3]

    def test_counts_every_bit_as_counting_one_by_one_does(self):
        draw = np.random.default_rng(5)
        stored = draw.integers(0, 256, (200, 32), dtype=np.uint8)
        query = draw.integers(0, 256, 32, dtype=np.uint8)

        rows, bits = pdq.near(stored, query, max_bits=256)

        plain = np.unpackbits(stored ^ query, axis=1).sum(axis=1)
        assert bits.tolist() == sorted(plain.tolist())
        assert (plain[rows] == bits).all()

    def test_of_nothing_is_nothing(self):
        rows, bits = pdq.near(np.zeros((0, 32), np.uint8), np.zeros(32, np.uint8))

        assert (len(rows), len(bits)) == (0, 0)

    def test_takes_the_bytes_of_a_hash(self):
        found = pdq.pdq(pixels(320, 240))

        rows, bits = pdq.near(pdq.from_hex(found.pdq)[None], pdq.to_bytes(found))

        assert (rows.tolist(), bits.tolist()) == ([0], [0])

    @pytest.mark.parametrize("text", ["", "00", "zz" * 32, "0" * 63, " " + "0" * 64, "00" * 33])
    def test_refuses_a_hash_that_is_none(self, text):
        with pytest.raises(WrongShape):
            pdq.from_hex(text)

    def test_refuses_stored_hashes_of_another_shape(self):
        with pytest.raises(WrongShape):
            pdq.near(np.zeros((3, 31), np.uint8), np.zeros(32, np.uint8))
        with pytest.raises(WrongShape):
            pdq.near(np.zeros((3, 32), np.uint8), np.zeros(31, np.uint8))
