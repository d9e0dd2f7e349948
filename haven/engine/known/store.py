"""Store: a list on disk, opened to look digests up.

In      the folder that writer.py made, its key
Out     for files their hits; what the list says of an entry; PDQ hashes for near.py
Fails   ListDamaged: a column is gone, cut off or changed, or the key is another
Why     100 million digests stay on disk: a look-up reads a few pages of one sorted column, and
        a million of them pass over it once, forgetting each stretch behind them
Not     here: which lists count for whom, what a hit means for a case
"""

import json
import mmap
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from haven.engine.errors import ListDamaged
from haven.engine.known.entries import BYTES_OF, KINDS, Hit, Told
from haven.engine.known.sealed import ListKey
from haven.engine.known.writer import NO_SIZE, VERSION, Manifest, sha256_of
from haven.engine.records import Digests

STRETCH_BYTES = 8 << 20  # of a column that is in memory at a time while many are looked up
AT_ONCE = 1 << 18  # look-ups of one pass over the column: 25 MB of words and places
MANY = 4096  # look-ups from which on the column is passed over in order
FORGET_AFTER = 4  # single look-ups: the system maps up to 10 MB around what each of them reads
HashBytes = NDArray[np.uint8]


class KnownList:
    """A list that can be asked. Use it as a context manager."""

    def __init__(self, folder: Path, key: ListKey) -> None:
        """Open a list.

        Raises:
            ListDamaged: It is not there as it was written.
        """
        self._folder, self._key = folder, key
        self.manifest = read_manifest(folder)
        try:
            self._open()
        except (OSError, ValueError) as error:
            raise ListDamaged("a column of a list is gone or cut off") from error

    def _open(self) -> None:
        counts, n_entries = self.manifest.counts, self.manifest.n_entries
        self._sizes = _Column(self._folder / "sizes", "<i8", n_entries)
        self._details_at = _Column(self._folder / "details.at", "<u8", n_entries)
        self._sorted = {
            kind: _Sorted(self._folder, kind, counts[kind]) for kind in KINDS if counts[kind]
        }

    def __enter__(self) -> Self:
        """Return self."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the list."""
        self.close()

    def close(self) -> None:
        """Let go of the columns."""
        self._sorted = {}
        del self._sizes, self._details_at

    def look_up(self, files: Sequence[Digests]) -> list[list[Hit]]:
        """Return the hits of each file, in the order of the files.

        A file is found under an entry when any digest agrees; what does not agree, though
        the list gives it, is told with the hit.
        """
        agreeing: list[dict[int, set[str]]] = [defaultdict(set) for _ in files]
        for kind in KINDS:
            if not self.manifest.counts[kind]:
                continue
            joined = b"".join(bytes.fromhex(getattr(one, kind)) for one in files)
            for file, entry in zip(*self.rows_of(joined, kind), strict=True):
                agreeing[file][int(entry)].add(kind)
        return [
            [self._hit(one, entry, agree) for entry, agree in sorted(found.items())]
            for one, found in zip(files, agreeing, strict=True)
        ]

    def rows_of(self, digests: bytes, kind: str) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return which digests the list holds, and under which entries.

        Args:
            digests: n digests of one kind, joined.
            kind: "md5", "sha1" or "sha256".

        Returns:
            queries: Numbers of digests, shape (k,), int64; one that stands twice in the
                list comes twice.
            entries: Their entry numbers, shape (k,), int64.
        """
        column = self._sorted.get(kind)
        if column is None:
            return np.empty(0, np.int64), np.empty(0, np.int64)
        step = AT_ONCE * BYTES_OF[kind]
        found = [
            self._some(column, digests[at : at + step], kind, at // BYTES_OF[kind])
            for at in range(0, len(digests), step)
        ] or [(np.empty(0, np.int64), np.empty(0, np.int64))]
        queries, entries = zip(*found, strict=True)
        return np.concatenate(queries), np.concatenate(entries)

    def _some(
        self, column: "_Sorted", digests: bytes, kind: str, before: int
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return as `rows_of` does, of digests before which there were others."""
        first, last = self._key.words(digests, kind)
        order = np.argsort(first[:, 0], kind="stable")
        rest = [first[:, 1]] if kind == "md5" else [first[:, 1], last[:, 0], last[:, 1]]
        queries, entries = column.find(first[order, 0], np.stack(rest, axis=1)[order])
        return order[queries] + before, entries

    def told(self, entry: int) -> Told:
        """Return what the list says of an entry.

        Raises:
            ListDamaged: It cannot be read.
        """
        at = int(self._details_at.rows[entry])
        if not at:
            return Told()
        with (self._folder / "details").open("rb") as file:
            file.seek(at - 1)
            size = int.from_bytes(file.read(4), "little")
            sealed = file.read(size)
        return Told.of(self._key.open(sealed, what="details", number=at))

    def size_of(self, entry: int) -> int | None:
        """Return the size in bytes that the list gives for an entry."""
        size = int(self._sizes.rows[entry])
        return None if size == NO_SIZE else size

    def pdq(self) -> tuple[HashBytes, NDArray[np.int64]]:
        """Return all PDQ hashes of the list, shape (n, 32), and their entries, shape (n,).

        Raises:
            ListDamaged: A block is not what was written.
        """
        count = self.manifest.counts["pdq"]
        hashes = bytearray()
        if count:
            with (self._folder / "pdq").open("rb") as file:
                number = 0
                while size := int.from_bytes(file.read(4), "little"):
                    hashes += self._key.open(file.read(size), what="pdq", number=number)
                    number += 1
        entries = np.fromfile(self._folder / "pdq.entry", "<u4").astype(np.int64)
        if len(hashes) != 32 * count or len(entries) != count:
            raise ListDamaged("hashes of a list are missing")
        return np.frombuffer(bytes(hashes), np.uint8).reshape(-1, 32), entries

    def verify(self) -> None:
        """Read every column and check it against the manifest.

        Raises:
            ListDamaged: One is not what was written.
        """
        for name, sha256 in self.manifest.columns.items():
            try:
                is_same = sha256_of(self._folder / name) == sha256
            except OSError:
                is_same = False
            if not is_same:
                raise ListDamaged("a column of a list is not what was written")

    def _hit(self, file: Digests, entry: int, agree: set[str]) -> Hit:
        """Return a hit with all that does not agree."""
        said = self._given(entry, agree)
        differ = [kind for kind in KINDS if kind in said and kind not in agree]
        agreeing = [kind for kind in KINDS if kind in agree]
        size = self.size_of(entry)
        if size is not None:
            (agreeing if size == file.size_bytes else differ).append("size")
        return Hit(entry, tuple(agreeing), tuple(differ))

    def _given(self, entry: int, agree: set[str]) -> set[str]:
        """Return the digests that the list gives for an entry, without passing over columns.

        Most lists give the same digests for every entry, and then the counts tell.
        """
        counts, n_entries = self.manifest.counts, self.manifest.n_entries
        everywhere = {kind for kind in KINDS if counts[kind] == n_entries}
        nowhere = {kind for kind in KINDS if not counts[kind]}
        unsure = set(KINDS) - everywhere - nowhere - agree
        return everywhere | agree | {kind for kind in unsure if self._sorted[kind].gives(entry)}


def read_manifest(folder: Path) -> Manifest:
    """Return the manifest of a list.

    Raises:
        ListDamaged: There is none, or one of another version.
    """
    try:
        read = json.loads((folder / "manifest.json").read_text("utf-8"))
        made = Manifest(**read)
    except (OSError, ValueError, TypeError) as error:
        raise ListDamaged("a list has no manifest that can be read") from error
    if {*KINDS, "pdq"} - set(made.counts):
        raise ListDamaged("the manifest of a list does not say what it holds")
    if made.version != VERSION:
        raise ListDamaged(f"a list is of version {made.version}, not {VERSION}")
    return made


class _Column:
    """One column as an array that reads from its file."""

    def __init__(self, path: Path, kind: str, length: int) -> None:
        self.rows: NDArray[Any] = np.empty(0, kind)
        self._map: mmap.mmap | None = None
        if not length:
            return
        with path.open("rb") as file:
            self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self.rows = np.frombuffer(self._map, kind)
        if len(self.rows) != length:
            raise ValueError(f"a column has {len(self.rows)} rows, not {length}")

    def forget(self, start: int, end: int) -> None:
        """Let the system take back the memory of rows that were read; they stay on disk."""
        if self._map is None:
            return
        size = self.rows.itemsize
        begin = start * size // mmap.PAGESIZE * mmap.PAGESIZE
        self._map.madvise(mmap.MADV_DONTNEED, begin, max(1, end * size - begin))


class _Sorted:
    """The columns of one kind of digest, by the first eight bytes of their words."""

    def __init__(self, folder: Path, kind: str, count: int) -> None:
        self._wide = 1 if BYTES_OF[kind] == 16 else 3
        self._first = _Column(folder / f"{kind}.first", "<u8", count)
        self._rest = _Column(folder / f"{kind}.rest", "<u8", count * self._wide)
        self._entry = _Column(folder / f"{kind}.entry", "<u4", count)
        self._few = 0  # looked up since memory was let go

    def find(
        self, first: NDArray[np.uint64], rest: NDArray[np.uint64]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return every pair of a wanted word and an entry that has it.

        Args:
            first: First eight bytes of the wanted words, shape (n,), sorted.
            rest: Their other bytes, shape (n, 1) or (n, 3).
        """
        column = self._first.rows
        if len(first) < MANY:
            self._few += len(first)
            if self._few > FORGET_AFTER:
                self._forget(0, len(column))
                self._few = 0
            return self._within(0, len(column), first, rest, 0)
        step = STRETCH_BYTES // column.itemsize
        found = []
        for start in range(0, len(column), step):
            end = min(start + step, len(column))
            begin = int(np.searchsorted(first, column[start], side="left"))
            last = int(np.searchsorted(first, column[end - 1], side="right"))
            some = slice(begin, last)
            found.append(self._within(start, end, first[some], rest[some], begin))
            self._forget(start, end)
        return tuple(np.concatenate(part) for part in zip(*found, strict=True))  # type: ignore[return-value]

    def _forget(self, start: int, end: int) -> None:
        """Let go of the memory of rows."""
        self._first.forget(start, end)
        self._rest.forget(start * self._wide, end * self._wide)
        self._entry.forget(start, end)

    def gives(self, entry: int) -> bool:
        """Return whether the list has this digest for an entry; passes over the column."""
        return bool(np.any(self._entry.rows == entry))

    def _within(
        self,
        start: int,
        end: int,
        first: NDArray[np.uint64],
        rest: NDArray[np.uint64],
        before: int,
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the pairs within rows of the columns; `before` wanted words came earlier."""
        queries, rows = _equal(self._first.rows[start:end], first)
        rows += start
        there = self._rest.rows.reshape(-1, self._wide)[rows]
        same = (there == rest[queries]).all(axis=1)
        return queries[same] + before, self._entry.rows[rows[same]].astype(np.int64)


def _equal(
    column: NDArray[np.uint64], wanted: NDArray[np.uint64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return every pair of a wanted word and a row that are equal; both are sorted."""
    low = np.searchsorted(column, wanted, side="left")
    inside = np.minimum(low, len(column) - 1)
    hits = np.flatnonzero(column[inside] == wanted)
    lengths = np.searchsorted(column, wanted[hits], side="right") - low[hits]
    queries = np.repeat(hits, lengths)
    offsets = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    rows = np.repeat(low[hits], lengths) + offsets
    return queries.astype(np.int64), rows.astype(np.int64)
