"""Which orders to erase may be seen, and by whom they may be decided.

In      the member who asks
Out     orders, erased cases, dates of the agency
Fails   ErasureNotFound: not there, or not the member's; nobody can tell which
Why     who watches dates sees numbers and dates, and nothing of a case
Not     here: asking and deciding (actions.py)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from haven.accounts import access
from haven.web.errors import NotFound
from haven.workbench.cases import queries as cases
from haven.workbench.retention.models import Erasure

if TYPE_CHECKING:
    from uuid import UUID

    from haven.accounts.models import Member
    from haven.workbench.cases.models import Case

State, Ground = Erasure.State, Erasure.Ground


class ErasureNotFound(NotFound):
    """No such order among those the member may see."""

    code = "erasure.not_found"


def visible_to(member: Member) -> QuerySet[Erasure]:
    """Return the orders of the member's agency, or those of cases the member works on."""
    ours = Erasure.objects.filter(agency_id=member.agency_id).select_related(
        "asked_by", "confirmed_by"
    )
    if access.allows(member, "retention.watch"):
        return ours
    mine = cases.visible_to(member).values("pk")
    return ours.filter(Q(case_key__in=mine) | Q(asked_by=member) | Q(confirmed_by=member))


def get(erasure_id: UUID, *, member: Member) -> Erasure:
    """Return one order.

    Raises:
        ErasureNotFound: Not there or not to be seen.
    """
    found = visible_to(member).filter(public_id=erasure_id).first()
    if found is None:
        raise ErasureNotFound("no such erasure for this member")
    return found


def waiting(case: Case) -> Erasure | None:
    """Return the order for a case that waits for its second person."""
    return (
        Erasure.objects.filter(case_key=case.pk, state=State.ASKED)
        .select_related("asked_by")
        .first()
    )


def may_confirm(erasure: Erasure, member: Member) -> bool:
    """Tell whether a member may be the second person.

    Two different people, each the lead of the case or a supervisor of its agency, and at
    least one of them a supervisor.
    """
    if erasure.state != State.ASKED or erasure.asked_by_id == member.pk:
        return False
    if member.agency_id != erasure.agency_id:
        return False
    if access.allows(member, "erasure.decide"):
        return True
    return access.allows(erasure.asked_by, "erasure.decide") and leads(
        erasure.case_public_id, member
    )


def may_withdraw(erasure: Erasure, member: Member) -> bool:
    """Tell whether a member may withdraw an order that waits."""
    if erasure.state != State.ASKED:
        return False
    return erasure.asked_by_id == member.pk or may_decide(member)


def may_decide(member: Member) -> bool:
    """Tell whether a member is a supervisor, whom erasing takes."""
    return access.allows(member, "erasure.decide")


def may_watch(member: Member) -> bool:
    """Tell whether a member may see the dates of the agency."""
    return access.allows(member, "retention.watch")


def leads(case_id: UUID, member: Member) -> bool:
    """Tell whether a member leads a case."""
    case = cases.visible_to(member).filter(public_id=case_id).first()
    return case is not None and cases.allows(case, "lead")


def destroyed_keys() -> QuerySet[Erasure]:
    """Return the orders whose case's key is destroyed, for backups: it must not come back."""
    return Erasure.objects.filter(key_destroyed_at__isnull=False)
