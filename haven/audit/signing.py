"""Signing: the key of the record, and the notes it signs.

In      a file with the private key; origin, size, root and time of a checkpoint
Out     a signed note (C2SP signed-note and tlog-checkpoint, Ed25519)
Fails   KeyTrouble: the file is no Ed25519 key, or others on this machine may read it
Why     the key belongs to the keeper alone: who can write entries cannot sign a history
Not     here: the file of the key (keyfiles.py), checking a note (cli/verify_record.py), when to
        sign (keeper.py)
"""

import base64
import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from haven.audit import keyfiles
from haven.audit.bodies import spelled
from haven.cli.verify_record import Key


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
    return Signer(keyfiles.load(path, whose="the record"), origin)
