"""Databases: lists that are SQLite files, opened to be read and nothing else.

In      NSRL RDS v3 (table or view FILE), Autopsy and The Sleuth Kit (.kdb)
Out     a Reading
Fails   ListRefused: another database, or one that is damaged or takes for ever
Source  facts/standards 3.4: tables and columns

A stranger's database may hold views and triggers; it is opened read-only and immutable, with
its schema not trusted, and every step is counted, so that no view can keep us for ever.
"""

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from haven.engine.errors import ListRefused
from haven.engine.known.entries import Entry
from haven.engine.known.formats import base
from haven.engine.known.formats.base import Reading, digest, whole

MAGIC = b"SQLite format 3\x00"
_STEPS = 100_000  # of SQLite's machine between two looks at the clock
_SILENT_S = 120.0  # for one row; a table gives its first at once
_NSRL = "SELECT sha256, sha1, md5, file_size FROM FILE"
_KDB = (
    "SELECT h.md5, h.sha1, h.sha2_256,"
    " (SELECT group_concat(comment, '; ') FROM comments c WHERE c.hash_id = h.id) FROM hashes h"
)


def open_database(path: Path) -> Reading:
    """Return the reading of a list that is a database.

    Raises:
        ListRefused: It has the tables of neither format.
    """
    size_bytes = path.stat().st_size
    try:
        with closing(_opened(path)) as database:
            names = {
                str(name)
                for (name,) in database.execute(
                    "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view')"
                )
            }
    except sqlite3.DatabaseError as error:
        raise ListRefused("the database is damaged") from error
    if "FILE" in names:
        return Reading("nsrl-3", _Rows(path, _NSRL, _of_nsrl).rows, size_bytes, version="3")
    if {"hashes", "comments"} <= names:
        return Reading("kdb", _Rows(path, _KDB, _of_kdb).rows, size_bytes)
    raise ListRefused("the database has neither the tables of NSRL nor those of Autopsy")


class _Rows:
    """The rows of one question to a database."""

    def __init__(
        self, path: Path, question: str, entry_of: Callable[[tuple[object, ...]], Entry]
    ) -> None:
        self._path, self._question, self._entry_of = path, question, entry_of

    def rows(self, reading: Reading) -> Iterator[Entry]:
        """Yield an entry for each row."""
        deadline = [time.monotonic() + _SILENT_S]
        try:
            with closing(_opened(self._path)) as database:
                database.set_progress_handler(lambda: time.monotonic() > deadline[0], _STEPS)
                for row in database.execute(self._question):
                    deadline[0] = time.monotonic() + _SILENT_S
                    reading.n_rows += 1
                    try:
                        yield self._entry_of(row)
                    except (ValueError, TypeError):
                        reading.refuse(base.WRONG_DIGEST)
        except sqlite3.DatabaseError as error:
            raise ListRefused("the database is damaged, or gives no row for minutes") from error


def _opened(path: Path) -> sqlite3.Connection:
    """Return a connection that reads."""
    address = f"file:{quote(str(path.absolute()))}?mode=ro&immutable=1"
    database = sqlite3.connect(address, uri=True)
    database.execute("PRAGMA trusted_schema = OFF")
    database.execute("PRAGMA cell_size_check = ON")
    database.execute("PRAGMA query_only = ON")
    database.text_factory = lambda raw: raw.decode("utf-8", "backslashreplace")
    return database


def _of_nsrl(row: tuple[object, ...]) -> Entry:
    sha256, sha1, md5, size = row
    return Entry(
        sha256=_hex(sha256, "sha256"),
        sha1=_hex(sha1, "sha1"),
        md5=_hex(md5, "md5"),
        size_bytes=whole(size),
    )


def _of_kdb(row: tuple[object, ...]) -> Entry:
    md5, sha1, sha256, comment = row
    return Entry(
        md5=_hex(md5, "md5"),
        sha1=_hex(sha1, "sha1"),
        sha256=_hex(sha256, "sha256"),
        said={"comments": str(comment)[:2000]} if comment else {},
    )


def _hex(value: object, kind: str) -> bytes:
    """Return a digest that is kept as bytes or as text."""
    if value is None:
        return b""
    if isinstance(value, bytes):
        return digest(value.hex(), kind)
    return digest(str(value), kind)
