"""Invented translations: the English content with a mark before each text a person reads.

In      a language; names of files
Out     a folder as haven/hub/guidance/content is, with the English files and the translated ones
Why     tests of translations must not hang on what a translator wrote
"""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path
from typing import Any

import yaml

from haven.hub.base import translated
from haven.hub.guidance import reading

KEPT = {  # what is no prose
    "slug", "strength", "techniques", "kept_by", "version", "review_by", "value", "id",
    "must_acknowledge", "owner", "changed",
}  # fmt: skip


def marked(told: Any, mark: str, key: str = "") -> Any:
    """Return a content file with a mark before each text."""
    if key in KEPT and not (isinstance(told, list) and isinstance(told[0], dict)):
        return told
    if isinstance(told, dict):
        return {name: marked(one, mark, name) for name, one in told.items()}
    if isinstance(told, list):
        return [marked(one, mark) for one in told]
    if isinstance(told, str) and key in ("text", "what_happens"):  # our part of Markdown
        return "\n\n".join(
            one if one.startswith(("- ", "|", "#")) else f"{mark} {one}"
            for one in told.split("\n\n")
        )
    return f"{mark} {told}" if isinstance(told, str) else told


def folder(
    at: Path, languages: tuple[str, ...], names: tuple[str, ...] = ("principles.yaml",)
) -> Path:
    """Return a folder of content with some files in some languages."""
    content = at / "content"
    for name in names:
        (content / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(reading.CONTENT / name, content / name)
    for language in languages:
        for name in names:
            translate(content, language, name)
    return content


def translate(content: Path, language: str, name: str, **made: object) -> None:
    """Write a file in a language from the English of now, and say so."""
    english = content / name
    told = marked(yaml.safe_load(english.read_text(encoding="utf-8")), f"({language})")
    path = content / language / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(told, allow_unicode=True, sort_keys=False), encoding="utf-8")
    sha = hashlib.sha256(english.read_bytes()).hexdigest()
    note(content, language, name, sha256=sha, **made)


def note(content: Path, language: str, name: str, **made: object) -> None:
    """Say in made-from.yaml what is known of a file."""
    path = content / language / translated.MADE_FROM
    rows = translated.read(content / language)
    rows[name] = {"checked_by": None, "checked_on": None, **rows.get(name, {}), **made}
    path.write_text(yaml.safe_dump(rows), encoding="utf-8")
    translated.made.cache_clear()
