"""Translated: which content files there are in which language, and how far to trust them.

In      content/LANGUAGE/* beside the English files, and content/LANGUAGE/made-from.yaml
Out     the file in a language, or the English one; whether a person checked it and whether the
        English is newer
Fails   never; a language that no file has is answered in English
Why     whoever reads a translation is told what it is worth, in one way for every part
Not     here: pages in the database (guidance)
"""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.utils import translation
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from haven.hub.base import yaml_text

SOURCE = "en"
MADE_FROM = "made-from.yaml"
CONTENT = tuple(sorted(Path(__file__).parents[1].glob("*/content")))  # of every part of the Hub
_PLAIN = mark_safe("")  # nothing


@dataclass(frozen=True)
class Made:
    """What is known of one translated file."""

    language: str
    is_newer: bool  # the English was changed since
    checked_by: str = ""
    checked_on: dt.date | None = None


@dataclass(frozen=True)
class Found:
    """A file to be read: in the language that was asked for, or in English."""

    path: Path
    language: str
    made: Made | None  # None: it is the English

    @property
    def tongue(self) -> SafeString:
        """Return the attributes of what is shown of it."""
        return tongue(self.language)


def languages() -> list[str]:
    """Return the codes of the languages beside English."""
    return [code for code, _name in settings.LANGUAGES if code != SOURCE]


def current() -> str:
    """Return the language of the reader, as one of the six."""
    said = translation.get_language() or SOURCE
    return said if said in dict(settings.LANGUAGES) else SOURCE


def direction(language: str) -> str:
    """Return how a language is written, for the attribute dir."""
    return "rtl" if translation.get_language_info(language)["bidi"] else "ltr"


def tongue(language: str) -> SafeString:
    """Return the attributes lang and dir of a text; nothing where the page has them already."""
    if language == current():
        return _PLAIN
    return format_html('lang="{}" dir="{}"', language, direction(language))


def found(content: Path, name: str, language: str) -> Found:
    """Return a file of a folder in a language; in English where there is no translation."""
    folder = content / language
    if language == SOURCE or not (folder / name).is_file():
        return Found(content / name, SOURCE, None)
    return Found(folder / name, language, made(content, language)[name])


def names(folder: Path) -> Iterator[str]:
    """Yield the names of the translated files of a folder, such as wellbeing/check-in.yaml."""
    for path in sorted(folder.rglob("*")):
        if path.suffix in (".yaml", ".md") and path.name != MADE_FROM:
            yield path.relative_to(folder).as_posix()


def digest(path: Path) -> str:
    """Return the SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


@functools.cache
def made(content: Path, language: str) -> dict[str, Made]:
    """Return what is known of each translated file of a folder, by name."""
    folder = content / language
    told = read(folder)
    return {name: _made(content, language, name, told.get(name, {})) for name in names(folder)}


def read(folder: Path) -> dict[str, dict[str, object]]:
    """Return what made-from.yaml of a folder says; nothing where there is none."""
    path = folder / MADE_FROM
    if not path.is_file():
        return {}
    told: dict[str, dict[str, object]] = yaml_text.load(path.read_text(encoding="utf-8")) or {}
    return told


def _made(content: Path, language: str, name: str, told: dict[str, object]) -> Made:
    english = content / name
    is_newer = not english.is_file() or told.get("sha256") != digest(english)
    by, on = told.get("checked_by"), told.get("checked_on")
    if not by or not on:
        return Made(language, is_newer)
    return Made(language, is_newer, str(by), dt.date.fromisoformat(str(on)))
