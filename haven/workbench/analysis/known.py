"""Known: the engine's lists of known files, for the part that keeps them (haven.workbench.known).

In      files of lists, folders of lists that were taken in, keys
Out     previews; manifests; hits of items; what a list says
Fails   EngineError with code list.refused or list.damaged
Why     this folder alone calls the engine
Not     here: which lists an agency has, what a hit means for a case
"""

from __future__ import annotations

import functools
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from django.conf import settings
from numpy.typing import NDArray

from haven import engine
from haven.workbench.analysis.item_queries import NEAR_QUALITY

if TYPE_CHECKING:
    from haven.workbench.analysis.models import Item

CERTAINTY = engine.Certainty
Digests = engine.Digests
Hit = engine.Hit
ListTrouble = engine.EngineError
Manifest = engine.ListManifest
Told = engine.Told
KnownList = engine.KnownList
DATABASE = b"SQLite format 3\x00"  # how a list begins that has to be opened by a name
KIND_OF_DIGITS = engine.KIND_OF_DIGITS


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a list, for a person who looks whether it is the right file."""

    digests: tuple[tuple[str, str], ...]  # kind, shortened
    size_bytes: int | None
    category: str
    said: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """The beginning of a list."""

    format: str
    version: str
    region: str
    is_case: bool
    rows: list[Row]
    n_refused: int


def preview(path: Path, *, most: int) -> Preview:
    """Return the first rows of a list.

    Raises:
        ListTrouble: It is no list that Haven reads.
    """
    reading = engine.open_list(path)
    rows = [_row(entry) for entry in islice(reading, most)]
    return Preview(
        format=reading.format,
        version=reading.version,
        region=reading.region,
        is_case=reading.is_case,
        rows=rows,
        n_refused=sum(reading.n_refused.values()),
    )


def take_in(path: Path, folder: Path, key: bytes, *, report: Callable[[float], None]) -> Manifest:
    """Write a list into a folder of its own; `report` is told how much is read, 0 to 1.

    Raises:
        ListTrouble: It is no list, or breaks off; nothing is left of it.
    """
    return engine.write_list(
        engine.open_list(path),
        folder,
        engine.ListKey(key),
        report=lambda reading: report(reading.share_read),
    )


def remove(folder: Path) -> None:
    """Remove a list from the disk."""
    shutil.rmtree(folder, ignore_errors=True)
    _near.cache_clear()


@contextmanager
def opened(folder: Path, key: bytes) -> Iterator[engine.KnownList]:
    """Give a list to ask.

    Raises:
        ListTrouble: It is not what was written.
    """
    with engine.KnownList(folder, engine.ListKey(key)) as known:
        yield known


def digests_of(items: Iterable[Item]) -> list[Digests]:
    """Return the digests of items as a list is asked."""
    return [Digests(one.sha256, one.sha1, one.md5, one.size_bytes) for one in items]


def look_at(path: Path) -> tuple[Digests, str | None]:
    """Return digests and PDQ bits of one file, None where it has none; looked at in a worker.

    Raises:
        ListTrouble: It cannot be read, or the models are not here.
    """
    models = engine.models_in(settings.HAVEN_ASSETS_DIR)
    options = engine.for_profile("fast", embed=False)
    reads = [path.absolute(), *models.files]
    with engine.runner(
        settings.HAVEN_RUNNER, workers=1, reads=reads, confined=settings.HAVEN_SANDBOX
    ) as runner:
        for one in engine.analyse(
            [path.absolute()],
            options=options,
            models=models,
            runner=runner,
            is_done=lambda _digests: False,
        ):
            if isinstance(one, engine.Media):
                told = one.perceptual
                is_clear = told is not None and told.quality >= NEAR_QUALITY
                return one.digests, f"{int(told.pdq, 16):0256b}" if told and is_clear else None
            if one.digests is None:
                break
    raise engine.SourceMissing("the file could not be opened")


def near(
    folder: Path, key: bytes, pdq_bits: Sequence[str | None], *, most: int
) -> list[list[Hit]]:
    """Return for each hash the nearest entries of a list within 31 bits.

    Args:
        folder: Of the list.
        key: Of the list.
        pdq_bits: Hashes as the database has them, 256 signs of 0 and 1; None for none.
        most: Entries for each.
    """
    index, entries = _near(folder, key)
    found: list[list[Hit]] = []
    for bits in pdq_bits:
        if not bits or not len(index):
            found.append([])
            continue
        packed = np.frombuffer(int(bits, 2).to_bytes(32, "big"), np.uint8)
        rows, distances = index.near(packed)
        found.append(
            [
                Hit(int(entries[row]), (), bits=int(distance))
                for row, distance in zip(rows[:most], distances[:most], strict=True)
            ]
        )
    return found


@functools.lru_cache(maxsize=4)  # lists whose hashes are in memory; a million take 96 MB
def _near(folder: Path, key: bytes) -> tuple[engine.NearIndex, NDArray[np.int64]]:
    with engine.KnownList(folder, engine.ListKey(key)) as known:
        hashes, entries = known.pdq()
    return engine.NearIndex(hashes), entries


def _row(entry: engine.KnownEntry) -> Row:
    """Return an entry for a person; of a digest the beginning is enough to compare."""
    digests = tuple(
        (kind, f"{value.hex()[:16]}…")
        for kind in ("sha256", "sha1", "md5", "pdq")
        if (value := getattr(entry, kind))
    )
    return Row(digests, entry.size_bytes, entry.category, tuple(entry.said.items()))
