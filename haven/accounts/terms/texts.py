"""The texts of the terms: files with a version and a date, the newest of which holds.

In      files VERSION.LANGUAGE.md in the folder texts
Out     Terms: version, date, and blocks to show
Fails   ValueError: a file without a title or a date, found by the first test
Why     the text is data: a lawyer changes a file, and everyone is asked again
Not     here: who accepted (queries.py). English holds where a language has no text yet

Of Markdown there are headings (#, ##), paragraphs and lists (-), and no more.
"""

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

BINDING = "en"
_HEAD = re.compile(r"\Aversion: (?P<version>\S+)\ndate: (?P<date>[0-9-]+)\n\n(?P<text>.+)", re.S)


@dataclass(frozen=True, slots=True)
class Block:
    """A heading, a paragraph or a list."""

    kind: str  # "h1", "h2", "p" or "ul"
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Terms:
    """One version in one language."""

    version: str
    language: str
    on: dt.date
    blocks: tuple[Block, ...]


def current(language: str = BINDING) -> Terms:
    """Return the terms that hold now, in a language if there is a text in it."""
    known = _all()
    version = max(one for one, _language in known)
    return known.get((version, language)) or known[version, BINDING]


@cache
def _all() -> dict[tuple[str, str], Terms]:
    """Return every text by version and language."""
    found = {}
    for file in files(__package__).joinpath("texts").iterdir():
        if file.name.endswith(".md"):
            language = file.name.removesuffix(".md").rpartition(".")[2]
            terms = _read(file.read_text(encoding="utf-8"), language)
            found[terms.version, language] = terms
    return found


def _read(text: str, language: str) -> Terms:
    """Return the terms in a file.

    Raises:
        ValueError: No version, no date or no text.
    """
    head = _HEAD.match(text)
    if head is None:
        raise ValueError("a text of the terms needs a version, a date and a text")
    return Terms(
        version=head["version"],
        language=language,
        on=dt.date.fromisoformat(head["date"]),
        blocks=tuple(_blocks(head["text"])),
    )


def _blocks(text: str) -> Iterator[Block]:
    """Yield the parts of a text."""
    for part in re.split(r"\n{2,}", text.strip()):
        lines = part.split("\n")
        if part.startswith("## "):
            yield Block("h2", (part[3:],))
        elif part.startswith("# "):
            yield Block("h1", (part[2:],))
        elif part.startswith("- "):
            joined = re.sub(r"\n(?!- )\s*", " ", part)
            yield Block("ul", tuple(line[2:] for line in joined.split("\n")))
        else:
            yield Block("p", (" ".join(line.strip() for line in lines),))
