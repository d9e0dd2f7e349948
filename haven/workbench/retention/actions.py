"""Asking to erase a case, and deciding it as a second person.

In      what a member asks for
Out     the changed order; after the second person, a job for the worker
Fails   CaseNotFound, NotAllowed, ErasureNotFound; AlreadyAsked, NotDue, SamePerson, NotWaiting
Why     erasing cannot be undone: two people, a ground and a reason, each step on the record
Not     here: the erasing itself (erasing.py)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haven.accounts import access
from haven.audit.actions import record
from haven.web.errors import Conflict, NotAllowed
from haven.workbench.cases import clocks, queueing
from haven.workbench.cases import queries as cases
from haven.workbench.retention import queries
from haven.workbench.retention.models import Erasure

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from haven.accounts.models import Member
    from haven.workbench.cases.models import Clock

ERASE, REWRITE = "retention.erase", "retention.rewrite"


class AlreadyAsked(Conflict):
    """Somebody asked for it before."""

    code = "erasure.already_asked"
    words = _("It was already asked to erase this case.")


class NotDue(Conflict):
    """The date has not passed."""

    code = "erasure.not_due"
    words = _("The date of this case has not passed yet. Name another ground, or wait.")


class SamePerson(NotAllowed):
    """Erasing takes two people, one of them a supervisor."""

    code = "erasure.same_person"
    words = _(
        "Erasing takes two people: the lead of the case and a supervisor, or two supervisors. "
        "You cannot be the second one here."
    )


class NotWaiting(Conflict):
    """The order was decided or withdrawn."""

    code = "erasure.not_waiting"
    words = _("This was already decided or withdrawn.")


@transaction.atomic
def ask(case_id: UUID, *, ground: str, reason: str, by: Member, at: datetime) -> Erasure:
    """Ask that a case be erased.

    Raises:
        CaseNotFound: Not there, not to be seen, or of another agency.
        NotAllowed: `by` neither leads the case nor is a supervisor.
        NotDue: The ground is the date, and it has not passed.
        AlreadyAsked: Somebody asked before.
        ReasonMissing: No reason.
    """
    clock = clocks.held(clock_to_ask_for(case_id, by))
    _require_due(ground, clock, at)
    if Erasure.objects.filter(case_key=clock.case_id).exclude(state=queries.State.WITHDRAWN):
        raise AlreadyAsked(f"case {clock.case_id} has an order")
    erasure = Erasure.objects.create(
        agency_id=clock.agency_id,
        case_key=clock.case_id,
        case_public_id=case_id,
        case_number=clock.number,
        case_opened_at=clock.opened_at,
        keep_until=clock.keep_until,
        ground=Erasure.Ground(ground),
        reason=reason.strip(),
        asked_by=by,
        asked_at=at,
    )
    _record("erasure.ask", erasure, by=by, at=at, reason=reason)
    return erasure


@transaction.atomic
def withdraw(erasure_id: UUID, *, by: Member, at: datetime) -> None:
    """Withdraw an order that nobody has confirmed.

    Raises:
        ErasureNotFound: Not there or not to be seen.
        NotAllowed: `by` neither asked for it nor is a supervisor.
        NotWaiting: It was decided.
    """
    erasure = _waiting(erasure_id, by)
    if not queries.may_withdraw(erasure, by):
        raise NotAllowed(f"member {by.pk} did not ask for erasure {erasure.pk}")
    erasure.state = queries.State.WITHDRAWN
    erasure.save(update_fields=["state"])
    _record("erasure.withdraw", erasure, by=by, at=at)


@transaction.atomic
def confirm(erasure_id: UUID, *, by: Member, at: datetime) -> None:
    """Decide as the second person that a case is erased; from now on nobody sees it.

    Raises:
        ErasureNotFound: Not there or not to be seen.
        SamePerson: `by` asked for it, or may not decide it.
        NotWaiting: It was decided.
        NotDue: The ground is the date, and another date was set since.
    """
    erasure = _waiting(erasure_id, by)
    if not queries.may_confirm(erasure, by):
        raise SamePerson(f"member {by.pk} cannot confirm erasure {erasure.pk}")
    clock = clocks.of_agency(by).select_for_update().get(case=erasure.case_key)
    _require_due(erasure.ground, clock, at)
    erasure.state = queries.State.CONFIRMED
    erasure.confirmed_by, erasure.confirmed_at = by, at
    erasure.save(update_fields=["state", "confirmed_by", "confirmed_at"])
    _record("erasure.confirm", erasure, by=by, at=at)
    clock.erasing = True
    clock.save(update_fields=["erasing"])
    queue(erasure)


def take_up() -> int:
    """Queue again what was confirmed and is not done; return how many."""
    left = Erasure.objects.filter(state=queries.State.CONFIRMED)
    return sum(queue(erasure) for erasure in left)


def queue(erasure: Erasure) -> bool:
    """Queue the job of an order; tell whether it was not queued already."""
    return queueing.once(ERASE, queue="probes", lock=f"erase-{erasure.pk}", erasure_id=erasure.pk)


def queue_rewriting() -> None:
    """Have the tables written anew that held face templates, once this transaction ended."""
    queueing.once(REWRITE, queue="probes", lock="rewrite")


def clock_to_ask_for(case_id: UUID, by: Member) -> Clock:
    """Return the clock of a case that a member may ask to erase.

    Raises:
        CaseNotFound, NotAllowed: See ask().
    """
    if access.allows(by, "erasure.decide"):
        clock = clocks.of_agency(by).filter(case_public_id=case_id, erasing=False).first()
        if clock is not None:
            return clock
    return clocks.of_case(cases.get(case_id, member=by, to="lead"))


def _require_due(ground: str, clock: Clock, at: datetime) -> None:
    """Return unless the ground is the date of a case and it has not passed.

    Raises:
        NotDue: It has not.
    """
    if ground == Erasure.Ground.DATE and clocks.days_left(clock, timezone.localdate(at)) >= 0:
        raise NotDue(f"case {clock.case_id} may be kept longer")


def _waiting(erasure_id: UUID, by: Member) -> Erasure:
    """Return an order that waits, held until the transaction ends."""
    seen = queries.get(erasure_id, member=by)
    erasure = Erasure.objects.select_for_update().get(pk=seen.pk)
    if erasure.state != queries.State.ASKED:
        raise NotWaiting(f"erasure {erasure.pk} is {erasure.state}")
    return erasure


def _record(verb: str, erasure: Erasure, *, by: Member, at: datetime, reason: str = "") -> None:
    """Put a step on the record."""
    record(
        verb,
        actor=by,
        target=erasure,
        case_id=erasure.case_key,
        at=at,
        reason=reason,
        ground=str(erasure.ground),
    )
