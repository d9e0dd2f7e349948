"""Sealing: bytes of a case made unreadable without its key, and bound to what they are.

In      the data key of a case; bytes or a file; what they are (kind and name)
Out     a sealed blob, and from it the same bytes again, whole or from any place on
Fails   SealBroken: another key, case, kind or name; or changed, cut off, put in another order
Why     what lies on a disk, or in a copy of it, is erased by destroying one key
Not     here: where keys come from (keys.py), where blobs lie

A blob, all of it covered by a tag:

    magic and version 8 | key id 16 | salt 32 | chunk, tag 16 | chunk, tag 16 | …

Each chunk is AES-256-GCM over up to CHUNK_BYTES of the content, under a key of this blob
alone: HKDF-SHA256 (RFC 5869) of the data key with the random salt. The nonce is 7 zero bytes,
the number of the chunk in 4 bytes and 1 in the last chunk, 0 before: the construction of
STREAM (Hoang, Reyhanitabar, Rogaway, Vizár 2015) as Tink's AES-GCM-HKDF has it. Order, number
and end are thereby bound. Associated data are the header and what the blob is.

Limits. NIST SP 800-38D, 8.3, allows 2^32 calls of a key with random nonces; one key per blob
and counted nonces (8.2.1) leave that limit to the chunks of one blob: 2^32 of 1 MiB are
4 PiB. Two blobs share a key only if two salts of 256 random bits are equal. A chunk is far
below the 2^36 - 31 bytes of 5.2.1.1.
"""

from __future__ import annotations

import hmac
import io
import secrets
import struct
from typing import IO, TYPE_CHECKING, Self, cast
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from haven.web.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import TracebackType

    from _typeshed import WriteableBuffer

MAGIC = b"HVSEAL\x00\x01"  # the last byte is the version
KEY_BYTES = 32
SALT_BYTES = 32
TAG_BYTES = 16
CHUNK_BYTES = 1 << 20  # what a reader holds at least; a tag on 1 MiB costs nothing
HEADER_BYTES = len(MAGIC) + 16 + SALT_BYTES
_BLOB, _NAMES = b"haven blob 1", b"haven names 1"  # labels that keep derived keys apart


class SealBroken(NotFound):
    """A blob cannot be opened: a closed tile is shown."""

    code = "seal.broken"


class CaseKey:
    """The data key of one case, in memory for one block; wiped at its end."""

    def __init__(self, case_id: UUID, key_id: UUID, key: bytes | bytearray) -> None:
        """Take a copy of the key.

        Args:
            case_id: Public id of the case.
            key_id: Id of the key; it stands in the header of each blob.
            key: 32 bytes.
        """
        if len(key) != KEY_BYTES:
            raise ValueError(f"a data key has {len(key)} bytes, not {KEY_BYTES}")
        self.case_id, self.key_id = case_id, key_id
        self._key = bytearray(key)

    def __enter__(self) -> Self:
        """Return self."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Wipe the key. Copies inside OpenSSL go when their last user does."""
        self._key[:] = bytes(KEY_BYTES)

    def name(self, kind: str, of: str) -> str:
        """Return the name of a blob on disk, from which nobody tells what it holds.

        The same kind and content give the same name, so that a second writing finds it.
        """
        key = _derived(self._key, salt=b"", label=_NAMES)
        return hmac.digest(key, _fields(kind, of), "sha256").hex()

    def seal(self, content: bytes, *, kind: str, name: str) -> bytes:
        """Return content sealed as what it is."""
        return b"".join(self.sealed([content], kind=kind, name=name))

    def open(self, blob: bytes, *, kind: str, name: str) -> bytes:
        """Return the content of a blob.

        Raises:
            SealBroken: See above.
        """
        return self.reader(io.BytesIO(blob), kind=kind, name=name).read()

    def sealed(self, pieces: Iterable[bytes], *, kind: str, name: str) -> Iterator[bytes]:
        """Yield a blob piece by piece; content of any size passes in the memory of two chunks."""
        writer = self.writer(kind=kind, name=name)
        yield writer.header
        for piece in pieces:
            yield from writer.take(piece)
        yield writer.end()

    def writer(self, *, kind: str, name: str) -> Writer:
        """Return what seals content that comes in pieces."""
        header = MAGIC + self.key_id.bytes + secrets.token_bytes(SALT_BYTES)
        return Writer(header, self._chunks(header, kind, name))

    def reader(self, blob: IO[bytes], *, kind: str, name: str) -> Reader:
        """Return a file of the content of a blob; what it gives was checked.

        Raises:
            SealBroken: The header is not one of this key.
        """
        blob.seek(0)
        header = blob.read(HEADER_BYTES)
        if len(header) != HEADER_BYTES or not header.startswith(MAGIC):
            raise SealBroken("no sealed blob of this version")
        if header[len(MAGIC) : len(MAGIC) + 16] != self.key_id.bytes:
            raise SealBroken("sealed with another key")
        return Reader(blob, self._chunks(header, kind, name))

    def _chunks(self, header: bytes, kind: str, name: str) -> _Chunks:
        """Return what seals and opens the chunks of one blob."""
        key = _derived(self._key, salt=header[-SALT_BYTES:], label=_BLOB)
        return _Chunks(key, header + _fields(str(self.case_id), kind, name))


class Writer:
    """Seals content that comes in pieces: write the header, what `take` yields, then the end."""

    def __init__(self, header: bytes, chunks: _Chunks) -> None:
        """Begin a blob."""
        self.header, self._chunks = header, chunks
        self._number, self._held = 0, bytearray()

    def take(self, piece: bytes) -> Iterator[bytes]:
        """Yield the chunks that are full; one is kept back, for it may be the last."""
        self._held += piece
        while len(self._held) > CHUNK_BYTES:
            yield self._chunks.seal(self._number, bytes(self._held[:CHUNK_BYTES]), is_last=False)
            del self._held[:CHUNK_BYTES]
            self._number += 1

    def end(self) -> bytes:
        """Return the last chunk."""
        return self._chunks.seal(self._number, bytes(self._held), is_last=True)


class Reader(io.RawIOBase):
    """The content of a blob as a file that can seek; one chunk is in memory."""

    def __init__(self, blob: IO[bytes], chunks: _Chunks) -> None:
        """Find out how long the content is, from the length of the blob, and check its end."""
        super().__init__()
        self._blob, self._chunks = blob, chunks
        body = blob.seek(0, io.SEEK_END) - HEADER_BYTES
        full, rest = divmod(body, CHUNK_BYTES + TAG_BYTES)
        if 0 < rest < TAG_BYTES or body < TAG_BYTES:
            raise SealBroken("a sealed blob is cut off")
        self._count = full + (1 if rest else 0)
        self.size_bytes = body - self._count * TAG_BYTES
        self._at = 0
        self._number, self._chunk = -1, b""
        self._load(self._count - 1)  # its nonce says that it is the last: nothing is missing

    def readable(self) -> bool:
        """Return True."""
        return True

    def seekable(self) -> bool:
        """Return True."""
        return True

    def tell(self) -> int:
        """Return the place in the content."""
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Go to a place in the content."""
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self.size_bytes}[whence]
        if start + offset < 0:
            raise ValueError("before the start of the content")
        self._at = start + offset
        return self._at

    def readinto(self, into: WriteableBuffer, /) -> int:
        """Read up to the end of the chunk; return how many bytes.

        Raises:
            SealBroken: The chunk is not what was sealed at this place.
        """
        if self._at >= self.size_bytes:
            return 0
        number, offset = divmod(self._at, CHUNK_BYTES)
        self._load(number)
        target = memoryview(into).cast("B")
        piece = memoryview(self._chunk)[offset : offset + len(target)]
        target[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)

    def read(self, size: int | None = -1, /) -> bytes:
        """Return the next bytes: as many as asked for, fewer only at the end."""
        left = max(0, self.size_bytes - self._at)
        wanted = left if size is None or size < 0 else min(size, left)
        out = bytearray(wanted)
        view, done = memoryview(out), 0
        while done < wanted and (got := self.readinto(view[done:])):
            done += got
        return bytes(view[:done])

    def close(self) -> None:
        """Close the blob as well."""
        self._chunk = b""
        self._blob.close()
        super().close()

    def _load(self, number: int) -> None:
        """Have a chunk in memory."""
        if number == self._number:
            return
        self._blob.seek(HEADER_BYTES + number * (CHUNK_BYTES + TAG_BYTES))
        sealed = self._blob.read(CHUNK_BYTES + TAG_BYTES)
        self._chunk = self._chunks.open(number, sealed, is_last=number == self._count - 1)
        self._number = number


class _Chunks:
    """Seals and opens the chunks of one blob."""

    def __init__(self, key: bytes, about: bytes) -> None:
        self._cipher, self._about = AESGCM(key), about

    def seal(self, number: int, chunk: bytes, *, is_last: bool) -> bytes:
        """Return a chunk and its tag."""
        return self._cipher.encrypt(_nonce(number, is_last), chunk, self._about)

    def open(self, number: int, sealed: bytes, *, is_last: bool) -> bytes:
        """Return a chunk.

        Raises:
            SealBroken: It is not what was sealed at this place.
        """
        try:
            return self._cipher.decrypt(_nonce(number, is_last), sealed, self._about)
        except InvalidTag as error:
            raise SealBroken("a sealed blob is not what it was") from error


def buffered(reader: Reader) -> IO[bytes]:
    """Return a reader as what libraries for archives expect of an open file."""
    return cast("IO[bytes]", io.BufferedReader(reader, buffer_size=1 << 16))


def _nonce(number: int, is_last: bool) -> bytes:
    """Return the nonce of a chunk; `struct.error` beyond 2^32 chunks."""
    return struct.pack(">7xIB", number, is_last)


def _derived(key: bytes | bytearray, *, salt: bytes, label: bytes) -> bytes:
    """Return a key for one purpose."""
    made = HKDF(algorithm=hashes.SHA256(), length=KEY_BYTES, salt=salt, info=label)
    return made.derive(key)


def _fields(*fields: str) -> bytes:
    """Return fields as bytes that no other fields give: each after its length."""
    coded = [field.encode() for field in fields]
    return b"".join(len(one).to_bytes(4, "big") + one for one in coded)
