"""Opening cases and saying who works on them.

In      what a member asks for
Out     the changed rows
Fails   CaseNotFound, NotAllowed; NumberTaken, AlreadyOnCase, OtherAgency
Why     check, change and record in one transaction
Not     here: who may see a case (queries.py)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from haven.audit.actions import record
from haven.web.errors import BadInput, Conflict
from haven.workbench.cases import keys, queries
from haven.workbench.cases.models import Case, Membership

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from haven.accounts.models import Member


class NumberTaken(Conflict):
    """The agency has a case with this number already."""

    code = "case.number_taken"
    words = _("Your agency already has a case with this number.")


class AlreadyOnCase(Conflict):
    """The member works on the case already."""

    code = "case.already_member"
    words = _("This member already works on the case.")


class OtherAgency(BadInput):
    """Only members of the case's agency can work on it."""

    code = "case.other_agency"
    words = _("Only members of your agency can work on this case.")


@transaction.atomic
def open_case(*, number: str, name: str, by: Member, at: datetime) -> Case:
    """Open a case with a key of its own; whoever opens it leads it.

    Raises:
        NumberTaken: The agency uses the number already.
        WrapperTrouble: The master key cannot be had.
    """
    number, name = number.strip(), name.strip()
    if Case.objects.filter(agency_id=by.agency_id, number=number).exists():
        raise NumberTaken(f"agency {by.agency_id} uses this number already")
    case = Case.objects.create(
        number=number, name=name, agency_id=by.agency_id, opened_by=by, opened_at=at
    )
    keys.make(case)
    Membership.objects.create(
        case=case, member=by, role=Membership.Role.LEAD, added_by=by, added_at=at
    )
    record("case.open", actor=by, target=case, case_id=case.pk, at=at)
    return queries.get(case.public_id, member=by)


@transaction.atomic
def add_member(
    case_id: UUID, *, member: Member, role: str, by: Member, at: datetime
) -> Membership:
    """Let a colleague of the same agency work on a case.

    Raises:
        CaseNotFound, NotAllowed: `by` does not lead a case he can see.
        OtherAgency: The member belongs to another agency.
        AlreadyOnCase: The member is on the case.
    """
    case = queries.get(case_id, member=by, to="lead")
    if member.agency_id != case.agency_id:
        raise OtherAgency(f"member {member.pk} is not of agency {case.agency_id}")
    membership, is_new = Membership.objects.get_or_create(
        case=case,
        member=member,
        defaults={"role": Membership.Role(role), "added_by": by, "added_at": at},
    )
    if not is_new:
        raise AlreadyOnCase(f"member {member.pk} is on case {case.pk}")
    record(
        "case.add_member",
        actor=by,
        target=case,
        case_id=case.pk,
        at=at,
        member=member.pk,
        role=membership.role,
    )
    return membership


@transaction.atomic
def view(case_id: UUID, *, by: Member, at: datetime) -> Case:
    """Look into a case; that is recorded.

    Raises:
        CaseNotFound: Not there or not to be seen.
    """
    case = queries.get(case_id, member=by)
    record("case.view", actor=by, target=case, case_id=case.pk, at=at)
    return case
