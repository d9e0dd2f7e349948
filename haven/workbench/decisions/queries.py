"""Which decisions a case has, and how each stands.

In      a case that was looked up with the member
Out     Standing: a decision with its state, and whether it waits for the member
Fails   DecisionNotFound: not in this case
Not     here: deciding (actions.py)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from haven.web.errors import NotFound
from haven.workbench.analysis import face_queries as faces
from haven.workbench.cases import queries as cases
from haven.workbench.comparison import queries as comparison
from haven.workbench.decisions.models import Decision, TwoPeople
from haven.workbench.evidence import queries as evidence
from haven.workbench.leads import queries as leads
from haven.workbench.people import queries as people

if TYPE_CHECKING:
    from uuid import UUID

    from django.db.models import QuerySet
    from django.utils.functional import _StrPromise as Text

    from haven.accounts.models import Member
    from haven.workbench.analysis.models import FaceGroup
    from haven.workbench.cases.models import Case
    from haven.workbench.comparison.models import Comparison
    from haven.workbench.evidence.models import Exhibit
    from haven.workbench.leads.models import Lead

KIND = Decision.Kind
STATES: dict[str, Text] = {
    "waits": _("waits for a second person"),
    "stands": _("stands"),
    "refused": _("not confirmed"),
    "superseded": _("superseded"),
}
_SHOWN = 200


class DecisionNotFound(NotFound):
    """No such decision in the case."""

    code = "decision.not_found"


@dataclass(frozen=True, slots=True)
class Standing:
    """A decision and how it stands for one member."""

    decision: Decision
    state: str  # a key of STATES
    may_answer: bool  # another member, who works on the case

    @property
    def words(self) -> Text:
        """Return the state in words."""
        return STATES[self.state]


def of_case(case: Case) -> QuerySet[Decision]:
    """Return the decisions of a case, the latest first."""
    return (
        Decision.objects.filter(case=case)
        .select_related(
            "made_by",
            "answer__made_by",
            "group",
            "other_group",
            "exhibit",
            "lead__candidate__search",
            "supersedes",
            "rule",
        )
        .prefetch_related("later__answer")
    )


def get(case: Case, decision_id: UUID) -> Decision:
    """Return one decision of a case.

    Raises:
        DecisionNotFound: Not in this case.
    """
    found = of_case(case).filter(public_id=decision_id).first()
    if found is None:
        raise DecisionNotFound(f"no such decision in case {case.pk}")
    return found


def latest(case: Case, *, member: Member) -> list[Standing]:
    """Return the latest decisions of a case as a member sees them."""
    return [standing(case, one, member=member) for one in of_case(case)[:_SHOWN]]


def standing(case: Case, decision: Decision, *, member: Member) -> Standing:
    """Return how a decision stands, and what the member may do about it."""
    now = state(decision)
    may = now == "waits" and decision.made_by_id != member.pk and cases.allows(case, "work")
    return Standing(decision, now, may)


def state(decision: Decision) -> str:
    """Return how a decision stands: a key of STATES.

    A later one supersedes it once it stands itself.
    """
    if any(state_alone(one) == "stands" for one in decision.later.all()):
        return "superseded"
    return state_alone(decision)


def state_alone(decision: Decision) -> str:
    """Return how a decision stands, whatever came after it."""
    answer = getattr(decision, "answer", None)
    if answer is not None:
        return "stands" if answer.agrees else "refused"
    return "waits" if decision.needs_second else "stands"


def rule(agency_pk: int) -> TwoPeople | None:
    """Return the latest rule of an agency; None: it never set one, and two are needed."""
    return TwoPeople.objects.filter(agency=agency_pk).select_related("set_by").first()


def rules(agency_pk: int) -> list[TwoPeople]:
    """Return the rules of an agency, the latest first."""
    return list(TwoPeople.objects.filter(agency=agency_pk).select_related("set_by"))


def groups(case: Case) -> list[tuple[FaceGroup, str]]:
    """Return the largest groups of a case with the names that people gave them."""
    found = list(faces.groups(case).order_by("-n_items", "-id")[:_SHOWN])
    named = people.persons(found)
    return [(one, named[one.pk].name if one.pk in named else "") for one in found]


def exhibits(case: Case) -> list[Exhibit]:
    """Return the exhibits of a case."""
    return list(evidence.of_case(case))


def open_leads(case: Case, *, member: Member) -> list[Lead]:
    """Return the latest leads of a case that a member may see."""
    return list(leads.leads(case, member=member)[:_SHOWN])


def name_of(group: FaceGroup | None) -> str:
    """Return the name that people gave to a group; empty for none."""
    if group is None:
        return ""
    person = people.persons([group]).get(group.pk)
    return person.name if person is not None else ""


def said(decision: Decision) -> str:
    """Return what was decided, in words; a verdict on a lead is stored as its key."""
    if decision.kind == KIND.LEAD:
        return str(dict(leads.STATE.choices).get(decision.said, decision.said))
    return decision.said


def grounds(decision: Decision) -> list[Comparison]:
    """Return the comparisons that a decision stands on, by its lead."""
    lead = decision.lead
    if lead is None or lead.candidate_id is None:
        return []
    return comparison.comparison_of(decision.case, lead.candidate_id)
