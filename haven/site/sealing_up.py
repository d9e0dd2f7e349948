"""Sealing up: whatever an earlier version left in the clear, sealed once and for all.

In      a data folder, of any version
Out     every file of every case sealed; a note that says so, so that the next start is quick
Fails   WrapperTrouble: no master key; OSError: the disk. What is sealed stays sealed
Why     `haven up` on an old folder must work, and leave nothing readable there
Not     here: the seal (workbench/cases/sealing.py)

Killed at any moment and started again it goes on: a file is clear or sealed, never half. The
blocks of a disk on which the clear bytes lay are free then, not empty: that takes an
encrypted disk (docs/operations.md).
"""

from collections.abc import Callable
from pathlib import Path

from django.conf import settings

from haven.workbench.analysis import probing, vault
from haven.workbench.cases import keys
from haven.workbench.cases import queries as cases
from haven.workbench.cases.sealing import MAGIC
from haven.workbench.evidence import actions as evidence

NOTE = "sealed"  # a file: nothing in this folder lies in the clear
HOLDS = ("derivatives", "uploads", "probes")


def is_needed() -> bool:
    """Tell whether the data folder holds files in the clear; once it does not, that is noted."""
    folder = Path(settings.HAVEN_DATA_DIR)
    if (folder / NOTE).exists() or not folder.is_dir():
        return False
    if any(_is_clear(place) for name in HOLDS for place in (folder / name).rglob("*")):
        return True
    (folder / NOTE).touch()
    return False


def _is_clear(place: Path) -> bool:
    """Tell whether a file does not begin like a sealed one; to ask is enough here."""
    if not place.is_file() or place.is_symlink():
        return False
    with place.open("rb") as file:
        return file.read(len(MAGIC)) != MAGIC


def seal_up(progress: Callable[[int], None] = lambda _done: None) -> int:
    """Seal all that lies in the clear; return how many files.

    No analysis and no upload may be going meanwhile.

    Args:
        progress: Told after each case how many files were sealed so far.
    """
    folder = Path(settings.HAVEN_DATA_DIR)
    done = 0
    for case in cases.every_case():
        keys.make(case)
        with keys.opened(case.public_id) as key:
            done += vault.seal_clear(key) + evidence.seal_clear(case, key)
        progress(done)
    done += probing.seal_clear()
    _clear_incoming(folder / "incoming")
    if folder.is_dir():
        (folder / NOTE).touch()
    return done


def _clear_incoming(folder: Path) -> None:
    """Remove what uploads left that were cut off by a crash."""
    if folder.is_dir():
        for left in folder.iterdir():
            if left.is_file():
                left.unlink(missing_ok=True)
