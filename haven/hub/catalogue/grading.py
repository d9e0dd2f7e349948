"""Grading: how much is known of a tool and how it came to be known; never how good the tool is.

In      the facts of a tool, today; who says a fact and where
Out     Grade: the highest rank of which all needs hold, the facts that gave it, the next rank
Fails   never; a date that cannot be read is an unknown age and meets no need of an age
Why     the rules are published (content/inclusion.yaml) and this does what they say
Not     here: the rules themselves (rules.py)
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from haven.hub.catalogue import rules
from haven.hub.catalogue import vocabulary as words
from haven.web.words import words as words_of

if TYPE_CHECKING:
    from haven.hub.catalogue.models import Fact, Tool

_OWNER_AND_REPOSITORY = 2  # parts of a path on a host of code that say whose it is
_CODE_HOSTS = frozenset({"github.com", "gitlab.com"})


@dataclass(frozen=True, slots=True)
class Grade:
    """What is known of a tool, and how."""

    rank: rules.Rank
    facts: tuple[Fact, ...]  # that gave it
    next: rules.Rank | None  # what would raise it

    @property
    def label(self) -> str:
        """Return its name in the language of the reader."""
        return str(words.Grade(self.rank.slug).label)


def grade(tool: Tool, facts: Iterable[Fact], *, today: dt.date) -> Grade:
    """Return the grade of a tool."""
    counted = [one for one in facts if one.counts]
    best: tuple[rules.Rank, tuple[Fact, ...]] = (rules.ladder()[0], ())
    for rank in rules.ladder():
        met = [_meet(need, counted, tool, today) for need in rank.needs]
        if all(len(found) for found in met):
            best = (rank, tuple(dict.fromkeys(one for found in met for one in found)))
    above = [one for one in rules.ladder() if one.rank > best[0].rank]
    return Grade(*best, next=above[0] if above else None)


def relation(said_by: str, source: str, tool: Tool) -> str:
    """Return who says a fact, seen from the maker; the first rule that holds decides."""
    for rule in rules.speakers():
        if _holds(rule, said_by.casefold(), source, tool):
            return rule.relation
    raise AssertionError("the last rule always holds")


def age_of_record(tool: Tool, *, today: dt.date) -> str:
    """Return the slug of how old a record is, "" where somebody looked lately."""
    if tool.checked_on is None:
        return rules.ages_of_records()[-1][0]
    months = _months(tool.checked_on, today)
    old = [slug for slug, more_than in rules.ages_of_records() if months > more_than]
    return old[-1] if old else ""


def is_old(fact: Fact, *, today: dt.date) -> bool:
    """Tell whether a fact is older than the rule of its kind allows; False without a date."""
    day = first_day(fact.dated)
    return day is not None and _months(day, today) > rules.ages_of_facts()[fact.kind]


def _meet(need: rules.Need, counted: Sequence[Fact], tool: Tool, today: dt.date) -> list[Fact]:
    """Return the facts that meet a need, none where they are too few."""
    found = [one for one in counted if _fits(need, one, tool, today)]
    is_enough = len(found) >= need.at_least
    return found if is_enough and len({one.said_by for one in found}) >= need.different_by else []


def _fits(need: rules.Need, fact: Fact, tool: Tool, today: dt.date) -> bool:
    if fact.kind not in need.kinds or (need.relations and fact.relation not in need.relations):
        return False
    day = first_day(fact.dated)
    if need.is_date_said and (day is None or day == tool.checked_on):
        return False
    if need.newest_months is None:
        return True
    return day is not None and _months(day, today) <= need.newest_months


def first_day(dated: str) -> dt.date | None:
    """Return the first day of a date that may name only a year or a month."""
    parts = dated.split("-")
    try:
        year, month, day = (*map(int, parts), 1, 1)[:3]
        return dt.date(year, month, day)
    except ValueError:
        return None


def _months(since: dt.date, today: dt.date) -> int:
    """Return the whole months between two days."""
    months = (today.year - since.year) * 12 + today.month - since.month
    return months - (today.day < since.day)


def _holds(rule: rules.Speaker, said_by: str, source: str, tool: Tool) -> bool:
    if rule.test == "by_is":
        return said_by in rule.words
    if rule.test == "by_begins_with":
        return any(said_by.startswith(word) for word in rule.words)
    if rule.test == "by_contains":
        return any(word in said_by for word in rule.words)
    if rule.test == "source_place":
        return bool(source) and _place(source) == _place(tool.website)
    if rule.test == "by_shares_a_word_with":
        theirs = set(words_of(tool.maker.name)) | set(words_of(tool.name))
        shared = theirs & set(words_of(said_by)) - rules.stop_words()
        return any(len(word) >= rule.shortest_word for word in shared)
    return rule.test == "always"


def _place(address: str) -> str:
    """Return whose place an address is: the host; where code of many lies, the repository."""
    split = urlsplit(address.casefold())
    host = split.netloc.removeprefix("www.")
    parts = [part for part in split.path.split("/") if part]
    return "/".join([host, *parts[:_OWNER_AND_REPOSITORY]]) if host in _CODE_HOSTS else host
