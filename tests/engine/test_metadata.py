import struct
from dataclasses import replace

import pytest

from haven.engine.media import exif, metadata, serials
from haven.engine.media.sniff import sniff
from haven.engine.records import Metadata
from tests import media

HERE = {1: "N", 2: (52.0, 30.0, 0.0), 3: "W", 4: (13.0, 15.0, 36.0)}


def read(content: bytes) -> Metadata:
    return metadata.read(content, sniff(content[:4096]))


def of(**directories: dict[int, object]) -> Metadata:
    return read(media.encoded(media.scene(32, 24), exif=media.exif(**directories)))


def says_nothing(told: Metadata) -> bool:
    """Return whether a file says nothing of its origin; how it is compressed, it cannot hide."""
    return replace(told, common_quality=None) == Metadata()


class TestTime:
    def test_is_the_local_time_of_the_camera(self):
        found = of(details={0x9003: "2021:06:05 04:03:02"})

        assert found.taken_at == "2021-06-05T04:03:02"

    def test_has_the_offset_that_the_file_gives(self):
        found = of(details={0x9003: "2021:06:05 04:03:02", 0x9011: "-03:30"})

        assert found.taken_at == "2021-06-05T04:03:02-03:30"

    @pytest.mark.parametrize("offset", ["+25:00", "+02:75", "Z?", "   :  ", "02:00"])
    def test_is_without_an_offset_that_cannot_be(self, offset):
        found = of(details={0x9003: "2021:06:05 04:03:02", 0x9011: offset})

        assert found.taken_at == "2021-06-05T04:03:02"

    @pytest.mark.parametrize(
        "impossible",
        [
            "0000:00:00 00:00:00",
            "2021:02:30 00:00:00",
            "2021:13:01 00:00:00",
            "2021:06:05 25:00:00",
            "2021:06:05 23:59:60",
            "0001:01:01 00:00:00",
            "    :  :     :  :  ",
            "yesterday",
            "",
        ],
    )
    def test_that_cannot_be_is_absent(self, impossible):
        assert of(details={0x9003: impossible}).taken_at is None

    def test_of_editing_is_not_taken_for_it(self):
        assert of(base={0x0132: "2021:06:05 04:03:02"}).taken_at is None


class TestPlace:
    def test_is_in_signed_degrees(self):
        found = of(place=HERE)

        assert found.gps_lat == pytest.approx(52.5)
        assert found.gps_lon == pytest.approx(-13.26)

    def test_in_the_south_is_negative(self):
        assert of(place=HERE | {1: "S"}).gps_lat == pytest.approx(-52.5)

    @pytest.mark.parametrize(
        "change",
        [
            {1: ""},
            {1: "X"},
            {3: "N"},
            {2: (91.0, 0.0, 0.0)},
            {4: (180.0, 0.0, 1.0)},
            {2: (52.0, 61.0, 0.0)},
            {2: (52.0, 0.0, 99.0)},
        ],
    )
    def test_without_hemisphere_or_out_of_range_is_absent(self, change):
        found = of(place=HERE | change)

        assert (found.gps_lat, found.gps_lon) == (None, None)

    @pytest.mark.parametrize("absent", [1, 2, 3, 4])
    def test_with_a_part_missing_is_absent(self, absent):
        part = {tag: value for tag, value in HERE.items() if tag != absent}

        found = of(place=part)

        assert (found.gps_lat, found.gps_lon) == (None, None)

    def test_of_exactly_zero_zero_is_no_place(self):
        zero = (0.0, 0.0, 0.0)

        assert of(place={1: "N", 2: zero, 3: "E", 4: zero}).gps_lat is None

    def test_on_the_equator_is_a_place(self):
        found = of(place=HERE | {2: (0.0, 0.0, 0.0)})

        assert (found.gps_lat, found.gps_lon) == (0.0, pytest.approx(-13.26))

    def test_with_a_zero_below_the_line_is_absent(self):
        block = media.exif(place=HERE)
        minutes = struct.pack(">6I", 52, 1, 30, 1, 0, 1)
        little = struct.pack("<6I", 52, 1, 30, 1, 0, 1)
        broken = block.replace(minutes, struct.pack(">6I", 52, 0, 30, 0, 0, 0)).replace(
            little, struct.pack("<6I", 52, 0, 30, 0, 0, 0)
        )
        assert broken != block

        assert read(media.encoded(media.scene(32, 24), exif=broken)).gps_lat is None


class TestCamera:
    def test_is_make_model_and_serial_number(self):
        found = of(base={0x010F: "Maker", 0x0110: "Model 5"}, details={0xA431: "A-00123"})

        assert (found.camera_make, found.camera_model) == ("Maker", "Model 5")
        assert found.camera_serial == "A-00123"

    @pytest.mark.parametrize(
        ("written", "shown"),
        [
            (b"  Maker   of\r\n things \0\0\0", "Maker of things"),
            (b"A\x01\x02\x1b[31mB\x7f", "A[31mB"),
            ("left\u202eright\u2066\u200b".encode(), "leftright"),
            ("Zürich".encode(), "Zürich"),
            (b"Z\xfcrich", "Zürich"),
            (b"<script>alert(1)</script>", "<script>alert(1)</script>"),
            (b"M" * 500, "M" * 120),
            (b"\0\x01 \n", None),
        ],
    )
    def test_has_text_that_can_stand_in_a_line(self, written, shown):
        assert of(base={0x010F: written, 0x0110: "x"}).camera_make == shown

    def test_serial_number_is_found_in_xmp_too(self):
        packet = b'<x:xmpmeta><r aux:SerialNumber="77&amp;8"/></x:xmpmeta>'
        content = media.encoded(media.scene(32, 24), xmp=packet)

        assert read(content).camera_serial == "77&8"


class TestSerialInMakerNotes:
    def test_of_canon_has_ten_digits(self):
        note = struct.pack("<HHHII", 1, 0x000C, 4, 1, 560018150) + bytes(4)

        assert self.serial(note, "Canon") == b"0560018150"

    def test_of_nikon_stands_in_a_structure_of_its_own(self):
        inner = b"II*\0\x08\0\0\0" + struct.pack("<HHHII", 1, 0x001D, 2, 8, 26) + bytes(4)
        note = b"Nikon\0\x02\x10\0\0" + inner + b"3005123\0"

        assert self.serial(note, "NIKON CORPORATION") == b"3005123\0"

    def test_of_olympus_stands_with_the_equipment(self):
        equipment = struct.pack("<HHHII", 1, 0x0101, 2, 10, 50) + bytes(4)
        note = b"OLYMPUS\0II\x03\0" + struct.pack("<HHHII", 1, 0x2010, 13, 1, 32) + bytes(4)
        note = note.ljust(32, b"\0") + equipment + b"BHP242330\0"

        assert self.serial(note, "OLYMPUS CORPORATION") == b"BHP242330\0"

    @pytest.mark.parametrize("make", ["Canon", "NIKON", "OLYMPUS", "OM Digital", "Nobody", ""])
    @pytest.mark.parametrize(
        "note", [b"", b"\xff" * 40, b"Nikon\0\x02" + b"\xff" * 30, b"OLYMPUS\0II" + b"\xff" * 40]
    )
    def test_that_is_broken_is_absent(self, note, make):
        assert self.serial(note, make) is None

    def serial(self, note: bytes, make: str) -> bytes | None:
        block = exif.Block(bytes(100) + note, "<", 8)
        fields = {serials.MAKER_NOTE: exif.Field(7, note[:4096], 100, "<")}
        return serials.from_exif(block, fields, make)


class TestFormats:
    @pytest.mark.parametrize("pillow_format", ["JPEG", "PNG", "WEBP", "TIFF", "HEIF", "AVIF"])
    def test_all_say_the_same(self, pillow_format):
        block = media.exif(
            base={0x010F: "Maker"}, details={0x9003: "2021:06:05 04:03:02"}, place=HERE
        )

        found = read(media.encoded(media.scene(64, 48), pillow_format, exif=block))

        assert (found.camera_make, found.taken_at) == ("Maker", "2021-06-05T04:03:02")
        assert found.gps_lat == pytest.approx(52.5)

    @pytest.mark.parametrize("pillow_format", ["JPEG", "PNG", "GIF", "BMP", "TIFF", "HEIF"])
    def test_without_exif_say_nothing(self, pillow_format):
        assert says_nothing(read(media.encoded(media.scene(64, 48), pillow_format)))

    def test_that_are_not_pictures_say_nothing(self):
        assert read(b"%PDF-1.4") == Metadata()


class TestHostile:
    @pytest.mark.parametrize(
        "block", [b"", b"II*\0", b"MM\0*\xff\xff\xff\xff", b"II*\0" + b"\xff" * 99]
    )
    def test_blocks_are_no_error(self, block):
        assert says_nothing(read(media.encoded(media.scene(8, 8), exif=b"Exif\0\0" + block)))

    def test_blocks_cut_off_anywhere_are_no_error(self):
        block = media.exif(
            base={0x010F: "Maker" * 9, 0x0110: "M"},
            details={0x9003: "2021:06:05 04:03:02", 0xA431: "12345678"},
            place=HERE,
        )

        for length in range(len(block)):
            opened = exif.open_block(block[:length])
            assert opened is None or metadata.of_block(opened) is not None

    def test_directories_that_lead_to_themselves_end(self):
        entries = b"".join(struct.pack("<HHII", tag, 4, 1, 8) for tag in (0x8769, 0x8825))
        block = b"II*\0\x08\0\0\0" + struct.pack("<H", 2) + entries + struct.pack("<I", 8)

        assert says_nothing(read(media.encoded(media.scene(8, 8), exif=b"Exif\0\0" + block)))

    def test_counts_of_four_thousand_million_are_not_believed(self):
        entry = struct.pack("<HHII", 0x010F, 2, 0xFFFFFFFF, 26)
        block = b"II*\0\x08\0\0\0" + struct.pack("<H", 1) + entry + bytes(4) + b"Maker\0"

        found = read(media.encoded(media.scene(8, 8), exif=b"Exif\0\0" + block))

        assert found.camera_make == "Maker"


PUBLIC = """
camera-fuji-s2pro-paris.jpg|2002-08-24T13:59:08|48.857833|2.297|FinePixS2Pro|
camera-galaxy-s-gps-zero.jpg|2011-04-02T18:30:10|||GT-I9000|
camera-htc-desire.jpg|2011-05-06T09:59:48|45.500667|9.110333|HTC Desire|
camera-iphone4.jpg|2011-01-13T14:33:39|41.853|12.488833|iPhone 4|
camera-lumia800.jpg|2012-06-09T21:23:38|53.359465|-6.258231|Nokia Lumia 800|
camera-olympus-serial.jpg|2008-12-07T10:28:52|50.956917|-118.107275|FE230/X790|000K79K13272
exiftool-Canon.jpg|2003-12-04T06:46:52|||Canon EOS DIGITAL REBEL|0560018150
exiftool-GPS.jpg|2002-07-13T15:58:28|54.989667|-1.914167|FinePixS1Pro|
exiftool-GoPro.jpg|2017-10-03T10:58:29|40.658419|-73.993354|HERO6 Black|C3221324657219
exiftool-Apple.jpg|2016-09-28T18:18:05|53.382847|-1.456678|iPhone 7|
exiftool-Nikon.jpg|2001-08-01T12:57:23|||E775|
exiftool-Sony.jpg|2003-12-18T13:51:33|||DSC-F828|
exiftool-XMP.jpg|2001-05-19T18:36:41|||FinePix2400Zoom|
exiftool-ExifTool.jpg|2001-05-19T18:36:41|||FinePix2400Zoom|
cheers.heic|||||
"""


@pytest.mark.parametrize("line", PUBLIC.split("\n")[1:-1], ids=lambda line: line.split("|")[0])
def test_public_pictures_say_what_is_known_of_them(line):
    name, *facts = line.split("|")
    taken_at, latitude, longitude, model, serial = (fact or None for fact in facts)

    found = read((media.public_media("metadata") / name).read_bytes())

    assert (found.taken_at, found.camera_model, found.camera_serial) == (taken_at, model, serial)
    assert found.gps_lat == (latitude and pytest.approx(float(latitude), abs=1e-5))
    assert found.gps_lon == (longitude and pytest.approx(float(longitude), abs=1e-5))
