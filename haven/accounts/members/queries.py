"""Which members may be looked after, and what is known of them.

In      the member who asks
Out     members, with the acts of the record that are about them
Fails   MemberNotFound: not there, or not for this member; nobody can tell which
Not     here: colleagues for a case (accounts/queries.py)
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from haven.accounts import access, factors
from haven.accounts.access import Role
from haven.accounts.models import Agency, Member
from haven.audit import queries as audit
from haven.audit import verbs
from haven.web.errors import NotFound

if TYPE_CHECKING:
    from haven.audit.models import Event

STATUSES, BECAUSE = Member.Status, Member.Because
SHOWN = frozenset({verbs.Kind.ADMINISTRATION, verbs.Kind.ERASURE})
HISTORY_LENGTH = 50
NEEDED = (Role.ADMINISTRATOR, Role.CURATOR)  # roles that somebody always has
DUE_DAYS = 30  # so long before the day the yearly confirmation can be given


class MemberNotFound(NotFound):
    """No such member among those who may be looked after."""

    code = "member.not_found"


def manageable(member: Member) -> QuerySet[Member]:
    """Return the members a member looks after.

    An administrator: those of the own agency. A curator: those of the own agency and of
    the providers, who have no administrator.
    """
    everyone = Member.objects.select_related("agency", "supervisor", "duty_confirmed_by")
    if not access.allows(member, "members.manage"):
        return everyone.none()
    theirs = Q(agency_id=member.agency_id)
    if Role.CURATOR in member.roles:
        theirs |= Q(agency__kind=Agency.Kind.PROVIDER)
    return everyone.filter(theirs)


def filtered(
    member: Member, *, words: str = "", role: str = "", status: str = ""
) -> QuerySet[Member]:
    """Return the members a member looks after, only some of them."""
    found = manageable(member)
    if words:
        found = found.filter(
            Q(display_name__icontains=words)
            | Q(email__icontains=words)
            | Q(username__icontains=words)
        )
    if role:
        found = found.filter(roles__contains=[role])
    if status:
        found = found.filter(status=status)
    return found


def get(member_id: int, *, member: Member, lock: bool = False) -> Member:
    """Return one member who is looked after.

    Raises:
        MemberNotFound: Not there, or not for this member.
    """
    found = manageable(member).filter(pk=member_id)
    one = (found.select_for_update(of=("self",)) if lock else found).first()
    if one is None:
        raise MemberNotFound(f"no member {member_id} for member {member.pk}")
    return one


def others_with(role: str, *, than: Member) -> QuerySet[Member]:
    """Return the active members who have a role as well: in the agency, or as a curator."""
    others = Member.objects.filter(
        roles__contains=[role],
        is_active=True,
        status=Member.Status.ACTIVE,
        agency__status=Agency.Status.ACTIVE,
    ).exclude(pk=than.pk)
    return others if role == Role.CURATOR else others.filter(agency_id=than.agency_id)


def is_last(role: str, member: Member) -> bool:
    """Tell whether a member is the last one with a role that cannot be missing."""
    return role in member.roles and not others_with(role, than=member).exists()


def history(member: Member) -> list[Event]:
    """Return what the record says about a member: joining, roles, pauses; no sign-in."""
    names = [verb for verb, about in verbs.VERBS.items() if about.kind in SHOWN]
    events = audit.of_target("accounts.member", str(member.pk)).filter(verb__in=names)
    return list(events.select_related("personal")[:HISTORY_LENGTH])


def by_address(address: str) -> Member | None:
    """Return the member with an address, for joining alone."""
    return Member.objects.select_related("agency").filter(email__iexact=address).first()


def is_setting_up(member: Member | None) -> bool:
    """Tell whether a member was let in and has no way to sign in yet."""
    return (
        member is not None
        and member.status == Member.Status.INVITED
        and member.is_active
        and not factors.any_of(member)
    )


def unconfirmed(member: Member, *, on: dt.date) -> QuerySet[Member]:
    """Return who waits for the yearly confirmation by this member: never the member's own."""
    due = Q(verified_until__lte=on + dt.timedelta(days=DUE_DAYS), duty_confirmed_at=None)
    return (
        manageable(member)
        .filter(due)
        .filter(Q(is_active=True) | Q(suspended_because=BECAUSE.UNVERIFIED))
        .exclude(pk=member.pk)
        .order_by("verified_until", "display_name")
    )


def is_due(member: Member, *, on: dt.date) -> bool:
    """Tell whether the yearly confirmation of a member can be given now."""
    until = member.verified_until
    return until is not None and until <= on + dt.timedelta(days=DUE_DAYS)
