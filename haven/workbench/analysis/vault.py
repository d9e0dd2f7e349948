"""Where derivatives lie: files named by their own digest, written whole or not at all.

In      a case and the bytes of a derivative
Out     its SHA-256; later the same bytes, checked
Fails   DerivativeDamaged: the file is gone or is not what the row says; nothing is shown
Why     the name is the digest, so writing twice changes nothing and a kill leaves no half
Not     here: who may see a derivative (queries.py)

    <data>/derivatives/<case>/ab/abcd….jpg
"""

import hashlib
import os
import tempfile
from pathlib import Path
from uuid import UUID

from django.conf import settings

from haven.web.errors import NotFound


class DerivativeDamaged(NotFound):
    """The file of a derivative is missing or changed; a closed tile is shown."""

    code = "derivative.damaged"


def put(case_id: UUID, jpeg: bytes) -> str:
    """Keep a derivative and return its digest. Writing the same bytes again is free."""
    sha256 = hashlib.sha256(jpeg).hexdigest()
    target = _place(case_id, sha256)
    if target.exists():
        return sha256
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
    handle, untaken = tempfile.mkstemp(dir=target.parent, prefix=".new-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(jpeg)
            file.flush()
            os.fsync(file.fileno())
        Path(untaken).replace(target)
    except BaseException:
        Path(untaken).unlink(missing_ok=True)
        raise
    return sha256


def get(case_id: UUID, sha256: str) -> bytes:
    """Return the bytes of a derivative.

    Raises:
        DerivativeDamaged: No file, or its digest is another.
    """
    try:
        jpeg = _place(case_id, sha256).read_bytes()
    except OSError as error:
        raise DerivativeDamaged("the file of a derivative cannot be read") from error
    if hashlib.sha256(jpeg).hexdigest() != sha256:
        raise DerivativeDamaged("the file of a derivative has another digest than its row")
    return jpeg


def erase(case_id: UUID, sha256: str) -> None:
    """Remove a derivative that no row names any more."""
    _place(case_id, sha256).unlink(missing_ok=True)


def _place(case_id: UUID, sha256: str) -> Path:
    """Return the path of a derivative."""
    return (
        Path(settings.HAVEN_DATA_DIR) / "derivatives" / str(case_id) / sha256[:2] / f"{sha256}.jpg"
    )
