"""Exact digests: three of them in one read, and a second read that must agree.

In      the path of a file; for the second read also the digest of the first
Out     Digests and the first bytes, or all bytes
Fails   SourceMissing: cannot be opened, or is no plain file; SourceTooLarge: over the limit;
        SourceChanged: the second read gave other bytes than the first
Why     a file is known by its bytes; lists of known files use all three digests
Not     here: what the bytes mean (media/sniff.py), walking folders (pipeline.py)

A link is never followed and a pipe, device or socket is never waited for: seized folders
may hold anything. The folder above the file is the caller's to choose.
"""

import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from haven.engine.errors import SourceChanged, SourceMissing, SourceTooLarge
from haven.engine.records import Digests

HEAD_BYTES = 4096  # what media/sniff.py looks at
_CHUNK_BYTES = 1 << 18  # stays in the second-level cache, so three digests cost one read of memory
_NO_WAIT = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY


def checksums(path: Path, *, max_bytes: int | None = None) -> tuple[Digests, bytes]:
    """Return the digests of a file and its first bytes, from one read.

    Args:
        path: A plain file.
        max_bytes: Refuse a larger file before reading it; None for any size.

    Returns:
        digests: SHA-256, SHA-1, MD5 and the size that was read.
        head: The first `HEAD_BYTES` bytes, or fewer where the file is shorter.

    Raises:
        SourceMissing: The file cannot be read, or is a link, folder, pipe, device or socket.
        SourceTooLarge: The file holds more than `max_bytes`.
    """
    with _opened(path) as file:
        return _counted(_chunks(file, max_bytes))


def checksums_of(file: BinaryIO) -> tuple[Digests, bytes]:
    """Return the same of an open file, from where it stands to its end.

    Raises:
        SourceMissing: The medium is broken.
    """
    try:
        return _counted(iter(lambda: file.read(_CHUNK_BYTES), b""))
    except OSError as error:
        raise SourceMissing(f"the file cannot be read: {_reason(error)}") from None


def _counted(chunks: Iterator[bytes]) -> tuple[Digests, bytes]:
    """Return the digests and the first bytes of a file given in chunks."""
    sha256 = hashlib.sha256()
    # Weak, and still needed: known-file lists from partners are often in SHA-1 or MD5.
    sha1 = hashlib.sha1(usedforsecurity=False)
    md5 = hashlib.md5(usedforsecurity=False)
    head, size_bytes = b"", 0
    for chunk in chunks:
        head = head or chunk[:HEAD_BYTES]
        size_bytes += len(chunk)
        sha256.update(chunk)
        sha1.update(chunk)
        md5.update(chunk)
    digests = Digests(sha256.hexdigest(), sha1.hexdigest(), md5.hexdigest(), size_bytes)
    return digests, head


def read_verified(path: Path, sha256: str, max_bytes: int | None = None) -> bytes:
    """Return all bytes of a file, if they still are those of the digest.

    Args:
        path: A plain file.
        sha256: What `checksums` said, lower-case hexadecimal.
        max_bytes: Refuse a larger file; None for any size.

    Raises:
        SourceMissing: The file cannot be read, or is no plain file.
        SourceTooLarge: The file holds more than `max_bytes`.
        SourceChanged: The bytes have another digest.
    """
    with _opened(path) as file:
        return verified(b"".join(_chunks(file, max_bytes)), sha256)


def verified(content: bytes, sha256: str) -> bytes:
    """Return the bytes, if they are those of the digest.

    Raises:
        SourceChanged: They have another digest.
    """
    found = hashlib.sha256(content).hexdigest()
    if found != sha256:
        raise SourceChanged(f"SHA-256 was {sha256} at the first reading and is {found} now")
    return content


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    """Open a plain file without following a link or waiting for a pipe.

    An OSError of the reads inside the block is a broken medium, and SourceMissing too.
    """
    try:
        descriptor = os.open(path, _NO_WAIT)
        with open(descriptor, "rb", buffering=0) as file:  # noqa: PTH123  # Path cannot open a descriptor
            mode = os.fstat(descriptor).st_mode
            if not stat.S_ISREG(mode):
                raise SourceMissing(f"not a plain file: type {stat.S_IFMT(mode):#o}")
            yield file
    except OSError as error:
        raise SourceMissing(f"the file cannot be read: {_reason(error)}") from None
    except ValueError:  # a NUL in the name
        raise SourceMissing("the file cannot be read: no file can have this name") from None


def _chunks(file: BinaryIO, max_bytes: int | None) -> Iterator[bytes]:
    """Yield the file in pieces; stop with SourceTooLarge once it is over the limit."""
    if max_bytes is not None and (claimed := os.fstat(file.fileno()).st_size) > max_bytes:
        raise SourceTooLarge(f"file has {claimed} bytes, limit {max_bytes}")
    read = 0
    while chunk := file.read(_CHUNK_BYTES):
        read += len(chunk)
        if max_bytes is not None and read > max_bytes:  # it grew while it was read
            raise SourceTooLarge(f"file has more than {max_bytes} bytes, the limit")
        yield chunk


def _reason(error: OSError) -> str:
    """Return the system's words without the file name that `str(error)` would add."""
    return error.strerror or type(error).__name__
