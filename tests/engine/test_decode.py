import random
import struct
import zlib

import cv2
import numpy as np
import pytest
from PIL import Image

from haven.engine.digests.checksums import checksums
from haven.engine.errors import (
    EmptySource,
    EngineError,
    SourceMissing,
    SourceTooLarge,
    UnreadableSource,
    UnsupportedSource,
)
from haven.engine.media import metadata
from haven.engine.media.decode import decode
from haven.engine.media.sniff import sniff
from haven.engine.records import Picture
from tests import hostile, media

LIMIT = 200_000_000
EXACT = ["PNG", "GIF", "BMP", "TIFF", "JPEG2000", "PPM", "PCX", "SGI", "DDS", "QOI", "ICO"]
WITH_ORIENTATION = ["JPEG", "PNG", "WEBP", "TIFF", "HEIF", "AVIF"]


def picture(content: bytes, long_side_px: int | None = None, max_pixels: int = LIMIT) -> Picture:
    return decode(content, sniff(content[:4096]), long_side_px=long_side_px, max_pixels=max_pixels)


def bgr(image: Image.Image) -> np.ndarray:
    return np.asarray(image.convert("RGB"))[..., ::-1]


def difference(one: np.ndarray, other: np.ndarray) -> float:
    assert one.shape == other.shape
    return float(np.abs(one.astype(int) - other.astype(int)).mean())


class TestFormats:
    @pytest.mark.parametrize("pillow_format", EXACT)
    def test_without_loss_come_out_as_they_went_in(self, pillow_format):
        image = media.scene(64, 64)
        if pillow_format == "GIF":
            image = image.quantize(32)

        found = picture(media.encoded(image, pillow_format))

        assert (found.pixels_bgr == bgr(image)).all()
        assert found.full_size_px == (64, 64)
        assert found.pixels_bgr.flags.c_contiguous

    @pytest.mark.parametrize("pillow_format", ["JPEG", "WEBP", "AVIF", "HEIF"])
    def test_with_loss_come_out_nearly_so(self, pillow_format):
        image = media.scene(320, 240)

        found = picture(media.encoded(image, pillow_format, quality=95))

        assert difference(found.pixels_bgr, bgr(image)) < 4

    def test_show_the_first_frame_of_a_moving_picture(self):
        frames = [media.scene(64, 48, seed=seed).quantize(64) for seed in (1, 2, 3)]
        moving = media.encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])

        assert difference(picture(moving).pixels_bgr, bgr(frames[0])) < 2

    def test_that_are_not_pictures_are_refused(self):
        with pytest.raises(UnsupportedSource, match="application/pdf"):
            picture(b"%PDF-1.4")


class TestColours:
    @pytest.mark.parametrize("marked", [True, False], ids=["adobe", "plain"])
    def test_of_inks_are_right_whether_inverted_or_not(self, marked):
        image = media.scene(160, 120)
        content = media.encoded(image.convert("CMYK"), "JPEG", quality=97)
        if not marked:  # without the marker the samples are ink, not its absence
            inverted = Image.eval(image.convert("CMYK"), lambda ink: 255 - ink)
            content = without_adobe_marker(media.encoded(inverted, "JPEG", quality=97))

        found = picture(content)

        assert difference(found.pixels_bgr, bgr(image)) < 6

    def test_of_a_tiff_of_inks_are_right(self):
        image = media.scene(64, 48)

        found = picture(media.encoded(image.convert("CMYK"), "TIFF"))

        assert difference(found.pixels_bgr, bgr(image)) < 2

    @pytest.mark.parametrize("pillow_format", ["PNG", "TIFF", "PPM", "JPEG2000"])
    def test_of_16_bit_grey_are_scaled_and_not_cut_off(self, pillow_format):
        deep = np.linspace(0, 65535, 256).astype(np.uint16).reshape(16, 16)

        found = picture(media.encoded(Image.fromarray(deep), pillow_format))

        assert found.pixels_bgr[0, 0].tolist() == [0, 0, 0]
        assert found.pixels_bgr[15, 15].tolist() == [255, 255, 255]
        assert (np.diff(found.pixels_bgr[..., 1].ravel().astype(int)) == 1).all()

    @pytest.mark.parametrize("extension", [".png", ".tiff"])
    @pytest.mark.parametrize("channels", [3, 4])
    def test_of_16_bit_colour_are_scaled_and_not_cut_off(self, extension, channels):
        eight = cv2.cvtColor(bgr(media.scene(48, 32)), cv2.COLOR_BGR2BGRA)[..., :channels]
        content = cv2.imencode(extension, eight.astype(np.uint16) * 257)[1].tobytes()

        assert difference(picture(content).pixels_bgr, eight[..., :3]) < 1

    @pytest.mark.parametrize("pillow_format", ["JPEG", "PNG", "TIFF", "GIF", "WEBP", "BMP"])
    def test_of_grey_are_grey(self, pillow_format):
        grey = media.scene(64, 48).convert("L")

        found = picture(media.encoded(grey, pillow_format, quality=95))

        assert difference(found.pixels_bgr, bgr(grey)) < 3

    @pytest.mark.parametrize("pillow_format", ["PNG", "TIFF", "BMP", "PPM"])
    def test_of_one_bit_are_black_and_white(self, pillow_format):
        line = media.scene(64, 48).convert("1")

        assert (picture(media.encoded(line, pillow_format)).pixels_bgr == bgr(line)).all()

    @pytest.mark.parametrize(
        ("values", "grey"),
        [
            ([0.0, 0.5, 1.0], [0, 128, 255]),
            ([-1.0, 0.0, 1.0], [0, 128, 255]),
            ([100.0, 160.0, 200.0], [0, 153, 255]),
            ([float("nan"), 0.0, float("inf"), 1.0], [0, 0, 255, 255]),
        ],
    )
    def test_of_fractions_are_scaled(self, values, grey):
        content = media.encoded(Image.fromarray(np.array([values], np.float32)), "TIFF")

        assert picture(content).pixels_bgr[0, :, 0].tolist() == grey

    def test_of_a_signalling_nan_are_no_error(self):
        samples = np.array([[0x7FA00000, 0x3F800000]], np.uint32).view(np.float32)

        found = picture(media.encoded(Image.fromarray(samples), "TIFF"))

        assert found.pixels_bgr[0, :, 0].tolist() == [0, 255]

    def test_of_nothing_but_nan_are_an_error(self):
        content = media.encoded(Image.fromarray(np.full((4, 4), np.nan, np.float32)), "TIFF")

        with pytest.raises(UnreadableSource, match="finite"):
            picture(content)


class TestTransparency:
    @pytest.mark.parametrize("pillow_format", ["PNG", "WEBP", "TIFF"])
    @pytest.mark.parametrize("long_side_px", [None, 20])
    def test_never_shows_the_colour_it_hides(self, pillow_format, long_side_px):
        alpha = Image.new("L", (64, 48), 255)
        alpha.paste(0, (0, 0, 32, 48))
        shown = []
        for hidden in ((255, 0, 0), (0, 40, 90)):
            image = media.scene(64, 48)
            image.paste(hidden, (0, 0, 32, 48))
            image.putalpha(alpha)
            content = media.encoded(image, pillow_format, lossless=True, exact=True)
            shown.append(picture(content, long_side_px).pixels_bgr)

        assert (shown[0] == shown[1]).all()
        assert (shown[0][:, 2] == 255).all()  # white paper

    def test_of_a_palette_is_seen(self):
        image = media.scene(64, 48).quantize(8)
        first = image.getpixel((0, 0))

        found = picture(media.encoded(image, "PNG", transparency=first))

        assert found.pixels_bgr[0, 0].tolist() == [255, 255, 255]

    def test_of_grey_with_alpha_is_seen(self):
        grey = media.scene(64, 48).convert("L")
        image = Image.merge("LA", [grey, Image.new("L", grey.size, 0)])

        assert (picture(media.encoded(image, "PNG")).pixels_bgr == 255).all()

    def test_half_way_is_half_way_to_white(self):
        image = Image.new("RGBA", (8, 8), (0, 0, 0, 128))

        found = picture(media.encoded(image, "PNG"))

        assert abs(int(found.pixels_bgr[0, 0, 0]) - 127) <= 1


class TestOrientation:
    @pytest.mark.parametrize("pillow_format", WITH_ORIENTATION)
    @pytest.mark.parametrize("orientation", range(1, 9))
    def test_is_upright_and_turned_once(self, pillow_format, orientation):
        upright = media.flag()
        stored = media.sideways(upright, orientation)
        block = media.exif(base={media.ORIENTATION: orientation})

        found = picture(media.encoded(stored, pillow_format, exif=block, quality=98))

        assert found.full_size_px == upright.size
        assert difference(found.pixels_bgr, bgr(upright)) < 6

    @pytest.mark.parametrize("orientation", range(1, 9))
    def test_is_upright_at_reduced_scale_too(self, orientation):
        upright = media.flag(600, 400)
        block = media.exif(base={media.ORIENTATION: orientation})
        content = media.encoded(media.sideways(upright, orientation), exif=block, quality=98)

        found = picture(content, 150)

        assert found.full_size_px == (600, 400)
        assert difference(found.pixels_bgr, bgr(upright.reduce(4))) < 6

    @pytest.mark.parametrize("value", [0, 9, 65535])
    def test_that_is_none_leaves_the_picture_as_it_is(self, value):
        block = media.exif(base={media.ORIENTATION: value})

        assert picture(media.encoded(media.flag(), exif=block)).full_size_px == (60, 40)


class TestSize:
    @pytest.mark.parametrize(
        ("long_side_px", "width"),
        [
            *((None, 800), (801, 800), (800, 800), (401, 800), (400, 400), (250, 400)),
            *((200, 200), (100, 100), (1, 100)),
        ],
    )
    def test_of_a_jpeg_is_the_smallest_scale_that_is_enough(self, long_side_px, width):
        content = media.encoded(media.scene(800, 600))

        found = picture(content, long_side_px)

        assert found.width_px == width
        assert found.full_size_px == (800, 600)
        assert found.scale_xy.tolist() == [width / 800, width / 800]

    @pytest.mark.parametrize("mode", ["RGB", "L", "I;16"])
    def test_of_others_is_what_is_asked_for(self, mode):
        image = media.scene(800, 600)
        if mode == "I;16":
            grey = np.asarray(image.convert("L")).astype(np.uint16) * 257
            content = media.encoded(Image.fromarray(grey), "PNG")
        else:
            content = media.encoded(image.convert(mode), "PNG")

        found = picture(content, 300)

        assert (found.width_px, found.height_px) == (300, 225)
        area = cv2.resize(picture(content).pixels_bgr, (300, 225), interpolation=cv2.INTER_AREA)
        assert difference(found.pixels_bgr, area) < 1

    def test_is_never_enlarged(self):
        assert picture(media.encoded(media.scene(30, 20), "PNG"), 960).width_px == 30

    @pytest.mark.parametrize("mode", ["RGB", "CMYK"])
    def test_of_a_long_thin_jpeg_is_reduced_too(self, mode):
        content = media.encoded(media.scene(4000, 3).convert(mode))

        assert picture(content, 1000).width_px in (1000, 2000)

    def test_of_a_line_keeps_one_pixel(self):
        assert picture(media.encoded(media.scene(2000, 3), "PNG"), 100).height_px == 1

    @pytest.mark.parametrize("pillow_format", ["JPEG", "PNG", "TIFF", "HEIF", "GIF"])
    def test_over_the_limit_is_refused_before_decoding(self, pillow_format):
        content = media.encoded(media.scene(100, 80), pillow_format)

        picture(content, max_pixels=8000)
        with pytest.raises(SourceTooLarge, match="100x80"):
            picture(content, max_pixels=7999)

    def test_over_the_limit_inside_an_icon_is_refused(self):
        png = media.encoded(media.scene(200, 200), "PNG")
        entry = struct.pack("<BBBBHHII", 16, 16, 0, 0, 1, 32, len(png), 22)
        icon = b"\x00\x00\x01\x00\x01\x00" + entry + png

        with pytest.raises(EngineError):
            picture(icon, max_pixels=10_000)


class TestTruncation:
    @pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.98])
    @pytest.mark.parametrize(
        "options", [{}, {"progressive": True}], ids=["baseline", "progressive"]
    )
    @pytest.mark.parametrize("long_side_px", [None, 100])
    def test_of_a_jpeg_is_told(self, share, options, long_side_px):
        content = media.encoded(media.scene(800, 600), quality=90, **options)

        with pytest.raises(UnreadableSource):
            picture(content[: int(len(content) * share)], long_side_px)

    @pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
    def test_of_a_jpeg_is_told_even_behind_an_end_marker(self, share):
        content = media.encoded(media.scene(800, 600), quality=90)

        with pytest.raises(UnreadableSource, match="middle"):
            picture(content[: int(len(content) * share)] + b"\xff\xd9")

    @pytest.mark.parametrize("pillow_format", [*EXACT, "WEBP", "AVIF", "HEIF"])
    def test_of_others_is_told(self, pillow_format):
        image = media.scene(64, 64)
        content = media.encoded(image, pillow_format)

        for share in (0.3, 0.6, 0.9):
            with pytest.raises(UnreadableSource):
                picture(content[: int(len(content) * share)])

    def test_is_told_when_another_library_asked_to_be_lenient(self, monkeypatch):
        # Patched, because the switch is a global that any library in the process may set.
        monkeypatch.setattr("PIL.ImageFile.LOAD_TRUNCATED_IMAGES", True)
        content = media.encoded(media.scene(64, 64), "PNG")

        with pytest.raises(UnreadableSource, match="middle"):
            picture(content[: len(content) // 2])

    def test_is_not_suspected_of_a_picture_that_is_grey_at_its_end(self):
        grey = media.encoded(Image.new("RGB", (320, 240), (128, 128, 128)))

        assert (picture(grey).pixels_bgr == 128).all()

    def test_is_not_suspected_of_what_follows_the_picture(self):
        content = media.encoded(media.scene(320, 240))

        whole = picture(content).pixels_bgr

        for tail in (bytes(5000), b"PK\x03\x04 a zip", content, b"\xff\xda" * 300):
            assert (picture(content + tail).pixels_bgr == whole).all()


class TestManyScans:
    def test_of_a_usual_progressive_jpeg_are_allowed(self):
        assert picture(media.encoded(media.scene(), progressive=True)).width_px == 320

    def test_by_the_thousand_are_refused_before_decoding(self):
        jpeg = media.encoded(media.scene(), progressive=True)
        last = jpeg.rindex(b"\xff\xda")

        with pytest.raises(SourceTooLarge, match="scans"):
            picture(jpeg[:last] + jpeg[last:-2] * 2000 + b"\xff\xd9")


class TestHostileFiles:
    def test_come_out_as_expected_every_one(self, tmp_path):
        expected = hostile.make(tmp_path)

        found = {name: outcome(tmp_path / name) for name in expected}

        assert len(expected) > 60
        assert found == expected

    @pytest.mark.parametrize("pillow_format", [*EXACT, "JPEG", "WEBP", "AVIF", "HEIF"])
    def test_with_bits_turned_over_raise_our_errors_only(self, pillow_format):
        draw = random.Random(pillow_format)  # the same damage every time
        block = media.exif(base={media.ORIENTATION: 6, 0x010F: "Canon"}, place={1: "N"})
        options = {"exif": block} if pillow_format in WITH_ORIENTATION else {}
        good = media.encoded(media.scene(48, 36), pillow_format, **options)

        for _ in range(60):
            bad = damaged(good, draw)
            metadata.read(bad, sniff(bad[:4096]))
            try:
                picture(bad, 40, max_pixels=1_000_000)
            except EngineError as error:
                assert error.code.startswith("source.")

    def test_tell_no_bytes_of_theirs_in_the_error(self):
        secret = b"name of a person"
        bad = media.encoded(media.scene(8, 8), "PNG")[:33] + chunk(b"IDAT", secret)

        with pytest.raises(UnreadableSource) as caught:
            picture(bad)

        assert "person" not in str(caught.value)


def outcome(path) -> str:
    try:
        _, head = checksums(path)
        decode(path.read_bytes(), sniff(head), long_side_px=960, max_pixels=LIMIT)
    except UnsupportedSource:
        return hostile.UNSUPPORTED
    except (EmptySource, UnreadableSource, SourceTooLarge, SourceMissing):
        return hostile.FAILED
    return hostile.DONE


def damaged(content: bytes, draw: random.Random) -> bytes:
    bad = bytearray(content)
    if draw.random() < 0.2:
        return content[: draw.randrange(len(content))]
    reach = draw.choice((64, 400, len(bad)))  # headers more often than pixels
    for _ in range(draw.choice((1, 1, 3, 20))):
        bad[draw.randrange(min(reach, len(bad)))] ^= 1 << draw.randrange(8)
    return bytes(bad)


def chunk(name: bytes, content: bytes) -> bytes:
    check = struct.pack(">I", zlib.crc32(name + content))
    return struct.pack(">I", len(content)) + name + content + check


def without_adobe_marker(jpeg: bytes) -> bytes:
    at = jpeg.index(b"\xff\xee")
    (length,) = struct.unpack_from(">H", jpeg, at + 2)
    return jpeg[:at] + jpeg[at + 2 + length :]
