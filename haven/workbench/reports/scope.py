"""Scope: what goes into a report, gathered once for all its chapters.

In      a case that was looked up with the member, what was asked for, the moment
Out     Scope: leads, decisions and pairs that everyone on the case may see, and the names
Fails   never; what is not there is counted and said
Why     who reads a report must learn nothing that would spoil a blind second look, and
        nothing of a search that may still be refused
Not     here: what is said of it (chapters/)
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING
from uuid import UUID

from haven.workbench.comparison import queries as comparison
from haven.workbench.decisions import queries as decisions
from haven.workbench.leads import queries as leads
from haven.workbench.reports import naming

if TYPE_CHECKING:
    from datetime import datetime

    from haven.accounts.models import Member
    from haven.workbench.analysis.models import Item
    from haven.workbench.cases.models import Case
    from haven.workbench.comparison.models import Comparison
    from haven.workbench.decisions.models import Decision
    from haven.workbench.leads.models import Lead


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What a member wants in a report."""

    addressed_to: str
    purpose: str
    step: int = 0  # 0: no picture; 1: masked views
    hides_names: bool = True
    whole_case: bool = True
    leads: frozenset[UUID] = frozenset()  # where it is not the whole case
    decisions: frozenset[UUID] = frozenset()
    supersedes: UUID | None = None


class Scope:
    """A case at one moment, as far as a report may tell of it."""

    def __init__(self, case: Case, ask: Ask, *, by: Member, at: datetime) -> None:
        """Read nothing yet."""
        self.case, self.ask, self.by, self.at = case, ask, by, at

    @cached_property
    def open_leads(self) -> list[Lead]:
        """Return the leads of the case that everyone on it may see, oldest first."""
        return list(leads.open_to_all(self.case).order_by("pk"))

    @cached_property
    def open_decisions(self) -> list[Decision]:
        """Return the decisions of the case that rest on nothing hidden, oldest first."""
        seen = {one.pk for one in self.open_leads}
        found = decisions.of_case(self.case).order_by("pk")
        return [one for one in found if one.lead_id is None or one.lead_id in seen]

    @cached_property
    def leads(self) -> list[Lead]:
        """Return the leads of the report, oldest first."""
        return [one for one in self.open_leads if self._has(one.public_id, self.ask.leads)]

    @cached_property
    def decisions(self) -> list[Decision]:
        """Return the decisions of the report, oldest first."""
        return [one for one in self.open_decisions if self._has(one.public_id, self.ask.decisions)]

    @cached_property
    def open_pairs(self) -> list[list[Comparison]]:
        """Return the pairs of the case that two people compared: first and second."""
        return comparison.done_twice(self.case)

    @cached_property
    def pairs(self) -> list[list[Comparison]]:
        """Return the pairs of the report."""
        chosen = {one.candidate_id for one in self.leads if one.candidate_id}
        for one in self.decisions:
            if one.lead is not None and one.lead.candidate_id is not None:
                chosen.add(one.lead.candidate_id)
        return [one for one in self.open_pairs if self.ask.whole_case or _of(one) in chosen]

    @cached_property
    def unsaid(self) -> dict[str, int]:
        """Return how many leads, decisions and pairs are kept back, blind or pending."""
        n_decisions = decisions.of_case(self.case).count()
        return {
            "leads": leads.count(self.case) - len(self.open_leads),
            "decisions": n_decisions - len(self.open_decisions),
            "pairs": comparison.count(self.case) - len(self.open_pairs),
        }

    @cached_property
    def names(self) -> naming.Names:
        """Return how people are called."""
        identities: dict[int, list[str]] = {}
        for one in decisions.of_case(self.case):
            if one.kind == decisions.KIND.IDENTITY and one.group_id:
                identities.setdefault(one.group_id, []).append(one.said)
        return naming.of_case(self.case, hides=self.ask.hides_names, identities=identities)

    @cached_property
    def items(self) -> list[Item]:
        """Return the items that leads and pairs of the report speak of, by their key."""
        found = [one.item for one in self.leads if one.item]
        for first, _second in self.pairs:
            faces = (first.candidate.face, first.candidate.search.face)
            found += [one.item for one in faces if one and one.case_id == self.case.pk]
        return [one for _pk, one in sorted({one.pk: one for one in found}.items())]

    def _has(self, key: UUID, chosen: frozenset[UUID]) -> bool:
        return self.ask.whole_case or key in chosen


def _of(pair: list[Comparison]) -> int:
    """Return the candidate of a pair."""
    return pair[0].candidate_id
