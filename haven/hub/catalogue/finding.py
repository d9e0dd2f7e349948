"""Finding tools: by words, with mistakes in typing, and by what is chosen from lists.

In      what a member asks: words, values of fields; whether restricted fields are theirs to see
Out     tools that fit; for each field how many fit each value; words that were meant
Fails   never; a value that no list has finds nothing
Why     one place for the page, the API, kept searches and the guided finder
Not     here: forms (forms.py), order (ordering.py), pages (views.py)

A value of a list is counted as if nothing of that list were chosen: so a member sees what a
further choice would add. Values of one list widen (any of them), lists narrow (all of them).

A field that is restricted at a tool finds it, counts it and suggests words to those alone who
may see the field. So it is unless a caller says otherwise: who forgets to say shows too little.

The words of lists are found by their names in every language, whoever wrote the entry.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.contrib.postgres.search import SearchQuery
from django.db import connection
from django.db.models import BooleanField, Count, ExpressionWrapper, Max, Q, QuerySet
from rapidfuzz import fuzz, process

from haven.hub.catalogue import vocabulary
from haven.hub.catalogue.models import CLOSED_WORDS, OPEN_WORDS, Tool
from haven.web.words import words

# The lists a tool is found by: field, its values, whether a tool has several of them.
LISTS: Mapping[str, tuple[type[vocabulary.Worded], bool]] = {
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

    @property
    def query(self) -> str:
        """Return the question as the query of an address."""
        pairs = [(name, value) for name, values in self.chosen.items() for value in values]
        return urlencode([*([("q", self.q)] if self.q.strip() else []), *pairs])


@dataclass(frozen=True)
class Found:
    """Tools that fit, with what is counted beside them."""

    tools: QuerySet[Tool]
    counts: Mapping[str, Mapping[str, int]]  # by list and value
    meant: Mapping[str, str]  # a word that was typed: the one that was looked for instead


def fold(tool: Tool) -> None:
    """Keep at a tool the words by which it is found, those of restricted fields apart."""
    tool.folded, tool.folded_closed = folded(tool), folded_closed(tool)


def folded(tool: Tool) -> str:
    """Return the words by which everyone finds a tool; its name and maker come first."""
    return _folded([tool.maker.name, *_texts(tool, is_closed=False)])


def folded_closed(tool: Tool) -> str:
    """Return the words by which it is found by those alone who see its restricted fields."""
    return _folded(_texts(tool, is_closed=True))


def conditions(several: Mapping[str, Asked], *, sees_restricted: bool = False) -> dict[str, Q]:
    """Return the condition of the tools that fit each of several questions, by its name."""
    known = _known([one.q for one in several.values()], sees_restricted)
    return {
        name: _holding(_meant(words(asked.q), known)[0], sees_restricted)
        & _all_of(_of_lists(asked, sees_restricted).values())
        for name, asked in several.items()
    }


def tools(fits: Q) -> QuerySet[Tool]:
    """Return the tools that meet a condition, without an order."""
    return Tool.objects.filter(fits)


def count(wanted: Mapping[str, Q]) -> dict[str, int]:
    """Return how many tools meet each of several conditions, by its name, in one question."""
    return Tool.objects.aggregate(
        **{name: Count("pk", filter=one) if one else Count("pk") for name, one in wanted.items()}
    )


def find(asked: Asked, *, sees_restricted: bool = False) -> Found:
    """Return the tools that fit, in the order of their names, and what is counted beside them."""
    parts, meant = _meant(words(asked.q), _known([asked.q], sees_restricted))
    base = Tool.objects.filter(_holding(parts, sees_restricted))
    every = _of_lists(asked, sees_restricted)
    counts = _counted(base, every, sees_restricted)
    tools = base.filter(_all_of(every.values())).select_related("maker").order_by("name", "pk")
    return Found(tools, counts, meant)


def _texts(tool: Tool, *, is_closed: bool) -> Iterable[str]:
    """Yield the texts and the words of lists of a tool whose fields are restricted, or are not."""
    for name in (*_TEXTS, *LISTS):
        if (name in tool.restricted) is not is_closed:
            continue
        value = getattr(tool, name)
        if name not in LISTS:
            yield value
            continue
        choices, is_several = LISTS[name]
        for one in value if is_several else [value]:
            yield from choices(one).every_name


def _folded(texts: Iterable[str]) -> str:
    return " ".join(words(" ".join(texts)))


def _of_lists(asked: Asked, sees_restricted: bool) -> dict[str, Q]:
    """Return the condition of each list of which something is chosen, by its name."""
    return {
        name: _of_list(name, values, sees_restricted)
        for name, values in asked.chosen.items()
        if values
    }


def _all_of(conditions: Iterable[Q]) -> Q:
    return functools.reduce(operator.and_, conditions, Q())


def _of_list(name: str, values: Iterable[str], sees_restricted: bool) -> Q:
    """Return the condition of tools that have one of some values of a list."""
    is_several = LISTS[name][1]
    has = Q(**{f"{name}__overlap" if is_several else f"{name}__in": list(values)})
    return has & _is_seen(name, sees_restricted)


def _is_seen(name: str, sees_restricted: bool) -> Q:
    """Return the condition of tools at which a field is seen by who asks."""
    return Q() if sees_restricted else ~Q(restricted__contains=[name])


def _counted(
    tools: QuerySet[Tool], chosen: Mapping[str, Q], sees_restricted: bool
) -> dict[str, dict[str, int]]:
    """Return how many tools have each value of each list, as if nothing of it were chosen.

    The tools are read once and not for each list: what the lists say of one is a small part of
    its row.
    """
    told = {f"fits_{name}": one for name, one in chosen.items()}
    if not sees_restricted:
        told |= {f"seen_{name}": _is_seen(name, sees_restricted) for name in LISTS}
    asked = {name: ExpressionWrapper(one, BooleanField()) for name, one in told.items()}
    rows = tools.order_by().annotate(**asked).values_list(*LISTS, *asked)
    sql, values = rows.query.sql_with_params()
    with connection.cursor() as cursor:
        names = ", ".join([*LISTS, *asked])
        every = " UNION ALL ".join(_count_of(name, asked) for name in LISTS)
        cursor.execute(f"WITH tool ({names}) AS MATERIALIZED ({sql}) {every}", values)
        counts: dict[str, dict[str, int]] = {name: {} for name in LISTS}
        for name, value, n in cursor.fetchall():
            counts[name][value] = n
    return counts


def _count_of(name: str, asked: Iterable[str]) -> str:
    """Return the question for the values of one list, of rows that say what else they fit."""
    concerns = {f"seen_{name}", *(f"fits_{one}" for one in LISTS if one != name)}
    means = [one for one in asked if one in concerns]
    value = f"unnest({name})" if LISTS[name][1] else name
    where = f" WHERE {' AND '.join(means)}" if means else ""
    return f"SELECT '{name}', {value}, count(*) FROM tool{where} GROUP BY 2"  # noqa: S608  # our own names


def _holding(parts: list[str], sees_restricted: bool) -> Q:
    """Return the condition of tools that hold words beginning with each of some words."""
    if not parts:
        return Q()
    where = "" if sees_restricted else OPEN_WORDS
    # letters and digits alone: words.py
    every = " & ".join(f"'{word}':*{where}" for word in parts)
    return Q(found_by=SearchQuery(every, config="simple", search_type="raw"))


def _meant(typed: list[str], known: tuple[str, ...]) -> tuple[list[str], dict[str, str]]:
    """Return the words to look for; for one that is not known the nearest."""
    parts, meant = [], {}
    for word in typed:
        is_known = any(one.startswith(word) for one in known)
        if not is_known and len(word) >= _SHORTEST_MENDED:
            near = process.extractOne(word, known, scorer=fuzz.ratio, score_cutoff=_MEANT_ENOUGH)
            if near is not None:
                meant[word] = near[0]
        parts.append(meant.get(word, word))
    return parts, meant


def _known(asked: Iterable[str], sees_restricted: bool) -> tuple[str, ...]:
    """Return every word by which some tool is found; none where nobody asks for words."""
    if not any(map(words, asked)):
        return ()
    weights = OPEN_WORDS + (CLOSED_WORDS if sees_restricted else "")
    return _known_words(Tool.objects.aggregate(at=Max("changed_at"))["at"], weights)


@functools.lru_cache(maxsize=2)
def _known_words(changed_at: Any, weights: str) -> tuple[str, ...]:
    """Return every word by which some tool is found, for as long as no tool changes."""
    del changed_at
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT word FROM ts_stat('SELECT found_by FROM catalogue_tool', %s)"
            " ORDER BY ndoc DESC, word",
            [weights],
        )
        return tuple(word for (word,) in cursor.fetchall())
