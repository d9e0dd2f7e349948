"""Completeness: which share of an entry holds something; never how good the tool is.

In      a tool, its facts, the fields that are kept from who asks
Out     Completeness: how many fields hold something, of how many, and which are empty
Fails   KeyError: the rule names a field that no entry has; a test reads all of it
Why     the rule is published (content/inclusion.yaml) and this does what it says
Not     here: grades and ages (grading.py)

A field that is kept from a member counts for that member neither way.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from haven.hub.catalogue import rules

if TYPE_CHECKING:
    from haven.hub.catalogue.models import Fact, Tool

_CALLED = {  # in the rule: in the catalogue
    "price_class": "price",
    "evidence_leaves_agency": "evidence_leaves",
    "workflow_steps": "steps",
    "excluded_or_cautions": "excluded_use",
    "wellbeing_features": "wellbeing",
}
_OF_THE_MAKER = {"maker": "name", "maker_country": "country"}
_SAYS_NOTHING: tuple[Any, ...] = ("", None, "unknown", [])


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
    told = rules.told()["completeness"]
    is_filled = {
        name: _value(tool, name) not in _SAYS_NOTHING for name in fields() if name not in hidden
    }
    if "facts" not in hidden:
        for one in told["facts_that_count_as_fields"]:
            is_filled[one["slug"]] = _is_met(one["rule"], facts)
    return Completeness(
        filled=sum(is_filled.values()),
        every=len(is_filled),
        empty=tuple(name for name, is_there in is_filled.items() if not is_there),
    )


def fields() -> list[str]:
    """Return the fields of the rule, as the catalogue calls them."""
    return [_CALLED.get(name, name) for name in rules.told()["completeness"]["fields"]]


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
