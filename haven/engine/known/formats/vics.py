"""VICS: lists and cases in the JSON of Project VIC's data model, and lists like it (CAID).

In      a file whose root is an object with an array "value" (or "Cases")
Out     a Reading; of a case each Media is an entry, and the rest of the case is its header
Fails   ListRefused: not JSON, breaks off, nests deeper or says a value longer than any list
Why     gigabytes of JSON pass in the memory of one record, and a key that stands twice in a
        record makes two readers see two records: such a row is refused
Source  facts/standards 1.2 to 1.6; no schema is public, so this is "VICS-compatible"

Every field of a record is kept as it came, also those that Haven does not know (R-VICS-4).
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import ijson

from haven.engine.errors import ListRefused
from haven.engine.known.entries import Entry
from haven.engine.known.formats import base
from haven.engine.known.formats.base import Reading, Watched, digest, whole

_DEEPEST = 32  # levels; the deepest of the format is 6
_LARGEST_RECORD = 200_000  # values; 116 places of one file have 1,400
_CONTEXT = re.compile(r"/DataModels/(?P<version>[0-9.]+)\.xml(?:/(?P<region>[A-Za-z_-]+))?")
_UNESCAPED_QUOTE = rb'(?<!\\)"'
_ROOTS = ("value", "Cases")
_FLAGS = {
    "VictimIdentified": "victim_identified",
    "OffenderIdentified": "offender_identified",
    "IsDistributed": "distributed",
    "IsSuspected": "suspected",
    "SelfGenerated": "self_generated",
}
_TEXTS = {"Series": "series", "Tags": "tags", "Comments": "comments"}


def open_vics(path: Path) -> Reading:
    """Return the reading of a VICS file; its version and region are known at once."""
    with path.open("rb") as file:
        head = file.read(8192).decode("utf-8-sig", "replace")
    found = _CONTEXT.search(head)
    version, region = (found["version"], found["region"] or "") if found else ("", "")
    is_case = re.search(r'"Media"\s*:\s*\[', head) is not None or "#Cases" in head
    return Reading(
        "vics" if found else "caid",
        _Media(path).rows,
        path.stat().st_size,
        version=version,
        region=region,
        is_case=is_case,
    )


class _Media:
    """The media of a file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def rows(self, reading: Reading) -> Iterator[Entry]:
        """Yield an entry for each record of a digest."""
        with self._path.open("rb") as file:
            if file.read(3) != b"\xef\xbb\xbf":
                file.seek(0)
            watched = Watched(file, _UNESCAPED_QUOTE)
            reading.place = lambda: watched.place
            try:
                yield from self._of_events(reading, ijson.basic_parse(watched, use_float=True))
            except (ijson.JSONError, UnicodeDecodeError) as error:
                where = f"after {watched.place >> 20} MiB" if watched.place >> 20 else "early"
                raise ListRefused(f"the JSON breaks off or is wrong, {where}") from error

    def _of_events(self, reading: Reading, events: Iterator[tuple[str, Any]]) -> Iterator[Entry]:
        """Follow the events of the file down to its records."""
        root = next(events, ("", None))[0]
        if root != "start_map":
            raise ListRefused("the file is JSON and its root is no object")
        for event, value in events:
            if event == "end_map":
                return
            builder = _Builder(events)
            if event == "map_key" and value in _ROOTS:
                yield from self._of_array(reading, events)
            else:
                name = str(value)
                reading.header[name] = builder.value(*next(events))

    def _of_array(self, reading: Reading, events: Iterator[tuple[str, Any]]) -> Iterator[Entry]:
        """Yield the records of the array at hand; of a case, those of its media."""
        event, _value = next(events)
        if event != "start_array":
            raise ListRefused("the file has no array of records")
        for event, value in events:
            if event == "end_array":
                return
            if event != "start_map":
                reading.n_rows += 1
                reading.refuse(base.NOT_A_ROW)
                _Builder(events).value(event, value)
                continue
            yield from self._of_record(reading, events)

    def _of_record(self, reading: Reading, events: Iterator[tuple[str, Any]]) -> Iterator[Entry]:
        """Yield the entry of a hash set's record, or those of a case's media."""
        builder = _Builder(events)
        record: dict[str, Any] = {}
        for event, key in events:
            if event == "end_map":
                break
            value = next(events)
            if key == "Media" and value[0] == "start_array":
                reading.is_case = True
                yield from self._of_media(reading, events)
                continue
            builder.put(record, str(key), builder.value(*value))
        if reading.is_case and "MD5" not in record:
            reading.header |= {"case": record}
            return
        entry = _counted(reading, record, builder)
        if entry is not None:
            yield entry

    def _of_media(self, reading: Reading, events: Iterator[tuple[str, Any]]) -> Iterator[Entry]:
        """Yield the entries of the media of a case."""
        for event, value in events:
            if event == "end_array":
                return
            builder = _Builder(events)
            record = builder.value(event, value)
            entry = _counted(reading, record if isinstance(record, dict) else {}, builder)
            if entry is not None:
                yield entry


class _Builder:
    """Makes values of the events of one record, within bounds."""

    def __init__(self, events: Iterator[tuple[str, Any]]) -> None:
        self._events = events
        self._made = 0
        self.is_twice = False

    def value(self, event: str, value: Any, depth: int = 0) -> Any:
        """Return the value that begins with an event.

        Raises:
            ListRefused: It nests too deep or holds too many values.
        """
        self._made += 1
        if depth > _DEEPEST or self._made > _LARGEST_RECORD:
            raise ListRefused(f"a record nests over {_DEEPEST} levels, or is endless")
        if event == "start_map":
            made: dict[str, Any] = {}
            for kind, key in self._events:
                if kind == "end_map":
                    break
                self.put(made, str(key), self.value(*next(self._events), depth + 1))
            return made
        if event == "start_array":
            values = []
            for kind, one in self._events:
                if kind == "end_array":
                    break
                values.append(self.value(kind, one, depth + 1))
            return values
        return value

    def put(self, into: dict[str, Any], key: str, value: Any) -> None:
        """Put a value under its key; a key that is there already is a contradiction."""
        self.is_twice |= key in into
        into[key] = value


def _counted(reading: Reading, record: dict[str, Any], builder: _Builder) -> Entry | None:
    """Return the entry of a record, or count why there is none."""
    reading.n_rows += 1
    if builder.is_twice:
        reading.refuse(base.KEY_TWICE)
        return None
    try:
        return entry_of(record)
    except ValueError:
        reading.refuse(base.WRONG_DIGEST)
        return None


def entry_of(record: dict[str, Any]) -> Entry:
    """Return the entry of one Media object.

    Raises:
        ValueError: A digest is none.
    """
    category = record.get("Category")
    said = {name: text for key, name in _TEXTS.items() if (text := _text(record.get(key)))}
    said |= {
        name: "yes" if flag else "no"
        for key, name in _FLAGS.items()
        if (flag := tri_state(record.get(key))) is not None
    }
    return Entry(
        md5=digest(_text(record.get("MD5")), "md5"),
        sha1=digest(_text(record.get("SHA1")), "sha1"),
        sha256=digest(_text(record.get("SHA256")) or _alternative(record, "SHA256"), "sha256"),
        size_bytes=whole(record.get("MediaSize")),
        category="" if category is None else _text(category),
        said=said,
        kept=record,
    )


def tri_state(value: object) -> bool | None:
    """Return yes, no, or None for unknown; exporters write booleans and their names."""
    if isinstance(value, bool):
        return value
    return {"true": True, "false": False}.get(str(value).strip().lower())


def _text(value: object) -> str:
    """Return a value as text; lists and objects, which some producers write, as their parts."""
    if isinstance(value, list):
        return ", ".join(filter(None, map(_text, value)))
    if isinstance(value, dict):
        return ", ".join(f"{key}: {_text(one)}" for key, one in value.items())
    return "" if value is None else str(value).strip()


def _alternative(record: dict[str, Any], name: str) -> str:
    """Return a digest that stands among the alternative ones."""
    rows = record.get("AlternativeHashes")
    for one in rows if isinstance(rows, list) else ():
        if isinstance(one, dict) and str(one.get("HashName", "")).upper().replace("-", "") == name:
            return _text(one.get("HashValue"))
    return ""
