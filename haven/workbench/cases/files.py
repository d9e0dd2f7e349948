"""Files of our own: written whole or not at all.

In      a place and pieces of bytes
Out     a file there that survives a power cut, or none
Fails   OSError: the disk; nothing is left behind
Not     here: what the bytes are
"""

import os
import secrets
from collections.abc import Iterable
from pathlib import Path

from haven.workbench.cases.sealing import CaseKey, SealBroken

NEW = ".new-"  # a name of a file that is being written; a crash may leave one


def write_new(target: Path, pieces: Iterable[bytes], *, mode: int = 0o600) -> None:
    """Write a file under another name and put it in its place, over one that is there."""
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
    untaken = target.with_name(f"{NEW}{secrets.token_hex(8)}")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        with os.fdopen(os.open(untaken, flags, mode), "wb") as file:
            for piece in pieces:
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        untaken.replace(target)
    except BaseException:
        untaken.unlink(missing_ok=True)
        raise


def seal_in_place(place: Path, key: CaseKey, *, kind: str, name: str) -> bool:
    """Seal a file that lies in the clear; tell whether it did.

    Whether a file is sealed is told by opening it with the key, never by its first bytes,
    which a stranger may have chosen. Cut off by a crash, it is clear or sealed, never half.
    """
    try:
        mode = place.stat().st_mode & 0o777
    except FileNotFoundError:
        return False
    try:
        with place.open("rb") as blob, key.reader(blob, kind=kind, name=name) as content:
            content.read(1)
    except SealBroken:
        with place.open("rb") as clear:
            pieces = iter(lambda: clear.read(1 << 20), b"")
            write_new(place, key.sealed(pieces, kind=kind, name=name), mode=mode)
        return True
    return False
