"""Asking a colleague to agree that a whole picture is opened, and the answer.

In      an item, a reason; later a colleague's yes or no
Out     a request, decided once by another member who works on the case
Fails   CaseNotFound, ItemNotFound, NotAllowed, CaseLocked, NoPicture, ReasonNeeded;
        RequestNotFound, AlreadyDecided
Why     an agency may want two people to know that a whole picture is needed
Not     here: opening it (actions.py), which looks for the yes
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from haven.audit.actions import record
from haven.web.errors import Conflict
from haven.workbench.cases import queries as cases
from haven.workbench.reveals import queries
from haven.workbench.reveals.actions import ReasonNeeded, Who, item_of
from haven.workbench.reveals.models import SecondPerson
from haven.workbench.wellbeing import queries as wellbeing

if TYPE_CHECKING:
    from uuid import UUID


class AlreadyDecided(Conflict):
    """Somebody decided before, or it is one's own."""

    code = "reveal.already_decided"
    words = _("This request was decided before, or it is your own.")


@transaction.atomic
def ask_second(case_id: UUID, item_pk: int, *, reason: str, who: Who) -> SecondPerson:
    """Ask a colleague of the case to agree that a whole picture is opened.

    Raises:
        CaseNotFound, ItemNotFound, NotAllowed, CaseLocked: `who` may not work on it.
        NoPicture: Nothing can be opened. ReasonNeeded: The agency asks for a reason.
    """
    case, item = item_of(case_id, item_pk, who)
    policy = wellbeing.policy(case.agency_id)
    if policy.whole_needs_reason and not reason.strip():
        raise ReasonNeeded(f"a request for item {item.pk} wants a reason")
    waits = SecondPerson.objects.filter(item=item, asked_by=who.member, state=queries.STATE.ASKED)
    if (earlier := waits.first()) is not None:
        return earlier
    asked = SecondPerson.objects.create(
        item=item, asked_by=who.member, asked_at=who.at, reason=reason.strip()
    )
    record(
        "reveal.ask",
        actor=who.member,
        target=item,
        case_id=case.pk,
        at=who.at,
        reason=asked.reason,
        request=asked.pk,
    )
    return asked


@transaction.atomic
def decide(case_id: UUID, request_id: UUID, *, agrees: bool, who: Who) -> SecondPerson:
    """Agree, or do not, that a colleague opens a whole picture.

    Raises:
        CaseNotFound, NotAllowed, CaseLocked: `who` may not work on the case.
        RequestNotFound: Not in this case.
        AlreadyDecided: Decided before, or one's own.
    """
    case = cases.get(case_id, member=who.member, to="work")
    found = queries.request(case, request_id)
    request = SecondPerson.objects.select_for_update().get(pk=found.pk)
    if request.state != queries.STATE.ASKED or request.asked_by_id == who.member.pk:
        raise AlreadyDecided(f"request {request.pk} cannot be decided by member {who.member.pk}")
    minutes = wellbeing.policy(case.agency_id).approval_min
    request.state = queries.STATE.AGREED if agrees else queries.STATE.REFUSED
    request.decided_by, request.decided_at = who.member, who.at
    request.until = who.at + timedelta(minutes=minutes) if agrees else None
    request.save(update_fields=["state", "decided_by", "decided_at", "until"])
    record(
        "reveal.agree" if agrees else "reveal.refuse",
        actor=who.member,
        target=request.item,
        case_id=case.pk,
        at=who.at,
        request=request.pk,
        asked_by=request.asked_by_id,
    )
    return request
