"""Hostile files for tests: what a seized disk, or someone who wants to break Haven, may hold.

In      an empty folder
Out     the files in it, and for each what has to become of it
Why     one generator for the decoder, the runners, the command line and the pages
Not     here: good files (media.py). Every picture is drawn; nothing is offensive to see

Some names and kinds of file are not possible on every disk; those are left out there, and
are not in the answer.
"""

import contextlib
import io
import os
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

from tests import media

DONE, UNSUPPORTED, FAILED = "done", "unsupported", "failed"

Files = Iterator[tuple[str | bytes, bytes, str]]


def make(folder: Path) -> dict[str, str]:
    """Write the hostile files and return what is expected of each.

    Returns:
        Path below the folder (as `os.fsdecode` gives it) to "done", "unsupported" or
        "failed". Links and pipes are failed: they have no content of their own.
    """
    expected: dict[str, str] = {}
    for group in (_cut_off, _lying, _bombs, _archives, _texts, _metadata, _names, _deep):
        for name, content, status in group():
            path = os.path.join(os.fsencode(folder), os.fsencode(name))  # noqa: PTH118
            try:
                os.makedirs(os.path.dirname(path), exist_ok=True)  # noqa: PTH103, PTH120
                with open(path, "wb") as file:  # noqa: PTH123  # names that are no text
                    file.write(content)
            except OSError:  # this disk does not allow the name
                continue
            expected[os.fsdecode(name)] = status
    expected.update(_not_files(folder))
    return expected


def _cut_off() -> Files:
    """Yield pictures that end too early or have wrong bits."""
    image = media.scene()
    jpeg = media.encoded(image, "JPEG", quality=90)
    progressive = media.encoded(image, "JPEG", quality=90, progressive=True)
    png = media.encoded(image, "PNG")
    yield "truncated.jpg", jpeg[: len(jpeg) // 2], FAILED
    yield "truncated-progressive.jpg", progressive[: len(progressive) // 2], FAILED
    yield "truncated-and-closed.jpg", jpeg[: len(jpeg) // 2] + b"\xff\xd9", FAILED
    yield "truncated-in-header.jpg", jpeg[:300], FAILED
    yield "truncated.png", png[: len(png) // 2], FAILED
    yield "filled-with-zeros.jpg", jpeg[: len(jpeg) // 2] + bytes(len(jpeg) // 2), FAILED
    for kind in ("GIF", "BMP", "TIFF", "WEBP", "JPEG2000", "AVIF", "HEIF"):
        content = media.encoded(image, kind)
        yield f"truncated.{kind.lower()}", content[: len(content) * 2 // 3], FAILED
    yield "bit-flipped.png", _flipped(png, len(png) // 2), FAILED
    yield "bit-flipped.jpg", _flipped(jpeg, len(jpeg) * 2 // 3), DONE  # damaged, still a picture
    heic = media.encoded(image, "HEIF")
    yield "corrupt.heic", heic[:60] + bytes(len(heic) - 60), FAILED
    yield "zero-bytes.jpg", b"", FAILED


def _lying() -> Files:
    """Yield files that are not what their name or their header says."""
    image = media.scene()
    jpeg, png = media.encoded(image, "JPEG"), media.encoded(image, "PNG")
    yield "jpeg-named.txt", jpeg, DONE
    yield "png-named.jpg", png, DONE
    yield "text-named.jpg", b"This is a letter, not a picture.\n", UNSUPPORTED
    yield "no-extension", jpeg, DONE
    yield "jpeg-and-zip.jpg", jpeg + _zip({"inside.txt": b"hello"}), DONE
    yield "two-pictures.jpg", jpeg + jpeg, DONE
    yield "only-a-signature.png", png[:8], FAILED
    yield "only-a-signature.jpg", b"\xff\xd8\xff\xe0", FAILED
    yield "random.jpg", b"\xff\xd8\xff" + bytes(range(256)) * 40, FAILED
    yield "looping.tiff", _looping_tiff(), FAILED
    yield "children-of-itself.tiff", _self_nested_tiff(), DONE


def _bombs() -> Files:
    """Yield small files that ask for much."""
    huge = struct.pack(">II", 20000, 20000)
    yield "claims-20000.png", _png(huge, zlib.compress(b"\0" * 100)), FAILED
    yield "holds-20000.png", _png(huge, _repeated(20000 * (1 + 20000 // 8))), FAILED
    jpeg = media.encoded(media.scene(), "JPEG")
    yield "claims-65500.jpg", _resized_frame(jpeg, 65500, 65500), FAILED
    yield "claims-12000.jpg", _resized_frame(jpeg, 12000, 12000), FAILED
    yield "thousands-of-scans.jpg", _many_scans(3000), FAILED
    yield "ten-thousand-frames.gif", _long_gif(10_000), DONE
    yield "bomb.zip", _zip({f"{n}.bmp": bytes(20_000_000) for n in range(5)}), UNSUPPORTED
    yield "large-icon.ico", _icon_with_large_png(), FAILED


def _archives() -> Files:
    """Yield archives; none is opened by the engine."""
    inner = _zip({"inner.zip": _zip({"picture.jpg": media.encoded(media.scene(), "JPEG")})})
    yield "nested.zip", _zip({"middle.zip": inner}), UNSUPPORTED
    outward = {"../../outside.jpg": b"x", "/etc/outside.jpg": b"x", "a\\..\\..\\b.jpg": b"x"}
    yield "traversal.zip", _zip(outward), UNSUPPORTED
    yield "links.zip", _zip_with_link(), UNSUPPORTED
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        link = tarfile.TarInfo("link.jpg")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    yield "links.tar", stream.getvalue(), UNSUPPORTED


def _texts() -> Files:
    """Yield documents that a careless viewer would run."""
    script = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    yield "drawing.svg", script.encode(), UNSUPPORTED
    yield "drawing.png", b"<?xml version='1.0'?>\n" + script.encode(), UNSUPPORTED
    yield "page.jpg", b"<!DOCTYPE html><html><script>alert(1)</script></html>", UNSUPPORTED
    program = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(/etc/passwd) run\n"
    yield "program.eps", program, UNSUPPORTED
    yield "paper.pdf", b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\n", UNSUPPORTED


def _metadata() -> Files:
    """Yield good pictures with metadata that nobody should believe."""
    image = media.scene()
    markup = media.exif(
        base={0x010F: "<script>alert('make')</script>", 0x0110: "M\x01\x02\x1b[31m\u202eledom"},
        details={0x9003: "2020:13:45 99:99:99", 0xA431: "<b>'\"&\x07serial</b>\n\nx"},
        place={1: "N", 2: (999.0, 999.0, 999.0), 3: "E", 4: (5.0, 6.0, 7.0)},
    )
    yield "exif-markup.jpg", media.encoded(image, "JPEG", exif=markup), DONE
    yield "exif-huge.jpg", media.encoded(image, "JPEG", exif=_huge_exif()), DONE
    yield (
        "exif-broken.jpg",
        media.encoded(image, "JPEG", exif=b"Exif\0\0II*\0" + b"\xff" * 64),
        DONE,
    )
    looped = b"Exif\0\0" + _looping_tiff()
    yield "exif-looping.jpg", media.encoded(image, "JPEG", exif=looped), DONE
    yield "exif-markup.png", media.encoded(image, "PNG", exif=markup), DONE


def _names() -> Files:
    """Yield good pictures under names that break careless programs."""
    jpeg = media.encoded(media.scene(seed=7), "JPEG")
    names: tuple[str | bytes, ...] = (
        "new\nline.jpg",
        "right-to-left-\u202egpj.exe",
        "<img src=x onerror=alert(1)>.jpg",
        "quote'\"`$(id);&.jpg",
        "-rf.jpg",
        " spaces .jpg ",
        "tab\tand\x1b[31mescape.jpg",
        "..jpg",
        "%2e%2e%2fup.jpg",
        b"not-utf8-\xff\xfe\x80.jpg",
        "long-" + "n" * 240 + ".jpg",
        "e\u0301-and-\u00e9.jpg",
    )
    for number, name in enumerate(names):
        yield name, jpeg + bytes([number]), DONE  # each its own content


def _deep() -> Files:
    """Yield a good picture below sixty folders."""
    jpeg = media.encoded(media.scene(seed=8), "JPEG")
    yield "/".join(["deep"] * 60) + "/picture.jpg", jpeg, DONE


def _not_files(folder: Path) -> dict[str, str]:
    """Make links and pipes; a walk must neither follow nor wait for them."""
    makers: dict[str, Callable[[Path], None]] = {
        "broken-link.jpg": lambda path: path.symlink_to("nowhere.jpg"),
        "link-to-itself.jpg": lambda path: path.symlink_to("link-to-itself.jpg"),
        "link-to-file.jpg": lambda path: path.symlink_to("no-extension"),
        "link-outside.jpg": lambda path: path.symlink_to("/etc/passwd"),
        "link-above": lambda path: path.symlink_to("..", target_is_directory=True),
        "pipe.jpg": lambda path: os.mkfifo(path),
    }
    made = {}
    for name, maker in makers.items():
        with contextlib.suppress(OSError, NotImplementedError):
            maker(folder / name)
            made[name] = FAILED
    return made


def _flipped(content: bytes, at: int) -> bytes:
    return content[:at] + bytes([content[at] ^ 0b100]) + content[at + 1 :]


def _png(size: bytes, body: bytes) -> bytes:
    """Return a PNG of one bit a pixel with this size and compressed body."""

    def chunk(name: bytes, content: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(name + content))
        return struct.pack(">I", len(content)) + name + content + check

    header = chunk(b"IHDR", size + b"\x01\x00\x00\x00\x00")
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def _repeated(length: int) -> bytes:
    """Return that many zero bytes, compressed, without ever holding them."""
    packer = zlib.compressobj(9)
    piece = bytes(1 << 20)
    parts = [packer.compress(piece) for _ in range(length // len(piece))]
    parts.append(packer.compress(bytes(length % len(piece))))
    return b"".join(parts) + packer.flush()


def _resized_frame(jpeg: bytes, width: int, height: int) -> bytes:
    """Return a JPEG whose frame header claims another size."""
    at = jpeg.index(b"\xff\xc0")
    return jpeg[: at + 5] + struct.pack(">HH", height, width) + jpeg[at + 9 :]


def _many_scans(count: int) -> bytes:
    """Return a progressive JPEG whose last scan is repeated; each costs a whole pass."""
    jpeg = media.encoded(media.scene(), "JPEG", progressive=True)
    last = jpeg.rindex(b"\xff\xda")
    return jpeg[:last] + jpeg[last:-2] * count + b"\xff\xd9"


def _long_gif(frames: int) -> bytes:
    """Return an animated GIF of many frames, the first of them a picture."""
    gif = media.encoded(media.scene(120, 90), "GIF")
    small = b"\x2c" + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\x08\x02\x00\x03\x04\x00"
    return gif[:-1] + small * frames + b"\x3b"


def _icon_with_large_png() -> bytes:
    """Return an icon that says 16x16 and holds a PNG of 20,000x20,000."""
    png = _png(struct.pack(">II", 20000, 20000), zlib.compress(b"\0" * 100))
    entry = struct.pack("<BBBBHHII", 16, 16, 0, 0, 1, 32, len(png), 22)
    return b"\x00\x00\x01\x00\x01\x00" + entry + png


def _looping_tiff() -> bytes:
    """Return a TIFF without picture whose directory is followed by itself."""
    entry = struct.pack("<HHII", 0x010F, 2, 4, 0x41414141)
    return b"II*\x00" + struct.pack("<IH", 8, 1) + entry + struct.pack("<I", 8)


def _self_nested_tiff() -> bytes:
    """Return a good TIFF, 64x48 grey, whose every further directory is its first one."""
    first = 8
    entries = (
        (0x0100, 3, 64),  # width
        (0x0101, 3, 48),  # height
        (0x0102, 3, 8),  # bits a sample
        (0x0103, 3, 1),  # not compressed
        (0x0106, 3, 1),  # zero is black
        (0x0111, 4, 200),  # where the strip begins
        (0x0115, 3, 1),  # samples a pixel
        (0x0116, 3, 48),  # rows in the strip
        (0x0117, 4, 64 * 48),  # bytes in the strip
        (0x8769, 4, first),  # EXIF directory
        (0x8825, 4, first),  # GPS directory
    )
    directory = struct.pack("<H", len(entries))
    for tag, kind, value in entries:
        directory += struct.pack("<HHII", tag, kind, 1, value)
    content = b"II*\x00" + struct.pack("<I", first) + directory + struct.pack("<I", first)
    return content.ljust(200, b"\0") + media.scene(64, 48).convert("L").tobytes()


def _huge_exif() -> bytes:
    """Return the largest EXIF block a JPEG can hold, most of it one text."""
    return media.exif(base={0x010F: "M" * 60_000, 0x0110: "model"})


def _zip(members: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return stream.getvalue()


def _zip_with_link() -> bytes:
    """Return a zip with a link to a file outside and a file below a linked folder."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, target in (("link.jpg", "/etc/passwd"), ("folder", "/tmp")):  # noqa: S108
            link = zipfile.ZipInfo(name)
            link.create_system, link.external_attr = 3, 0o120777 << 16
            archive.writestr(link, target)
        archive.writestr("folder/picture.jpg", media.encoded(media.scene(), "JPEG"))
    return stream.getvalue()
