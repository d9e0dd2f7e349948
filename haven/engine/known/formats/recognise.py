"""Recognise: the format of a list by its content; its name is not believed.

In      a path
Out     a Reading in the format that the file is in
Fails   ListRefused: empty, gone, or in none of the formats
"""

import codecs
from pathlib import Path

from haven.engine.errors import ListRefused
from haven.engine.known.formats import databases, encase
from haven.engine.known.formats.base import Reading
from haven.engine.known.formats.databases import open_database
from haven.engine.known.formats.encase import open_encase
from haven.engine.known.formats.ncmec import open_ncmec
from haven.engine.known.formats.text import open_text
from haven.engine.known.formats.vics import open_vics

_HEAD = 4096


def open_list(path: Path) -> Reading:
    """Return the reading of a list.

    Raises:
        ListRefused: It is no list that Haven reads.
    """
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except OSError as error:
        raise ListRefused("the file cannot be opened") from error
    if not head:
        raise ListRefused("the file is empty")
    if head.startswith(databases.MAGIC):
        return open_database(path)
    if head.startswith(encase.MAGIC):
        return open_encase(path)
    start = head.removeprefix(codecs.BOM_UTF8).lstrip()[:1]
    if head[:2] not in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        if start in (b"{", b"["):
            return open_vics(path)
        if start == b"<":
            return open_ncmec(path)
        if b"\x00" in head:
            raise ListRefused("the file is in no format of lists that Haven reads")
    elif head[2:4].strip(b"\x00") in (b"{", b"[", b"<"):
        raise ListRefused("the file is in UTF-16; save it in UTF-8 first")
    return open_text(path)
