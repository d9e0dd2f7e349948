"""Agencies, and whose an address is.

In      keys, addresses, the member who asks
Out     agencies, domains, members who speak for an agency
Fails   AgencyNotFound: not there, or not for this member
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Count, Q, QuerySet

from haven.accounts import access
from haven.accounts.access import Role
from haven.accounts.agencies import addresses
from haven.accounts.models import Agency, Domain, Member
from haven.web.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Iterator

KINDS, STATUSES, HOW = Agency.Kind, Agency.Status, Domain.How


class AgencyNotFound(NotFound):
    """No such agency among those the member may see."""

    code = "agency.not_found"


def manageable(member: Member) -> QuerySet[Agency]:
    """Return the agencies a member looks after: all for a curator, none for others."""
    if not access.allows(member, "agencies.manage"):
        return Agency.objects.none()
    return (
        Agency.objects.select_related("contact")
        .annotate(n_members=Count("members", filter=Q(members__is_active=True)))
        .order_by("name")
    )


def get(agency_id: int, *, member: Member, lock: bool = False) -> Agency:
    """Return one agency that a member looks after.

    Raises:
        AgencyNotFound: Not there, or not for this member.
    """
    found = manageable(member).filter(pk=agency_id).first()
    if found is None:
        raise AgencyNotFound(f"no agency {agency_id} for member {member.pk}")
    if lock:
        list(Agency.objects.select_for_update().filter(pk=agency_id))
        found.refresh_from_db()
    return found


def domains(agency: Agency) -> QuerySet[Domain]:
    """Return the verified domains of an agency."""
    return Domain.objects.filter(agency_id=agency.pk).select_related("verified_by")


def domain(agency: Agency, domain_id: int) -> Domain:
    """Return one domain of an agency.

    Raises:
        AgencyNotFound: The agency has no such domain.
    """
    found = domains(agency).filter(pk=domain_id).first()
    if found is None:
        raise AgencyNotFound(f"agency {agency.pk} has no domain {domain_id}")
    return found


def of_address(address: str) -> Agency | None:
    """Return the agency that an address is known to belong to, if it takes part.

    The whole domain must be verified; one above it counts where its subdomains were
    verified with it.
    """
    name = addresses.domain_of(address)
    known = (
        Domain.objects.select_related("agency")
        .filter(agency__status=Agency.Status.ACTIVE)
        .exclude(agency__kind=Agency.Kind.PROVIDER)
        .filter(Q(name=name) | Q(name__in=list(_above(name)), with_subdomains=True))
    )
    nearest = max(known, key=lambda one: len(one.name), default=None)
    return nearest.agency if nearest else None


def may_use(agency: Agency, address: str) -> bool:
    """Tell whether an address may be given to a member of an agency.

    An agency whose domains were verified uses those; one without any (a Workbench of one
    agency) uses what its administrator types.
    """
    own = {one.name: one.with_subdomains for one in domains(agency)}
    if not own:
        return True
    name = addresses.domain_of(address)
    return name in own or any(own.get(above) for above in _above(name))


def overlapping(name: str) -> Domain | None:
    """Return a verified domain that is this one, or lies above or below it with subdomains."""
    above = Q(name__in=list(_above(name)), with_subdomains=True)
    return Domain.objects.filter(Q(name=name) | above).first()


def below(name: str) -> Domain | None:
    """Return a verified domain below this one."""
    return Domain.objects.filter(name__endswith=f".{name}").first()


def administrators(agency: Agency) -> list[Member]:
    """Return the active administrators of an agency."""
    return list(
        Member.objects.filter(agency_id=agency.pk, is_active=True, status=Member.Status.ACTIVE)
        .filter(roles__contains=[Role.ADMINISTRATOR])
        .order_by("pk")
    )


def curators() -> list[Member]:
    """Return the active curators."""
    return list(
        Member.objects.filter(is_active=True, roles__contains=[Role.CURATOR])
        .filter(agency__status=Agency.Status.ACTIVE)
        .order_by("pk")
    )


def is_here(member: Member) -> bool:
    """Tell whether a curator has access at this moment, whatever was true when he came."""
    return any(one.pk == member.pk for one in curators())


def active_members(agency: Agency) -> QuerySet[Member]:
    """Return who could be the contact of an agency."""
    return Member.objects.filter(agency_id=agency.pk, is_active=True).order_by("display_name")


def spokespeople(agency: Agency) -> QuerySet[Member]:
    """Return who of an agency is shown to a curator: administrators, and the contact.

    Who else works there is not a curator's to know.
    """
    speaks = Q(roles__contains=[Role.ADMINISTRATOR]) | Q(pk=agency.contact_id)
    return active_members(agency).filter(speaks)


def _above(name: str) -> Iterator[str]:
    """Yield the domains that a domain lies in."""
    labels = name.split(".")
    for at in range(1, len(labels) - 1):
        yield ".".join(labels[at:])
