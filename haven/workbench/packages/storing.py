"""Storing: where packages lie until they are fetched or unpacked.

In      a case, a hand-over or a receipt
Out     places; sealed files there
Fails   OSError: the disk; PackageGone: no file, or not what was made
Why     all of it lies below one folder of its case, so that erasing the case finds it; what waits
        to be fetched is sealed once more with the key of the case, and gone with that
Not     here: what is in a package

    <data>/packages/<case>/<hand-over>     made here: the file, sealed with the key of the case
    <data>/packages/<case>/in-<receipt>    came from elsewhere: the file itself, sealed to us
"""

from __future__ import annotations

import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings

from haven.web.errors import NotFound
from haven.workbench.cases import files, keys

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from haven.workbench.cases.sealing import Reader

KIND = "handed over"
_ABANDONED_S = 24 * 3600  # what is being written is written within a day
ENDING = ".haven"  # of the name of a file that is fetched


class PackageGone(NotFound):
    """The file of a package is not there any more, or is not what was made."""

    code = "package.gone"


def folder(case_id: UUID) -> Path:
    """Return where the packages of a case lie."""
    return Path(settings.HAVEN_DATA_DIR) / "packages" / str(case_id)


def incoming(case_id: UUID, receipt_id: UUID) -> Path:
    """Return where a package lies that is to be unpacked into a case."""
    return folder(case_id) / f"in-{receipt_id}"


def keep(case_id: UUID, hand_over_id: UUID, pieces: Iterable[bytes]) -> None:
    """Write the file of a package, sealed with the key of its case.

    Raises:
        KeyGone, WrapperTrouble: The key cannot be had.
    """
    with keys.opened(case_id) as key:
        sealed = key.sealed(pieces, kind=KIND, name=str(hand_over_id))
        files.write_new(folder(case_id) / str(hand_over_id), sealed)


def opened(case_id: UUID, hand_over_id: UUID) -> Reader:
    """Return the file of a package, open for reading; the caller closes it.

    Raises:
        PackageGone: It is not there, or not what was written.
        KeyGone, WrapperTrouble: The key cannot be had.
    """
    try:
        with keys.opened(case_id) as key:
            blob = (folder(case_id) / str(hand_over_id)).open("rb")
            return key.reader(blob, kind=KIND, name=str(hand_over_id))
    except FileNotFoundError as error:
        raise PackageGone("the file of a hand-over is not there") from error
    except keys.SealBroken as error:
        raise PackageGone("the file of a hand-over is not what was made") from error


def erase(case_id: UUID, hand_over_id: UUID) -> None:
    """Erase the file of a package."""
    (folder(case_id) / str(hand_over_id)).unlink(missing_ok=True)


def clear_abandoned(known: Collection[str]) -> int:
    """Remove what a crash left: folders without a case, files half written; return how many.

    Args:
        known: The public ids of all cases.
    """
    before, done = time.time() - _ABANDONED_S, 0
    for place in folder(UUID(int=0)).parent.glob("*"):
        half = [one for one in place.glob(f"{files.NEW}*") if one.stat().st_mtime < before]
        for one in half:
            one.unlink(missing_ok=True)
        if place.name not in known and place.stat().st_mtime < before:
            shutil.rmtree(place)
            done += 1
        done += len(half)
    return done


def remove(case_id: UUID) -> None:
    """Remove every package of a case."""
    if (made := folder(case_id)).exists():
        shutil.rmtree(made)
