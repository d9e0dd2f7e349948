"""Sources: where each statement in the texts of the Hub comes from.

In      content/sources*.yaml of this folder
Out     Source by its id; the ids that a text cites
Fails   UnknownSource: a text cites what no file names; DoubleSource: two files name it
Why     a number without a source is a rumour; a test walks every text
Not     here: how a citation looks (text.py)
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from haven.hub.base import dates, yaml_text

CONTENT = Path(__file__).parent / "content"
CITED = re.compile(r"\[\[([a-z0-9-]+)\]\]")


class UnknownSource(KeyError):
    """No file of sources names it."""


class DoubleSource(ValueError):
    """Two files name it."""


@dataclass(frozen=True, slots=True)
class Source:
    """One source: what it is called, where it can be read, when it was read."""

    id: str
    title: str  # the first address where nothing better is known
    addresses: tuple[str, ...]
    read_on: str  # YYYY-MM-DD; empty where the day is not known

    @property
    def day(self) -> str:
        """Return when it was read, as the reader's language writes dates."""
        try:
            return dates.spelled(self.read_on) if self.read_on else ""
        except ValueError:  # of another hub, in its own form
            return self.read_on


@functools.cache
def every() -> Mapping[str, Source]:
    """Return all sources by their ids.

    Raises:
        DoubleSource: Two entries have one id.
    """
    found: dict[str, Source] = {}
    for path in sorted(CONTENT.glob("sources*.yaml")):
        for told in yaml_text.load(path.read_text(encoding="utf-8")) or ():
            if told["id"] in found:
                raise DoubleSource(f"source {told['id']} is named twice")
            addresses = tuple(told.get("addresses") or ())
            title = told.get("title") or next(iter(addresses), told["id"])
            read_on = str(told["read_on"] or "")
            found[told["id"]] = Source(told["id"], title, addresses, read_on)
    return found


def source(key: str, named: Mapping[str, Source] | None = None) -> Source:
    """Return one source, of those that are given or of the files.

    Raises:
        UnknownSource: None has the id.
    """
    try:
        return (every() if named is None else named)[key]
    except KeyError as error:
        raise UnknownSource(f"no source has the id {key}") from error


def cited(text: str) -> Iterator[str]:
    """Yield the ids that a text cites, each once, in their order."""
    yield from dict.fromkeys(CITED.findall(text))
