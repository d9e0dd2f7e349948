"""Schemes: lists of categories as data, those that Haven ships and the rules for all.

In      TOML files in shipped/, or what an agency's administrator wrote
Out     Scheme, with its Codes in order
Fails   SchemeWrong: what a scheme must not be; each reason has its words
Why     numbering differs from scheme to scheme, and 0 and 5 even change their meaning
        (facts/standards 1.7): a code says nothing without its scheme and version
Not     here: which scheme a case uses (queries.py), verdicts (actions.py)

"Not reviewed" is no category of any scheme: it is that nobody gave one.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from haven.web.errors import BadInput

SHIPPED = Path(__file__).with_name("shipped")
COLOURS = ("plain", "good", "accent", "warning", "bad")  # badges of the page kit
CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{0,11}")
# Letters with another meaning on the pages where categories are given: all (a), background (b),
# the tools of a case and of a picture (f, g, m, n, r, v), undo (u), choose (x), z.
TAKEN = frozenset("abfgmnruvxz")
KEYS = "0123456789" + "".join(sorted(set("abcdefghijklmnopqrstuvwxyz") - TAKEN))
MOST_CODES = len(KEYS)
LONGEST_WORDS = 120


class SchemeWrong(BadInput):
    """A scheme cannot be used as it was written."""

    code = "scheme.wrong"
    words = _("A scheme has a name and at least two categories.")


class CodeWrong(SchemeWrong):
    """A code is no code."""

    code = "scheme.wrong_code"
    words = _("A code is 1 to 12 letters, digits, points or hyphens without accents.")


class CodeTwice(SchemeWrong):
    """A code or a key stands for two categories."""

    code = "scheme.code_twice"
    words = _("Each category has a code and a key of its own.")


class KeyWrong(SchemeWrong):
    """A key has another meaning, or is none."""

    code = "scheme.wrong_key"
    words = _("This key cannot be used: it is taken, or it is no digit or letter.")


@dataclass(frozen=True, slots=True)
class Code:
    """One category of a scheme."""

    code: str
    key: str  # one of KEYS
    words: str
    colour: str = "plain"  # one of COLOURS; never the only sign: the code stands on it
    closes: bool = False  # nothing more is to be done with an item that has it
    note: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One category as a page shows it, in the reader's language."""

    code: str
    key: str
    colour: str
    said: str
    note: str
    closes: bool


@dataclass(frozen=True, slots=True)
class Scheme:
    """A list of categories: what a code means, and where that is said."""

    key: str
    version: str
    name: str
    source: str
    codes: tuple[Code, ...] = field(default=())
    is_own: bool = False  # an agency's; its words are shown as they were written

    @property
    def ref(self) -> str:
        """Return key and version in one word, for forms and addresses."""
        return f"{self.key}@{self.version}"

    @property
    def title(self) -> str:
        """Return the name for a reader."""
        return self.name if self.is_own else gettext(self.name)

    @property
    def origin(self) -> str:
        """Return where the scheme comes from, for a reader."""
        return self.source if self.is_own or not self.source else gettext(self.source)

    def get(self, code: str) -> Code | None:
        """Return the category with a code, or None."""
        return next((one for one in self.codes if one.code == code), None)

    def said(self, code: str) -> str:
        """Return a category's words for a reader; the code itself where there are none."""
        found = self.get(code)
        if found is None:
            return code
        return found.words if self.is_own else gettext(found.words)

    def noted(self, code: str) -> str:
        """Return what must be known about a category, for a reader; empty: nothing."""
        found = self.get(code)
        if found is None or not found.note:
            return ""
        return found.note if self.is_own else gettext(found.note)

    @property
    def lines(self) -> list[Line]:
        """Return the categories for a reader."""
        return [
            Line(
                one.code,
                one.key,
                one.colour,
                self.said(one.code),
                self.noted(one.code),
                one.closes,
            )
            for one in self.codes
        ]

    def closing(self) -> list[str]:
        """Return the codes after which nothing more is to be done."""
        return [one.code for one in self.codes if one.closes]


@lru_cache(maxsize=1)
def shipped() -> tuple[Scheme, ...]:
    """Return the schemes that come with Haven, in the order of their file names."""
    return tuple(_read(path) for path in sorted(SHIPPED.glob("*.toml")))


def checked(codes: Iterable[Code]) -> tuple[Code, ...]:
    """Return categories that may stand in one scheme.

    Raises:
        SchemeWrong and its kinds: They may not.
    """
    found = tuple(codes)
    if not 2 <= len(found) <= MOST_CODES:  # one category says nothing; each has a key
        raise SchemeWrong(f"a scheme of {len(found)} categories")
    for one in found:
        if not CODE.fullmatch(one.code):
            raise CodeWrong("a code is no code")
        if one.key not in set(KEYS):
            raise KeyWrong("a key is taken or none")
        if not one.words.strip() or len(one.words) > LONGEST_WORDS or one.colour not in COLOURS:
            raise SchemeWrong("a category has no words, too many, or no colour")
    for names in ({one.code.casefold() for one in found}, {one.key for one in found}):
        if len(names) < len(found):
            raise CodeTwice("two categories share a code or a key")
    return found


def as_rows(codes: Iterable[Code]) -> list[dict[str, Any]]:
    """Return categories as they are stored."""
    return [asdict(one) for one in codes]


def from_rows(rows: Iterable[Mapping[str, Any]]) -> tuple[Code, ...]:
    """Return categories from what was stored or read."""
    return tuple(Code(**one) for one in rows)


def _read(path: Path) -> Scheme:
    """Return the scheme of a file."""
    said = tomllib.loads(path.read_text(encoding="utf-8"))
    codes = checked(from_rows(said.pop("codes")))
    return Scheme(**said, codes=codes)
