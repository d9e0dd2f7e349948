"""Accounts queries: find members and agencies.

In      keys, names, the member who asks
Out     members and agencies that the asker may see
Fails   NotFound: not there, or not yours
Not     here: what a member may see in a case (workbench/cases)
"""

from collections.abc import Iterable

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.db.models import QuerySet

from haven.accounts.access import Role
from haven.accounts.models import Agency, Member
from haven.web.errors import NotFound


def colleagues(member: Member) -> QuerySet[Member]:
    """Return the active members of the same agency, the asker among them, by name."""
    return Member.objects.filter(agency_id=member.agency_id, is_active=True).order_by(
        "display_name", "pk"
    )


def supervisors(agency_id: int) -> QuerySet[Member]:
    """Return the active supervisors of an agency, for letters that the program writes."""
    return Member.objects.filter(
        agency_id=agency_id, is_active=True, roles__contains=[Role.SUPERVISOR]
    ).order_by("pk")


def providers(agency_ids: Iterable[int]) -> QuerySet[Member]:
    """Return the active members of providers of tools, for letters that the program writes."""
    return Member.objects.filter(
        agency_id__in=agency_ids, is_active=True, roles__contains=[Role.PROVIDER]
    ).order_by("pk")


def all_of_agency(member: Member) -> QuerySet[Member]:
    """Return all members of the asker's agency, those who left too, by name; for the record."""
    return Member.objects.filter(agency_id=member.agency_id).order_by("display_name", "pk")


def colleague(member: Member, *, username: str) -> Member:
    """Return one colleague.

    Raises:
        NotFound: No active member of the asker's agency has this name.
    """
    found = colleagues(member).filter(username=username).first()
    if found is None:
        raise NotFound(f"no active colleague of member {member.pk} has that name")
    return found


def by_username(username: str) -> Member | None:
    """Return a member by sign-in name, for start-up alone; pages use colleague()."""
    return Member.objects.select_related("agency").filter(username=username).first()


def by_key(key: int) -> Member | None:
    """Return the member with this key, of any agency, for the program's own work; or None."""
    return Member.objects.filter(pk=key).first()


def in_words(member: Member) -> str:
    """Return the agency and the roles of a member, for one line of start-up."""
    roles = ", ".join(str(Role(role).label) for role in member.roles)
    return f"{member.agency}: {roles}" if roles else str(member.agency)


def anyone() -> bool:
    """Return whether there is a member who can sign in."""
    return Member.objects.filter(is_active=True).exists()


def agency(name: str) -> Agency | None:
    """Return an agency by name."""
    return Agency.objects.filter(name=name).first()


def agencies() -> list[Agency]:
    """Return every agency; for the worker."""
    return list(Agency.objects.order_by("pk"))


def locked(member: Member) -> Member:
    """Return a member, held until the transaction ends."""
    return Member.objects.select_for_update().get(pk=member.pk)


def has_recovery_codes(member: Member) -> bool:
    """Return whether a member has recovery codes left."""
    return recovery_codes_left(member) > 0


def recovery_codes_left(member: Member) -> int:
    """Return how many recovery codes a member has left."""
    kept = Authenticator.objects.filter(
        user_id=member.pk, type=Authenticator.Type.RECOVERY_CODES
    ).first()
    return len(kept.wrap().get_unused_codes()) if kept else 0


def is_bound_to_agency(member: Member) -> bool:
    """Return whether a member can sign in by the agency's identity provider."""
    return bool(SocialAccount.objects.filter(user_id=member.pk).exists())


def of_agency_by_email(agency_name: str, address: str) -> Member | None:
    """Return the one active member of an agency with an e-mail address; None for none or two."""
    found = Member.objects.filter(
        agency__name=agency_name, email__iexact=address, is_active=True
    ).select_related("agency")[:2]
    return found[0] if len(found) == 1 else None
