"""Which cases may be seen, and what a member may do in them.

In      the member who asks
Out     cases with the member's role, and who else works on them
Fails   CaseNotFound: not there, or not the member's; nobody can tell which
        NotAllowed: the case may be seen, but the role does not allow the act
Why     visible_to() is the only door to a case and to everything inside it
Not     here: changing a case (actions.py)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import F, QuerySet

from haven.accounts import access
from haven.accounts import queries as accounts
from haven.web.errors import NotAllowed, NotFound
from haven.workbench.cases.models import Case, Membership

if TYPE_CHECKING:
    from uuid import UUID

    from haven.accounts.models import Member

ROLES = Membership.Role

# What each role may do beyond looking. The one table of rights inside a case.
MAY: dict[str, frozenset[str]] = {
    "work": frozenset({ROLES.LEAD, ROLES.WORKER}),  # add, analyse, search, group, name
    "lead": frozenset({ROLES.LEAD}),  # say who is on the case
}


class CaseNotFound(NotFound):
    """No such case among those the member may see."""

    code = "case.not_found"


def visible_to(member: Member) -> QuerySet[Case]:
    """Return the cases a member works on, each with `my_role`."""
    return Case.objects.filter(memberships__member=member, agency_id=member.agency_id).annotate(
        my_role=F("memberships__role")
    )


def get(case_id: UUID, *, member: Member, to: str = "") -> Case:
    """Return one case.

    Args:
        case_id: Public id.
        member: Who asks.
        to: An act of MAY that the member's role must allow; empty for looking.

    Raises:
        CaseNotFound: Not there or not to be seen.
        NotAllowed: To be seen, but the role does not allow the act.
    """
    case = visible_to(member).filter(public_id=case_id).first()
    if case is None:
        raise CaseNotFound("no such case for this member")
    if to and not allows(case, to):
        raise NotAllowed(f"the member's role in case {case.pk} does not allow: {to}")
    return case


def every_case() -> QuerySet[Case]:
    """Return all cases of all agencies, for the program's own work alone; no page uses it."""
    return Case.objects.order_by("pk")


def allows(case: Case, to: str) -> bool:
    """Tell whether the member for whom the case was looked up may do an act."""
    return getattr(case, "my_role", "") in MAY[to]


def members(case: Case) -> QuerySet[Membership]:
    """Return who works on a case, in the order in which they came."""
    return Membership.objects.filter(case=case).select_related("member")


def colleagues(case: Case, *, of: Member) -> list[Member]:
    """Return the colleagues of a member who could work on a case and do not yet."""
    working = set(Membership.objects.filter(case=case).values_list("member_id", flat=True))
    return [
        one
        for one in accounts.colleagues(of)
        if one.pk not in working and access.allows(one, "case.work")
    ]
