"""Writer: entries of a list become a folder of sorted columns, in little memory.

In      entries, of any number, in any order
Out     a folder: for each kind of digest sorted search words and entry numbers; sizes and
        details of the entries; PDQ hashes; a manifest
Fails   ListRefused: no row of the list holds a digest; OSError: the disk
Why     the words are evenly spread (sealed.py), so rows are dealt out to parts by their first
        bits as they come, and each part is sorted alone: 100 million rows in 200 MB
Not     here: reading formats (formats/), looking up (store.py)

    manifest.json                    counts, format, digests of the columns; nothing secret
    md5.first  md5.rest  md5.entry   words, the rest of them, entry numbers; sha1, sha256 alike
    sizes      details.at  details   of each entry: bytes of the file, where its details lie
    pdq        pdq.entry             sealed blocks of hashes, entry numbers

The folder is written beside its place and put there as a whole.
"""

import hashlib
import json
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray

from haven.engine.errors import ListRefused
from haven.engine.known.entries import KINDS, Entry
from haven.engine.known.formats import Reading
from haven.engine.known.sealed import ListKey

VERSION = 1
PARTS = 256  # rows are dealt to these by their first bits; 100 million make parts of 10 MB
ROWS_AT_ONCE = 100_000
REPORTED = 5_000  # rows between two reports: a few hundredths of a second
PDQ_AT_ONCE = 1 << 16  # hashes in a sealed block, 2 MiB
_MOST_INTERNED = 50_000  # details that many entries share are written once
NO_SIZE = -1  # of an entry whose size the list does not give
ROW = np.dtype(
    [("high", "<u8"), ("low", "<u8"), ("last_high", "<u8"), ("last_low", "<u8"), ("entry", "<u4")]
)


@dataclass(slots=True)
class Manifest:
    """What is in the folder of a list."""

    version: int = VERSION
    format: str = ""
    format_version: str = ""
    region: str = ""
    is_case: bool = False
    n_rows: int = 0
    n_entries: int = 0
    n_refused: dict[str, int] = field(default_factory=dict)
    refused: list[tuple[int, str]] = field(default_factory=list)  # the first few: row, code
    counts: dict[str, int] = field(default_factory=dict)  # by kind of digest, and "pdq"
    categories: dict[str, int] = field(default_factory=dict)  # raw text: entries
    columns: dict[str, str] = field(default_factory=dict)  # file: SHA-256

    def written(self, folder: Path) -> None:
        """Write it into the folder."""
        (folder / "manifest.json").write_text(json.dumps(asdict(self), indent=1), "utf-8")


_MOST_CATEGORIES = 200  # of a list, counted by their text; further ones are counted together


def write(
    reading: Reading,
    folder: Path,
    key: ListKey,
    *,
    report: Callable[[Reading], None] = lambda _reading: None,
) -> Manifest:
    """Write a list into a new folder.

    Args:
        reading: The list as it is read.
        folder: Where it goes; must not exist.
        key: Used for this list and no other.
        report: Told every few thousand rows how far the reading is; may raise to stop.

    Raises:
        ListRefused: The reading broke off, or no row holds a digest; nothing is left.
    """
    draft = folder.with_name(f".{folder.name}.draft")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    try:
        with _Columns(draft, key) as columns:
            for number, entry in enumerate(reading):
                columns.take(number, entry)
                if number % REPORTED == 0:
                    report(reading)
            columns.finish()
            made = _manifest(reading)
            made.n_entries, made.counts = columns.n_entries, columns.counts
            made.categories = columns.categories
        made.columns = {one.name: sha256_of(one) for one in sorted(draft.iterdir())}
        made.written(draft)
        draft.rename(folder)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    return made


def _manifest(reading: Reading) -> Manifest:
    """Return what a reading that is through knows of its list."""
    return Manifest(
        format=reading.format,
        format_version=reading.version,
        region=reading.region,
        is_case=reading.is_case,
        n_rows=reading.n_rows,
        n_refused=dict(reading.n_refused),
        refused=[(one.row, one.code) for one in reading.examples],
    )


class _Columns:
    """The columns of a list while it is written."""

    def __init__(self, folder: Path, key: ListKey) -> None:
        self._folder, self._key = folder, key
        self.n_entries = 0
        self.counts: dict[str, int] = dict.fromkeys((*KINDS, "pdq"), 0)
        self.categories: dict[str, int] = {}
        self._held: dict[str, tuple[bytearray, list[int]]] = {
            kind: (bytearray(), []) for kind in KINDS
        }
        self._sizes: list[int] = []
        self._at: list[int] = []
        self._interned: dict[bytes, int] = {}
        self._pdq, self._pdq_entries, self._pdq_blocks = bytearray(), bytearray(), 0
        self._files: dict[str, IO[bytes]] = {
            name: (folder / name).open("wb")
            for name in ("sizes", "details", "details.at", "pdq", "pdq.entry")
        }

    def __enter__(self) -> "_Columns":
        return self

    def __exit__(self, *_: object) -> None:
        for file in self._files.values():
            file.close()

    def take(self, number: int, entry: Entry) -> None:
        """Take in one entry."""
        for kind in KINDS:
            digest: bytes = getattr(entry, kind)
            if digest:
                digests, numbers = self._held[kind]
                digests += digest
                numbers.append(number)
        if entry.pdq:
            self._pdq += entry.pdq
            self._pdq_entries += number.to_bytes(4, "little")
        self._sizes.append(NO_SIZE if entry.size_bytes is None else entry.size_bytes)
        self._at.append(self._place_of(entry.details()))
        self._count(entry.category)
        self.n_entries = number + 1
        if self.n_entries % ROWS_AT_ONCE == 0:
            self._flush()

    def finish(self) -> None:
        """Write what is held, and sort the parts into their columns."""
        if not self.n_entries:
            raise ListRefused("no row of the list holds a digest")
        self._flush()
        self._seal_pdq()
        for file in self._files.values():
            file.close()
        for kind in KINDS:
            if self.counts[kind]:
                self._sort(kind)

    def _count(self, category: str) -> None:
        """Count a category by its text."""
        if not category:
            return
        is_known = category in self.categories or len(self.categories) < _MOST_CATEGORIES
        name = category[:80] if is_known else "…"
        self.categories[name] = self.categories.get(name, 0) + 1

    def _place_of(self, details: bytes) -> int:
        """Return where details lie, writing them where they are new; 0 for none."""
        if not details:
            return 0
        found = self._interned.get(details)
        if found is not None:
            return found
        file = self._files["details"]
        at = file.tell() + 1  # 0 is none
        sealed = self._key.seal(details, what="details", number=at)
        file.write(len(sealed).to_bytes(4, "little") + sealed)
        if len(self._interned) >= _MOST_INTERNED:
            self._interned.clear()
        self._interned[details] = at
        return at

    def _flush(self) -> None:
        """Write what is held of every column."""
        self._files["sizes"].write(np.array(self._sizes, "<i8").tobytes())
        self._files["details.at"].write(np.array(self._at, "<u8").tobytes())
        self._sizes.clear()
        self._at.clear()
        if len(self._pdq) >= 32 * PDQ_AT_ONCE:
            self._seal_pdq()
        for kind, (digests, numbers) in self._held.items():
            if numbers:
                self._deal(kind, bytes(digests), numbers)
                self.counts[kind] += len(numbers)
                digests.clear()
                numbers.clear()

    def _seal_pdq(self) -> None:
        """Write the hashes that are held, in blocks."""
        step = 32 * PDQ_AT_ONCE
        for at in range(0, len(self._pdq), step):
            block = bytes(self._pdq[at : at + step])
            sealed = self._key.seal(block, what="pdq", number=self._pdq_blocks)
            self._files["pdq"].write(len(sealed).to_bytes(4, "little") + sealed)
            self._pdq_blocks += 1
        self._files["pdq.entry"].write(self._pdq_entries)
        self.counts["pdq"] += len(self._pdq) // 32
        self._pdq.clear()
        self._pdq_entries.clear()

    def _deal(self, kind: str, digests: bytes, numbers: list[int]) -> None:
        """Deal rows out to the parts of a kind by the first bits of their words."""
        first, last = self._key.words(digests, kind)
        rows = np.empty(len(numbers), ROW)
        rows["high"], rows["low"] = first[:, 0], first[:, 1]
        rows["last_high"], rows["last_low"] = last[:, 0], last[:, 1]
        rows["entry"] = numbers
        part = (rows["high"] >> np.uint64(56)).astype(np.int64)
        order = np.argsort(part, kind="stable")
        ends = np.searchsorted(part[order], np.arange(PARTS + 1))
        for number in range(PARTS):
            some = rows[order[ends[number] : ends[number + 1]]]
            if len(some):
                with (self._folder / f"{kind}.part{number:03}").open("ab") as file:
                    file.write(some.tobytes())

    def _sort(self, kind: str) -> None:
        """Make the columns of a kind from its parts."""
        names = ("first", "rest", "entry")
        places = [(self._folder / f"{kind}.{name}").open("wb") for name in names]
        try:
            for number in range(PARTS):
                part = self._folder / f"{kind}.part{number:03}"
                if not part.exists():
                    continue
                rows = np.fromfile(part, ROW)
                part.unlink()
                rows = rows[np.lexsort((rows["entry"], rows["low"], rows["high"]))]
                places[0].write(np.ascontiguousarray(rows["high"]).tobytes())
                places[1].write(_rest(rows, kind).tobytes())
                places[2].write(np.ascontiguousarray(rows["entry"]).tobytes())
        finally:
            for place in places:
                place.close()


def _rest(rows: NDArray[np.void], kind: str) -> NDArray[np.uint64]:
    """Return the words of rows beyond the first eight bytes, shape (n, 1) or (n, 3)."""
    names = ("low",) if kind == "md5" else ("low", "last_high", "last_low")
    return np.ascontiguousarray(np.stack([rows[name] for name in names], axis=1))


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
