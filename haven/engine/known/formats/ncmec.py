"""NCMEC: entries of NCMEC's hash sharing, as an agency saved them from its interface.

In      XML of the shape of `GET /v2/entries`
Out     a Reading; deleted entries are counted and not taken
Fails   ListRefused: not XML, declares a document type, nests deeper than the format
Source  facts/standards 3.4: the elements and the namespace
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

from haven.engine.errors import ListRefused
from haven.engine.known.entries import Entry
from haven.engine.known.formats import base
from haven.engine.known.formats.base import Reading, Watched, digest, perceptual

_DEEPEST = 24  # levels; the deepest of the format is 6
_RECORDS = {"image", "video"}
_GONE = {"deletedImage", "deletedVideo"}
DELETED = "row.deleted"


def open_ncmec(path: Path) -> Reading:
    """Return the reading of a file of NCMEC's hash sharing."""
    return Reading("ncmec", _Entries(path).rows, path.stat().st_size, version="2")


class _Entries:
    """The entries of a file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def rows(self, reading: Reading) -> Iterator[Entry]:
        """Yield an entry for each image and video."""
        with self._path.open("rb") as file:
            watched = Watched(file, b"<")
            reading.place = lambda: watched.place
            try:
                yield from self._of_events(
                    reading,
                    ElementTree.iterparse(watched, events=("start", "end"), forbid_dtd=True),
                )
            except DefusedXmlException as error:
                raise ListRefused(
                    "the XML declares a document type, which no list does"
                ) from error
            except (ElementTree.ParseError, UnicodeDecodeError, LookupError) as error:
                raise ListRefused("the XML breaks off or is wrong") from error

    def _of_events(self, reading: Reading, events: Iterator[tuple[str, Any]]) -> Iterator[Entry]:
        depth = 0
        open_elements: list[Any] = []
        for event, element in events:
            name = str(element.tag).rpartition("}")[2]
            if event == "start":
                depth += 1
                open_elements.append(element)
                if depth > _DEEPEST:
                    raise ListRefused(f"the XML nests over {_DEEPEST} levels")
                continue
            depth -= 1
            open_elements.pop()
            if name in _RECORDS | _GONE:
                reading.n_rows += 1
                entry = self._entry(reading, element, name)
                element.clear()
                if open_elements:
                    open_elements[-1].remove(element)  # else the tree grows with the file
                if entry is not None:
                    yield entry

    def _entry(self, reading: Reading, element: Any, name: str) -> Entry | None:
        if name in _GONE:
            reading.refuse(DELETED)
            return None
        told = {
            str(one.tag).rpartition("}")[2].lower(): (one.text or "").strip()
            for one in element.iter()
        }
        try:
            return Entry(
                md5=digest(told.get("md5"), "md5"),
                sha1=digest(told.get("sha1"), "sha1"),
                pdq=perceptual(told.get("pdq")),
                category=told.get("classification", ""),
                said={"id": told["id"]} if told.get("id") else {},
                kept={"kind": name, **{key: told[key] for key in told if told[key]}},
            )
        except ValueError:
            reading.refuse(base.WRONG_DIGEST)
            return None
