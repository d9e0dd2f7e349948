"""Looking after agencies: what a curator does.

In      checked values, the curator, the moment
Out     the changed rows, one entry in the record for each act
Fails   AgencyNotFound; DomainTaken (409), NotOfAgency (400), ReasonMissing (400)
Why     an agency that is suspended lets nobody in, at once
Not     here: adding an agency (accounts/actions.py), its members (accounts/members)
"""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from haven.accounts import access, locks, sessions
from haven.accounts import actions as accounts
from haven.accounts.agencies import addresses, queries
from haven.accounts.models import Agency, Domain, Member
from haven.audit.actions import record
from haven.web.errors import BadInput, Conflict, NotAllowed


class DomainTaken(Conflict):
    """The domain, or one around it, is verified for an agency already."""

    code = "agency.domain_taken"
    words = _("This domain, or one that holds it, is verified for an agency already.")


class NotOfAgency(BadInput):
    """The contact must be an active member of the agency."""

    code = "agency.not_of_agency"
    words = _("The contact must be an active member of this agency.")


class OwnAgency(Conflict):
    """A curator cannot shut out the agency that he is of."""

    code = "agency.own"
    words = _("This is your own agency. Another curator has to do this.")


@transaction.atomic
def add(*, name: str, country: str, kind: str, by: Member, at: dt.datetime) -> Agency:
    """Add an agency or a provider.

    Raises:
        NotAllowed: `by` is no curator.
        NameTaken: The name is in use.
    """
    access.require(by, "agencies.manage")
    return accounts.add_agency(name=name.strip(), country=country, kind=kind, by=by, at=at)


@transaction.atomic
def add_domain(
    agency_id: int, *, name: str, with_subdomains: bool, how: str, by: Member, at: dt.datetime
) -> Domain:
    """Keep that a domain's addresses are an agency's.

    Raises:
        AgencyNotFound: Not for this member.
        WrongAddress: No domain that can belong to one agency.
        DomainTaken: It, one above it with its subdomains, or one below it is verified.
    """
    agency = queries.get(agency_id, member=by, lock=True)
    plain = addresses.domain(name)
    if queries.overlapping(plain) or (with_subdomains and queries.below(plain)):
        raise DomainTaken("the domain overlaps with a verified one")
    made = Domain.objects.create(
        agency=agency,
        name=plain,
        with_subdomains=with_subdomains,
        how=Domain.How(how),
        verified_by=by,
        verified_at=at,
    )
    record(
        "agency.add_domain",
        actor=by,
        target=agency,
        agency_id=agency.pk,
        at=at,
        domain=plain,
        with_subdomains=with_subdomains,
        how=made.how,
    )
    return made


@transaction.atomic
def remove_domain(agency_id: int, domain_id: int, *, by: Member, at: dt.datetime) -> None:
    """Forget a domain; members who have an address there stay.

    Raises:
        AgencyNotFound: Not there.
    """
    agency = queries.get(agency_id, member=by, lock=True)
    domain = queries.domain(agency, domain_id)
    record(
        "agency.remove_domain",
        actor=by,
        target=agency,
        agency_id=agency.pk,
        at=at,
        domain=domain.name,
    )
    domain.delete()


@transaction.atomic
def set_contact(
    agency_id: int,
    *,
    member_id: int | None,
    name: str = "",
    email: str = "",
    by: Member,
    at: dt.datetime,
) -> Agency:
    """Say who speaks for an agency: a member, who may approve, or somebody by name.

    A member is named by key, or by the address: a curator does not know all members.

    Raises:
        AgencyNotFound: Not for this member.
        NotOfAgency: The member is not an active one of the agency.
    """
    agency = queries.get(agency_id, member=by, lock=True)
    members = queries.active_members(agency)
    contact = members.filter(email__iexact=email).first() if email else None
    if contact is not None:
        name = email = ""
    elif member_id is not None:
        contact = members.filter(pk=member_id).first()
        if contact is None:
            raise NotOfAgency(f"member {member_id} is not of agency {agency.pk}")
    agency.contact, agency.contact_name, agency.contact_email = contact, name, email
    agency.save(update_fields=["contact", "contact_name", "contact_email"])
    record(
        "agency.set_contact",
        actor=by,
        target=agency,
        agency_id=agency.pk,
        at=at,
        member=contact.pk if contact else None,
        personal={"name": name, "email": email} if name or email else None,
    )
    return agency


@transaction.atomic
def set_status(agency_id: int, *, status: str, reason: str, by: Member, at: dt.datetime) -> Agency:
    """Let an agency take part, pause it, or note that it left.

    Sessions of its members end at once when it no longer takes part.

    Raises:
        AgencyNotFound: Not for this member.
        OwnAgency: It is the curator's own.
        ReasonMissing: No reason was given.
        NotAllowed: The curator, or the own agency, was shut out meanwhile.
    """
    locks.hold_who_is_last()
    if not queries.is_here(by):
        raise NotAllowed(f"member {by.pk} has no access any more")
    agency = queries.get(agency_id, member=by, lock=True)
    if agency.pk == by.agency_id:
        raise OwnAgency(f"member {by.pk} is of agency {agency.pk}")
    agency.status, agency.status_reason, agency.status_at = Agency.Status(status), reason, at
    record(
        "agency.set_status",
        actor=by,
        target=agency,
        agency_id=agency.pk,
        at=at,
        reason=reason,
        status=agency.status,
    )
    agency.save(update_fields=["status", "status_reason", "status_at"])
    if agency.status != Agency.Status.ACTIVE:
        for member in Member.objects.filter(agency_id=agency.pk):
            sessions.end_all(member, by=by, at=at, reason=reason)
    return agency
