"""Naming: how a report calls people, and free text without their names.

In      the persons of a case with what members stated of them
Out     a name for each: "V1" for a victim, the given name for a suspect; free text in which
        names that the case knows are replaced
Fails   never
Why     a report goes further than the case does; a victim need not be named in it to be
        counted (R-LED-3)
Not     here: who somebody is; a report can leave names as they are (`hides` is off)

A number is that of the person among all that the case ever named: it is the same in every
report. Replacing is by known names, aliases and identities; nobody reads the text, and the
report says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from haven.workbench.people import person_queries as persons

if TYPE_CHECKING:
    from haven.workbench.cases.models import Case
    from haven.workbench.people.models import Person

ROLE = persons.ROLE
_LETTER = {ROLE.VICTIM: "V", ROLE.WITNESS: "W", ROLE.OTHER: "P", ROLE.SUSPECT: "S"}
_LEAST_LETTERS = 3  # of a single word of a name: shorter ones are common words


@dataclass(frozen=True, slots=True)
class Named:
    """A person as a report knows them."""

    person: Person
    about: persons.About
    key: str  # V1
    role: str  # a word of ROLE; a victim where nobody said otherwise
    is_hidden: bool  # the key stands for the name

    @property
    def called(self) -> str:
        """Return what the report calls the person."""
        return self.key if self.is_hidden else f"{self.key}, {self.person.name}"


@dataclass(frozen=True, slots=True)
class Names:
    """All persons of a case, and how their names are kept out of free text."""

    named: list[Named]
    hides: bool
    _patterns: list[tuple[re.Pattern[str], str]] = field(default_factory=list)

    def of_group(self, group_pk: int | None) -> Named | None:
        """Return the person behind a group of faces, if somebody named one."""
        return next((one for one in self.named if one.person.group_id == group_pk), None)

    def free(self, text: str) -> str:
        """Return free text as the report may print it."""
        for pattern, key in self._patterns:
            text = pattern.sub(f"[{key}]", text)
        return text

    def label(self, text: str) -> dict[str, str]:
        """Return what somebody called a thing as a part of a sentence."""
        return {"name": self.free(text)}

    def said(self, text: str) -> dict[str, str]:
        """Return words of a person as a part of a sentence."""
        return {"said": self.free(text)}


def of_case(case: Case, *, hides: bool, identities: Mapping[int, Iterable[str]]) -> Names:
    """Return the persons of a case.

    Args:
        case: The case.
        hides: Keys instead of names, for everyone but suspects.
        identities: What decisions said of who a group is, by the group's key.
    """
    named, words = [], []
    for number, person in enumerate(persons.ever_named(case), start=1):
        about = persons.about(person)
        role = about.roles[0].role if about.roles else ROLE.VICTIM
        one = Named(
            person=person,
            about=about,
            key=f"{_LETTER[ROLE(role)]}{number}",
            role=role,
            is_hidden=hides and role != ROLE.SUSPECT,
        )
        if person.group_id is not None:
            named.append(one)
        if one.is_hidden:
            known = [person.name, *(each.text for each in about.aliases)]
            known += identities.get(person.group_id or 0, ())
            words += [(name, one.key) for name in known]
    unnamed = set(identities) - {one.person.group_id for one in named}
    if hides:
        words += [(text, "…") for group in unnamed for text in identities[group]]
    return Names(named, hides, _patterns(words))


def _patterns(words: list[tuple[str, str]]) -> list[tuple[re.Pattern[str], str]]:
    """Return what to replace, whole names before single words of them."""
    whole = sorted({one for one in words if one[0].strip()}, key=lambda one: -len(one[0]))
    single = {
        (word, key)
        for name, key in whole
        for word in re.findall(r"[^\W\d_]+", name)
        if len(word) >= _LEAST_LETTERS and word[0].isupper()
    }
    return [
        *((_of(name, re.IGNORECASE), key) for name, key in whole),
        *((_of(word), key) for word, key in sorted(single)),
    ]


def _of(name: str, flags: re.RegexFlag = re.NOFLAG) -> re.Pattern[str]:
    """Return the pattern of a name between ends of words."""
    return re.compile(rf"(?<!\w){re.escape(name.strip())}(?!\w)", flags)
