"""The private check-in: its words, in the language of the reader.

In      content/wellbeing/check-in.yaml, and the same in content/LANGUAGE
Out     sentences, answers, what is said before and after; nothing about who reads them
Fails   KeyError: a file is not in its form; the first test finds it
Why     what a person thinks of the last week is theirs: it stays in the browser, no form sends it
Not     here: keeping it on the device (web/static/web/check_in.js)
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from haven.hub.base import translated, yaml_text
from haven.hub.guidance.reading import CONTENT

if TYPE_CHECKING:
    from django.utils.safestring import SafeString

NAME = "wellbeing/check-in.yaml"


@dataclass(frozen=True)
class CheckIn:
    """The words of the page."""

    said: dict[str, Any]
    found: translated.Found
    asked: str

    @property
    def tongue(self) -> SafeString:
        """Return the attributes of the words."""
        return self.found.tongue


def in_language(language: str) -> CheckIn:
    """Return the check-in in a language; in English where it is not translated."""
    found = translated.found(CONTENT, NAME, language)
    return CheckIn(_read(found.language), found, language)


@functools.cache
def _read(language: str) -> dict[str, Any]:
    path = translated.found(CONTENT, NAME, language).path
    told: dict[str, Any] = yaml_text.load(path.read_text(encoding="utf-8"))
    return told
