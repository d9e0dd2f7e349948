"""Sealed: how a list lies on disk, so that its file tells nobody which digests it holds.

In      a key of 32 bytes for each list
Out     search words for digests; sealed blocks for everything else
Fails   ListDamaged: another key, or a block that is not what was written
Why     a list of known abuse material is sensitive itself (R-HASH-5). A digest is turned into
        two words of 16 bytes by AES, a permutation: equal digests have equal words, so they can
        be sorted and looked up; without the key a word is a random number. And words spread
        evenly whatever a list holds, which is what makes the look-up fast
Not     here: files (writer.py, store.py)

The first word is AES of the first 16 bytes of a digest, the second of its last 16 bytes under
another key; an MD5 has the first alone. For SHA-1 the two overlap by 12 bytes. Keys are
derived by HKDF-SHA256 (RFC 5869), one per purpose. Blocks are AES-256-GCM with a nonce that
counts blocks and is used once, because a list is written once under its key.
"""

import struct

import numpy as np
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import ECB
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from numpy.typing import NDArray

from haven.engine.errors import ListDamaged, WrongShape
from haven.engine.known.entries import BYTES_OF

KEY_BYTES = 32
WORD = 16  # bytes of one search word
Words = NDArray[np.uint64]  # (n, 2) a word each, big-endian order of bytes kept by value


class ListKey:
    """The key of one list, for all its purposes."""

    def __init__(self, key: bytes) -> None:
        """Derive what is needed.

        Raises:
            WrongShape: The key is not 32 bytes.
        """
        if len(key) != KEY_BYTES:
            raise WrongShape(f"the key of a list has {len(key)} bytes, not {KEY_BYTES}")
        self._first = {kind: _derived(key, f"first {kind}") for kind in BYTES_OF}
        self._last = {kind: _derived(key, f"last {kind}") for kind in BYTES_OF}
        self._blocks = AESGCM(_derived(key, "blocks"))

    def words(self, digests: bytes, kind: str) -> tuple[Words, Words]:
        """Return the two search words of digests that stand one after the other.

        Args:
            digests: n digests of one kind, joined.
            kind: "md5", "sha1" or "sha256".

        Returns:
            first, last: Shape (n, 2), uint64: the words as pairs that compare like their
                bytes. Of MD5 the last words are zero.

        Raises:
            WrongShape: The length is not a number of such digests.
        """
        size = BYTES_OF[kind]
        if len(digests) % size:
            raise WrongShape(f"{len(digests)} bytes are no whole number of {kind} digests")
        rows = np.frombuffer(digests, np.uint8).reshape(-1, size)
        first = _encrypted(self._first[kind], rows[:, :WORD])
        if size == WORD:
            return first, np.zeros_like(first)
        return first, _encrypted(self._last[kind], rows[:, -WORD:])

    def seal(self, block: bytes, *, what: str, number: int) -> bytes:
        """Return a block sealed as what it is; each (what, number) once per key."""
        return self._blocks.encrypt(_nonce(what, number), block, what.encode())

    def open(self, sealed: bytes, *, what: str, number: int) -> bytes:
        """Return a block.

        Raises:
            ListDamaged: It is not what was sealed as this.
        """
        try:
            return self._blocks.decrypt(_nonce(what, number), sealed, what.encode())
        except InvalidTag as error:
            raise ListDamaged("a block of a list is not what was written") from error


def _encrypted(key: bytes, rows: NDArray[np.uint8]) -> Words:
    """Return AES of rows of 16 bytes, shape (n, 2), uint64."""
    cipher = Cipher(AES(key), ECB()).encryptor()  # noqa: S305  # single blocks, as a permutation
    sealed = cipher.update(np.ascontiguousarray(rows).tobytes()) + cipher.finalize()
    words: Words = np.frombuffer(sealed, ">u8").astype(np.uint64).reshape(-1, 2)
    return words


def _nonce(what: str, number: int) -> bytes:
    """Return 12 bytes: four of what the block is, eight of its number."""
    return what.encode()[:4].ljust(4, b"\x00") + struct.pack(">Q", number)


def _derived(key: bytes, purpose: str) -> bytes:
    info = f"haven known list 1 {purpose}".encode()
    return HKDF(hashes.SHA256(), length=32, salt=None, info=info).derive(key)
