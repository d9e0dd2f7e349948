"""Sniff: what a file is, told from its first bytes and never from its name.

In      the first 4096 bytes of a file
Out     a FileType; one with a decoder is a picture that Haven looks into
Fails   never: what is not recognised is `application/octet-stream`, and says so
Why     names lie; and a decoder chosen here is the only one that will see the file
Not     here: whether the rest of the file keeps the promise of its head (decode.py)

The allow-list of pictures is `_PICTURES`, `_picture_of_tiff` and `_of_iso_media`. Left out
on purpose: EPS and WMF (programs, not pictures), TGA (has no signature), FITS, GRIB, HDF5,
BUFR (measurements). A picture that is also an archive is a picture: pictures come first.

Source of signatures: the format's own specification, or where there is none, Pillow's
plugin of that name and the list kept for the program `file`.
"""

import codecs
import re
from typing import NamedTuple

from haven.engine.media import exif
from haven.engine.records import FileType, Kind

HEAD_BYTES = 4096  # enough for an SVG behind its comments and a tar header

EMPTY = FileType("application/x-empty", Kind.EMPTY)
UNKNOWN = FileType("application/octet-stream", Kind.OTHER)


class _Signature(NamedTuple):
    offset: int
    magic: bytes
    file_type: FileType


def _picture(offset: int, magic: bytes, mime: str, decoder: str | None) -> _Signature:
    return _Signature(offset, magic, FileType(mime, Kind.IMAGE, decoder))


def _other(offset: int, magic: bytes, mime: str, kind: Kind) -> _Signature:
    return _Signature(offset, magic, FileType(mime, kind))


# The first that fits counts, so longer and surer ones stand before shorter ones.
_PICTURES = (
    _picture(0, b"\xff\xd8\xff", "image/jpeg", "jpeg"),
    _picture(0, b"\x89PNG\r\n\x1a\n", "image/png", "PNG"),
    _picture(0, b"GIF87a", "image/gif", "GIF"),
    _picture(0, b"GIF89a", "image/gif", "GIF"),
    _picture(0, b"\x00\x00\x00\x0cjP  \r\n\x87\n", "image/jp2", "JPEG2000"),
    _picture(0, b"\xff\x4f\xff\x51\x00", "image/j2c", "JPEG2000"),
    _picture(0, b"8BPS\x00\x01", "image/vnd.adobe.photoshop", "PSD"),
    _picture(0, b"qoif", "image/qoi", "QOI"),
    _picture(0, b"DDS \x7c\x00\x00\x00", "image/vnd-ms.dds", "DDS"),
    _picture(0, b"icns", "image/icns", "ICNS"),
    _picture(0, b"\x59\xa6\x6a\x95", "image/x-sun-raster", "SUN"),
    _picture(0, b"/* XPM */", "image/x-xpixmap", "XPM"),
    _picture(0, b"\xff\x0a", "image/jxl", None),
    _picture(0, b"\x00\x00\x00\x0cJXL \r\n\x87\n", "image/jxl", None),
    _picture(0, b"8BPS\x00\x02", "image/vnd.adobe.photoshop", None),  # large format, PSB
    _picture(0, b"gimp xcf", "image/x-xcf", None),
    _picture(0, b"FUJIFILMCCD-RAW", "image/x-fuji-raf", None),
    _picture(0, b"IIRO", "image/x-olympus-orf", None),
    _picture(0, b"IIRS", "image/x-olympus-orf", None),
    _picture(0, b"MMOR", "image/x-olympus-orf", None),
    _picture(0, b"IIU\x00", "image/x-panasonic-rw2", None),
    _picture(0, b"FOVb", "image/x-sigma-x3f", None),
    _picture(0, b"\x00MRM", "image/x-minolta-mrw", None),
    _picture(0, b"\xd7\xcd\xc6\x9a", "image/wmf", None),
    _picture(40, b" EMF", "image/emf", None),
    _picture(0, b"SIMPLE  =", "image/fits", None),
)

_OTHERS = (
    _other(0, b"PK\x03\x04", "application/zip", Kind.ARCHIVE),  # refined by _of_zip
    _other(0, b"PK\x05\x06", "application/zip", Kind.ARCHIVE),
    _other(0, b"PK\x07\x08", "application/zip", Kind.ARCHIVE),
    _other(0, b"Rar!\x1a\x07", "application/vnd.rar", Kind.ARCHIVE),
    _other(0, b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed", Kind.ARCHIVE),
    _other(0, b"\x1f\x8b\x08", "application/gzip", Kind.ARCHIVE),
    _other(0, b"BZh", "application/x-bzip2", Kind.ARCHIVE),
    _other(0, b"\xfd7zXZ\x00", "application/x-xz", Kind.ARCHIVE),
    _other(0, b"\x28\xb5\x2f\xfd", "application/zstd", Kind.ARCHIVE),
    _other(0, b"MSCF\x00\x00\x00\x00", "application/vnd.ms-cab-compressed", Kind.ARCHIVE),
    _other(257, b"ustar", "application/x-tar", Kind.ARCHIVE),
    _other(0, b"EVF\x09\x0d\x0a\xff\x00", "application/x-ewf", Kind.ARCHIVE),
    _other(0, b"\x1a\x45\xdf\xa3", "video/x-matroska", Kind.VIDEO),  # refined by _of_matroska
    _other(0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "video/x-ms-asf", Kind.VIDEO),
    _other(0, b"FLV\x01", "video/x-flv", Kind.VIDEO),
    _other(0, b"\x00\x00\x01\xba", "video/mpeg", Kind.VIDEO),
    _other(0, b"\x00\x00\x01\xb3", "video/mpeg", Kind.VIDEO),
    _other(0, b".RMF", "application/vnd.rn-realmedia", Kind.VIDEO),
    _other(0, b"OggS", "audio/ogg", Kind.AUDIO),  # refined by _of_ogg
    _other(0, b"fLaC", "audio/flac", Kind.AUDIO),
    _other(0, b"ID3", "audio/mpeg", Kind.AUDIO),
    _other(0, b"#!AMR", "audio/amr", Kind.AUDIO),
    _other(0, b"MThd", "audio/midi", Kind.AUDIO),
    _other(0, b"FORM", "audio/aiff", Kind.AUDIO),
    _other(0, b"caff\x00\x01", "audio/x-caf", Kind.AUDIO),
    _other(0, b"{\\rtf", "application/rtf", Kind.DOCUMENT),
    _other(0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage", Kind.DOCUMENT),
    _other(0, b"%!PS", "application/postscript", Kind.DOCUMENT),
    _other(0, b"\xc5\xd0\xd3\xc6", "application/postscript", Kind.DOCUMENT),  # EPS with preview
    _other(0, b"AT&TFORM", "image/vnd.djvu", Kind.DOCUMENT),
    _other(0, b"SQLite format 3\x00", "application/vnd.sqlite3", Kind.OTHER),
    _other(0, b"\x7fELF", "application/x-elf", Kind.OTHER),
    _other(0, b"bplist00", "application/x-bplist", Kind.OTHER),
    _other(0, b"CMMM", "application/x-windows-thumbcache", Kind.OTHER),
    _other(0, b"\x4c\x00\x00\x00\x01\x14\x02\x00", "application/x-ms-shortcut", Kind.OTHER),
    _other(0, b"regf", "application/x-windows-registry", Kind.OTHER),
)

_PORTABLE_MAPS = {
    b"P1": "image/x-portable-bitmap",
    b"P4": "image/x-portable-bitmap",
    b"P2": "image/x-portable-graymap",
    b"P5": "image/x-portable-graymap",
    b"P3": "image/x-portable-pixmap",
    b"P6": "image/x-portable-pixmap",
}
_PORTABLE_MAP = re.compile(rb"P[1-6](?:\s|#[^\n]*\n)+\d+(?:\s|#[^\n]*\n)+\d")
_DECLARED_MIME = re.compile(rb"mimetype(application/[a-z0-9.+-]{1,80}?)(?=PK|$)")
_SOUND_FRAMES = {  # sync, version, layer, protection
    **{bytes((0xFF, mark)): "audio/mpeg" for mark in b"\xfb\xfa\xf3\xf2\xe3\xe2\xfd\xfc\xf5\xf4"},
    **{bytes((0xFF, mark)): "audio/aac" for mark in b"\xf1\xf0\xf9\xf8"},
}
_HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"})
_AVIF_BRANDS = frozenset({b"avif", b"avis"})
_BOXES_OF_OLD_QUICKTIME = frozenset({b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"})
_TAG_SUBFILE_TYPE, _TAG_CHILD_DIRECTORIES, _TAG_DNG_VERSION = 0x00FE, 0x014A, 0xC612


def sniff(head: bytes) -> FileType:
    """Return what a file is.

    Args:
        head: The first 4096 bytes, or all of a shorter file.

    Returns:
        A FileType; `decoder` is None where Haven does not look into it.
    """
    if not head:
        return EMPTY
    for look in (_of_signatures, _of_tiff, _of_iso_media, _of_riff, _of_short_marks, _of_text):
        found = look(head)
        if found is not None:
            return found
    return UNKNOWN


def _of_signatures(head: bytes) -> FileType | None:
    """Return the type of a file with a plain signature."""
    for offset, magic, file_type in (*_PICTURES, *_OTHERS):
        if head.startswith(magic, offset):
            if magic.startswith(b"PK\x03"):
                return _of_zip(head)
            if magic == b"OggS":
                return _of_ogg(head)
            if magic == b"\x1a\x45\xdf\xa3" and b"webm" in head[:64]:
                return FileType("video/webm", Kind.VIDEO)
            return file_type
    return None


def _of_tiff(head: bytes) -> FileType | None:
    """Return the type of a TIFF, or of a camera's raw file built like one.

    Pillow would open a raw file and show the small preview in its first directory as if
    it were the picture; such a file is rather said to be unsupported.
    """
    if head[:4] in (b"II+\x00", b"MM\x00+"):
        return FileType("image/tiff", Kind.IMAGE, "TIFF")
    block = exif.open_block(head)
    if block is None or head[:2] == b"Ex":
        return None
    if head[8:10] == b"CR":
        return FileType("image/x-canon-cr2", Kind.IMAGE)
    wanted = (_TAG_SUBFILE_TYPE, _TAG_CHILD_DIRECTORIES, _TAG_DNG_VERSION)
    tags = block.directory(block.first, wanted)
    if _TAG_DNG_VERSION in tags:
        return FileType("image/x-adobe-dng", Kind.IMAGE)
    subfile = tags.get(_TAG_SUBFILE_TYPE)
    is_preview = subfile is not None and (subfile.whole_number() or 0) & 1 == 1
    if is_preview and _TAG_CHILD_DIRECTORIES in tags:
        return FileType("image/x-raw", Kind.IMAGE)
    return FileType("image/tiff", Kind.IMAGE, "TIFF")


def _of_iso_media(head: bytes) -> FileType | None:
    """Return the type of a file of boxes: HEIC, AVIF, MP4, QuickTime, M4A."""
    box = head[4:8]
    if box in _BOXES_OF_OLD_QUICKTIME:
        return FileType("video/quicktime", Kind.VIDEO)
    if box != b"ftyp":
        return None
    end = min(int.from_bytes(head[:4], "big"), len(head), 256)
    major = head[8:12]
    brands = {major, *(head[at : at + 4] for at in range(16, end - 3, 4))}
    if major in _AVIF_BRANDS or (major in (b"mif1", b"msf1") and brands & _AVIF_BRANDS):
        return FileType("image/avif", Kind.IMAGE, "AVIF")
    if major in _HEIC_BRANDS or major in (b"mif1", b"msf1"):
        return FileType("image/heic", Kind.IMAGE, "HEIF")
    if major in (b"crx ", b"jxl "):
        return FileType("image/x-canon-cr3" if major == b"crx " else "image/jxl", Kind.IMAGE)
    if major == b"qt  ":
        return FileType("video/quicktime", Kind.VIDEO)
    if major in (b"M4A ", b"M4B ", b"F4A "):
        return FileType("audio/mp4", Kind.AUDIO)
    return FileType("video/3gpp" if major[:2] == b"3g" else "video/mp4", Kind.VIDEO)


def _of_riff(head: bytes) -> FileType | None:
    """Return the type of a RIFF file: WebP, AVI, WAV."""
    if head[:4] != b"RIFF":
        return None
    return {
        b"WEBP": FileType("image/webp", Kind.IMAGE, "WEBP"),
        b"AVI ": FileType("video/x-msvideo", Kind.VIDEO),
        b"WAVE": FileType("audio/wav", Kind.AUDIO),
    }.get(head[8:12], FileType("application/x-riff", Kind.OTHER))


def _of_zip(head: bytes) -> FileType:
    """Return the type of a zip archive by the name of its first member."""
    first = head[30:]
    if first.startswith((b"[Content_Types].xml", b"_rels/", b"docProps/")):
        kinds = ((b"word/", "wordprocessingml.document"), (b"xl/", "spreadsheetml.sheet"))
        found = next((name for mark, name in kinds if mark in head), "presentationml.presentation")
        mime = f"application/vnd.openxmlformats-officedocument.{found}"
        return FileType(mime, Kind.DOCUMENT)
    if declared := _DECLARED_MIME.match(first):  # OpenDocument and EPUB say it themselves
        return FileType(declared[1].decode("ascii"), Kind.DOCUMENT)
    if first.startswith((b"META-INF/", b"AndroidManifest.xml")):
        return FileType("application/java-archive", Kind.ARCHIVE)
    return FileType("application/zip", Kind.ARCHIVE)


def _of_ogg(head: bytes) -> FileType:
    """Return whether an Ogg file holds video or only sound."""
    if b"\x80theora" in head[:128]:
        return FileType("video/ogg", Kind.VIDEO)
    return FileType("audio/ogg", Kind.AUDIO)


def _of_short_marks(head: bytes) -> FileType | None:
    """Return the type of a file whose mark is so short that more has to fit."""
    if head[:2] == b"BM" and _is_bmp(head):
        return FileType("image/bmp", Kind.IMAGE, "BMP")
    if head[:4] in (b"\x00\x00\x01\x00", b"\x00\x00\x02\x00") and _is_icon(head):
        decoder = "ICO" if head[2] == 1 else "CUR"
        return FileType("image/vnd.microsoft.icon", Kind.IMAGE, decoder)
    if head[:1] == b"\x0a" and _is_pcx(head):
        return FileType("image/vnd.zbrush.pcx", Kind.IMAGE, "PCX")
    if head[:2] == b"\x01\xda" and head[2:3] in b"\x00\x01" and head[3:4] in b"\x01\x02":
        return FileType("image/sgi", Kind.IMAGE, "SGI")
    if _PORTABLE_MAP.match(head):
        return FileType(_PORTABLE_MAPS[head[:2]], Kind.IMAGE, "PPM")
    if head[:1] == b"G" and len(head) > 376 and head[188:189] == head[376:377] == b"G":
        return FileType("video/mp2t", Kind.VIDEO)
    if head[:2] in _SOUND_FRAMES and len(head) > 2 and head[2] & 0xF0 != 0xF0:
        return FileType(_SOUND_FRAMES[head[:2]], Kind.AUDIO)
    if head[:2] == b"MZ" and len(head) >= 64:
        return FileType("application/vnd.microsoft.portable-executable", Kind.OTHER)
    return None


def _is_bmp(head: bytes) -> bool:
    """Return whether a known info header follows the 14 bytes of the file header."""
    return int.from_bytes(head[14:18], "little") in (12, 16, 40, 52, 56, 64, 108, 124)


def _is_icon(head: bytes) -> bool:
    """Return whether an icon directory has entries, and the first one a reserved zero."""
    return 0 < int.from_bytes(head[4:6], "little") < 256 and head[9:10] == b"\x00"


def _is_pcx(head: bytes) -> bool:
    """Return whether version, encoding and bits per pixel are ones that PCX knows."""
    return len(head) >= 128 and head[1] in (0, 2, 3, 4, 5) and head[2] == 1 and head[3] in (1, 8)


def _of_text(head: bytes) -> FileType | None:
    """Return the type of a file that is text; SVG and HTML are documents."""
    if b"%PDF-" in head[:1024]:
        return FileType("application/pdf", Kind.DOCUMENT)
    text = _text(head)
    if text is None:
        return None
    start = text.lstrip("\ufeff \t\r\n").lower()
    if start.startswith(("<svg", "<?xml", "<!--", "<!doctype svg")) and "<svg" in start:
        return FileType("image/svg+xml", Kind.DOCUMENT)
    if start.startswith(("<!doctype html", "<html", "<head", "<body", "<script")):
        return FileType("text/html", Kind.DOCUMENT)
    if start.startswith("<?xml"):
        return FileType("application/xml", Kind.DOCUMENT)
    if start.startswith("#define ") and "_width " in start and "_bits" in start:
        return FileType("image/x-xbitmap", Kind.IMAGE, "XBM")
    return FileType("text/plain", Kind.DOCUMENT)


def _text(head: bytes) -> str | None:
    """Return the head as text if it is text without control characters."""
    is_wide = head[:2] in (b"\xff\xfe", b"\xfe\xff")
    reader = codecs.getincrementaldecoder("utf-16" if is_wide else "utf-8")()
    try:  # the end of the head may cut through a character, the end of a file may not
        text = reader.decode(head, final=len(head) < HEAD_BYTES)
    except UnicodeDecodeError:
        return None
    return text if all(sign >= " " or sign in "\t\n\r\f\x1b" for sign in text) else None
