"""Glossary: words of the courses, each explained once.

In      content/glossary/*.yaml
Out     Term, in the order of the alphabet; those that hold words asked for
Fails   BadContent: a file is wrong, a term is there twice, or names one that is not there
Why     the same word means the same thing on every page
Not     here: linking terms in a lesson (texts.py)
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils.text import slugify

from haven.hub.learning import content_files as files
from haven.hub.learning.content_files import BadContent
from haven.web.words import words

CONTENT = files.CONTENT / "glossary"
PART = 40  # terms on a page: with their sources under the 50 kB that a slow line carries
_TERM = {"term": str, "short": str, "long": str, "sources": list, "see": list}


@dataclass(frozen=True, slots=True)
class Term:
    """One word and what it means here."""

    term: str
    short: str
    long: str
    sources: tuple[str, ...]  # ids
    see: tuple[str, ...]  # terms
    is_linked: bool  # in lessons; not where the word often has its everyday meaning

    @property
    def slug(self) -> str:
        """Return its name in addresses."""
        return slugify(self.term)


@functools.cache
def every() -> Mapping[str, Term]:
    """Return all terms by themselves, in the order of the alphabet.

    Raises:
        BadContent: A file is wrong.
    """
    return read(CONTENT)


@functools.cache
def parts() -> Sequence[Sequence[Term]]:
    """Return the terms in the order of the alphabet, as many at a time as a page holds."""
    terms = [*every().values()]
    return [terms[n : n + PART] for n in range(0, len(terms), PART)]


def part_of(term: Term) -> int:
    """Return the number of the part that explains a term, from 1."""
    return next(n for n, part in enumerate(parts(), start=1) if term in part)


def read(content: Path) -> dict[str, Term]:
    """Return the terms of a folder.

    Raises:
        BadContent: A file is wrong, a term is there twice, or names one that is not there.
    """
    found: dict[str, Term] = {}
    for path in sorted(content.glob("*.yaml")):
        for told in files.load(path):
            one = _term(told, str(path))
            if one.term in found:
                raise BadContent(f"{path}: {one.term} is explained twice")
            found[one.term] = one
    for one in found.values():
        if unknown := set(one.see) - set(found):
            raise BadContent(f"{content}: {one.term} names {sorted(unknown)}")
    return dict(sorted(found.items(), key=lambda pair: pair[0].casefold()))


def holding(asked: str) -> list[Term]:
    """Return the terms that hold words beginning with each of those asked for.

    Those that have them in their name come first.
    """
    parts = words(asked)
    found = [
        one for one in every().values() if _holds(f"{one.term} {one.short} {one.long}", parts)
    ]
    return sorted(found, key=lambda one: not _holds(one.term, parts))


def _holds(text: str, parts: list[str]) -> bool:
    said = words(text)
    return all(any(word.startswith(part) for word in said) for part in parts)


def _term(told: Any, where: str) -> Term:
    is_linked = told.pop("linked", True) if isinstance(told, dict) else True
    told = files.fields(told, _TERM, where)
    cited = files.known_sources(told["sources"], f"{where}: {told['term']}")
    return Term(told["term"], told["short"], told["long"], cited, tuple(told["see"]), is_linked)
