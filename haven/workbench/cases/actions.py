"""Opening cases and saying who works on them.

In      what a member asks for
Out     the changed rows
Fails   CaseNotFound, NotAllowed, MemberNotOnCase; NumberTaken, AlreadyOnCase, OtherAgency,
        NoCasework, LastLead, StillResponsible, ReadsOnly
Why     check, change and record in one transaction
Not     here: who may see a case (queries.py)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from haven.accounts import access
from haven.audit.actions import record
from haven.web.errors import BadInput, Conflict, NotFound
from haven.workbench.cases import clocks, keys, queries
from haven.workbench.cases.models import Case, Membership

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from haven.accounts.models import Member


NUMBER_RULE = "case_number_is_used_once_in_an_agency"  # of models.py


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


class NoCasework(BadInput):
    """No role of the member in the agency is one for work on cases."""

    code = "case.no_casework"
    words = _("This member has no role in your agency that works on cases.")


class MemberNotOnCase(NotFound):
    """No such member among those who work on the case."""

    code = "case.member_not_found"


class LastLead(Conflict):
    """Nobody would lead the case any more."""

    code = "case.last_lead"
    words = _("Somebody must lead the case. Let another member lead it first.")


class StillResponsible(Conflict):
    """The member answers for the case."""

    code = "case.still_responsible"
    words = _("This member is the responsible officer. Name another one first.")


class ReadsOnly(Conflict):
    """Who only reads a case cannot answer for it."""

    code = "case.reads_only"
    words = _("Who only reads a case cannot be its responsible officer.")


@transaction.atomic
def open_case(*, number: str, name: str, by: Member, at: datetime) -> Case:
    """Open a case with a key of its own; whoever opens it leads it.

    Raises:
        NumberTaken: The agency uses the number already.
        WrapperTrouble: The master key cannot be had.
    """
    number, name = number.strip(), name.strip()
    case = Case(
        number=number,
        name=name,
        agency_id=by.agency_id,
        opened_by=by,
        opened_at=at,
        responsible=by,
    )
    try:
        with transaction.atomic():  # the case that has the number may be one nobody may see
            case.save(force_insert=True)
    except IntegrityError as error:
        if NUMBER_RULE not in str(error):
            raise
        raise NumberTaken(f"agency {by.agency_id} uses this number already") from None
    Membership.objects.create(
        case=case, member=by, role=Membership.Role.LEAD, added_by=by, added_at=at
    )
    keys.make(case)
    clocks.start(case)
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
        NoCasework: The member's roles in the agency allow no work on cases.
        AlreadyOnCase: The member is on the case.
    """
    case = queries.get(case_id, member=by, to="lead")
    if member.agency_id != case.agency_id:
        raise OtherAgency(f"member {member.pk} is not of agency {case.agency_id}")
    if not access.allows(member, "case.work"):
        raise NoCasework(f"no role of member {member.pk} allows: case.work")
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
def change_role(
    case_id: UUID, member_pk: int, *, role: str, by: Member, at: datetime
) -> Membership:
    """Give a member of a case another role in it; it holds from the next request on.

    Raises:
        CaseNotFound, NotAllowed, MemberNotOnCase: `by` does not lead a case he can see, or
            the member is not on it.
        LastLead: Nobody would lead the case.
        StillResponsible: The responsible officer would only read.
    """
    case = _led(case_id, by)
    membership = _membership(case, member_pk)
    before, wanted = membership.role, Membership.Role(role)
    if before == wanted:
        return membership
    _keep_a_lead(case, membership)
    if wanted == Membership.Role.READER and case.responsible_id == member_pk:
        raise StillResponsible(f"member {member_pk} answers for case {case.pk}")
    membership.role = wanted
    membership.save(update_fields=["role"])
    record(
        "case.change_role",
        actor=by,
        target=case,
        case_id=case.pk,
        at=at,
        member=member_pk,
        role=str(wanted),
        before=before,
    )
    return membership


@transaction.atomic
def take_off(case_id: UUID, member_pk: int, *, by: Member, at: datetime) -> None:
    """End a member's work on a case; from the next request on it is not there for him.

    Raises:
        CaseNotFound, NotAllowed, MemberNotOnCase: `by` does not lead a case he can see, or
            the member is not on it.
        LastLead: Nobody would lead the case.
        StillResponsible: The member answers for the case.
    """
    case = _led(case_id, by)
    membership = _membership(case, member_pk)
    _keep_a_lead(case, membership)
    if case.responsible_id == member_pk:
        raise StillResponsible(f"member {member_pk} answers for case {case.pk}")
    role = membership.role
    membership.delete()
    record(
        "case.take_off",
        actor=by,
        target=case,
        case_id=case.pk,
        at=at,
        member=member_pk,
        role=role,
    )


@transaction.atomic
def name_responsible(case_id: UUID, member_pk: int, *, by: Member, at: datetime) -> Case:
    """Say which member of a case answers for it.

    Raises:
        CaseNotFound, NotAllowed, MemberNotOnCase: `by` does not lead a case he can see, or
            the member is not on it.
        ReadsOnly: The member only reads the case.
    """
    case = _led(case_id, by)
    membership = _membership(case, member_pk)
    if membership.role == Membership.Role.READER:
        raise ReadsOnly(f"member {member_pk} only reads case {case.pk}")
    before = case.responsible_id
    case.responsible_id = member_pk
    case.save(update_fields=["responsible"])
    record(
        "case.name_responsible",
        actor=by,
        target=case,
        case_id=case.pk,
        at=at,
        member=member_pk,
        before=before,
    )
    return case


@transaction.atomic
def view(case_id: UUID, *, by: Member, at: datetime) -> Case:
    """Look into a case; that is recorded.

    Raises:
        CaseNotFound: Not there or not to be seen.
    """
    case = queries.get(case_id, member=by)
    record("case.view", actor=by, target=case, case_id=case.pk, at=at)
    return case


def _led(case_id: UUID, by: Member) -> Case:
    """Return a case that a member leads, held until the transaction ends.

    Two leads who take each other off at one moment come one after the other.
    """
    case = queries.get(case_id, member=by, to="lead")
    Case.objects.select_for_update().get(pk=case.pk)
    return queries.get(case_id, member=by, to="lead")


def _membership(case: Case, member_pk: int) -> Membership:
    """Return a member's place on a case.

    Raises:
        MemberNotOnCase: The member has none.
    """
    found = Membership.objects.filter(case=case, member_id=member_pk).first()
    if found is None:
        raise MemberNotOnCase(f"no such member on case {case.pk}")
    return found


def _keep_a_lead(case: Case, leaving: Membership) -> None:
    """Return if somebody leads the case without this member.

    Raises:
        LastLead: Nobody would.
    """
    others = Membership.objects.filter(case=case, role=Membership.Role.LEAD).exclude(pk=leaving.pk)
    if leaving.role == Membership.Role.LEAD and not others.exists():
        raise LastLead(f"case {case.pk} would have no lead")


@transaction.atomic
def close(case_id: UUID, *, by: Member, at: datetime) -> Case:
    """Close a case: it can be looked at, and nothing more.

    Raises:
        CaseNotFound, NotAllowed: `by` does not lead a case he can see.
    """
    return _set_status(case_id, Case.Status.CLOSED, by=by, at=at)


@transaction.atomic
def reopen(case_id: UUID, *, by: Member, at: datetime) -> Case:
    """Open a closed case again.

    Raises:
        CaseNotFound, NotAllowed: `by` does not lead a case he can see.
    """
    return _set_status(case_id, Case.Status.OPEN, by=by, at=at)


def _set_status(case_id: UUID, status: Case.Status, *, by: Member, at: datetime) -> Case:
    """Write the status of a case; one that has it already is left alone."""
    case = queries.get(case_id, member=by, to="lead")
    if case.status != status:
        case.status = status
        case.save(update_fields=["status"])
        verb = "case.close" if status == Case.Status.CLOSED else "case.reopen"
        record(verb, actor=by, target=case, case_id=case.pk, at=at)
    return case
