"""Manifest: what a package says of itself, and reading one from front to back.

In      facts of a hand-over; or a package whose signature was checked
Out     a manifest; from a package its rows and views in order, each checked
Fails   WrongManifest, WrongRow, Damaged: it does not hold what it says
Why     checking a package and unpacking it read with the same code: what was found to be right is
        what is kept. Nothing in a package is compressed, so that nothing in it can swell
Not     here: seals and signatures (envelope.py), what is done with the rows (unpacking.py)
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any
from uuid import UUID

from haven.workbench.packages import vocabulary as says
from haven.workbench.packages.envelope import Damaged, Part, WrongManifest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from haven.workbench.packages.envelope import Keys, Opened
    from haven.workbench.packages.vocabulary import Row

FORMAT = "haven package 1"
VIEWS = "views.jpeg"
PARTS = (*(f"{table}.jsonl" for table in says.TABLES), VIEWS)
JPEG = b"\xff\xd8\xff"  # how one begins
_PARTY = {"agency": says.NAME, "installation": says.NAME, "key_id": says.SHA256}
_FIELDS: dict[str, says.Check] = {
    "format": says.text(40),
    "package": says.text(36, least=36),
    "made_at": says.moment,
    "made_with": says.WORD,
    "sender": says.thing(_PARTY),
    "recipient": says.thing(_PARTY),
    "asked_by": says.WHO,
    "confirmed_by": says.WHO,
    "reason": says.text(500, least=1),
    "legal_basis": says.thing(
        {
            "kind": says.text(80),
            "reference": says.NAME,
            "issuer": says.NAME,
            "valid_from": says.day,
            "valid_until": says.maybe(says.day),
        }
    ),
    "holds": says.thing(
        {
            "views": says.flag,
            "views_left_out": says.whole(),
            "notes": says.flag,
            "originals": says.flag,
            "face_templates": says.flag,
        }
    ),
    "record": says.maybe(
        says.thing(
            {
                "size": says.whole(),
                "root": says.SHA256,
                "at": says.moment,
                "key": says.NAME,
            }
        )
    ),
    "parts": says.many(
        says.thing(
            {
                "name": says.WORD,
                "rows": says.whole(),
                "bytes": says.whole(),
                "sha256": says.SHA256,
            }
        ),
        len(PARTS),
        least=len(PARTS),
    ),
}


def checked(opened: Opened, *, mine: Keys) -> list[Part]:
    """Return the parts of a package whose manifest is whole and fits its header.

    Raises:
        WrongManifest: It is not or does not.
    """
    said = opened.manifest
    if said.get("format") != FORMAT or said.keys() != _FIELDS.keys():
        raise WrongManifest("the manifest has other fields")
    for name, check in _FIELDS.items():
        if not check(said[name]):
            raise WrongManifest(f"the manifest has no fit {name}")
    is_ours = said["recipient"]["key_id"] == mine.key_id.hex()
    if said["package"] != str(opened.package_id) or not is_ours:
        raise WrongManifest("the manifest is that of another package")
    if said["holds"]["originals"] or said["holds"]["face_templates"]:
        raise WrongManifest("packages of this version hold no originals and no face templates")
    parts = [Part(one["name"], one["rows"], one["bytes"], one["sha256"]) for one in said["parts"]]
    if tuple(one.name for one in parts) != PARTS:
        raise WrongManifest("the parts are others, or in another order")
    _require_bounds(parts)
    return parts


def count(parts: list[Part]) -> int:
    """Return how many rows and views a package says it has."""
    return sum(one.rows for one in parts)


class Walk:
    """A package from front to back: rows by table, then views."""

    def __init__(self, opened: Opened, parts: list[Part]) -> None:
        """Begin at the first part."""
        self._opened, self._parts = opened, parts
        self._views: list[Row] = []

    def rows(self) -> Iterator[tuple[str, Row]]:
        """Yield every row with its table; at the end of a table its digest was right.

        Raises:
            WrongRow, Damaged, WrongManifest: The package does not hold what it says.
        """
        for table, part in zip(says.TABLES, self._parts, strict=False):
            found = 0
            for line in _lines(self._opened, part):
                row = says.read(table, line)
                found += 1
                if table == "views":
                    self._views.append(row)
                yield table, row
            if found != part.rows:
                raise WrongManifest(f"part {part.name} has {found} rows")

    def views(self) -> Iterator[tuple[Row, bytes]]:
        """Yield every view with its row, after all rows; at the end the package has ended.

        Raises:
            Damaged, WrongManifest: The package does not hold what it says.
        """
        part = self._parts[-1]
        whole = hashlib.sha256()
        if part.rows != len(self._views) or part.size_bytes != sum(
            one["bytes"] for one in self._views
        ):
            raise WrongManifest("there are other views than the package says")
        for row in self._views:
            jpeg = self._opened.piece(row["bytes"])
            whole.update(jpeg)
            if hashlib.sha256(jpeg).hexdigest() != row["sha256"] or not jpeg.startswith(JPEG):
                raise Damaged("a view is not what its row says")
            yield row, jpeg
        if whole.hexdigest() != part.sha256:
            raise Damaged(f"part {part.name} is not what the manifest says")
        self._opened.require_end()


def require_whole(opened: Opened, parts: list[Part]) -> None:
    """Return if a package holds what it says, to its last byte; nothing of it is kept.

    Raises:
        WrongRow, Damaged, WrongManifest: It does not.
    """
    walk = Walk(opened, parts)
    for _row in walk.rows():
        pass
    for _view in walk.views():
        pass


def made(facts: dict[str, Any], parts: list[Part], package_id: UUID) -> dict[str, Any]:
    """Return the manifest of a package that is made here.

    Raises:
        WrongManifest: Facts are missing, a bug; or there are more rows than a package holds.
    """
    said = {
        "format": FORMAT,
        "package": str(package_id),
        **facts,
        "parts": [one.told() for one in parts],
    }
    wrong = [name for name, check in _FIELDS.items() if name not in said or not check(said[name])]
    if wrong or said.keys() != _FIELDS.keys():
        raise WrongManifest(f"a manifest was to be made without a fit {wrong}")
    _require_bounds(parts)
    return said


def _require_bounds(parts: list[Part]) -> None:
    """Return if no table has more rows than a package may hold.

    Raises:
        WrongManifest: One has.
    """
    for part, table in zip(parts, says.TABLES, strict=False):
        if part.rows > says.MOST_ROWS.get(table, says.MOST_ROWS_ELSE):
            raise WrongManifest(f"part {part.name} has {part.rows} rows")


def _lines(opened: Opened, part: Part) -> Iterator[bytes]:
    """Yield the lines of a part; each ends with a newline.

    Raises:
        Damaged, WrongRow: The part is not what the manifest says; a line is too long.
    """
    held = b""
    for piece in opened.part(part):
        *lines, held = (held + piece).split(b"\n")
        for line in lines:
            if len(line) > says.LONGEST_ROW:
                raise says.WrongRow(f"a line of {part.name} is too long")
            yield line
        if len(held) > says.LONGEST_ROW:
            raise says.WrongRow(f"a line of {part.name} is too long")
    if held:
        raise says.WrongRow(f"the last line of {part.name} does not end")
