"""EnCase: sets of MD5 digests in EnCase's own file, version 6 and before.

In      a file that begins with HASH, CR, LF, 0xff, 0
Out     a Reading of MD5 digests alone
Fails   ListRefused: the file ends inside an entry
Source  facts/standards 3.4: entries of 18 bytes, 16 of them the MD5, from byte 1152 on
"""

from collections.abc import Iterator
from pathlib import Path

from haven.engine.errors import ListRefused
from haven.engine.known.entries import Entry
from haven.engine.known.formats.base import Reading

MAGIC = b"HASH\r\n\xff\x00"
_FIRST, _ENTRY, _MD5 = 1152, 18, 16
_AT_ONCE = 10_000


def open_encase(path: Path) -> Reading:
    """Return the reading of an EnCase hash set.

    Raises:
        ListRefused: It ends inside its header or an entry.
    """
    size_bytes = path.stat().st_size
    if size_bytes < _FIRST or (size_bytes - _FIRST) % _ENTRY:
        raise ListRefused("the EnCase hash set is cut off")
    return Reading("encase", _Digests(path).rows, size_bytes)


class _Digests:
    """The digests of a set."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def rows(self, reading: Reading) -> Iterator[Entry]:
        """Yield an entry for each digest."""
        with self._path.open("rb") as file:
            reading.place = file.tell
            file.seek(_FIRST)
            while block := file.read(_ENTRY * _AT_ONCE):
                for at in range(0, len(block), _ENTRY):
                    reading.n_rows += 1
                    yield Entry(md5=block[at : at + _MD5])
