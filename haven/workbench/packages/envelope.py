"""Envelope: the one file of a package, readable by its recipient alone, signed by its sender.

In      who it is for and from; a manifest; the parts it names
Out     bytes of a file, piece by piece; and from a file the manifest, then the parts
Fails   NoPackage, OtherRecipient, UnknownSender, Damaged, WrongManifest: nothing of it is kept
Why     a hand-over must be safe on a stick in a pocket, and say for good who sent it
Not     here: what the parts say (vocabulary.py), whose keys there are (identities.py)

    magic and version 8 | package id 16 | key id of the recipient 32 | content key, sealed 80 |
    sealed content …

The content key is 32 random bytes, sealed to the recipient by HPKE (RFC 9180): base mode,
DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM; its `info` is the label, the package id and
the key id, so that the header cannot be another one. The content is sealed in chunks by
cases/sealing.py under that key: order, number and end are bound. It is

    length 4 | manifest | Ed25519 signature 64 | part | part | …

with each part exactly as long as the manifest says, and nothing after the last. Signed are the
label, the package id, the key id of the recipient and the SHA-256 of the manifest: who receives a
package cannot pass it on as if its sender had sent it elsewhere. All numbers are big-endian.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import struct
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any
from uuid import UUID

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey
from django.utils.translation import gettext_lazy as _

from haven.audit import canonical
from haven.web.errors import BadInput
from haven.workbench.cases.sealing import KEY_BYTES, CaseKey, SealBroken

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

    from haven.workbench.cases.sealing import Reader

MAGIC = b"HVPACK\x00\x01"  # the last byte is the version
LABEL = b"haven package 1"
SEALED_KEY_BYTES = 32 + KEY_BYTES + 16  # encapsulated key, content key, tag
HEADER_BYTES = len(MAGIC) + 16 + 32 + SEALED_KEY_BYTES
SIGNATURE_BYTES = 64
LONGEST_MANIFEST = 256 << 10  # bytes; twenty parts and a page of reasons are a tenth of it
_KIND = "package"
_READ = 1 << 18
_SUITE = hpke.Suite(hpke.KEM.X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM)


class NoPackage(BadInput):
    """The file is no package, or one of a version that is not known here."""

    code = "package.not_a_package"
    words = _("This file is no package of Haven, or one of a version that is not known here.")


class OtherRecipient(BadInput):
    """The package is for somebody else."""

    code = "package.other_recipient"
    words = _("This package is for somebody else. Only its recipient can open it.")


class UnknownSender(BadInput):
    """Nobody whose identity was checked here signed it."""

    code = "package.unknown_sender"
    words = _(
        "Who signed this package is not among the agencies whose keys yours has checked. Ask your "
        "administrator to check them by telephone first."
    )


class Damaged(BadInput):
    """The package is not what was made: changed, cut off or put in another order."""

    code = "package.damaged"
    words = _("This package is not as it was made. Ask for it again; nothing of it was kept.")


class WrongManifest(BadInput):
    """What the package says of itself is not to be believed."""

    code = "package.wrong_manifest"
    words = _("What this package says of itself does not fit. Nothing of it was kept.")


@dataclass(frozen=True, slots=True)
class Keys:
    """The public half of an identity: raw keys of 32 bytes."""

    sealing: bytes  # X25519
    signing: bytes  # Ed25519

    @property
    def key_id(self) -> bytes:
        """Return the 32 bytes that name both keys together."""
        return hashlib.sha256(b"haven hand-over identity 1" + self.sealing + self.signing).digest()


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a package, as its manifest tells."""

    name: str
    rows: int
    size_bytes: int
    sha256: str

    def told(self) -> dict[str, object]:
        """Return it as the manifest has it."""
        return {
            "name": self.name,
            "rows": self.rows,
            "bytes": self.size_bytes,
            "sha256": self.sha256,
        }


def written(
    package_id: UUID,
    manifest: dict[str, Any],
    parts: Iterable[bytes],
    *,
    to: Keys,
    signer: Ed25519PrivateKey,
) -> Iterator[bytes]:
    """Yield the file of a package; parts of any size pass in the memory of two chunks.

    Args:
        package_id: New for each package.
        manifest: Names the parts with their digests.
        parts: The bytes of all parts in the order of the manifest.
        to: The recipient.
        signer: Of the sender.
    """
    content_key = secrets.token_bytes(KEY_BYTES)
    sealed = _SUITE.encrypt(
        content_key, X25519PublicKey.from_public_bytes(to.sealing), _info(package_id, to.key_id)
    )
    yield MAGIC + package_id.bytes + to.key_id + sealed
    told = canonical.encode(manifest)
    if len(told) > LONGEST_MANIFEST:
        raise WrongManifest(f"a manifest has {len(told)} bytes")

    def content() -> Iterator[bytes]:
        yield struct.pack(">I", len(told)) + told
        yield signer.sign(signed(package_id, to.key_id, told))
        yield from parts

    with CaseKey(package_id, package_id, content_key) as key:
        yield from key.sealed(content(), kind=_KIND, name=to.key_id.hex())


def signed(package_id: UUID, recipient: bytes, manifest: bytes) -> bytes:
    """Return what the signature of a package is over."""
    return LABEL + package_id.bytes + recipient + hashlib.sha256(manifest).digest()


class Opened:
    """A package whose signature was checked: its manifest, then its parts from front to back."""

    def __init__(self, package_id: UUID, manifest: dict[str, Any], content: Reader) -> None:
        """Begin after the signature; use `opened` to get one."""
        self.package_id, self.manifest = package_id, manifest
        self._content = content

    def piece(self, size: int) -> bytes:
        """Return the next bytes, exactly so many.

        Raises:
            Damaged: They are not there, or not what was sealed.
        """
        try:
            got = self._content.read(size)
        except SealBroken as error:
            raise Damaged("a chunk is not what was sealed") from error
        if len(got) != size:
            raise Damaged("a package ends too early")
        return got

    def part(self, part: Part) -> Iterator[bytes]:
        """Yield the next part piece by piece; at its end its digest was right.

        Raises:
            Damaged: It is not what the manifest says.
        """
        digest, left = hashlib.sha256(), part.size_bytes
        while left:
            piece = self.piece(min(left, _READ))
            digest.update(piece)
            left -= len(piece)
            yield piece
        if digest.hexdigest() != part.sha256:
            raise Damaged(f"part {part.name} is not what the manifest says")

    def require_end(self) -> None:
        """Return if nothing comes after the last part.

        Raises:
            Damaged: Something does.
        """
        if self._content.tell() != self._content.size_bytes:
            raise Damaged("a package goes on after its last part")


def opened(
    file: IO[bytes],
    *,
    mine: Keys,
    private: X25519PrivateKey,
    sender: Callable[[bytes], bytes | None],
) -> Opened:
    """Return a package, once its header, its seal and its signature are right.

    Args:
        file: Open for reading, able to seek; the caller closes it.
        mine: Of the recipient.
        private: Of the recipient.
        sender: Gives for the key id that a package names as its sender's the signing key that was
            checked here by a person, or None.

    Raises:
        NoPackage, OtherRecipient, UnknownSender, Damaged, WrongManifest: See above.
    """
    file.seek(0)
    header = file.read(HEADER_BYTES)
    if len(header) != HEADER_BYTES or not header.startswith(MAGIC):
        raise NoPackage("no package of this version")
    package_id, recipient, sealed = UUID(bytes=header[8:24]), header[24:56], header[56:]
    if recipient != mine.key_id:
        raise OtherRecipient("the key id of the recipient is another one")
    try:
        content_key = _SUITE.decrypt(sealed, private, _info(package_id, recipient))
        with CaseKey(package_id, package_id, content_key) as key:
            content = key.reader(_Beyond(file), kind=_KIND, name=recipient.hex())  # type: ignore[arg-type]  # all that a reader asks of a file
    except (InvalidTag, ValueError, SealBroken) as error:
        raise Damaged("the content cannot be opened") from error
    found = Opened(package_id, {}, content)
    (length,) = struct.unpack(">I", found.piece(4))
    if length > LONGEST_MANIFEST:
        raise WrongManifest(f"a manifest of {length} bytes")
    told, signature = found.piece(length), found.piece(SIGNATURE_BYTES)
    found.manifest = _read(told)
    public = sender(_named_sender(found.manifest))
    if public is None:
        raise UnknownSender("no checked identity has this key id")
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(
            signature, signed(package_id, recipient, told)
        )
    except InvalidSignature as error:
        raise UnknownSender("the signature is not of the sender that is named") from error
    return found


def is_package(file: IO[bytes]) -> bool:
    """Tell whether a file begins like a package."""
    file.seek(0)
    return file.read(len(MAGIC)) == MAGIC


def _read(told: bytes) -> dict[str, Any]:
    """Return a manifest that was read; only its outermost form is known yet."""
    try:
        manifest = json.loads(told)
    except (ValueError, RecursionError) as error:
        raise WrongManifest("the manifest is no JSON") from error
    if not isinstance(manifest, dict):
        raise WrongManifest("the manifest is no object")
    return manifest


def _named_sender(manifest: dict[str, Any]) -> bytes:
    """Return the key id that a manifest names as its sender's."""
    try:
        return bytes.fromhex(manifest["sender"]["key_id"])
    except (KeyError, TypeError, ValueError) as error:
        raise WrongManifest("the manifest names no sender") from error


def _info(package_id: UUID, recipient: bytes) -> bytes:
    """Return what a sealed content key is for."""
    return LABEL + package_id.bytes + recipient


class _Beyond:
    """A file without the header of a package, for who reads the sealed content behind it."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go to a place; the start is that of the sealed content."""
        beyond = HEADER_BYTES if whence == os.SEEK_SET else 0
        return self._file.seek(offset + beyond, whence) - HEADER_BYTES

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes."""
        return self._file.read(size)

    def close(self) -> None:
        """Leave the file to its owner."""
