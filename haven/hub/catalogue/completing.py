"""Completeness: which share of an entry holds something; never how good the tool is.

In      a tool, its facts, the fields that are kept from who asks
Out     Completeness: how many fields hold something, of how many, and which are empty; the same
        counts as expressions, for the database to order by
Fails   KeyError: the rule names a field that no entry has; a test reads all of it
Why     the rule is published (content/inclusion.yaml) and this does what it says
Not     here: grades and ages (grading.py)

A field that is kept from a member counts for that member neither way.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.fields import ArrayField
from django.db.models import Case, Exists, OuterRef, Q, Value, When

from haven.hub.catalogue import rules
from haven.hub.catalogue.models import Fact, Tool

if TYPE_CHECKING:
    from django.db.models.expressions import Combinable

_CALLED = {  # in the rule: in the catalogue
    "price_class": "price",
    "evidence_leaves_agency": "evidence_leaves",
    "workflow_steps": "steps",
    "excluded_or_cautions": "excluded_use",
    "wellbeing_features": "wellbeing",
}
_OF_THE_MAKER = {"maker": "name", "maker_country": "country"}
_SAYS_NOTHING: tuple[Any, ...] = ("", None, "unknown", [])
_EMPTY_WORDS = ("", "unknown")  # the same of a text


@dataclass(frozen=True, slots=True)
class Completeness:
    """How much of an entry holds something."""

    filled: int
    every: int
    empty: tuple[str, ...]  # names of fields, as the catalogue calls them

    @property
    def hundredths(self) -> int:
        """Return the score of the rule: filled divided by all, in hundredths, rounded down."""
        return 100 * self.filled // self.every if self.every else 0


def completeness(
    tool: Tool, facts: Sequence[Fact], *, hidden: Collection[str] = ()
) -> Completeness:
    """Return how much of an entry holds something, of what is not hidden."""
    is_filled = {
        name: _value(tool, name) not in _SAYS_NOTHING for name in fields() if name not in hidden
    }
    if "facts" not in hidden:
        for one in _of_facts():
            is_filled[one["slug"]] = _is_met(one["rule"], facts)
    return Completeness(
        filled=sum(is_filled.values()),
        every=len(is_filled),
        empty=tuple(name for name, is_there in is_filled.items() if not is_there),
    )


def fields() -> list[str]:
    """Return the fields of the rule, as the catalogue calls them."""
    return [_CALLED.get(name, name) for name in rules.told()["completeness"]["fields"]]


def counted(*, sees_restricted: bool) -> tuple[Combinable, Combinable]:
    """Return how many fields of a tool hold something, and of how many, for the database."""
    of_fields = [(name, _holds(name)) for name in fields()]
    of_facts = [("facts", Q(_are_there(one["rule"]))) for one in _of_facts()]
    seen_and_filled = [
        (Q() if sees_restricted else ~Q(restricted__contains=[name]), is_filled)
        for name, is_filled in (*of_fields, *of_facts)
    ]
    return (
        _sum(is_seen & is_filled for is_seen, is_filled in seen_and_filled),
        _sum(is_seen for is_seen, _is_filled in seen_and_filled),
    )


def _of_facts() -> Sequence[dict[str, Any]]:
    """Return the rules of facts that count as fields."""
    found: Sequence[dict[str, Any]] = rules.told()["completeness"]["facts_that_count_as_fields"]
    return found


def _value(tool: Tool, name: str) -> Any:
    own = _OF_THE_MAKER.get(name)
    return getattr(tool.maker, own) if own else getattr(tool, name)


def _is_met(rule: dict[str, Any], facts: Sequence[Fact]) -> bool:
    """Tell whether enough facts that count for a grade are as a rule asks."""
    fitting = [
        one
        for one in facts
        if one.counts
        and one.kind in rule.get("kinds", [one.kind])
        and one.relation in rule.get("relation", [one.relation])
    ]
    return len(fitting) >= int(rule["at_least"])


def _holds(name: str) -> Q:
    """Return the condition of tools at which a field holds something."""
    own = _OF_THE_MAKER.get(name)
    if own is None and isinstance(Tool._meta.get_field(name), ArrayField):
        return ~Q(**{name: []})
    return ~Q(**{f"maker__{own}__in" if own else f"{name}__in": _EMPTY_WORDS})


def _are_there(rule: dict[str, Any]) -> Exists:
    """Return whether a tool has enough facts that count for a grade and are as a rule asks."""
    found = Fact.objects.filter(tool=OuterRef("pk")).filter(Fact.COUNTS)
    if "kinds" in rule:
        found = found.filter(kind__in=rule["kinds"])
    if "relation" in rule:
        found = found.filter(relation__in=rule["relation"])
    return Exists(found[int(rule["at_least"]) - 1 :])


def _sum(conditions: Iterable[Q]) -> Combinable:
    """Return how many of some conditions are met; an empty one always is."""
    each = (Case(When(one, then=1), default=0) if one else Value(1) for one in conditions)
    return functools.reduce(operator.add, each)
