"""Versions: the questionnaires that there are, each version for ever, in the member's language.

In      content/*.yaml of this folder: the latest as NAME.yaml, earlier ones as NAME-VERSION.yaml,
        translations as NAME.LANGUAGE.yaml
Out     Questionnaire; its words in the language of the page, where there are some
Fails   BadQuestionnaire: a file does not hold together; nothing of the folder is used then
        UnknownQuestionnaire: no file has that name and version
Why     an old assessment keeps the words it answered
Not     here: what a questionnaire holds (questionnaires.py), where its words are (translating.py)
"""

from __future__ import annotations

import functools
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from django.utils.translation import get_language

from haven.hub.assessment import questionnaires, translating
from haven.hub.assessment.questionnaires import KINDS, BadQuestionnaire, Questionnaire
from haven.hub.base import yaml_text
from haven.web.errors import NotFound

CONTENT = Path(__file__).parent / "content"
ENGLISH = "en"
_NAME = re.compile(r"([a-z-]+?)(?:-([1-9][0-9]*\.[0-9]+))?(?:\.([a-z]{2}(?:-[a-z]+)?))?\.yaml")


class UnknownQuestionnaire(NotFound):
    """No file has that name and version."""

    code = "assessment.no_questionnaire"


@dataclass(frozen=True)
class _Folder:
    """What the files hold; `told` by name and version, translations by name and language."""

    told: Mapping[tuple[str, str], Mapping[str, Any]]
    every: Mapping[tuple[str, str], Questionnaire]
    newest: Mapping[str, Questionnaire]
    translations: Mapping[tuple[str, str], Mapping[str, Any]]


def latest() -> list[Questionnaire]:
    """Return the latest version of each, in the order in which they are best taken."""
    every = sorted(_read(CONTENT).newest.values(), key=lambda one: KINDS.index(one.kind))
    return [_in_language(one) for one in every]


def newest(slug: str) -> Questionnaire:
    """Return the latest version of one.

    Raises:
        UnknownQuestionnaire: There is none.
    """
    try:
        return _in_language(_read(CONTENT).newest[slug])
    except KeyError:
        raise UnknownQuestionnaire(f"no questionnaire {slug[:40]}") from None


def get(slug: str, version: str) -> Questionnaire:
    """Return one version.

    Raises:
        UnknownQuestionnaire: No file has it.
    """
    try:
        return _in_language(_read(CONTENT).every[slug, version])
    except KeyError:
        raise UnknownQuestionnaire(f"no version {version[:10]} of {slug[:40]}") from None


def _in_language(asked: Questionnaire) -> Questionnaire:
    """Return a questionnaire in the words of the page's language, where it has any."""
    language = get_language() or ENGLISH
    if (asked.slug, language) not in _read(CONTENT).translations:
        return asked
    return _translated(CONTENT, asked.slug, asked.version, language)


@functools.lru_cache(maxsize=64)
def _translated(folder: Path, slug: str, version: str, language: str) -> Questionnaire:
    """Return one version in another language.

    A word whose English has changed since it was translated stays in English.
    """
    read = _read(folder)
    told, translation = read.told[slug, version], read.translations[slug, language]
    then = read.told.get((slug, translation["version"]), {})
    words, n_missing = translating.put_in(told, then, translation["texts"])
    return questionnaires.made(
        {**words, "language": language},
        digest=read.every[slug, version].digest,
        is_checked=translation["state"] == "checked",
        n_missing=n_missing,
    )


@functools.cache
def _read(folder: Path) -> _Folder:
    """Return all that the files of a folder hold.

    Raises:
        BadQuestionnaire: A file does not hold together.
    """
    found = _Folder({}, {}, {}, {})
    for path in sorted(folder.glob("*.yaml")):
        named = _NAME.fullmatch(path.name)
        if named is None:
            raise BadQuestionnaire(f"{path.name} names no questionnaire")
        try:
            _add(path.read_bytes(), named, found)
        except (KeyError, TypeError, ValueError, yaml.YAMLError) as error:
            raise BadQuestionnaire(f"{path.name}: {error!r}") from error
    return found


def _add(content: bytes, named: re.Match[str], found: Any) -> None:
    """Add what one file holds.

    Raises:
        BadQuestionnaire, KeyError, TypeError, ValueError: It does not hold together.
    """
    told = yaml_text.load(content)
    slug, version, language = named.groups()
    if told["slug"] != slug or (version or told["version"]) != told["version"]:
        raise BadQuestionnaire(f"it says {told['slug']} {told['version']}")
    if language:
        found.translations[slug, language] = told
        return
    if (slug, told["version"]) in found.every:
        raise BadQuestionnaire(f"two files hold {slug} {told['version']}")
    read = questionnaires.made(told, digest=hashlib.sha256(content).hexdigest())
    found.told[slug, read.version], found.every[slug, read.version] = told, read
    if version is None:
        found.newest[slug] = read
