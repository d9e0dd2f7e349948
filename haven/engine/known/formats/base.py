"""Base: what reading a list in any format promises.

In      a file that anyone may have made
Out     entries one by one, in the memory of one entry; the rows that were refused, counted
Fails   ListRefused: no list, or one that cannot be read on; what was yielded before stands
Why     a list has up to a hundred million rows, and one bad row must cost one row
Not     here: the formats themselves

Rows are refused with a code, and the first few with their place, so that a person can look.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import IO

from haven.engine.errors import ListRefused
from haven.engine.known.entries import BYTES_OF, Entry

LONGEST_VALUE = 4 << 20  # bytes; the longest known is a small picture in base64, 100 KB
LONGEST_LINE = 1 << 20  # bytes; the longest seen is a path of 4 KB beside digests
EXAMPLES = 20
NO_DIGEST, WRONG_DIGEST, KEY_TWICE = "row.no_digest", "row.wrong_digest", "row.key_twice"
TOO_LONG, NOT_A_ROW, FLAT = "row.too_long", "row.not_a_row", "row.flat_picture"
_HEX = re.compile(r"[0-9A-Fa-f]+")


@dataclass(frozen=True, slots=True)
class Refused:
    """One row that was not taken: its number, from 1, and a code that says why."""

    row: int
    code: str


@dataclass(slots=True)
class Reading:
    """A list being read: iterate it for its entries; the facts fill while it goes.

    `format` and `version` name the format ("vics", "2.0"); `region` is what a VICS file says
    of its scheme, a hint and no more (R-VICS-2).
    """

    format: str
    rows: Callable[["Reading"], Iterator[Entry]]
    size_bytes: int
    version: str = ""
    region: str = ""
    is_case: bool = False
    header: dict[str, object] = field(default_factory=dict)  # of a case file, beside its media
    n_rows: int = 0
    n_refused: Counter[str] = field(default_factory=Counter)
    examples: list[Refused] = field(default_factory=list)
    place: Callable[[], int] = lambda: 0  # bytes read so far

    def __iter__(self) -> Iterator[Entry]:
        """Yield the entries that can be looked up.

        Raises:
            ListRefused: The file cannot be read on.
        """
        for entry in self.rows(self):
            if entry.has_digest:
                yield entry
            else:
                self.refuse(NO_DIGEST)

    def refuse(self, code: str) -> None:
        """Count a row that is not taken; `n_rows` is its number."""
        self.n_refused[code] += 1
        if len(self.examples) < EXAMPLES:
            self.examples.append(Refused(self.n_rows, code))

    @property
    def share_read(self) -> float:
        """Return how much of the file is read, 0 to 1."""
        return min(1.0, self.place() / self.size_bytes) if self.size_bytes else 1.0


def digest(text: str | None, kind: str) -> bytes:
    """Return a digest from hexadecimal text, or nothing where the text is empty.

    Raises:
        ValueError: It is no digest of this kind.
    """
    text = (text or "").strip()
    if not text:
        return b""
    if len(text) != 2 * BYTES_OF[kind] or not _HEX.fullmatch(text):
        raise ValueError(f"a {kind} is {2 * BYTES_OF[kind]} hexadecimal digits")
    return bytes.fromhex(text)


def perceptual(text: str | None) -> bytes:
    """Return a PDQ hash from hexadecimal text, or nothing where the text is empty.

    Raises:
        ValueError: It is no PDQ hash.
    """
    text = (text or "").strip()
    if not text:
        return b""
    if len(text) != 64 or not _HEX.fullmatch(text):
        raise ValueError("a PDQ hash is 64 hexadecimal digits")
    return bytes.fromhex(text)


def whole(value: object) -> int | None:
    """Return a size, also where it is written as text; None where it is none."""
    text = str(value).strip() if value is not None else ""
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        return None
    return int(text)


class Watched:
    """A file that is read in pieces and refused when one value never ends.

    JSON and XML parsers gather a value until its end is seen. Between two marks (quotes, or
    less-than signs) at most LONGEST_VALUE bytes may lie.
    """

    def __init__(self, file: IO[bytes], mark: bytes) -> None:
        """Watch a file that is open for reading."""
        self._file, self._mark, self._since = file, re.compile(mark), 0
        self.place = 0

    def read(self, size: int = -1) -> bytes:
        """Return the next piece.

        Raises:
            ListRefused: A value is longer than any list has.
        """
        piece = self._file.read(1 << 16 if size < 0 else size)  # ijson asks for 0 first
        self.place += len(piece)
        last = -1
        for found in self._mark.finditer(piece):
            last = found.start()
        if last >= 0:
            self._since = len(piece) - last
        else:
            self._since += len(piece)
        if self._since > LONGEST_VALUE:
            raise ListRefused(f"a value is longer than {LONGEST_VALUE >> 20} MiB")
        return piece
