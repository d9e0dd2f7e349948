"""Signing: the key of the record, and the notes it signs.

In      a file with the private key; origin, size, root and time of a checkpoint
Out     a signed note (C2SP signed-note and tlog-checkpoint, Ed25519)
Fails   KeyTrouble: the file is no Ed25519 key, or others on this machine may read it
Why     the key belongs to the keeper alone: who can write entries cannot sign a history
Not     here: checking a note (cli/verify_record.py), when to sign (keeper.py)
"""

import base64
import datetime as dt
import os
import stat
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from haven.audit.bodies import spelled
from haven.cli.verify_record import Key

OTHERS = stat.S_IRWXG | stat.S_IRWXO


class KeyTrouble(RuntimeError):
    """The key of the record cannot be used; the sentence says why and what to do."""


@dataclass(frozen=True, slots=True)
class Signer:
    """The key and the name under which it signs."""

    private: Ed25519PrivateKey
    origin: str

    @property
    def key(self) -> Key:
        """Return the public part, to be given to whoever verifies."""
        raw = self.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        return Key(self.origin, raw)

    def note(self, size: int, root: bytes, at: dt.datetime) -> str:
        """Return the signed note of a checkpoint."""
        written = base64.b64encode(root).decode("ascii")
        text = f"{self.origin}\n{size}\n{written}\n{spelled(at)}\n"
        signature = base64.b64encode(self.key.short + self.private.sign(text.encode())).decode()
        return f"{text}\n\u2014 {self.origin} {signature}\n"


def load(path: Path, *, origin: str) -> Signer:
    """Return the signer of a key file; make the key first where there is none.

    Raises:
        KeyTrouble: The file is no Ed25519 key, or it is open to others.
    """
    if not path.exists():
        _make(path)
    if path.stat().st_mode & OTHERS:
        raise KeyTrouble("The key of the record is open to others. Close it: chmod 600.")
    try:
        private = load_pem_private_key(path.read_bytes(), password=None)
    except ValueError as error:
        raise KeyTrouble("The key of the record cannot be read. Bring the file back.") from error
    if not isinstance(private, Ed25519PrivateKey):
        raise KeyTrouble("The key of the record is of another kind; an Ed25519 key is needed.")
    return Signer(private, origin)


def _make(path: Path) -> None:
    """Write a new key, for the eyes of this user alone."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    made = Ed25519PrivateKey.generate().private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(made)
        file.flush()
        os.fsync(file.fileno())
