"""Where derivatives lie: sealed, under names that tell nothing, written whole or not at all.

In      the key of a case and the bytes of a derivative
Out     its SHA-256; later the same bytes, checked
Fails   DerivativeDamaged: the file is gone, cannot be opened, or is not what the row says;
        nothing is shown
Why     the name follows from key and digest: writing twice changes nothing, a kill leaves no
        half, and who lists the folder learns how many there are and no more
Not     here: who may see a derivative (queries.py), the seal itself (cases/sealing.py)

    <data>/derivatives/<case>/ab/abcd…      name: HMAC of the digest under the case's key
"""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

from django.conf import settings

from haven.web.errors import NotFound
from haven.workbench.cases import files, keys

KIND = "derivative"


class DerivativeDamaged(NotFound):
    """The file of a derivative is missing or changed; a closed tile is shown."""

    code = "derivative.damaged"


class DerivativeClosed(DerivativeDamaged):
    """The key of the case is gone or cannot be had; a closed tile is shown."""

    code = "derivative.closed"


def put(key: keys.CaseKey, jpeg: bytes) -> str:
    """Keep a derivative and return its digest. Writing the same bytes again is free."""
    sha256 = hashlib.sha256(jpeg).hexdigest()
    target = _place(key, sha256)
    if not target.exists():
        files.write_new(target, key.sealed([jpeg], kind=KIND, name=sha256))
    return sha256


def get(case_id: UUID, sha256: str) -> bytes:
    """Return the bytes of a derivative.

    Raises:
        DerivativeDamaged: No file, it cannot be opened, or its digest is another.
        DerivativeClosed: The key of the case is gone or cannot be had.
    """
    try:
        with keys.opened(case_id) as key:
            blob = _place(key, sha256).read_bytes()
            jpeg = key.open(blob, kind=KIND, name=sha256)
    except OSError as error:
        raise DerivativeDamaged("the file of a derivative cannot be read") from error
    except keys.SealBroken as error:
        raise DerivativeDamaged("the file of a derivative is not what was sealed") from error
    except (keys.KeyGone, keys.WrapperTrouble) as error:
        raise DerivativeClosed(str(error)) from error
    if hashlib.sha256(jpeg).hexdigest() != sha256:
        raise DerivativeDamaged("the file of a derivative has another digest than its row")
    return jpeg


def erase(key: keys.CaseKey, sha256: str) -> None:
    """Remove a derivative that no row names any more."""
    _place(key, sha256).unlink(missing_ok=True)


def seal_clear(key: keys.CaseKey) -> int:
    """Seal derivatives that an earlier version wrote in the clear; return how many."""
    done = 0
    for clear in _clear(key.case_id):
        sha256 = clear.stem  # one that is damaged stays so: its digest is checked when shown
        target = _place(key, sha256)
        if not target.exists():
            files.write_new(target, key.sealed([clear.read_bytes()], kind=KIND, name=sha256))
        clear.unlink()
        done += 1
    return done


def folder(case_id: UUID) -> Path:
    """Return where the derivatives of a case lie."""
    return Path(settings.HAVEN_DATA_DIR) / "derivatives" / str(case_id)


def _clear(case_id: UUID) -> Iterator[Path]:
    """Yield the files that are not sealed."""
    yield from folder(case_id).glob("??/*.jpg")


def _place(key: keys.CaseKey, sha256: str) -> Path:
    """Return the path of a derivative."""
    name = key.name(KIND, sha256)
    return folder(key.case_id) / name[:2] / name
