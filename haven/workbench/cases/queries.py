"""Which cases may be seen, and what a member may do in them.

In      the member who asks
Out     cases with the member's role, and who else works on them
Fails   CaseNotFound: not there, or not the member's; nobody can tell which
        NotAllowed: the case may be seen, but the role does not allow the act
        CaseLocked: it is closed, or past its date
Why     visible_to() is the only door to a case and to everything inside it
Not     here: changing a case (actions.py)
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haven.accounts import access
from haven.accounts import queries as accounts
from haven.web.errors import NotAllowed, NotFound
from haven.workbench.cases.models import Case, Clock, Membership

if TYPE_CHECKING:
    from uuid import UUID

    from haven.accounts.models import Member

ROLES = Membership.Role

# What each role may do beyond looking. The one table of rights inside a case.
MAY: dict[str, frozenset[str]] = {
    "work": frozenset({ROLES.LEAD, ROLES.WORKER}),  # add, analyse, search, group, name
    "lead": frozenset({ROLES.LEAD}),  # say who is on the case
}


_only: ContextVar[int | None] = ContextVar("only_case", default=None)


class CaseLocked(NotAllowed):
    """The case may be looked at, but nothing may be added, analysed or decided."""

    code = "case.locked"
    words = _(
        "This case is closed, or the date until which it may be kept has passed. Its lead can "
        "open it again, set another date with a reason, or have it erased."
    )


class CaseNotFound(NotFound):
    """No such case among those the member may see."""

    code = "case.not_found"


@contextmanager
def limited_to(case_pk: int) -> Iterator[None]:
    """Let one case be there for a block and no other, whoever asks: a program's token."""
    before = _only.set(case_pk)
    try:
        yield
    finally:
        _only.reset(before)


def visible_to(member: Member) -> QuerySet[Case]:
    """Return the cases a member works on, each with `my_role` and `keep_until`.

    One that two people decided to erase is not among them from that moment on.
    """
    mine = Case.objects.filter(memberships__member=member, agency_id=member.agency_id)
    if (only := _only.get()) is not None:
        mine = mine.filter(pk=only)
    return mine.exclude(clock__erasing=True).annotate(
        my_role=F("memberships__role"), keep_until=F("clock__keep_until")
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
        CaseLocked: To be worked on, but closed or past its date.
    """
    case = visible_to(member).filter(public_id=case_id).first()
    if case is None:
        raise CaseNotFound("no such case for this member")
    if to == "work" and is_locked(case):
        raise CaseLocked(f"case {case.pk} is closed, or past its date")
    if to and not allows(case, to):
        raise NotAllowed(f"the member's role in case {case.pk} does not allow: {to}")
    return case


def every_case() -> QuerySet[Case]:
    """Return all cases of all agencies, for the program's own work alone; no page uses it."""
    return Case.objects.order_by("pk")


def allows(case: Case, to: str) -> bool:
    """Tell whether the member for whom the case was looked up may do an act."""
    if to == "work" and is_locked(case):
        return False
    return getattr(case, "my_role", "") in MAY[to]


def is_locked(case: Case) -> bool:
    """Tell whether a case that was looked up is closed, or past the date it may be kept."""
    keep_until = getattr(case, "keep_until", None)
    is_past = keep_until is not None and keep_until < timezone.localdate()
    return is_past or case.status == Case.Status.CLOSED


def is_erasing(case_pk: int) -> bool:
    """Tell whether two people decided that a case is erased."""
    return Clock.objects.filter(case=case_pk, erasing=True).exists()


def members(case: Case) -> QuerySet[Membership]:
    """Return who works on a case, in the order in which they came."""
    return Membership.objects.filter(case=case).select_related("member")


def responsible(case: Case) -> Member:
    """Return who answers for a case."""
    return case.responsible


def colleagues(case: Case, *, of: Member) -> list[Member]:
    """Return the colleagues of a member who could work on a case and do not yet."""
    working = set(Membership.objects.filter(case=case).values_list("member_id", flat=True))
    return [
        one
        for one in accounts.colleagues(of)
        if one.pk not in working and access.allows(one, "case.work")
    ]
