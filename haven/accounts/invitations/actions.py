"""Inviting, renewing, taking back, accepting.

In      checked values, who acts, the moment
Out     the changed rows; an entry in the record and a letter for each act
Fails   NotYours, AddressTaken, AddressNotOfAgency, WrongState; LinkEnded
Why     a member row is made when the terms are accepted: until then there is no account
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from django.conf import settings
from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from haven.accounts import access
from haven.accounts import actions as accounts
from haven.accounts.access import Role
from haven.accounts.agencies import addresses
from haven.accounts.agencies import queries as agencies
from haven.accounts.invitations import queries
from haven.accounts.invitations.models import Invitation
from haven.accounts.mail import actions as mail
from haven.accounts.members import queries as members
from haven.accounts.members.actions import NotYours, WrongState
from haven.accounts.models import Agency, Member
from haven.accounts.one_time_links import actions as links
from haven.accounts.terms import actions as terms
from haven.audit.actions import erase_personal_of, record
from haven.web.errors import BadInput, Conflict

State = Invitation.State
ERASED = "An invitation was not accepted."  # on the record, in the record's language


class AddressTaken(Conflict):
    """A member, or an open invitation, has the address."""

    code = "invitation.address_taken"
    words = _("This address belongs to a member, or was invited already.")


class AddressNotOfAgency(BadInput):
    """The address is not on a verified domain of the agency."""

    code = "invitation.address_not_of_agency"
    words = _("This address is not on a verified domain of the agency.")


@transaction.atomic
def invite(
    *, agency: Agency, name: str, email: str, roles: Collection[str], by: Member, at: dt.datetime
) -> Invitation:
    """Invite somebody to become a member.

    Args:
        agency: The inviter's own; any, for a curator.
        name: As the person writes it.
        email: The official address.
        roles: What the person will do.
        by: Who invites.
        at: The moment.

    Raises:
        NotYours: The agency or a role is not for `by` to fill.
        WrongAddress, AddressNotOfAgency: The address cannot be used.
        AddressTaken: It is in use.
    """
    access.require(by, "members.manage")
    wanted = set(map(str, roles))
    if agency.pk != by.agency_id and Role.CURATOR not in by.roles:
        raise NotYours(f"agency {agency.pk} is not of member {by.pk}")
    if not wanted or not wanted <= queries.grantable(by, agency):
        raise NotYours("roles that are not for this member to give")
    if (Role.PROVIDER in wanted) != agency.is_provider:
        raise NotYours("the role does not fit the organisation")
    plain = addresses.address(email)
    if not agencies.may_use(agency, plain):
        raise AddressNotOfAgency(f"not on a verified domain of agency {agency.pk}")
    if _is_taken(plain):
        raise AddressTaken("a member or an open invitation has the address")
    made = Invitation.objects.create(
        agency=agency,
        display_name=name.strip(),
        email=plain,
        roles=sorted(wanted),
        language=by.language,
        invited_by=by,
        invited_at=at,
        expires_at=_end(at),
    )
    record(
        "invitation.make",
        actor=by,
        target=made,
        agency_id=agency.pk,
        at=at,
        roles=made.roles,
        personal={"name": made.display_name, "email": made.email},
    )
    _send(made, at=at)
    return made


@transaction.atomic
def renew(invitation_id: int, *, by: Member, at: dt.datetime) -> Invitation:
    """Send a new link; the one before ends.

    Raises:
        InvitationNotFound: Not for `by`.
        WrongState: Accepted or taken back.
        NotYours: The inviter may invite no more, and the roles are not for `by` to give.
    """
    invitation = _open(invitation_id, by=by)
    if not queries.stands(invitation):  # whoever renews it answers for it from now on
        if not set(invitation.roles) <= queries.grantable(by, invitation.agency):
            raise NotYours("roles that are not for this member to give")
        invitation.invited_by = by
    invitation.expires_at = _end(at)
    invitation.save(update_fields=["expires_at", "invited_by"])
    record("invitation.renew", actor=by, target=invitation, agency_id=invitation.agency_id, at=at)
    _send(invitation, at=at)
    return invitation


@transaction.atomic
def revoke(invitation_id: int, *, by: Member, at: dt.datetime) -> Invitation:
    """Take an invitation back; its link ends.

    Raises:
        InvitationNotFound: Not for `by`.
        WrongState: Accepted or taken back.
    """
    invitation = _open(invitation_id, by=by)
    invitation.state, invitation.ended_at = State.REVOKED, at
    invitation.save(update_fields=["state", "ended_at"])
    links.end(links.Purpose.INVITATION, invitation.pk, at=at)
    record("invitation.revoke", actor=by, target=invitation, agency_id=invitation.agency_id, at=at)
    mail.write(
        "invitation_revoked",
        to=invitation.email,
        at=at,
        language=invitation.language,
        agency_id=invitation.agency_id,
        name=invitation.display_name,
        agency=invitation.agency.name,
    )
    return invitation


@transaction.atomic
def accept(untrusted_code: str, *, version: str, language: str, at: dt.datetime) -> Member:
    """Become a member: the terms are accepted, and the link is used up.

    Args:
        untrusted_code: Of the link.
        version: Of the terms that were shown.
        language: In which they were shown; letters will come in it too.
        at: The moment.

    Raises:
        LinkEnded: The link cannot be used.
        TermsChanged: Other terms hold by now.
        NameTaken: A member has the address by now.
    """
    link = links.find(untrusted_code, links.Purpose.INVITATION, at=at, lock=True)
    invitation = Invitation.objects.select_for_update().get(pk=link.subject_id)
    is_open = invitation.agency.status == Agency.Status.ACTIVE and queries.stands(invitation)
    if invitation.state != State.OPEN or not is_open:
        raise links.LinkEnded(f"invitation {invitation.pk} is {invitation.state}")
    links.use(link, at=at)
    member = accounts.add_person(
        accounts.Person(
            display_name=invitation.display_name, email=invitation.email, language=language
        ),
        agency=invitation.agency,
        roles=invitation.roles,
        by=invitation.invited_by,
        at=at,
    )
    terms.accept(member, version=version, language=language, at=at)
    invitation.state, invitation.ended_at, invitation.member = State.ACCEPTED, at, member
    invitation.save(update_fields=["state", "ended_at", "member"])
    record(
        "invitation.accept",
        actor=member,
        target=invitation,
        agency_id=invitation.agency_id,
        at=at,
    )
    mail.write_to(member, "welcome", at=at, name=member.display_name, agency=member.agency.name)
    return member


@transaction.atomic
def erase_old(*, at: dt.datetime) -> int:
    """Take back what was not accepted in time, and erase its names; return of how many."""
    limit = at - dt.timedelta(days=settings.HAVEN_JOIN_ERASE_DAYS)
    old = Invitation.objects.filter(expires_at__lt=limit).exclude(email="")
    count = 0
    for one in old.select_for_update():
        if one.state == State.OPEN:
            one.state, one.ended_at = State.REVOKED, at
            links.end(links.Purpose.INVITATION, one.pk, at=at)
        if one.state == State.REVOKED:
            mail.erase_to(one.email)
            erase_personal_of(one, by=None, reason=ERASED, at=at)
        one.email = one.display_name = ""
        one.save(update_fields=["state", "ended_at", "email", "display_name"])
        record("invitation.erase", actor=None, target=one, agency_id=one.agency_id, at=at)
        count += 1
    return count


def _send(invitation: Invitation, *, at: dt.datetime) -> None:
    """Write the letter with a new link."""
    link = links.make(
        links.Purpose.INVITATION, invitation.pk, at=at, hours=settings.HAVEN_INVITATION_HOURS
    )
    with override(invitation.language):
        until = date_format(link.expires_at, "DATETIME_FORMAT")
    mail.write(
        "invitation",
        to=invitation.email,
        at=at,
        language=invitation.language,
        agency_id=invitation.agency_id,
        link=link,
        name=invitation.display_name,
        inviter=invitation.invited_by.display_name,
        agency=invitation.agency.name,
        until=until,
    )


def _open(invitation_id: int, *, by: Member) -> Invitation:
    """Return an open invitation to change."""
    invitation = queries.get(invitation_id, member=by, lock=True)
    if invitation.state != State.OPEN:
        raise WrongState(f"invitation {invitation.pk} is {invitation.state}")
    return invitation


def _end(at: dt.datetime) -> dt.datetime:
    """Return when an invitation made now ends."""
    return at + dt.timedelta(hours=settings.HAVEN_INVITATION_HOURS)


def _is_taken(address: str) -> bool:
    """Tell whether a member or an open invitation has an address."""
    is_member = members.by_address(address) is not None
    return is_member or Invitation.objects.filter(email=address, state=State.OPEN).exists()
