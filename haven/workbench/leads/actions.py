"""Making leads and following them.

In      a case, what a lead says, who, when
Out     a Lead; a LeadChange for each step
Fails   CaseNotFound, LeadNotFound, NotAllowed; OfferGone, NothingToLead, WrongStep
Why     a member takes up what the program offers: nothing becomes a lead by itself
Not     here: deciding on what is true (haven.workbench.decisions)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

import haven
from haven.audit.actions import record
from haven.web.errors import BadInput, Conflict
from haven.workbench.analysis import face_queries as faces
from haven.workbench.analysis import item_queries as items
from haven.workbench.cases import queries as cases
from haven.workbench.comparison import queries as comparison
from haven.workbench.leads import offers, queries
from haven.workbench.leads.models import Lead, LeadChange

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from haven.accounts.models import Member
    from haven.workbench.cases.models import Case

STATE = queries.STATE
_WORDS = {"strong": "strong", "moderate": "moderate"}  # of a candidate; the rest is weak


class OfferGone(Conflict):
    """Somebody took it up, or it is not so any more."""

    code = "lead.offer_gone"
    words = _("This offer was taken up, or what stood behind it has changed.")


class NothingToLead(Conflict):
    """The pair was not found to support the same person."""

    code = "lead.no_comparison"
    words = _("A lead is made of a pair that the first reviewer found to support one person.")


class WrongStep(BadInput):
    """A step of a lead says too little."""

    code = "lead.wrong_step"
    words = _("Say why; and to whom, where a lead is passed on.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a member says of a lead made by hand."""

    what: str
    disproof: str
    alternatives: str = ""
    item: int | None = None
    group: str = ""  # public id


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of a lead."""

    state: str  # a word of STATE
    why: str
    passed_to: str = ""
    assigned_to: int | None = None  # key of a member who works on the case


@transaction.atomic
def make(case_id: UUID, said: Said, *, by: Member, at: datetime) -> Lead:
    """Make a lead by hand.

    Raises:
        CaseNotFound, NotAllowed, ItemNotFound, GroupNotFound: Not there, or not to be done.
        WrongStep: What it is, or what would disprove it, is not said.
    """
    case = cases.get(case_id, member=by, to="work")
    if not said.what.strip() or not said.disproof.strip():
        raise WrongStep("a lead says what, and what would disprove it")
    lead = Lead(
        kind=queries.KIND.HAND,
        what=said.what.strip(),
        disproof=said.disproof.strip(),
        alternatives=said.alternatives.strip(),
        strength=queries.STRENGTH.UNKNOWN,
        item=items.item(case, said.item) if said.item is not None else None,
        group=faces.group(case, said.group) if said.group else None,
    )
    return _keep(case, lead, by, at)


def take_up(case_id: UUID, key: str, *, by: Member, at: datetime) -> Lead:
    """Make a lead of what the program offers.

    Raises:
        CaseNotFound, NotAllowed: Not there, or not to be done.
        OfferGone: It was taken up, or is not so any more.
    """
    try:
        with transaction.atomic():
            case = cases.get(case_id, member=by, to="work")
            offer = offers.get(case, key)
            if offer is None:
                raise OfferGone(f"case {case.pk} has no such offer")
            lead = Lead(
                kind=offer.kind,
                what=offer.what[:500],
                item_id=offer.item_pk,
                group_id=offer.group_pk,
                offer_key=offer.key,
                analyser=offer.analyser,
                version=offer.version[:80],
                strength=offer.strength,
                disproof=offer.disproof,
                alternatives=offer.alternatives,
                is_offered=True,
            )
            return _keep(case, lead, by, at)
    except IntegrityError as error:
        raise OfferGone("another member took it up in the same moment") from error


def from_comparison(case_id: UUID, candidate_pk: int, *, by: Member, at: datetime) -> Lead:
    """Make a lead of a pair that the first reviewer found to support one person.

    Raises:
        CaseNotFound, NotAllowed, LeadNotFound: Not there, or not to be done.
        NothingToLead: It was not so found, or the member may not know yet.
        OfferGone: A lead was made of it already.
    """
    try:
        with transaction.atomic():
            case = cases.get(case_id, member=by, to="work")
            return _keep(case, _of_pair(case, candidate_pk, by, at), by, at)
    except IntegrityError as error:
        raise OfferGone(f"a lead was made of candidate {candidate_pk}") from error


@transaction.atomic
def change(case_id: UUID, lead_id: UUID, step: Step, *, by: Member, at: datetime) -> LeadChange:
    """Take a lead a step further, or give it to another member.

    Raises:
        CaseNotFound, NotAllowed, LeadNotFound: Not there, or not to be done.
        WrongStep: It is not said why, or to whom; or the member does not work on the case.
    """
    case = cases.get(case_id, member=by, to="work")
    lead = queries.get(case, lead_id, member=by)
    Lead.objects.select_for_update().get(pk=lead.pk)
    able = {one.pk for one in queries.workers(case)}
    says_whom = step.state != STATE.PASSED_ON or step.passed_to.strip()
    is_known = step.state in STATE and (step.assigned_to is None or step.assigned_to in able)
    if not step.why.strip() or not says_whom or not is_known:
        raise WrongStep(f"a step of lead {lead.pk} says too little")
    return _step(lead, step, by, at)


@transaction.atomic
def view(case_id: UUID, lead_id: UUID, *, by: Member, at: datetime) -> tuple[Case, Lead]:
    """Open a lead; that is recorded.

    Raises:
        CaseNotFound, LeadNotFound: Not there or not to be seen.
    """
    case = cases.get(case_id, member=by)
    lead = queries.get(case, lead_id, member=by)
    record("lead.view", actor=by, target=lead, case_id=case.pk, at=at)
    return case, lead


def _of_pair(case: Case, candidate_pk: int, by: Member, at: datetime) -> Lead:
    """Return the lead of a pair, not yet written."""
    made = comparison.comparison_of(case, candidate_pk)
    if not comparison.is_candidate(case, candidate_pk, member=by, at=at):
        raise queries.LeadNotFound(f"no such candidate of case {case.pk}")
    if not made:
        raise NothingToLead(f"nobody compared candidate {candidate_pk}")
    first, seconds = made[0], made[1:]
    knows = first.reviewer_id == by.pk or bool(seconds)
    if first.conclusion != comparison.CONCLUSION.SAME or not knows:
        raise NothingToLead(f"candidate {candidate_pk} does not support one person")
    found = first.candidate
    same_case = found.face.case_id == case.pk
    told = found.search.made_with
    second = seconds[0] if seconds else None
    alternatives = [gettext("Relatives or others who look alike.")]
    if second is not None and second.conclusion != first.conclusion:
        alternatives.append(gettext("The second reviewer did not conclude the same."))
    if second is None:
        alternatives.append(gettext("No second reviewer has looked yet."))
    return Lead(
        kind=queries.KIND.COMPARISON,
        what=gettext("The face on item %(item)s may be that of the person looked for.")
        % {"item": found.face.item_id},
        item=found.face.item if same_case else None,
        group=found.face.group if same_case else None,
        candidate=found,
        offer_key=f"candidate:{found.pk}",
        analyser=str(told.get("model", "")) or gettext("comparison by eye"),
        version=", ".join(one[:12] for one in told.get("model_sha256", [])) or haven.__version__,
        strength="weak" if first.is_weak else _WORDS.get(found.strength, "weak"),
        distance=found.distance,
        n_searched=found.search.n_searched,
        disproof=gettext("A feature that cannot change differs: an ear, a mark, a scar."),
        alternatives=" ".join(alternatives),
        is_weak=first.is_weak,
    )


def _keep(case: Case, lead: Lead, by: Member, at: datetime) -> Lead:
    """Write a new lead and its record."""
    lead.case, lead.made_by, lead.made_at = case, by, at
    lead.save()
    record(
        "lead.take_up" if lead.is_offered else "lead.make",
        actor=by,
        target=lead,
        case_id=case.pk,
        at=at,
        personal={"what": lead.what},
        kind=lead.kind,
        strength=lead.strength,
        item=lead.item_id,
        group=lead.group_id,
        candidate=lead.candidate_id,
    )
    return lead


def _step(lead: Lead, step: Step, by: Member, at: datetime) -> LeadChange:
    """Write a step of a lead and its record."""
    before = lead.state
    lead.state, lead.assigned_to_id = step.state, step.assigned_to
    lead.save(update_fields=["state", "assigned_to"])
    made = LeadChange.objects.create(
        lead=lead,
        state=step.state,
        passed_to=step.passed_to.strip() if step.state == STATE.PASSED_ON else "",
        assigned_to_id=step.assigned_to,
        why=step.why.strip(),
        made_by=by,
        made_at=at,
    )
    record(
        "lead.change",
        actor=by,
        target=lead,
        case_id=lead.case_id,
        at=at,
        reason=made.why,
        personal={"passed_to": made.passed_to} if made.passed_to else None,
        before=before,
        state=made.state,
        assigned_to=made.assigned_to_id,
    )
    return made
