"""Deciding, and the answer of a second person.

In      a case, what is decided, why, who, when
Out     a Decision that nobody can change; an Answer
Fails   CaseNotFound, NotAllowed, DecisionNotFound; SaysTooLittle, NotYet, NotSuperseded,
        NotYours, NotCompared
Why     only what a person decided, with a reason, is held to be true in a case; who somebody
        is takes two (R-AI-3)
Not     here: how a decision stands (queries.py), what a lead does with it (leads)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from haven.audit.actions import record
from haven.web.errors import BadInput, Conflict
from haven.workbench.analysis import actions as analysis
from haven.workbench.analysis import face_queries as faces
from haven.workbench.cases import queries as cases
from haven.workbench.comparison import queries as comparison
from haven.workbench.decisions import queries
from haven.workbench.decisions.models import Answer, Decision, TwoPeople
from haven.workbench.evidence import queries as evidence
from haven.workbench.leads import actions as leads
from haven.workbench.leads import queries as lead_queries
from haven.workbench.people import face_actions as people
from haven.workbench.search import queries as searches

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from haven.accounts.models import Member
    from haven.workbench.cases.models import Case
    from haven.workbench.leads.models import Lead

KIND = queries.KIND
VERDICTS = (
    lead_queries.STATE.SUPPORTED,
    lead_queries.STATE.REFUTED,
    lead_queries.STATE.NONE,
)


class SaysTooLittle(BadInput):
    """What is decided, about what, or why, is missing."""

    code = "decision.says_too_little"
    words = _("Say what is decided, about what, and why.")


class NotYet(Conflict):
    """The search behind the lead waits for its authority."""

    code = "decision.no_authority"
    words = _(
        "The search behind this lead started urgently and has no authority yet. Nothing is "
        "decided on it before that."
    )


class NotSuperseded(Conflict):
    """The decision cannot be superseded now."""

    code = "decision.not_superseded"
    words = _(
        "Only a decision of the same kind that stands, and that no other waits to supersede."
    )


class NotYours(Conflict):
    """The decision does not wait for this member."""

    code = "decision.not_yours"
    words = _("Who proposed this cannot confirm it, and one that was answered stays answered.")


class NotCompared(Conflict):
    """The pair behind the lead was not found by two people to support one person."""

    code = "decision.not_compared"
    words = _(
        "Who somebody is stands on two faces only when two people compared them, the second "
        "one blind, and both found that they support the same person."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a member decides."""

    kind: str  # a word of KIND
    said: str  # the identity; a verdict on a lead; what else
    reason: str
    group: str = ""  # public id
    other_group: str = ""
    exhibit: UUID | None = None
    lead: UUID | None = None
    supersedes: UUID | None = None


@transaction.atomic
def decide(case_id: UUID, said: Said, *, by: Member, at: datetime) -> Decision:
    """Decide something; an identity waits for a second person unless a rule says otherwise.

    Raises:
        CaseNotFound, NotAllowed, GroupNotFound, ExhibitNotFound, LeadNotFound,
            DecisionNotFound: Not there, or not to be done.
        SaysTooLittle: Something is missing.
        NotYet: Its lead comes of a search that waits for an authority.
        NotCompared: An identity on a pair that two people did not find to support it.
        NotSuperseded: The earlier one does not stand, or another waits to supersede it.
        NotTwo: One of two groups that are not the same has no faces.
    """
    case = cases.get(case_id, member=by, to="work")
    analysis.lock_groups(case.pk)  # one decision of a case at a time
    _check(said)
    made = Decision(case=case, kind=said.kind, said=said.said.strip(), reason=said.reason.strip())
    made.group = faces.group(case, said.group) if said.group else None
    made.other_group = faces.group(case, said.other_group) if said.other_group else None
    if said.exhibit is not None:
        made.exhibit = evidence.get(said.exhibit, member=by, case_id=case_id)
    made.lead = _lead(case, said, by)
    made.supersedes = _earlier(case, said)
    if made.group is not None and made.group == made.other_group:
        raise SaysTooLittle("a group is one person with itself")
    made.needs_second, made.rule = _rule(case, said.kind)
    made.made_by, made.made_at = by, at
    made.save()
    # A group that a decision names is no longer the program's to dissolve.
    analysis.finish_groups([one for one in (made.group, made.other_group) if one is not None])
    _record(made)
    # Nothing joins or suggests the two any more; each decision has its own way back.
    if made.kind == KIND.NOT_SAME and made.group and made.other_group:
        people.tell_groups_apart(
            case_id,
            (made.group.public_id, made.other_group.public_id),
            reason=made.reason[:500],
            by=by,
            at=at,
        )
    if said.kind == KIND.LEAD and made.lead is not None:
        step = leads.Step(
            state=said.said, why=made.reason[:500], assigned_to=made.lead.assigned_to_id
        )
        leads.change(case_id, made.lead.public_id, step, by=by, at=at)
    return made


def answer(  # the second person
    case_id: UUID, decision_id: UUID, *, agrees: bool, reason: str, by: Member, at: datetime
) -> Answer:
    """Confirm a decision as the second person, or do not; both stay.

    Raises:
        CaseNotFound, NotAllowed, DecisionNotFound: Not there, or not to be done.
        NotYours: The member proposed it, or it does not wait.
        SaysTooLittle: No reason was given.
    """
    try:
        with transaction.atomic():
            return _answer(case_id, decision_id, agrees=agrees, reason=reason, by=by, at=at)
    except IntegrityError as error:
        raise NotYours("another member answered in the same moment") from error


@transaction.atomic
def view(
    case_id: UUID, decision_id: UUID, *, by: Member, at: datetime
) -> tuple[Case, queries.Standing]:
    """Open a decision; that is recorded.

    Raises:
        CaseNotFound, DecisionNotFound: Not there or not to be seen.
    """
    case = cases.get(case_id, member=by)
    found = queries.standing(case, queries.get(case, decision_id), member=by)
    record("decision.view", actor=by, target=found.decision, case_id=case.pk, at=at)
    return case, found


@transaction.atomic
def set_rule(*, is_on: bool, basis: str, reason: str, by: Member, at: datetime) -> TwoPeople:
    """Say whether an identification takes two people in the member's agency.

    Raises:
        SaysTooLittle: No reason; or switched off and no legal basis.
    """
    if not reason.strip() or not (is_on or basis.strip()):
        raise SaysTooLittle("the rule of two people is set for a reason and off on a basis")
    made = TwoPeople.objects.create(
        agency_id=by.agency_id,
        is_on=is_on,
        basis=basis.strip(),
        reason=reason.strip(),
        set_by=by,
        set_at=at,
    )
    record(
        "decision.set_rule",
        actor=by,
        target=made,
        at=at,
        reason=made.reason,
        personal={"basis": made.basis} if made.basis else None,
        is_on=made.is_on,
    )
    return made


def _answer(
    case_id: UUID, decision_id: UUID, *, agrees: bool, reason: str, by: Member, at: datetime
) -> Answer:
    case = cases.get(case_id, member=by, to="work")
    analysis.lock_groups(case.pk)
    found = queries.standing(case, queries.get(case, decision_id), member=by)
    if not found.may_answer:
        raise NotYours(f"decision {found.decision.pk} does not wait for member {by.pk}")
    if not reason.strip():
        raise SaysTooLittle("the second person says why")
    made = Answer.objects.create(
        decision=found.decision,
        proposed_by_id=found.decision.made_by_id,
        agrees=agrees,
        reason=reason.strip(),
        made_by=by,
        made_at=at,
    )
    record(
        "decision.confirm" if agrees else "decision.refuse",
        actor=by,
        target=found.decision,
        case_id=case.pk,
        at=at,
        reason=made.reason,
        proposed_by=made.proposed_by_id,
    )
    return made


def _check(said: Said) -> None:
    """Return if a decision says what its kind wants.

    Raises:
        SaysTooLittle: It does not.
    """
    wants = {
        KIND.IDENTITY: bool(said.group),
        KIND.NOT_SAME: bool(said.group and said.other_group),
        KIND.LEAD: said.lead is not None and said.said in VERDICTS,
        KIND.STOP: said.exhibit is not None,
        KIND.OWN: True,
    }
    if said.kind not in KIND or not said.said.strip() or not said.reason.strip():
        raise SaysTooLittle("a decision says what and why")
    if not wants[KIND(said.kind)]:
        raise SaysTooLittle(f"a decision of the kind {said.kind} says about what")


def _lead(case: Case, said: Said, by: Member) -> Lead | None:
    """Return the lead that a decision stands on.

    An identity on a pair is proposed after the second comparison: to propose it before would
    tell the second reviewer what the first one concluded.

    Raises:
        LeadNotFound: Not in this case.
        NotYet: Its search waits for an authority, and may still be refused.
        NotCompared: Two people did not find that the pair supports one person.
    """
    if said.lead is None:
        return None
    lead = lead_queries.get(case, said.lead, member=by)
    if lead.candidate is None:
        return lead
    if searches.is_pending(lead.candidate.search):
        raise NotYet(f"search {lead.candidate.search_id} has no authority yet")
    made = comparison.comparison_of(case, lead.candidate.pk)
    both = [one.conclusion == comparison.CONCLUSION.SAME for one in made]
    if said.kind == KIND.IDENTITY and both != [True, True]:
        raise NotCompared(f"candidate {lead.candidate.pk} was not found so by two people")
    return lead


def _earlier(case: Case, said: Said) -> Decision | None:
    """Return the decision that a new one supersedes.

    Raises:
        DecisionNotFound: Not in this case.
        NotSuperseded: It does not stand, is of another kind, or another waits already.
    """
    if said.supersedes is None:
        return None
    found = queries.get(case, said.supersedes)
    waiting = any(queries.state_alone(one) == "waits" for one in found.later.all())
    if queries.state(found) != "stands" or found.kind != said.kind or waiting:
        raise NotSuperseded(f"decision {found.pk} cannot be superseded")
    return found


def _rule(case: Case, kind: str) -> tuple[bool, TwoPeople | None]:
    """Return whether a decision takes two people, and the rule that says one is enough."""
    if kind != KIND.IDENTITY:
        return False, None
    rule = queries.rule(case.agency_id)
    return (True, None) if rule is None or rule.is_on else (False, rule)


def _record(made: Decision) -> None:
    """Put a decision on the record: what was said of whom stands beside it."""
    record(
        "decision.make",
        actor=made.made_by,
        target=made,
        case_id=made.case_id,
        at=made.made_at,
        reason=made.reason,
        personal={"said": made.said},
        kind=made.kind,
        group=made.group_id,
        other_group=made.other_group_id,
        exhibit=made.exhibit_id,
        lead=made.lead_id,
        supersedes=made.supersedes_id,
        needs_second=made.needs_second,
        rule=made.rule_id,
    )
