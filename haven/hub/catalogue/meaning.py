"""Meaning: what the words of the catalogue are called and say, in the language of the reader.

In      content/vocabulary.yaml, and the same in content/LANGUAGE
Out     the name of a word, found when it is shown, or in every language; all words with a sentence
Fails   never; a word that no file has keeps the name that vocabulary.py gives it
Why     a list, a table and an export call a thing by one name, which one page explains
Not     here: which words there are (vocabulary.py)
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils import translation
from django.utils.functional import Promise, lazy
from django.utils.translation import gettext_lazy as _

from haven.hub.base import translated, yaml_text
from haven.hub.base.translated import SOURCE

CONTENT = Path(__file__).parent / "content"
NAME = "vocabulary.yaml"
TITLES: dict[str, str | Promise] = {  # of the sections, in the order of their page
    "workflow_steps": _("Steps of the work"),
    "technique_families": _("Families of techniques"),
    "techniques": _("Techniques"),
    "media": _("What goes in"),
    "deployment": _("Where it runs"),
    "access": _("Who can have it"),
    "price_class": _("Price"),
    "status": _("Status"),
    "evidence_leaves_agency": _("Evidence leaves the agency"),
    "fact_kind": _("How good the ground of a statement is"),
    "fact_basis": _("Where a statement comes from"),
    "referral_kinds": _("Bodies to turn to"),
}


@dataclass(frozen=True)
class Section:
    """One list of words."""

    key: str
    title: str | Promise
    about: str
    words: list[dict[str, Any]]


def sections(found: translated.Found) -> list[Section]:
    """Return all words with their sentences, as a file says them."""
    told = _told(found.language)
    return [
        Section(key, title, _about(told[key]), _values(told[key])) for key, title in TITLES.items()
    ]


def found(language: str) -> translated.Found:
    """Return the file of a language; the English one where there is none."""
    return translated.found(CONTENT, NAME, language)


def name(section: str, slug: str, otherwise: str | Promise) -> str:
    """Return what a word is called in the language of the reader.

    Where no language is chosen, as in a migration, it is what the code says.
    """
    if translation.get_language() is None:
        return str(otherwise)
    return _names(translated.current()).get((section, slug)) or str(otherwise)


said: Any = lazy(name, str)  # the same, when it is shown


@functools.cache
def every_name(section: str, slug: str) -> tuple[str, ...]:
    """Return what a word is called in each language that has it, the English name first."""
    names = (_names(code).get((section, slug)) for code in (SOURCE, *translated.languages()))
    return tuple(dict.fromkeys(filter(None, names)))


@functools.cache
def _names(language: str) -> Mapping[tuple[str, str], str]:
    """Return the name of each word by section and slug; English where a language has none."""
    names: dict[tuple[str, str], str] = {}
    for code in dict.fromkeys((SOURCE, found(language).language)):
        for key, told in _told(code).items():
            names |= {(key, one["slug"]): one["name"] for one in _values(told)}
    return names


@functools.cache
def _told(language: str) -> dict[str, Any]:
    told: dict[str, Any] = yaml_text.load(found(language).path.read_text(encoding="utf-8"))
    return told


def _values(told: Any) -> list[dict[str, Any]]:
    values: list[dict[str, Any]] = told["values"] if isinstance(told, dict) else told
    return values


def _about(told: Any) -> str:
    return str(told.get("about", "")) if isinstance(told, dict) else ""
