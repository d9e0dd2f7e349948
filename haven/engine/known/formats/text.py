"""Text: lists of one row a line, with or without a header.

In      NSRL RDS v2, ICSE, HashKeeper and plain CSV; ThreatExchange files; digests line by line
Out     a Reading; each line is a row of its own, so that a stray quote costs one row
Fails   ListRefused: no line in the beginning holds a digest
Source  facts/standards 3.4 and 1.7: the headers of NSRL v2, HashKeeper and ICSE
"""

import codecs
import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import IO

from haven.engine.digests import pdq
from haven.engine.errors import ListRefused
from haven.engine.known.entries import KIND_OF_DIGITS, Entry
from haven.engine.known.formats import base
from haven.engine.known.formats.base import Reading, digest, perceptual, whole

_LOOKED_AT = 50  # lines in which a digest has to stand
_DELIMITERS = ",;\t|"
_HEX_TOKEN = re.compile(r"(?<![0-9A-Za-z])[0-9A-Fa-f]{32,64}(?![0-9A-Za-z])")
_SIGNAL = re.compile(r"(?P<kind>[a-z0-9_]{2,40})[ \t,]+(?P<value>\S.*)")
_KIND_OF_SIGNAL = {"pdq": "pdq", "md5": "md5", "video_md5": "md5", "photo_md5": "md5"}
_COLUMNS = {  # names of columns without anything but letters and digits
    **dict.fromkeys(("md5", "md5hash", "hash", "hashmd5"), "md5"),
    **dict.fromkeys(("sha1", "sha1hash", "hashsha1"), "sha1"),
    **dict.fromkeys(("sha256", "sha2256", "sha256hash", "hashsha256"), "sha256"),
    **dict.fromkeys(("pdq", "pdqhash"), "pdq"),
    **dict.fromkeys(("pdqquality", "quality"), "pdq_quality"),
    **dict.fromkeys(("size", "filesize", "sizebytes", "mediasize"), "size"),
    **dict.fromkeys(("category", "cat", "classification", "verdict"), "category"),
    **dict.fromkeys(("series", "seriesname"), "series"),
    **dict.fromkeys(("tags", "tag", "label", "labels"), "tags"),
    "victimidentified": "victim_identified",
    "offenderidentified": "offender_identified",
    "isdistributed": "distributed",
    **dict.fromkeys(("comments", "comment"), "comments"),
}
_SAID = ("series", "tags", "victim_identified", "offender_identified", "distributed", "comments")
_NSRL_2 = ("sha-1", "md5", "crc32", "filename", "filesize")
_HASHKEEPER = ("file_id", "hashset_id", "file_name")


def open_text(path: Path) -> Reading:
    """Return the reading of a list of lines.

    Raises:
        ListRefused: It holds no digest where one should stand.
    """
    with path.open("rb") as file:
        first = next(_lines(file), None) or ""
    delimiter = max(_DELIMITERS, key=first.count)
    names = [name.strip().lower() for name in _split(first, delimiter)]
    columns = [_COLUMNS.get(re.sub(r"[^a-z0-9]", "", name), "") for name in names]
    size_bytes = path.stat().st_size
    if {"md5", "sha1", "sha256", "pdq"} & set(columns) and not _HEX_TOKEN.search(first):
        entry_of = _Columns(delimiter, tuple(names), tuple(columns)).entry
        rows = _Rows(path, entry_of, has_header=True).rows
        return Reading(_format_of(names), rows, size_bytes)
    return _open_plain(path, size_bytes)


def _format_of(names: Sequence[str]) -> str:
    """Return which of the tables with a header this is."""
    if tuple(names[: len(_NSRL_2)]) == _NSRL_2:
        return "nsrl-2"
    if tuple(names[: len(_HASHKEEPER)]) == _HASHKEEPER:
        return "hashkeeper"
    return "icse" if {"md5", "photodna", "image id"} <= set(names) else "csv"


def _open_plain(path: Path, size_bytes: int) -> Reading:
    """Return the reading of a file without a header."""
    with path.open("rb") as file:
        lines = [line for _, line in zip(range(_LOOKED_AT), _lines(file), strict=False) if line]
    signals = sum(1 for line in lines if _signal(line))
    if signals and signals >= len(lines) / 2:
        return Reading("threatexchange", _Rows(path, _of_signal).rows, size_bytes)
    if not any(_HEX_TOKEN.search(line) for line in lines):
        raise ListRefused("no digest stands in the first lines of the file")
    return Reading("txt", _Rows(path, _of_line).rows, size_bytes)


class _Rows:
    """Rows of lines, each made an entry by itself."""

    def __init__(
        self, path: Path, entry_of: Callable[[str], Entry], *, has_header: bool = False
    ) -> None:
        self._path, self._entry_of, self._has_header = path, entry_of, has_header

    def rows(self, reading: Reading) -> Iterator[Entry]:
        """Yield an entry for each line that holds one."""
        with self._path.open("rb") as file:
            lines = _lines(file, reading)
            if self._has_header:
                next(lines, None)
            for line in lines:
                entry = _taken(reading, line, self._entry_of)
                if entry is not None:
                    yield entry


class _Columns:
    """What the columns under a header are."""

    def __init__(self, delimiter: str, names: tuple[str, ...], columns: tuple[str, ...]) -> None:
        self._delimiter, self._names, self._columns = delimiter, names, columns

    def entry(self, line: str) -> Entry:
        """Return the entry of a line."""
        fields = _split(line, self._delimiter)
        if len(fields) < len(self._columns) - 1:
            raise ValueError(base.NOT_A_ROW)
        named = {name: value for name, value in zip(self._columns, fields, strict=False) if name}
        quality = whole(named.get("pdq_quality"))
        if quality is not None and quality < pdq.MIN_QUALITY and named.get("pdq"):
            raise ValueError(base.FLAT)
        others = {
            name: value
            for name, column, value in zip(self._names, self._columns, fields, strict=False)
            if not column and value
        }
        return Entry(
            md5=digest(named.get("md5"), "md5"),
            sha1=digest(named.get("sha1"), "sha1"),
            sha256=digest(named.get("sha256"), "sha256"),
            pdq=perceptual(named.get("pdq")),
            size_bytes=whole(named.get("size")),
            category=named.get("category", "").strip(),
            said={name: named[name].strip() for name in _SAID if named.get(name, "").strip()},
            kept=others if _keeps(self._names) else None,
        )


def _keeps(names: tuple[str, ...]) -> bool:
    """Return whether other columns are kept; those of software lists are many and say nothing."""
    return _format_of(names) not in ("nsrl-2", "hashkeeper")


def _signal(line: str) -> tuple[str, str] | None:
    """Return kind and value of a line that names a signal."""
    found = _SIGNAL.fullmatch(line.strip())
    if not found or found["kind"] not in {*_KIND_OF_SIGNAL, "raw_text", "url", "trend_query"}:
        return None
    return _KIND_OF_SIGNAL.get(found["kind"], ""), found["value"]


def _of_signal(line: str) -> Entry:
    """Return the entry of "signal_type value", as python-threatexchange takes it."""
    found = _signal(line)
    if found is None:
        raise ValueError(base.NOT_A_ROW)
    kind, value = found
    if kind == "pdq":
        return Entry(pdq=perceptual(value.split()[0]))
    if kind == "md5":
        return Entry(md5=digest(value.split()[0], "md5"))
    return Entry()


def _of_line(line: str) -> Entry:
    """Return the entry of a digest with or without a name behind it, as md5sum writes them."""
    digests = {KIND_OF_DIGITS.get(len(one), ""): one for one in _HEX_TOKEN.findall(line)}
    digests.pop("", None)
    if not digests:
        raise ValueError(base.WRONG_DIGEST)
    found = {kind: bytes.fromhex(one) for kind, one in digests.items()}
    return Entry(
        md5=found.get("md5", b""), sha1=found.get("sha1", b""), sha256=found.get("sha256", b"")
    )


def _taken(reading: Reading, line: str | None, entry_of: Callable[[str], Entry]) -> Entry | None:
    """Return the entry of a line, or count why there is none."""
    if line is not None and (not line.strip() or line.startswith("#")):
        return None
    reading.n_rows += 1
    if line is None:
        reading.refuse(base.TOO_LONG)
        return None
    try:
        return entry_of(line)
    except csv.Error:
        reading.refuse(base.NOT_A_ROW)
    except ValueError as error:
        code = str(error)
        reading.refuse(code if code.startswith("row.") else base.WRONG_DIGEST)
    return None


def _split(line: str, delimiter: str) -> list[str]:
    """Return the fields of one line."""
    return next(csv.reader([line], delimiter=delimiter), [])


def _lines(file: IO[bytes], reading: Reading | None = None) -> Iterator[str | None]:
    """Yield the lines of a file as text without their ends; None for one that is too long."""
    head = file.read(4)
    file.seek(0)
    source: IO[bytes] | io.BufferedReader = file
    if head[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        source = io.BufferedReader(_Recoded(file))
    if reading is not None:
        reading.place = file.tell
    is_first, is_rest = True, False
    while raw := source.readline(base.LONGEST_LINE):
        is_whole = raw.endswith(b"\n") or len(raw) < base.LONGEST_LINE
        if is_rest:  # of a line that was told to be too long
            is_rest = not is_whole
            continue
        if not is_whole:
            is_rest = True
            yield None
            continue
        text = raw.decode("utf-8", "backslashreplace")
        yield (text.removeprefix("\ufeff") if is_first else text).rstrip("\r\n")
        is_first = False


class _Recoded(io.RawIOBase):
    """A file in UTF-16 as one in UTF-8."""

    def __init__(self, file: IO[bytes]) -> None:
        super().__init__()
        self._file = file
        self._decoder = codecs.getincrementaldecoder("utf-16")(errors="replace")
        self._held = b""

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, into: "memoryview[int]", /) -> int:  # type: ignore[override]
        """Read the next bytes."""
        while not self._held:
            piece = self._file.read(1 << 16)
            self._held = self._decoder.decode(piece, final=not piece).encode("utf-8")
            if not piece:
                break
        amount = min(len(into), len(self._held))
        into[:amount] = self._held[:amount]
        self._held = self._held[amount:]
        return amount
