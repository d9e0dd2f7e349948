"""Which applications a member may see, and at which step he can decide.

In      the member who asks; the code of a link
Out     applications
Fails   ApplicationNotFound; LinkEnded, LooksAgain (409)
Why     who can decide sees it, and nobody else: an application is personal
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from haven.accounts import access
from haven.accounts.access import Role
from haven.accounts.joining.models import CONFIRMED_STATES, OPEN_STATES, Application
from haven.accounts.members import queries as members
from haven.accounts.one_time_links import actions as links
from haven.web.errors import Conflict, NotFound

if TYPE_CHECKING:
    from uuid import UUID

    from haven.accounts.joining.actions import Applicant
    from haven.accounts.models import Member

State = Application.State
SPONSORED_ROLES = access.CASEWORKERS | {Role.WELLBEING}  # what a sponsor may ask for


class ApplicationNotFound(NotFound):
    """No such application among those the member may see."""

    code = "application.not_found"


class LooksAgain(Conflict):
    """Somebody who agreed is gone or may agree no more: others have to."""

    code = "application.looks_again"
    words = _(
        "Somebody who agreed to your application cannot do so any more, so others look at it "
        "again. Nothing is lost: you will get a new letter."
    )


def visible_to(member: Member) -> QuerySet[Application]:
    """Return the applications in which a member has a part, those that wait first.

    Sponsor: the supervisor named in it, or an administrator, both of the agency. Second:
    the agency's contact, or a curator while it waits for one. What somebody decided stays
    visible to them. What nobody confirmed, nobody reads.
    """
    found = Application.objects.select_related("agency", "sponsor", "second", "refused_by")
    if not access.allows(member, "applications.decide"):
        return found.none()
    mine = Q(sponsor=member) | Q(second=member) | Q(refused_by=member)
    mine |= _may_sponsor(member)
    mine |= _may_second(member) & Q(state=State.SPONSORED)
    mine |= Q(agency__contact_id=member.pk, sponsor__isnull=False)
    return (
        found.filter(mine, confirmed_at__isnull=False)
        .exclude(erased_at__isnull=False)
        .order_by("-pk")
    )


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


def confirmed_of(address: str) -> Application | None:
    """Return the open application that the owner of an address confirmed."""
    return Application.objects.filter(email__iexact=address, state__in=CONFIRMED_STATES).first()


def has_others(application: Application) -> bool:
    """Tell whether letters to the address are somebody's else: a member's, or an open one's."""
    address = application.email
    same = Application.objects.filter(email__iexact=address, state__in=OPEN_STATES)
    return members.by_address(address) is not None or same.exists()


def locked_with_others(pk: int) -> Application:
    """Return an application to change; all of its address are held, so that one is confirmed."""
    found = Application.objects.get(pk=pk)
    same = Application.objects.select_for_update().filter(email__iexact=found.email)
    return next(one for one in same.order_by("pk") if one.pk == pk)


def same_as(applicant: Applicant) -> Application | None:
    """Return an application with the same words that waits for its address."""
    said = {
        "email": applicant.email,
        "display_name": applicant.display_name,
        "agency_as_written": applicant.agency_as_written,
        "duty": applicant.duty,
        "supervisor_email": applicant.supervisor_email,
        "languages": list(applicant.languages),
    }
    return Application.objects.filter(state=State.UNCONFIRMED, **said).order_by("-pk").first()


def by_code(untrusted_code: str, purpose: str, *, at: dt.datetime) -> Application:
    """Return the application of a link, in the state that the link is for.

    Raises:
        LinkEnded: The link cannot be used.
        LooksAgain: Somebody who agreed cannot any more.
    """
    link = links.find(untrusted_code, purpose, at=at)
    wanted = State.UNCONFIRMED if purpose == links.Purpose.ADDRESS else State.APPROVED
    found = (
        Application.objects.select_related("agency", "sponsor__agency", "second__agency")
        .filter(pk=link.subject_id, state=wanted)
        .first()
    )
    if found is None:
        raise links.LinkEnded(f"application {link.subject_id} is not {wanted}")
    if wanted == State.APPROVED and not stands(found):
        raise LooksAgain(f"application {found.pk} is no longer agreed to by two")
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


def newcomer(untrusted_code: str, *, at: dt.datetime) -> Member | None:
    """Return who joined by this link and has not set up the sign-in yet, or None."""
    link = links.find_used(untrusted_code, links.Purpose.TERMS, at=at)
    if link is None:
        return None
    found = Application.objects.select_related("member").filter(pk=link.subject_id).first()
    member = found.member if found else None
    return member if members.is_setting_up(member) else None


def stands(application: Application) -> bool:
    """Tell whether those who agreed could do so still: who is paused or gone lets nobody in."""
    sponsor, second = application.sponsor, application.second
    is_sponsored = sponsor is not None and _could(sponsor, _may_sponsor(sponsor), application)
    if second is None or not is_sponsored:
        return is_sponsored
    return _could(second, _may_second(second), application)


def shaken() -> QuerySet[Application]:
    """Return the open applications that somebody agreed to, to see whether they stand."""
    found = Application.objects.filter(state__in=[State.SPONSORED, State.APPROVED])
    return found.select_related("agency", "sponsor__agency", "second__agency")


def _could(member: Member, which: Q, application: Application) -> bool:
    """Tell whether a member is here and may decide an application of its kind."""
    is_here = member.is_active and member.agency.status == member.agency.Status.ACTIVE
    return is_here and Application.objects.filter(which, pk=application.pk).exists()


def role_names(application: Application) -> list[str]:
    """Return what the sponsor said the person will do."""
    return [str(Role(role).label) for role in application.roles]
