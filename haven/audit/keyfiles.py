"""Key files: an Ed25519 key that signs for this installation, in a file for its user alone.

In      the path of a PEM file; what the key is called in a sentence
Out     the private key; made first where there is none
Fails   KeyTrouble: the file is no Ed25519 key, or others on this machine may read it
Why     the record and the bundles of the Hub keep their keys in the same careful way
Not     here: what is signed (signing.py; hub/exchange/bundles.py)
"""

import contextlib
import os
import stat
import tempfile
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

OTHERS = stat.S_IRWXG | stat.S_IRWXO
_LONGEST = 1 << 16  # bytes; a key has about 120


class KeyTrouble(RuntimeError):
    """A key cannot be used; the sentence says why and what to do."""


def load(path: Path, *, whose: str) -> Ed25519PrivateKey:
    """Return the key of a file; make it first where there is none.

    Args:
        path: Of the file.
        whose: What it is the key of, for a sentence, such as "the record".

    Raises:
        KeyTrouble: The file is no Ed25519 key, or it is open to others.
    """
    if not path.exists():
        _make(path)
    with path.open("rb") as file:
        if os.fstat(file.fileno()).st_mode & OTHERS:
            raise KeyTrouble(f"The key of {whose} is open to others. Close it: chmod 600.")
        written = file.read(_LONGEST)
    try:
        private = load_pem_private_key(written, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:  # TypeError: with a password
        raise KeyTrouble(f"The key of {whose} cannot be read. Bring the file back.") from error
    if not isinstance(private, Ed25519PrivateKey):
        raise KeyTrouble(f"The key of {whose} is of another kind; an Ed25519 key is needed.")
    return private


def _make(path: Path) -> None:
    """Write a new key, for the eyes of this user alone; leave one that was made meanwhile."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    made = Ed25519PrivateKey.generate().private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".key-") as file:  # mode 0600
        file.write(made)
        file.flush()
        os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(file.name, path)  # whole or not there
