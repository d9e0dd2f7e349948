"""Finding tools: by words, with mistakes in typing, and by what is chosen from lists.

In      what a member asks: words, values of fields
Out     tools that fit; for each field how many fit each value; words that were meant
Fails   never; a value that no list has finds nothing
Why     one place for the page, the API, saved searches and the finder
Not     here: forms (forms.py), order and pages (views.py)

A value of a list is counted as if nothing of that list were chosen: so a member sees what a
further choice would add. Values of one list widen (any of them), lists narrow (all of them).
"""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.search import SearchQuery
from django.db import connection
from django.db.models import Func, Max, Q, QuerySet
from rapidfuzz import fuzz, process

from haven.hub.catalogue import vocabulary
from haven.hub.catalogue.models import Tool
from haven.web.words import words

if TYPE_CHECKING:
    from django.db.models import TextChoices

# The lists a tool is found by: field, its values, whether a tool has several of them.
LISTS: Mapping[str, tuple[type[TextChoices], bool]] = {
    "steps": (vocabulary.Step, True),
    "techniques": (vocabulary.Technique, True),
    "media": (vocabulary.Media, True),
    "deployment": (vocabulary.Deployment, True),
    "access": (vocabulary.Access, False),
    "price": (vocabulary.Price, False),
    "evidence_leaves": (vocabulary.Leaves, False),
    "status": (vocabulary.Status, False),
}
_TEXTS = (
    "name", "summary", "description", "intended_use", "excluded_use", "interoperability",
    "licence",
)  # fmt: skip
_MEANT_ENOUGH = 80  # of 100, rapidfuzz's ratio: one letter in five may be wrong
_SHORTEST_MENDED = 4  # letters; shorter words resemble too many


@dataclass(frozen=True)
class Asked:
    """What a member asks for."""

    q: str = ""
    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # by a key of LISTS

    def __bool__(self) -> bool:
        return bool(self.q.strip() or any(self.chosen.values()))


@dataclass(frozen=True)
class Found:
    """Tools that fit, with what is counted beside them."""

    tools: QuerySet[Tool]
    counts: Mapping[str, Mapping[str, int]]  # by list and value
    meant: Mapping[str, str]  # a word that was typed: the one that was looked for instead


def folded(tool: Tool) -> str:
    """Return the words by which a tool is found; its name and maker come first."""
    texts = [tool.name, tool.maker.name, *(getattr(tool, name) for name in _TEXTS)]
    for name, (choices, is_several) in LISTS.items():
        values = getattr(tool, name) if is_several else [getattr(tool, name)]
        texts += [str(choices(value).label) for value in values]
    return " ".join(words(" ".join(texts)))


def find(asked: Asked) -> Found:
    """Return the tools that fit, in the order of their names, and what is counted beside them."""
    parts, meant = _meant(words(asked.q))
    base = _holding(Tool.objects.all(), parts)
    every = {name: _of_list(name, values) for name, values in asked.chosen.items() if values}
    chosen = Q()
    for one in every.values():
        chosen &= one
    counts = {}
    for name in LISTS:
        others = Q()
        for other, condition in every.items():
            others &= condition if other != name else Q()
        counts[name] = _counted(base.filter(others), name)
    tools = base.filter(chosen).select_related("maker").order_by("name", "pk")
    return Found(tools, counts, meant)


def _of_list(name: str, values: Iterable[str]) -> Q:
    """Return the condition of tools that have one of some values of a list."""
    is_several = LISTS[name][1]
    return Q(**{f"{name}__overlap" if is_several else f"{name}__in": list(values)})


def _counted(tools: QuerySet[Tool], name: str) -> dict[str, int]:
    """Return how many tools have each value of a list."""
    value: Any = Func(name, function="unnest") if LISTS[name][1] else name
    rows = tools.order_by().values_list(value)
    counted: Counter[str] = Counter()
    with connection.cursor() as cursor:
        sql, values = rows.query.sql_with_params()
        cursor.execute(f"SELECT value, count(*) FROM ({sql}) AS one (value) GROUP BY 1", values)  # noqa: S608  # made by the ORM
        counted.update(dict(cursor.fetchall()))
    return dict(counted)


def _holding(tools: QuerySet[Tool], parts: list[str]) -> QuerySet[Tool]:
    """Return the tools that hold words beginning with each of some words."""
    if not parts:
        return tools
    every = " & ".join(f"'{word}':*" for word in parts)  # letters and digits alone: words.py
    return tools.filter(found_by=SearchQuery(every, config="simple", search_type="raw"))


def _meant(typed: list[str]) -> tuple[list[str], dict[str, str]]:
    """Return the words to look for; for one that no tool has the nearest."""
    if not typed:
        return [], {}
    known = _known_words(Tool.objects.aggregate(at=Max("changed_at"))["at"])
    parts, meant = [], {}
    for word in typed:
        is_known = any(one.startswith(word) for one in known)
        if not is_known and len(word) >= _SHORTEST_MENDED:
            near = process.extractOne(word, known, scorer=fuzz.ratio, score_cutoff=_MEANT_ENOUGH)
            if near is not None:
                meant[word] = near[0]
        parts.append(meant.get(word, word))
    return parts, meant


@functools.lru_cache(maxsize=1)
def _known_words(changed_at: Any) -> tuple[str, ...]:
    """Return every word by which some tool is found, for as long as no tool changes."""
    del changed_at
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT word FROM ts_stat('SELECT found_by FROM catalogue_tool')"
            " ORDER BY ndoc DESC, word"
        )
        return tuple(word for (word,) in cursor.fetchall())
