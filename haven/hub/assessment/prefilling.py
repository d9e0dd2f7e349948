"""Prefilling: what the catalogue says of the tool that is assessed, as suggestions for answers.

In      an assessment; a question with the fields of the catalogue that its file names
Out     Suggestion: one thing the entry says, how and since when it is known, what it would answer
Fails   never; of a tool that the catalogue has not, and of what it keeps from makers, nothing
Why     nobody types what is known already. What an entry says is no answer until a person keeps
        it, and what nobody has checked is there to ask with, not to answer with
Not     here: which fields belong to a question (content/), keeping an answer (actions.py)

Only a field of few words, or a test by somebody else, suggests a choice: a text has to be read.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from haven.hub.catalogue import describing, meaning
from haven.hub.catalogue import queries as catalogue
from haven.hub.catalogue import vocabulary as words

if TYPE_CHECKING:
    from haven.accounts.models import Member
    from haven.hub.assessment.models import Answer, Assessment
    from haven.hub.assessment.questionnaires import Item
    from haven.hub.catalogue.models import Fact, Tool
    from haven.hub.catalogue.queries import Shown

Words = str | Promise
MEASURED = "facts:measured"
NOT_SOURCED = "What the entry says about:"  # a fact of the seed that stands for fields
_IN_IT = {  # how it names the fields; the others by their names
    "maker_country": "country of the maker",
    "access": "who can have it",
    "price_class": "price",
    "deployment": "where it runs",
    "evidence_leaves_agency": "whether evidence leaves the agency",
    "excluded_or_cautions": "what it is not meant for",
    "intended_use": "what it is meant for",
    "interoperability": "what it works together with",
}
_CALLED = {  # in the files of questions: in the catalogue
    "workflow_steps": "steps",
    "excluded_or_cautions": "excluded_use",
    "evidence_leaves_agency": "evidence_leaves",
    "price_class": "price",
    "wellbeing_features": "wellbeing",
}
_LONGEST = 1000  # of what is said: it has room in the note of an answer
_LAPSED = "lapsed"  # nobody has looked at the record for so long that it says nothing
_FACTS, _FACT = "facts:", "fact-"
_YES, _PARTLY, _NO = "yes", "partly", "no"
_WITH_US = {words.Deployment.OFFLINE, words.Deployment.DESKTOP, words.Deployment.LIBRARY,
            words.Deployment.ON_PREMISES}  # fmt: skip
_OURS_STAYS: Mapping[str, str] = {
    words.Leaves.NO: _YES,
    words.Leaves.DEPENDS: _PARTLY,
    words.Leaves.YES: _NO,
}
_LEFT_ALONE = {words.Status.UNMAINTAINED, words.Status.RETIRED}


def _can_be_tried_here(tool: Tool) -> str:
    is_here = _WITH_US.intersection(tool.deployment)
    return _YES if tool.access == words.Access.OPEN and is_here else ""


# The choice that a field suggests for a question; "" where it suggests none.
_CHOICES: Mapping[tuple[str, str], Callable[[Tool], str]] = {
    ("T-LEAVE-1", "evidence_leaves_agency"): lambda one: _OURS_STAYS.get(one.evidence_leaves, ""),
    ("T-SAFE-1", "deployment"): lambda one: (
        _NO if one.deployment and not _WITH_US.intersection(one.deployment) else ""
    ),
    ("T-SAFE-3", "status"): lambda one: _NO if one.status in _LEFT_ALONE else "",
    ("T-TRAIN-4", "access"): _can_be_tried_here,
}
_MEASURED_BY_OTHERS = "T-ERROR-3"


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One thing that the catalogue says, and what it would answer."""

    key: str  # of a field its name; of a fact "fact-" and its number
    field: str  # as the file of questions calls it
    title: Words
    says: str
    kind: str  # claimed, checked or measured
    dated: str
    said_by: str = ""
    source: str = ""
    is_unchecked: bool = False
    is_old: bool = False
    value: str = ""  # "": a person chooses

    @property
    def kind_name(self) -> str:
        """Return how it is known, in the language of the reader."""
        return ground_name(self.kind)

    @property
    def note(self) -> str:
        """Return it as the note of an answer."""
        return self.says if self.key.startswith(_FACT) else f"{self.title}: {self.says}"

    def is_in(self, value: str, note: str) -> bool:
        """Tell whether an answer still says it."""
        return (bool(self.value) and value == self.value) or self.says in _on_one_line(note)


@dataclass(frozen=True)
class Entry:
    """What the catalogue says of the tool that is assessed."""

    shown: Shown

    @property
    def tool(self) -> Tool:
        """Return the tool."""
        return self.shown.tool

    def suggestions(self, item: Item) -> list[Suggestion]:
        """Return what the entry says to a question, in the order that its file gives."""
        return [one for name in item.filled_from for one in self._of(item, name)]

    def _of(self, item: Item, name: str) -> Iterator[Suggestion]:
        if name.startswith(_FACTS):
            kind = name.removeprefix(_FACTS)
            facts = () if "facts" in self.tool.restricted else self.shown.facts
            for one in facts:
                if one.kind == kind and one.is_of_tool and not _stands_for_fields(one):
                    yield self._fact(item, name, one)
        elif _CALLED.get(name, name) not in self.tool.restricted and (said := self._field(name)):
            yield self._said(item, name, said)

    def _field(self, name: str) -> str:
        """Return what a field says, in one line; "" where nothing is known."""
        own = _CALLED.get(name, name)
        if own == "status":
            return "" if self.tool.status == words.Status.UNKNOWN else str(self.shown.status)
        if own in ("maker", "maker_country"):
            maker = self.tool.maker
            return maker.name if own == "maker" else maker.country
        if getattr(self.tool, own, "") in ("unknown", None):
            return ""
        return _on_one_line(", ".join(map(str, self._values.get(own, ()))))

    @functools.cached_property
    def _values(self) -> Mapping[str, tuple[Words, ...]]:
        """Return what the fields say that the page of a tool shows in rows."""
        return {
            row.name: row.values
            for _title, rows in describing.sections(self.shown)
            for row in rows
        }

    def _said(self, item: Item, name: str, said: str) -> Suggestion:
        choose = _CHOICES.get((item.id, name))
        return Suggestion(
            key=name,
            field=name,
            title=_title(name),
            says=said if len(said) <= _LONGEST else f"{said[: _LONGEST - 1]}…",
            kind=words.Kind.CLAIMED.value,  # an editor wrote it, without a ground of its own
            dated=(self.tool.checked_on or self.tool.listed_on).isoformat(),
            is_unchecked=self._is_unchecked(name),
            value=choose(self.tool) if choose else "",
        )

    def _fact(self, item: Item, name: str, fact: Fact) -> Suggestion:
        by_others = fact.counts and fact.relation == words.Relation.INDEPENDENT
        answers = by_others and (item.id, name) == (_MEASURED_BY_OTHERS, MEASURED)
        return Suggestion(
            key=f"{_FACT}{fact.pk}",
            field=name,
            title=_title(name),
            says=_on_one_line(fact.claim),
            kind=fact.kind,
            dated=fact.dated,
            said_by=fact.said_by,
            source=fact.source,
            is_unchecked=fact.is_unchecked,
            is_old=fact.pk in self.shown.old,
            value=_YES if answers else "",
        )

    def _is_unchecked(self, name: str) -> bool:
        """Tell whether nobody has checked what a field says, or it cannot be told."""
        if self.shown.age == _LAPSED or "facts" in self.tool.restricted:
            return True
        called = _IN_IT.get(name, name)
        return any(
            called in fields_without_source(one.claim)
            for one in self.shown.facts
            if one.is_unchecked
        )


def entry(assessment: Assessment, *, member: Member) -> Entry | None:
    """Return what the catalogue says of the tool of an assessment; None where it says nothing."""
    if not assessment.tool_slug:
        return None
    try:
        return Entry(catalogue.tool(assessment.tool_slug, member=member))
    except catalogue.ToolNotFound:
        return None


def filling(item: Item, suggestions: list[Suggestion], key: str = "") -> Suggestion | None:
    """Return the suggestion with which the form of a question begins.

    Args:
        item: The question.
        suggestions: What the entry says to it.
        key: Of the one that a member chose; without it, one that suggests a choice, else the
            first field. A statement that may be about something else is only offered.
    """
    checked = [one for one in suggestions if not one.is_unchecked]
    if key:
        return next((one for one in checked if one.key == key), None)
    fitting = [
        one for one in checked if not one.field.startswith(_FACTS) or _is_asked_for(item, one)
    ]
    return next((one for one in checked if one.value), None) or next(iter(fitting), None)


def taken(
    assessment: Assessment, item: Item, key: str, *, value: str, note: str, member: Member
) -> dict[str, Any]:
    """Return where an answer was taken from, to be kept with it; empty where it no longer says so.

    The form as in content/schema.json. The entry is read again: what a browser sends is no source.
    """
    found = entry(assessment, member=member) if key and item.filled_from else None
    one = filling(item, found.suggestions(item), key) if found else None
    if found is None or one is None or not one.is_in(value, note):
        return {}
    return {
        "tool": found.tool.slug,
        "field": one.field,
        "kind": one.kind,
        "as_of": one.dated,
        "source": one.source or None,
    }


def origin(answer: Answer) -> tuple[Words, str] | None:
    """Return which field an answer was taken from and how that is known, in words."""
    told = answer.filled_from
    return (_title(told["field"]), ground_name(told["kind"])) if told else None


def ground_name(kind: str) -> str:
    """Return what a kind of ground is called: claimed, checked, measured."""
    return meaning.name("fact_kind", kind, kind)


def fields_without_source(claim: str) -> list[str]:
    """Return the fields for which a fact of the seed stands, as it calls them."""
    if not claim.startswith(NOT_SOURCED):
        return []
    return [one.strip() for one in _on_one_line(claim).removeprefix(NOT_SOURCED).split(",")]


def _stands_for_fields(fact: Fact) -> bool:
    return bool(fields_without_source(fact.claim))


def _is_asked_for(item: Item, one: Suggestion) -> bool:
    """Tell whether a question asks for tests before all else, and this is one."""
    return one.field == MEASURED == item.filled_from[0]


def _title(name: str) -> Words:
    if name.startswith(_FACTS):
        return _("Statement")
    own = _CALLED.get(name, name)
    return describing.TITLES.get(own, own)


def _on_one_line(text: str) -> str:
    return " ".join(text.split())
