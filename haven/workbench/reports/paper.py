"""Paper: a report as data while it is written: sections, blocks, and every number in them.

In      sentences with places for parts; numbers, each with where it was counted
Out     plain values that canonical JSON spells in one way; nothing of them depends on who
        reads them, or in which language, afterwards
Fails   ValueError: one name stands for two numbers
Why     a number is put on paper by `number` alone, so that none is printed without a row in
        the last section that says where it comes from
Not     here: what a report says (chapters/), how it looks (rendering.py)

A part of a sentence is one of: text; {"n": name of a number}; {"said": words of a person};
{"name": of an officer, an agency, a thing};
{"code": digest, key, name of a file}; {"badge": a state}; {"to": anchor, "text": words};
{"anchor": name, "text": words}, where a way of another part leads to.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext

Part = str | dict[str, str]
Parts = list[Part]
Block = dict[str, Any]
NOTHING = "\u2013"  # a dash, where nothing is to be said
UNTIL = f" {NOTHING} "  # between the ends of a range
_PLACE = re.compile(r"%\((\w+)\)s")


class Paper:
    """The sections of one report, and the register of its numbers."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.sections: list[dict[str, Any]] = []
        self.numbers: list[dict[str, Any]] = []
        self._named: dict[str, object] = {}

    def section(self, name: str, kind: str, title: str) -> None:
        """Begin a section.

        Args:
            name: Its anchor.
            kind: "about", "fact", "tool", "human", "unseen" or "follow": how it looks.
            title: Its heading.
        """
        self.sections.append({"id": name, "kind": kind, "title": str(title), "blocks": []})

    def heading(self, title: object, anchor: str = "") -> None:
        """Begin a part of the section; one with an anchor is a part of that part."""
        self._add({"h": parts(title), "id": anchor, "level": 3 if anchor else 2})

    def say(self, sentence: str, *, look: str = "plain", **places: object) -> None:
        """Add a paragraph; `look` is "plain", "note" or "warning"."""
        self._add({"p": fill(sentence, **places), "look": look})

    def bullets(self, rows: Iterable[object]) -> None:
        """Add a list."""
        found = [parts(one) for one in rows]
        if found:
            self._add({"list": found})

    def facts(self, rows: Iterable[tuple[str, object]]) -> None:
        """Add names with what they stand for."""
        self._add({"facts": [[str(name), parts(value)] for name, value in rows]})

    def table(
        self, caption: str, head: Sequence[str], rows: Iterable[Sequence[object]], *, empty: str
    ) -> None:
        """Add a table; without a row, the sentence that says so."""
        found = [[parts(cell) for cell in row] for row in rows]
        if not found:
            self.say(empty, look="note")
            return
        self._add({"table": {"caption": str(caption), "head": [*map(str, head)], "rows": found}})

    def register(self, caption: str, head: Sequence[str]) -> None:
        """Add the table of every number on the paper, also of those that come later."""
        self._add({"numbers": [*map(str, head)], "caption": str(caption)})

    def view(self, sha256: str, *, item: int, alt: str, closed: str, caption: Parts) -> None:
        """Add a masked view by its digest; `closed` is said where it is not there any more."""
        self._add(
            {
                "view": sha256,
                "item": item,
                "alt": str(alt),
                "closed": str(closed),
                "caption": caption,
            }
        )

    def number(
        self,
        name: str,
        value: float,
        what: str,
        source: str,
        *,
        places: int | None = None,
        unit: str = "",
    ) -> dict[str, str]:
        """Put a number on paper.

        Args:
            name: Its own, such as "items-done"; the same number may be said again.
            value: As it was counted or measured.
            what: What it counts, for a stranger.
            source: Which rows, or which file, it was counted or read from.
            places: Decimal places shown; None: a whole number, or as it is.
            unit: Behind it, such as "%".

        Raises:
            ValueError: The name stands for another number already.
        """
        if name in self._named:
            if self._named[name] != value:
                raise ValueError(f"number {name} has two values")
            return {"n": name}
        self._named[name] = value
        said = number_format(value, decimal_pos=places, use_l10n=True, force_grouping=True)
        shown = f"{said} {unit}" if unit else said
        self.numbers.append(
            {"id": name, "value": value, "shown": shown, "what": str(what), "from": source}
        )
        return {"n": name}

    def _add(self, block: Block) -> None:
        self.sections[-1]["blocks"].append(block)


def fill(sentence: str, **places: object) -> Parts:
    """Return a sentence with its places filled, as parts.

    Args:
        sentence: Translated, with places such as "%(n)s"; "%%" is a per cent sign.
        places: A part, several parts or plain text for each.
    """
    result: Parts = []
    for i, text in enumerate(_PLACE.split(str(sentence))):
        if i % 2:
            result += parts(places[text])
        elif text:
            result.append(text.replace("%%", "%"))
    return result


def parts(value: object) -> Parts:
    """Return a value as parts of a sentence."""
    if value is None or value == "":
        return []
    if isinstance(value, Mapping):
        return [{str(name): str(one) for name, one in value.items()}]
    if isinstance(value, list | tuple):
        return [part for one in value for part in parts(one)]
    if isinstance(value, bool):
        return [gettext("yes") if value else gettext("no")]
    if isinstance(value, datetime):
        return [moment(value)]
    if isinstance(value, date):
        return [value.isoformat()]
    return [str(value)]


def joined(values: Iterable[object], between: str = " · ") -> Parts:
    """Return values as parts of one sentence, with something between them."""
    result: Parts = []
    for one in values:
        found = parts(one)
        result += ([between] if result and found else []) + found
    return result


def moment(at: datetime) -> str:
    """Return a moment in a way that means the same everywhere: UTC, to the second."""
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def code(value: object) -> Parts:
    """Return a digest, a key or a name of a file as a part; nothing for nothing."""
    return [{"code": str(value)}] if value not in (None, "") else []


def badge(value: object) -> Part:
    """Return a state as a part."""
    return {"badge": str(value)}


def to(anchor: str, text: object) -> Part:
    """Return a way to another place of the report."""
    return {"to": anchor, "text": str(text)}
