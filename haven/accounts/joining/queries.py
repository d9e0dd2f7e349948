"""Which applications a member may see, and at which step he can decide.

In      the member who asks; the code of a link
Out     applications
Fails   ApplicationNotFound; LinkEnded
Why     who can decide sees it, and nobody else: an application is personal
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from haven.accounts import access
from haven.accounts.access import Role
from haven.accounts.joining.models import OPEN_STATES, Application
from haven.accounts.one_time_links import actions as links
from haven.web.errors import NotFound

if TYPE_CHECKING:
    from uuid import UUID

    from haven.accounts.models import Member

State = Application.State
SPONSORED_ROLES = access.CASEWORKERS | {Role.WELLBEING}  # what a sponsor may ask for


class ApplicationNotFound(NotFound):
    """No such application among those the member may see."""

    code = "application.not_found"


def visible_to(member: Member) -> QuerySet[Application]:
    """Return the applications in which a member has a part, those that wait first.

    Sponsor: the supervisor named in it, or an administrator, both of the agency. Second:
    the agency's contact, or a curator. What somebody decided stays visible to them.
    """
    found = Application.objects.select_related("agency", "sponsor", "second", "refused_by")
    if not access.allows(member, "applications.decide"):
        return found.none()
    mine = Q(sponsor=member) | Q(second=member) | Q(refused_by=member)
    mine |= _may_sponsor(member) & ~Q(state=State.UNCONFIRMED)
    mine |= _may_second(member) & ~Q(state__in=[State.UNCONFIRMED, State.CONFIRMED])
    return found.filter(mine).exclude(erased_at__isnull=False).order_by("-pk")


def waiting_for(member: Member) -> QuerySet[Application]:
    """Return the applications that a member can decide now."""
    sponsor = _may_sponsor(member) & Q(state=State.CONFIRMED)
    second = _may_second(member) & Q(state=State.SPONSORED) & ~Q(sponsor=member)
    own = Q(email__iexact=member.email) if member.email else Q(pk=None)
    return visible_to(member).filter(sponsor | second).exclude(own).order_by("state_at", "pk")


def get(public_id: UUID, *, member: Member, lock: bool = False) -> Application:
    """Return one application in which a member has a part.

    Raises:
        ApplicationNotFound: Not there, or no part in it.
    """
    found = visible_to(member).filter(public_id=public_id)
    one = (found.select_for_update(of=("self",)) if lock else found).first()
    if one is None:
        raise ApplicationNotFound(f"no such application for member {member.pk}")
    return one


def can_decide(application: Application, member: Member) -> bool:
    """Tell whether a member can decide an application now."""
    return waiting_for(member).filter(pk=application.pk).exists()


def open_of(address: str) -> Application | None:
    """Return the open application of an address."""
    return Application.objects.filter(email__iexact=address, state__in=OPEN_STATES).first()


def by_code(untrusted_code: str, purpose: str, *, at: dt.datetime) -> Application:
    """Return the application of a link, in the state that the link is for.

    Raises:
        LinkEnded: The link cannot be used.
    """
    link = links.find(untrusted_code, purpose, at=at)
    wanted = State.UNCONFIRMED if purpose == links.Purpose.ADDRESS else State.APPROVED
    found = (
        Application.objects.select_related("agency")
        .filter(pk=link.subject_id, state=wanted)
        .first()
    )
    if found is None:
        raise links.LinkEnded(f"application {link.subject_id} is not {wanted}")
    return found


def _may_sponsor(member: Member) -> Q:
    """Return whose applications a member may vouch for."""
    if member.agency.is_provider:
        return Q(pk=None)
    own = Q(agency_id=member.agency_id)
    if Role.ADMINISTRATOR in member.roles:
        return own
    return own & Q(supervisor_email__iexact=member.email) if member.email else Q(pk=None)


def _may_second(member: Member) -> Q:
    """Return whose applications a member may agree to as the second."""
    return Q() if Role.CURATOR in member.roles else Q(agency__contact_id=member.pk)


def role_names(application: Application) -> list[str]:
    """Return what the sponsor said the person will do."""
    return [str(Role(role).label) for role in application.roles]
