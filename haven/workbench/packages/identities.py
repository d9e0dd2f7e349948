"""Identities: the keys with which an agency receives and signs packages, and how they are told.

In      an agency; the text in which another one tells its keys
Out     keys, a fingerprint of twelve groups of five digits, the text
Fails   NoIdentity: the text is none, or was changed; WrapperTrouble: no master key
Why     keys that came in a file are worth something once two people compared them by telephone
Not     here: who may make or check them (partner_actions.py), the file of a package (envelope.py)

An identity is an agency's own, not its server's: two agencies on one server open each other's
packages as little as anybody's.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from django.utils.translation import gettext_lazy as _

from haven.audit import fingerprints
from haven.web.errors import BadInput
from haven.workbench.cases import wrapping
from haven.workbench.packages.envelope import Keys

if TYPE_CHECKING:
    from uuid import UUID

    from haven.workbench.packages.models import Identity

FIRST_LINE = "Haven hand-over identity 1"
LONGEST_TEXT = 2_000  # characters; a text has about 400
_LINES = ("agency", "installation", "sealing", "signing", "signature")


class NoIdentity(BadInput):
    """The text tells no identity."""

    code = "package.no_identity_text"
    words = _("This text tells no identity, or it was changed. Ask for the file again.")


@dataclass(frozen=True, slots=True)
class Told:
    """What the text of an identity tells."""

    agency: str
    installation: str
    keys: Keys


@dataclass(frozen=True, slots=True)
class Private:
    """The private half of an identity, for as long as it is needed."""

    sealing: X25519PrivateKey
    signing: Ed25519PrivateKey

    @property
    def keys(self) -> Keys:
        """Return the public half."""
        return Keys(
            self.sealing.public_key().public_bytes_raw(),
            self.signing.public_key().public_bytes_raw(),
        )


def fingerprint(keys: Keys) -> str:
    """Return what two people read to each other."""
    return fingerprints.of(keys.key_id)


def is_heard(typed: str, keys: Keys) -> bool:
    """Tell whether what was read over the telephone is the fingerprint of keys."""
    return fingerprints.is_of(typed, keys.key_id)


def text(told: Told, private: Private) -> str:
    """Return the text in which an identity is told; it is signed by itself."""
    body = _body(told)
    signature = private.signing.sign(body.encode())
    return f"{body}signature: {base64.b64encode(signature).decode()}\n"


def read(untrusted_text: str) -> Told:
    """Return what a text tells.

    Raises:
        NoIdentity: It is no identity, or was changed since.
    """
    lines = untrusted_text.replace("\r\n", "\n").strip().split("\n")
    if len(untrusted_text) > LONGEST_TEXT or lines[0] != FIRST_LINE:
        raise NoIdentity("no first line of an identity")
    pairs = [line.partition(": ") for line in lines[1:]]
    if tuple(name for name, _colon, _value in pairs) != _LINES:
        raise NoIdentity("the lines of an identity are others")
    said = {name: value for name, _colon, value in pairs}
    if not all(0 < len(value) <= 200 and value.isprintable() for value in said.values()):
        raise NoIdentity("a line of an identity is empty, too long or not to be read")
    try:
        raw = {name: base64.b64decode(said[name], validate=True) for name in _LINES[2:]}
        told = Told(said["agency"], said["installation"], Keys(raw["sealing"], raw["signing"]))
        signer = Ed25519PublicKey.from_public_bytes(told.keys.signing)
        signer.verify(raw["signature"], _body(told).encode())
        # A point of small order would give everybody the same secret; OpenSSL refuses it.
        X25519PrivateKey.generate().exchange(X25519PublicKey.from_public_bytes(told.keys.sealing))
    except (binascii.Error, InvalidSignature, ValueError) as error:
        raise NoIdentity("keys or signature of an identity are not right") from error
    return told


def new() -> Private:
    """Return new keys."""
    return Private(X25519PrivateKey.generate(), Ed25519PrivateKey.generate())


def keys_of(row: Identity) -> Keys:
    """Return the public half of a stored identity."""
    return Keys(bytes(row.sealing), bytes(row.signing))


def wrap(row: Identity, private: Private) -> None:
    """Put the private half into a row, wrapped by the present master key.

    Raises:
        WrapperTrouble: The master key cannot be had.
    """
    keeper = wrapping.wrapper()
    row.master = keeper.current()
    row.wrapped_sealing = keeper.wrap(
        private.sealing.private_bytes_raw(), bound_to=_bound_to(row.public_id, b"sealing")
    )
    row.wrapped_signing = keeper.wrap(
        private.signing.private_bytes_raw(),
        bound_to=_bound_to(row.public_id, b"signing"),
    )


def unwrap(row: Identity) -> Private:
    """Return the private half of a stored identity.

    Raises:
        WrapperTrouble: The master key cannot be had, or did not wrap it.
    """
    keeper = wrapping.wrapper()

    def raw(wrapped: bytes | memoryview[int], half: bytes) -> bytes:
        return keeper.unwrap(
            bytes(wrapped), master=row.master, bound_to=_bound_to(row.public_id, half)
        )

    return Private(
        X25519PrivateKey.from_private_bytes(raw(row.wrapped_sealing, b"sealing")),
        Ed25519PrivateKey.from_private_bytes(raw(row.wrapped_signing, b"signing")),
    )


def _body(told: Told) -> str:
    """Return the part of a text that is signed."""
    keys = told.keys
    return (
        f"{FIRST_LINE}\nagency: {told.agency}\ninstallation: {told.installation}\n"
        f"sealing: {base64.b64encode(keys.sealing).decode()}\n"
        f"signing: {base64.b64encode(keys.signing).decode()}\n"
    )


def _bound_to(public_id: UUID, half: bytes) -> bytes:
    """Return what a wrapped private key is for."""
    return b"haven hand-over key 1 " + half + public_id.bytes
