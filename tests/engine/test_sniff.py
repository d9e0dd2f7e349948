import io
import sqlite3
import tarfile
import zipfile

import pytest

from haven.engine.media.sniff import EMPTY, UNKNOWN, sniff
from haven.engine.records import Kind
from tests import media

PICTURES = {
    "JPEG": ("image/jpeg", "jpeg"),
    "PNG": ("image/png", "PNG"),
    "GIF": ("image/gif", "GIF"),
    "WEBP": ("image/webp", "WEBP"),
    "BMP": ("image/bmp", "BMP"),
    "TIFF": ("image/tiff", "TIFF"),
    "JPEG2000": ("image/jp2", "JPEG2000"),
    "AVIF": ("image/avif", "AVIF"),
    "HEIF": ("image/heic", "HEIF"),
    "PPM": ("image/x-portable-pixmap", "PPM"),
    "ICO": ("image/vnd.microsoft.icon", "ICO"),
    "PCX": ("image/vnd.zbrush.pcx", "PCX"),
    "SGI": ("image/sgi", "SGI"),
    "DDS": ("image/vnd-ms.dds", "DDS"),
    "ICNS": ("image/icns", "ICNS"),
}


def box(major: bytes, *compatible: bytes) -> bytes:
    body = major + bytes(4) + b"".join(compatible)
    return (8 + len(body)).to_bytes(4, "big") + b"ftyp" + body + bytes(64)


def zipped(*names: str, first: bytes = b"x") -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name in names:
            archive.writestr(name, first)
    return stream.getvalue()


def tarred() -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("a"), io.BytesIO())
    return stream.getvalue()


@pytest.mark.parametrize("pillow_format", PICTURES)
def test_pictures_are_known_by_content(pillow_format):
    content = media.encoded(media.scene(64, 64), pillow_format)

    found = sniff(content[:4096])

    assert (found.mime, found.decoder) == PICTURES[pillow_format]
    assert found.kind is Kind.IMAGE


@pytest.mark.parametrize("mode", ["1", "L"])
def test_bitmaps_of_every_depth_are_portable_maps(mode):
    content = media.encoded(media.scene(64, 48).convert(mode), "PPM")

    assert sniff(content).decoder == "PPM"


@pytest.mark.parametrize(
    ("head", "mime", "kind"),
    [
        (box(b"isom", b"mp41"), "video/mp4", Kind.VIDEO),
        (box(b"mp42", b"mif1"), "video/mp4", Kind.VIDEO),
        (box(b"qt  "), "video/quicktime", Kind.VIDEO),
        (box(b"3gp4"), "video/3gpp", Kind.VIDEO),
        (box(b"M4A "), "audio/mp4", Kind.AUDIO),
        (box(b"crx "), "image/x-canon-cr3", Kind.IMAGE),
        (b"\0\0\0\x08wide\0\0\0\0mdat", "video/quicktime", Kind.VIDEO),
        (b"RIFF\x24\0\0\0AVI LIST", "video/x-msvideo", Kind.VIDEO),
        (b"RIFF\x24\0\0\0WAVEfmt ", "audio/wav", Kind.AUDIO),
        (b"\x1a\x45\xdf\xa3\x9fB\x86\x81\x01B\x82\x84webm", "video/webm", Kind.VIDEO),
        (b"\x1a\x45\xdf\xa3\xa3B\x82\x88matroska", "video/x-matroska", Kind.VIDEO),
        (b"ID3\x03\0\0\0\0\0\0", "audio/mpeg", Kind.AUDIO),
        (b"\xff\xfb\x90\x64" + bytes(50), "audio/mpeg", Kind.AUDIO),
        (b"\xff\xf1\x50\x80" + bytes(50), "audio/aac", Kind.AUDIO),
        (b"%PDF-1.7\n", "application/pdf", Kind.DOCUMENT),
        (b"\n\n %PDF-1.7\n", "application/pdf", Kind.DOCUMENT),
        (b"{\\rtf1 hello}", "application/rtf", Kind.DOCUMENT),
        (b"%!PS-Adobe-3.0 EPSF-3.0", "application/postscript", Kind.DOCUMENT),
        (b"<svg xmlns='x'/>", "image/svg+xml", Kind.DOCUMENT),
        (b"\xef\xbb\xbf<?xml?><!-- c --><svg/>", "image/svg+xml", Kind.DOCUMENT),
        (b"<?xml version='1.0'?><note/>", "application/xml", Kind.DOCUMENT),
        (b"<!DOCTYPE HTML><p>", "text/html", Kind.DOCUMENT),
        ("Grüße aus Köln\n".encode(), "text/plain", Kind.DOCUMENT),
        ("a letter".encode("utf-16"), "text/plain", Kind.DOCUMENT),
        (b"P1 is the first of our rooms", "text/plain", Kind.DOCUMENT),
        (b"BMW is a make of cars", "text/plain", Kind.DOCUMENT),
        (b"SQLite format 3\0\x10\0", "application/vnd.sqlite3", Kind.OTHER),
        (b"\x7fELF\x02\x01", "application/x-elf", Kind.OTHER),
        (b"\x1f\x8b\x08\0", "application/gzip", Kind.ARCHIVE),
        (b"Rar!\x1a\x07\x01\0", "application/vnd.rar", Kind.ARCHIVE),
        (b"7z\xbc\xaf\x27\x1c\0\x04", "application/x-7z-compressed", Kind.ARCHIVE),
        (zipped("a.jpg"), "application/zip", Kind.ARCHIVE),
        (tarred(), "application/x-tar", Kind.ARCHIVE),
        (zipped("[Content_Types].xml", "word/document.xml"), None, Kind.DOCUMENT),
        (
            zipped("mimetype", first=b"application/vnd.oasis.opendocument.text"),
            "application/vnd.oasis.opendocument.text",
            Kind.DOCUMENT,
        ),
        (b"II*\0\x10\0\0\0CR\x02\0" + bytes(20), "image/x-canon-cr2", Kind.IMAGE),
        (b"\xff\x0a" + bytes(9), "image/jxl", Kind.IMAGE),
    ],
)
def test_what_is_not_looked_into_still_has_its_type(head, mime, kind):
    found = sniff(head[:4096])

    assert found.decoder is None
    assert found.kind is kind
    assert mime is None or found.mime == mime


def test_word_documents_are_told_from_archives():
    found = sniff(zipped("[Content_Types].xml", "word/document.xml"))

    assert found.mime.endswith("wordprocessingml.document")


def test_databases_are_told(tmp_path):
    with sqlite3.connect(tmp_path / "x.db") as database:
        database.execute("create table t (a)")
    database.close()

    assert sniff((tmp_path / "x.db").read_bytes()[:4096]).mime == "application/vnd.sqlite3"


@pytest.mark.parametrize(
    ("brands", "decoder"),
    [
        ((b"heic", b"mif1"), "HEIF"),
        ((b"heix",), "HEIF"),
        ((b"mif1", b"mif1", b"heic"), "HEIF"),
        ((b"mif1", b"mif1", b"avif"), "AVIF"),
        ((b"avif", b"mif1", b"miaf"), "AVIF"),
    ],
)
def test_brands_tell_heic_from_avif(brands, decoder):
    assert sniff(box(*brands)).decoder == decoder


def test_a_jpeg_that_is_also_a_zip_is_a_jpeg():
    both = media.encoded(media.scene(32, 32)) + zipped("a.txt")

    assert sniff(both[:4096]).decoder == "jpeg"


@pytest.mark.parametrize(
    ("tags", "mime"),
    [
        (((0x00FE, 4, 1), (0x014A, 4, 500)), "image/x-raw"),  # a preview, the raw below it
        (((0xC612, 1, 0x00000401),), "image/x-adobe-dng"),
        (((0x00FE, 4, 0), (0x0100, 3, 64)), "image/tiff"),
    ],
)
def test_raw_files_of_cameras_are_not_taken_for_their_previews(tags, mime):
    entries = b"".join(
        tag.to_bytes(2, "little")
        + kind.to_bytes(2, "little")
        + (4 if kind == 1 else 1).to_bytes(4, "little")
        + value.to_bytes(4, "little")
        for tag, kind, value in tags
    )
    head = b"II*\0\x08\0\0\0" + len(tags).to_bytes(2, "little") + entries + bytes(4)

    assert sniff(head).mime == mime


def test_no_bytes_are_empty():
    assert sniff(b"") is EMPTY


@pytest.mark.parametrize("head", [b"\0" * 100, bytes(range(256)), b"\x80", b"\xff", b"\0"])
def test_the_rest_is_unknown_and_never_an_error(head):
    assert sniff(head) is UNKNOWN


@pytest.mark.parametrize("shift", range(8))
def test_text_cut_through_a_character_is_text(shift):
    head = ("x" * shift + "ä€𝄞" * 1000).encode()[:4096]

    assert sniff(head).mime == "text/plain"
