"""Rules: what the catalogue takes in, how it grades, when a record is old, as a file says it.

In      content/inclusion.yaml
Out     Ladder, Speaker and what else a program goes by; the texts for the page of rules
Fails   KeyError, TypeError: the file lacks a rule; a test reads all of it
Why     a published rule and the program that follows it are the same lines
Not     here: applying them to a tool (grading.py)
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from haven.hub.base import yaml_text

FILE = Path(__file__).parent / "content" / "inclusion.yaml"


@dataclass(frozen=True, slots=True)
class Need:
    """What has to be there for a rank."""

    kinds: frozenset[str]
    relations: frozenset[str]  # empty: anybody's
    newest_months: int | None  # each counted fact is at most so old
    is_date_said: bool  # the source's own date is known, not only the day we read it
    at_least: int
    different_by: int  # so many who say it, told apart by name


@dataclass(frozen=True, slots=True)
class Rank:
    """One step of the ladder."""

    rank: int
    slug: str
    says: str
    needs: tuple[Need, ...]


@dataclass(frozen=True, slots=True)
class Speaker:
    """How it is told who says a fact, seen from the maker; the first rule that holds decides."""

    relation: str
    test: str  # by_is, by_begins_with, by_shares_a_word_with, by_contains, source_place, always
    words: frozenset[str]
    shortest_word: int


@functools.cache
def told() -> Mapping[str, Any]:
    """Return the whole file, for the page of rules."""
    read: Mapping[str, Any] = yaml_text.load(FILE.read_text(encoding="utf-8"))
    return read


@functools.cache
def ladder() -> tuple[Rank, ...]:
    """Return the ranks, the lowest first."""
    steps = told()["evidence_grade"]["ladder"]
    ranks = [
        Rank(one["rank"], one["slug"], one["says"], tuple(map(_need, one["needs"])))
        for one in steps
    ]
    return tuple(sorted(ranks, key=lambda one: one.rank))


@functools.cache
def speakers() -> tuple[Speaker, ...]:
    """Return the rules that tell who says a fact, in their order."""
    return tuple(map(_speaker, told()["evidence_grade"]["relation"]["first_that_holds"]))


@functools.cache
def stop_words() -> frozenset[str]:
    """Return words that many makers share and that so say nothing of one."""
    return frozenset(told()["evidence_grade"]["relation"]["stop_words"])


@functools.cache
def ages_of_records() -> tuple[tuple[str, int], ...]:
    """Return each state of an old record with the months after which it begins, rising."""
    every = [(one["slug"], one["rule"]["more_than"]) for one in told()["staleness"]["record"]]
    return tuple(sorted(every, key=lambda one: one[1]))


@functools.cache
def ages_of_facts() -> Mapping[str, int]:
    """Return for each kind of fact the months after which it is shown as old."""
    return {one["kind"]: one["stale_after_months"] for one in told()["staleness"]["fact"]}


def corrections() -> tuple[Mapping[str, Any], ...]:
    """Return what is set otherwise for single facts when the catalogue opens."""
    return tuple(told()["evidence_grade"]["opening_corrections"])


def _need(one: Mapping[str, Any]) -> Need:
    return Need(
        kinds=frozenset(one["kinds"]),
        relations=frozenset(one.get("relation", ())),
        newest_months=one.get("newest_months"),
        is_date_said=one.get("date_said", False),
        at_least=one["at_least"],
        different_by=one.get("different_by", 1),
    )


def _speaker(one: Mapping[str, Any]) -> Speaker:
    when = one["when"]
    if when == "always":
        return Speaker(one["relation"], "always", frozenset(), 0)
    if "source_place_is_that_of" in when:
        return Speaker(one["relation"], "source_place", frozenset(), 0)
    (test,) = when.keys() - {"shortest_word", "other_than"}
    return Speaker(one["relation"], test, frozenset(when[test]), when.get("shortest_word", 0))
