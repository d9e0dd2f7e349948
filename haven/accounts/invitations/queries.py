"""Which invitations may be seen.

In      the member who asks; the code of a link
Out     invitations
Fails   InvitationNotFound; LinkEnded
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from haven.accounts import access
from haven.accounts.access import Role
from haven.accounts.invitations.models import Invitation
from haven.accounts.members import queries as members
from haven.accounts.models import Agency
from haven.accounts.one_time_links import actions as links
from haven.web.errors import NotFound

if TYPE_CHECKING:
    from haven.accounts.models import Member


class InvitationNotFound(NotFound):
    """No such invitation among those the member may see."""

    code = "invitation.not_found"


def visible_to(member: Member) -> QuerySet[Invitation]:
    """Return the invitations a member looks after, the newest first.

    An administrator: those of the agency. A curator: those that curators made.
    """
    found = Invitation.objects.select_related("agency", "invited_by").order_by("-pk")
    if not access.allows(member, "members.manage"):
        return found.none()
    theirs = Q(agency_id=member.agency_id)
    if Role.CURATOR in member.roles:
        theirs |= Q(invited_by__roles__contains=[Role.CURATOR])
    return found.filter(theirs)


def get(invitation_id: int, *, member: Member, lock: bool = False) -> Invitation:
    """Return one invitation that a member looks after.

    Raises:
        InvitationNotFound: Not there, or not for this member.
    """
    found = visible_to(member).filter(pk=invitation_id)
    one = (found.select_for_update(of=("self",)) if lock else found).first()
    if one is None:
        raise InvitationNotFound(f"no invitation {invitation_id} for member {member.pk}")
    return one


def by_code(untrusted_code: str, *, at: dt.datetime) -> Invitation:
    """Return the open invitation of a link.

    Raises:
        LinkEnded: The link cannot be used.
    """
    link = links.find(untrusted_code, links.Purpose.INVITATION, at=at)
    found = (
        Invitation.objects.select_related("agency", "invited_by")
        .filter(pk=link.subject_id, state=Invitation.State.OPEN)
        .first()
    )
    if found is None or not stands(found):
        raise links.LinkEnded(f"invitation {link.subject_id} is not open")
    return found


def newcomer(untrusted_code: str, *, at: dt.datetime) -> Member | None:
    """Return who accepted by this link and has not set up the sign-in yet, or None."""
    link = links.find_used(untrusted_code, links.Purpose.INVITATION, at=at)
    if link is None:
        return None
    found = Invitation.objects.select_related("member").filter(pk=link.subject_id).first()
    member = found.member if found else None
    return member if members.is_setting_up(member) else None


def grantable(by: Member, agency: Agency) -> frozenset[Role]:
    """Return the roles a member may give in an agency: elsewhere as a curator alone."""
    if agency.pk == by.agency_id:
        return access.grantable(by)
    return access.GRANTS[Role.CURATOR] if Role.CURATOR in by.roles else frozenset()


def stands(invitation: Invitation) -> bool:
    """Tell whether the inviter could still invite: who is paused or gone lets nobody in."""
    by = invitation.invited_by
    may = set(invitation.roles) <= grantable(by, invitation.agency)
    return may and by.is_active and by.agency.status == Agency.Status.ACTIVE
