"""Sealed: a file of a case as a source of the engine, which knows no case and no key.

In      where a blob lies and the key that opens it, for as long as a run or a look lasts
Out     its content, decrypted in this process; a worker gets bytes and no key
Fails   SourceMissing: no file; SourceDamaged: it is not what was sealed
Not     here: where files lie (evidence/storing.py, probing.py), the seal (cases/sealing.py)
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO, cast

from haven import engine
from haven.workbench.cases.keys import SealBroken

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from haven.workbench.cases.keys import CaseKey


class Sealed(engine.Source):
    """One sealed file."""

    def __init__(self, name: str, place: Path, key: CaseKey, *, kind: str, bound_to: str) -> None:
        """Open nothing yet.

        Args:
            name: What its occurrence is told as.
            place: Where the blob lies.
            key: Of the case; the caller keeps it open.
            kind: What it was sealed as.
            bound_to: The name it was sealed under.
        """
        self.name = name
        self._place, self._key, self._kind, self._bound_to = place, key, kind, bound_to

    @contextmanager
    def open(self) -> Iterator[BinaryIO]:
        """Give the content, open for reading."""
        try:
            with (
                self._place.open("rb") as blob,
                self._key.reader(blob, kind=self._kind, name=self._bound_to) as content,
            ):
                yield cast("BinaryIO", content)
        except SealBroken as error:
            raise engine.SourceDamaged("a sealed file is not what was sealed") from error
