"""Face templates of a case: whether they are made, how many there are, and erasing them.

In      a case; for erasing also who, when and why
Out     counts; after erasing, faces without a description and no groups of the program
Fails   CaseNotFound, NotAllowed; ReasonMissing, StillLooking
Why     a description of a face is biometric: it is made only where an authority of the case
        covers it, and can be erased alone while views and facts stay (R-LED-2)
Not     here: making them (running.py hands the engine the option `embed`)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.dispatch import Signal
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haven.audit.actions import record
from haven.web.errors import BadInput, Conflict
from haven.workbench.analysis import grouping, probing, queries
from haven.workbench.analysis.models import Face, FaceGroup, GroupingState, Item, Probe, ProbeFace
from haven.workbench.authority import queries as authority
from haven.workbench.cases import queries as cases

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from haven.accounts.models import Member
    from haven.workbench.authority.models import Authority
    from haven.workbench.cases.models import Case

AGAIN = "Erased before, and in a backup that was restored."


erased = Signal()  # with `case_pk`, before the end of the transaction: what rests on them goes


class ReasonMissing(BadInput):
    """No reason was given."""

    code = "templates.no_reason"
    words = _("Say why the face templates are erased.")


class StillLooking(Conflict):
    """A run is going and would make new ones."""

    code = "templates.still_looking"
    words = _("An exhibit is being looked at. Wait until it ended, or withdraw its authority.")


@dataclass(frozen=True, slots=True)
class State:
    """How a case stands with face templates."""

    authority: Authority | None  # what allows making them now
    n_faces: int
    n_templates: int  # of faces of the case, and of brought pictures


def state(case: Case, *, at: datetime) -> State:
    """Return how a case stands with face templates."""
    faces = Face.objects.filter(case=case)
    brought = ProbeFace.objects.filter(probe__case=case, embedding__isnull=False)
    return State(
        authority=authority.covering(case.pk, authority.POWER.TEMPLATES, at=at),
        n_faces=faces.count(),
        n_templates=faces.filter(embedding__isnull=False).count() + brought.count(),
    )


@transaction.atomic
def erase(case_id: UUID, *, reason: str, by: Member, at: datetime) -> int:
    """Erase the descriptions of all faces of a case; return how many there were.

    Views, crops, facts and what people decided stay. Groups that the program made go, and
    candidates of searches, as they rest on the descriptions. The tables are written anew
    soon. A later look makes descriptions again, if an authority allows it.

    Raises:
        CaseNotFound, NotAllowed: `by` does not lead a case he can see.
        ReasonMissing: No reason.
        StillLooking: A run of the case is going or waiting.
    """
    case = cases.get(case_id, member=by, to="lead")
    if not reason.strip():
        raise ReasonMissing("templates are erased with a reason")
    if queries.live_runs(case):
        raise StillLooking(f"a run of case {case.pk} is going")
    n_erased = _erase(case, at=at)
    record(
        "templates.erase",
        actor=by,
        target=case,
        case_id=case.pk,
        at=at,
        reason=reason,
        n_templates=n_erased,
    )
    return n_erased


def is_rewriting_due() -> bool:
    """Tell whether erased templates may still lie in a page of a table."""
    return GroupingState.objects.filter(templates_erased_at__isnull=False).exists()


@transaction.atomic
def note_rewritten(before: datetime) -> None:
    """Put on the record for which cases the tables were written anew, by the worker."""
    left = GroupingState.objects.filter(templates_erased_at__lte=before)
    for state in left.select_for_update(of=("self",)).select_related("case").order_by("pk"):
        record(
            "templates.rewrite",
            actor=None,
            target=state.case,
            case_id=state.case_id,
            agency_id=state.case.agency_id,
        )
        state.templates_erased_at = None
        state.save(update_fields=["templates_erased_at"])


@transaction.atomic
def erase_again(case_id: UUID, *, at: datetime) -> None:
    """Erase in a case from a backup what was erased before it was restored; by the program."""
    case = cases.every_case().filter(public_id=case_id).first()
    if case is None:
        return
    record(
        "templates.erase",
        actor=None,
        target=case,
        case_id=case.pk,
        agency_id=case.agency_id,
        at=at,
        reason=AGAIN,
        n_templates=_erase(case, at=at),
    )


def _erase(case: Case, *, at: datetime) -> int:
    """Erase the descriptions of all faces of a case; return how many there were."""
    grouping.lock(case.pk)
    n_erased = state(case, at=at).n_templates
    for probe in Probe.objects.filter(case=case).exclude(state=Probe.State.ERASED):
        probing.erase(probe)
    Face.objects.filter(case=case, embedding__isnull=False).update(embedding=None)
    Face.objects.filter(case=case, group__decided=False).update(group=None)
    FaceGroup.objects.filter(case=case, decided=False).delete()
    grouping.recount(case.pk)
    GroupingState.objects.filter(case=case).update(templates_erased_at=timezone.now())
    # A content without a key is looked at again by the next run, as it lost what it had.
    Item.objects.filter(case=case, n_faces__gt=0).update(options_key="")
    erased.send(sender=Face, case_pk=case.pk)
    return n_erased
