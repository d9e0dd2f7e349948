"""Vocabulary: what a package says of a case, in words of its own that stay.

In      a row, made here or come from elsewhere
Out     the same row, known to have the fields of its table and no others
Fails   WrongRow: a field is missing, is one too many, or is not what the table says
Why     rows of the database change with the program; what two agencies exchange must not. A row
        that comes from elsewhere is hostile until it was checked
Not     here: how rows are found (gathering.py), the file they travel in (envelope.py)

docs/packages.md tells the fields in words, and what they are called in CASE/UCO and VICS; a
test holds both together.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, Final

from haven.web.errors import BadInput

Check = Callable[[object], bool]
Row = dict[str, Any]
LONGEST_ROW = 64 << 10  # bytes; the longest text in Haven, a note of 4,000 characters, is 16 kB
_HEX = re.compile(r"[0-9a-f]+\Z")
_MOST = 2**53 - 1  # whole numbers that every reader of JSON keeps (RFC 7493)


class WrongRow(BadInput):
    """A row of a package is not what its table says."""

    code = "package.wrong_row"


def text(most: int, *, least: int = 0) -> Check:
    """Return the check of a text of so many characters, without NUL and lone surrogates."""

    def check(value: object) -> bool:
        if not isinstance(value, str) or not least <= len(value) <= most or "\0" in value:
            return False
        return not any(0xD800 <= ord(one) <= 0xDFFF for one in value)

    return check


def hexadecimal(digits: int) -> Check:
    """Return the check of so many lower-case hexadecimal digits."""
    return lambda value: (
        isinstance(value, str) and len(value) == digits and bool(_HEX.match(value))
    )


def whole(most: int = _MOST) -> Check:
    """Return the check of a whole number from 0 on."""
    return lambda value: type(value) is int and 0 <= value <= most


def number(least: float, most: float) -> Check:
    """Return the check of a finite number between two."""

    def check(value: object) -> bool:
        if type(value) not in (int, float):
            return False
        return math.isfinite(value) and least <= value <= most  # type: ignore[arg-type,operator]

    return check


def flag(value: object) -> bool:
    """Tell whether a value is yes or no."""
    return isinstance(value, bool)


def day(value: object) -> bool:
    """Tell whether a value is a day as ISO 8601 writes it."""
    return _reads(date.fromisoformat, value)


def moment(value: object) -> bool:
    """Tell whether a value is a moment as ISO 8601 writes it, with its zone."""
    return (
        _reads(datetime.fromisoformat, value)
        and datetime.fromisoformat(str(value)).utcoffset() is not None
    )


def maybe(check: Check) -> Check:
    """Return a check that also takes null."""
    return lambda value: value is None or check(value)


def many(check: Check, most: int, *, least: int = 0) -> Check:
    """Return the check of a list."""
    return lambda value: (
        isinstance(value, list) and least <= len(value) <= most and all(map(check, value))
    )


def thing(fields: Mapping[str, Check]) -> Check:
    """Return the check of an object with these fields and no others."""
    return lambda value: (
        isinstance(value, dict)
        and value.keys() == fields.keys()
        and all(check(value[name]) for name, check in fields.items())
    )


def _reads(read: Callable[[str], object], value: object) -> bool:
    if not isinstance(value, str) or len(value) > 40:
        return False
    try:
        read(value)
    except ValueError:
        return False
    return True


WORD, NAME, LINE, SHA256 = text(40), text(200), text(1_000), hexadecimal(64)
KEY = text(80, least=1)  # an id of the sender's; unique in its table
WHO = thing({"name": NAME, "agency": NAME})  # as they were called when the package was made
ID: Final = maybe(KEY)

# Each table: what its rows say. The order is that of the file.
TABLES: dict[str, dict[str, Check]] = {
    "case": {
        "number": text(60),
        "name": text(120),
        "status": WORD,
        "opened_at": moment,
        "opened_by": WHO,
        "responsible": WHO,
    },
    "authorities": {
        "id": KEY,
        "kind": text(80),
        "reference": NAME,
        "issuer": NAME,
        "powers": many(WORD, 20),
        "whole_case": flag,
        "exhibits": many(KEY, 1_000),
        "valid_from": day,
        "valid_until": maybe(day),
        "notes": text(4_000),
        "by": WHO,
        "at": moment,
        "withdrawn_at": maybe(moment),
        "withdrawn_why": text(500),
    },
    "exhibits": {"id": KEY, "label": text(120), "by": WHO, "at": moment},
    "items": {
        "sha256": SHA256,
        "sha1": hexadecimal(40),
        "md5": hexadecimal(32),
        "bytes": whole(),
        "mime": text(100),
        "kind": WORD,
        "status": WORD,
        "error": WORD,
        "width_px": maybe(whole()),
        "height_px": maybe(whole()),
        "pdq": maybe(hexadecimal(64)),
        "pdq_quality": maybe(whole(100)),
        "taken_at": WORD,
        "latitude": maybe(number(-90, 90)),
        "longitude": maybe(number(-180, 180)),
        "camera_make": NAME,
        "camera_model": NAME,
        "camera_serial": NAME,
        "faces": whole(),
    },
    "occurrences": {
        "exhibit": KEY,
        "path": text(16_384),  # what is not text is escaped
        "sha256": maybe(SHA256),
        "error": WORD,
    },
    "groups": {"id": KEY, "faces": whole(), "items": whole()},
    "faces": {
        "item": SHA256,
        "position": whole(),
        "box_xyxy_px": many(number(-1e6, 1e6), 4, least=4),
        "score": number(0, 1),
        "quality": number(0, 1),
        "group": ID,
    },
    "persons": {
        "id": KEY,
        "group": ID,
        "name": text(120),
        "note": text(500),
        "by": WHO,
        "at": moment,
    },
    "statements": {
        "person": KEY,
        "kind": WORD,
        "role": WORD,
        "text": LINE,
        "from_years": maybe(whole(200)),
        "to_years": maybe(whole(200)),
        "on": maybe(day),
        "other": ID,
        "by": WHO,
        "at": moment,
        "withdrawn_at": maybe(moment),
    },
    "verdicts": {
        "item": SHA256,
        "scheme": text(40),
        "version": text(20),
        "scheme_name": text(120),
        "code": text(12),
        "words": text(300),
        "reason": text(500),
        "stands": flag,
        "by": WHO,
        "at": moment,
    },
    "notes": {
        "id": KEY,
        "version": whole(100_000),
        "about": WORD,
        "item": maybe(SHA256),
        "exhibit": ID,
        "group": ID,
        "text": text(4_000),
        "by": WHO,
        "at": moment,
    },
    "leads": {
        "id": KEY,
        "kind": WORD,
        "what": LINE,
        "item": maybe(SHA256),
        "group": ID,
        "exhibit": ID,
        "analyser": text(80),
        "version": text(80),
        "strength": WORD,
        "distance": maybe(number(0, 10)),
        "searched": maybe(whole()),
        "disproof": LINE,
        "alternatives": LINE,
        "weak": flag,
        "state": WORD,
        "by": WHO,
        "at": moment,
    },
    "lead_steps": {
        "lead": KEY,
        "state": WORD,
        "passed_to": NAME,
        "why": LINE,
        "by": WHO,
        "at": moment,
    },
    "comparisons": {
        "search": KEY,
        "rank": whole(1_000),
        "item": SHA256,
        "position": whole(),
        "place": whole(2),
        "conclusion": WORD,
        "sentence": LINE,
        "age": WORD,
        "saw_distance": flag,
        "by": WHO,
        "at": moment,
    },
    "decisions": {
        "id": KEY,
        "kind": WORD,
        "said": LINE,
        "reason": LINE,
        "group": ID,
        "other_group": ID,
        "exhibit": ID,
        "lead": ID,
        "supersedes": ID,
        "state": WORD,
        "needs_second": flag,
        "by": WHO,
        "at": moment,
    },
    "answers": {
        "decision": KEY,
        "agrees": flag,
        "reason": LINE,
        "by": WHO,
        "at": moment,
    },
    "views": {"item": SHA256, "sha256": SHA256, "bytes": whole(1 << 20)},
}
MOST_ROWS = {"case": 1, "exhibits": 1_000, "authorities": 1_000, "views": 1_000_000}
MOST_ROWS_ELSE = 20_000_000  # a case of ten million files and their faces
OF_AN_ITEM = {  # which field of a row names the item it is about
    "items": "sha256",
    "occurrences": "sha256",
    "faces": "item",
    "verdicts": "item",
    "notes": "item",
    "leads": "item",
    "comparisons": "item",
}


def checked(table: str, row: object) -> Row:
    """Return a row that is what its table says.

    Raises:
        WrongRow: It is not; the sentence names table and field, never what stood there.
    """
    fields = TABLES[table]
    if not isinstance(row, dict):
        raise WrongRow(f"a row of {table} is no object")
    for name, check in fields.items():
        if name not in row or not check(row[name]):
            raise WrongRow(f"a row of {table} has no fit {name}")
    if len(row) != len(fields):
        raise WrongRow(f"a row of {table} has fields that are not known")
    return row


def read(table: str, line: bytes) -> Row:
    """Return the row in a line of a package.

    Raises:
        WrongRow: It is none of this table.
    """
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise WrongRow(f"a line of {table} is no JSON") from error
    return checked(table, row)
