"""Content files: reading one, and saying which one is wrong and how.

In      a path; the keys that a piece of content has, each with its type
Out     the values
Fails   BadContent: the file and what is wrong with it
Why     a text that is half there would be taught
Not     here: what courses and terms are (courses.py, glossary.py)
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from haven.hub.base import sources, yaml_text

CONTENT = Path(__file__).parent / "content"


class BadContent(ValueError):
    """A file of content is not as it should be; the sentence names it."""


def load(path: Path) -> Any:
    """Return what a YAML file holds.

    Raises:
        BadContent: It is not there, or no YAML.
    """
    try:
        return parse(path.read_text(encoding="utf-8"), str(path))
    except OSError as error:
        raise BadContent(f"{path}: {error}") from error


def parse(text: str, where: str) -> Any:
    """Return what YAML says.

    Raises:
        BadContent: It is no YAML.
    """
    try:
        return yaml_text.load(text)
    except yaml.YAMLError as error:
        raise BadContent(f"{where}: {error}") from error


def fields(told: Any, kinds: Mapping[str, type | tuple[type, ...]], where: str) -> dict[str, Any]:
    """Return a piece of content that has these keys, all of them and no other.

    Raises:
        BadContent: A key is missing, unknown or of another type, or a text is empty.
    """
    if not isinstance(told, dict):
        raise BadContent(f"{where}: should have {sorted(kinds)}")
    if wrong := set(told) ^ set(kinds):
        raise BadContent(f"{where}: missing or unknown: {sorted(wrong)}")
    for name, kind in kinds.items():
        value = told[name]
        if not isinstance(value, kind) or (isinstance(value, str) and not value.strip()):
            raise BadContent(f"{where}: {name} is not as it should be")
    return {name: one.strip() if isinstance(one, str) else one for name, one in told.items()}


def known_sources(ids: list[str], where: str) -> tuple[str, ...]:
    """Return ids of sources that are all known.

    Raises:
        BadContent: One is not.
    """
    if unknown := set(ids) - set(sources.every()):
        raise BadContent(f"{where}: no such sources: {sorted(unknown)}")
    return tuple(ids)
