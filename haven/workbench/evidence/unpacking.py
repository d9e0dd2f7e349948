"""Reading what an archive holds, without believing a word of it.

In      one uploaded file, open for reading
Out     its entries in order: a name as data, and the bytes in pieces
Fails   UploadRefused: encrypted, damaged, or over a limit; the sentence says which entry
Why     nothing in an archive decides where or how anything is written
Not     here: writing (storing.py); archives inside archives stay closed, as files

An entry that is a link comes out as a small file holding the text of its target: kept as
evidence, never followed. Folders have no bytes and no entry of their own.
"""

import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from django.utils.translation import gettext as _

from haven.web.errors import BadInput
from haven.workbench.evidence.limits import UploadLimits

_PIECE_BYTES = 1 << 20
_ZIP_STARTS = (b"PK\x03\x04", b"PK\x05\x06")  # a first entry, or an empty archive
_ENTRY_STARTS = b"PK\x01\x02"  # of an entry in the list, APPNOTE 4.3.12
_LENGTHS_AT = 28  # of name, extra field and comment in such an entry, APPNOTE 4.3.12
# The others (bzip2, LZMA) Python unpacks a megabyte at a time into whatever it becomes: 20 GB.
_PACKINGS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_ENCRYPTED = 0x1  # general purpose bit 0, APPNOTE 4.4.4


class UploadRefused(BadInput):
    """An upload that cannot be taken in as a whole; nothing of it was kept."""

    code = "upload.refused"


@dataclass(frozen=True, slots=True)
class Entry:
    """One file in an upload: its name as data, and a way to read it once."""

    untrusted_name: bytes
    pieces: Iterator[bytes]


def is_archive(file: IO[bytes]) -> bool:
    """Tell from the first bytes whether this is a zip archive; the file is rewound."""
    file.seek(0)
    start = file.read(4)
    file.seek(0)
    return start.startswith(_ZIP_STARTS)


def plain(file: IO[bytes], *, untrusted_name: bytes, limits: UploadLimits) -> Entry:
    """Return a file that is no archive as one entry."""
    file.seek(0)
    return Entry(untrusted_name, _counted(_read(file), limits.file_bytes, 1))


def entries(
    file: IO[bytes], *, untrusted_name: bytes, size_bytes: int, limits: UploadLimits
) -> Iterator[Entry]:
    """Yield the files of a zip archive, each to be read before the next is asked for.

    Args:
        file: The archive; it must be able to seek.
        untrusted_name: Name of the archive; it stands before the name of each entry.
        size_bytes: Real size of the archive, against which the whole is measured.
        limits: See UploadLimits.

    Raises:
        UploadRefused: Encrypted, damaged or over a limit.
    """
    try:
        _check_length_of_list(file, limits)
        archive = zipfile.ZipFile(file)
    except (
        zipfile.BadZipFile, NotImplementedError, ValueError, OSError, OverflowError, RecursionError
    ) as error:  # fmt: skip
        raise UploadRefused(_("The archive is damaged: its list of files is broken.")) from error
    with archive:
        listed = [entry for entry in archive.infolist() if not entry.is_dir()]
        _check_listed(listed, size_bytes=size_bytes, limits=limits)
        for number, entry in enumerate(listed, start=1):
            name = untrusted_name + b"/" + _name_bytes(entry)
            yield Entry(name, _entry_pieces(archive, entry, number=number, limits=limits))


def _check_length_of_list(file: IO[bytes], limits: UploadLimits) -> None:
    """Raise UploadRefused for a list that would fill the memory once read.

    What the archive says of the length of its list is not believed: `zipfile` reads on
    while there are bytes, and keeps about 600 bytes for an entry of 47.
    """
    end = zipfile._EndRecData(file)  # type: ignore[attr-defined]  # as ZipFile itself begins
    if end is None:
        raise zipfile.BadZipFile("no end of the list of files")
    size_bytes, place = end[zipfile._ECD_SIZE], end[zipfile._ECD_LOCATION]  # type: ignore[attr-defined]
    if end[zipfile._ECD_SIGNATURE] == zipfile.stringEndArchive64:  # type: ignore[attr-defined]
        place -= zipfile.sizeEndCentDir64 + zipfile.sizeEndCentDir64Locator  # type: ignore[attr-defined]
    most, count, seen = 2 * limits.files, 0, 0  # as many folders as files
    while seen < size_bytes:
        file.seek(place - size_bytes + seen)
        head = file.read(zipfile.sizeCentralDir)  # type: ignore[attr-defined]
        if len(head) < zipfile.sizeCentralDir or not head.startswith(_ENTRY_STARTS):  # type: ignore[attr-defined]
            raise zipfile.BadZipFile("an entry of the list of files is cut off")
        seen += len(head) + sum(struct.unpack_from("<3H", head, _LENGTHS_AT))
        count += 1
        if count > most:
            raise UploadRefused(
                _("At most %(limit)d files can be uploaded at once.") % {"limit": limits.files}
            )


def _check_listed(listed: list[zipfile.ZipInfo], *, size_bytes: int, limits: UploadLimits) -> None:
    """Raise UploadRefused for what the list of files already shows."""
    if len(listed) > limits.files:
        raise UploadRefused(
            _("The archive holds %(count)d files; at most %(limit)d can be uploaded at once.")
            % {"count": len(listed), "limit": limits.files}
        )
    claimed = sum(entry.file_size for entry in listed)
    if claimed > limits.unpacked_bytes:
        raise UploadRefused(
            _("Unpacked, the archive would be larger than %(limit)d GB.")
            % {"limit": limits.unpacked_bytes >> 30}
        )
    if claimed > limits.ratio_from_bytes and claimed > limits.ratio * max(1, size_bytes):
        raise UploadRefused(_bomb_sentence(limits))
    for number, entry in enumerate(listed, start=1):
        if entry.compress_type not in _PACKINGS:
            raise UploadRefused(_packing_sentence(number))
        if entry.flag_bits & _ENCRYPTED:
            raise UploadRefused(
                _(
                    "File %(number)d in the archive is encrypted. Unpack the archive with its "
                    "password and add the folder, or upload it packed without one."
                )
                % {"number": number}
            )


def _entry_pieces(
    archive: zipfile.ZipFile, entry: zipfile.ZipInfo, *, number: int, limits: UploadLimits
) -> Iterator[bytes]:
    """Yield the bytes of one entry; what it claims about itself is not believed."""
    most = min(
        limits.file_bytes,
        max(limits.ratio_from_bytes, limits.ratio * max(1, entry.compress_size)),
    )
    try:
        with archive.open(entry) as opened:
            yield from _counted(_read(opened), most, number)
    except (NotImplementedError, RuntimeError) as error:
        raise UploadRefused(_packing_sentence(number)) from error
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, OverflowError, ValueError) as error:
        raise UploadRefused(
            _("The archive is damaged: file %(number)d cannot be unpacked.") % {"number": number}
        ) from error


def _name_bytes(entry: zipfile.ZipInfo) -> bytes:
    """Return the name as it stands in the archive; zipfile decodes as UTF-8 or CP437."""
    text = entry.orig_filename
    try:
        return text.encode("cp437" if not entry.flag_bits & 0x800 else "utf-8")
    except UnicodeEncodeError:
        return text.encode("utf-8", errors="backslashreplace")


def _read(file: IO[bytes]) -> Iterator[bytes]:
    """Yield the rest of a file in pieces."""
    while piece := file.read(_PIECE_BYTES):
        yield piece


def _counted(pieces: Iterator[bytes], most_bytes: int, number: int) -> Iterator[bytes]:
    """Yield pieces, and refuse the upload once there are too many bytes."""
    seen = 0
    for piece in pieces:
        seen += len(piece)
        if seen > most_bytes:
            raise UploadRefused(
                _(
                    "File %(number)d is larger than it may be when unpacked (%(limit)d MB). "
                    "Add such a file as a folder instead."
                )
                % {"number": number, "limit": max(1, most_bytes >> 20)}
            )
        yield piece


def _packing_sentence(number: int) -> str:
    """Return the sentence for an entry that is packed in another way."""
    return _("File %(number)d in the archive is packed in a way that Haven cannot open.") % {
        "number": number
    }


def _bomb_sentence(limits: UploadLimits) -> str:
    """Return the sentence for an archive that grows too much."""
    return _(
        "Unpacked, the archive would grow more than %(limit)d times. Archives of pictures "
        "do not; this one is not opened."
    ) % {"limit": limits.ratio}
